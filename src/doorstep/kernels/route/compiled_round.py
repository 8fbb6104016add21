"""One round by itself: whether it can be driven, when, and what it takes. Compiled.

A van is back as early as it can be with its break at a given place, and then leaves as late as it can for that; of
all places for the break the one of the shortest duration counts. The
delay that a departure bears is the forward time slack (Savelsbergh 1992, The vehicle routing problem with time windows:
minimizing route duration): at each stop the waiting so far, and what is left of the window.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.route.problem import NEVER, RELOAD, IntArray

FOREVER = 2**50
"""Beyond all sums of instants and durations; a round that cannot be driven is back then."""
LATE_PRICE = 2**28
"""Of a weighted second, where there may be any: no saving is worth one, and sums stay within 64 bits."""
PPM = 1_000_000
SLOWEST, FASTEST = 10_000, 10_000_000
"""Millionths of plain driving that a second of a period does, at least and at most."""
NOWHERE, BEFORE = -2, -1
"""Where a pause is taken: nowhere, before departure; else the number of the visit, before service."""
GOOD, PAIR, BARRED, LOAD, TRIPS, NO_WAY, FAR, TIME, LONG = range(9)
"""What is wrong with a round: nothing; a pair apart or in the wrong order; skills or another van's; load; too many
trips; no way; too far; a window, the break or the shift; too long."""


class Tasks(NamedTuple):
    """Stops, as the compiled code reads them; n stops, d dimensions."""

    service_s: IntArray
    from_s: IntArray
    to_s: IntArray
    brought: IntArray  # [n, d] loaded at the depot for it
    change: IntArray  # [n, d] of the load on board, there
    mate: IntArray  # [n] other stop of its pair; -1: none
    is_first: IntArray  # [n] 1: picks up for its mate
    skills: IntArray
    only: IntArray
    late_weight: IntArray  # [n] what a second after the window counts; 0: there may be none


class Vans(NamedTuple):
    """Vans, as the compiled code reads them; v rows."""

    capacity: IntArray
    from_s: IntArray
    to_s: IntArray
    fixed: IntArray
    per_m: IntArray
    per_s: IntArray
    max_distance_m: IntArray
    max_duration_s: IntArray
    max_trips: IntArray
    reload_s: IntArray
    skills: IntArray
    break_s: IntArray
    break_from_s: IntArray
    break_to_s: IntArray
    late_weight: IntArray  # [v] what a second beyond the shift or the longest duration counts; 0: there may be none
    pace_from_s: IntArray  # [k] as in `Travel`
    pace_ppm: IntArray


class Verdict(NamedTuple):
    """Of a round."""

    fault: int
    distance_m: int
    depart_s: int
    back_s: int
    late: int  # weighted seconds
    break_at: int


@compiled
def allowed(task: int, tasks: Tasks, vans: Vans, v: int) -> bool:
    """Whether a van may serve a stop at all."""
    if tasks.skills[task] & ~vans.skills[v]:
        return False
    return bool(tasks.only[task] < 0 or tasks.only[task] == v)


@compiled
def judge(
    visit: IntArray, leg_m: IntArray, leg_s: IntArray, tasks: Tasks, vans: Vans, v: int, begins_s: IntArray
) -> Verdict:
    """Try a round; `begins_s` [k] is filled in: when service, or a reload, begins at each visit.

    `leg_m`, `leg_s` [k + 1] are to each visit, and to the end; ways in time as in `arrival`.
    """
    distance_m = 0
    for i in range(len(visit) + 1):
        if leg_m[i] >= NEVER or leg_s[i] >= NEVER:
            return Verdict(NO_WAY, 0, 0, FOREVER, 0, NOWHERE)
        distance_m += leg_m[i]
    fault = GOOD if distance_m <= vans.max_distance_m[v] else FAR
    for task in visit:
        if task != RELOAD and not allowed(task, tasks, vans, v):
            fault = BARRED
    if fault == GOOD:
        fault = loading_fault(visit, tasks, vans, v)
    if fault != GOOD:
        return Verdict(fault, distance_m, 0, FOREVER, 0, NOWHERE)
    return _timed(visit, leg_s, tasks, vans, v, distance_m, begins_s)


@compiled
def _timed(
    visit: IntArray, leg_s: IntArray, tasks: Tasks, vans: Vans, v: int, distance_m: int, begins_s: IntArray
) -> Verdict:
    """Find the shortest of the schedules that hold, one for each place that the break may have."""
    best = Verdict(TIME, distance_m, 0, FOREVER, 0, NOWHERE)
    for pause in range(BEFORE, len(visit)):
        if vans.break_s[v] == 0:
            pause = NOWHERE
        elif pause >= 0 and visit[pause] == RELOAD:
            continue
        depart_s, back_s, late = latest_departure(visit, leg_s, tasks, vans, v, pause, begins_s)
        if back_s < FOREVER:
            found = _within(Verdict(GOOD, distance_m, depart_s, back_s, late, pause), vans, v)
            if better(found, best):
                best = found
        timeless = vans.per_s[v] == 0 and vans.max_duration_s[v] >= NEVER
        if pause == NOWHERE or (timeless and best.fault == GOOD and best.late == 0):
            break
    if best.back_s < FOREVER:
        walk(best.depart_s, visit, leg_s, tasks, vans, v, best.break_at, begins_s)
    return best


@compiled
def _within(found: Verdict, vans: Vans, v: int) -> Verdict:
    """Hold a schedule against the shift and the longest duration."""
    over_s = max(found.back_s - vans.to_s[v], 0) + max(found.back_s - found.depart_s - vans.max_duration_s[v], 0)
    if over_s == 0:
        return found
    if vans.late_weight[v] == 0:
        fault = TIME if found.back_s > vans.to_s[v] else LONG
        return Verdict(fault, found.distance_m, found.depart_s, found.back_s, found.late, found.break_at)
    late = found.late + over_s * vans.late_weight[v]
    return Verdict(GOOD, found.distance_m, found.depart_s, found.back_s, late, found.break_at)


@compiled
def better(one: Verdict, other: Verdict) -> bool:
    """Whether one schedule of a round is to be preferred: one that holds, then the least late, then the shortest."""
    if (one.fault == GOOD) != (other.fault == GOOD):
        return one.fault == GOOD
    if one.late != other.late:
        return one.late < other.late
    return one.back_s - one.depart_s < other.back_s - other.depart_s


@compiled
def loading_fault(visit: IntArray, tasks: Tasks, vans: Vans, v: int) -> int:
    """Name what is wrong with the loads and pairs of a round, trip by trip; GOOD if nothing."""
    trips, begin, n = 0, 0, len(visit)
    while begin <= n:
        end = begin
        while end < n and visit[end] != RELOAD:
            end += 1
        trips += 1
        for k in range(vans.capacity.shape[1]):
            load = 0
            for i in range(begin, end):
                load += tasks.brought[visit[i], k]
            most = load
            for i in range(begin, end):
                load += tasks.change[visit[i], k]
                most = max(most, load)
            if most > vans.capacity[v, k]:
                return LOAD
        for i in range(begin, end):
            if tasks.mate[visit[i]] >= 0 and not _met(visit, begin, end, i, tasks):
                return PAIR
        begin = end + 1
    return TRIPS if trips > vans.max_trips[v] else GOOD


@compiled
def _met(visit: IntArray, begin: int, end: int, i: int, tasks: Tasks) -> bool:
    """Whether the mate of a visit is on the same trip, on the right side of it."""
    mate = tasks.mate[visit[i]]
    if tasks.is_first[visit[i]]:
        begin = i + 1
    else:
        end = i
    found = False
    for j in range(begin, end):
        found |= visit[j] == mate
    return found


@compiled
def arrival(leave_s: int, way: int, vans: Vans) -> int:
    """When a way ends: `way` is in seconds, or with periods in millionths of one, each part at the pace of its period.

    A second of a period drives a whole number of millionths; the way ends with the second by which all is driven.
    """
    starts = vans.pace_from_s
    if len(starts) == 0 or leave_s >= FOREVER:
        return leave_s + way
    k = np.searchsorted(starts, leave_s, side="right") - 1
    while True:
        drives = min(max(PPM * PPM // vans.pace_ppm[k], SLOWEST), FASTEST) if k >= 0 else PPM
        if k + 1 == len(starts) or way <= (starts[k + 1] - leave_s) * drives:
            return leave_s - (-way // drives)
        way -= (starts[k + 1] - leave_s) * drives
        leave_s = starts[k + 1]
        k += 1


@compiled
def _rested(now: int, vans: Vans, v: int) -> int:
    """When a pause is over that is begun as soon as can be; FOREVER: too late for it."""
    begin = max(now, vans.break_from_s[v])
    return FOREVER if begin > vans.break_to_s[v] else begin + vans.break_s[v]


@compiled
def walk(
    depart_s: int, visit: IntArray, leg_s: IntArray, tasks: Tasks, vans: Vans, v: int, break_at: int, begins_s: IntArray
) -> tuple[int, int, int]:
    """Drive a round from a departure on: when it is back (FOREVER: a window is missed), weighted lateness, slack.

    The slack is by how much the departure can be put off without being back later, where the pace is always plain.
    """
    now, late, waited, slack = depart_s, 0, 0, FOREVER
    for i in range(len(visit)):
        now = arrival(now, leg_s[i], vans)
        if visit[i] == RELOAD:
            begins_s[i] = now
            now += vans.reload_s[v]
            continue
        if break_at == i:
            rested = _rested(now, vans, v)
            if rested >= FOREVER:
                return FOREVER, 0, 0
            waited += rested - vans.break_s[v] - now
            slack = min(slack, waited + vans.break_to_s[v] - (rested - vans.break_s[v]))
            now = rested
        begins_s[i] = max(now, tasks.from_s[visit[i]])
        waited += begins_s[i] - now
        over_s = begins_s[i] - tasks.to_s[visit[i]]
        if over_s > 0:
            if tasks.late_weight[visit[i]] == 0:
                return FOREVER, 0, 0
            late += over_s * tasks.late_weight[visit[i]]
        slack = min(slack, waited + max(0, -over_s))
        now = begins_s[i] + tasks.service_s[visit[i]]
    return arrival(now, leg_s[len(visit)], vans), late, min(slack, waited)


@compiled
def latest_departure(
    visit: IntArray, leg_s: IntArray, tasks: Tasks, vans: Vans, v: int, break_at: int, begins_s: IntArray
) -> tuple[int, int, int]:
    """Give the latest departure that is back as early as can be, when that is (FOREVER: never), and how late it is."""
    first = vans.from_s[v]
    if break_at == BEFORE:
        first = _rested(first, vans, v)
    if first >= FOREVER:
        return 0, FOREVER, 0
    back, late, slack = walk(first, visit, leg_s, tasks, vans, v, break_at, begins_s)
    if back >= FOREVER or len(vans.pace_from_s) == 0:
        return first + slack, back, late
    low, high = first, back
    while low < high:
        middle = (low + high + 1) // 2
        then, later, _ = walk(middle, visit, leg_s, tasks, vans, v, break_at, begins_s)
        if then <= back and later <= late:
            low = middle
        else:
            high = middle - 1
    return low, back, late


@compiled
def price(verdict: Verdict, vans: Vans, v: int) -> int:
    """What a round costs; lateness outweighs all else."""
    time = verdict.back_s - verdict.depart_s
    driven = vans.fixed[v] + vans.per_m[v] * verdict.distance_m + vans.per_s[v] * time
    return int(driven + LATE_PRICE * verdict.late)
