"""Orders of too many groups: cartons filled one after the other in many ways, then parcels improved in pairs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np

from doorstep.kernels.pack.choose import constructions
from doorstep.kernels.pack.cut import starts
from doorstep.kernels.pack.groups import Groups, Stock, grouped, groups_of, parted
from doorstep.kernels.pack.problem import UNCARRIED, IntArray, PackParams
from doorstep.kernels.pack.share import share_out

MOST_ROUNDS = 50
AT_ONCE = 4  # moves looked at together
MOST_SETS = 64  # of cartons that are tried for two or three parcels
MOST_SHAPES = 64  # from which threes of cartons are combined


@dataclass(slots=True)
class Book:
    """What parcels of an order cost, looked at once each: counts of its kinds, as bytes -> price and shape.

    `stale` are parcels, two or three together, that were parted anew in vain; `in_vain` units that no set of so many
    cartons below a price took.
    """

    stock: Stock
    item: IntArray
    known: dict[bytes, tuple[int, int]] = field(default_factory=dict)
    stale: set[bytes] = field(default_factory=set)
    in_vain: dict[tuple[bytes, int], int] = field(default_factory=dict)

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
    each = book.priced(np.concatenate(tried)).value(hopeful=True)
    least = np.add.reduceat(np.minimum(each, UNCARRIED // len(each)), start)  # no sum overflows
    best: list[tuple[int, int]] = []
    order = np.argsort(least, kind="stable")
    for first in range(0, len(order), AT_ONCE):
        most = best[-1][0] if len(best) == params.starts else UNCARRIED
        some = [int(at) for at in order[first : first + AT_ONCE] if least[at] < most]
        if some:
            book.ask(np.concatenate([tried[at] for at in some]))
        best += [(_total(book.ask(tried[at])), at) for at in some]
        best = sorted(best)[: params.starts]
    found = [_finished(book, tried[at], params, rounds) for _, at in best or [(UNCARRIED, 0)]]
    return min(found, key=lambda one: one[1])


def shared_out_anew(
    stock: Stock, item: IntArray, parcels: IntArray, params: PackParams, rounds: int | None
) -> tuple[IntArray, int, list[int]]:
    """Improve parcels [k, kinds] of an order, however they were found; what comes back is as of `several`."""
    return _finished(Book(stock, item), parcels, replace(params, groups=2), rounds)


def _total(prices: IntArray) -> int:
    """Sum of the prices of parcels; UNCARRIED as soon as one of them is, many of which would overflow."""
    return UNCARRIED if (prices >= UNCARRIED).any() else int(prices.sum())


def _finished(book: Book, parcels: IntArray, params: PackParams, rounds: int | None) -> tuple[IntArray, int, list[int]]:
    best = _improved(book, parcels, params, MOST_ROUNDS if rounds is None else rounds)
    return best, _total(book.ask(best, slow=True)), book.shapes(best)


def _constructions(stock: Stock, item: IntArray, quantity: IntArray, params: PackParams) -> list[IntArray]:
    """Fill each shape over and over, by several passes; what goes into none of it is poured into larger ones."""
    by_volume = np.argsort(-stock.prices.shapes.room_mm3, kind="stable")
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
        rows = parcel if parcel.size else np.full((1, len(kind)), -1, np.int64)
        by_itself = rows < 0  # went into nothing with others
        rows = np.where(by_itself, rows.max(axis=1, keepdims=True, initial=-1) + by_itself.cumsum(axis=1), rows)
        sizes = rows.max(axis=1, initial=-1) + 1
        at = (starts(sizes)[:-1, None] + rows) * len(item) + kind
        parcels = np.bincount(at.ravel(), minlength=int(sizes.sum()) * len(item)).reshape(-1, len(item))
        parcels = parcels[np.lexsort((*parcels.T, np.repeat(np.arange(len(sizes)), sizes)))]
        for own_parcels in np.split(parcels, np.cumsum(sizes)[:-1]):
            x = np.concatenate((alone, own_parcels)) if len(alone) else own_parcels
            found.setdefault(x.tobytes(), x)
    return list(found.values())


def _improved(book: Book, parcels: IntArray, params: PackParams, rounds: int) -> IntArray:
    """Part two parcels anew, or share three out, as long as that makes them cheaper."""
    for _ in range(rounds):
        better = None
        for some in (*combinations(range(len(parcels)), 2), *combinations(range(len(parcels)), 3)):
            chosen = parcels[list(some)]
            key = chosen.tobytes()
            if key in book.stale:
                continue
            better = _better(book, chosen, params)
            if better is not None:
                parcels = np.concatenate((np.delete(parcels, some, axis=0), better))
                break
            book.stale.add(key)
        if better is None:
            break
    return parcels


def _better(book: Book, chosen: IntArray, params: PackParams) -> IntArray | None:
    """Find cheaper parcels for what two or three parcels hold."""
    before = _total(book.ask(chosen))
    together, two = chosen.sum(axis=0), len(chosen) == 2
    found = _part_again(book, together, before) if two and np.prod(together + 1.0) <= params.groups else None
    if found is None and params.pairings:
        found = _shared_out(book, together, before, 2, params)
    if found is None and params.moves:
        found = _moved(book, chosen, before) if two else _shared_out(book, together, before, 3, params)
    return found


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


def _shared_out(book: Book, together: IntArray, before: int, size: int, params: PackParams) -> IntArray | None:
    """Find the cheapest set of so many cartons, by what they cost at least, into which filling shares the units out."""
    stock, kinds = book.stock, np.flatnonzero(together)
    key = (together.tobytes(), size)
    if book.in_vain.get(key, 0) >= before or (size > 2 and len(stock.prices.base) > MOST_SHAPES):
        return None
    sets = stock.sets(size)
    sound = np.flatnonzero(
        (sets.least_minor < before)
        & (sets.room_mm3 >= together @ stock.volume_mm3[book.item])
        & (sets.room_g >= together @ stock.weight_g[book.item])
    )
    shapes = sets.shapes[sound]
    short = stock.too_long[book.item[kinds]] == 0
    shapes = shapes[short[:, shapes].any(axis=2).all(axis=0)][:MOST_SETS]
    parcel = np.empty(int(together.sum()), np.int64)
    tables, own = stock.tables, (book.item[kinds], together[kinds])
    row = share_out(tables.items, *own, tables.cartons, shapes, params.pairings, tables.knobs, parcel)
    if row < 0:
        book.in_vain[key] = before
        return None
    found = np.zeros((size, len(together)), np.int64)
    np.add.at(found, (parcel, np.repeat(kinds, together[kinds])), 1)
    found = found[found.any(axis=1)]
    return found if _total(book.ask(found, slow=True)) < before else None


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
