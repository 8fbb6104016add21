"""What becomes of parcels: when each really leaves and arrives, by chance that all policies have in common."""

from __future__ import annotations

from datetime import date

import numpy as np

from doorstep.kernels.plan.market import IntArray
from doorstep.kernels.promise.tables import PromiseTables
from doorstep.kernels.simulate.chance import order_keys, uniform_ppm
from doorstep.kernels.simulate.compiled import LOST, Sent, arrivals, departures
from doorstep.kernels.simulate.days import EPOCH_ORDINAL
from doorstep.kernels.simulate.result import Shipments
from doorstep.kernels.simulate.scenario import Slowdown
from doorstep.kernels.simulate.world import Stage

LEAVES, TRAVELS = 0, 1  # two draws of each parcel
DRAWS = 2
PARCELS = 16  # streams of an order's parcels begin there, apart from those of the order itself


def arrived_days(stage: Stage, shipments: Shipments, slower: tuple[Slowdown, ...], seed: int) -> IntArray:
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
    if real is not planned:
        left_on = _next_call(real, sent, left_on)
    arrivals(sent, real.network(), left_on, _slower(stage, shipments, slower), arrived)
    return arrived


def _next_call(real: PromiseTables, sent: Sent, left_on: IntArray) -> IntArray:
    """Let what would leave on a day without a call, of which nobody knew, leave with the next one."""
    calendars = real.calendars
    calendar = real.pair_calendar[real.pair[sent.site, sent.service]]
    before = calendars.count(calendar, left_on - 1)
    day = calendars.days[calendar, np.minimum(before, calendars.days.shape[1] - 1)]
    return np.where(left_on < 0, left_on, np.where(day > calendars.last_day, LOST, day))


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
