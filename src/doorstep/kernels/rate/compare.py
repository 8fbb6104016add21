"""The same parcels under two tariffs: what each one costs before and after, and which ones move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doorstep.kernels.rate.result import BoolArray, IntArray, RateResult

NONE = -1  # no service


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Which service carries each of n parcels (`NONE`: none does), and its price in minor units (0 there)."""

    service: IntArray
    price_minor: IntArray

    @property
    def carried(self) -> BoolArray:
        """Where some service carries the parcel."""
        taken: BoolArray = self.service != NONE
        return taken


def chosen(result: RateResult, wanted: NDArray[np.int64]) -> Choice:
    """Choose the wanted service of each parcel, or the cheapest where none is wanted; of equal ones the first.

    Parameters
    ----------
    result
        Quotes of n parcels on s services.
    wanted
        [n] index of a service; -1: the cheapest; below: one that is not offered.
    """
    count, services = result.reason.shape
    if not services:
        return Choice(np.full(count, NONE, np.int64), np.zeros(count, np.int64))
    priced = np.where(result.eligible, result.price_minor, np.iinfo(np.int64).max)
    at = np.where(wanted < 0, priced.argmin(axis=1), wanted)
    rows = np.arange(count)
    taken = result.eligible[rows, at] & (wanted >= NONE)
    return Choice(np.where(taken, at, NONE), np.where(taken, result.price_minor[rows, at], 0))


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Two choices for the same parcels. Sums are over the parcels that are carried under both tariffs."""

    before: Choice
    after: Choice

    @property
    def both(self) -> BoolArray:
        """Where the parcel is carried under both tariffs."""
        carried: BoolArray = self.before.carried & self.after.carried
        return carried

    @property
    def difference_minor(self) -> IntArray:
        """What each parcel costs more; 0 unless it is carried under both."""
        return np.where(self.both, self.after.price_minor - self.before.price_minor, 0)

    def movers(self, most: int) -> list[int]:
        """Parcels whose price changes most, the largest change first; of equal ones the first in the file."""
        change = np.abs(self.difference_minor)
        order = np.argsort(-change, kind="stable")[:most]
        return [int(parcel) for parcel in order if change[parcel]]
