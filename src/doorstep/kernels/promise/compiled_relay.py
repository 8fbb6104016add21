"""What a linehaul makes of promises: a third pass, over the legs of services that take parcels over at a depot."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from doorstep.domain.units import PPM
from doorstep.kernels.compiled import compiled
from doorstep.kernels.promise.calendars import DAY_S, IntArray
from doorstep.kernels.promise.compiled import (
    BEYOND_CALENDAR,
    EVER,
    NEVER,
    NO_COLLECTION,
    OK,
    TARGET_NOT_REACHED,
    Answers,
    LegRows,
    Network,
    after,
    count,
    earliest_for,
    first_call,
    first_reaching,
    instant,
    leave,
    nth,
    on_or_after,
    works,
)
from doorstep.kernels.promise.compiled_handling import Handled, chance, handled
from doorstep.kernels.promise.local_time import SPAN_S

if TYPE_CHECKING:
    from numpy import int64
    from numpy.typing import NDArray


class Relay(NamedTuple):
    """X services that stand for a linehaul and the service that takes over at its depot; D covered days."""

    first: int  # service index of the first; those before it collect at the site
    local: NDArray[int64]  # [X] the service that takes over
    depot: NDArray[int64]  # [X]
    ready_at: NDArray[int64]  # [X, D] when what leaves the site on a day is at the depot
    handed_day: NDArray[int64]  # [X, D] local day of the collection that takes it; -1: beyond the calendar
    handed_at: NDArray[int64]  # [X, D] instant of it


class Way(NamedTuple):
    """What a leg looks up at its site and depot."""

    pair: int  # of the site and the linehaul
    delivery: int
    curve: int
    ready_day: int


@compiled
def hand_over(network: Network, relay: Relay, ready_day: IntArray) -> None:
    """Find the first collection at the depot for what is there; `ready_day` [X, D] is local at the depot, -1: never."""
    calendars = network.calendars
    for x in range(len(relay.local)):
        depot = relay.depot[x]
        pair = network.pair[depot, relay.local[x]]
        for d in range(relay.ready_at.shape[1]):
            day, ready_at = ready_day[x, d], relay.ready_at[x, d]
            if pair < 0 or day < calendars.first_day or day > calendars.last_day:
                continue
            calls = network.pair_calendar[pair]
            at = first_call(network, pair, day, ready_at)
            in_time = ready_at < instant(network, network.site_cutoff[depot], day)
            if not (in_time and at < NEVER and works(calendars, calls, day)):
                day = after(calendars, calls, day, 1)
                at = first_call(network, pair, day, EVER)
            if day <= calendars.last_day:
                relay.handed_day[x, d], relay.handed_at[x, d] = day, at


@compiled
def handed_on(network: Network, relay: Relay, x: int, day: int) -> int:
    """Return the day on which what leaves on a day is taken over; -1: beyond the calendar."""
    calendars = network.calendars
    if day < calendars.first_day or day > calendars.last_day:
        return -1
    return int(relay.handed_day[x, day - calendars.first_day])


@compiled
def from_depot(network: Network, relay: Relay, x: int, delivery: int, curve: int, leaves: int, day: int) -> int:
    """Probability of having arrived by the end of a day, of what leaves the site on another."""
    handed = handed_on(network, relay, x, leaves)
    if handed < 0 or handed > day:
        return 0
    depot = relay.depot[x]
    pair = network.pair[depot, relay.local[x]]
    held = handled(network, depot, pair, relay.ready_at[x, leaves - network.calendars.first_day], handed)
    return chance(network, held, delivery, curve, handed, day)


@compiled
def relayed(
    network: Network, relay: Relay, x: int, held: Handled, delivery: int, curve: int, ship_day: int, day: int
) -> int:
    """Probability of having arrived by the end of a day, of what leaves on `ship_day` or with a later linehaul."""
    if held.row < 0:
        return from_depot(network, relay, x, delivery, curve, ship_day, day)
    calendars, departures = network.calendars, network.left_ppm.shape[2]
    before, total, departure = 0, 0, ship_day
    passed = count(calendars, held.calls, ship_day)
    for k in range(departures):
        left = network.left_ppm[held.row, held.when, min(k + held.late, departures - 1)]
        if left > before:
            total += (left - before) * from_depot(network, relay, x, delivery, curve, departure, day)
            before = left
        departure = nth(calendars, held.calls, passed + k + 1)
        if departure > day + 1 or k + held.late >= departures - 1:  # a depot's clock may be a day behind its site's
            break
    return int(total // PPM)


@compiled
def departs(
    network: Network, relay: Relay, x: int, legs: LegRows, plain: LegRows, n: int, way: Way, early_ppm: int
) -> tuple[int, int]:
    """Return the day and the instant at which a leg's parcel leaves its site.

    `plain` are the legs without their wish and shift. For a day before which it is not wanted, it leaves with the first
    linehaul that is taken over late enough.
    """
    calendars, calls = network.calendars, network.pair_calendar[way.pair]
    day, at = leave(network, plain, n, way.pair, way.delivery, way.curve, way.ready_day, early_ppm)
    first = day
    if legs.not_before[n] >= 0:
        early_days = first_reaching(network.arrived_ppm[way.curve], early_ppm)
        earliest = earliest_for(network, way.delivery, legs.not_before[n], early_days)
        while 0 <= handed_on(network, relay, x, day) < earliest:
            day = after(calendars, calls, day, 1)
    if legs.shift[n] > 0:
        day = after(calendars, calls, day, legs.shift[n])
    return day, at if day == first else first_call(network, way.pair, day, EVER)


@compiled
def ever_arrives(network: Network, relay: Relay, x: int, held: Handled, curve: int) -> int:
    """Probability of arriving at all."""
    at_depot = network.handling_of[network.pair[relay.depot[x], relay.local[x]]]
    share = int(network.arrived_ppm[curve, -1])
    if at_depot >= 0:
        share = network.left_ppm[at_depot, 0, -1] * share // PPM
    return int(network.left_ppm[held.row, 0, -1] * share // PPM) if held.row >= 0 else int(share)


@compiled
def first_day(
    network: Network, relay: Relay, x: int, held: Handled, way: Way, day: int, handed: int, not_before: int, ever: int
) -> int:
    """Return the first day, not before one, that reaches the target, or what can be reached; beyond the calendar: none.

    `day` is that of leaving, `handed` that of taking over.
    """
    calendars, steps = network.calendars, network.target_days[way.curve]
    if steps > 0:
        promised = after(calendars, way.delivery, handed, steps)
    else:
        promised = on_or_after(calendars, way.delivery, handed)
    promised = max(promised, not_before)
    goal = min(network.target_ppm, ever)
    while promised <= calendars.last_day:
        if relayed(network, relay, x, held, way.delivery, way.curve, day, promised) >= goal:
            break
        promised = after(calendars, way.delivery, promised, 1)
    return int(promised)


@compiled
def relay_legs(
    first: int,
    last: int,
    legs: LegRows,
    plain: LegRows,
    network: Network,
    relay: Relay,
    early_ppm: int,
    answers: Answers,
) -> None:
    """Answer those of the legs `first` to `last` (exclusive) that go by a linehaul.

    The promise begins with the collection at the depot, and rests on the curve from there.
    """
    calendars = network.calendars
    for n in range(first, last):
        site, x = legs.site[n], legs.service[n] - relay.first
        if x < 0 or network.pair[site, legs.service[n]] < 0:
            continue
        answers.ship_at[n] = answers.ship_day[n] = answers.promised_day[n] = -1
        answers.on_time_ppm[n] = answers.as_wished_ppm[n] = 0
        depot, service = relay.depot[x], relay.local[x]
        if network.pair[depot, service] < 0:
            answers.reason[n] = NO_COLLECTION
            continue
        area = network.destination_area[legs.destination[n]]
        curve = network.curve_of[network.site_area[depot], service, area]
        delivery = network.delivery_calendar[service, area]
        step = np.searchsorted(network.zone_starts, network.site_zone[site] * SPAN_S + legs.ready_at[n], side="right")
        ready_day = (legs.ready_at[n] + network.zone_offsets_s[step - 1]) // DAY_S
        way = Way(int(network.pair[site, legs.service[n]]), int(delivery), int(curve), int(ready_day))
        day, at = departs(network, relay, x, legs, plain, n, way, early_ppm)
        handed = handed_on(network, relay, x, day)
        promised = legs.promised_by[n]
        nominated = promised >= 0 and promised == legs.not_before[n]
        answers.reason[n] = BEYOND_CALENDAR
        if handed < 0 or ready_day < calendars.first_day:
            continue
        held = handled(network, site, way.pair, legs.ready_at[n], day)
        ever = ever_arrives(network, relay, x, held, curve)
        if promised < 0 or nominated:
            promised = first_day(network, relay, x, held, way, day, handed, legs.not_before[n], ever)
        if max(day, handed, promised, legs.not_before[n]) > calendars.last_day:
            continue
        answers.ship_at[n], answers.ship_day[n], answers.promised_day[n] = at, day, promised
        answers.on_time_ppm[n] = relayed(network, relay, x, held, delivery, curve, day, promised)
        wished = legs.not_before[n] if nominated else promised
        answers.as_wished_ppm[n] = relayed(network, relay, x, held, delivery, curve, day, wished)
        beyond = network.beyond_evidence[curve] or ever < network.target_ppm
        answers.reason[n] = TARGET_NOT_REACHED if beyond else OK
