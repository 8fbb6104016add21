"""Ruin and recreate for rounds that only loads bound: one kind of van, deliveries, no windows.

Slack induction by string removals (Christiaens and Vanden Berghe 2020, doi:10.1287/trsc.2019.0914) under annealing, on
sparse neighbour lists (Toth and Vigo 2003), localised: an iteration costs what it touches, however long the day.

A node is a row of eight int32. Customers come first; row `n + r` is the depot of round r, so that a round is a ring.
"""

from __future__ import annotations

from math import asin, log, sqrt

import numpy as np
from numpy.typing import NDArray

from doorstep.kernels.compiled import compiled, inner
from doorstep.kernels.route.compiled_random import State, below, uniform

Nodes = NDArray[np.int32]
Points = NDArray[np.float64]
Ints = NDArray[np.int64]

PRED, SUCC, BEFORE, AFTER, ROUND, DEMAND = 0, 1, 2, 3, 4, 5
AWAY = -1  # the round of who is removed
FAR = 2**30
IMPOSSIBLE = 2**60

# of the array `rates`
RULE, PER_M, PER_S, PER_KM, DETOUR, FIXED, CAPACITY = 0, 1, 2, 3, 4, 5, 6
ROUNDED, TRUNCATED, SPHERE = 0, 1, 2
DIAMETER_M = 2.0 * 6_371_009

# of the array `counts`
FREE, OPEN, CURRENT, BEST, DIRTY, DONE, WRITTEN = 0, 1, 2, 3, 4, 5, 6

# of the array `knobs`
STRINGS, LONGEST, BLINK, SPLIT, DEPTH = 0, 1, 2, 3, 4

# kinds of a row of the journal
OUT, IN = 0, 1


@inner
def arc(points: Points, rates: Ints, i: int, j: int) -> int:
    """What it costs to drive from i to j."""
    dx, dy, dz = points[i, 0] - points[j, 0], points[i, 1] - points[j, 1], points[i, 2] - points[j, 2]
    plain = sqrt(dx * dx + dy * dy + dz * dz)
    rule = rates[RULE]
    if rule == ROUNDED:
        metres = int(plain + 0.5)
    elif rule == TRUNCATED:
        metres = int(10.0 * plain)
    else:
        metres = int(DIAMETER_M * asin(min(1.0, plain / 2.0)) * (rates[DETOUR] / 1e6) + 0.5)
    cost = metres * rates[PER_M]
    if rates[PER_S] > 0:
        cost += rates[PER_S] * ((2 * metres * rates[PER_KM] + 1000) // 2000)
    return int(cost)


@inner
def link(nodes: Nodes, load: Ints, size: Ints, c: int, p: int, before: int, after: int) -> None:
    """Put c behind p."""
    s = nodes[p, SUCC]
    r = nodes[p, ROUND]
    nodes[c, PRED], nodes[c, SUCC], nodes[c, ROUND] = p, s, r
    nodes[c, BEFORE], nodes[c, AFTER] = before, after
    nodes[p, SUCC], nodes[p, AFTER] = c, before
    nodes[s, PRED], nodes[s, BEFORE] = c, after
    load[r] += nodes[c, DEMAND]
    size[r] += 1


@inner
def unlink(nodes: Nodes, load: Ints, size: Ints, c: int, joined: int) -> None:
    """Take c out; `joined` is what the way past it costs."""
    p, s, r = nodes[c, PRED], nodes[c, SUCC], nodes[c, ROUND]
    nodes[p, SUCC], nodes[p, AFTER] = s, joined
    nodes[s, PRED], nodes[s, BEFORE] = p, joined
    nodes[c, ROUND] = AWAY
    load[r] -= nodes[c, DEMAND]
    size[r] -= 1


@inner
def _cost_between(points: Points, rates: Ints, depot_cost: Nodes, n: int, i: int, j: int) -> int:
    if i >= n:
        return 0 if j >= n else depot_cost[j]
    return depot_cost[i] if j >= n else arc(points, rates, i, j)


@inner
def take_out(
    nodes: Nodes, load: Ints, size: Ints, journal: Nodes, written: int, points: Points, rates: Ints, depot_cost: Nodes,
    n: int, c: int,
) -> int:  # fmt: skip
    """Remove c and write it down; gives what the cost changes by."""
    p, s = nodes[c, PRED], nodes[c, SUCC]
    before, after = nodes[c, BEFORE], nodes[c, AFTER]
    journal[written, 0], journal[written, 1], journal[written, 2] = OUT, c, p
    journal[written, 3], journal[written, 4], journal[written, 5] = before, after, nodes[c, ROUND]
    joined = _cost_between(points, rates, depot_cost, n, p, s)
    unlink(nodes, load, size, c, joined)
    return int(joined - before - after)


@inner
def _ruin_string(
    nodes: Nodes, load: Ints, size: Ints, journal: Nodes, points: Points, rates: Ints, depot_cost: Nodes, n: int,
    c: int, length: int, spared: int, state: State, away: Ints, gone: int,
) -> int:  # fmt: skip
    """Remove `length` customers of c's round, in a string about c that skips `spared`; gives the change of cost."""
    reach = length + spared
    back, node = 0, c
    while back < reach - 1 and nodes[node, PRED] < n:
        node = nodes[node, PRED]
        back += 1
    ahead, last = 0, c
    while ahead < reach - 1 and nodes[last, SUCC] < n:
        last = nodes[last, SUCC]
        ahead += 1
    least = max(0, reach - 1 - ahead)
    offset = least + below(state, back - least + 1)
    for _ in range(back - offset):
        node = nodes[node, SUCC]
    first_spared = below(state, length) if spared > 0 else length
    change = 0
    for step in range(reach):
        after = nodes[node, SUCC]
        if not first_spared <= step < first_spared + spared:
            away[gone] = node
            change += take_out(nodes, load, size, journal, gone, points, rates, depot_cost, n, node)
            gone += 1
        node = after
    return change


@inner
def ruin(
    nodes: Nodes, load: Ints, size: Ints, journal: Nodes, points: Points, rates: Ints, depot_cost: Nodes, near: Nodes,
    n: int, counts: Ints, knobs: Points, state: State, away: Ints, stamp: Ints, iteration: int, free: Ints,
) -> tuple[int, int]:  # fmt: skip
    """Remove strings about a random customer; gives how many are away and the change of cost."""
    mean_size = n / max(1, counts[OPEN])
    longest = min(knobs[LONGEST], mean_size)
    most = 4.0 * knobs[STRINGS] / (1.0 + longest) - 1.0
    strings = int(uniform(state) * most + 1.0)
    seed = below(state, n)
    gone, change, ruined = 0, 0, 0
    for k in range(-1, near.shape[1]):
        c = seed if k < 0 else near[seed, k]
        if c < 0 or ruined >= strings:
            break
        r = nodes[c, ROUND]
        if r == AWAY or stamp[r] == iteration:
            continue
        stamp[r] = iteration
        here = size[r]
        length = int(uniform(state) * min(float(here), longest) + 1.0)
        length = min(length, here)
        spared = 0
        if length > 1 and length < here and uniform(state) < knobs[SPLIT]:
            spared = 1
            while length + spared < here and uniform(state) < 0.01:
                spared += 1
        change += _ruin_string(
            nodes, load, size, journal, points, rates, depot_cost, n, c, length, spared, state, away, gone
        )
        if size[r] == 0:  # its van may serve another round at once
            change -= rates[FIXED]
            free[counts[FREE]] = r
            counts[FREE] += 1
        gone += length
        ruined += 1
    return gone, change


@inner
def sort_away(nodes: Nodes, depot_cost: Nodes, away: Ints, gone: int, keys: Ints, state: State) -> None:
    """Set those who are away in the order in which they come back: by chance, heavy, far or close first (4:4:2:1)."""
    draw = uniform(state) * 11.0
    for i in range(gone):
        c = away[i]
        if draw < 4.0:
            keys[i] = int(uniform(state) * 1e9)
        elif draw < 8.0:
            keys[i] = -nodes[c, DEMAND]
        elif draw < 10.0:
            keys[i] = -depot_cost[c]
        else:
            keys[i] = depot_cost[c]
    for i in range(1, gone):
        key, c, j = keys[i], away[i], i - 1
        while j >= 0 and keys[j] > key:
            keys[j + 1], away[j + 1] = keys[j], away[j]
            j -= 1
        keys[j + 1], away[j + 1] = key, c


@inner
def _best_place(
    nodes: Nodes, load: Ints, points: Points, rates: Ints, depot_cost: Nodes, near: Nodes, near_cost: Nodes, n: int,
    c: int, knobs: Points, state: State,
) -> tuple[int, int, int, int]:  # fmt: skip
    """Behind whom c comes cheapest, at what cost, and the costs of its two arcs; -1: nowhere nearby."""
    room = rates[CAPACITY] - nodes[c, DEMAND]
    line = np.uintp(c)  # without a sign: none has to be looked at before what it points to
    best, place, best_before, best_after = FAR, -1, 0, 0
    depth = int(knobs[DEPTH])
    for k in range(near.shape[1]):
        if k >= depth and place >= 0:
            break
        v = near[line, k]
        if v < 0:
            break
        u = np.uintp(v)
        to_v, behind, ahead = near_cost[line, k], nodes[u, AFTER], nodes[u, BEFORE]
        if 2 * to_v - max(behind, ahead) >= best:  # neither beside it: the triangle
            continue
        r = nodes[u, ROUND]
        if r == AWAY or load[np.uintp(r)] > room:
            continue
        if 2 * to_v - behind < best:
            s = nodes[u, SUCC]
            to_s = depot_cost[c] if s >= n else arc(points, rates, c, s)
            cost = to_v + to_s - behind
            if cost < best and uniform(state) >= knobs[BLINK]:
                best, place, best_before, best_after = cost, v, to_v, to_s
        if 2 * to_v - ahead < best:
            p = nodes[u, PRED]
            to_p = depot_cost[c] if p >= n else arc(points, rates, c, p)
            cost = to_v + to_p - ahead
            if cost < best and uniform(state) >= knobs[BLINK]:
                best, place, best_before, best_after = cost, p, to_p, to_v
    return place, best, best_before, best_after


@inner
def recreate(
    nodes: Nodes, load: Ints, size: Ints, journal: Nodes, points: Points, rates: Ints, depot_cost: Nodes, near: Nodes,
    near_cost: Nodes, n: int, counts: Ints, knobs: Points, state: State, away: Ints, gone: int, free: Ints,
    most: float,
) -> int:  # fmt: skip
    """Put back all who are away; gives the change of cost, or IMPOSSIBLE where a van is wanting.

    A change of more than `most` will not be kept, and a customer more makes no round cheaper (but for what rounding
    to whole metres does): the rest is not tried.
    """
    change, written = 0, gone
    counts[WRITTEN] = gone
    for i in range(gone):
        c = away[i]
        place, cost, before, after = _best_place(
            nodes, load, points, rates, depot_cost, near, near_cost, n, c, knobs, state
        )
        if place < 0 or 2 * depot_cost[c] + rates[FIXED] < cost:
            if counts[FREE] == 0:
                return IMPOSSIBLE
            counts[FREE] -= 1
            place = n + free[counts[FREE]]
            before = after = depot_cost[c]
            cost = before + after + rates[FIXED]
        journal[written, 0], journal[written, 1], journal[written, 2] = IN, c, nodes[place, AFTER]
        link(nodes, load, size, c, place, before, after)
        written += 1
        counts[WRITTEN] = written
        change += cost
        if change > most:
            return IMPOSSIBLE
    return change


@inner
def undo(nodes: Nodes, load: Ints, size: Ints, journal: Nodes, written: int) -> None:
    """Replay the journal backwards."""
    for w in range(written - 1, -1, -1):
        c = journal[w, 1]
        if journal[w, 0] == IN:
            unlink(nodes, load, size, c, journal[w, 2])
        else:
            link(nodes, load, size, c, journal[w, 2], journal[w, 3], journal[w, 4])


@inner
def _keep(nodes: Nodes, journal: Nodes, counts: Ints, dirty: Ints, is_dirty: Nodes) -> None:
    """Take down the rounds that an accepted change has touched."""
    for w in range(counts[WRITTEN]):
        r = journal[w, 5] if journal[w, 0] == OUT else nodes[journal[w, 1], ROUND]
        if is_dirty[r] == 0:
            is_dirty[r] = 1
            dirty[counts[DIRTY]] = r
            counts[DIRTY] += 1


@inner
def _save(nodes: Nodes, n: int, counts: Ints, dirty: Ints, is_dirty: Nodes, best: Nodes) -> None:
    """Copy the rounds that have changed since the last best."""
    for i in range(counts[DIRTY]):
        r = dirty[i]
        is_dirty[r] = 0
        node = n + r
        while True:
            after = nodes[node, SUCC]
            best[node] = after
            node = after
            if node >= n:
                break
    counts[DIRTY] = 0
    counts[BEST] = counts[CURRENT]


@compiled
def anneal(
    nodes: Nodes, load: Ints, size: Ints, points: Points, rates: Ints, depot_cost: Nodes, near: Nodes, near_cost: Nodes,
    n: int, counts: Ints, knobs: Points, state: State, free: Ints, dirty: Ints, is_dirty: Nodes, best: Nodes,
    iterations: int, hot: float, cold: float,
) -> None:  # fmt: skip
    """Ruin and recreate so many times, the temperature falling from `hot` to `cold`; `best` keeps who follows whom."""
    rounds = len(load)
    journal = np.zeros((2048, 6), np.int32)
    away, keys = np.zeros(1024, np.int64), np.zeros(1024, np.int64)
    stamp = np.full(rounds, -1, np.int64)
    cooling = (cold / hot) ** (1.0 / iterations)
    warmth = hot
    for iteration in range(iterations):
        warmth *= cooling
        free_before = counts[FREE]
        gone, change = ruin(
            nodes,
            load,
            size,
            journal,
            points,
            rates,
            depot_cost,
            near,
            n,
            counts,
            knobs,
            state,
            away,
            stamp,
            iteration,
            free,
        )
        sort_away(nodes, depot_cost, away, gone, keys, state)
        worse = -warmth * log(1.0 - uniform(state))
        change += recreate(
            nodes, load, size, journal, points, rates, depot_cost, near, near_cost, n, counts, knobs, state, away,
            gone, free, worse - change,
        )  # fmt: skip
        if change > 0 and change >= worse:
            undo(nodes, load, size, journal, counts[WRITTEN])
            counts[FREE] = free_before
            continue
        _keep(nodes, journal, counts, dirty, is_dirty)
        counts[OPEN] = rounds - counts[FREE]
        counts[CURRENT] += change
        if counts[CURRENT] < counts[BEST]:
            _save(nodes, n, counts, dirty, is_dirty, best)
    counts[DONE] += iterations
