"""The pace of a carrier: how fast its parcels have moved of late, against what their lanes let expect.

Lanes are learned from the whole past, and carriers drift: a peak, a strike, a new contract. Every parcel under way in
the last days counts, whether it arrived or not, so that a slow-down shows before the late parcels have arrived.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from doorstep.domain.carriage import Service
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import PastParcel, ServicePace, TransitModel
from doorstep.domain.units import PPM
from doorstep.kernels.promise.calendars import EPOCH_ORDINAL, IntArray
from doorstep.kernels.promise.journeys import (
    DEFAULT_WORKING_DAYS,
    NOT_YET,
    STATUS_KNOWN_DAYS,
    Journeys,
    LaidOut,
    key_of,
    laid_out,
    learned_services,
)

FloatArray = npt.NDArray[np.float64]
SPREAD = np.array([-(3**0.5), 0.0, 3**0.5])  # points of a Gauss-Hermite rule, and their weights
SHARES = np.array([1.0, 4.0, 1.0]) / 6.0
MOST_DAYS = 150  # under way; no curve reaches so far


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


def at_current_pace(
    model: TransitModel,
    history: Sequence[PastParcel],
    as_of: datetime,
    services: Sequence[Service],
    params: PaceParams | None = None,
) -> TransitModel:
    """Let the lanes of each service run at the pace of its last days, by what was known at an instant.

    Parameters
    ----------
    model
        Lanes at the mean of their whole past, as `fit_transit` learns them, at `as_of` or before.
    history
        Parcels in any order; only those under way in the last days are looked at.
    as_of
        Nothing of that instant or later is used.
    services
        As the model was learned for.
    params
        Defaults when None.

    Returns
    -------
    TransitModel
        With the paces of the services that have lanes; as it was where there is none, or where its lanes run at paces
        already.

    Raises
    ------
    InvalidProblem
        For a sample weight that is none.
    """
    params = params or PaceParams()
    told = _last_told(history, as_of)
    if told is None or not model.lanes or model.paces:
        return model
    journeys = Journeys(as_of, STATUS_KNOWN_DAYS)
    for parcel in _under_way(history, min(as_of, told), params):
        journeys.add(parcel)
    lanes = {(lane.service, lane.level, *key_of(lane)): index for index, lane in enumerate(model.lanes)}
    curves = [lane.arrived_ppm for lane in model.lanes]
    counts: dict[str, tuple[float, float]] = {}
    for service, working_days, members in learned_services(journeys, services, DEFAULT_WORKING_DAYS):
        if len(members):
            moving = _moving(journeys, laid_out(journeys, working_days, members), members, service, lanes)
            last_day = told.toordinal() - EPOCH_ORDINAL
            counts[service] = observed_and_expected(moving, curves, last_day, params)
    return _at_their_paces(model, counts, params)


def _last_told(history: Sequence[PastParcel], as_of: datetime) -> datetime | None:
    """Find the last instant before `as_of` that anything is told of, by its own clock."""
    instants = (at for one in history for at in (one.handed_over_at, one.delivered_at) if at is not None and at < as_of)
    return max(instants, default=None)


def _under_way(history: Sequence[PastParcel], until: datetime, params: PaceParams) -> Iterator[PastParcel]:
    """Parcels that can have been under way in the last days: all others need not be laid out."""
    gone, lost = until - timedelta(days=params.days + 3), until - timedelta(days=params.days + MOST_DAYS)
    for one in history:
        shipped, arrived = one.handed_over_at, one.delivered_at
        if shipped is not None and shipped > lost and (arrived is None or arrived > gone):
            yield one


def _moving(
    journeys: Journeys,
    lay: LaidOut,
    members: IntArray,
    service: str,
    lanes: Mapping[tuple[str, int, str, str, str, str, str], int],
) -> Moving:
    codes = np.array(journeys.levels, dtype=np.int64)[members]
    keys = journeys.lane_of_code
    lane = np.full(codes.shape, -1, dtype=np.int64)
    for level in range(codes.shape[1]):
        found, place = np.unique(codes[:, level], return_inverse=True)
        known = [lanes.get((service, level, *keys[code]), -1) if code >= 0 else -1 for code in found]
        lane[:, level] = np.array(known, dtype=np.int64)[place.reshape(-1)]
    weighed = lay.weight[lay.weight > 0]
    unit = float(np.median(weighed)) if len(weighed) else 1.0
    return Moving(lay, lane, lay.weight / unit)


@dataclass(frozen=True, slots=True)
class Moving:
    """The parcels of a service by which its pace is told.

    Attributes
    ----------
    laid
        Of n parcels.
    lane
        [n, L] index of the lane's curve at each level, the finest first; -1: none.
    weight
        [n] parcels.
    """

    laid: LaidOut
    lane: IntArray
    weight: FloatArray


def observed_and_expected(
    moving: Moving, curves: Sequence[tuple[int, ...]], last_told: int, params: PaceParams
) -> tuple[float, float]:
    """Return arrivals in the last days, and those that the lanes let expect of the parcels then under way.

    The days end with `last_told`, the last one (since 1970-01-01) on which anything was told of any service: where a
    history was cut off earlier, its silence is not taken for a standstill. A day that is not over is left out; so are
    parcels without a lane, and arrivals beyond the evidence of theirs: of them nothing is expected.
    """
    laid = moving.laid
    until = np.minimum(laid.over, last_told)
    since = until - params.days  # the eve of the first of them
    here = laid.arrived != NOT_YET
    use = np.flatnonzero((laid.shipped <= until) & (~here | (laid.arrived > since)) & (moving.lane >= 0).any(axis=1))
    if not len(use):
        return 0.0, 0.0
    hazards = continued_hazards(curves, moving.lane[use])
    row, evidence = hazards.row, hazards.evidence[hazards.row]
    came = here[use] & (laid.arrived[use] <= until[use])
    end = np.where(came, laid.arrived[use] - 1, until[use])
    passed = _passed(laid, use, end) + came  # what is brought on a day off counts with the next working day
    passed = np.where(end < laid.shipped[use], 0, passed)
    before = np.where(laid.shipped[use] > since[use], -1, _passed(laid, use, since[use]))
    total = np.concatenate([np.zeros((len(hazards.of), 1)), np.cumsum(hazards.of, axis=1)], axis=1)
    most = total.shape[1] - 1
    gained = total[row, np.clip(passed + 1, 0, most)] - total[row, np.clip(before + 1, 0, most)]
    weight = moving.weight[use]
    observed = float((weight * (came & (passed < evidence))).sum())
    return observed, float((weight * np.maximum(gained, 0.0)).sum())


def _passed(laid: LaidOut, rows: IntArray, day: IntArray) -> IntArray:
    """Working days after the hand-over up to a day. [m]."""
    calendar, count = laid.calendar[rows], laid.calendars.count
    return np.asarray(np.maximum(count(calendar, day) - count(calendar, laid.shipped[rows]), 0))


@dataclass(frozen=True, slots=True)
class Hazards:
    """Chances of arriving on the k-th working day, given that the parcel had not yet.

    Attributes
    ----------
    of
        [R, K] by row of lanes.
    evidence
        [R] of so many k anything is known.
    row
        [n] of each parcel.
    """

    of: FloatArray
    evidence: IntArray
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
    return Hazards(np.nan_to_num(found), (~np.isnan(found)).sum(axis=1), row.reshape(-1))


def shrunk(observed: float, expected: float, towards: float, params: PaceParams) -> float:
    """Return the pace: 1: as the lanes say, 0.8: a fifth fewer parcels arrive on each day."""
    pace = (observed + params.prior * towards) / (expected + params.prior)
    return float(np.clip(pace, 1 / params.most, params.most))


def _at_their_paces(model: TransitModel, counts: Mapping[str, tuple[float, float]], params: PaceParams) -> TransitModel:
    """Let lanes run at the paces of their services; counts are arrivals observed and expected."""
    named = {lane.service for lane in model.lanes}
    of_all = shrunk(sum(one for one, _ in counts.values()), sum(one for _, one in counts.values()), 1.0, params)
    paces = {one: shrunk(*counts.get(one, (0.0, 0.0)), of_all, params) for one in sorted(named)}
    lanes = tuple(
        replace(lane, arrived_ppm=at_pace(lane.arrived_ppm, paces[lane.service], params)) for lane in model.lanes
    )
    told = tuple(ServicePace(service, round(pace * PPM)) for service, pace in paces.items())
    return replace(model, lanes=lanes, paces=told)


def at_pace(arrived_ppm: tuple[int, ...], pace: float, params: PaceParams) -> tuple[int, ...]:
    """Return a lane's curve at a pace: of the parcels that come, what is left is raised to its power.

    It is the mean over the spread of the pace. Who never comes is no slower for it: S = L + (1 - L) S_coming, with L
    what the curve leaves at its end.
    """
    left = 1.0 - np.array(arrived_ppm) / PPM
    lost = float(left[-1])
    coming = np.clip((left - lost) / max(1.0 - lost, 1e-9), 0.0, 1.0)
    powers = pace * np.exp(params.spread * SPREAD)
    slowed = (SHARES[:, None] * coming[None, :] ** powers[:, None]).sum(axis=0)
    return tuple(int(share) for share in np.rint((1.0 - lost) * (1.0 - slowed) * PPM))
