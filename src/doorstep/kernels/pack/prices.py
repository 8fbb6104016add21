"""What parcels cost, many at once, and bounds of what several parcels cost together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.kernels.pack.problem import UNCARRIED, BoolArray, Freight, IntArray, PackProblem
from doorstep.kernels.pack.shapes import Shapes

MM3_PER_L = 10**6
MICROS = 10**6
CAREFUL = 1 - 1e-12  # floats may err upwards; a bound must not
MOST_PARCELS = 8  # counted one by one in the bound


@dataclass(frozen=True, slots=True)
class Envelope:
    """The greatest convex function below a price that rises by steps: corners, ascending."""

    at: IntArray
    price: IntArray

    def bound(self, whole: IntArray, parcels: int) -> IntArray:
        """Least price of `whole` [m], spread over so many parcels (Jensen); UNCARRIED if that is too few."""
        share = whole / parcels
        price = parcels * np.interp(share, self.at, self.price)
        return np.where(share > self.at[-1], UNCARRIED, np.floor(price * CAREFUL).astype(np.int64))


@dataclass(frozen=True, slots=True)
class PriceList:
    """Prices under one freight table.

    Parameters
    ----------
    base
        [s] carton and whatever the outside of a shape costs; UNCARRIED if it is too large.
    volumetric_g
        [s] what its volume counts as.
    freight
        The table; None: parcels travel free.
    """

    shapes: Shapes
    freight: Freight | None
    base: IntArray
    volumetric_g: IntArray
    fill_micros_per_l: int

    @property
    def cheapest_minor(self) -> int:
        """What a parcel costs at least."""
        return int(self.least().min(initial=UNCARRIED))

    def least(self) -> IntArray:
        """What a parcel in each shape costs at least, [s]: next to no weight, and no void."""
        return np.asarray(self.prices(np.zeros(1, np.int64), np.full(1, np.iinfo(np.int64).max // 2))[0], np.int64)

    def prices(self, weight_g: IntArray, volume_mm3: IntArray) -> IntArray:
        """Price of contents [k] of some weight and volume in every shape, [k, s]; nothing is said about fitting."""
        price = np.broadcast_to(self.base, (len(weight_g), len(self.base)))
        if self.fill_micros_per_l:
            price = price + self._fill(volume_mm3[:, None], self.shapes.room_mm3)
        if self.freight is not None:
            billed = np.maximum(weight_g[:, None] + self.shapes.tare_g, self.volumetric_g)
            price = price + self.freight.weight.prices(billed)
        return np.asarray(np.minimum(price, UNCARRIED), np.int64)

    def parts(self, shape: IntArray, weight_g: IntArray, volume_mm3: IntArray) -> tuple[IntArray, IntArray]:
        """Price parts [k, 3] (carton, void fill, freight) and billed weight [k] of contents in a shape each."""
        gross = weight_g + self.shapes.tare_g[shape]
        billed = np.maximum(gross, self.volumetric_g[shape])
        fill = self._fill(volume_mm3, self.shapes.room_mm3[shape], self.shapes.filled[shape])
        carton = self.shapes.price_minor[shape]
        freight = self.base[shape] - carton
        if self.freight is not None:
            freight = freight + self.freight.weight.prices(billed)
        return np.stack((carton, fill, freight), axis=1), billed

    def alone(self, size_mm: IntArray, weight_g: IntArray) -> tuple[IntArray, IntArray]:
        """Price and billed weight of units [k] that travel as they are; sizes [k, 3]."""
        if self.freight is None:
            return np.zeros(len(size_mm), np.int64), weight_g
        outside, volumetric = _outside(self.freight, size_mm)
        billed = np.maximum(weight_g, volumetric)
        return np.minimum(outside + self.freight.weight.prices(billed), UNCARRIED), billed

    def _fill(self, volume: IntArray, inner: IntArray, filled: BoolArray | None = None) -> IntArray:
        void = np.where(self.shapes.filled if filled is None else filled, np.maximum(inner - volume, 0), 0)
        return fill_minor(void, self.fill_micros_per_l)

    def envelopes(self) -> tuple[Envelope, Envelope]:
        """By net weight, and by volume of the goods; a void fill that is not needed is not counted."""
        carried = self.base < UNCARRIED
        room, volume = self.shapes.room_g, self.shapes.room_mm3
        cut = np.zeros(1, np.int64) if self.freight is None else self.freight.weight.limit
        weights = np.concatenate(([0], (cut[:, None] - self.shapes.tare_g).ravel(), room))
        weights = np.unique(weights[weights >= 0])
        full = self.prices(weights, np.full(len(weights), np.iinfo(np.int64).max // 2))
        full[(weights[:, None] > room) | ~carried] = UNCARRIED
        sizes = np.unique(np.concatenate(([0], volume)))
        by_size = np.where((sizes[:, None] > volume) | ~carried, UNCARRIED, self.least())
        return _hull(weights, full.min(axis=1, initial=UNCARRIED)), _hull(sizes, by_size.min(axis=1, initial=UNCARRIED))

    def bound(
        self, one_minor: IntArray, weight_g: IntArray, volume_mm3: IntArray, units: IntArray, alone: IntArray
    ) -> IntArray:
        """Lower bound [m] of what orders cost that cost `one_minor` at least in one parcel; see `several`."""
        bound = one_minor.copy()
        least = np.minimum(alone, self.cheapest_minor)
        open_ = np.flatnonzero((units > 1) & (one_minor > 2 * least))  # else two parcels cannot be cheaper
        if len(open_):
            other = self.several(weight_g[open_], volume_mm3[open_], units[open_], alone[open_])
            bound[open_] = np.minimum(bound[open_], other)
        return bound

    def several(self, weight_g: IntArray, volume_mm3: IntArray, units: IntArray, alone: IntArray) -> IntArray:
        """Lower bound [m] of what orders cost in two or more parcels; `alone` is the least price of a unit as it is."""
        by_weight, by_size = self.envelopes()
        bound = np.full(len(units), UNCARRIED, np.int64)
        least = np.minimum(np.minimum(by_size.price[0], alone), UNCARRIED // (MOST_PARCELS + 1))  # no sum overflows
        as_is = alone < UNCARRIED
        for parcels in range(2, MOST_PARCELS + 1):
            joint = np.maximum(by_weight.bound(weight_g, parcels), by_size.bound(volume_mm3, parcels))
            joint = np.where(as_is, 0, joint)
            bound = np.where(units >= parcels, np.minimum(bound, np.maximum(joint, parcels * least)), bound)
        more = np.minimum((MOST_PARCELS + 1) * least, UNCARRIED)
        return np.asarray(np.where(units > MOST_PARCELS, np.minimum(bound, more), bound), np.int64)


def price_lists(problem: PackProblem, shapes: Shapes) -> list[PriceList]:
    """One list per freight table, the last for orders that pay none."""
    lists = []
    for freight in (*problem.freight, None):
        outside = np.zeros(len(shapes.carton), np.int64)
        volumetric = outside
        if freight is not None:
            outside, volumetric = _outside(freight, shapes.outer_mm)
        base = np.minimum(shapes.price_minor + outside, UNCARRIED)
        lists.append(PriceList(shapes, freight, base, volumetric, problem.void_fill_micros_per_l))
    return lists


def _outside(freight: Freight, size_mm: IntArray) -> tuple[IntArray, IntArray]:
    """Price of the measures of the outside [k], and its volumetric weight [k], of sizes [k, 3]."""
    edges = np.sort(size_mm, axis=1)
    volume = edges.prod(axis=1)
    total = np.zeros(len(edges), np.int64)
    for breaks, measured in (
        (freight.longest, edges[:, 2]),
        (freight.second, edges[:, 1]),
        (freight.girth, edges[:, 2] + 2 * (edges[:, 0] + edges[:, 1])),
        (freight.volume, volume),
    ):
        if breaks is not None:
            total = np.minimum(total + breaks.prices(measured), UNCARRIED)
    divisor = freight.divisor_mm3_per_g
    volumetric = -(-volume // divisor) if divisor else np.zeros(len(edges), np.int64)
    return total, volumetric


def fill_minor(void_mm3: IntArray, micros_per_l: int) -> IntArray:
    """Price of filling such voids, in minor units, half up; a litre costs so many millionths of one."""
    litres, rest = void_mm3 // MM3_PER_L, void_mm3 % MM3_PER_L
    minor, part = divmod(micros_per_l, MICROS)  # apart, so that the largest box stays within 64 bits
    micros = litres * part + rest * micros_per_l // MM3_PER_L
    return np.asarray(litres * minor + (micros + MICROS // 2) // MICROS, np.int64)


def _hull(at: IntArray, price: IntArray) -> Envelope:
    """Lower convex hull of the steps' right ends and of the first step's left end (Andrew's monotone chain)."""
    known = price < UNCARRIED
    if not known.any():
        return Envelope(np.zeros(1, np.int64), np.full(1, UNCARRIED))
    points = [(int(x), int(y)) for x, y in zip(at[known], price[known], strict=True)]
    points = [(0, points[0][1]), *points] if points[0][0] > 0 else points
    hull: list[tuple[int, int]] = []
    for x, y in points:
        while len(hull) > 1:
            (x1, y1), (x2, y2) = hull[-2:]
            if (y2 - y1) * (x - x1) < (y - y1) * (x2 - x1):
                break
            hull.pop()
        hull.append((x, y))
    return Envelope(np.array([x for x, _ in hull], np.int64), np.array([y for _, y in hull], np.int64))
