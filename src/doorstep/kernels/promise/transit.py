"""Learn transit times per lane from parcels that have travelled, by what was known at one instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import isfinite

import numpy as np

from doorstep.domain.carriage import Service
from doorstep.domain.clock import WorkingDays
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import Lane, PastParcel, ServicePace, TransitModel
from doorstep.domain.units import MICROS, PPM
from doorstep.kernels.promise.calendars import (
    EPOCH_ORDINAL,
    CalendarBook,
    Calendars,
    IntArray,
    bare_region,
    destination_calendar,
)
from doorstep.kernels.promise.curves import kaplan_meier
from doorstep.kernels.promise.pace import Moving, PaceParams, at_pace, observed_and_expected, shrunk
from doorstep.kernels.run import Run

CALLED_OFF = frozenset({"canceled", "cancelled", "unavailable"})
NOT_YET = -1
PACE_ROOM_DAYS = 400  # calendars begin so long before the first hand-over, for days looked back on
LaneKey = tuple[str, str, str, str, str]


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
    status_known_days: int = 90
    default_working_days: WorkingDays = field(default_factory=lambda: WorkingDays.parse("Mon-Sat"))

    def __post_init__(self) -> None:
        if self.min_parcels < 1 or self.horizon_days < 1 or self.status_known_days < 0:
            raise InvalidProblem("min_parcels < 1, horizon_days < 1 or status_known_days < 0 not understood")


def lane_keys(
    origin_country: str,
    origin_postcode: str,
    destination_country: str,
    destination_region: str,
    destination_postcode: str,
) -> tuple[LaneKey | None, ...]:
    """Return the lane fields of a journey at each level, finest first; None where its address is too short for one.

    0: postcode areas of two characters at both ends. 1: origin area of one character to a region. 2: any origin to a
    region. 3: any origin to a country. 4: anywhere.
    """
    origin, destination = postcode_area(origin_postcode), postcode_area(destination_postcode)
    region = bare_region(destination_country, destination_region)
    return (
        (origin_country, origin, destination_country, "", destination)
        if len(origin) == 2 and len(destination) == 2
        else None,
        (origin_country, origin[:1], destination_country, region, "") if origin and region else None,
        ("", "", destination_country, region, "") if region else None,
        ("", "", destination_country, "", ""),
        ("", "", "", "", ""),
    )


def postcode_area(postcode: str) -> str:
    """Return the first two characters of a postcode, spaces left out, in capitals."""
    return postcode.replace(" ", "")[:2].upper()


def fit_transit(
    history: Iterable[PastParcel],
    as_of: datetime,
    params: TransitParams | None = None,
    run: Run | None = None,
    *,
    services: Sequence[Service] = (),
    pace: PaceParams | None = None,
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
    pace
        Given: the lanes of each service run at the pace of its last days (`pace.observed_and_expected`). None: they are
        the mean of the whole past.

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
    journeys = _Journeys(as_of, params.status_known_days)
    for parcel in history:
        journeys.add(parcel)
    tasks = _learned_services(journeys, services, params)
    lanes: list[Lane] = []
    counts: dict[str, tuple[float, float]] = {}
    for done, (service, working_days, members) in enumerate(tasks):
        run.progress("learning transit times", done, len(tasks))
        if len(members):
            lay = _laid_out(journeys, working_days, members)
            own = _lanes(journeys, service, lay, members, params)
            lanes.extend(lane for lane, _, _ in own)
            if pace is not None:
                counts[service] = observed_and_expected(_moving(journeys, lay, members, own), pace)
    run.progress("learning transit times", len(tasks), len(tasks))
    lanes.sort(key=lambda lane: (-lane.level, lane.service, *_fields(lane)))
    model = TransitModel(as_of=as_of, lanes=tuple(lanes))
    return model if pace is None else _at_their_paces(model, counts, pace)


def _at_their_paces(model: TransitModel, counts: dict[str, tuple[float, float]], params: PaceParams) -> TransitModel:
    """Let the lanes of each service run at its pace; counts are arrivals observed and expected."""
    of_all = shrunk(sum(one for one, _ in counts.values()), sum(one for _, one in counts.values()), 1.0, params)
    paces = {service: shrunk(observed, expected, of_all, params) for service, (observed, expected) in counts.items()}
    lanes = tuple(
        replace(lane, arrived_ppm=at_pace(lane.arrived_ppm, paces[lane.service], params)) for lane in model.lanes
    )
    told = tuple(ServicePace(service, round(pace * PPM)) for service, pace in sorted(paces.items()))
    return replace(model, lanes=lanes, paces=told)


def _fields(lane: Lane) -> LaneKey:
    return (
        lane.origin_country,
        lane.origin_prefix,
        lane.destination_country,
        lane.destination_region,
        lane.destination_prefix,
    )


class _Journeys:
    """The parcels known at one instant, as columns."""

    def __init__(self, as_of: datetime, status_known_days: int) -> None:
        self._as_of = as_of
        self._called_off_before = as_of - timedelta(days=status_known_days)
        self._last_days: dict[timedelta | None, tuple[int, int]] = {}
        self._codes: dict[LaneKey | None, int] = {None: -1}
        self._keys: dict[tuple[str, str, str, str, str], tuple[tuple[int, ...], str]] = {}
        self.shipped: list[int] = []
        self.arrived: list[int] = []  # day, or NOT_YET
        self.last: list[int] = []  # the last day begun at as_of
        self.over: list[int] = []  # the last day over at as_of
        self.weight: list[int] = []  # millionths
        self.service: list[str] = []
        self.calendar: list[str] = []
        self.levels: list[tuple[int, ...]] = []  # code of the lane at each level, -1: none

    @property
    def lane_of_code(self) -> list[LaneKey]:
        return [key for key in self._codes if key is not None]

    def add(self, parcel: PastParcel) -> None:
        handed_over, delivered = parcel.handed_over_at, parcel.delivered_at
        if handed_over is None or handed_over >= self._as_of:
            return
        if delivered is not None and delivered >= self._as_of:
            delivered = None
        if delivered is None and parcel.status in CALLED_OFF and handed_over < self._called_off_before:
            return
        if delivered is not None and delivered.date() < handed_over.date():
            return
        if not (isfinite(parcel.sample_weight) and parcel.sample_weight >= 0):
            raise InvalidProblem(f"sample weight of parcel {parcel.parcel} is not understood")
        levels, calendar = self._lane(parcel)
        self.shipped.append(handed_over.toordinal() - EPOCH_ORDINAL)
        self.arrived.append(delivered.toordinal() - EPOCH_ORDINAL if delivered is not None else NOT_YET)
        last, over = self._last(handed_over)
        self.last.append(last)
        self.over.append(over)
        self.weight.append(round(parcel.sample_weight * MICROS))
        self.service.append(parcel.service)
        self.calendar.append(calendar)
        self.levels.append(levels)

    def _lane(self, parcel: PastParcel) -> tuple[tuple[int, ...], str]:
        key = (
            parcel.origin_country,
            postcode_area(parcel.origin_postcode),
            parcel.destination_country,
            parcel.destination_region,
            postcode_area(parcel.destination_postcode),
        )
        if key not in self._keys:
            codes = tuple(self._codes.setdefault(lane, len(self._codes) - 1) for lane in lane_keys(*key))
            self._keys[key] = (codes, destination_calendar(parcel.destination_country, parcel.destination_region))
        return self._keys[key]

    def _last(self, handed_over: datetime) -> tuple[int, int]:
        """Name the last day that has begun, and the last that is over, by the clock of a hand-over."""
        offset = handed_over.utcoffset()
        if offset not in self._last_days:
            now = self._as_of.astimezone(handed_over.tzinfo)
            begun = (now - timedelta(microseconds=1)).toordinal() - EPOCH_ORDINAL
            self._last_days[offset] = (begun, now.toordinal() - 1 - EPOCH_ORDINAL)
        return self._last_days[offset]


def _learned_services(
    journeys: _Journeys, services: Sequence[Service], params: TransitParams
) -> list[tuple[str, WorkingDays, IntArray]]:
    """Name each service to learn, its working days, and the rows of the parcels that inform it."""
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(journeys.service):
        rows.setdefault(name, []).append(row)
    if not services:
        return [(name, params.default_working_days, np.array(rows[name])) for name in sorted(rows)]
    learned: list[tuple[str, WorkingDays, IntArray]] = []
    for service in services:
        own = rows.get(service.service, [])
        members = own + rows.get("", []) if service.speed == "standard" else own
        learned.append((service.service, service.working_days, np.array(members, dtype=np.int64)))
    return learned


@dataclass(frozen=True, slots=True)
class _LaidOut:
    """The parcels that inform a service, by its working days."""

    shipped: IntArray
    arrived: IntArray
    last: IntArray
    over: IntArray
    weight: IntArray
    calendar: IntArray
    calendars: Calendars


def _laid_out(journeys: _Journeys, working_days: WorkingDays, members: IntArray) -> _LaidOut:
    shipped, arrived, last, over, weight = (
        np.array(column, dtype=np.int64)[members]
        for column in (journeys.shipped, journeys.arrived, journeys.last, journeys.over, journeys.weight)
    )
    book = CalendarBook()
    index = {code: book.add(working_days.mask, code) for code in sorted(set(journeys.calendar))}
    calendar = np.array([index[code] for code in journeys.calendar], dtype=np.int64)[members]
    calendars = book.build(int(shipped.min()) - PACE_ROOM_DAYS, int(max(last.max(), arrived.max(), shipped.max())))
    return _LaidOut(shipped, arrived, last, over, weight, calendar, calendars)


def _moving(
    journeys: _Journeys, lay: _LaidOut, members: IntArray, lanes: Sequence[tuple[Lane, int, IntArray]]
) -> Moving:
    lane = np.full((len(members), len(journeys.levels[0])), -1, dtype=np.int64)
    for index, (_, level, rows) in enumerate(lanes):
        lane[rows, level] = index
    weighed = lay.weight[lay.weight > 0]
    unit = float(np.median(weighed)) if len(weighed) else 1.0
    return Moving(
        shipped=lay.shipped,
        arrived=lay.arrived,
        over=lay.over,
        calendars=lay.calendars,
        calendar=lay.calendar,
        lane=lane,
        curves=[one.arrived_ppm for one, _, _ in lanes],
        weight=lay.weight / unit,
    )


def _lanes(
    journeys: _Journeys, service: str, lay: _LaidOut, members: IntArray, params: TransitParams
) -> list[tuple[Lane, int, IntArray]]:
    """Return the lanes of a service, each with its level and its parcels."""
    until = np.where(lay.arrived == NOT_YET, lay.last, lay.arrived)
    count, calendar = lay.calendars.count, lay.calendar
    # A day off counts with the working day after it: a parcel brought on a Sunday is not promised for the Saturday.
    passed = count(calendar, until - 1) - count(calendar, lay.shipped) + 1
    passed = np.where(until <= lay.shipped, 0, passed)
    has_arrived = (lay.arrived != NOT_YET) & (passed <= params.horizon_days)
    passed = np.minimum(passed, params.horizon_days)
    lane_of_code = journeys.lane_of_code
    found: list[tuple[Lane, int, IntArray]] = []
    for level, codes in enumerate(np.array(journeys.levels, dtype=np.int64)[members].T):
        found.extend(_level(service, level, lane_of_code, codes, passed, has_arrived, lay.weight, params))
    return found


def _level(
    service: str,
    level: int,
    lane_of_code: list[LaneKey],
    codes: IntArray,
    passed: IntArray,
    has_arrived: IntArray,
    weight: IntArray,
    params: TransitParams,
) -> Iterator[tuple[Lane, int, IntArray]]:
    """Yield the lanes of one service and level, each with its level and its parcels."""
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
        yield Lane(level, service, *key, len(rows), kaplan_meier(came, waits)), level, rows
