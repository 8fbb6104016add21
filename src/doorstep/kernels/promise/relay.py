"""Linehauls laid out for promises: when what leaves on a day is at the depot, and which collection takes it over."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from doorstep.domain.supply import Linehaul, Site
from doorstep.kernels.promise.calendars import DAY_S, CalendarBook, IntArray
from doorstep.kernels.promise.compiled_relay import Relay, hand_over
from doorstep.kernels.promise.tables import PromiseTables


def compile_relay(
    tables: PromiseTables, sites: Sequence[Site], linehauls: Sequence[Linehaul], local: IntArray, depot: IntArray
) -> Relay:
    """Follow what leaves on each covered day to the collection at the depot.

    Parameters
    ----------
    tables
        The network, whose last X services stand for linehauls: their collections are the departures.
    sites
        Of the network, in its order.
    linehauls
        [X] of these services.
    local, depot
        [X] indices of the service that takes over, and of the site where it does.

    Returns
    -------
    Relay
        As the compiled loop takes it.
    """
    calendars, zones = tables.calendars, tables.zones
    days = np.arange(calendars.first_day, calendars.last_day + 1)
    at = {site.site: k for k, site in enumerate(sites)}
    book = CalendarBook()
    codes = [book.add(one.working_days.mask, sites[at[one.depot]].holiday_calendar) for one in linehauls]
    working = book.build(calendars.first_day, calendars.last_day)
    shape = (len(linehauls), len(days))
    ready_at, ready_day = np.zeros(shape, np.int64), np.full(shape, -1, np.int64)
    for x, (one, code) in enumerate(zip(linehauls, codes, strict=True)):
        zone, end = tables.site_zone[[at[one.site]]], tables.site_zone[[at[one.depot]]]
        there = days
        if one.transit_days:
            nth = working.count(np.full(1, code), days) + one.transit_days
            there = working.days[code, np.minimum(nth, working.days.shape[1]) - 1]
        leaves = zones.instant(zone, days * DAY_S + one.departure_time_s)
        ready_at[x] = np.maximum(zones.instant(end, there * DAY_S + one.arrival_time_s), leaves)
        ready_day[x] = zones.local(end, ready_at[x]) // DAY_S
    relay = Relay(
        first=len(tables.delivery_calendar) - len(linehauls),
        local=np.ascontiguousarray(local, np.int64),
        depot=np.ascontiguousarray(depot, np.int64),
        ready_at=ready_at,
        handed_day=np.full(shape, -1, np.int64),
        handed_at=np.full(shape, -1, np.int64),
    )
    hand_over(tables.network(), relay, ready_day)
    return relay
