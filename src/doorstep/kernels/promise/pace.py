"""The pace of a carrier: how fast its parcels have moved of late, against what their lanes let expect.

Lanes are learned from the whole past, and carriers drift: a peak, a strike, a new contract. Every parcel under way in
the last days counts, whether it arrived or not, so that a slow-down shows before the late parcels have arrived.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.domain.errors import InvalidProblem
from doorstep.domain.units import PPM
from doorstep.kernels.promise.calendars import Calendars, IntArray

FloatArray = npt.NDArray[np.float64]
SPREAD = np.array([-(3**0.5), 0.0, 3**0.5])  # points of a Gauss-Hermite rule, and their weights
SHARES = np.array([1.0, 4.0, 1.0]) / 6.0


@dataclass(frozen=True, slots=True)
class PaceParams:
    """How the pace is taken, each with its default here and nowhere else.

    Attributes
    ----------
    days
        Whole days looked back on.
    prior
        Parcels that a service borrows from all services, and these from a pace of 1.
    spread
        Standard deviation of the logarithm of the pace to come, given today's: a curve is the mean over it.
    most
        A pace above this, or below its inverse, is not believed.
    """

    days: int = 14
    prior: float = 15.0
    spread: float = 0.3
    most: float = 3.0

    def __post_init__(self) -> None:
        if self.days < 1 or self.prior <= 0 or self.spread < 0 or self.most < 1:
            raise InvalidProblem("days < 1, prior <= 0, spread < 0 or most < 1 not understood")


@dataclass(frozen=True, slots=True)
class Moving:
    """The parcels of a service, by which its pace is told. Days since 1970-01-01.

    Attributes
    ----------
    shipped, arrived, over
        [n] day of the hand-over, of the arrival (-1: none is known), and the last day that is over.
    calendar
        [n] of `calendars`: the days that count.
    lane
        [n, L] index into `curves` of the lane at each level, the finest first; -1: none.
    weight
        [n] parcels.
    """

    shipped: IntArray
    arrived: IntArray
    over: IntArray
    calendars: Calendars
    calendar: IntArray
    lane: IntArray
    curves: Sequence[tuple[int, ...]]
    weight: FloatArray


def observed_and_expected(moving: Moving, params: PaceParams) -> tuple[float, float]:
    """Return arrivals in the last days, and those that the lanes let expect of the parcels then under way.

    The days end with the last one on which anything was told: where a history was cut off earlier, its silence is not
    taken for a standstill. A day that is not over is left out.
    """
    last_told = max(int(moving.shipped.max(initial=-1)), int(moving.arrived.max(initial=-1)))
    until = np.minimum(moving.over, last_told)
    since = until - params.days  # the eve of the first of them
    here = moving.arrived >= 0
    use = np.flatnonzero((moving.shipped <= until) & (~here | (moving.arrived > since)))
    if not len(use):
        return 0.0, 0.0
    hazards = continued_hazards(moving.curves, moving.lane[use])
    came = here[use] & (moving.arrived[use] <= until[use])
    end = np.where(came, moving.arrived[use] - 1, until[use])
    passed = _passed(moving, use, end) + came  # what is brought on a day off counts with the next working day
    passed = np.where(end < moving.shipped[use], 0, passed)
    before = np.where(moving.shipped[use] > since[use], -1, _passed(moving, use, since[use]))
    total = np.concatenate([np.zeros((len(hazards.of), 1)), np.cumsum(hazards.of, axis=1)], axis=1)
    most = total.shape[1] - 1
    row = hazards.row
    gained = total[row, np.clip(passed + 1, 0, most)] - total[row, np.clip(before + 1, 0, most)]
    weight = moving.weight[use]
    return float((weight * came).sum()), float((weight * np.maximum(gained, 0.0)).sum())


def _passed(moving: Moving, rows: IntArray, day: IntArray) -> IntArray:
    """Working days after the hand-over up to a day. [m]."""
    calendar, count = moving.calendar[rows], moving.calendars.count
    return np.asarray(np.maximum(count(calendar, day) - count(calendar, moving.shipped[rows]), 0))


@dataclass(frozen=True, slots=True)
class Hazards:
    """Chances of arriving on the k-th working day, given that the parcel had not yet.

    Attributes
    ----------
    of
        [R, K] by row of lanes.
    row
        [n] of each parcel.
    """

    of: FloatArray
    row: npt.NDArray[np.intp]


def continued_hazards(curves: Sequence[tuple[int, ...]], lane: IntArray) -> Hazards:
    """Follow the finest lane to the end of its evidence, then the next coarser one; behind all of them nothing comes.

    `lane` is [n, L], the finest first, -1: none.
    """
    size = max((len(curve) for curve in curves), default=1)
    table = np.full((len(curves) + 1, size), np.nan)  # the last row is that of no lane
    for index, curve in enumerate(curves):
        share = np.array(curve) / PPM
        left = 1.0 - np.concatenate([[0.0], share[:-1]])
        gained = np.diff(share, prepend=0.0)
        table[index, : len(curve)] = np.divide(gained, left, out=np.zeros_like(left), where=left > 0)
    chains, row = np.unique(lane, axis=0, return_inverse=True)
    found = np.full((len(chains), size), np.nan)
    for level in chains.T:
        found = np.where(np.isnan(found), table[level], found)
    return Hazards(np.nan_to_num(found), row.reshape(-1))


def shrunk(observed: float, expected: float, towards: float, params: PaceParams) -> float:
    """Return the pace: 1: as the lanes say, 0.8: a fifth fewer parcels arrive on each day."""
    pace = (observed + params.prior * towards) / (expected + params.prior)
    return float(np.clip(pace, 1 / params.most, params.most))


def at_pace(arrived_ppm: tuple[int, ...], pace: float, params: PaceParams) -> tuple[int, ...]:
    """Return a lane's curve at a pace: what is left is raised to its power, on the mean over its spread."""
    left = 1.0 - np.array(arrived_ppm) / PPM
    powers = pace * np.exp(params.spread * SPREAD)
    moved = 1.0 - (SHARES[:, None] * left[None, :] ** powers[:, None]).sum(axis=0)
    return tuple(int(share) for share in np.rint(moved * PPM))
