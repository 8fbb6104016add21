"""The state of a search with windows, loads of several dimensions, kinds of van, reloads and pauses, in arrays.

A round is a line from one node to another: its first, stops and reloads, its end. Every node knows the segment that
ends with it and the one that begins with it as (duration, earliest, latest) (Vidal, Crainic, Gendreau and Prins 2013,
doi:10.1016/j.cor.2012.07.018), so that a change is weighed without walking along the round.

Arrays of an inner loop are handed over one by one: a tuple of them would count references at every turn.

points, rates, metres, seconds: where locations lie, by a rule on points [m, 3] or by matrices [m, m] (else empty).
node [N, 20]: n stops, then two for each round, then reloads. load [N, 4 d]: what is given and taken there, and the most
that is on board from the beginning of the trip until behind the node, and behind it until the end of the trip.
kind [v, 19 + d]: kinds of van, see `Fleet`. ring [R, 11]: rounds, each of a kind of van for good; those without stops
stand idle in free [v, R + 1], whose last column counts them. alike [v, v + 1]: kinds that differ from one in loads and
costs alone, so that its rounds could be driven by them; the last column counts them. spare: idle reload nodes, the last
cell counts them. unit [u + 1, 2] and member: what is served by one of its stops, and what it costs not to. fit [n, k]:
beside whom it is worth trying a stop.
"""

from __future__ import annotations

from math import asin, sqrt

import numpy as np
from numpy.typing import NDArray

from doorstep.kernels.compiled import inner
from doorstep.kernels.route.compiled_plain import DIAMETER_M, ROUNDED, TRUNCATED

Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Floats = NDArray[np.float64]
Segment = tuple[int, int, int]

FAR = 2**60
"""Costs more than anything: cannot be."""
BLOCKED_S = 2**41
"""A duration beyond every shift."""
AWAY = -1
NO_PAUSE = -1

# columns of `node`
PRED, SUCC, RING, LEG_M, LEG_S, STOP, AT, SERVICE, OPENS, CLOSES = range(10)
UP_D, UP_E, UP_L, ON_D, ON_E, ON_L, SKILLS, ONLY, UNIT, FAR_M = range(10, 20)
# columns of `kind`
START, FINISH, SHIFT_FROM, SHIFT_TO, FIXED, PER_M, PER_S, MOST_M, MOST_S, MOST_TRIPS = range(10)
RELOAD_S, HAS, PAUSE_S, PAUSE_FROM, PAUSE_TO, SPEED, TIMED, PLAIN, RELOAD_AT, CAPACITY = range(10, 20)
# columns of `ring`
KIND, END, METRES, SIZE, TRIPS, PAUSE, COST, STAMP, COST_WAS, DIRTY_YET, FREED = range(11)
# columns of `unit`
LEAVE, MEMBERS = 0, 1
# of the array `rates`
RULE, PER_KM, DETOUR = 0, 1, 2


@inner
def way(
    points: Floats, rates: Ints, metres: Small, seconds: Small, plain: bool, speed: int, i: int, j: int
) -> tuple[int, int]:  # fmt: skip
    """Metres and seconds of a van from location i to j."""
    if metres.shape[0] > 0:
        m, t = int(metres[i, j]), int(seconds[i, j])
        if t == 2**31 - 1:
            return m, BLOCKED_S
    else:
        dx, dy, dz = points[i, 0] - points[j, 0], points[i, 1] - points[j, 1], points[i, 2] - points[j, 2]
        straight = sqrt(dx * dx + dy * dy + dz * dz)
        if rates[RULE] == ROUNDED:
            m = int(straight + 0.5)
        elif rates[RULE] == TRUNCATED:
            m = int(10.0 * straight)
        else:
            m = int(DIAMETER_M * asin(min(1.0, straight / 2.0)) * (rates[DETOUR] / 1e6) + 0.5)
        t = (2 * m * rates[PER_KM] + 1000) // 2000
    return (m, t) if plain else (m, -((-t * 1_000_000) // speed))


@inner
def join(a: Segment, seconds: int, b: Segment) -> Segment:
    """One segment, a way of so many seconds, another; a duration of FAR where they cannot follow one another."""
    until = a[0] + seconds
    if a[1] + until > b[2] or a[0] >= FAR or b[0] >= FAR:
        return FAR, 0, 0
    wait = max(b[1] - until - a[2], 0)
    return until + wait + b[0], max(b[1] - until, a[1]) - wait, min(b[2] - until, a[2])


@inner
def upto(node: Ints, i: int) -> Segment:
    """The segment that ends with node i."""
    return node[i, UP_D], node[i, UP_E], node[i, UP_L]


@inner
def onward(node: Ints, i: int) -> Segment:
    """The segment that begins with node i."""
    return node[i, ON_D], node[i, ON_E], node[i, ON_L]


@inner
def link(node: Ints, ring: Ints, c: int, p: int, in_m: int, in_s: int, out_m: int, out_s: int) -> None:
    """Put c behind p; the ways to and from it are given."""
    s, r = node[p, SUCC], node[p, RING]
    node[c, PRED], node[c, SUCC], node[c, RING] = p, s, r
    node[c, LEG_M], node[c, LEG_S] = in_m, in_s
    node[s, LEG_M], node[s, LEG_S] = out_m, out_s
    node[p, SUCC] = node[s, PRED] = c
    ring[r, SIZE] += node[c, STOP]
    ring[r, TRIPS] += 1 - node[c, STOP]


@inner
def unlink(node: Ints, ring: Ints, c: int, past_m: int, past_s: int) -> None:
    """Take c out; the way past it is given."""
    p, s, r = node[c, PRED], node[c, SUCC], node[c, RING]
    node[p, SUCC], node[s, PRED] = s, p
    node[s, LEG_M], node[s, LEG_S] = past_m, past_s
    node[c, RING] = AWAY
    ring[r, SIZE] -= node[c, STOP]
    ring[r, TRIPS] -= 1 - node[c, STOP]


@inner
def refresh(node: Ints, load: Ints, kind: Ints, ring: Ints, r: int) -> bool:
    """Reckon segments, loads and cost of round r; False: it cannot be driven."""
    k, first = ring[r, KIND], ring[r, END] - 1
    ring[r, PAUSE] = NO_PAUSE
    fine = _segments(node, kind, ring, r, first)
    if kind[k, PAUSE_S] > 0 and ring[r, SIZE] > 0:
        ring[r, PAUSE] = _best_pause(node, kind, ring, r, first)
        fine = ring[r, PAUSE] != NO_PAUSE and _segments(node, kind, ring, r, first)
    _loads(node, load, first)
    if ring[r, SIZE] == 0:
        ring[r, COST] = ring[r, METRES] = 0
        return True
    duration = node[first, ON_D]
    ring[r, COST] = (
        kind[k, FIXED] + kind[k, PER_M] * ring[r, METRES] + (kind[k, PER_S] * duration if kind[k, PER_S] else 0)
    )
    return bool(fine and duration <= kind[k, MOST_S] and ring[r, METRES] <= kind[k, MOST_M])


@inner
def _segments(node: Ints, kind: Ints, ring: Ints, r: int, first: int) -> bool:
    """Segments and metres of round r, with the pause where `total` has it; False: it cannot be driven."""
    k = ring[r, KIND]
    pause_at = ring[r, PAUSE]
    pause = (kind[k, PAUSE_S], kind[k, PAUSE_FROM], kind[k, PAUSE_TO])
    begins = node[first, OPENS]
    if pause_at == first:  # before departure: all that is left of it is that the van leaves later
        begins = max(begins, pause[1]) + pause[0]
    d, e, el = node[first, SERVICE], begins, node[first, CLOSES]
    node[first, UP_D], node[first, UP_E], node[first, UP_L] = d, e, el
    i, metres = node[first, SUCC], 0
    while i >= 0:
        metres += node[i, LEG_M]
        here = (node[i, SERVICE], node[i, OPENS], node[i, CLOSES])
        if i == pause_at:
            here = join(pause, 0, here)
        d, e, el = join((d, e, el), node[i, LEG_S], here)
        node[i, UP_D], node[i, UP_E], node[i, UP_L] = d, e, el
        i = node[i, SUCC]
    ring[r, METRES] = metres
    i = first + 1
    d, e, el = node[i, SERVICE], node[i, OPENS], node[i, CLOSES]
    node[i, ON_D], node[i, ON_E], node[i, ON_L] = d, e, el
    while i != first:
        took = node[i, LEG_S]
        i = node[i, PRED]
        here = (node[i, SERVICE], begins if i == first else node[i, OPENS], node[i, CLOSES])
        if i == pause_at and i != first:
            here = join(pause, 0, here)
        d, e, el = join(here, took, (d, e, el))
        node[i, ON_D], node[i, ON_E], node[i, ON_L] = d, e, el
    return bool(d < FAR)


@inner
def _best_pause(node: Ints, kind: Ints, ring: Ints, r: int, first: int) -> int:
    """Where the van of round r pauses so that the round is shortest; the segments are those without a pause."""
    k = ring[r, KIND]
    leaves = (0, max(node[first, OPENS], kind[k, PAUSE_FROM]) + kind[k, PAUSE_S], node[first, CLOSES])
    best, place = FAR, NO_PAUSE
    if leaves[1] <= leaves[2]:
        second = node[first, SUCC]
        best = join(leaves, node[second, LEG_S], onward(node, second))[0]
        place = first if best < FAR else NO_PAUSE
    pause = (kind[k, PAUSE_S], kind[k, PAUSE_FROM], kind[k, PAUSE_TO])
    i = node[first, SUCC]
    while i != first + 1:
        if node[i, STOP] == 1:
            here = join(pause, 0, (node[i, SERVICE], node[i, OPENS], node[i, CLOSES]))
            s = node[i, SUCC]
            before = join(upto(node, node[i, PRED]), node[i, LEG_S], here)
            d = join(before, node[s, LEG_S], onward(node, s))[0]
            if d < best:
                best, place = d, i
        i = node[i, SUCC]
    return place


@inner
def _loads(node: Ints, load: Ints, first: int) -> None:
    """Most on board in each trip up to and from each node; a trip begins at the first node and at reloads."""
    dimensions = load.shape[1] // 4
    for d in range(dimensions):
        take, up, down = dimensions + d, 2 * dimensions + d, 3 * dimensions + d
        to_give, i = 0, node[first + 1, PRED]
        while i >= 0:  # what is still to be given behind i
            load[i, down] = to_give
            to_give = to_give + load[i, d] if node[i, STOP] == 1 else 0
            i = node[i, PRED]
        taken, most, i = 0, 0, first
        while i != first + 1:
            if node[i, STOP] == 1:
                taken += load[i, take]
            else:
                taken, most = 0, 0
            load[i, down] += taken
            most = max(most, load[i, down])
            load[i, up] = most
            i = node[i, SUCC]
        most, i = 0, node[first + 1, PRED]
        while i >= 0:
            most = max(most, load[i, down])
            load[i, down] = most
            if node[i, STOP] == 0:
                most = 0
            i = node[i, PRED]
