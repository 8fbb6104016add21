"""Placing units one by one into maximal empty spaces. Compiled; int64 throughout.

A space is x, y, z of its near corner and x, y, z of its far corner. A rule is the order of the units, the rule of
the place, and the axes of a position from the most to the least important.
"""

from __future__ import annotations

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.pack.units import MOST, IntArray

PPM = 1_000_000
MAX_SPACES = 2_000  # further spaces are dropped: this way of packing proves nothing anyway
TOUCH, CORNER, TIGHT, FAR_CORNER = 0, 1, 2, 3


@compiled
def shadow(pos: IntArray, dim: IntArray, u: int, v: int) -> int:
    """Area that two units share seen from above."""
    x = min(pos[u, 0] + dim[u, 0], pos[v, 0] + dim[v, 0]) - max(pos[u, 0], pos[v, 0])
    y = min(pos[u, 1] + dim[u, 1], pos[v, 1] + dim[v, 1]) - max(pos[u, 1], pos[v, 1])
    return x * y if x > 0 and y > 0 else 0


@compiled
def covered(order: IntArray, step: int, pos: IntArray, dim: IntArray) -> bool:
    """Tell whether something placed before lies above the unit at `step`."""
    u = order[step]
    for former in range(step):
        if pos[order[former], 2] >= pos[u, 2] + dim[u, 2] and shadow(pos, dim, u, order[former]) > 0:
            return True
    return False


@compiled
def rests(order: IntArray, count: int, u: int, pos: IntArray, dim: IntArray, support_ppm: int) -> bool:
    """Tell whether enough of a unit's base lies on the floor or on tops of units of `order[:count]`."""
    if pos[u, 2] == 0 or support_ppm == 0:
        return True
    area = 0
    for at in range(count):
        v = order[at]
        if v != u and pos[v, 2] + dim[v, 2] == pos[u, 2]:
            area += shadow(pos, dim, u, v)
    return bool(area * PPM >= support_ppm * dim[u, 0] * dim[u, 1])


@compiled
def shared(near: int, length: int, other: int, other_length: int) -> int:
    """Length that two stretches of a line share."""
    return max(min(near + length, other + other_length) - max(near, other), 0)


@compiled
def meet(near: int, length: int, other: int, other_length: int) -> bool:
    """Tell whether one stretch of a line ends where the other begins."""
    return bool(near + length == other or other + other_length == near)


@compiled
def touch(order: IntArray, step: int, box: IntArray, pos: IntArray, dim: IntArray) -> int:
    """Share (ppm) of a unit's surface that lies against walls and placed units."""
    u = order[step]
    x, y, z, dx, dy, dz = pos[u, 0], pos[u, 1], pos[u, 2], dim[u, 0], dim[u, 1], dim[u, 2]
    area = dy * dz * ((x == 0) + (x + dx == box[0])) + dx * dz * ((y == 0) + (y + dy == box[1]))
    area += dx * dy * ((z == 0) + (z + dz == box[2]))
    for former in range(step):
        v = order[former]
        if meet(x, dx, pos[v, 0], dim[v, 0]):
            area += shared(y, dy, pos[v, 1], dim[v, 1]) * shared(z, dz, pos[v, 2], dim[v, 2])
        if meet(y, dy, pos[v, 1], dim[v, 1]):
            area += shared(x, dx, pos[v, 0], dim[v, 0]) * shared(z, dz, pos[v, 2], dim[v, 2])
        if meet(z, dz, pos[v, 2], dim[v, 2]):
            area += shared(x, dx, pos[v, 0], dim[v, 0]) * shared(y, dy, pos[v, 1], dim[v, 1])
    return int(area * PPM // (2 * (dy * dz + dx * dz + dx * dy)))


@compiled
def apart(spaces: IntArray, s: int, taken: IntArray) -> bool:
    """Tell whether space `s` and a box share no inner point."""
    return bool(
        taken[0] >= spaces[s, 3]
        or taken[3] <= spaces[s, 0]
        or taken[1] >= spaces[s, 4]
        or taken[4] <= spaces[s, 1]
        or taken[2] >= spaces[s, 5]
        or taken[5] <= spaces[s, 2]
    )


@compiled
def within(spaces: IntArray, s: int, others: IntArray, other: int) -> bool:
    """Tell whether a space lies inside another."""
    return bool(
        spaces[s, 0] >= others[other, 0]
        and spaces[s, 3] <= others[other, 3]
        and spaces[s, 1] >= others[other, 1]
        and spaces[s, 4] <= others[other, 4]
        and spaces[s, 2] >= others[other, 2]
        and spaces[s, 5] <= others[other, 5]
    )


@compiled
def copy(spaces: IntArray, s: int, into: IntArray, at: int) -> None:
    """Copy a space; a slice assignment would take far longer to compile."""
    for k in range(6):
        into[at, k] = spaces[s, k]


@compiled
def add(new: IntArray, spare: IntArray, kept: int, total: int) -> int:
    """Add a space unless it lies in another; drop those after `kept` that lie in it. Returns how many there are."""
    for at in range(total):
        if within(new, 0, spare, at):
            return total
    left = kept
    for at in range(kept, total):
        if not within(spare, at, new, 0):
            copy(spare, at, spare, left)
            left += 1
    if left < MAX_SPACES:
        copy(new, 0, spare, left)
        left += 1
    return left


@compiled
def carve(spaces: IntArray, spare: IntArray, count: int, taken: IntArray, least: int) -> int:
    """Take a box out of the maximal empty spaces; those thinner than `least` are of no use any more."""
    kept = hit = 0
    for s in range(count):
        if apart(spaces, s, taken):
            copy(spaces, s, spare, kept)
            kept += 1
        else:
            copy(spaces, s, spaces, hit)
            hit += 1
    total = kept
    new = np.empty((1, 6), np.int64)
    for s in range(hit):
        for axis in range(3):
            if taken[axis] - spaces[s, axis] >= least:
                copy(spaces, s, new, 0)
                new[0, axis + 3] = taken[axis]
                total = add(new, spare, kept, total)
            if spaces[s, axis + 3] - taken[axis + 3] >= least:
                copy(spaces, s, new, 0)
                new[0, axis] = taken[axis + 3]
                total = add(new, spare, kept, total)
    for s in range(total):
        copy(spare, s, spaces, s)
    return total


@compiled
def place_code(x: int, y: int, z: int, rule: IntArray) -> int:
    """One number that orders positions by the axes of a pass; coordinates are below 2^20."""
    code = 0
    for k in range(2, 5):
        axis = rule[k]
        code = code * 2**20 + (x if axis == 0 else y if axis == 1 else z)
    return code


@compiled
def best_place(
    unit: IntArray,
    turns: IntArray,
    turn_count: IntArray,
    order: IntArray,
    step: int,
    box: IntArray,
    rule: IntArray,
    support_ppm: int,
    pos: IntArray,
    dim: IntArray,
    spaces: IntArray,
    empty: int,
) -> bool:
    """Place the unit at `step` where the rule likes it best; False: nowhere. What is slow to find out comes last."""
    u = order[step]
    x = y = z = dx = dy = dz = 0
    least = least_tie = MOST
    for s in range(empty):
        tie = -1
        for t in range(turn_count[u]):
            a = spaces[s, 3] - spaces[s, 0] - turns[u, t, 0]
            b = spaces[s, 4] - spaces[s, 1] - turns[u, t, 1]
            c = spaces[s, 5] - spaces[s, 2] - turns[u, t, 2]
            if a < 0 or b < 0 or c < 0:
                continue
            if tie < 0:
                tie = place_code(spaces[s, 0], spaces[s, 1], spaces[s, 2], rule)
            for k in range(3):
                pos[u, k], dim[u, k] = spaces[s, k], turns[u, t, k]
            value = 0
            if rule[1] == TIGHT:
                low, high = min(a, b, c), max(a, b, c)
                value = (low * 2**20 + a + b + c - low - high) * 2**20 + high
            elif rule[1] == FAR_CORNER:
                value = place_code(pos[u, 0] + dim[u, 0], pos[u, 1] + dim[u, 1], pos[u, 2] + dim[u, 2], rule)
            elif rule[1] == TOUCH:
                value = -touch(order, step, box, pos, dim)
            if value > least or (value == least and tie >= least_tie):
                continue
            if unit[u, 4] and covered(order, step, pos, dim):
                continue
            if support_ppm and not rests(order, step, u, pos, dim, support_ppm):
                continue
            least, least_tie = value, tie
            x, y, z = pos[u, 0], pos[u, 1], pos[u, 2]
            dx, dy, dz = dim[u, 0], dim[u, 1], dim[u, 2]
    pos[u, 0], pos[u, 1], pos[u, 2] = x, y, z
    dim[u, 0], dim[u, 1], dim[u, 2] = dx, dy, dz
    return least < MOST


@compiled
def admits(unit: IntArray, u: int, may_weigh: int, present: int, apart: int) -> bool:
    """Tell whether a parcel's weight and hazmat classes leave room for a unit."""
    return bool(unit[u, 8] <= may_weigh and not unit[u, 9] & apart and not unit[u, 10] & present)


@compiled
def fill(
    unit: IntArray,
    turns: IntArray,
    turn_count: IntArray,
    order: IntArray,
    count: int,
    box: IntArray,
    rule: IntArray,
    support_ppm: int,
    whole: bool,
    laid: IntArray,
    pos: IntArray,
    dim: IntArray,
    spaces: IntArray,
    spare: IntArray,
) -> int:
    """Place units one by one; returns how many were placed: `laid[:n]`, as they were placed.

    With `whole`, the first that finds no place ends it; else it is passed over, as is what weighs too much or must not
    lie with those before.
    """
    thin = np.empty(count + 1, np.int64)  # least edge of the units still to come
    thin[count] = MOST
    for step in range(count - 1, -1, -1):
        u = order[step]
        thin[step] = min(thin[step + 1], unit[u, 0], unit[u, 1], unit[u, 2])
    taken = np.empty(6, np.int64)
    for k in range(3):
        spaces[0, k], spaces[0, k + 3] = 0, box[k]
    empty = min(count, 1)  # a plain 1 would be compiled for on its own
    may_weigh, present, apart, placed = box[4] - box[3], 0, 0, 0
    for step in range(count):
        u = order[step]
        laid[placed] = u
        if not admits(unit, u, may_weigh, present, apart) or not best_place(
            unit, turns, turn_count, laid, placed, box, rule, support_ppm, pos, dim, spaces, empty
        ):
            if whole:
                break
            continue
        placed += 1
        may_weigh -= unit[u, 8]
        present |= unit[u, 9]
        apart |= unit[u, 10]
        for k in range(3):
            taken[k], taken[k + 3] = pos[u, k], pos[u, k] + dim[u, k]
        if unit[u, 4]:
            taken[5] = box[2]
        empty = carve(spaces, spare, empty, taken, thin[step + 1])
    return placed
