"""The cheapest carton of each load, and parcels filled with what still lies about. Compiled; int64 throughout."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.pack.compiled import FITS, LATER, NO, PASSES, QUICK, THOROUGH, UNPROVEN, UNSEEN, attempt, scratch, units_of
from doorstep.kernels.pack.spaces import fill
from doorstep.kernels.pack.units import IntArray, refused, sort_units, turn, unpack


@compiled
def choose(
    items: IntArray,
    start: IntArray,
    line_item: IntArray,
    line_quantity: IntArray,
    cartons: IntArray,
    rank: IntArray,
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
        count = units_of(start, line_quantity, load)
        if 1 < count <= knobs[3]:
            unpack(items, own_item, own_quantity, room[0])
            turn(room[0], count, room[1], room[2])
        last = len(rank)
        for at in range(len(rank)):
            carton = order[load, at]
            if carton < 0:
                last = at
                break
            found = verdict[load, carton]
            if found == UNSEEN:
                found = NO
                if not refused(items, own_item, own_quantity, cartons[carton]):
                    found = attempt(items, own_item, count, cartons[carton], knobs, QUICK, room)
                verdict[load, carton] = found if found != UNPROVEN else LATER
            if found == FITS:
                last = at
                break
        for at in range(last if slow else 0):
            carton = order[load, at]
            if verdict[load, carton] == LATER:
                verdict[load, carton] = attempt(items, own_item, count, cartons[carton], knobs, THOROUGH, room)
            if verdict[load, carton] == FITS:
                break


@compiled
def pour(
    items: IntArray,
    line_item: IntArray,
    line_quantity: IntArray,
    carton: IntArray,
    at_pass: int,
    knobs: IntArray,
    room: tuple[IntArray, ...],
    parcel: IntArray,
) -> int:
    """Fill one carton after the other until nothing more goes in; returns how many cartons.

    `parcel` [units] gets the number of the carton that holds each unit, units in the order of their items, or -1.
    """
    unit, turns, turn_count, order, laid, pos, dim, spaces, spare = room
    count = 0
    for line in range(len(line_item)):
        count += line_quantity[line]
    unpack(items, line_item, line_quantity, unit)
    turn(unit, count, turns, turn_count)
    sort_units(unit, count, PASSES[at_pass], order)
    for u in range(count):
        parcel[u] = -1
    left, cartons = count, 0
    while left > 0:
        placed = fill(
            unit,
            turns,
            turn_count,
            order,
            left,
            carton,
            PASSES[at_pass],
            knobs[4],
            False,
            laid,
            pos,
            dim,
            spaces,
            spare,
        )
        if placed == 0:
            return cartons
        for at in range(placed):
            parcel[laid[at]] = cartons
        kept = 0
        for at in range(left):
            if parcel[order[at]] < 0:
                order[kept] = order[at]
                kept += 1
        left = kept
        cartons += 1
    return cartons


@compiled
def partition(quantity: IntArray, stride: IntArray, cost: IntArray, total: IntArray, part: IntArray) -> None:
    """Cheapest parting of every group of units into groups of known cost, by dynamic programming.

    A group holds x[k] of the `quantity[k]` units of item k and has the number sum(x[k] * stride[k]). `cost` [N] is that of
    a group in one parcel; `total` [N] gets the least sum, `part` [N] the group taken out first, which holds a unit of
    the last item that the group has. Each parting is met once, up to the order of its parts.
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
            value = cost[taken] + total[group - taken]
            if value < best:
                best, found = value, taken
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
