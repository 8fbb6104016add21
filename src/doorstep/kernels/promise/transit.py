"""Learn transit times per lane from parcels that have travelled, by what was known at one instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from doorstep.domain.carriage import Service
from doorstep.domain.clock import WorkingDays
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import Lane, PastParcel, TransitModel
from doorstep.domain.units import MICROS
from doorstep.kernels.promise.calendars import IntArray
from doorstep.kernels.promise.curves import kaplan_meier
from doorstep.kernels.promise.journeys import (
    DEFAULT_WORKING_DAYS,
    NOT_YET,
    STATUS_KNOWN_DAYS,
    Journeys,
    LaidOut,
    LaneKey,
    key_of,
    laid_out,
    learned_services,
)
from doorstep.kernels.run import Run


@dataclass(frozen=True, slots=True)
class TransitParams:
    """How lanes are learned, each with its default here and nowhere else.

    Attributes
    ----------
    min_parcels
        A lane needs an effective number of parcels, (sum w)^2 / sum w^2, of at least this.
    horizon_days
        Working days followed; what arrives later counts as still under way.
    status_known_days
        A status carries no date: that a parcel was called off (cancelled, unavailable) is taken as known so many days
        after its hand-over. Until then it counts as under way, afterwards not at all.
    default_working_days
        Of services that are not described.
    """

    min_parcels: int = 20
    horizon_days: int = 60
    status_known_days: int = STATUS_KNOWN_DAYS
    default_working_days: WorkingDays = DEFAULT_WORKING_DAYS

    def __post_init__(self) -> None:
        if self.min_parcels < 1 or self.horizon_days < 1 or self.status_known_days < 0:
            raise InvalidProblem("min_parcels < 1, horizon_days < 1 or status_known_days < 0 not understood")


def fit_transit(
    history: Iterable[PastParcel],
    as_of: datetime,
    params: TransitParams | None = None,
    run: Run | None = None,
    *,
    services: Sequence[Service] = (),
) -> TransitModel:
    """Estimate arrival curves per lane, censored at `as_of`.

    A parcel counts when it was handed over before `as_of`. It has arrived when it was delivered before `as_of`; else it
    was still under way at the end of that day (censored, Kaplan-Meier), whatever became of it later. Transit is the
    number of working days after the local date of hand-over up to the local date of delivery, both read with the offset
    they are written with; working days are those of the service less the holidays of the destination; a delivery on
    another day counts as of the next working day. A parcel delivered before the date of its hand-over is left out: its
    record contradicts itself.

    Parameters
    ----------
    history
        Parcels, in any order: the model does not depend on it.
    as_of
        The instant of the fit; nothing later is used.
    params
        Defaults when None.
    run
        Progress is reported per service.
    services
        The services to learn, with their working days; parcels whose service is not recorded inform those of standard
        speed. None given: every service named in the history is learned on the default working days, and the unrecorded
        ones form lanes of the empty service, which standard services fall back to.

    Returns
    -------
    TransitModel
        Lanes with enough parcels, coarsest level first.

    Raises
    ------
    InvalidProblem
        For an instant without offset or a negative or infinite sample weight.
    """
    params, run = params or TransitParams(), run or Run()
    if as_of.tzinfo is None:
        raise InvalidProblem("as_of needs a UTC offset")
    journeys = Journeys(as_of, params.status_known_days)
    for parcel in history:
        journeys.add(parcel)
    tasks = learned_services(journeys, services, params.default_working_days)
    lanes: list[Lane] = []
    for done, (service, working_days, members) in enumerate(tasks):
        run.progress("learning transit times", done, len(tasks))
        if len(members):
            lay = laid_out(journeys, working_days, members)
            lanes.extend(_lanes(journeys, service, lay, members, params))
    run.progress("learning transit times", len(tasks), len(tasks))
    lanes.sort(key=lambda lane: (-lane.level, lane.service, *key_of(lane)))
    return TransitModel(as_of=as_of, lanes=tuple(lanes))


def _lanes(journeys: Journeys, service: str, lay: LaidOut, members: IntArray, params: TransitParams) -> Iterator[Lane]:
    until = np.where(lay.arrived == NOT_YET, lay.last, lay.arrived)
    count, calendar = lay.calendars.count, lay.calendar
    # A day off counts with the working day after it: a parcel brought on a Sunday is not promised for the Saturday.
    passed = count(calendar, until - 1) - count(calendar, lay.shipped) + 1
    passed = np.where(until <= lay.shipped, 0, passed)
    has_arrived = (lay.arrived != NOT_YET) & (passed <= params.horizon_days)
    passed = np.minimum(passed, params.horizon_days)
    lane_of_code = journeys.lane_of_code
    for level, codes in enumerate(np.array(journeys.levels, dtype=np.int64)[members].T):
        yield from _level(service, level, lane_of_code, codes, passed, has_arrived, lay.weight, params)


def _level(
    service: str,
    level: int,
    lane_of_code: list[LaneKey],
    codes: IntArray,
    passed: IntArray,
    has_arrived: IntArray,
    weight: IntArray,
    params: TransitParams,
) -> Iterator[Lane]:
    """Yield the lanes of one service and level."""
    order = np.argsort(codes, kind="stable")
    found, starts = np.unique(codes[order], return_index=True)
    for code, rows in zip(found, np.split(order, starts[1:]), strict=True):
        weights = weight[rows]
        shares = np.sort(weights) / MICROS  # sorted: the sums must not depend on the order of the history
        squares = float((shares * shares).sum())
        if code < 0 or squares <= 0 or float(shares.sum()) ** 2 / squares < params.min_parcels - 1e-9:
            continue
        size = params.horizon_days + 1
        came = np.zeros(size, dtype=np.int64)
        waits = np.zeros(size, dtype=np.int64)
        np.add.at(came, passed[rows][has_arrived[rows]], weights[has_arrived[rows]])
        np.add.at(waits, passed[rows][~has_arrived[rows]], weights[~has_arrived[rows]])
        key = lane_of_code[int(code)]
        yield Lane(level, service, *key, len(rows), kaplan_meier(came, waits))
