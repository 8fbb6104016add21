"""The exact search, and the verdicts and layouts of many loads at once. Compiled; int64 throughout, no recursion."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.pack.passes import BIGGEST_FIRST, CHEAP_PASSES, PASSES, Scratch, alike, shuffled
from doorstep.kernels.pack.spaces import MAX_SPACES, fill, rests, shadow
from doorstep.kernels.pack.units import (
    FOLDS,
    UNIT_COLUMNS,
    IntArray,
    grid,
    layers,
    refused,
    sort_units,
    too_much,
    turn,
    unpack,
)

NO, FITS, UNPROVEN = 0, 1, 2
# Columns of the knobs: exact_units, exact_nodes, passes, max_units, support_ppm, shuffles.
ALL, QUICK, THOROUGH = 0, 1, 2
UNSEEN, LATER = 3, 4  # nobody has looked; only the quick methods have


@compiled
def propagate(active: int, relation: IntArray, twin: IntArray, limit: IntArray, pos: IntArray, dim: IntArray) -> bool:
    """Push units to the least positions that the relations allow; False: they do not fit."""
    for _ in range(active + 1):
        moved = False
        for i in range(active):
            for j in range(i + 1, active):
                if relation[i, j]:
                    axis = (relation[i, j] - 1) % 3
                    first, second = (i, j) if relation[i, j] < 4 else (j, i)
                    if pos[second, axis] < pos[first, axis] + dim[first, axis]:
                        pos[second, axis] = pos[first, axis] + dim[first, axis]
                        moved = True
                        if pos[second, axis] > limit[second, axis]:
                            return False
            if twin[i] == 2 and pos[i, 0] < pos[i - 1, 0]:
                pos[i, 0] = pos[i - 1, 0]
                moved = True
                if pos[i, 0] > limit[i, 0]:
                    return False
        if not moved:
            return True
    return False  # still moving after as many rounds as there are units: the relations run in a circle


@compiled
def allowed(i: int, j: int, relation: int, bare: IntArray, limit: IntArray, pos: IntArray, dim: IntArray) -> bool:
    """Tell whether i may come before j (relation 1 to 3: along x, y, z) or after it (4 to 6)."""
    first, second = (i, j) if relation < 4 else (j, i)
    axis = (relation - 1) % 3
    if axis == 2 and bare[first]:
        return False
    return bool(pos[first, axis] + dim[first, axis] <= limit[second, axis])


@compiled
def conflict(active: int, bare: IntArray, limit: IntArray, pos: IntArray, dim: IntArray) -> int:
    """Find the colliding pair with the fewest ways out: i * active + j; -1: none collide; -2: one has no way out."""
    fewest, found = 7, -1
    for i in range(active):
        for j in range(i + 1, active):
            if shadow(pos, dim, i, j) == 0:
                continue
            i_below = pos[i, 2] + dim[i, 2] <= pos[j, 2] and not bare[i]
            j_below = pos[j, 2] + dim[j, 2] <= pos[i, 2] and not bare[j]
            if i_below or j_below:
                continue
            ways = 0
            for relation in range(1, 7):
                ways += allowed(i, j, relation, bare, limit, pos, dim)
            if ways == 0:
                return -2
            if ways < fewest:
                fewest, found = ways, i * active + j
    return found


@compiled
def search(
    unit: IntArray,
    turns: IntArray,
    turn_count: IntArray,
    order: IntArray,
    count: int,
    box: IntArray,
    unit_bare: IntArray,
    nodes: int,
    pos_out: IntArray,
    dim_out: IntArray,
) -> int:
    """Search all layouts of the units `order[:count]`: FITS with positions, NO when exhausted, UNPROVEN at `nodes`."""
    depth_limit = count + count * (count - 1) // 2 + 1
    pos, dim = np.zeros((count, 3), np.int64), np.ones((count, 3), np.int64)
    limit = np.zeros((count, 3), np.int64)
    relation = np.zeros((count, count), np.int64)
    twin = np.zeros(count, np.int64)  # 1: as the unit before it; 2: and turned alike
    bare = np.zeros(count, np.int64)
    turned = np.zeros(count, np.int64)
    saved = np.zeros((depth_limit, count, 3), np.int64)
    stack = np.zeros((depth_limit, 4), np.int64)  # active units, pair or -1, next branch
    for i in range(count):
        bare[i] = unit_bare[order[i]]
        twin[i] = 1 if i > 0 and bare[i] == bare[i - 1] else 0
        for k in range(4):
            if i > 0 and unit[order[i], k] != unit[order[i - 1], k]:
                twin[i] = 0
    any_bare = bare.sum() > 0
    depth, seen = 0, 0
    stack[0, 1] = -1
    while depth >= 0:
        active, pair, branch = stack[depth, 0], stack[depth, 1], stack[depth, 2]
        stack[depth, 2] += 1
        for i in range(active):
            for k in range(3):
                pos[i, k] = saved[depth, i, k]
        if pair < 0:  # turn the next unit
            if branch == turn_count[order[active]]:
                depth -= 1
                continue
            turned[active] = branch
            if twin[active]:
                twin[active] = 2 if branch == turned[active - 1] else 1
                if branch < turned[active - 1]:
                    continue
            room = True
            for k in range(3):
                pos[active, k], dim[active, k] = 0, turns[order[active], branch, k]
                limit[active, k] = box[k] - dim[active, k]
                room = room and limit[active, k] >= 0
                if active == 0 and (k < 2 or not any_bare):
                    limit[active, k] //= 2  # the mirrored layout is as good
            if not room:
                continue
            active += 1
        else:  # part a pair
            i, j = pair // active, pair % active
            relation[i, j] = 0
            if branch == 6:
                depth -= 1
                continue
            if not allowed(i, j, branch + 1, bare, limit, pos, dim):
                continue
            relation[i, j] = branch + 1
        if not propagate(active, relation, twin, limit, pos, dim):
            continue
        seen += 1
        if seen > nodes:
            return UNPROVEN
        pair = conflict(active, bare, limit, pos, dim)
        if pair == -2:
            continue
        if pair == -1 and active == count:
            for i in range(count):
                for k in range(3):
                    pos_out[order[i], k], dim_out[order[i], k] = pos[i, k], dim[i, k]
            return FITS
        depth += 1
        stack[depth, 0], stack[depth, 1], stack[depth, 2] = active, pair, 0
        for i in range(active):
            for k in range(3):
                saved[depth, i, k] = pos[i, k]
    return NO


@compiled
def units_of(start: IntArray, line_quantity: IntArray, load: int) -> int:
    """Count the units of a load."""
    units = 0
    for line in range(start[load], start[load + 1]):
        units += line_quantity[line]
    return units


@compiled
def scratch(items: IntArray, start: IntArray, line_quantity: IntArray, limit: int) -> Scratch:
    """Room for the largest load, `limit` units at most.

    unit, turns, turn_count, order, laid, pos, dim, spaces, spare
    """
    most = 1
    for load in range(len(start) - 1):
        most = max(most, min(units_of(start, line_quantity, load), limit))
    return (
        np.empty((most, UNIT_COLUMNS), np.int64),
        np.empty((most, 6 * (1 + FOLDS) if items[:, 9].any() else 6, 3), np.int64),
        np.empty(most, np.int64),
        np.empty(most, np.int64),
        np.empty(most, np.int64),
        np.empty((most, 3), np.int64),
        np.empty((most, 3), np.int64),
        np.empty((MAX_SPACES, 6), np.int64),
        np.empty((MAX_SPACES, 6), np.int64),
    )


@compiled
def exhaust(count: int, box: IntArray, knobs: IntArray, room: Scratch) -> int:
    """Search a small load exhaustively; of a large one the biggest units, which may be proven not to fit."""
    unit, turns, turn_count, order, _, pos, dim, _, _ = room
    assumed = False
    for u in range(count):
        assumed = assumed or unit[u, 4] != unit[u, 5]
    sort_units(unit, count, BIGGEST_FIRST, order)
    few = min(count, knobs[0])
    trial = unit[:, 4] if few == count else unit[:, 5]  # what is only assumed proves nothing
    found = search(unit, turns, turn_count, order, few, box, trial, knobs[1], pos, dim)
    if found == NO and few == count and assumed:
        found = search(unit, turns, turn_count, order, few, box, unit[:, 5], knobs[1], pos, dim)
        return NO if found == NO else UNPROVEN
    if found == FITS:
        if few < count:
            return UNPROVEN
        for u in range(count):
            if not rests(order, count, u, pos, dim, knobs[4]):
                return UNPROVEN
    return found


@compiled
def in_layers(count: int, box: IntArray, knobs: IntArray, room: Scratch) -> bool:
    """Lay units of one product in layers, if they may lie on one another and are not folded."""
    unit, turns, turn_count, order, _, pos, dim, _, _ = room
    found = alike(unit, count) and not unit[0, 4] and not unit[0, 11]
    found = found and layers(turns[0], turn_count[0], count, box, pos, dim)
    for u in range(count):
        order[u] = u
    for u in range(count):
        found = found and rests(order, count, u, pos, dim, knobs[4])
    return found


@compiled
def attempt(
    items: IntArray, line_item: IntArray, count: int, box: IntArray, knobs: IntArray, stage: int, room: Scratch
) -> int:
    """Look for a layout of a load in a carton that is not refused, from the quickest method to the slowest.

    The QUICK stage ends before the first proof, the THOROUGH one begins with it.
    """
    unit, turns, turn_count, order, laid, pos, dim, spaces, spare = room
    if stage != THOROUGH and grid(items, line_item, count, box, pos, dim):
        return FITS
    if count > knobs[3]:
        return UNPROVEN
    if stage != THOROUGH and in_layers(count, box, knobs, room):
        return FITS
    cheap = min(CHEAP_PASSES, knobs[2])
    exact_after = cheap if count <= knobs[0] else knobs[2]
    for at in range(cheap if stage == THOROUGH else 0, cheap if stage == QUICK else knobs[2] + 1):
        if at == cheap and too_much(turns, turn_count, count, box):
            return NO
        if at == exact_after:
            found = exhaust(count, box, knobs, room)
            if found != UNPROVEN:
                return found
        if at < knobs[2]:
            sort_units(unit, count, PASSES[at], order)
            if count == fill(
                unit, turns, turn_count, order, count, box, PASSES[at], knobs[4], True, laid, pos, dim, spaces, spare
            ):
                return FITS
    return FITS if stage != QUICK and shuffled(count, box, knobs, room) else UNPROVEN


@compiled
def holds(carton: IntArray, smaller: IntArray) -> bool:
    """Tell whether a carton holds another without turning it."""
    return bool(carton[0] >= smaller[0] and carton[1] >= smaller[1] and carton[2] >= smaller[2])


@compiled
def judge(
    items: IntArray,
    start: IntArray,
    line_item: IntArray,
    line_quantity: IntArray,
    cartons: IntArray,
    rank: IntArray,
    knobs: IntArray,
    part: IntArray,
    verdict: IntArray,
) -> None:
    """Write the verdicts that are UNSEEN of loads in cartons, which `rank` lists from small to large.

    `part` [lines] names the load, judged before, of all other lines of a line's load; -1: it is not known. What is
    proven not to hold the part does not hold the whole.
    """
    room = scratch(items, start, line_quantity, knobs[3])
    for load in range(len(start) - 1):
        own_item = line_item[start[load] : start[load + 1]]
        own_quantity = line_quantity[start[load] : start[load + 1]]
        count = units_of(start, line_quantity, load)
        if len(rank) == 0 or verdict[load, 0] != UNSEEN:
            continue
        if count <= knobs[3]:
            unpack(items, own_item, own_quantity, room[0])
            turn(room[0], count, room[1], room[2])
        for at in range(len(rank)):
            carton = rank[at]
            out = False
            for less in part[start[load] : start[load + 1]]:
                out = out or (less >= 0 and verdict[less, carton] == NO)
            if out or refused(items, own_item, own_quantity, cartons[carton]):
                verdict[load, carton] = NO
                continue
            fits = False
            for smaller in rank[:at]:
                fits = fits or (verdict[load, smaller] == FITS and holds(cartons[carton], cartons[smaller]))
            verdict[load, carton] = FITS if fits else attempt(items, own_item, count, cartons[carton], knobs, ALL, room)


@compiled
def lay(
    items: IntArray,
    start: IntArray,
    line_item: IntArray,
    line_quantity: IntArray,
    cartons: IntArray,
    rank: IntArray,
    knobs: IntArray,
    pairs: IntArray,
    row_start: IntArray,
    rows: IntArray,
) -> int:
    """Write the layouts of pairs of a load and a carton; return the first pair without one, or -1.

    A layout found in a smaller carton that the carton holds is as good: verdicts rest on it too.
    """
    room = scratch(items, start, line_quantity, knobs[3])
    for p in range(len(pairs)):
        load, target = pairs[p, 0], pairs[p, 1]
        own_item = line_item[start[load] : start[load + 1]]
        own_quantity = line_quantity[start[load] : start[load + 1]]
        count = units_of(start, line_quantity, load)
        unit, turns, turn_count, order, laid, pos, dim, spaces, spare = room
        if count <= knobs[3]:
            unpack(items, own_item, own_quantity, unit)
            turn(unit, count, turns, turn_count)
        elif count > len(pos):
            pos, dim = np.empty((count, 3), np.int64), np.empty((count, 3), np.int64)
        own = (unit, turns, turn_count, order, laid, pos, dim, spaces, spare)
        if refused(items, own_item, own_quantity, cartons[target]):
            return p
        found = attempt(items, own_item, count, cartons[target], knobs, ALL, own)
        for carton in rank:
            if found == FITS:
                break
            if (
                carton != target
                and holds(cartons[target], cartons[carton])
                and not refused(items, own_item, own_quantity, cartons[carton])
            ):
                found = attempt(items, own_item, count, cartons[carton], knobs, ALL, own)
        if found != FITS:
            return p
        for u in range(count):
            row = rows[row_start[p] + u]
            row[0] = unit[u, 6] if 1 < count <= knobs[3] else own_item[0]
            for k in range(3):
                row[k + 1], row[k + 4] = pos[u, k], dim[u, k]
    return -1
