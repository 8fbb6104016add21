"""The cheapest parcels that carry each order."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from doorstep.kernels.pack.choose import choose
from doorstep.kernels.pack.compiled import FITS, NO, UNSEEN, lay
from doorstep.kernels.pack.fit import PLAIN
from doorstep.kernels.pack.groups import Stock, cheap_first, groups_of, parted
from doorstep.kernels.pack.layout import Layouts
from doorstep.kernels.pack.many import MANY, several, shared_out_anew
from doorstep.kernels.pack.orders import Lines, reasons, some_orders, sorted_lines, stock_of
from doorstep.kernels.pack.prices import PriceList, price_lists
from doorstep.kernels.pack.problem import EFFORT, UNCARRIED, IntArray, PackParams, PackProblem
from doorstep.kernels.pack.result import NO_LAYOUT, NOT_CARRIED, OWN_BOX, PackResult, joined
from doorstep.kernels.pack.shapes import Shapes, shapes_of
from doorstep.kernels.pack.tables import tables
from doorstep.kernels.run import Run

CHUNK = 500  # orders of a task


def pack(problem: PackProblem, params: PackParams = EFFORT["usual"], run: Run = PLAIN) -> PackResult:
    """Part every order into parcels, choose each one's carton and lay out its units, at the least price.

    Parameters
    ----------
    problem
        Items, orders, cartons and prices.
    params
        Effort and support rule.
    run
        `map` and `progress` (stage "packing", counted in orders) are used; `iterations` bounds the rounds in which
        the parcels of orders of many groups are improved. Nothing here is random.

    Returns
    -------
    PackResult
        Parcels, what was left and why, and for every order its price, a lower bound, and whether the two are one.

    Notes
    -----
    The methods and what they prove are told in docs/algorithms/pack.md.
    """
    loads = problem.goods.loads
    firsts = range(0, loads, CHUNK)
    tasks = (task_of(problem, np.arange(first, min(first + CHUNK, loads)), params, run.iterations) for first in firsts)
    parts = []
    run.progress("packing", 0, loads)
    for first, part in zip(firsts, run.map(pack_chunk, tasks), strict=True):
        parts.append(part)
        run.progress("packing", min(first + CHUNK, loads), loads)
    return joined(parts)


@dataclass(frozen=True, slots=True)
class Task:
    """Some orders as a problem of their own, and which item of the whole each of its items is."""

    problem: PackProblem
    item: IntArray
    params: PackParams
    rounds: int | None


@dataclass(slots=True)
class Parcels:
    """Parcels found so far, as lists: order, shape, items and quantities."""

    load: list[int] = field(default_factory=list)
    shape: list[int] = field(default_factory=list)
    item: list[IntArray] = field(default_factory=list)
    quantity: list[IntArray] = field(default_factory=list)

    def add(self, load: int, shape: int, item: IntArray, quantity: IntArray) -> None:
        """Add a parcel."""
        self.load.append(load)
        self.shape.append(shape)
        self.item.append(item)
        self.quantity.append(quantity)


def pack_chunk(task: Task) -> PackResult:
    """Pack the orders of one task."""
    problem, goods = task.problem, task.problem.goods
    shapes = shapes_of(problem)
    packed = tables(shapes.goods, task.params)
    lines = sorted_lines(goods.load_start, goods.load_item, goods.load_quantity, len(goods.item_size_mm))
    lists = price_lists(problem, shapes)
    pays = np.full(goods.loads, -1) if problem.load_freight is None else problem.load_freight
    parcels, total, bound = Parcels(), np.zeros(goods.loads, np.int64), np.zeros(goods.loads, np.int64)
    left: list[tuple[int, int, int, int]] = []
    for number in np.unique(pays):
        stock = stock_of(problem, shapes, lists[number], packed)
        why = reasons(stock)
        why[(why > 0) & problem.item_own_box] = NOT_CARRIED  # room there is, with or without a carton
        lost = np.flatnonzero((why[lines.item] > 0) & (pays[lines.load] == number))
        left += [
            (int(lines.load[k]), int(lines.item[k]), int(lines.quantity[k]), int(why[lines.item[k]])) for k in lost
        ]
        kept = lines.only(np.flatnonzero((why[lines.item] == 0) & (pays[lines.load] == number)))
        loads = np.flatnonzero(np.diff(kept.start) > 0)
        total[loads], bound[loads], failed = _orders(stock, kept, loads, task, parcels)
        for load in failed:
            left += [(load, int(item), int(times), NO_LAYOUT) for item, times in zip(*kept.of(load), strict=True)]
    return _result(task, shapes, [lists[number] for number in pays], parcels, left, total, bound)


def _orders(
    stock: Stock, lines: Lines, loads: IntArray, task: Task, parcels: Parcels
) -> tuple[IntArray, IntArray, list[int]]:
    """Pack the orders that have lines; returns their prices and bounds, and the orders without any layout."""
    weight, volume = lines.sums(stock.weight_g)[loads], lines.sums(stock.volume_mm3)[loads]
    units = lines.units()[loads]
    price = stock.prices.prices(weight, volume)
    start = np.concatenate((lines.start[loads], lines.start[-1:]))
    verdict = np.where(price >= UNCARRIED, NO, UNSEEN)
    table = stock.tables
    order = cheap_first(price)
    choose(table.items, start, lines.item, lines.quantity, table.cartons, table.knobs, order, True, verdict)
    single = np.where(verdict == FITS, price, UNCARRIED)
    first = np.where(verdict == NO, UNCARRIED, price).min(axis=1, initial=UNCARRIED)
    shape, best = single.argmin(axis=1) if single.shape[1] else units * 0, single.min(axis=1, initial=UNCARRIED)
    alone = np.full(len(loads), UNCARRIED)
    np.minimum.at(alone, np.repeat(np.arange(len(loads)), np.diff(start)), stock.own_minor[lines.item])
    as_is = (units == 1) & (alone < best)
    shape, best, first = (
        np.where(as_is, price.shape[1], shape),
        np.where(as_is, alone, best),
        np.where(units == 1, np.minimum(first, alone), first),
    )
    bound = np.minimum(first, stock.prices.several(weight, volume, units, alone))
    failed = []
    for at, load in enumerate(loads.tolist()):
        item, quantity = lines.of(load)
        if best[at] > bound[at] and units[at] > 1:
            best[at], bound[at] = _parted(stock, item, quantity, task, parcels, load, (best, bound, shape, verdict), at)
        elif best[at] < UNCARRIED:
            parcels.add(load, int(shape[at]), item, quantity)
        if best[at] >= UNCARRIED:
            failed.append(load)
    lost = best >= UNCARRIED
    return np.where(lost, 0, best), np.where(lost, 0, bound), failed


def _parted(
    stock: Stock,
    item: IntArray,
    quantity: IntArray,
    task: Task,
    parcels: Parcels,
    load: int,
    known: tuple[IntArray, IntArray, IntArray, IntArray],
    at: int,
) -> tuple[int, int]:
    """Part an order, unless one carton stays cheaper; returns its price and its bound."""
    best, bound, shape, verdict = int(known[0][at]), int(known[1][at]), int(known[2][at]), known[3][at]
    found: list[tuple[int, IntArray]] = []
    price = UNCARRIED
    if np.prod(quantity + 1.0) <= task.params.groups:
        groups = groups_of(stock, item, quantity)
        groups.verdict[-1, :-1] = verdict
        numbers, price, proven = parted(groups, task.params.probes)
        bound = max(bound, proven)
        found = list(zip(groups.shapes(np.array(numbers)).tolist(), groups.x[numbers], strict=True))
        if bound < price < UNCARRIED and len(numbers) > 1 and task.params.pairings:
            counts, cost, used = shared_out_anew(stock, item, groups.x[numbers], task.params, task.rounds)
            if cost < price:
                price, found = cost, list(zip(used, counts, strict=True))
    if not found or (price > bound and task.params.shuffles >= MANY):
        counts, cost, used = several(stock, item, quantity, task.params, task.rounds)
        if not found or cost < price:
            price, found = cost, list(zip(used, counts, strict=True))
    if price < best:
        for own_shape, x in found:
            parcels.add(load, own_shape, item[x > 0], x[x > 0])
        return price, min(bound, price)
    if best < UNCARRIED:
        parcels.add(load, shape, item, quantity)
    return best, min(bound, best)


def _result(
    task: Task,
    shapes: Shapes,
    lists: list[PriceList],
    parcels: Parcels,
    left: list[tuple[int, int, int, int]],
    total: IntArray,
    bound: IntArray,
) -> PackResult:
    """Lay out the parcels, sort them by order, and price them part by part."""
    by_load = np.argsort(np.array(parcels.load, np.int64), kind="stable")
    load = np.array(parcels.load, np.int64)[by_load]
    shape = np.array(parcels.shape, np.int64)[by_load]
    item = [parcels.item[at] for at in by_load]
    quantity = [parcels.quantity[at] for at in by_load]
    layouts = _layouts(task, shapes, shape, item, quantity)
    own = shape == len(shapes.carton)
    goods = task.problem.goods
    weight = np.array([int(goods.item_weight_g[i] @ q) for i, q in zip(item, quantity, strict=True)], np.int64)
    volume = np.array(
        [int(shapes.goods.item_size_mm[i].prod(axis=1) @ q) for i, q in zip(item, quantity, strict=True)], np.int64
    )
    outer = np.zeros((len(load), 3), np.int64)
    parts, billed = np.zeros((len(load), 3), np.int64), np.zeros(len(load), np.int64)
    outer[~own] = shapes.outer_mm[shape[~own]]
    outer[own] = goods.item_size_mm[np.array([item[at][0] for at in np.flatnonzero(own)], np.int64)]
    for prices in {id(one): one for one in lists}.values():
        mine = np.array([lists[at] is prices for at in load], np.bool_)
        boxed, bare = np.flatnonzero(mine & ~own), np.flatnonzero(mine & own)
        parts[boxed], billed[boxed] = prices.parts(shape[boxed], weight[boxed], volume[boxed])
        parts[bare, 2], billed[bare] = prices.alone(outer[bare], weight[bare])
    rows = np.array(left, np.int64).reshape(-1, 4)
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    carton = np.append(shapes.carton, OWN_BOX)[shape]
    tare = np.append(shapes.goods.carton_tare_g, 0)[shape]
    return PackResult(
        load, carton, outer, weight + tare, billed, parts, layouts,
        rows[:, 0], task.item[rows[:, 1]], rows[:, 2], rows[:, 3], total, bound,
    )  # fmt: skip


def _layouts(task: Task, shapes: Shapes, shape: IntArray, item: list[IntArray], quantity: list[IntArray]) -> Layouts:
    """Lay out each parcel, its rows in the order in which they are put in."""
    units = np.array([int(own.sum()) for own in quantity], np.int64)
    row_start = np.concatenate((np.zeros(1, np.int64), np.cumsum(units)))
    rows = np.zeros((row_start[-1], 7), np.int64)
    own = shape == len(shapes.carton)
    boxed = np.flatnonzero(~own)
    if len(boxed):
        start = np.cumsum([0, *(len(item[at]) for at in boxed)])
        packed = tables(shapes.goods, task.params)._replace(
            start=start.astype(np.int64),
            line_item=np.concatenate([item[at] for at in boxed]),
            line_quantity=np.concatenate([quantity[at] for at in boxed]),
        )
        pairs = np.stack((np.arange(len(boxed)), shape[boxed]), axis=1)
        boxed_start = np.concatenate((np.zeros(1, np.int64), np.cumsum(units[boxed])))
        boxed_rows = np.empty((boxed_start[-1], 7), np.int64)
        failed = lay(*packed, pairs, boxed_start, boxed_rows)
        if failed >= 0:
            raise AssertionError(f"no layout of a parcel that was judged to fit: {item[boxed[failed]]}")
        rows[np.repeat(~own, units)] = boxed_rows
    for at in np.flatnonzero(own):
        rows[row_start[at], 0], rows[row_start[at], 4:] = item[at][0], task.problem.goods.item_size_mm[item[at][0]]
    parcel = np.repeat(np.arange(len(shape)), units)
    padding = np.append(task.problem.carton_padding_mm, 0)[np.append(shapes.carton, OWN_BOX)[shape]]
    rows[:, 1:4] += padding[parcel, None]
    rows = rows[np.lexsort((rows[:, 1], rows[:, 2], rows[:, 3], parcel))]
    rows[:, 0] = task.item[rows[:, 0]]
    return Layouts(row_start, rows)


def task_of(problem: PackProblem, loads: IntArray, params: PackParams, rounds: int | None) -> Task:
    """Cut some orders out of a problem."""
    part, item = some_orders(problem, loads)
    return Task(part, item, params, rounds)
