"""The units of a load: unpacked, turned, sorted, refused, or laid out as a grid. Compiled; int64 throughout.

Tables, one row each:
item    length, width, height, weight, upright, fragile, max_load, class bit, mask of classes kept apart, soft
carton  inner length, width, height, tare, max gross weight
unit    length, width, height, upright, bare as assumed, bare for certain, item, volume, weight, class bit, mask, soft

A unit is *bare* when nothing may lie above it. A *soft* one may be folded: its longest edge halved and its shortest
doubled, up to twice, as long as what comes out is not thicker than long.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorstep.kernels.compiled import compiled

IntArray = NDArray[np.int64]

MOST = 2**62
BY_VOLUME, BY_FACE, BY_LONGEST, BY_SHORTEST = 0, 1, 2, 3
UNIT_COLUMNS = 12
FOLDS = 2
MOST_LAYERS = 40  # of one thickness, when several are combined

# Axis taken as length, width, height; the first two leave a product standing.
TURNS = np.array([[0, 1, 2], [1, 0, 2], [0, 2, 1], [2, 0, 1], [1, 2, 0], [2, 1, 0]])


@compiled
def rank(key: IntArray, order: IntArray) -> None:
    """Write the indices of the keys in rising order, ties by index: few and nearly sorted, so by insertion."""
    for u in range(len(key)):
        at = u
        while at > 0 and key[order[at - 1]] > key[u]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = u


@compiled
def lightest_two(items: IntArray, line_item: IntArray, line_quantity: IntArray) -> tuple[int, int]:
    """Weigh the lightest unit of a load and the next one, which may weigh the same."""
    lightest, second = MOST, MOST
    for line in range(len(line_item)):
        for _ in range(min(line_quantity[line], 2)):
            weight = items[line_item[line], 3]
            if weight < lightest:
                lightest, second = weight, lightest
            elif weight < second:
                second = weight
    return lightest, second


@compiled
def unpack(items: IntArray, line_item: IntArray, line_quantity: IntArray, unit: IntArray) -> None:
    """Fill the unit table of a load, units in the order of their items."""
    lines = len(line_item)
    order = np.empty(lines, np.int64)
    rank(line_item, order)
    lightest, second = lightest_two(items, line_item, line_quantity)
    weight = count = 0
    for line in range(lines):
        weight += items[line_item[line], 3] * line_quantity[line]
    for at in order:
        item, times = line_item[at], line_quantity[at]
        own, load = items[item, 3], items[item, 6]
        others_lightest = lightest if own > lightest else second
        for _ in range(times):
            for axis in range(3):
                unit[count, axis] = items[item, axis]
            unit[count, 3] = items[item, 4]
            unit[count, 4] = 1 if items[item, 5] or 0 <= load < weight - own else 0
            unit[count, 5] = 1 if items[item, 5] or 0 <= load < others_lightest else 0
            unit[count, 6] = item
            unit[count, 7] = items[item, 0] * items[item, 1] * items[item, 2]
            unit[count, 8] = own
            for k in range(7, 10):
                unit[count, k + 2] = items[item, k]
            count += 1


@compiled
def fold(size: IntArray) -> bool:
    """Fold a soft thing of edges `size` once more, in place; False: it would become thicker than long."""
    longest = shortest = 0
    for axis in range(1, 3):
        longest = axis if size[axis] > size[longest] else longest
        shortest = axis if size[axis] <= size[shortest] else shortest
    if 4 * size[shortest] > size[longest]:
        return False
    size[longest] = (size[longest] + 1) // 2
    size[shortest] *= 2
    return True


@compiled
def turn(unit: IntArray, count: int, turns: IntArray, turn_count: IntArray) -> None:
    """List the distinct sizes along x, y, z that each unit may take."""
    size = np.empty(3, np.int64)
    for u in range(count):
        found = 0
        for axis in range(3):
            size[axis] = unit[u, axis]
        for folds in range(1 + FOLDS if unit[u, 11] else 1):
            if folds and not fold(size):
                break
            for t in range(2 if unit[u, 3] else 6):
                new = 1
                for axis in range(3):
                    turns[u, found, axis] = size[TURNS[t, axis]]
                for former in range(found):
                    if (
                        turns[u, former, 0] == turns[u, found, 0]
                        and turns[u, former, 1] == turns[u, found, 1]
                        and turns[u, former, 2] == turns[u, found, 2]
                    ):
                        new = 0
                found += new
        turn_count[u] = found


@compiled
def too_long(item: IntArray, carton: IntArray) -> bool:
    """Tell whether one unit alone is too long for a carton in every turn and fold."""
    low, high = min(carton[0], carton[1]), max(carton[0], carton[1])
    if item[4]:
        return bool(min(item[0], item[1]) > low or max(item[0], item[1]) > high or item[2] > carton[2])
    least, most = min(low, carton[2]), max(high, carton[2])
    middle = carton[0] + carton[1] + carton[2] - least - most
    x, y, z = item[0], item[1], item[2]
    shortest, longest = min(x, y, z), max(x, y, z)
    halfway = x + y + z - shortest - longest
    for _ in range(FOLDS if item[9] else 0):
        if (shortest <= least and halfway <= middle and longest <= most) or 4 * shortest > longest:
            break
        x, y, z = 2 * shortest, halfway, (longest + 1) // 2
        shortest, longest = min(x, y, z), max(x, y, z)
        halfway = x + y + z - shortest - longest
    return bool(shortest > least or halfway > middle or longest > most)


@compiled
def refused(items: IntArray, line_item: IntArray, line_quantity: IntArray, carton: IntArray) -> bool:
    """Tell whether class, weight, volume or one unit alone rules the carton out."""
    room = carton[0] * carton[1] * carton[2]
    may_weigh = carton[4] - carton[3]
    present = apart = 0
    for line in range(len(line_item)):
        item, times = line_item[line], line_quantity[line]
        if too_long(items[item], carton):
            return True
        present |= items[item, 7]
        apart |= items[item, 8]
        volume = items[item, 0] * items[item, 1] * items[item, 2]
        if volume > room // times:  # no product of both: it could overflow
            return True
        room -= volume * times
        may_weigh -= items[item, 3] * times
    return bool(room < 0 or may_weigh < 0 or present & apart)


@compiled
def stretched(edge: int, room: int, k: int) -> int:
    """Apply the dual feasible function u(k) to `edge / room`, times 6 `room`; k = 0 changes nothing."""
    if k == 0 or (k + 1) * edge % room == 0:
        return 6 * edge
    return (k + 1) * edge // room * (6 // k) * room


@compiled
def too_much(turns: IntArray, turn_count: IntArray, count: int, box: IntArray) -> bool:
    """Tell whether the volume of the units, edges stretched by dual feasible functions, is more than the box has.

    Each unit counts with the turn that makes it least, so the proof holds for every turn. Method: Fekete and
    Schepers (2004), A general framework for bounds for higher-dimensional orthogonal packing problems.
    """
    whole = 216 * box[0] * box[1] * box[2]
    for k in range(1, 64):
        total = 0
        for u in range(count):
            least = whole + 1
            for t in range(turn_count[u]):
                x, y, z = turns[u, t, 0], turns[u, t, 1], turns[u, t, 2]
                if x <= box[0] and y <= box[1] and z <= box[2]:
                    part = stretched(x, box[0], k % 4) * stretched(y, box[1], k // 4 % 4)
                    least = min(least, part * stretched(z, box[2], k // 16))
            total += least
            if total > whole:
                return True
    return False


@compiled
def grid(items: IntArray, line_item: IntArray, count: int, box: IntArray, pos: IntArray, dim: IntArray) -> bool:
    """Lay units of one product side by side, row by row, layer by layer; `pos` is written if long enough."""
    item = line_item[0]
    for line in range(len(line_item)):
        if line_item[line] != item:
            return False
    layers = count
    if items[item, 5]:
        layers = 1
    elif items[item, 6] >= 0 and items[item, 3] > 0:
        layers = min(layers, 1 + items[item, 6] // items[item, 3])
    for t in range(2 if items[item, 4] else 6):
        dx, dy, dz = items[item, TURNS[t, 0]], items[item, TURNS[t, 1]], items[item, TURNS[t, 2]]
        along, across = box[0] // dx, box[1] // dy
        if along * across * min(layers, box[2] // dz) < count:
            continue
        if len(pos) >= count:
            for u in range(count):
                pos[u, 0] = u % along * dx
                pos[u, 1] = u // along % across * dy
                pos[u, 2] = u // (along * across) * dz
                dim[u, 0], dim[u, 1], dim[u, 2] = dx, dy, dz
        return True
    return False


@compiled
def strips(turns: IntArray, turn_count: int, thick: int, across: int, room: IntArray) -> tuple[int, int]:
    """Fill a layer with strips of like units: how many it holds, and how many strips lie in the first turn.

    `thick` is the axis in which the layer has the thickness of the unit it begins with, `across` the one in which the
    strips lie side by side. `turns` [2] are the turns of that thickness; a lone one fills the layer by itself.
    """
    along = 3 - thick - across
    most, first = -1, 0
    deep = turns[0, across]
    each = room[along] // turns[0, along]
    for number in range(min(room[across] // deep, MOST_LAYERS) + 1):
        held, left = number * each, room[across] - number * deep
        if turn_count > 1:
            held += left // turns[1, across] * (room[along] // turns[1, along])
        if held > most:
            most, first = held, number
    return most, first


@compiled
def lay_strips(
    turns: IntArray,
    turn_count: int,
    thick: int,
    across: int,
    first: int,
    room: IntArray,
    low: int,
    done: int,
    count: int,
    pos: IntArray,
    dim: IntArray,
) -> int:
    """Lay a layer that begins at `low`; returns how many units lie so far."""
    along = 3 - thick - across
    edge = number = 0
    while done < count:
        t = 0 if number < first or turn_count == 1 else 1
        if edge + turns[t, across] > room[across]:
            break
        for at in range(min(room[along] // turns[t, along], count - done)):
            pos[done, thick], pos[done, across], pos[done, along] = low, edge, at * turns[t, along]
            for k in range(3):
                dim[done, k] = turns[t, k]
            done += 1
        edge += turns[t, across]
        number += 1
    return done


@compiled
def by_thickness(turns: IntArray, turn_count: int, thick: int, own: IntArray, size: IntArray) -> None:
    """Gather the turns of a unit by their extent along an axis: `own` [3, 2, 3], `size` [3] of each.

    Fewer than three are filled up with the first.
    """
    kinds = 0
    for t in range(turn_count):
        at = 0
        while at < kinds and own[at, 0, thick] != turns[t, thick]:
            at += 1
        if at == kinds:
            kinds, size[at] = kinds + 1, 0
        for k in range(3):
            own[at, size[at], k] = turns[t, k]
        size[at] += 1
    for at in range(kinds, 3):
        own[at], size[at] = own[0], size[0]


@compiled
def piled(edge: IntArray, held: IntArray, height: int, count: int) -> tuple[int, int]:
    """How many layers of the first and of the second thickness, the rest of the third, hold enough; or -1 and -1."""
    for one in range(min(height // edge[0], MOST_LAYERS) + 1):
        left = height - one * edge[0]
        for two in range(min(left // edge[1], MOST_LAYERS) + 1):
            if one * held[0] + two * held[1] + (left - two * edge[1]) // edge[2] * held[2] >= count:
                return one, two
    return -1, -1


@compiled
def layers(turns: IntArray, turn_count: int, count: int, box: IntArray, pos: IntArray, dim: IntArray) -> bool:
    """Lay units of one product in layers of up to three thicknesses, each of strips of up to two turns.

    `turns` are those of one unit, not folded. A grid is the case of one thickness and one turn. Nothing here looks at
    what a unit bears.
    """
    own, size = np.empty((3, 2, 3), np.int64), np.empty(3, np.int64)
    held, first, across = np.empty(3, np.int64), np.empty(3, np.int64), np.empty(3, np.int64)
    for thick in range(3):
        by_thickness(turns, turn_count, thick, own, size)
        for at in range(3):
            held[at] = -1
            for other in range(1, 3):
                axis = (thick + other) % 3
                most, number = strips(own[at], size[at], thick, axis, box)
                if most > held[at]:
                    held[at], first[at], across[at] = most, number, axis
        edge = own[:, 0, thick].copy()
        one, two = piled(edge, held, box[thick], count)
        if one < 0:
            continue
        low = done = step = 0
        while done < count:
            at = 0 if step < one else 1 if step < one + two else 2
            done = lay_strips(own[at], size[at], thick, across[at], first[at], box, low, done, count, pos, dim)
            low += edge[at]
            step += 1
        return True
    return False


@compiled
def sort_units(unit: IntArray, count: int, rule: IntArray, order: IntArray) -> None:
    """Order the units from big to small as a rule asks, ties as they come."""
    key = np.empty(count, np.int64)
    for u in range(count):
        least = min(unit[u, 0], unit[u, 1], unit[u, 2])
        most = max(unit[u, 0], unit[u, 1], unit[u, 2])
        if rule[0] == BY_VOLUME:
            key[u] = -unit[u, 7]
        elif rule[0] == BY_FACE:
            key[u] = -(unit[u, 7] // least)
        elif rule[0] == BY_LONGEST:
            key[u] = -most
        else:
            key[u] = -least
    rank(key, order)
