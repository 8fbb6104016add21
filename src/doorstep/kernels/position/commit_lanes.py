"""Parcels of the past, gathered into lanes, and the weeks to come drawn from the weeks that were."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.position.commit_problem import BoolArray, FloatArray

IntArray = NDArray[np.int64]
WEEK = 7


@dataclass(frozen=True, slots=True, eq=False)
class Parcels:
    """Parcels of the past, p of them, as they could have gone.

    Attributes
    ----------
    day
        [p] days since 1970-01-01 on which each was placed.
    lane
        [p] its lane. All parcels of a lane may go by the same services.
    price_minor
        [p, s] what each service asks; anything where it does not take the parcel.
    eligible
        [p, s] the service takes it. Each parcel has one that does.
    stands_for
        [p] how many parcels it stands for.

    Raises
    ------
    InvalidProblem
        Shapes disagree, or parcels of one lane may go by different services.
    """

    day: IntArray
    lane: IntArray
    price_minor: FloatArray
    eligible: BoolArray
    stands_for: FloatArray

    def __post_init__(self) -> None:
        count = len(self.day)
        shapes = (self.lane.shape, self.stands_for.shape, self.price_minor.shape[:1], self.eligible.shape[:1])
        if any(one != (count,) for one in shapes) or self.price_minor.shape != self.eligible.shape:
            raise InvalidProblem("columns of the parcels differ in length")
        if count and (self.lane.min() < 0 or not self.eligible.any(axis=1).all()):
            raise InvalidProblem("a parcel without a lane, or that no service takes")
        if count and (self.eligible != self.eligible_of_lanes()[self.lane]).any():
            raise InvalidProblem("parcels of one lane may go by different services")

    def __len__(self) -> int:
        return len(self.day)

    @property
    def lanes(self) -> int:
        """How many lanes there are."""
        return int(self.lane.max()) + 1 if len(self.lane) else 0

    def eligible_of_lanes(self) -> BoolArray:
        """Give the services that take the parcels of each lane, [n, s]."""
        found = np.zeros((self.lanes, self.eligible.shape[1]), bool)
        found[self.lane] = self.eligible
        return found

    def price_of_lanes(self) -> FloatArray:
        """Give the mean price in each lane, [n, s]; 0 where not eligible."""
        price = np.where(self.eligible, self.price_minor, 0.0) * self.stands_for[:, None]
        total = np.zeros((self.lanes, price.shape[1]))
        np.add.at(total, self.lane, price)
        weight = np.bincount(self.lane, self.stands_for, self.lanes)[:, None]
        return np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), 0.0)

    def of(self, chosen: BoolArray) -> Parcels:
        """Give some of them, in lanes numbered anew: none is without parcels."""
        _, lane = np.unique(self.lane[chosen], return_inverse=True)
        rest = self.price_minor[chosen], self.eligible[chosen], self.stands_for[chosen]
        return Parcels(self.day[chosen], lane.reshape(-1).astype(np.int64), *rest)


def numbered(keys: list[tuple[object, ...]]) -> tuple[list[tuple[object, ...]], IntArray]:
    """Number keys in the order in which they first come."""
    known: dict[tuple[object, ...], int] = {}
    lane = np.array([known.setdefault(key, len(known)) for key in keys], np.int64)
    return list(known), lane


def weekly(parcels: Parcels, until: int, most_weeks: int, lanes: int) -> FloatArray:
    """Count parcels of each lane by whole weeks that end before `until`, [k, n], the newest first.

    Weeks before the first parcel are none: a shop that is four weeks old has four. At most `most_weeks`.
    """
    past = parcels.day < until
    if not past.any():
        return np.zeros((0, lanes))
    weeks = min(most_weeks, max(1, (until - int(parcels.day[past].min())) // WEEK))
    week = (until - 1 - parcels.day) // WEEK
    inside = past & (week < weeks)
    counts = np.zeros((weeks, lanes))
    np.add.at(counts, (week[inside], parcels.lane[inside]), parcels.stands_for[inside])
    return counts


@dataclass(frozen=True, slots=True)
class ForecastParams:
    """How weeks to come are drawn.

    Attributes
    ----------
    scenarios
        How many.
    half_life_weeks
        A week so much older than another is drawn half as often.
    """

    scenarios: int = 20
    half_life_weeks: float = 8.0

    def __post_init__(self) -> None:
        if self.scenarios < 1 or not self.half_life_weeks > 0:
            raise InvalidProblem("scenarios or half_life_weeks not understood")


def drawn_weeks(counts: FloatArray, days: tuple[int, ...], params: ForecastParams, seed: int) -> FloatArray:
    """Draw what comes in spans of days, one after another: [w, spans, n].

    Whole weeks are drawn anew with replacement (bootstrap; Efron and Tibshirani, An Introduction to the Bootstrap,
    chapter 8, blocks of seven days), so that lanes keep moving together. Recent weeks are drawn more often. A span that
    is no whole number of weeks takes its part of the last one.

    Parameters
    ----------
    counts
        [k, n] as of `weekly`; of no week nothing comes.
    days
        Lengths of the spans.
    """
    weeks, lanes = counts.shape
    found = np.zeros((params.scenarios, len(days), lanes))
    if not weeks:
        return found
    rng = np.random.default_rng(seed)
    chance = 0.5 ** (np.arange(weeks) / params.half_life_weeks)
    for at, length in enumerate(days):
        many = -(-length // WEEK)
        if not many:
            continue
        picks = rng.choice(weeks, (params.scenarios, many), p=chance / chance.sum())
        part = np.ones(many)
        part[-1] = (length - WEEK * (many - 1)) / WEEK
        found[:, at] = np.einsum("wmn,m->wn", counts[picks], part)
    return found
