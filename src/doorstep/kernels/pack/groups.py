"""All groups of an order's units, each a candidate for a parcel, and the cheapest parting into them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations_with_replacement

import numpy as np

from doorstep.kernels.pack.choose import choose, part_order
from doorstep.kernels.pack.compiled import FITS, NO, UNSEEN
from doorstep.kernels.pack.cut import starts
from doorstep.kernels.pack.prices import PriceList
from doorstep.kernels.pack.problem import UNCARRIED, IntArray
from doorstep.kernels.pack.tables import Tables


@dataclass(frozen=True, slots=True)
class CartonSets:
    """Shapes [p, k] that could be filled together, from cheap to dear by what they cost at least, and their room."""

    shapes: IntArray
    least_minor: IntArray
    room_mm3: IntArray
    room_g: IntArray


@lru_cache(8)
def _multisets(shapes: int, size: int) -> IntArray:
    return np.array(list(combinations_with_replacement(range(shapes), size)), np.int64).reshape(-1, size)


def carton_sets(prices: PriceList, size: int) -> CartonSets:
    """Combine the shapes that are carried, each as often as one likes."""
    sets = _multisets(len(prices.base), size)
    least = np.where(prices.base < UNCARRIED, prices.least(), UNCARRIED)[sets].max(axis=1)
    sets = sets[least < UNCARRIED]
    least = prices.least()[sets].sum(axis=1)
    order = np.argsort(least, kind="stable")
    sets = sets[order]
    return CartonSets(
        sets, least[order], prices.shapes.room_mm3[sets].sum(axis=1), prices.shapes.room_g[sets].sum(axis=1)
    )


@dataclass(frozen=True, slots=True)
class Stock:
    """What parting an order needs to know of the problem.

    Parameters
    ----------
    tables
        Items and shapes; its loads do not matter.
    volume_mm3, weight_g
        [n] of items, wrapped.
    too_long
        [n, s] no turn of the item goes into the shape.
    own_minor
        [n] price of a unit that travels as it is, under the price list; UNCARRIED if it may not.
    known_sets
        What `sets` has found.
    """

    tables: Tables
    prices: PriceList
    volume_mm3: IntArray
    weight_g: IntArray
    too_long: IntArray
    own_minor: IntArray
    known_sets: dict[int, CartonSets] = field(default_factory=dict)

    def sets(self, size: int) -> CartonSets:
        """All sets of so many cartons."""
        if size not in self.known_sets:
            self.known_sets[size] = carton_sets(self.prices, size)
        return self.known_sets[size]


@dataclass(slots=True)
class Groups:
    """The groups x [N, kinds] of an order, prices in every shape and, last, as it is; and what is known of them."""

    stock: Stock
    item: IntArray
    quantity: IntArray
    x: IntArray
    price: IntArray
    order: IntArray
    verdict: IntArray

    @property
    def stride(self) -> IntArray:
        """What a unit of each kind adds to the number of a group."""
        return strides(self.quantity)

    def value(self, hopeful: bool) -> IntArray:
        """Price [N] of each group in one parcel: the least not ruled out, or, not hopeful, the least known to fit."""
        ruled_out = self.verdict == NO
        if not hopeful:
            ruled_out = (self.verdict != FITS) & (self.verdict != UNSEEN)
        price = np.where(ruled_out, UNCARRIED, self.price)
        return np.asarray(price.min(axis=1), np.int64)

    def shapes(self, chosen: IntArray) -> IntArray:
        """The cheapest shape known to hold each chosen group; the number of shapes: as it is."""
        price = np.where(self.verdict[chosen] == FITS, self.price[chosen], UNCARRIED)
        return np.asarray(price.argmin(axis=1), np.int64)

    def look(self, chosen: IntArray, slow: bool) -> None:
        """Have the packer look for the cheapest carton of each chosen group."""
        x = self.x[chosen]
        rows, columns = np.nonzero(x)
        start = starts((x > 0).sum(axis=1))
        verdict = np.ascontiguousarray(self.verdict[chosen, :-1])
        tables, order = self.stock.tables, np.ascontiguousarray(self.order[chosen])
        quantity = np.ascontiguousarray(x[rows, columns])
        choose(tables.items, start, self.item[columns], quantity, tables.cartons, tables.knobs, order, slow, verdict)
        self.verdict[chosen, :-1] = verdict


def strides(quantity: IntArray) -> IntArray:
    """What a unit of each kind adds to the number of a group, [kinds]."""
    return np.concatenate((np.ones(1, np.int64), np.cumprod(quantity + 1)[:-1]))


def cheap_first(price: IntArray) -> IntArray:
    """Columns of each row from cheap to dear, then -1 for what is not carried; [k, s] as the prices."""
    order = np.argsort(price, axis=1, kind="stable")
    order[np.take_along_axis(price, order, axis=1) >= UNCARRIED] = -1
    return order


def groups_of(stock: Stock, item: IntArray, quantity: IntArray) -> Groups:
    """List the groups of `quantity[k]` units of `item[k]`; group g has g // stride[k] % (quantity[k] + 1) of kind k."""
    number = np.arange(np.prod(quantity + 1))
    return grouped(stock, item, quantity, number[:, None] // strides(quantity) % (quantity + 1))


def grouped(stock: Stock, item: IntArray, quantity: IntArray, x: IntArray) -> Groups:
    """Price some groups x [k, kinds] of an order's units, and rule out what weight, volume, edges or class rule out."""
    shapes = stock.prices.shapes
    weight, volume = x @ stock.weight_g[item], x @ stock.volume_mm3[item]
    price = stock.prices.prices(weight, volume)
    out = (weight[:, None] > shapes.room_g) | (volume[:, None] > shapes.room_mm3)
    out |= ((x > 0) @ stock.too_long[item]) > 0
    bit, mask = stock.tables.items[item, 7], stock.tables.items[item, 8]
    if mask.any():
        present = np.bitwise_or.reduce(np.where(x > 0, bit, 0), axis=1)
        apart = np.bitwise_or.reduce(np.where(x > 0, mask, 0), axis=1)
        out |= ((present & apart) != 0)[:, None]
    out |= price >= UNCARRIED
    single = x.sum(axis=1) == 1
    own = np.where(single, stock.own_minor[item[x.argmax(axis=1)]], UNCARRIED)
    price = np.concatenate((np.where(out, UNCARRIED, price), own[:, None]), axis=1)
    verdict = np.where(price >= UNCARRIED, NO, UNSEEN)
    verdict[own < UNCARRIED, -1] = FITS
    return Groups(stock, item, quantity, x, price, cheap_first(price[:, :-1]), verdict.astype(np.int64))


def parted(groups: Groups, probes: int) -> tuple[list[int], int, int]:
    """Part an order at the least price into the groups: their numbers, the price, a bound of it; see `part_order`."""
    part = np.zeros(len(groups.x), np.int64)
    tables = groups.stock.tables
    price, bound = part_order(
        tables.items,
        tables.cartons,
        tables.knobs,
        groups.item,
        groups.quantity,
        groups.stride,
        groups.x,
        groups.price,
        groups.order,
        groups.verdict,
        probes,
        part,
    )
    chosen, left = [], len(part) - 1
    while left:
        chosen.append(int(part[left]))
        left -= chosen[-1]
    return chosen, min(price, UNCARRIED), min(bound, UNCARRIED)
