"""Learn how sites keep their departures, from orders that were handed over, by what was known at one instant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import isfinite

import numpy as np

from doorstep.domain.carriage import Service
from doorstep.domain.clock import WorkingDays
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import HandlingCurve, PastParcel, TransitModel
from doorstep.domain.place import Place
from doorstep.domain.supply import Collection, Site
from doorstep.domain.units import MICROS, PPM
from doorstep.kernels.promise.calendars import DAY_S, IntArray
from doorstep.kernels.promise.journeys import CALLED_OFF
from doorstep.kernels.promise.network import PromiseTables, compile_network
from doorstep.kernels.promise.problem import Legs, PromiseProblem
from doorstep.kernels.promise.promise import promise
from doorstep.kernels.promise.shrinkage import Counts, FloatArray, in_order, plain, shrunk, strength

ANY = ""  # a service that is not recorded, or does not call: whatever leaves the site
NOT_YET = -1
ANYTHING = Service(
    service=ANY,
    carrier="",
    name="",
    speed="standard",
    delivers_to="home",
    max_weight_g=0,
    max_length_mm=0,
    max_girth_mm=None,
    dim_divisor_cm3_per_kg=0,
    working_days=WorkingDays.parse("Mon-Sun"),
    min_days=0,
    max_days=0,
)


@dataclass(frozen=True, slots=True)
class HandlingParams:
    """How handling is learned, each with its default here and nowhere else.

    Attributes
    ----------
    min_parcels
        A site needs an effective number of parcels, (sum w)^2 / sum w^2, of at least this.
    horizon
        Departures followed after the first possible one; what leaves later counts as still there.
    status_known_days
        A status carries no date: that an order was called off before it left is taken as known so many days after its
        placing. Until then it counts as waiting, afterwards not at all.
    """

    min_parcels: int = 20
    horizon: int = 5
    status_known_days: int = 30

    def __post_init__(self) -> None:
        if self.min_parcels < 1 or self.horizon < 1 or self.status_known_days < 0:
            raise InvalidProblem("min_parcels < 1, horizon < 1 or status_known_days < 0 not understood")


def fit_handling(
    history: Iterable[PastParcel],
    as_of: datetime,
    sites: Sequence[Site],
    collections: Sequence[Collection],
    services: Sequence[Service],
    params: HandlingParams | None = None,
) -> tuple[HandlingCurve, ...]:
    """Estimate with which of its possible departures an order leaves, per site and per service at a site.

    An order is ready when it was placed, or when its payment was approved, if that is later and before it left. From
    then the departures of its service at its site are counted, the first possible one as 0, as promises count them, up
    to the day of the hand-over in the zone of the site; one on another day counts with the next departure. What was not
    handed over by the end of the day before that of `as_of` was still there then (censored), whatever became of it
    later. Hazards of a service at a site are drawn towards those of the site, and these towards those of all sites.

    Parameters
    ----------
    history
        Parcels in any order; those without one of these sites, or handed over before they were placed, are passed over.
    as_of
        The instant of the fit; nothing later is used.
    sites, collections, services
        The network that promises are made on.
    params
        Defaults when None.

    Returns
    -------
    tuple
        Curves of the sites with enough parcels and of their services, by site and service.

    Raises
    ------
    InvalidProblem
        For an instant without offset, a negative or infinite sample weight, or a network that contradicts itself.
    """
    params = params or HandlingParams()
    if as_of.tzinfo is None:
        raise InvalidProblem("as_of needs a UTC offset")
    waits = _Waits(as_of, sites, services, params)
    for parcel in history:
        waits.add(parcel)
    if not waits.rows:
        return ()
    seen = _seen(waits, sites, collections, services, params)
    every = np.unique(seen[:, 0])
    of_site = {int(at): _counts(seen[seen[:, 0] == at], params) for at in every}
    top = plain(_counts(seen, params))
    pull = strength([(counts, top) for counts in of_site.values()])
    priors = {at: shrunk(counts, top, pull) for at, counts in of_site.items()}
    of_pair = {
        (at, int(by)): _counts(seen[(seen[:, 0] == at) & (seen[:, 1] == by)], params)
        for at in of_site
        for by in np.unique(seen[seen[:, 0] == at, 1])
        if by < len(services)
    }
    own = strength([(counts, priors[at]) for (at, _), counts in of_pair.items()])
    curves = []
    for at, counts in of_site.items():
        parcels = int((seen[:, 0] == at).sum())
        if _effective(seen[seen[:, 0] == at, WEIGHT]) < params.min_parcels - 1e-9:
            continue
        curves.append(_curve(sites[at].site, ANY, parcels, priors[at], counts, pull))
        for (there, by), few in of_pair.items():
            if there == at:
                parcels = int(((seen[:, 0] == at) & (seen[:, 1] == by)).sum())
                hazards = shrunk(few, priors[at], own)
                curves.append(_curve(sites[at].site, services[by].service, parcels, hazards, few, own))
    return tuple(sorted(curves, key=lambda one: (one.site, one.service)))


WHEN, STEP, LEFT, WEIGHT = 2, 3, 4, 5  # columns of what was seen, after site and service


class _Waits:
    """Orders of the sites that were there at one instant: site, service, ready, handed over or NOT_YET, weight."""

    def __init__(
        self, as_of: datetime, sites: Sequence[Site], services: Sequence[Service], params: HandlingParams
    ) -> None:
        self.as_of = as_of
        self.called_off_before = as_of - timedelta(days=params.status_known_days)
        self.site = {one.site: index for index, one in enumerate(sites)}
        self.service = {one.service: index for index, one in enumerate(services)}
        self.rows: list[tuple[int, int, int, int, int]] = []

    def add(self, parcel: PastParcel) -> None:
        site = self.site.get(parcel.site)
        if site is None or parcel.placed_at >= self.as_of:
            return
        handed_over = self._known(parcel.handed_over_at)
        if handed_over is None and self._known(parcel.delivered_at) is not None:
            return  # it has left, nobody says when
        if handed_over is None and parcel.status in CALLED_OFF and parcel.placed_at < self.called_off_before:
            return
        if handed_over is not None and handed_over < parcel.placed_at:
            return
        if not (isfinite(parcel.sample_weight) and parcel.sample_weight >= 0):
            raise InvalidProblem(f"sample weight of parcel {parcel.parcel} is not understood")
        ready = parcel.placed_at
        approved = self._known(parcel.approved_at)
        if approved is not None and ready <= approved and (handed_over is None or approved <= handed_over):
            ready = approved
        left = NOT_YET if handed_over is None else int(handed_over.timestamp())
        weight = round(parcel.sample_weight * MICROS)
        service = self.service.get(parcel.service, len(self.service))
        self.rows.append((site, service, int(ready.timestamp()), left, weight))

    def _known(self, instant: datetime | None) -> datetime | None:
        return instant if instant is not None and instant < self.as_of else None


def _seen(
    waits: _Waits,
    sites: Sequence[Site],
    collections: Sequence[Collection],
    services: Sequence[Service],
    params: HandlingParams,
) -> IntArray:
    """Count departures: [n, 6] site, service, WHEN it could leave first, the last STEP, whether it LEFT, WEIGHT."""
    rows = np.array(waits.rows, dtype=np.int64)
    now = int(waits.as_of.timestamp())
    tables = _network(sites, collections, services, int(rows[:, 2].min()) // DAY_S - 1, now // DAY_S + 1)
    calls = tables.pair[rows[:, 0], rows[:, 1]]
    service = np.where(calls >= 0, rows[:, 1], len(services))
    kept = tables.pair[rows[:, 0], service] >= 0
    rows, service = rows[kept], service[kept]
    site, nothing = rows[:, 0], np.zeros(len(rows), dtype=np.int64)
    legs = Legs(site, service, nothing, rows[:, 2], nothing, nothing - 1, nothing - 1)
    first = promise(PromiseProblem(tables, legs)).ship_day
    zone = tables.site_zone[site]
    ready_day, left_day = (tables.zones.local(zone, rows[:, column]) // DAY_S for column in (2, 3))
    eve = tables.zones.local(zone, np.full(len(rows), now)) // DAY_S - 1  # the last whole day
    left = (rows[:, 3] != NOT_YET) & (left_day <= eve)
    calendar = tables.pair_calendar[tables.pair[site, service]]
    # Of a hand-over on another day than that of a departure it is known that it was there no more by the next one.
    until = np.where(left, left_day - 1, eve)
    step = tables.calendars.count(calendar, until) - tables.calendars.count(calendar, first) + left
    step = np.where(left & (left_day <= first), 0, step)
    told = left | (eve >= first)
    left &= step <= params.horizon
    columns = (site, service, (ready_day < first).astype(np.int64), np.minimum(step, params.horizon), left, rows[:, 4])
    seen: IntArray = np.stack([column.astype(np.int64) for column in columns], axis=1)[told & (first >= 0)]
    return seen


def _network(
    sites: Sequence[Site], collections: Sequence[Collection], services: Sequence[Service], first_day: int, last_day: int
) -> PromiseTables:
    """Compile the departures of each service, and after them those of whatever leaves a site."""
    known = {one.service for one in services}
    calls = [one for one in collections if one.service in known]
    together = {(one.site, one.collection_time_s, one.working_days.mask): one for one in collections}
    calls += [replace(one, service=ANY, daily_parcel_capacity=None) for one in together.values()]
    model = TransitModel(datetime(1970, 1, 1, tzinfo=UTC))
    return compile_network(
        sites, calls, (*services, ANYTHING), (Place("", "", "", ""),), model, PPM // 2, first_day, last_day
    )


def _counts(seen: IntArray, params: HandlingParams) -> Counts:
    came, waits = (np.zeros((2, params.horizon + 1), dtype=np.int64) for _ in range(2))
    left = seen[:, LEFT] == 1
    np.add.at(came, (seen[left, WHEN], seen[left, STEP]), seen[left, WEIGHT])
    np.add.at(waits, (seen[~left, WHEN], seen[~left, STEP]), seen[~left, WEIGHT])
    at_risk = np.cumsum((came + waits)[:, ::-1], axis=1)[:, ::-1]
    scale = _effective(seen[:, WEIGHT]) / max(int(seen[:, WEIGHT].sum()), 1)
    return Counts(np.float64(scale) * came, np.float64(scale) * at_risk)


def _effective(weights: IntArray) -> float:
    shares = np.sort(weights) / MICROS  # sorted: the sums must not depend on the order of the history
    squares = float((shares * shares).sum())
    return float(shares.sum()) ** 2 / squares if squares > 0 else 0.0


def _curve(site: str, service: str, parcels: int, hazards: FloatArray, counts: Counts, pull: float) -> HandlingCurve:
    same_day, next_day = in_order(hazards, counts.at_risk[:, 0] + pull)
    return HandlingCurve(site, service, parcels, same_day, next_day)
