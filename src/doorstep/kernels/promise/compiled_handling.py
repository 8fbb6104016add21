"""What learned handling makes of promises: a second pass, over the legs of sites of which it is known."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from doorstep.domain.units import PPM
from doorstep.kernels.compiled import compiled
from doorstep.kernels.promise.calendars import DAY_S
from doorstep.kernels.promise.compiled import (
    BEYOND_CALENDAR,
    NEVER,
    TARGET_NOT_REACHED,
    Answers,
    LegRows,
    Network,
    after,
    count,
    first_call,
    instant,
    nth,
    on_time,
    works,
)
from doorstep.kernels.promise.local_time import SPAN_S


class Handled(NamedTuple):
    """What is known of how a site lets a parcel go."""

    row: int  # of `left_ppm`; -1: it leaves with its first departure
    when: int  # 0: it could have left on the day on which it was ready; 1: not
    late: int  # departures between the first possible one and the one it is meant for: by so many it is ahead
    calls: int  # calendar of the departures


@compiled
def handled(network: Network, site: int, pair: int, ready_at: int, ship_day: int) -> Handled:
    """Return what is known of how a site lets a parcel go that is meant to leave on a day."""
    calendars, calls = network.calendars, network.pair_calendar[pair]
    key = network.site_zone[site] * SPAN_S + ready_at
    step = np.searchsorted(network.zone_starts, key, side="right") - 1
    ready_day = (ready_at + network.zone_offsets_s[step]) // DAY_S
    today = (
        works(calendars, calls, ready_day)
        and ready_at < instant(network, network.site_cutoff[site], ready_day)
        and first_call(network, pair, ready_day, ready_at) < NEVER
    )
    # Counted are departures: those up to the eve of the first possible one are over.
    over = count(calendars, calls, ready_day - 1 if today else ready_day)
    late = count(calendars, calls, ship_day) - over - 1
    return Handled(int(network.handling_of[pair]), 0 if today else 1, int(late), int(calls))


@compiled
def chance(network: Network, held: Handled, delivery: int, curve: int, ship_day: int, day: int) -> int:
    """Probability of having arrived by the end of a day, of what leaves on `ship_day` or with a later departure."""
    if held.row < 0:
        return on_time(network, delivery, curve, ship_day, day)
    calendars, departures = network.calendars, network.left_ppm.shape[2]
    before, total, departure = 0, 0, ship_day
    passed = count(calendars, held.calls, ship_day)
    for k in range(departures):
        left = network.left_ppm[held.row, held.when, min(k + held.late, departures - 1)]
        if left > before:
            total += (left - before) * on_time(network, delivery, curve, departure, day)
            before = left
        departure = nth(calendars, held.calls, passed + k + 1)
        if departure > day or k + held.late >= departures - 1:
            break
    return int(total // PPM)


@compiled
def handle_legs(first: int, last: int, legs: LegRows, network: Network, answers: Answers) -> None:
    """Amend the answers to legs `first` to `last` (exclusive) where handling is known.

    A promise is not before what it would be if the parcel left with its first departure for sure: that is its start.
    """
    calendars = network.calendars
    for n in range(first, last):
        ship_day = answers.ship_day[n]
        pair = network.pair[legs.site[n], legs.service[n]]
        if ship_day < 0 or network.handling_of[pair] < 0:
            continue
        service, site = legs.service[n], legs.site[n]
        area = network.destination_area[legs.destination[n]]
        curve = network.curve_of[network.site_area[site], service, area]
        delivery = network.delivery_calendar[service, area]
        held = handled(network, site, pair, legs.ready_at[n], ship_day)
        ever = network.left_ppm[held.row, held.when, -1] * network.arrived_ppm[curve, -1] // PPM
        promised = legs.promised_by[n]
        nominated = promised >= 0 and promised == legs.not_before[n]
        if promised < 0 or nominated:
            goal = min(network.target_ppm, ever)
            promised = answers.promised_day[n]
            while promised <= calendars.last_day:
                if chance(network, held, delivery, curve, ship_day, promised) >= goal:
                    break
                promised = after(calendars, delivery, promised, 1)
            if promised > calendars.last_day:
                answers.ship_at[n] = answers.ship_day[n] = answers.promised_day[n] = -1
                answers.on_time_ppm[n] = answers.as_wished_ppm[n] = 0
                answers.reason[n] = BEYOND_CALENDAR
                continue
        answers.promised_day[n] = promised
        answers.on_time_ppm[n] = chance(network, held, delivery, curve, ship_day, promised)
        wished = legs.not_before[n] if nominated else promised
        answers.as_wished_ppm[n] = chance(network, held, delivery, curve, ship_day, wished)
        if ever < network.target_ppm:
            answers.reason[n] = TARGET_NOT_REACHED
