"""Orders as sorted lines, without what no parcel can carry."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from doorstep.kernels.pack.choose import all_too_long
from doorstep.kernels.pack.cut import cut_out, starts
from doorstep.kernels.pack.groups import Stock
from doorstep.kernels.pack.prices import PriceList
from doorstep.kernels.pack.problem import UNCARRIED, BoolArray, IntArray, PackProblem
from doorstep.kernels.pack.result import NOT_CARRIED, TOO_HEAVY, TOO_LARGE
from doorstep.kernels.pack.tables import Tables


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines [k] of orders [m], ascending by item within an order, each item once; `load` is the order of each."""

    start: IntArray
    load: IntArray
    item: IntArray
    quantity: IntArray

    def units(self) -> IntArray:
        """Units of each order, [m]."""
        return np.diff(starts(self.quantity)[self.start])

    def sums(self, of_item: IntArray) -> IntArray:
        """Sum of a measure of the units of each order, [m]; beyond 2^62 it stays there."""
        measured = self.quantity * of_item[self.item].astype(np.float64)
        total = np.bincount(self.load, weights=measured, minlength=len(self.start) - 1)
        return np.minimum(total, 2.0**62).astype(np.int64)

    def only(self, lines: BoolArray) -> Lines:
        """The orders with some of their lines alone."""
        if lines.all():
            return self
        load = self.load[lines]
        counts = np.bincount(load, minlength=len(self.start) - 1)
        return Lines(starts(counts), load, self.item[lines], self.quantity[lines])

    def of(self, load: int) -> tuple[IntArray, IntArray]:
        """Items and quantities of an order."""
        own = slice(self.start[load], self.start[load + 1])
        return self.item[own], self.quantity[own]


def sorted_lines(start: IntArray, item: IntArray, quantity: IntArray, items: int) -> Lines:
    """Add up the lines of one item in an order."""
    load = np.repeat(np.arange(len(start) - 1), np.diff(start))
    key = load * max(items, 1) + item
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    total = np.add.reduceat(quantity[order], first) if len(first) else np.zeros(0, np.int64)
    load = load[order[first]]
    counts = np.bincount(load, minlength=len(start) - 1)
    return Lines(starts(counts), load, item[order[first]].astype(np.int64), total.astype(np.int64))


def some_orders(problem: PackProblem, loads: IntArray) -> tuple[PackProblem, IntArray]:
    """Cut out orders with only the items that they hold; also which item of the whole each of them is."""
    goods = problem.goods
    start, lines = cut_out(goods.load_start, loads)
    used, line_item = np.unique(goods.load_item[lines], return_inverse=True)
    part = replace(
        goods,
        item_size_mm=goods.item_size_mm[used],
        item_weight_g=goods.item_weight_g[used],
        item_upright=goods.item_upright[used],
        item_fragile=goods.item_fragile[used],
        item_max_load_g=goods.item_max_load_g[used],
        item_class=goods.item_class[used],
        load_start=start,
        load_item=line_item.astype(np.int64),
        load_quantity=goods.load_quantity[lines],
        item_soft=None if goods.item_soft is None else goods.item_soft[used],
    )
    return replace(
        problem,
        goods=part,
        item_own_box=problem.item_own_box[used],
        item_padding_mm=problem.item_padding_mm[used],
        load_freight=None if problem.load_freight is None else problem.load_freight[loads],
    ), used


def stock_of(problem: PackProblem, size_mm: IntArray, prices: PriceList, packed: Tables) -> Stock:
    """What parting needs to know, under one price list; sizes [n, 3] of items are wrapped ones."""
    own = np.full(len(size_mm), UNCARRIED, np.int64)
    if problem.item_own_box.any():
        bare, _ = prices.alone(problem.goods.item_size_mm, problem.goods.item_weight_g)
        own = np.where(problem.item_own_box, bare, own)
    return Stock(
        tables=packed,
        prices=prices,
        volume_mm3=size_mm.prod(axis=1),
        weight_g=problem.goods.item_weight_g.astype(np.int64),
        too_long=all_too_long(packed.items, packed.cartons),
        own_minor=own,
    )


def reasons(stock: Stock, own_box: BoolArray) -> IntArray:
    """Why a unit of each item [n] goes into no parcel; 0: it goes into one. For what has its own box there is room."""
    fits = stock.too_long == 0
    light = stock.weight_g[:, None] <= stock.prices.shapes.room_g
    price = stock.prices.prices(stock.weight_g, stock.volume_mm3)
    carried = (fits & light & (price < UNCARRIED)).any(axis=1) | (stock.own_minor < UNCARRIED)
    if carried.all():
        return np.zeros(len(carried), np.int64)
    reason = np.where(
        (fits & light).any(axis=1) | own_box, NOT_CARRIED, np.where(fits.any(axis=1), TOO_HEAVY, TOO_LARGE)
    )
    return np.where(carried, 0, reason)
