"""What all batches of a simulation share: tariff, lanes, packing verdicts, and one network for all days and places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.demand import Order
from doorstep.domain.place import Place
from doorstep.domain.supply import Site
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.plan.ready import Ready, make_ready, network_to
from doorstep.kernels.promise.areas import Area, destination_areas
from doorstep.kernels.promise.calendars import Calendars, IntArray, bare_region
from doorstep.kernels.promise.tables import PromiseTables
from doorstep.kernels.simulate.changes import Disruption
from doorstep.kernels.simulate.days import EPOCH_ORDINAL
from doorstep.kernels.simulate.scenario import Closure


@dataclass(slots=True)
class Grounds(Ready):
    """A `Ready` whose batches all look into one network, in which sites are closed on the days of the scenario."""

    whole: PromiseTables = field(kw_only=True)
    real: PromiseTables = field(kw_only=True)  # the same, with what nobody announced; fates are drawn by it
    area: dict[Area, int] = field(kw_only=True)  # a destination of `whole` in it

    def network_to(self, places: Sequence[Place], first_day: int, last_day: int) -> PromiseTables:
        """Give the tables of these destinations, for whatever days of the simulation."""
        assert self.whole.calendars.first_day <= first_day <= last_day <= self.whole.calendars.last_day
        return replace(self.whole, destination_area=self.areas_of(places))

    def areas_of(self, places: Sequence[Place]) -> NDArray[np.int64]:
        """Give the destination area of each place."""
        found = destination_areas(places)
        rows = np.array([self.area[one] for one in found.areas], np.int64)
        return rows[found.area_of] if len(rows) else np.zeros(0, np.int64)


def lay_ground(
    bare: PlanProblem,
    orders: Sequence[Order],
    first_day: int,
    end_day: int,
    closed: Sequence[Closure],
    disruptions: Sequence[Disruption] = (),
) -> Grounds:
    """Compile what no batch changes; `bare` holds no orders, products or stock.

    `end_day` is the day after the last on which something is planned.
    """
    places = list({_key(order.place): order.place for order in orders}.values())
    wished = [day_of_date(order.not_before) for order in orders if order.not_before]
    whole = network_to(bare, places, first_day - 2, max([end_day, *wished]) + 2)
    areas = destination_areas(places)
    services = [one.service for one in bare.tariff.services]
    for one in closed:
        whole = _close(whole, bare.sites, one)
    for known in (one for one in disruptions if one.announced):
        whole = _disrupt(whole, services, areas.areas, known)
    real = whole
    for unknown in (one for one in disruptions if not one.announced):
        real = _disrupt(real, services, areas.areas, unknown)
    ready = make_ready(bare)
    return Grounds(
        ready.ground,
        ready.market,
        ready.tariff,
        ready.duties,
        whole=whole,
        real=real,
        area={area: n for n, area in enumerate(areas.areas)},
    )


def day_of_date(day: date) -> int:
    """Give a date in days since 1970-01-01."""
    return day.toordinal() - EPOCH_ORDINAL


def is_closed(site: Site, closed: Sequence[Closure], now: datetime) -> bool:
    """Say whether a site is closed on its local date of an instant."""
    today = now.astimezone(ZoneInfo(site.time_zone)).date()
    return any(one.site == site.site and one.first <= today < one.until for one in closed)


def _key(place: Place) -> tuple[str, str, str]:
    return place.country, place.region, place.postcode


def _close(tables: PromiseTables, sites: Sequence[Site], closure: Closure) -> PromiseTables:
    """Let nothing leave a site on the days of its closure."""
    at = [site.site for site in sites].index(closure.site)
    return _no_calls(tables, tables.pair[at], closure.first, closure.until)


def _disrupt(tables: PromiseTables, services: Sequence[str], areas: Sequence[Area], one: Disruption) -> PromiseTables:
    """Let nothing leave by a service, or nothing be delivered by it where the disruption is."""
    if one.service and one.service not in services:  # the scenario took it away
        return tables
    of = [services.index(one.service)] if one.service else list(range(len(services)))
    if not one.country:
        return _no_calls(tables, tables.pair[:, of], one.first, one.until)
    region = bare_region(one.country, one.region)
    there = [n for n, area in enumerate(areas) if area[0] == one.country and (not region or area[1] == region)]
    mask = np.zeros(tables.delivery_calendar.shape, bool)
    mask[np.ix_(of, there)] = True
    calendars, calendar = _without(tables.calendars, tables.delivery_calendar, mask, one.first, one.until)
    return replace(tables, calendars=calendars, delivery_calendar=calendar)


def _no_calls(tables: PromiseTables, pairs: IntArray, first: date, until: date) -> PromiseTables:
    mask = np.zeros(tables.pair_calendar.shape, bool)
    mask[pairs[pairs >= 0]] = True
    calendars, calendar = _without(tables.calendars, tables.pair_calendar, mask, first, until)
    return replace(tables, calendars=calendars, pair_calendar=calendar)


def _without(
    calendars: Calendars, index: IntArray, mask: NDArray[np.bool_], first: date, until: date
) -> tuple[Calendars, IntArray]:
    """Give the calendars where the mask is one more, each without these days."""
    days = np.arange(calendars.first_day, calendars.last_day + 1)
    shut = (days >= day_of_date(first)) & (days < day_of_date(until))
    if not shut.any() or not mask.any():
        return calendars, index
    changed, counts, working = index.copy(), list(calendars.counts), list(calendars.days)
    for one in np.unique(index[mask]).tolist():
        works = (np.diff(calendars.counts[one]) > 0) & ~shut
        changed[mask & (index == one)] = len(counts)
        counts.append(np.concatenate([[0], np.cumsum(works)]))
        row = np.full(len(days) + 1, calendars.last_day + 1, np.int64)
        row[: works.sum()] = days[works]
        working.append(row)
    found = Calendars(calendars.first_day, calendars.last_day, np.array(counts, np.int32), np.array(working, np.int64))
    return found, changed
