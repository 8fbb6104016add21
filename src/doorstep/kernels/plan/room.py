"""Room of the days: what a daily capacity leaves once the decisions before this batch have taken their part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

import numpy as np

from doorstep.domain.days import day_of, number_of
from doorstep.domain.supply import Booked
from doorstep.kernels.plan.lanes import Lanes
from doorstep.kernels.plan.market import IntArray, Market

MOST_FULL = 4  # days named that earlier decisions have filled


def room(market: Market, lanes: Lanes, start: int, days: int) -> IntArray:
    """Give what is left of each limit on each day [L, D], the first of which is `start`; never less than nothing."""
    left = np.repeat(lanes.limit[:, None], days, axis=1)
    for limit, one in _limited(market, lanes):
        day = number_of(one.day) - start
        if 0 <= day < days:
            left[limit, day] -= one.number
    return np.maximum(left, 0)


def full_days(market: Market, lanes: Lanes, days: IntArray) -> Iterator[tuple[str, date, str]]:
    """Name what decisions before this batch have filled, of the days [K, R] on which an order can leave each site.

    Gives the site, or the service there, the day, and how many it takes, in words; by site and day.
    How many are there already is not told: they may be other brands' orders.
    """
    taken: Counter[tuple[int, int]] = Counter()
    for limit, one in _limited(market, lanes):
        taken[limit, number_of(one.day)] += one.number
    for limit, day in sorted(taken, key=lambda at: (int(lanes.limit_site[at[0]]), at[1], at[0])):
        k, v, most = int(lanes.limit_site[limit]), int(lanes.limit_service[limit]), int(lanes.limit[limit])
        if taken[limit, day] < most or day not in days[k]:
            continue
        site, what = market.problem.sites[k].site, "orders" if v < 0 else "parcels"
        name = site if v < 0 else f"{site} by {market.problem.tariff.services[v].service}"
        yield name, day_of(day), f"full: earlier decisions take all {most} {what} a day"


def _limited(market: Market, lanes: Lanes) -> Iterator[tuple[int, Booked]]:
    """Give what is booked of each limit; what counts for none is left out."""
    if not market.problem.booked:
        return
    pairs = zip(lanes.limit_site.tolist(), lanes.limit_service.tolist(), strict=True)
    limits = {pair: limit for limit, pair in enumerate(pairs)}
    for one in market.problem.booked:
        limit = limits.get((market.site[one.site], market.service[one.service] if one.service else -1))
        if limit is not None:
            yield limit, one
