"""Units shared out over a set of cartons, one filled after the other. Compiled; int64 throughout."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.pack.compiled import scratch
from doorstep.kernels.pack.passes import FAR_OFF, PASSES, Scratch, alike, exchange
from doorstep.kernels.pack.spaces import fill
from doorstep.kernels.pack.units import MOST, IntArray, sort_units, turn, unpack

CLIMB = 80  # exchanges from one start


@compiled
def spread(
    cartons: IntArray,
    shapes: IntArray,
    first: int,
    rule: IntArray,
    support_ppm: int,
    count: int,
    room: Scratch,
    rest: IntArray,
    parcel: IntArray,
) -> int:
    """Fill each of some shapes in turn, beginning with the `first`, from the units in order; returns the volume left.

    Work ends when what is left cannot go into the cartons to come. `parcel` [units] gets the place of each unit's
    carton among the shapes, -1: none.
    """
    unit, turns, turn_count, order, laid, pos, dim, spaces, spare = room
    volume, left, roomy = 0, count, 0
    for at in range(count):
        rest[at], parcel[at] = order[at], -1
        volume += unit[at, 7]
    for shape in shapes:
        roomy += cartons[shape, 0] * cartons[shape, 1] * cartons[shape, 2]
    for step in range(len(shapes)):
        if volume > roomy:
            break
        own = (first + step) % len(shapes)
        carton = cartons[shapes[own]]
        roomy -= carton[0] * carton[1] * carton[2]
        placed = fill(
            unit, turns, turn_count, rest, left, carton, rule, support_ppm, False, laid, pos, dim, spaces, spare
        )
        for at in range(placed):
            parcel[laid[at]] = own
            volume -= unit[laid[at], 7]
        kept = 0
        for at in range(left):
            if parcel[rest[at]] < 0:
                rest[kept] = rest[at]
                kept += 1
        left = kept
    return volume


@compiled
def climb(
    cartons: IntArray,
    shapes: IntArray,
    first: int,
    rule: IntArray,
    knobs: IntArray,
    count: int,
    steps: int,
    least: int,
    room: Scratch,
    rest: IntArray,
    parcel: IntArray,
) -> bool:
    """Exchange two units of an order, keep the exchange if no more than `least` is left over, try again."""
    unit, order = room[0], room[3]
    former, place = np.empty(count, np.int64), np.empty(count, np.int64)
    sort_units(unit, count, rule, order)
    spread(cartons, shapes, first, rule, knobs[4], count, room, rest, place)
    dice = 1
    for step in range(steps):
        for at in range(count):
            former[at] = order[at]
        for _ in range(1 + step % 2):
            dice = exchange(unit, order, count, dice, place)
        left = spread(cartons, shapes, first, rule, knobs[4], count, room, rest, parcel)
        if left == 0:
            return True
        if left <= least:
            least = left
            place[:] = parcel
        else:
            for at in range(count):
                order[at] = former[at]
    return False


@compiled
def share_out(
    items: IntArray,
    line_item: IntArray,
    line_quantity: IntArray,
    cartons: IntArray,
    sets: IntArray,
    tries: int,
    knobs: IntArray,
    parcel: IntArray,
) -> int:
    """Find the first of some sets of cartons [p, k] that takes all units; returns its row, or -1.

    One carton takes what it can, the next what is left, and so on: under every pass, each carton being the first in
    turn, as long as that leaves little. The rest of the tries change the order of the units, from what left least on.
    `parcel` [units] gets the place of the carton in its set, units in the order of their items, lines ascending.
    """
    count, size = len(parcel), sets.shape[1]
    room = scratch(items, np.array([0, len(line_item)]), line_quantity, count)
    unit, order = room[0], room[3]
    unpack(items, line_item, line_quantity, unit)
    turn(unit, count, room[1], room[2])
    rest = np.empty(count, np.int64)
    ways = len(PASSES) * size
    left = np.empty(ways, np.int64)
    whole = 0
    for u in range(count):
        whole += unit[u, 7]
    steps = 0 if alike(unit, count) else max(tries - ways, 0)
    for row in range(len(sets)):
        for way in range(ways):
            left[way] = MOST
        least = whole
        for way in range(min(tries, ways)):
            if steps == 0 and way in (4, 8) and least * way * 5 > whole * 4:
                break  # the ways to come hardly ever mend that
            rule = PASSES[way // size]
            sort_units(unit, count, rule, order)
            left[way] = spread(cartons, sets[row], way % size, rule, knobs[4], count, room, rest, parcel)
            if left[way] == 0:
                return row
            least = min(least, left[way])
        for done in range(0, steps, CLIMB):
            way = int(np.argmin(left))
            if left[way] * FAR_OFF > whole:
                break
            least, left[way] = left[way], MOST
            if climb(
                cartons, sets[row], way % size, PASSES[way // size], knobs, count, min(CLIMB, steps - done),
                least, room, rest, parcel,
            ):  # fmt: skip
                return row
    return -1
