"""The constructive passes, and changes of their orders. Compiled; int64 throughout."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.pack.spaces import CORNER, FAR_CORNER, TIGHT, TOUCH, fill
from doorstep.kernels.pack.units import BY_FACE, BY_LONGEST, BY_SHORTEST, BY_VOLUME, MOST, IntArray, sort_units

Scratch = tuple[IntArray, ...]

CHEAP_PASSES = 3  # tried before the exact search
FAR_OFF = 4  # a start that leaves more than a quarter of the volume is not pursued
LEAST_CLIMB = 10  # exchanges from one start
# Order of the units, rule of the place, axes of a position from the most to the least important. Chosen on real
# orders and baskets: each is the one that packs most of what the ones before it leave.
PASSES = np.array(
    [
        [BY_LONGEST, TIGHT, 0, 1, 2],
        [BY_SHORTEST, FAR_CORNER, 1, 0, 2],
        [BY_SHORTEST, TIGHT, 0, 2, 1],
        [BY_VOLUME, FAR_CORNER, 2, 0, 1],
        [BY_LONGEST, TOUCH, 2, 0, 1],
        [BY_VOLUME, FAR_CORNER, 0, 1, 2],
        [BY_SHORTEST, FAR_CORNER, 2, 1, 0],
        [BY_VOLUME, CORNER, 0, 1, 2],
        [BY_VOLUME, CORNER, 2, 1, 0],
        [BY_FACE, TOUCH, 0, 1, 2],
        [BY_VOLUME, FAR_CORNER, 1, 2, 0],
        [BY_LONGEST, FAR_CORNER, 0, 1, 2],
    ]
)
BIGGEST_FIRST = PASSES[3]  # the order of the exact search


@compiled
def exchange(unit: IntArray, order: IntArray, count: int, dice: int, place: IntArray) -> int:
    """Exchange two units of an order that are not alike, drawn by the dice; returns their next state.

    Every other time one of them is a unit that has no `place` [units] yet, -1.
    """
    one = (dice * 1103515245 + 12345) % 2**31
    other = (one * 1103515245 + 12345) % 2**31
    a, b = one // 2**8 % count, other // 2**8 % count
    if one // 2**30:
        for _ in range(count):
            if place[order[a]] < 0:
                break
            a = (a + 1) % count
    for _ in range(count):
        if unit[order[a], 6] != unit[order[b], 6]:
            break
        b = (b + 1) % count
    order[a], order[b] = order[b], order[a]
    return other


@compiled
def alike(unit: IntArray, count: int) -> bool:
    """Tell whether all units are of one item, so that their order does not matter."""
    same = True
    for u in range(1, count):
        same = same and unit[u, 6] == unit[0, 6]
    return same


@compiled
def volume_left(count: int, box: IntArray, rule: IntArray, support_ppm: int, room: Scratch, place: IntArray) -> int:
    """Fill a carton from units in order; returns the volume left. `place` [units] gets 0, or -1 for what is left."""
    unit, turns, turn_count, order, laid, pos, dim, spaces, spare = room
    placed = fill(unit, turns, turn_count, order, count, box, rule, support_ppm, False, laid, pos, dim, spaces, spare)
    left = 0
    for u in range(count):
        left += unit[u, 7]
        place[u] = -1
    for at in range(placed):
        left -= unit[laid[at], 7]
        place[laid[at]] = 0
    return left


@compiled
def shuffled(count: int, box: IntArray, knobs: IntArray, room: Scratch) -> bool:
    """Exchange two units of an order, keep the exchange if no more is left, try again; from what leaves least on.

    The passes that come first show whether that is worth while: where all of them leave much, it is not.
    """
    unit, order = room[0], room[3]
    place, former, kept = np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count, np.int64)
    ways, dice, whole = len(PASSES), 1, 0
    left = np.full(ways, MOST)
    for u in range(count):
        whole += unit[u, 7]
    least = whole
    for way in range(0 if alike(unit, count) else min(ways, knobs[5])):
        if way in (4, 8) and least * way * 2 > whole * 3:
            return False
        sort_units(unit, count, PASSES[way], order)
        left[way] = volume_left(count, box, PASSES[way], knobs[4], room, place)
        if left[way] == 0:
            return True
        least = min(least, left[way])
    steps = knobs[5] - ways
    each = max(LEAST_CLIMB, steps // ways)
    for step in range(steps):
        if step % each == 0:
            way = int(np.argmin(left))
            least, left[way] = left[way], MOST
            if least * FAR_OFF > whole:
                return False
            sort_units(unit, count, PASSES[way], order)
            volume_left(count, box, PASSES[way], knobs[4], room, kept)
        for at in range(count):
            former[at] = order[at]
        for _ in range(1 + step % 2):
            dice = exchange(unit, order, count, dice, kept)
        found = volume_left(count, box, PASSES[way], knobs[4], room, place)
        if found == 0:
            return True
        if found <= least:
            least = found
            kept[:] = place
        else:
            for at in range(count):
                order[at] = former[at]
    return False
