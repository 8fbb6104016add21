"""What becomes of parcels: when each really leaves and arrives, by chance that all policies have in common."""

from __future__ import annotations

from datetime import date

import numpy as np

from doorstep.kernels.plan.market import IntArray
from doorstep.kernels.promise.calendars import IntArray as IndexArray
from doorstep.kernels.promise.tables import PromiseTables
from doorstep.kernels.simulate.chance import order_keys, uniform_ppm
from doorstep.kernels.simulate.compiled import LOST, Sent, arrivals, departures
from doorstep.kernels.simulate.days import EPOCH_ORDINAL
from doorstep.kernels.simulate.result import Shipments
from doorstep.kernels.simulate.scenario import Scenario, Slowdown
from doorstep.kernels.simulate.station import Station, packed_at
from doorstep.kernels.simulate.world import Stage

LEAVES, TRAVELS = 0, 1  # two draws of each parcel
DRAWS = 2
PACKS = 1 << 20  # a third, far from those of all parcels
PARCELS = 16  # streams of an order's parcels begin there, apart from those of the order itself


def arrived_days(stage: Stage, shipments: Shipments, scenario: Scenario, seed: int) -> IntArray:
    """Draw the day on which each parcel arrives, by the curves that promises rest on. [P], -1: never."""
    orders = stage.problem.orders
    keys = order_keys(orders)[shipments.order] if len(orders) else np.zeros(0, np.uint64)
    stream = PARCELS + DRAWS * shipments.number
    areas = stage.grounds.areas_of([order.place for order in orders])
    sent = Sent(
        site=shipments.site,
        service=shipments.service,
        area=areas[shipments.order],
        ready_at=shipments.ready_at,
        ship_day=shipments.ship_day,
        left=uniform_ppm(keys, seed, stream + LEAVES),
        travelled=uniform_ppm(keys, seed, stream + TRAVELS),
    )
    planned, real = stage.grounds.whole, stage.grounds.real
    left_on, arrived = np.empty(len(sent.site), np.int64), np.empty(len(sent.site), np.int64)
    departures(sent, planned.network(), left_on)
    for station in scenario.stations:
        left_on = _packed(stage, station, sent, left_on, uniform_ppm(keys, seed, stream + PACKS))
    if real is not planned:
        left_on = _next_call(real, sent, left_on)
    arrivals(sent, real.network(), left_on, _slower(stage, shipments, scenario.slower), arrived)
    return arrived


def _packed(stage: Stage, station: Station, sent: Sent, left_on: IntArray, draw: IntArray) -> IntArray:
    """Let what a station has not packed in time leave with the next call after it."""
    problem, tables = stage.problem, stage.grounds.whole
    at = [site.site for site in problem.sites].index(station.site)
    here = np.flatnonzero((sent.site == at) & (left_on >= 0))
    here = here[np.lexsort((here, sent.ready_at[here]))]
    day, second = packed_at(station, problem.sites[at].time_zone, sent.ready_at[here], draw[here])
    last = np.zeros(len(problem.tariff.services), np.int64)  # call of the day, of each service
    names = {one.service: v for v, one in enumerate(problem.tariff.services)}
    for call in problem.collections:
        if call.site == station.site:
            last[names[call.service]] = max(last[names[call.service]], call.collection_time_s)
    first = day + (second > last[sent.service[here]])
    calendar = tables.pair_calendar[tables.pair[at, sent.service[here]]]
    found = left_on.copy()
    late = first > left_on[here]
    found[here[late]] = on_or_after(tables, calendar[late], first[late])
    return found


def on_or_after(tables: PromiseTables, calendar: IndexArray, day: IntArray) -> IntArray:
    """Give the first day of a calendar from a day on; LOST: there is none."""
    calendars = tables.calendars
    before = calendars.count(calendar, day - 1)
    found = calendars.days[calendar, np.minimum(before, calendars.days.shape[1] - 1)]
    return np.where(found > calendars.last_day, LOST, found)


def _next_call(real: PromiseTables, sent: Sent, left_on: IntArray) -> IntArray:
    """Let what would leave on a day without a call, of which nobody knew, leave with the next one."""
    calendar = real.pair_calendar[real.pair[sent.site, sent.service]]
    return np.where(left_on < 0, left_on, on_or_after(real, calendar, left_on))


def _slower(stage: Stage, shipments: Shipments, slower: tuple[Slowdown, ...]) -> IntArray:
    """Days that each parcel takes longer; several slowdowns add up."""
    names = [one.service for one in stage.problem.tariff.services]
    found = np.zeros(len(shipments.order), np.int64)
    for one in slower:
        meant = shipments.ship_day >= _day(one.first)
        if one.until is not None:
            meant &= shipments.ship_day < _day(one.until)
        if one.service:
            of = names.index(one.service) if one.service in names else -1
            meant &= shipments.service == of
        found += np.where(meant, one.days, 0)
    return found


def _day(day: date) -> int:
    return day.toordinal() - EPOCH_ORDINAL
