"""The cheapest parcels that carry each order."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from doorstep.kernels.pack.choose import choose
from doorstep.kernels.pack.compiled import FITS, NO, UNSEEN, lay
from doorstep.kernels.pack.cut import cut_out, starts
from doorstep.kernels.pack.fit import PLAIN
from doorstep.kernels.pack.groups import Stock, cheap_first, groups_of, parted
from doorstep.kernels.pack.layout import Layouts
from doorstep.kernels.pack.many import several, shared_out_anew
from doorstep.kernels.pack.orders import Lines, reasons, some_orders, sorted_lines, stock_of
from doorstep.kernels.pack.prices import PriceList, price_lists
from doorstep.kernels.pack.problem import EFFORT, UNCARRIED, IntArray, PackParams, PackProblem
from doorstep.kernels.pack.result import NO_LAYOUT, OWN_BOX, PackResult, joined
from doorstep.kernels.pack.shapes import Shapes, shapes_of, wrapped
from doorstep.kernels.pack.tables import Tables, tables_of
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
    return parts[0] if len(parts) == 1 else joined(parts)


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


@dataclass(frozen=True, slots=True)
class Parting:
    """How an order is parted: its price, a bound of it, and shape and counts of the order's kinds of each parcel."""

    price: int
    bound: int
    parcels: list[tuple[int, IntArray]]


def pack_chunk(task: Task) -> PackResult:
    """Pack the orders of one task."""
    problem, goods = task.problem, task.problem.goods
    shapes, size_mm = shapes_of(problem), wrapped(problem)
    packed = tables_of(goods, size_mm, shapes.table, shapes.rank, task.params)
    lines = sorted_lines(goods.load_start, goods.load_item, goods.load_quantity, len(size_mm))
    lists = price_lists(problem, shapes)
    pays = np.full(goods.loads, -1) if problem.load_freight is None else problem.load_freight
    parcels, total, bound = Parcels(), np.zeros(goods.loads, np.int64), np.zeros(goods.loads, np.int64)
    left: list[tuple[int, int, int, int]] = []
    for number in sorted(set(pays.tolist())):
        stock = stock_of(problem, size_mm, lists[number], packed)
        why = reasons(stock, problem.item_own_box)[lines.item]
        mine = pays[lines.load] == number
        left += [
            (int(lines.load[k]), int(lines.item[k]), int(lines.quantity[k]), int(why[k]))
            for k in np.flatnonzero((why > 0) & mine)
        ]
        kept = lines.only((why == 0) & mine)
        loads = np.flatnonzero(np.diff(kept.start) > 0)
        total[loads], bound[loads], failed = _orders(stock, kept, loads, task, parcels)
        for load in failed:
            left += [(load, int(item), int(times), NO_LAYOUT) for item, times in zip(*kept.of(load), strict=True)]
    return _result(task, shapes, packed, [lists[number] for number in pays], parcels, left, total, bound)


def _orders(
    stock: Stock, lines: Lines, loads: IntArray, task: Task, parcels: Parcels
) -> tuple[IntArray, IntArray, list[int]]:
    """Pack the orders that have lines; returns their prices and bounds, and the orders without any layout."""
    weight, volume = lines.sums(stock.weight_g)[loads], lines.sums(stock.volume_mm3)[loads]
    units = lines.units()[loads]
    start = np.concatenate((lines.start[loads], lines.start[-1:]))
    price = stock.prices.prices(weight, volume)
    verdict = np.where(price >= UNCARRIED, NO, UNSEEN)
    table = stock.tables
    choose(
        table.items, start, lines.item, lines.quantity, table.cartons, table.knobs, cheap_first(price), True, verdict
    )
    price = np.append(price, np.full((len(loads), 1), UNCARRIED), axis=1)  # as it is
    alone = np.minimum.reduceat(stock.own_minor[lines.item], start[:-1]) if len(loads) else price[:, 0]
    price[units == 1, -1] = alone[units == 1]
    known = np.append(verdict, np.full((len(loads), 1), FITS), axis=1)
    single = np.where(known == FITS, price, UNCARRIED)
    best, shape = single.min(axis=1), single.argmin(axis=1)
    first = np.where(known == NO, UNCARRIED, price).min(axis=1)
    bound = stock.prices.bound(first, weight, volume, units, alone)
    failed, lost = [], best >= UNCARRIED
    for at, load in enumerate(loads.tolist()):
        item, quantity = lines.of(load)
        if best[at] > bound[at] and units[at] > 1:
            whole = Parting(int(best[at]), int(bound[at]), [] if lost[at] else [(int(shape[at]), quantity)])
            parting = _parted(stock, item, quantity, task, whole, verdict[at])
            best[at], bound[at] = parting.price, parting.bound
            for own, x in parting.parcels:
                parcels.add(load, own, item[x > 0], x[x > 0])
        elif not lost[at]:
            parcels.add(load, int(shape[at]), item, quantity)
        if best[at] >= UNCARRIED:
            failed.append(load)
    lost = best >= UNCARRIED
    return np.where(lost, 0, best), np.where(lost, 0, bound), failed


def _parted(stock: Stock, item: IntArray, quantity: IntArray, task: Task, whole: Parting, verdict: IntArray) -> Parting:
    """Part an order, unless it stays cheaper as a whole; `verdict` [s] tells where it fits as such."""
    params, best, bound = task.params, whole, whole.bound
    if np.prod(quantity + 1.0) <= params.groups:
        groups = groups_of(stock, item, quantity)
        groups.verdict[-1, :-1] = verdict
        numbers, price, proven = parted(groups, params.probes)
        bound = max(bound, proven)
        found = list(zip(groups.shapes(np.array(numbers)).tolist(), groups.x[numbers], strict=True))
        best = min(best, Parting(price, bound, found), key=_price)
        if bound < price < UNCARRIED and len(numbers) > 1 and params.pairings:
            anew = _as_parting(shared_out_anew(stock, item, groups.x[numbers], params, task.rounds))
            best = min(best, anew, key=_price)
        if best.price <= bound or not params.moves:
            return Parting(best.price, min(bound, best.price), best.parcels)
    best = min(best, _as_parting(several(stock, item, quantity, params, task.rounds)), key=_price)
    return Parting(best.price, min(bound, best.price), best.parcels)


def _as_parting(found: tuple[IntArray, int, list[int]]) -> Parting:
    counts, price, shapes = found
    return Parting(price, 0, list(zip(shapes, counts, strict=True)))


def _price(parting: Parting) -> int:
    return parting.price


def _result(
    task: Task,
    shapes: Shapes,
    packed: Tables,
    lists: list[PriceList],
    parcels: Parcels,
    left: list[tuple[int, int, int, int]],
    total: IntArray,
    bound: IntArray,
) -> PackResult:
    """Lay out the parcels, sort them by order, and price them part by part."""
    load = np.array(parcels.load, np.int64)
    by_load = np.argsort(load, kind="stable")
    load, shape = load[by_load], np.array(parcels.shape, np.int64)[by_load]
    item, quantity = [parcels.item[at] for at in by_load], [parcels.quantity[at] for at in by_load]
    goods = task.problem.goods
    start = starts(np.array([len(one) for one in item], np.int64))
    loads = Lines(start, np.repeat(np.arange(len(item)), np.diff(start)), _joint(item), _joint(quantity))
    layouts = _layouts(task, shapes, packed, shape, loads)
    own = shape == len(shapes.carton)
    weight, volume = loads.sums(packed.items[:, 3]), loads.sums(packed.items[:, :3].prod(axis=1))
    outer = np.zeros((len(load), 3), np.int64)
    parts, billed = np.zeros((len(load), 3), np.int64), np.zeros(len(load), np.int64)
    outer[~own] = shapes.outer_mm[shape[~own]]
    outer[own] = goods.item_size_mm[loads.item[start[:-1][own]]]
    for prices in {id(one): one for one in lists}.values():
        mine = np.array([lists[at] is prices for at in load], np.bool_)
        boxed, bare = np.flatnonzero(mine & ~own), np.flatnonzero(mine & own)
        parts[boxed], billed[boxed] = prices.parts(shape[boxed], weight[boxed], volume[boxed])
        if len(bare):
            parts[bare, 2], billed[bare] = prices.alone(outer[bare], weight[bare])
    rows = np.array(left, np.int64).reshape(-1, 4)
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    carton = np.append(shapes.carton, OWN_BOX)[shape]
    tare = np.append(shapes.tare_g, 0)[shape]
    return PackResult(
        load, carton, outer, weight + tare, billed, parts, layouts,
        rows[:, 0], task.item[rows[:, 1]], rows[:, 2], rows[:, 3], total, bound,
    )  # fmt: skip


def _joint(arrays: list[IntArray]) -> IntArray:
    return np.concatenate([np.zeros(0, np.int64), *arrays])


def _layouts(task: Task, shapes: Shapes, packed: Tables, shape: IntArray, loads: Lines) -> Layouts:
    """Lay out each parcel, its rows in the order in which they are put in."""
    units = loads.units()
    row_start = starts(units)
    rows = np.zeros((row_start[-1], 7), np.int64)
    own = shape == len(shapes.carton)
    boxed = np.flatnonzero(~own)
    if len(boxed):
        start, lines = cut_out(loads.start, boxed)
        chosen = packed._replace(start=start, line_item=loads.item[lines], line_quantity=loads.quantity[lines])
        pairs = np.stack((np.arange(len(boxed)), shape[boxed]), axis=1)
        boxed_start = starts(units[boxed])
        boxed_rows = np.empty((boxed_start[-1], 7), np.int64)
        failed = lay(*chosen, pairs, boxed_start, boxed_rows)
        if failed >= 0:
            raise AssertionError(f"no layout of a parcel that was judged to fit: {loads.of(boxed[failed])}")
        rows[np.repeat(~own, units)] = boxed_rows
    for at in np.flatnonzero(own):
        item = loads.item[loads.start[at]]
        rows[row_start[at], 0], rows[row_start[at], 4:] = item, task.problem.goods.item_size_mm[item]
    parcel = np.repeat(np.arange(len(shape)), units)
    padding = np.append(task.problem.carton_padding_mm, 0)[np.append(shapes.carton, OWN_BOX)[shape]]
    rows[:, 1:4] += padding[parcel, None]
    rows = rows[np.lexsort((rows[:, 1], rows[:, 2], rows[:, 3], parcel))]
    rows[:, 0] = task.item[rows[:, 0]]
    return Layouts(row_start, rows)


def task_of(problem: PackProblem, loads: IntArray, params: PackParams, rounds: int | None) -> Task:
    """Cut some orders out of a problem; what is one task already, and has few items to spare, stays as it is."""
    goods = problem.goods
    if len(loads) == goods.loads and len(goods.item_size_mm) <= 2 * len(goods.load_item):
        return Task(problem, np.arange(len(goods.item_size_mm)), params, rounds)
    part, item = some_orders(problem, loads)
    return Task(part, item, params, rounds)
