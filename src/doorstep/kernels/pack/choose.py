"""The cheapest carton of each load, and parcels filled with what still lies about. Compiled; int64 throughout."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.pack.compiled import (
    FITS,
    LATER,
    NO,
    QUICK,
    THOROUGH,
    UNPROVEN,
    UNSEEN,
    attempt,
    scratch,
)
from doorstep.kernels.pack.passes import PASSES, Scratch
from doorstep.kernels.pack.problem import UNCARRIED
from doorstep.kernels.pack.spaces import fill
from doorstep.kernels.pack.units import IntArray, refused, sort_units, too_long, turn, unpack


@compiled
def look(
    items: IntArray,
    own_item: IntArray,
    own_quantity: IntArray,
    cartons: IntArray,
    knobs: IntArray,
    order: IntArray,
    slow: bool,
    verdict: IntArray,
    room: Scratch,
) -> None:
    """Find the first carton in a load's order that holds it; see `choose`."""
    count = 0
    for times in own_quantity:
        count += times
    if count <= knobs[3]:
        unpack(items, own_item, own_quantity, room[0])
        turn(room[0], count, room[1], room[2])
    last = len(order)
    for at in range(len(order)):
        carton = order[at]
        if carton < 0:
            last = at
            break
        found = verdict[carton]
        if found == UNSEEN:
            found = NO
            if not refused(items, own_item, own_quantity, cartons[carton]):
                found = attempt(items, own_item, count, cartons[carton], knobs, QUICK, room)
            verdict[carton] = found if found != UNPROVEN else LATER
        if found == FITS:
            last = at
            break
    for at in range(last if slow else 0):
        carton = order[at]
        if verdict[carton] == LATER:
            verdict[carton] = attempt(items, own_item, count, cartons[carton], knobs, THOROUGH, room)
        if verdict[carton] == FITS:
            break


@compiled
def choose(
    items: IntArray,
    start: IntArray,
    line_item: IntArray,
    line_quantity: IntArray,
    cartons: IntArray,
    knobs: IntArray,
    order: IntArray,
    slow: bool,
    verdict: IntArray,
) -> None:
    """Find the first carton in each load's order that holds it, looking at no dearer one.

    `order` [m, c] lists each load's cartons from cheap to dear, then -1. `verdict` [m, c] is read and written: what is
    known is not asked again, and UNSEEN stays where nobody had to look. The quick stage goes first, so that the slow
    one only looks at cartons cheaper than what the quick one found; when it is left out, LATER stays.
    """
    room = scratch(items, start, line_quantity, knobs[3])
    for load in range(len(start) - 1):
        own_item = line_item[start[load] : start[load + 1]]
        own_quantity = line_quantity[start[load] : start[load + 1]]
        look(items, own_item, own_quantity, cartons, knobs, order[load], slow, verdict[load], room)


@compiled
def all_too_long(items: IntArray, cartons: IntArray) -> IntArray:
    """Tell which items [n] no turn puts into which cartons [c]; 1: too long."""
    result = np.empty((len(items), len(cartons)), np.int64)
    for item in range(len(items)):
        for carton in range(len(cartons)):
            result[item, carton] = too_long(items[item], cartons[carton])
    return result


@compiled
def pour(left: int, carton: IntArray, at_pass: int, knobs: IntArray, room: Scratch, parcel: IntArray, used: int) -> int:
    """Fill a carton with the first `left` units in order, again and again while something goes in.

    Parcels are numbered from `used` on; returns the next number. What is left stands first in order.
    """
    unit, turns, turn_count, order, laid, pos, dim, spaces, spare = room
    rule, support = PASSES[at_pass], knobs[4]
    while left > 0:
        placed = fill(unit, turns, turn_count, order, left, carton, rule, support, False, laid, pos, dim, spaces, spare)
        if placed == 0:
            break
        for at in range(placed):
            parcel[laid[at]] = used
        kept = 0
        for at in range(left):
            if parcel[order[at]] < 0:
                order[kept] = order[at]
                kept += 1
        left = kept
        used += 1
    return used


@compiled
def constructions(
    items: IntArray,
    line_item: IntArray,
    line_quantity: IntArray,
    cartons: IntArray,
    shapes: IntArray,
    knobs: IntArray,
    parcel: IntArray,
) -> None:
    """Write how an order is parted when each of the shapes is filled by each of some passes, what is left going on.

    `parcel` [shapes * passes, units] gets the parcel of each unit, units in the order of their items, lines ascending;
    -1: it went into nothing. What one shape does not take is poured into the others, in their order.
    """
    passes = len(parcel) // len(shapes)
    count = parcel.shape[1]
    room = scratch(items, np.array([0, len(line_item)]), line_quantity, count)
    unpack(items, line_item, line_quantity, room[0])
    turn(room[0], count, room[1], room[2])
    order = room[3]
    for row in range(len(parcel)):
        own = parcel[row]
        for u in range(count):
            own[u] = -1
        used, at_pass = 0, row % passes
        for at in range(-1, len(shapes)):
            shape = shapes[row // passes] if at < 0 else shapes[at]
            sort_units(room[0], count, PASSES[at_pass], order)
            left = 0
            for u in range(count):
                if own[order[u]] < 0:
                    order[left] = order[u]
                    left += 1
            if left == 0:
                break
            used = pour(left, cartons[shape], at_pass, knobs, room, own, used)


@compiled
def partition(quantity: IntArray, stride: IntArray, cost: IntArray, total: IntArray, part: IntArray) -> None:
    """Cheapest parting of every group of units into groups of known cost, by dynamic programming.

    A group holds x[k] of the `quantity[k]` units of item k and has the number sum(x[k] * stride[k]). `cost` [N] is that
    of a group in one parcel; `total` [N] gets the least sum, `part` [N] the group taken out first, which holds a unit
    of the last item that the group has. Each parting is met once, up to the order of its parts.
    """
    kinds = len(quantity)
    x, y = np.zeros(kinds, np.int64), np.zeros(kinds, np.int64)
    total[0] = part[0] = 0
    for group in range(1, len(cost)):
        lead = -1
        for k in range(kinds):
            x[k] = group // stride[k] % (quantity[k] + 1)
            y[k] = 0
            if x[k]:
                lead = k
        y[lead] = 1
        taken = stride[lead]
        best, found = cost[group], group
        while True:
            both = cost[taken] + total[group - taken]
            if both < best:
                best, found = both, taken
            k = 0
            while k < kinds and y[k] == x[k]:
                taken -= (y[k] - (k == lead)) * stride[k]
                y[k] = 1 if k == lead else 0
                k += 1
            if k == kinds:
                break
            y[k] += 1
            taken += stride[k]
        total[group], part[group] = best, found


@compiled
def value(price: IntArray, verdict: IntArray, hopeful: bool) -> tuple[int, int]:
    """Least price of a group in one parcel, and its column: of all not ruled out, or what fits or is unseen."""
    best, at = UNCARRIED, -1
    for column in range(len(price)):
        known = verdict[column]
        allowed = known != NO if hopeful else known in (FITS, UNSEEN)
        if allowed and price[column] < best:
            best, at = price[column], column
    return best, at


@compiled
def look_at_parts(
    items: IntArray,
    cartons: IntArray,
    knobs: IntArray,
    item: IntArray,
    x: IntArray,
    price: IntArray,
    order: IntArray,
    verdict: IntArray,
    part: IntArray,
    hopeful: bool,
    probes: int,
    cost: IntArray,
    room: Scratch,
) -> int:
    """Look at those groups of a parting whose value is that of a carton not yet looked at; returns how many."""
    left, looked = len(x) - 1, 0
    shapes = verdict.shape[1] - 1
    while left > 0 and looked < probes:
        group = part[left]
        left -= group
        _, at = value(price[group], verdict[group], hopeful)
        if at < 0 or at == shapes or verdict[group, at] not in (UNSEEN, LATER):
            continue
        kinds = np.flatnonzero(x[group])
        look(items, item[kinds], x[group][kinds], cartons, knobs, order[group], hopeful, verdict[group, :shapes], room)
        cost[group], at = value(price[group], verdict[group], hopeful)
        looked += 1
    return looked


@compiled
def part_order(
    items: IntArray,
    cartons: IntArray,
    knobs: IntArray,
    item: IntArray,
    quantity: IntArray,
    stride: IntArray,
    x: IntArray,
    price: IntArray,
    order: IntArray,
    verdict: IntArray,
    probes: int,
    part: IntArray,
) -> tuple[int, int]:
    """Part an order at the least price into its groups; returns that price and a bound of it.

    Partings are sought over prices that take every carton not yet ruled out to fit; only the groups of the best one
    are looked at, which rules cartons out, until all its groups are known to fit. Then up to `probes` groups are looked
    at thoroughly, where that could raise the bound or find something cheaper. `part` [N] tells the parting, as
    `partition` does; UNCARRIED: there is none.
    """
    whole = len(x) - 1
    room = scratch(items, np.array([0, len(item)]), quantity, knobs[3])
    cost, total = np.empty(whole + 1, np.int64), np.empty(whole + 1, np.int64)
    bound = 0
    for stage in range(3):
        hopeful = stage == 1
        for group in range(whole + 1):
            cost[group], _ = value(price[group], verdict[group], hopeful)
        looked = 1
        while looked:
            partition(quantity, stride, cost, total, part)
            if hopeful:
                bound = total[whole]
            limit = probes if hopeful else whole
            looked = look_at_parts(
                items, cartons, knobs, item, x, price, order, verdict, part, hopeful, limit, cost, room
            )
            probes -= looked if hopeful else 0
    return total[whole], bound
