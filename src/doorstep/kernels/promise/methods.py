"""What every method of learning from click to doorstep has in common: fit by what was known, then predict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.promise.calendars import IntArray
from doorstep.kernels.promise.history import FloatArray, History
from doorstep.kernels.run import Run

HORIZON_DAYS = 120  # days from placing that a curve is followed


@dataclass(frozen=True, slots=True)
class Span:
    """Days of a backtest, since 1970-01-01: D1 < D2 <= D3 < D4, each span without its last day.

    Attributes
    ----------
    calibrate_from
        D1: a method that does not walk fits on parcels placed before it.
    train_until
        D2: and calibrates on those placed in [D1, D2); what came to be known from D2 on it does not use.
    test_from, test_until
        D3, D4: parcels placed in [D3, D4) are promised. A method that walks learns until the day of each placing.
    """

    calibrate_from: int
    train_until: int
    test_from: int
    test_until: int

    def __post_init__(self) -> None:
        if not self.calibrate_from < self.train_until <= self.test_from < self.test_until:
            raise InvalidProblem("days of a backtest out of order: calibrate < train until <= test from < test until")


class Fitted(Protocol):
    """Learned from what was known before a day."""

    def curves(self, rows: IntArray, day: int) -> FloatArray:
        """Return P(arrived by k days after placing) of parcels about to be placed.

        Parameters
        ----------
        rows
            [m] rows of the history, all placed on `day`; nothing of what became of them is read.
        day
            What happened before it is known.

        Returns
        -------
        numpy.ndarray
            [m, HORIZON_DAYS + 1] rising along the days; parcels that never arrive stay outside.
        """


class Learner(Protocol):
    """A method at work on one history."""

    refit_days: int  # how often a walk fits anew; 0: once

    def fit(self, day: int, run: Run) -> Fitted:
        """Fit by what was known before `day`."""


class Method(Protocol):
    """A way of learning; it has no state."""

    @property
    def name(self) -> str:
        """How it is called."""

    def on(self, history: History, span: Span) -> Learner:
        """Begin to learn from a history; raises InvalidProblem where it cannot."""


def earliest(curves: FloatArray, target: float) -> IntArray:
    """Return the first day at which each curve reaches a probability; where none does, that of its last rise. [m]."""
    goal = np.minimum(target, curves[:, -1:]) - 1e-9
    return np.asarray(np.argmax(curves >= goal, axis=1), dtype=np.int64)
