"""The inner loop of promising: one pass over legs, each a fixed number of look-ups."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.promise.calendars import DAY_S, EPOCH_WEEKDAY, Days, IntArray
from doorstep.kernels.promise.local_time import SPAN_S

if TYPE_CHECKING:
    from numpy import bool_, int64, uint8
    from numpy.typing import NDArray

OK = 0
NO_COLLECTION = 1  # the service does not call at the site
BEYOND_CALENDAR = 2  # a day of the leg lies outside the days that the tables cover
TARGET_NOT_REACHED = 3  # promised all the same; history does not show the target being reached, see `beyond_evidence`

NEVER = 2**63 - 1
EVER = -(2**63)  # before every instant


class Network(NamedTuple):
    """What a leg looks up, as `PromiseTables` describes it."""

    calendars: Days
    zone_starts: IntArray
    zone_offsets_s: IntArray
    wall_at: IntArray
    site_zone: IntArray
    site_cutoff: IntArray
    site_area: IntArray
    pair: IntArray
    pair_calendar: IntArray
    call_wall: IntArray
    call_weekdays: IntArray
    destination_area: IntArray
    delivery_calendar: IntArray
    curve_of: IntArray
    arrived_ppm: IntArray
    target_days: IntArray
    beyond_evidence: NDArray[bool_]
    target_ppm: int
    handling_of: IntArray
    left_ppm: IntArray


class LegRows(NamedTuple):
    """The columns of `Legs`."""

    site: NDArray[int64]
    service: NDArray[int64]
    destination: NDArray[int64]
    ready_at: NDArray[int64]
    shift: NDArray[int64]
    not_before: NDArray[int64]
    promised_by: NDArray[int64]


class Answers(NamedTuple):
    """Output, one per leg."""

    ship_at: NDArray[int64]
    ship_day: NDArray[int64]
    promised_day: NDArray[int64]
    on_time_ppm: NDArray[int64]
    as_wished_ppm: NDArray[int64]
    reason: NDArray[uint8]


@compiled
def count(calendars: Days, calendar: int, day: int) -> int:
    """Working days in [first_day, day]; a day outside the range counts like its nearest end."""
    through = min(max(day - (calendars.first_day - 1), 0), calendars.counts.shape[1] - 1)
    return int(calendars.counts[calendar, through])


@compiled
def nth(calendars: Days, calendar: int, n: int) -> int:
    """Return the n-th working day of the range, from 1, or the day after the range; below 1, the first one."""
    return int(calendars.days[calendar, min(max(n - 1, 0), calendars.days.shape[1] - 1)])


@compiled
def after(calendars: Days, calendar: int, day: int, steps: int) -> int:
    """Return the `steps`-th working day strictly after `day`; steps >= 1."""
    return nth(calendars, calendar, count(calendars, calendar, day) + steps)


@compiled
def on_or_after(calendars: Days, calendar: int, day: int) -> int:
    """Return the first working day on or after `day`."""
    return nth(calendars, calendar, count(calendars, calendar, day - 1) + 1)


@compiled
def works(calendars: Days, calendar: int, day: int) -> bool:
    """Tell whether it is a working day; none is outside the range."""
    return count(calendars, calendar, day) > count(calendars, calendar, day - 1)


@compiled
def instant(network: Network, wall: int, day: int) -> int:
    """Return the instant of a wall time on a day; a day outside the calendar is read as its nearest end."""
    covered = network.wall_at.shape[1]
    return int(network.wall_at[wall, min(max(day - network.calendars.first_day, 0), covered - 1)])


@compiled
def first_call(network: Network, pair: int, day: int, later_than: int) -> int:
    """Return the first collection instant of a day that is later than an instant; NEVER: none."""
    bit = 1 << ((day + EPOCH_WEEKDAY) % 7)
    first = NEVER
    for cell in range(network.call_wall.shape[1]):
        if network.call_weekdays[pair, cell] & bit:
            at = instant(network, network.call_wall[pair, cell], day)
            if later_than < at < first:
                first = at
    return first


@compiled
def first_reaching(arrived_ppm: IntArray, share_ppm: int) -> int:
    """Return the least k at which a curve reaches a share; where it does not, the k of its first maximum."""
    goal = min(share_ppm, int(arrived_ppm[-1]))
    k = 0
    while arrived_ppm[k] < goal:
        k += 1
    return k


@compiled
def earliest_for(network: Network, delivery: int, not_before: int, early_days: int) -> int:
    """Return the first day to leave on for the early quantile not to arrive before `not_before`.

    With k working days of transit the arrival is the (count(ship day) + k)-th working day of the calendar, so the
    ship day must have at least count(not_before - 1) - k + 1 of them behind it; with k = 0 the arrival is the first
    working day from the ship day on, which must have passed the last one before `not_before`.
    """
    calendars = network.calendars
    before = count(calendars, delivery, not_before - 1)
    if early_days > 0:
        behind = before - early_days + 1
        return nth(calendars, delivery, behind) if behind > 0 else calendars.first_day
    return nth(calendars, delivery, before) + 1 if before > 0 else calendars.first_day


@compiled
def leave(
    network: Network, legs: LegRows, n: int, pair: int, delivery: int, curve: int, ready_day: int, early_ppm: int
) -> tuple[int, int]:
    """Return the day and the instant at which a leg's parcel leaves."""
    calendars, calls, ready_at = network.calendars, network.pair_calendar[pair], legs.ready_at[n]
    today_at = first_call(network, pair, ready_day, ready_at)
    in_time = ready_at < instant(network, network.site_cutoff[legs.site[n]], ready_day)
    today = in_time and today_at < NEVER and works(calendars, calls, ready_day)
    day = ready_day if today else after(calendars, calls, ready_day, 1)
    if legs.not_before[n] >= 0:
        early_days = first_reaching(network.arrived_ppm[curve], early_ppm)
        earliest = earliest_for(network, delivery, legs.not_before[n], early_days)
        if day < earliest:
            day = on_or_after(calendars, calls, earliest)
    if legs.shift[n] > 0:
        day = after(calendars, calls, day, legs.shift[n])
    return day, today_at if today and day == ready_day else first_call(network, pair, day, EVER)


@compiled
def on_time(network: Network, delivery: int, curve: int, ship_day: int, promised: int) -> int:
    """Probability of having arrived by the end of the promised day."""
    calendars, arrived = network.calendars, network.arrived_ppm
    through = count(calendars, delivery, promised)
    # Before the first working day from the ship day on, nothing is delivered, not even on the same day.
    if promised < ship_day or through <= count(calendars, delivery, ship_day - 1):
        return 0
    passed = through - count(calendars, delivery, ship_day)
    return int(arrived[curve, min(max(passed, 0), arrived.shape[1] - 1)])


@compiled
def promise_legs(first: int, last: int, legs: LegRows, network: Network, early_ppm: int, answers: Answers) -> None:
    """Answer legs `first` to `last` (exclusive)."""
    calendars = network.calendars
    for n in range(first, last):
        site, service = legs.site[n], legs.service[n]
        answers.ship_at[n] = answers.ship_day[n] = answers.promised_day[n] = -1
        answers.on_time_ppm[n] = answers.as_wished_ppm[n] = 0
        pair = network.pair[site, service]
        if pair < 0:
            answers.reason[n] = NO_COLLECTION
            continue
        area = network.destination_area[legs.destination[n]]
        curve = network.curve_of[network.site_area[site], service, area]
        delivery = network.delivery_calendar[service, area]
        key = network.site_zone[site] * SPAN_S + legs.ready_at[n]
        step = np.searchsorted(network.zone_starts, key, side="right") - 1
        ready_day = (legs.ready_at[n] + network.zone_offsets_s[step]) // DAY_S
        day, at = leave(network, legs, n, pair, delivery, curve, ready_day, early_ppm)
        promised = legs.promised_by[n]
        nominated = promised >= 0 and promised == legs.not_before[n]
        if promised < 0 or nominated:
            steps = network.target_days[curve]
            arrival = after(calendars, delivery, day, steps) if steps > 0 else on_or_after(calendars, delivery, day)
            promised = max(arrival, legs.not_before[n])
        last_day = max(ready_day, day, promised, legs.not_before[n])
        if ready_day < calendars.first_day or last_day > calendars.last_day:
            answers.reason[n] = BEYOND_CALENDAR
            continue
        answers.ship_at[n], answers.ship_day[n], answers.promised_day[n] = at, day, promised
        answers.on_time_ppm[n] = on_time(network, delivery, curve, day, promised)
        wished = legs.not_before[n] if nominated else promised
        answers.as_wished_ppm[n] = on_time(network, delivery, curve, day, wished)
        answers.reason[n] = TARGET_NOT_REACHED if network.beyond_evidence[curve] else OK
