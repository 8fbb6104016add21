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
from doorstep.kernels.promise.calendars import Calendars
from doorstep.kernels.promise.tables import PromiseTables
from doorstep.kernels.simulate.days import EPOCH_ORDINAL
from doorstep.kernels.simulate.scenario import Closure


@dataclass(slots=True)
class Grounds(Ready):
    """A `Ready` whose batches all look into one network, in which sites are closed on the days of the scenario."""

    whole: PromiseTables = field(kw_only=True)
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
    bare: PlanProblem, orders: Sequence[Order], first_day: int, end_day: int, closed: Sequence[Closure]
) -> Grounds:
    """Compile what no batch changes; `bare` holds no orders, products or stock.

    `end_day` is the day after the last on which something is planned.
    """
    places = list({_key(order.place): order.place for order in orders}.values())
    wished = [day_of_date(order.not_before) for order in orders if order.not_before]
    whole = network_to(bare, places, first_day - 2, max([end_day, *wished]) + 2)
    if closed:
        whole = _close(whole, bare.sites, closed)
    ready = make_ready(bare)
    areas = destination_areas(places)
    return Grounds(
        ready.ground,
        ready.market,
        ready.tariff,
        ready.duties,
        whole=whole,
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


def _close(tables: PromiseTables, sites: Sequence[Site], closed: Sequence[Closure]) -> PromiseTables:
    """Give each pair of a closed site and a service a calendar of its own, without the days of the closure."""
    calendars, pair_calendar = tables.calendars, tables.pair_calendar.copy()
    days = np.arange(calendars.first_day, calendars.last_day + 1)
    counts, working = list(calendars.counts), list(calendars.days)
    for k, site in enumerate(sites):
        spans = [(day_of_date(one.first), day_of_date(one.until)) for one in closed if one.site == site.site]
        shut = np.zeros(len(days), bool)
        for first, until in spans:
            shut |= (days >= first) & (days < until)
        for pair in tables.pair[k][tables.pair[k] >= 0].tolist() if spans else ():
            works = (np.diff(calendars.counts[pair_calendar[pair]]) > 0) & ~shut
            pair_calendar[pair] = len(counts)
            counts.append(np.concatenate([[0], np.cumsum(works)]))
            row = np.full(len(days) + 1, calendars.last_day + 1, np.int64)
            row[: works.sum()] = days[works]
            working.append(row)
    changed = Calendars(
        calendars.first_day, calendars.last_day, np.array(counts, np.int32), np.array(working, np.int64)
    )
    return replace(tables, calendars=changed, pair_calendar=pair_calendar)
