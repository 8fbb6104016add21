"""Orders of too many groups: cartons filled one after the other in many ways, then parcels improved in pairs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np

from doorstep.kernels.pack.choose import constructions, pair_up
from doorstep.kernels.pack.groups import Groups, Stock, grouped, groups_of, parted
from doorstep.kernels.pack.problem import UNCARRIED, IntArray, PackParams

MOST_ROUNDS = 50
AT_ONCE = 4  # moves looked at together
MANY = 64  # shuffles of an effort that also moves units
MOST_PAIRS = 64  # of cartons that are tried for two parcels


@dataclass(slots=True)
class Book:
    """What parcels of an order cost, looked at once each: counts of its kinds, as bytes -> price and shape."""

    stock: Stock
    item: IntArray
    known: dict[bytes, tuple[int, int]] = field(default_factory=dict)

    def priced(self, x: IntArray) -> Groups:
        """Parcels [k, kinds] with their prices, looked at only as to weight, volume, edges and class."""
        return grouped(self.stock, self.item, np.zeros(len(self.item), np.int64), x)

    def ask(self, x: IntArray, slow: bool = False) -> IntArray:
        """Price [k] of parcels [k, kinds]; those not known yet are looked at. Empty ones are free."""
        keys = [row.tobytes() for row in x]
        self.known[np.zeros_like(self.item).tobytes()] = (0, -1)
        new = [at for at, key in enumerate(keys) if (slow and x[at].any()) or key not in self.known]
        if new:
            groups = self.priced(x[new])
            groups.look(np.arange(len(new)), slow)
            value = groups.value(hopeful=False).tolist()
            shapes = groups.shapes(np.arange(len(new))).tolist()
            for at, row in enumerate(new):
                self.known[keys[row]] = (value[at], shapes[at])
        return np.array([self.known[key][0] for key in keys], np.int64)

    def shapes(self, x: IntArray) -> list[int]:
        """Shapes of parcels that were asked for."""
        return [self.known[row.tobytes()][1] for row in x]


def several(
    stock: Stock, item: IntArray, quantity: IntArray, params: PackParams, rounds: int | None
) -> tuple[IntArray, int, list[int]]:
    """Part an order into parcels, as cheaply as the search finds.

    Returns the parcels [k, kinds], the sum of their prices, and their shapes; no parcels and UNCARRIED if it finds
    nothing.
    """
    book = Book(stock, item)
    tried = _constructions(stock, item, quantity, params)
    if not tried:
        return np.zeros((0, len(item)), np.int64), UNCARRIED, []
    start = np.cumsum([0, *(len(x) for x in tried[:-1])])
    least = np.add.reduceat(book.priced(np.concatenate(tried)).value(hopeful=True), start)
    best, best_price = tried[0], UNCARRIED
    order = np.argsort(least, kind="stable")
    for first in range(0, len(order), AT_ONCE):
        some = [int(at) for at in order[first : first + AT_ONCE] if least[at] < best_price]
        if some:
            book.ask(np.concatenate([tried[at] for at in some]))
        for at in some:
            price = min(int(book.ask(tried[at]).sum()), UNCARRIED)
            if price < best_price:
                best, best_price = tried[at], price
    return _finished(book, best, params, rounds)


def shared_out_anew(
    stock: Stock, item: IntArray, parcels: IntArray, params: PackParams, rounds: int | None
) -> tuple[IntArray, int, list[int]]:
    """Improve parcels [k, kinds] of an order, however they were found; what comes back is as of `several`."""
    return _finished(Book(stock, item), parcels, replace(params, groups=2), rounds)


def _finished(book: Book, parcels: IntArray, params: PackParams, rounds: int | None) -> tuple[IntArray, int, list[int]]:
    best = _improved(book, parcels, params, MOST_ROUNDS if rounds is None else rounds)
    return best, min(int(book.ask(best, slow=True).sum()), UNCARRIED), book.shapes(best)


def _constructions(stock: Stock, item: IntArray, quantity: IntArray, params: PackParams) -> list[IntArray]:
    """Fill each shape over and over, by several passes; what goes into none of it is poured into larger ones."""
    goods = stock.prices.shapes.goods
    by_volume = np.argsort(-goods.carton_inner_mm.prod(axis=1), kind="stable")
    usable = by_volume[stock.prices.base[by_volume] < UNCARRIED].astype(np.int64)
    own = stock.own_minor[item] < UNCARRIED
    found: dict[bytes, IntArray] = {}
    for start in [quantity] if not own.any() else [quantity, np.where(own, 0, quantity)]:
        alone = np.repeat(np.eye(len(item), dtype=np.int64), quantity - start, axis=0)
        lines = np.flatnonzero(start)
        parcel = np.full((len(usable) * params.pours, int(start.sum())), -1, np.int64)
        if parcel.size:
            tables = stock.tables
            constructions(tables.items, item[lines], start[lines], tables.cartons, usable, tables.knobs, parcel)
        kind = np.repeat(lines, start[lines])
        for row in parcel if parcel.size else np.full((1, len(kind)), -1, np.int64):
            by_itself = row < 0  # went into nothing with others
            row[by_itself] = row.max(initial=-1) + np.cumsum(by_itself)[by_itself]
            x = np.zeros((int(row.max(initial=-1)) + 1, len(item)), np.int64)
            np.add.at(x, (row, kind), 1)
            x = np.concatenate((alone, x[np.lexsort(x.T)]))
            found.setdefault(x.tobytes(), x)
    return list(found.values())


def _improved(book: Book, parcels: IntArray, params: PackParams, rounds: int) -> IntArray:
    """Part two parcels anew, or share three out over two, as long as that makes them cheaper."""
    stale: set[bytes] = set()  # what was tried in vain
    for _ in range(rounds):
        better = None
        for some in (*combinations(range(len(parcels)), 2), *combinations(range(len(parcels)), 3)):
            chosen = parcels[list(some)]
            key = chosen.tobytes()
            if key in stale:
                continue
            better = _better(book, chosen, params)
            if better is not None:
                parcels = np.concatenate((np.delete(parcels, some, axis=0), better))
                break
            stale.add(key)
        if better is None:
            break
    return parcels


def _better(book: Book, chosen: IntArray, params: PackParams) -> IntArray | None:
    """Find cheaper parcels for what two or three parcels hold."""
    before = int(book.ask(chosen).sum())
    together, two = chosen.sum(axis=0), len(chosen) == 2
    found = _part_again(book, together, before) if two and np.prod(together + 1.0) <= params.groups else None
    if found is None and params.pairings:
        found = _paired(book, together, before, params)
    return _moved(book, chosen, before) if found is None and two and params.shuffles >= MANY else found


def _part_again(book: Book, together: IntArray, before: int) -> IntArray | None:
    kinds = np.flatnonzero(together)
    groups = groups_of(book.stock, book.item[kinds], together[kinds])
    numbers, price, _ = parted(groups, probes=0)
    if price >= before:
        return None
    found = np.zeros((len(numbers), len(together)), np.int64)
    found[:, kinds] = groups.x[numbers]
    book.ask(found)
    return found


def _paired(book: Book, together: IntArray, before: int, params: PackParams) -> IntArray | None:
    """Find the cheapest two cartons, by what they cost at least, into which the units are shared out by filling."""
    stock, kinds = book.stock, np.flatnonzero(together)
    goods = stock.prices.shapes.goods
    least = stock.prices.prices(np.zeros(1, np.int64), np.full(1, np.iinfo(np.int64).max // 2))[0]
    one, other = np.triu_indices(len(least))
    inner, room = goods.carton_inner_mm.prod(axis=1), goods.carton_max_weight_g - goods.carton_tare_g
    sound = least[one] + least[other] < before
    sound &= inner[one] + inner[other] >= together @ stock.volume_mm3[book.item]
    sound &= room[one] + room[other] >= together @ stock.weight_g[book.item]
    sound &= ((stock.too_long[book.item[kinds]][:, one] & stock.too_long[book.item[kinds]][:, other]) == 0).all(axis=0)
    pairs = np.stack((one, other), axis=1)[sound]
    pairs = np.ascontiguousarray(pairs[np.argsort(least[pairs].sum(axis=1), kind="stable")][:MOST_PAIRS])
    parcel = np.empty(int(together.sum()), np.int64)
    tables = stock.tables
    row = pair_up(
        tables.items, book.item[kinds], together[kinds], tables.cartons, pairs, params.pairings, tables.knobs, parcel
    )
    if row < 0:
        return None
    found = np.zeros((2, len(together)), np.int64)
    np.add.at(found, (parcel, np.repeat(kinds, together[kinds])), 1)
    found = found[found.any(axis=1)]
    return found if int(book.ask(found).sum()) < before else None


def _moved(book: Book, pair: IntArray, before: int) -> IntArray | None:
    """Move one unit or all units of a kind, or exchange one for another, if that makes two parcels cheaper."""
    change = _changes(pair)
    one, other = pair[0] + change, pair[1] - change
    sound = (one >= 0).all(axis=1) & (other >= 0).all(axis=1)
    one, other = one[sound], other[sound]
    both = np.concatenate((one, other))
    least = np.where(both.any(axis=1), book.priced(both).value(hopeful=True), 0)
    least = least[: len(one)] + least[len(one) :]
    order = np.argsort(least, kind="stable")
    order = order[least[order] < before]
    for first in range(0, len(order), AT_ONCE):
        some = order[first : first + AT_ONCE]
        price = book.ask(one[some]) + book.ask(other[some])
        at = int(price.argmin())
        if price[at] < before:
            new = np.stack((one[some[at]], other[some[at]]))
            return new[new.any(axis=1)]
    return None


def _changes(pair: IntArray) -> IntArray:
    """What the first of two parcels may get, [k, kinds], each row once: all, a kind, a unit, a unit for another."""
    eye = np.eye(pair.shape[1], dtype=np.int64)
    have, get = eye[pair[0] > 0], eye[pair[1] > 0]
    swaps = (get[:, None] - have[None, :]).reshape(-1, pair.shape[1])
    all_get, all_have = get * pair[1], have * pair[0]
    rows = np.concatenate((pair[1:], -pair[:1], get, all_get, -have, -all_have, swaps))
    return rows[rows.any(axis=1)]
