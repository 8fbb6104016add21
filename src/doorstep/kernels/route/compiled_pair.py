"""What a round takes more when a pick-up and its delivery are put into it. Compiled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.route.compiled_insertion import INFEASIBLE, WAYS, Lines, Parts, Reach, before, is_empty, trips_of
from doorstep.kernels.route.compiled_round import GOOD, Tasks, Vans, allowed, judge, price
from doorstep.kernels.route.problem import RELOAD, IntArray


class Pair(NamedTuple):
    """Pick-up and delivery, and the way between."""

    first: int
    second: int
    link_m: IntArray  # [r] from the one to the other, with the van of the round
    link_s: IntArray


@compiled
def pair_costs(
    pair: Pair, first: Reach, second: Reach, lines: Lines, parts: Parts, tasks: Tasks, vans: Vans, skip: int,
    costs: IntArray, behind: IntArray, ways: IntArray,
) -> None:  # fmt: skip
    """Fill in `costs` [k]: what a pair costs more whose pick-up is right behind each place, its delivery where best.

    The delivery is right behind place `behind`; there too, if that is the same place, behind the pick-up. `ways` as in
    `stop_costs`, of pairs that lie together. Round `skip` is left out.
    """
    costs[:] = INFEASIBLE
    for r in range(len(lines.row)):
        v, a, b = lines.row[r], lines.first[r], lines.first[r + 1]
        barred = not (allowed(pair.first, tasks, vans, v) and allowed(pair.second, tasks, vans, v))
        now = before(r, lines, parts)
        if r == skip or now >= INFEASIBLE or barred:
            continue
        last = WAYS if trips_of(r, lines) < vans.max_trips[v] else 1
        for i in range(a, b - 1):
            _best_behind(i, r, last, now, pair, first, second, lines, tasks, vans, costs, behind, ways)


@compiled
def _best_behind(
    at: int, r: int, most_ways: int, now: int, pair: Pair, first: Reach, second: Reach, lines: Lines, tasks: Tasks,
    vans: Vans, costs: IntArray, behind: IntArray, ways: IntArray,
) -> None:  # fmt: skip
    v, b = lines.row[r], lines.first[r + 1]
    most = b - lines.first[r] + 4
    visit, leg_m, leg_s = np.zeros(most, np.int64), np.zeros(most + 1, np.int64), np.zeros(most + 1, np.int64)
    begins = np.zeros(most, np.int64)
    for then in range(at, b - 1):
        if then > at and lines.stop[then] == RELOAD:
            return
        for way in range(most_ways if then == at else 1):
            n = spliced_pair(at, then, way, r, pair, first, second, lines, visit, leg_m, leg_s)
            if n == 0:
                continue
            found = judge(visit[:n], leg_m[: n + 1], leg_s[: n + 1], tasks, vans, v, begins)
            if found.fault == GOOD:
                more = price(found, vans, v) - now
                if more < costs[at]:
                    costs[at], behind[at], ways[at] = more, then, way


@compiled
def spliced_pair(
    at: int, then: int, way: int, r: int, pair: Pair, first: Reach, second: Reach, lines: Lines,
    visit: IntArray, leg_m: IntArray, leg_s: IntArray,
) -> int:  # fmt: skip
    """Write down round r with a pair in it; gives the visits, 0 where a trip would be empty."""
    if is_empty(at, then, way, lines):
        return 0
    n = 0
    for i in range(lines.first[r], lines.first[r + 1] - 1):
        leg_m[n], leg_s[n] = lines.leg_m[i], lines.leg_s[i]
        if i == at:
            leg_m[n], leg_s[n] = first.to_m[i], first.to_s[i]
            if way & 1:
                leg_m[n], leg_s[n] = lines.to_depot_m[i], lines.to_depot_s[i]
                visit[n] = RELOAD
                n += 1
                leg_m[n], leg_s[n] = first.from_depot_m[r], first.from_depot_s[r]
            visit[n] = pair.first
            n += 1
            leg_m[n], leg_s[n] = first.from_m[i], first.from_s[i]
        if i == then:
            if then == at:
                leg_m[n], leg_s[n] = pair.link_m[r], pair.link_s[r]
            else:
                leg_m[n], leg_s[n] = second.to_m[i], second.to_s[i]
            visit[n] = pair.second
            n += 1
            leg_m[n], leg_s[n] = second.from_m[i], second.from_s[i]
            if way & 2:
                leg_m[n], leg_s[n] = second.to_depot_m[r], second.to_depot_s[r]
                visit[n] = RELOAD
                n += 1
                leg_m[n], leg_s[n] = lines.from_depot_m[i], lines.from_depot_s[i]
        visit[n] = lines.stop[i + 1]
        n += 1
    return n - 1
