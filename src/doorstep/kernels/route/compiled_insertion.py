"""What a round takes more when something is put into it, place by place. Compiled.

A part of a round is, in time, a function of when it is begun: it ends at max(begin + A, B) and may begin until L
(Vidal, Crainic, Gendreau and Prins 2013, A hybrid genetic algorithm with adaptive diversity management for a large
class of vehicle routing problems with time-windows). Parts are joined in a few steps, so that each place costs the
same, however long the round: the push-forward of Solomon 1987 without the walk.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.route.compiled_round import FOREVER, GOOD, Tasks, Vans, allowed, judge, price
from doorstep.kernels.route.problem import NEVER, RELOAD, IntArray

INFEASIBLE = 2**62
DEPOT = -2
"""Beside stops and RELOAD: where a round begins or ends."""
WAYS = 4
"""Of putting a stop in: as it is; with a reload before it (1), behind it (2), or both (3)."""

Part = IntArray | tuple[int, int, int]


class Lines(NamedTuple):
    """Rounds laid end to end; round i owns the places `first[i]` to `first[i + 1]` (exclusive), depots included."""

    row: IntArray  # [r] of the vans
    used: IntArray  # [r] 0: a van that stands idle
    plain: IntArray  # [r] 1: joined from parts; 0: a break, periods, lateness: driven as a whole
    first: IntArray  # [r + 1]
    stop: IntArray  # [k] stop, RELOAD or DEPOT
    leg_m: IntArray  # [k] to the next place of the round
    leg_s: IntArray
    to_depot_m: IntArray  # [k] to where the van reloads; [0] where none does
    to_depot_s: IntArray
    from_depot_m: IntArray
    from_depot_s: IntArray


class Parts(NamedTuple):
    """What `join` needs, and the loads: of the places from the first on, and of those to the last."""

    head: IntArray  # [k, 3] A, B, L
    tail: IntArray  # [k, 3]
    before: IntArray  # [k, d] most on board from the depot until leaving the place, this trip
    after: IntArray  # [k, d] most on board from leaving the place until the depot, this trip
    load: IntArray  # [k, d] on board when leaving the place
    rest: IntArray  # [k, d] of that, what was loaded at the depot and is still to be delivered
    open: IntArray  # [k] pairs that are on board
    cost: IntArray  # [r] of the round; INFEASIBLE
    distance_m: IntArray  # [r]
    duration_s: IntArray  # [r]
    late: IntArray  # [r] weighted seconds
    depart_s: IntArray  # [r]
    break_at: IntArray  # [r] number of the visit where it pauses; below 0: nowhere, or before it leaves
    begins_s: IntArray  # [k] service, a reload; at the ends: departure, return


class Reach(NamedTuple):
    """How far something new is from every place, and back; and from where the van of each row reloads."""

    to_m: IntArray  # [k]
    to_s: IntArray
    from_m: IntArray  # [k] from it to the next place
    from_s: IntArray
    to_depot_m: IntArray  # [r] from it to where the van of the round reloads
    to_depot_s: IntArray
    from_depot_m: IntArray
    from_depot_s: IntArray


@compiled
def join(a: Part, leg_s: int, b: Part) -> tuple[int, int, int]:
    """Two parts and the way between them as one; one that cannot be driven may begin until -FOREVER."""
    last = min(a[2], b[2] - leg_s - a[0])
    if a[1] + leg_s > b[2] or leg_s >= NEVER:
        last = -FOREVER
    return a[0] + leg_s + b[0], max(a[1] + leg_s + b[0], b[1]), last


@compiled
def _put(parts: IntArray, i: int, part: tuple[int, int, int]) -> None:
    parts[i, 0], parts[i, 1], parts[i, 2] = part


@compiled
def _alone(i: int, lines: Lines, tasks: Tasks, vans: Vans, v: int, is_first: bool, part: IntArray) -> None:
    """Give a place as a part by itself."""
    stop = lines.stop[i]
    if stop == DEPOT:
        part[0], part[1], part[2] = 0, vans.from_s[v] if is_first else -FOREVER, vans.to_s[v]
    elif stop == RELOAD:
        part[0], part[1], part[2] = vans.reload_s[v], -FOREVER, FOREVER
    else:
        part[0], part[1], part[2] = tasks.service_s[stop], tasks.from_s[stop] + tasks.service_s[stop], tasks.to_s[stop]


@compiled
def measure(lines: Lines, tasks: Tasks, vans: Vans, parts: Parts) -> None:
    """Fill in `parts`, round by round."""
    alone = np.zeros(3, np.int64)
    for r in range(len(lines.row)):
        a, b, v = lines.first[r], lines.first[r + 1], lines.row[r]
        for i in range(a, b):
            _alone(i, lines, tasks, vans, v, i == a, alone)
            if i == a:
                parts.head[i] = alone
            else:
                _put(parts.head, i, join(parts.head[i - 1], lines.leg_s[i - 1], alone))
        for i in range(b - 1, a - 1, -1):
            _alone(i, lines, tasks, vans, v, i == a, alone)
            if i == b - 1:
                parts.tail[i] = alone
            else:
                _put(parts.tail, i, join(alone, lines.leg_s[i], parts.tail[i + 1]))
        _measure_loads(a, b, lines, tasks, parts)
        _measure_pairs(a, b, lines, tasks, parts)
        begins = parts.begins_s[a + 1 : b - 1]
        found = judge(lines.stop[a + 1 : b - 1], lines.leg_m[a : b - 1], lines.leg_s[a : b - 1], tasks, vans, v, begins)
        parts.cost[r] = price(found, vans, v) if found.fault == GOOD else INFEASIBLE
        parts.distance_m[r] = lines.leg_m[a : b - 1].sum()  # of a van that stands idle too, where no way joins its ends
        parts.duration_s[r] = found.back_s - found.depart_s
        parts.late[r], parts.depart_s[r], parts.break_at[r] = found.late, found.depart_s, found.break_at
        parts.begins_s[a], parts.begins_s[b - 1] = found.depart_s, found.back_s


@compiled
def _measure_pairs(a: int, b: int, lines: Lines, tasks: Tasks, parts: Parts) -> None:
    for i in range(a + 1, b - 1):
        task = lines.stop[i]
        if task >= 0:
            parts.open[i] = parts.open[i - 1]
            if tasks.mate[task] >= 0:
                parts.open[i] += 1 if tasks.is_first[task] else -1


@compiled
def _measure_loads(a: int, b: int, lines: Lines, tasks: Tasks, parts: Parts) -> None:
    for k in range(parts.before.shape[1]):
        begin = a
        while begin < b - 1:
            end, load = begin + 1, 0
            while lines.stop[end] >= 0:
                load += tasks.brought[lines.stop[end], k]
                end += 1
            parts.before[begin, k] = parts.load[begin, k] = parts.rest[begin, k] = load
            for i in range(begin + 1, end):
                task = lines.stop[i]
                load += tasks.change[task, k]
                parts.before[i, k] = max(parts.before[i - 1, k], load)
                parts.after[i, k] = parts.load[i, k] = load
                parts.rest[i, k] = parts.rest[i - 1, k] - tasks.brought[task, k]
            parts.after[begin, k] = parts.before[begin, k]
            for i in range(end - 2, begin - 1, -1):
                parts.after[i, k] = max(parts.after[i, k], parts.after[i + 1, k])
            begin = end


@compiled
def _room(i: int, way: int, task: int, tasks: Tasks, vans: Vans, v: int, parts: Parts) -> bool:
    """Whether the load of a stop can be put in behind a place: into the trip as it is, or parted by reloads."""
    if way > 0 and parts.open[i] > 0:
        return False
    for k in range(parts.before.shape[1]):
        brought = tasks.brought[task, k]
        taken = tasks.change[task, k] + brought
        load, rest = parts.load[i, k], parts.rest[i, k]
        if way == 0:
            most = max(parts.before[i, k] + brought, parts.after[i, k] + taken)
        elif way == 1:
            most = max(rest + brought, parts.after[i, k] - (load - rest) + taken)
        elif way == 2:
            most = max(parts.before[i, k] - rest + brought, load - rest + taken)
        else:
            most = max(brought, taken)
        if most > vans.capacity[v, k]:
            return False
    return True


@compiled
def _joined_cost(
    task: int, i: int, way: int, r: int, reach: Reach, lines: Lines, parts: Parts, tasks: Tasks, vans: Vans
) -> int:
    """What a round costs with a stop right behind place i, from its parts; INFEASIBLE if it cannot be driven."""
    v = lines.row[r]
    reload = (vans.reload_s[v], -FOREVER, FOREVER)
    part = (tasks.service_s[task], tasks.from_s[task] + tasks.service_s[task], tasks.to_s[task])
    far_m = parts.distance_m[r] - lines.leg_m[i]
    if way & 1:
        head = join(parts.head[i], lines.to_depot_s[i], reload)
        head = join(head, reach.from_depot_s[r], part)
        far_m += lines.to_depot_m[i] + reach.from_depot_m[r]
    else:
        head = join(parts.head[i], reach.to_s[i], part)
        far_m += reach.to_m[i]
    if way & 2:
        head = join(head, reach.to_depot_s[r], reload)
        long_s, ends_s, last_s = join(head, lines.from_depot_s[i], parts.tail[i + 1])
        far_m += reach.to_depot_m[r] + lines.from_depot_m[i]
    else:
        long_s, ends_s, last_s = join(head, reach.from_s[i], parts.tail[i + 1])
        far_m += reach.from_m[i]
    took_s = max(long_s, ends_s - last_s)
    if far_m > vans.max_distance_m[v] or last_s < vans.from_s[v] or took_s > vans.max_duration_s[v]:
        return INFEASIBLE
    return int(vans.fixed[v] + vans.per_m[v] * far_m + vans.per_s[v] * took_s)


@compiled
def stop_costs(
    task: int, reach: Reach, lines: Lines, parts: Parts, tasks: Tasks, vans: Vans, skip: int, costs: IntArray
) -> None:
    """Fill in `costs` [k, WAYS]: what a stop costs more right behind each place; INFEASIBLE where it cannot be.

    Round `skip` is left out.
    """
    costs[:] = INFEASIBLE
    for r in range(len(lines.row)):
        v, a, b = lines.row[r], lines.first[r], lines.first[r + 1]
        now = before(r, lines, parts)
        if r == skip or now >= INFEASIBLE or not allowed(task, tasks, vans, v):
            continue
        ways = WAYS if trips_of(r, lines) < vans.max_trips[v] else 1
        if not lines.plain[r]:
            _whole_costs(task, r, ways, reach, lines, tasks, vans, now, costs)
            continue
        for i in range(a, b - 1):
            for way in range(ways):
                if is_empty(i, i, way, lines) or not _room(i, way, task, tasks, vans, v, parts):
                    continue
                cost = _joined_cost(task, i, way, r, reach, lines, parts, tasks, vans)
                if cost < INFEASIBLE and not _no_way(i, way, r, reach, lines):
                    costs[i, way] = cost - now


@compiled
def before(r: int, lines: Lines, parts: Parts) -> int:
    """What a round costs as it is; of a van that stands idle nothing, though no way join its ends."""
    return int(parts.cost[r]) if lines.used[r] else 0


@compiled
def trips_of(r: int, lines: Lines) -> int:
    """How often the van of a round leaves a depot."""
    trips = 1
    for i in range(lines.first[r], lines.first[r + 1]):
        trips += lines.stop[i] == RELOAD
    return trips


@compiled
def is_empty(at: int, then: int, way: int, lines: Lines) -> bool:
    """Whether a reload before, or behind, what is put in would make a trip without a stop."""
    return bool((way & 1 and lines.stop[at] < 0) or (way & 2 and lines.stop[then + 1] < 0))


@compiled
def _no_way(i: int, way: int, r: int, reach: Reach, lines: Lines) -> bool:
    """Whether there is no way between the places that would follow one another."""
    if way & 1:
        most = max(lines.to_depot_m[i], lines.to_depot_s[i], reach.from_depot_m[r], reach.from_depot_s[r])
    else:
        most = max(reach.to_m[i], reach.to_s[i])
    if way & 2:
        most = max(most, reach.to_depot_m[r], reach.to_depot_s[r], lines.from_depot_m[i], lines.from_depot_s[i])
    else:
        most = max(most, reach.from_m[i], reach.from_s[i])
    return bool(most >= NEVER)


@compiled
def _whole_costs(
    task: int, r: int, ways: int, reach: Reach, lines: Lines, tasks: Tasks, vans: Vans, now: int, costs: IntArray
) -> None:
    """The costs of `stop_costs` for one round, each place and way driven as a whole."""
    v, a, b = lines.row[r], lines.first[r], lines.first[r + 1]
    most = b - a + 2
    visit, leg_m, leg_s = np.zeros(most, np.int64), np.zeros(most + 1, np.int64), np.zeros(most + 1, np.int64)
    begins = np.zeros(most, np.int64)
    for i in range(a, b - 1):
        for way in range(ways):
            n = spliced(task, i, way, r, reach, lines, visit, leg_m, leg_s)
            if n == 0:
                continue
            found = judge(visit[:n], leg_m[: n + 1], leg_s[: n + 1], tasks, vans, v, begins)
            if found.fault == GOOD:
                costs[i, way] = price(found, vans, v) - now


@compiled
def spliced(
    task: int, at: int, way: int, r: int, reach: Reach, lines: Lines, visit: IntArray, leg_m: IntArray, leg_s: IntArray
) -> int:
    """Write down round r with a stop right behind place `at`; gives the visits, 0 where a trip would be empty."""
    a, b = lines.first[r], lines.first[r + 1]
    if is_empty(at, at, way, lines):
        return 0
    n = 0
    for i in range(a, b - 1):
        leg_m[n], leg_s[n] = lines.leg_m[i], lines.leg_s[i]
        if i == at:
            n = _write(task, at, way, r, reach, lines, n, visit, leg_m, leg_s)
        visit[n] = lines.stop[i + 1]
        n += 1
    return n - 1


@compiled
def _write(
    task: int, at: int, way: int, r: int, reach: Reach, lines: Lines, n: int,
    visit: IntArray, leg_m: IntArray, leg_s: IntArray,
) -> int:  # fmt: skip
    """Write down the stop itself, and its reloads; the leg to what follows stands last."""
    leg_m[n], leg_s[n] = reach.to_m[at], reach.to_s[at]
    if way & 1:
        leg_m[n], leg_s[n] = lines.to_depot_m[at], lines.to_depot_s[at]
        visit[n] = RELOAD
        n += 1
        leg_m[n], leg_s[n] = reach.from_depot_m[r], reach.from_depot_s[r]
    visit[n] = task
    n += 1
    leg_m[n], leg_s[n] = reach.from_m[at], reach.from_s[at]
    if way & 2:
        leg_m[n], leg_s[n] = reach.to_depot_m[r], reach.to_depot_s[r]
        visit[n] = RELOAD
        n += 1
        leg_m[n], leg_s[n] = lines.from_depot_m[at], lines.from_depot_s[at]
    return n
