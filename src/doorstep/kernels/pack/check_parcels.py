"""An independent verifier of whole packings: plain Python, nothing of the solver but what its result says."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor

import numpy as np

from doorstep.kernels.pack.check import check
from doorstep.kernels.pack.problem import Breaks, Freight, IntArray, PackProblem
from doorstep.kernels.pack.result import OWN_BOX, PackResult

Size = tuple[int, int, int]


def check_parcels(problem: PackProblem, result: PackResult, support_ppm: int = 0) -> tuple[str, ...]:
    """List what is wrong with a packing; empty: nothing.

    Parameters
    ----------
    problem
        What was to be packed.
    result
        What came of it.
    support_ppm
        Share of a unit's base that must lie on the floor or on tops of units.

    Returns
    -------
    tuple[str, ...]
        One sentence per fault: units lost or invented, faults of a layout, wrong sizes, weights or prices, an order
        whose units cannot be put in from the top one after the other, a bound above the price.
    """
    faults = _units(problem, result)
    total: Counter[int] = Counter()
    for parcel, load in enumerate(result.parcel_load.tolist()):
        faults += [f"parcel {parcel}: {fault}" for fault in _parcel(problem, result, parcel, support_ppm)]
        total[load] += int(result.parcel_parts_minor[parcel].sum())
    for load, (price, bound) in enumerate(
        zip(result.load_price_minor.tolist(), result.load_bound_minor.tolist(), strict=True)
    ):
        if price != total[load]:
            faults.append(f"order {load}: its price is {total[load]}, not {price}")
        if bound > price:
            faults.append(f"order {load}: its bound {bound} is above its price {price}")
    return tuple(faults)


def _units(problem: PackProblem, result: PackResult) -> list[str]:
    goods = problem.goods
    wanted: Counter[tuple[int, int]] = Counter()
    for load in range(goods.loads):
        for line in range(int(goods.load_start[load]), int(goods.load_start[load + 1])):
            wanted[load, int(goods.load_item[line])] += int(goods.load_quantity[line])
    found: Counter[tuple[int, int]] = Counter()
    for parcel, load in enumerate(result.parcel_load.tolist()):
        found.update((load, int(row[0])) for row in result.layouts[parcel])
    for load, item, quantity in zip(
        result.left_load.tolist(), result.left_item.tolist(), result.left_quantity.tolist(), strict=True
    ):
        found[load, item] += quantity
    return [
        f"order {load}: {found[load, item]} units of item {item}, not {wanted[load, item]}"
        for load, item in sorted(wanted | found)
        if wanted[load, item] != found[load, item]
    ]


def _parcel(problem: PackProblem, result: PackResult, parcel: int, support_ppm: int) -> list[str]:
    carton, layout = int(result.parcel_carton[parcel]), result.layouts[parcel]
    net = sum(int(problem.goods.item_weight_g[row[0]]) for row in layout)
    outer = _size(result.parcel_outer_mm[parcel])
    if carton == OWN_BOX:
        faults = _own_box(problem, layout, outer)
        gross, carton_price, fill = net, 0, 0
    else:
        faults = [*_in_carton(problem, carton, layout, outer, support_ppm), *_loading(layout)]
        gross = net + int(problem.goods.carton_tare_g[carton])
        carton_price, fill = int(problem.carton_price_minor[carton]), _fill(problem, carton, layout)
    if gross != result.parcel_weight_g[parcel]:
        faults.append(f"weighs {gross} g, not {result.parcel_weight_g[parcel]}")
    freight = _freight(problem, int(result.parcel_load[parcel]), gross, outer)
    if freight is None:
        return [*faults, "is not carried"]
    if (carton_price, fill, freight[0]) != tuple(result.parcel_parts_minor[parcel].tolist()):
        faults.append(f"costs {carton_price}, {fill}, {freight[0]}, not {result.parcel_parts_minor[parcel]}")
    if freight[1] != result.parcel_billed_g[parcel]:
        faults.append(f"is billed as {freight[1]} g, not {result.parcel_billed_g[parcel]}")
    return faults


def _own_box(problem: PackProblem, layout: IntArray, outer: Size) -> list[str]:
    if len(layout) != 1 or not problem.item_own_box[layout[0][0]]:
        return ["must not travel without a carton"]
    return [] if outer == _size(problem.goods.item_size_mm[layout[0][0]]) else [f"measures {outer}"]


def _in_carton(problem: PackProblem, carton: int, layout: IntArray, outer: Size, support_ppm: int) -> list[str]:
    """Check the layout in what the padding leaves; of a mailer in what its thickness leaves."""
    padding = int(problem.carton_padding_mm[carton])
    length, width, height = _size(problem.goods.carton_inner_mm[carton])
    full = _size(problem.carton_outer_mm[carton])
    if problem.carton_mailer[carton]:
        thickness = outer[2] - (full[2] - height)
        if not 0 < thickness <= height:
            return [f"a mailer {thickness} mm thick"]
        length, width, height = length - thickness, width - thickness, thickness
        full = (full[0], full[1], outer[2])
    room = np.array([[length - 2 * padding, width - 2 * padding, height - 2 * padding]], np.int64)
    if room.min() < 1:
        return ["the padding leaves no room"]
    one = replace(
        problem.goods,
        item_size_mm=problem.goods.item_size_mm + 2 * problem.item_padding_mm[:, None],
        load_start=np.array([0, len(layout)], np.int64),
        load_item=layout[:, 0],
        load_quantity=np.ones(len(layout), np.int64),
        carton_inner_mm=room,
        carton_tare_g=problem.goods.carton_tare_g[[carton]],
        carton_max_weight_g=problem.goods.carton_max_weight_g[[carton]],
    )
    moved = layout.copy()
    moved[:, 1:4] -= padding
    wrong = [] if outer == full else [f"measures {outer} outside, not {full}"]
    return [*wrong, *check(one, 0, 0, moved, support_ppm)]


def _loading(layout: IntArray) -> list[str]:
    """No unit is put in below one that lies there already."""
    rows = [tuple(int(cell) for cell in row) for row in layout]
    return [
        f"unit {later} comes below unit {former}, which lies there already"
        for later, (_, x, y, z, dx, dy, _) in enumerate(rows)
        for former, (_, fx, fy, fz, fdx, fdy, _) in enumerate(rows[:later])
        if fz > z and x < fx + fdx and fx < x + dx and y < fy + fdy and fy < y + dy
    ]


def _fill(problem: PackProblem, carton: int, layout: IntArray) -> int:
    if problem.carton_mailer[carton]:
        return 0
    padding = int(problem.carton_padding_mm[carton])
    room = 1
    for edge in _size(problem.goods.carton_inner_mm[carton]):
        room *= edge - 2 * padding
    for row in layout:
        volume = 1
        for edge in _size(problem.goods.item_size_mm[row[0]]):
            volume *= edge + 2 * int(problem.item_padding_mm[row[0]])
        room -= volume
    micros = floor(Fraction(max(room, 0) * problem.void_fill_micros_per_l, 10**6))
    return floor(Fraction(micros, 10**6) + Fraction(1, 2))


def _freight(problem: PackProblem, load: int, gross: int, outer: Size) -> tuple[int, int] | None:
    """Price and billed weight; None: not carried."""
    number = -1 if problem.load_freight is None else int(problem.load_freight[load])
    if number < 0:
        return 0, gross
    freight: Freight = problem.freight[number]
    low, middle, high = sorted(outer)
    volume = low * middle * high
    billed = gross
    if freight.divisor_mm3_per_g:
        billed = max(gross, ceil(Fraction(volume, freight.divisor_mm3_per_g)))
    prices = [
        _step(freight.weight, billed),
        _step(freight.longest, high),
        _step(freight.second, middle),
        _step(freight.girth, high + 2 * (low + middle)),
        _step(freight.volume, volume),
    ]
    known = [price for price in prices if price is not None]
    return (sum(known), billed) if len(known) == len(prices) else None


def _step(breaks: Breaks | None, measured: int) -> int | None:
    if breaks is None:
        return 0
    for limit, price in zip(breaks.limit.tolist(), breaks.price_minor.tolist(), strict=True):
        if measured <= limit:
            return int(price)
    return None


def _size(row: IntArray) -> Size:
    length, width, height = (int(edge) for edge in row)
    return length, width, height
