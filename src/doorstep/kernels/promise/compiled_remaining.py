"""The inner loop of remaining time: one pass over parcels under way, and for each over the days that may bring it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from doorstep.domain.units import PPM
from doorstep.kernels.compiled import compiled
from doorstep.kernels.promise.calendars import DAY_S, IntArray
from doorstep.kernels.promise.compiled import (
    BEYOND_CALENDAR,
    NEVER,
    NO_COLLECTION,
    OK,
    Network,
    count,
    first_call,
    instant,
    nth,
    on_or_after,
    on_time,
    works,
)
from doorstep.kernels.promise.compiled_options import last_call
from doorstep.kernels.promise.local_time import SPAN_S

if TYPE_CHECKING:
    from numpy import int32, int64, uint8
    from numpy.typing import NDArray

OUTLIVED = 4  # answered; it has waited longer than its own curve can tell of


class ParcelRows(NamedTuple):
    """The columns of `UnderWay`."""

    site: NDArray[int64]
    service: NDArray[int64]
    destination: NDArray[int64]
    ready_at: NDArray[int64]
    ship_day: NDArray[int64]
    left_at: NDArray[int64]
    promised_by: NDArray[int64]


class Rules(NamedTuple):
    """What of `RemainingParams` the loop needs, and the instant."""

    now: int
    grace_s: int
    least_ppm: int
    never_ppm: int
    target_ppm: int
    quantiles_ppm: IntArray


class Foreseen(NamedTuple):
    """Output: nothing known as it comes in, then one row per parcel."""

    today: NDArray[int64]
    arrived_ppm: NDArray[int32]
    quantile_day: NDArray[int64]
    expected_day: NDArray[int64]
    late_ppm: NDArray[int64]
    reason: NDArray[uint8]


class Way(NamedTuple):
    """What lies before a parcel: of one that has left the days, of one that has not the departures."""

    curve: int
    broad_curve: int
    delivery: int  # calendar
    left_day: int  # -1: it has not left
    eve: int  # the last day that is over: it had not arrived by then
    row: int  # of `left_ppm`; -1: all leave with the first departure
    when: int
    late: int  # departures between the first possible one and the one that may take it next
    passed: int  # departures that were to take it and have gone without it
    next_day: int  # of the departure that may take it next
    calls: int  # calendar


@compiled
def local_day(network: Network, site: int, at: int) -> int:
    """Return the local day of an instant at a site."""
    key = network.site_zone[site] * SPAN_S + at
    step = np.searchsorted(network.zone_starts, key, side="right") - 1
    return int((at + network.zone_offsets_s[step]) // DAY_S)


@compiled
def left_by(network: Network, row: int, when: int, departure: int) -> int:
    """Share that has left with a departure, counted from the first possible one; before it none."""
    if departure < 0:
        return 0
    if row < 0:
        return PPM
    return int(network.left_ppm[row, when, min(departure, network.left_ppm.shape[2] - 1)])


@compiled
def from_the_door(network: Network, broad: Network, way: Way, day: int, rules: Rules) -> int:
    """Probability of having arrived by the end of a day, of what has left and had not arrived on the eve."""
    gone = on_time(network, way.delivery, way.curve, way.left_day, way.eve)
    come = on_time(network, way.delivery, way.curve, way.left_day, day) - gone
    here = PPM - gone
    if here >= rules.least_ppm:
        return come * PPM // here
    gone = on_time(broad, way.delivery, way.broad_curve, way.left_day, way.eve)
    others = on_time(broad, way.delivery, way.broad_curve, way.left_day, day) - gone
    chance = others * PPM // max(PPM - gone, rules.never_ppm)
    return (come * PPM + (rules.least_ppm - here) * chance) // rules.least_ppm


@compiled
def from_the_shelf(network: Network, way: Way, day: int, rules: Rules) -> int:
    """Probability of having arrived by the end of a day, of what the departures so far have left behind."""
    calendars = network.calendars
    before = left_by(network, way.row, way.when, way.late - 1) if way.passed else 0
    here = PPM - before
    lacking = max(rules.least_ppm - here, 0)
    total, others, rest, departure = 0, 0, PPM, way.next_day
    passed = count(calendars, way.calls, departure)
    last = 0 if way.row < 0 else network.left_ppm.shape[2] - 1
    k = 0
    while departure <= day and (rest > 0 or way.late + k <= last):
        arrived = on_time(network, way.delivery, way.curve, departure, day)
        left = left_by(network, way.row, way.when, way.late + k)
        total += (left - before) * arrived
        before = left
        # Of what outlived the curve, half of those left leave with each departure.
        others += (rest - rest // 2) * arrived
        rest //= 2
        k += 1
        departure = nth(calendars, way.calls, passed + k)
    return (total + lacking * (others // PPM)) // max(here, rules.least_ppm)


@compiled
def arrived_by(network: Network, broad: Network, way: Way, day: int, rules: Rules) -> int:
    """Probability of having arrived by the end of a day, today or later."""
    if way.left_day >= 0:
        return from_the_door(network, broad, way, day, rules)
    return from_the_shelf(network, way, day, rules)


@compiled
def outlived(network: Network, way: Way, rules: Rules) -> bool:
    """Tell whether a parcel is older than what its own curve can tell of."""
    if way.left_day >= 0:
        return PPM - on_time(network, way.delivery, way.curve, way.left_day, way.eve) < rules.least_ppm
    return way.passed > 0 and PPM - left_by(network, way.row, way.when, way.late - 1) < rules.least_ppm


@compiled
def way_of(network: Network, broad: Network, rows: ParcelRows, n: int, rules: Rules) -> Way:
    """Return what lies before a parcel; it has left, or its service calls at its site."""
    calendars, site, service = network.calendars, rows.site[n], rows.service[n]
    area = network.destination_area[rows.destination[n]]
    origin = network.site_area[site]
    curve, broad_curve = network.curve_of[origin, service, area], broad.curve_of[origin, service, area]
    delivery = network.delivery_calendar[service, area]
    eve = local_day(network, site, rules.now) - 1
    if rows.left_at[n] >= 0:
        left_day = local_day(network, site, rows.left_at[n])
        return Way(int(curve), int(broad_curve), int(delivery), left_day, eve, -1, 0, 0, 0, 0, 0)
    pair, ready_at = network.pair[site, service], rows.ready_at[n]
    calls = network.pair_calendar[pair]
    ready_day = local_day(network, site, ready_at)
    today = (
        works(calendars, calls, ready_day)
        and ready_at < instant(network, network.site_cutoff[site], ready_day)
        and first_call(network, pair, ready_day, ready_at) < NEVER
    )
    over = count(calendars, calls, ready_day - 1 if today else ready_day)
    first = nth(calendars, calls, over + 1)
    departure = on_or_after(calendars, calls, max(rows.ship_day[n], first))
    through = count(calendars, calls, departure)
    late, passed = through - over - 1, 0
    while departure <= calendars.last_day and last_call(network, pair, departure) + rules.grace_s <= rules.now:
        passed += 1
        departure = nth(calendars, calls, through + passed)
    return Way(
        int(curve),
        int(broad_curve),
        int(delivery),
        -1,
        eve,
        int(network.handling_of[pair]),
        0 if today else 1,
        int(late + passed),
        passed,
        int(departure),
        int(calls),
    )


@compiled
def foresee_parcels(
    first: int, last: int, rows: ParcelRows, network: Network, broad: Network, rules: Rules, told: Foreseen
) -> None:
    """Answer parcels `first` to `last` (exclusive)."""
    calendars = network.calendars
    for n in range(first, last):
        site = rows.site[n]
        if rows.left_at[n] < 0 and network.pair[site, rows.service[n]] < 0:
            told.reason[n] = NO_COLLECTION
            continue
        today = local_day(network, site, rules.now)
        began = local_day(network, site, rows.left_at[n] if rows.left_at[n] >= 0 else rows.ready_at[n])
        if began < calendars.first_day or max(today, rows.ship_day[n], rows.promised_by[n]) > calendars.last_day:
            told.reason[n] = BEYOND_CALENDAR
            continue
        way = way_of(network, broad, rows, n, rules)
        told.today[n] = today
        told.reason[n] = OUTLIVED if outlived(network, way, rules) else OK
        arrived = 0
        for i in range(told.arrived_ppm.shape[1]):
            day = today + i
            if day > calendars.last_day:
                break
            if i == 0 or works(calendars, way.delivery, day):
                arrived = arrived_by(network, broad, way, day, rules)
            told.arrived_ppm[n, i] = arrived
            if told.expected_day[n] < 0 and arrived >= rules.target_ppm:
                told.expected_day[n] = day
            for q in range(len(rules.quantiles_ppm)):
                if told.quantile_day[n, q] < 0 and arrived >= rules.quantiles_ppm[q]:
                    told.quantile_day[n, q] = day
        promised = rows.promised_by[n]
        if promised >= 0:
            told.late_ppm[n] = PPM
            if promised >= today:
                told.late_ppm[n] = PPM - arrived_by(network, broad, way, promised, rules)
