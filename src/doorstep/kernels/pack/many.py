"""Orders of too many groups: cartons filled one after the other in many ways, then parcels improved in pairs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from doorstep.kernels.pack.choose import pour
from doorstep.kernels.pack.compiled import scratch
from doorstep.kernels.pack.groups import Stock, grouped, groups_of, parted
from doorstep.kernels.pack.problem import UNCARRIED, IntArray, PackParams

Counts = tuple[int, ...]
MOST_ROUNDS = 50


@dataclass(slots=True)
class Book:
    """What parcels of an order cost, once each: counts of its kinds -> price and shape."""

    stock: Stock
    item: IntArray
    known: dict[Counts, tuple[int, int]] = field(default_factory=dict)
    least: dict[Counts, int] = field(default_factory=dict)

    def ask(self, parcels: Iterable[Counts], slow: bool = False) -> None:
        """Have parcels looked at that are not known yet."""
        new = [x for x in dict.fromkeys(parcels) if x not in self.known or slow]
        if not new:
            return
        groups = grouped(self.stock, self.item, np.zeros(len(self.item), np.int64), np.array(new, np.int64))
        groups.look(np.arange(len(new)), slow)
        value = groups.value(hopeful=False)
        for at, x in enumerate(new):
            self.known[x] = (int(value[at]), groups.shape(at))

    def price(self, parcels: Iterable[Counts]) -> int:
        """Sum of the prices of parcels; empty ones are free."""
        return min(sum(self.known[x][0] for x in parcels if any(x)), UNCARRIED)

    def bounds(self, parcels: list[Counts]) -> IntArray:
        """Least price of parcels by weight, volume, edges and class alone."""
        new = [x for x in dict.fromkeys(parcels) if x not in self.least]
        if new:
            rows = np.array(new, np.int64)
            value = grouped(self.stock, self.item, np.zeros(len(self.item), np.int64), rows).value(hopeful=True)
            for x, price in zip(new, value.tolist(), strict=True):
                self.least[x] = price if any(x) else 0
        return np.array([self.least[x] for x in parcels], np.int64)


def several(
    stock: Stock, item: IntArray, quantity: IntArray, params: PackParams, rounds: int | None
) -> tuple[list[Counts], Book]:
    """Part an order of many groups into parcels, as cheaply as the search finds; empty if it finds nothing."""
    book = Book(stock, item)
    tried = _constructions(stock, item, quantity, params)
    book.ask(x for parcels in tried for x in parcels)
    priced = sorted((book.price(parcels), at) for at, parcels in enumerate(tried))
    if not priced or priced[0][0] >= UNCARRIED:
        return [], book
    best = tried[priced[0][1]]
    for _ in range(MOST_ROUNDS if rounds is None else rounds):
        better = _better(book, best, params)
        if better is None:
            break
        best = better
    book.ask(best, slow=True)
    return best, book


def _constructions(stock: Stock, item: IntArray, quantity: IntArray, params: PackParams) -> list[list[Counts]]:
    """Fill each shape over and over, by several passes; what goes into none of it is poured into larger ones."""
    goods = stock.prices.shapes.goods
    by_volume = np.argsort(goods.carton_inner_mm.prod(axis=1), kind="stable")[::-1]
    usable = [int(s) for s in by_volume if stock.prices.base[s] < UNCARRIED]
    found: dict[tuple[Counts, ...], None] = {}
    own = stock.own_minor[item] < UNCARRIED
    starts = [quantity] if not own.any() else [quantity, np.where(own, 0, quantity)]
    for start in starts:
        singles = [_unit(k, len(item)) for k in np.flatnonzero(quantity - start) for _ in range(int(quantity[k]))]
        for shape in usable:
            for at_pass in range(params.pours):
                parcels = _fill_up(stock, item, start, [shape, *usable], at_pass)
                if parcels is not None:
                    found[tuple(sorted([*singles, *parcels]))] = None
    return [list(parcels) for parcels in found]


def _unit(kind: int, kinds: int) -> Counts:
    return tuple(int(k == kind) for k in range(kinds))


def _fill_up(stock: Stock, item: IntArray, quantity: IntArray, shapes: list[int], at_pass: int) -> list[Counts] | None:
    """Counts of the parcels of one construction; None: something is left over."""
    left = quantity.copy()
    parcels: list[Counts] = []
    tables = stock.tables
    for shape in shapes:
        lines = np.flatnonzero(left)
        if not len(lines):
            break
        own_item, own_quantity = item[lines], left[lines]
        units = int(own_quantity.sum())
        room = scratch(tables.items, np.array([0, len(lines)]), own_quantity, units)
        parcel = np.empty(units, np.int64)
        used = pour(tables.items, own_item, own_quantity, tables.cartons[shape], at_pass, tables.knobs, room, parcel)
        kind = np.repeat(lines, own_quantity)  # items ascend, and so do the units
        for number in range(used):
            counts = np.bincount(kind[parcel == number], minlength=len(item))
            parcels.append(tuple(int(count) for count in counts))
            left -= counts
    return None if left.any() else parcels


def _better(book: Book, parcels: list[Counts], params: PackParams) -> list[Counts] | None:
    """Find parcels cheaper than these by parting a pair of them anew, or by moving units within one."""
    for one, other in combinations(range(len(parcels)), 2):
        rest = [x for at, x in enumerate(parcels) if at not in (one, other)]
        together = np.array(parcels[one]) + np.array(parcels[other])
        before = book.price([parcels[one], parcels[other]])
        new = _part_again(book, together, params) if np.prod(together + 1.0) <= params.groups else None
        new = new or _move(book, parcels[one], parcels[other], before)
        if new is not None and book.price(new) < before:
            return [*rest, *new]
    return None


def _part_again(book: Book, together: IntArray, params: PackParams) -> list[Counts]:
    kinds = np.flatnonzero(together)
    groups = groups_of(book.stock, book.item[kinds], together[kinds])
    numbers, _ = parted(groups, probes=0)
    rows = np.zeros((len(numbers), len(together)), np.int64)
    rows[:, kinds] = groups.x[numbers]
    found: list[Counts] = [tuple(row) for row in rows.tolist()]
    book.ask(found)
    return found


def _move(book: Book, one: Counts, other: Counts, before: int) -> list[Counts] | None:
    """Move one unit or all units of a kind, or exchange a unit for another, if that makes two parcels cheaper."""
    pairs = [(a, b) for a, b in _moves(one, other) if min(a) >= 0 and min(b) >= 0]
    if not pairs:
        return None
    least = book.bounds([a for a, _ in pairs]) + book.bounds([b for _, b in pairs])
    for at in np.argsort(least, kind="stable").tolist():
        if least[at] >= before:
            break
        new = [x for x in pairs[at] if any(x)]
        book.ask(new)
        if book.price(new) < before:
            return new
    return None


def _moves(one: Counts, other: Counts) -> Iterable[tuple[Counts, Counts]]:
    """Pairs of parcels near a pair, each once."""
    a, b = np.array(one), np.array(other)
    found: dict[tuple[Counts, Counts], None] = {(tuple((a + b).tolist()), tuple((b * 0).tolist())): None}
    kinds = range(len(one))
    for source, target, turned in ((a, b, False), (b, a, True)):
        for k in kinds:
            for times in {1, int(source[k])} if source[k] else ():
                step = np.zeros(len(one), np.int64)
                step[k] = times
                for j in (None, *(kind for kind in kinds if target[kind] and kind != k)):
                    back = np.zeros(len(one), np.int64)
                    if j is not None:
                        back[j] = 1
                    pair = tuple((source - step + back).tolist()), tuple((target + step - back).tolist())
                    found[(pair[1], pair[0]) if turned else pair] = None
    return list(found)
