"""Validity dates cut time into epochs: spans of days on which the same lines of a tariff are in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

DAY_ZERO = date(1970, 1, 1).toordinal()
BEGINNING = -(2**40)  # before any date; days since 1970-01-01
END = 2**40


class Dated(Protocol):
    """A line of a tariff; both dates inclusive, None: open."""

    @property
    def valid_from(self) -> date | None:
        """First day in force."""

    @property
    def valid_to(self) -> date | None:
        """Last day in force."""


Line = TypeVar("Line", bound=Dated)


@dataclass(frozen=True, slots=True, eq=False)
class Timeline(Generic[Line]):
    """Groups of lines through time: list `of[group, epoch]` is `lines[start[list] : start[list + 1]]`."""

    of: NDArray[np.int32]
    start: NDArray[np.int32]
    lines: list[Line]


def days_of(line: Dated) -> tuple[int, int]:
    """First and last day in force, in days since 1970-01-01."""
    first = BEGINNING if line.valid_from is None else line.valid_from.toordinal() - DAY_ZERO
    last = END if line.valid_to is None else line.valid_to.toordinal() - DAY_ZERO
    return first, last


def change_days(lines: Iterable[Dated]) -> list[int]:
    """Return the days on which something begins or has just ended, ascending. The i-th, from 1, opens epoch i."""
    spans = [days_of(line) for line in lines if line.valid_from is not None or line.valid_to is not None]
    begins = {first for first, _ in spans if first != BEGINNING}
    ends = {last + 1 for _, last in spans if last != END}
    return sorted(begins | ends)


def timeline(groups: Sequence[Sequence[Line]], changes: Sequence[int]) -> Timeline[Line]:
    """Gather the lines of each group that are in force together, in the order of the group.

    Parameters
    ----------
    groups
        Lines, each group in the order that its lists shall have.
    changes
        The change days of all groups together.
    """
    first_days = np.array([BEGINNING, *changes], np.int64)
    of = np.zeros((len(groups), len(first_days)), np.int32)
    start = [0]
    flat: list[Line] = []
    for group, lines in enumerate(groups):
        own = change_days(lines)
        spans = np.array([days_of(line) for line in lines], np.int64).reshape(-1, 2)
        of[group] = len(start) - 1 + np.searchsorted(own, first_days, side="right")
        for day in [BEGINNING, *own]:
            flat.extend(lines[int(i)] for i in np.flatnonzero((spans[:, 0] <= day) & (day <= spans[:, 1])))
            start.append(len(flat))
    return Timeline(of, np.array(start, np.int32), flat)
