"""Rate breaks and surcharges as arrays, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from doorstep.domain.carriage import RateBreak, Surcharge, When
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.money import Currency
from doorstep.kernels.rate import compiled
from doorstep.kernels.rate.compiled import Charges, Ladders
from doorstep.kernels.rate.validity import days_of, timeline

WHEN_CODES: dict[When, int] = {
    "always": compiled.ALWAYS,
    "residential": compiled.RESIDENTIAL,
    "remote": compiled.REMOTE,
    "over_length_mm": compiled.OVER_LENGTH_MM,
    "over_girth_mm": compiled.OVER_GIRTH_MM,
    "over_weight_g": compiled.OVER_WEIGHT_G,
    "saturday": compiled.SATURDAY,
    "signature": compiled.SIGNATURE,
}
_MEASURED = ("over_length_mm", "over_girth_mm", "over_weight_g")
MAX_AMOUNT = 2**53  # of one price, weight or amount in a tariff


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A surcharge and its place in the tariff."""

    index: int
    line: Surcharge

    @property
    def valid_from(self) -> date | None:
        return self.line.valid_from

    @property
    def valid_to(self) -> date | None:
        return self.line.valid_to


def compile_ladders(
    rates: Sequence[RateBreak], lane_of: Mapping[tuple[str, str], int], changes: Sequence[int], currency: Currency
) -> Ladders:
    """Sort the rate breaks of each lane into ladders.

    Parameters
    ----------
    rates
        Rate breaks in any order.
    lane_of
        Index of each (service, zone) pair.
    changes
        The days on which the tariff changes.
    currency
        Decides the minor unit that prices are rounded to.

    Raises
    ------
    InvalidProblem
        A break is malformed, or two of the same weight are in force on the same day.
    """
    groups: list[list[RateBreak]] = [[] for _ in lane_of]
    for line in rates:
        _check_break(line)
        groups[lane_of[line.service, line.zone]].append(line)
    for group in groups:
        group.sort(key=lambda line: (line.up_to_g, days_of(line)))
        for one, other in pairwise(group):
            if one.up_to_g == other.up_to_g and days_of(other)[0] <= days_of(one)[1]:
                raise InvalidProblem(f"two prices at once: {_named(one)} and {_named(other)}")
    through = timeline(groups, changes)
    extra = [-1 if line.per_extra_kg_micros is None else line.per_extra_kg_micros for line in through.lines]
    return Ladders(
        of=through.of,
        start=through.start,
        up_to_g=np.array([line.up_to_g for line in through.lines], np.int64),
        price_minor=np.array([currency.minor(line.price_micros) for line in through.lines], np.int64),
        price_micros=np.array([line.price_micros for line in through.lines], np.int64),
        extra_micros=np.array(extra, np.int64),
    )


def compile_charges(
    surcharges: Sequence[Surcharge], services: Mapping[str, int], changes: Sequence[int], currency: Currency
) -> Charges:
    """Sort the surcharges of each service by sequence, equal ones as they stand.

    Parameters
    ----------
    surcharges
        Surcharges in any order.
    services
        Index of each service.
    changes
        The days on which the tariff changes.
    currency
        Decides the minor unit that fixed amounts are rounded to.

    Raises
    ------
    InvalidProblem
        A surcharge is malformed.
    """
    groups: list[list[_Numbered]] = [[] for _ in services]
    for index, line in enumerate(surcharges):
        _check_surcharge(line)
        groups[services[line.service]].append(_Numbered(index, line))
    for group in groups:
        group.sort(key=lambda numbered: (numbered.line.sequence, numbered.index))
    through = timeline(groups, changes)
    lines = [numbered.line for numbered in through.lines]
    amounts = [line.amount_micros if line.percent else currency.minor(line.amount_micros) for line in lines]
    return Charges(
        of=through.of,
        start=through.start,
        when=np.array([WHEN_CODES[line.when] for line in lines], np.int64),
        threshold=np.array([line.threshold or 0 for line in lines], np.int64),
        percent=np.array([line.percent for line in lines], np.bool_),
        amount=np.array(amounts, np.int64),
        sequence=np.array([line.sequence for line in lines], np.int64),
        surcharge=np.array([numbered.index for numbered in through.lines], np.int32),
    )


def _check_break(line: RateBreak) -> None:
    extra = line.per_extra_kg_micros or 0
    if not (0 <= line.up_to_g <= MAX_AMOUNT and 0 <= line.price_micros <= MAX_AMOUNT and 0 <= extra <= MAX_AMOUNT):
        raise InvalidProblem(f"weight or price out of range: {_named(line)}")
    if days_of(line)[0] > days_of(line)[1]:
        raise InvalidProblem(f"never valid: {_named(line)}")


def _check_surcharge(line: Surcharge) -> None:
    name = f"surcharge {line.surcharge} of service {line.service}"
    if line.when not in WHEN_CODES:
        raise InvalidProblem(f"{name}: when {line.when!r} not understood")
    if line.when in _MEASURED and (line.threshold is None or not 0 <= line.threshold <= MAX_AMOUNT):
        raise InvalidProblem(f"{name}: {line.when} needs a threshold of 0 or more")
    if abs(line.amount_micros) > MAX_AMOUNT or abs(line.sequence) > MAX_AMOUNT:
        raise InvalidProblem(f"{name}: amount or sequence out of range")
    if days_of(line)[0] > days_of(line)[1]:
        raise InvalidProblem(f"{name} is never valid")


def _named(line: RateBreak) -> str:
    first = line.valid_from.isoformat() if line.valid_from else "always"
    last = line.valid_to.isoformat() if line.valid_to else "open"
    return f"service {line.service}, zone {line.zone}, up to {line.up_to_g} g ({first} to {last})"
