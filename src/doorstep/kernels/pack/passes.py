"""The constructive passes, and changes of their orders. Compiled; int64 throughout."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.pack.spaces import CORNER, FAR_CORNER, TIGHT, TOUCH, fill
from doorstep.kernels.pack.units import BY_FACE, BY_LONGEST, BY_SHORTEST, BY_VOLUME, IntArray, sort_units

Scratch = tuple[IntArray, ...]

CHEAP_PASSES = 3  # tried before the exact search
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
def shuffled(count: int, box: IntArray, knobs: IntArray, room: Scratch) -> bool:
    """Exchange two units of an order, keep the exchange if no less is placed, try again; under every pass in turn."""
    unit, turns, turn_count, order, laid, pos, dim, spaces, spare = room
    best, dice = -1, 1
    former = np.empty(count, np.int64)
    for step in range(knobs[5]):
        rule = PASSES[step // 8 % len(PASSES)]
        if step % 8 == 0:
            sort_units(unit, count, rule, order)
            best = -1
        for at in range(count):
            former[at] = order[at]
        for _ in range(1 + step % 2 if step % 8 else 0):
            dice = (dice * 1103515245 + 12345) % 2**31
            one = dice // 2**8 % count
            dice = (dice * 1103515245 + 12345) % 2**31
            other = dice // 2**8 % count
            order[one], order[other] = order[other], order[one]
        placed = fill(unit, turns, turn_count, order, count, box, rule, knobs[4], False, laid, pos, dim, spaces, spare)
        if placed == count:
            return True
        volume = 0
        for at in range(placed):
            volume += unit[laid[at], 7]
        if volume >= best:
            best = volume
        else:
            for at in range(count):
                order[at] = former[at]
    return False
