"""Past parcels by which a model of durations is judged: what it said of their days, and what became of them.

A parcel is judged from its order on where its site and its service are those of the network: handling and transit
together, as a shopper meets them. Any other is judged from its hand-over on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite

import numpy as np
import numpy.typing as npt

from doorstep.domain.carriage import Service
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import PastParcel, TransitModel
from doorstep.domain.place import Place
from doorstep.domain.supply import Collection, Site
from doorstep.kernels.promise.areas import destination_areas, origin_areas
from doorstep.kernels.promise.calendars import (
    DAY_S,
    EPOCH_ORDINAL,
    CalendarBook,
    IntArray,
    destination_calendar,
)
from doorstep.kernels.promise.handling import HandlingParams
from doorstep.kernels.promise.journeys import CALLED_OFF, NOT_YET, postcode_area
from doorstep.kernels.promise.lanes import compile_curves
from doorstep.kernels.promise.network import NetworkParams, compile_network
from doorstep.kernels.promise.options import OptionParams, tell_options
from doorstep.kernels.promise.problem import Legs, PromiseProblem
from doorstep.kernels.promise.transit import TransitParams

FloatArray = npt.NDArray[np.float64]
BLOCK = 1 << 13  # parcels whose days are laid out at a time
MOST_DAYS = 400
MARGIN_DAYS = 7


@dataclass(frozen=True, slots=True)
class Ground:
    """The network that promises are made on, and the probability they have to reach."""

    sites: tuple[Site, ...]
    collections: tuple[Collection, ...]
    services: tuple[Service, ...]
    target_ppm: int


@dataclass(frozen=True, slots=True)
class Judged:
    """n parcels as known at one instant; days since 1970-01-01.

    Attributes
    ----------
    began_day
        [n] day of the order, or of the hand-over, as written.
    came_day
        [n] day of the delivery, as written; NOT_YET: not by the end of `known_day`.
    known_day
        [n] last day that was over at that instant, by the clock that the beginning was written by.
    weight
        [n] sample weight.
    site
        [n] index of the site; -1: judged from the hand-over.
    service
        [n] index of the service.
    ready_at
        [n] epoch seconds: when the order was ready.
    origin, destination
        [n] indices of `places`.
    places
        As far as lanes and calendars tell them apart.
    """

    began_day: npt.NDArray[np.int64]
    came_day: IntArray
    known_day: IntArray
    weight: FloatArray
    site: IntArray
    service: IntArray
    ready_at: IntArray
    origin: IntArray
    destination: IntArray
    places: tuple[Place, ...]

    def __len__(self) -> int:
        return len(self.began_day)


@dataclass(frozen=True, slots=True)
class Scored:
    """What a model said of n parcels, held against what came.

    Attributes
    ----------
    loss_days
        [n] ranked probability score: the sum over the days that are known of (P(arrived by then) - arrived)^2.
    promised_day
        [n] earliest day whose probability reaches the target; -1: none.
    """

    loss_days: FloatArray
    promised_day: IntArray


def judged(history: Sequence[PastParcel], since: datetime, as_of: datetime, ground: Ground) -> Judged:
    """Lay out the parcels that began in [since, as_of), as they were known at `as_of`.

    Parcels of services that are not offered, or whose instants contradict one another, are left out, as they are when
    durations are learned; those not delivered are there, up to the last whole day.
    """
    rows = _Rows(since, as_of, ground)
    for parcel in history:
        rows.add(parcel)
    table = np.array(rows.found, dtype=np.int64).reshape(len(rows.found), 8)
    began, came, known, site, service, ready, origin, to = table.T
    weight = np.array(rows.weight, dtype=np.float64)
    return Judged(began, came, known, weight, site, service, ready, origin, to, tuple(rows.places))


def scored(parcels: Judged, model: TransitModel, ground: Ground) -> Scored:
    """Score a model on some parcels: block by block, as n parcels times their days would fill the memory."""
    found = Scored(np.zeros(len(parcels)), np.full(len(parcels), -1, dtype=np.int64))
    for from_order, score in ((True, _from_order), (False, _from_hand_over)):
        rows = np.flatnonzero((parcels.site >= 0) == from_order)
        if len(rows):
            score(parcels, rows, model, ground, found)
    return found


def told_until(history: Sequence[PastParcel], before: datetime) -> datetime | None:
    """Return the last instant before another one that a history tells of; None: of nothing."""
    told = [
        at
        for one in history
        for at in (one.placed_at, one.handed_over_at, one.delivered_at)
        if at is not None and at < before
    ]
    return max(told, default=None)


class _Rows:
    """Parcels of the span: the integer columns of `Judged` but for the weight."""

    def __init__(self, since: datetime, as_of: datetime, ground: Ground) -> None:
        self.since, self.as_of = since, as_of
        self.sites = {one.site: index for index, one in enumerate(ground.sites)}
        self.services = {one.service: index for index, one in enumerate(ground.services)}
        standard = [index for index, one in enumerate(ground.services) if one.speed == "standard"]
        self.unrecorded = standard[0] if standard else -1
        self.calls = {(one.site, one.service) for one in ground.collections}
        self.gone_before = as_of - timedelta(days=TransitParams().status_known_days)
        self.waiting_before = as_of - timedelta(days=HandlingParams().status_known_days)
        self.index: dict[tuple[str, str, str], int] = {}
        self.places: list[Place] = []
        self.found: list[tuple[int, ...]] = []
        self.weight: list[float] = []

    def add(self, parcel: PastParcel) -> None:
        service = self.services.get(parcel.service, self.unrecorded if not parcel.service else -1)
        if service < 0:
            return
        handed_over, delivered = self._known(parcel.handed_over_at), self._known(parcel.delivered_at)
        in_order = handed_over is None or handed_over >= parcel.placed_at
        from_order = in_order and (parcel.site, parcel.service) in self.calls and parcel.site in self.sites
        began = parcel.placed_at if from_order else handed_over
        if began is None or not self.since <= began < self.as_of or self._called_off(parcel, handed_over, delivered):
            return
        if delivered is not None and delivered.toordinal() < max(began.toordinal(), (handed_over or began).toordinal()):
            return
        if not (isfinite(parcel.sample_weight) and parcel.sample_weight >= 0):
            raise InvalidProblem(f"sample weight of parcel {parcel.parcel} is not understood")
        ready, approved = began, self._known(parcel.approved_at)
        if from_order and approved is not None and began <= approved <= (handed_over or approved):
            ready = approved
        known = self.as_of.astimezone(began.tzinfo).toordinal() - EPOCH_ORDINAL - 1
        came = delivered.toordinal() - EPOCH_ORDINAL if delivered is not None else NOT_YET
        origin = self._place(parcel.origin_country, "", parcel.origin_postcode)
        to = self._place(parcel.destination_country, parcel.destination_region, parcel.destination_postcode)
        site = self.sites[parcel.site] if from_order else -1
        began_day = began.toordinal() - EPOCH_ORDINAL
        came = came if came <= known else NOT_YET
        self.found.append((began_day, came, known, site, service, int(ready.timestamp()), origin, to))
        self.weight.append(parcel.sample_weight)

    def _known(self, instant: datetime | None) -> datetime | None:
        return instant if instant is not None and instant < self.as_of else None

    def _called_off(self, parcel: PastParcel, handed_over: datetime | None, delivered: datetime | None) -> bool:
        """Whether it was known to be called off: a status carries no date, so as late as when durations are learned."""
        if delivered is not None or parcel.status not in CALLED_OFF:
            return False
        if handed_over is not None:
            return handed_over < self.gone_before
        return parcel.placed_at < self.waiting_before

    def _place(self, country: str, region: str, postcode: str) -> int:
        key = (country, region, postcode_area(postcode))
        if key not in self.index:
            self.index[key] = len(self.places)
            self.places.append(Place(country, region, "", key[2]))
        return self.index[key]


def _from_order(parcels: Judged, rows: IntArray, model: TransitModel, ground: Ground, into: Scored) -> None:
    """Score handling and transit together, as promises put them together."""
    ready = parcels.ready_at[rows] // DAY_S
    last = int(max(ready.max(), parcels.known_day[rows].max()))
    sites = ground.sites
    names = {one.service for one in ground.services}
    calls = [one for one in ground.collections if one.service in names]
    tables = compile_network(
        sites, calls, ground.services, parcels.places, model, ground.target_ppm, int(ready.min()) - 1, last + 1
    )
    for part in _blocks(rows):
        nothing = np.zeros(len(part), dtype=np.int64)
        legs = Legs(
            parcels.site[part], parcels.service[part], parcels.destination[part], parcels.ready_at[part],
            nothing, nothing - 1, nothing - 1,
        )  # fmt: skip
        problem = PromiseProblem(tables, legs)
        span = min(_span(parcels, part) + 1, MOST_DAYS)  # none leaves before the eve of its beginning
        told = tell_options(problem, OptionParams(quantiles_ppm=(), span_days=span))
        first = told.promised.ship_day
        days = parcels.began_day[part][:, None] + np.arange(_span(parcels, part))
        step = days - first[:, None]
        inside = np.clip(step, 0, span - 1)
        # What has no promise at all is said never to arrive.
        arrives = np.where((step >= 0) & (first >= 0)[:, None], np.take_along_axis(told.arrived_ppm, inside, 1), 0)
        into.promised_day[part] = told.promised.promised_day
        into.loss_days[part] = _loss(parcels, part, days, np.maximum(arrives, 0) / 1e6)


def _from_hand_over(parcels: Judged, rows: IntArray, model: TransitModel, ground: Ground, into: Scored) -> None:
    """Score transit alone, from the place that a parcel came from."""
    origins, ends = origin_areas(parcels.places), destination_areas(parcels.places)
    curves = compile_curves(
        ground.services, origins, ends, model, ground.target_ppm, NetworkParams().stated_on_time_ppm
    )
    book = CalendarBook()
    codes = [destination_calendar(one.country, one.region) for one in parcels.places]
    calendar_of = np.array([[book.add(one.working_days.mask, code) for code in codes] for one in ground.services])
    last = int(parcels.known_day[rows].max())
    calendars = book.build(int(parcels.began_day[rows].min()) - MARGIN_DAYS, last + MOST_DAYS)
    for part in _blocks(rows):
        service, to = parcels.service[part], parcels.destination[part]
        began, calendar = parcels.began_day[part], calendar_of[service, to]
        curve = curves.curve_of[origins.area_of[parcels.origin[part]], service, ends.area_of[to]]
        days = began[:, None] + np.arange(_span(parcels, part))
        through = calendars.count(calendar[:, None], days)
        passed = through - calendars.count(calendar, began)[:, None]
        shares = curves.arrived_ppm[curve[:, None], np.minimum(passed, curves.arrived_ppm.shape[1] - 1)]
        # Before the first working day from the hand-over on, nothing is delivered, not even on the same day.
        arrives = np.where(through > calendars.count(calendar, began - 1)[:, None], shares, 0)
        steps = curves.target_days[curve]
        nth = calendars.count(calendar, np.where(steps > 0, began, began - 1)) + np.maximum(steps, 1)
        into.promised_day[part] = calendars.days[calendar, np.minimum(nth - 1, calendars.days.shape[1] - 1)]
        into.loss_days[part] = _loss(parcels, part, days, arrives / 1e6)


def _loss(parcels: Judged, part: IntArray, days: IntArray, arrives: FloatArray) -> FloatArray:
    came = parcels.came_day[part][:, None]
    has_come = (came != NOT_YET) & (came <= days)
    missed = np.where(days <= parcels.known_day[part][:, None], arrives - has_come, 0.0)
    summed: FloatArray = (missed * missed).sum(1)
    return summed


def _span(parcels: Judged, part: IntArray) -> int:
    return int(np.clip((parcels.known_day[part] - parcels.began_day[part]).max() + 1, 1, MOST_DAYS))


def _blocks(rows: IntArray) -> list[IntArray]:
    return [rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK)]
