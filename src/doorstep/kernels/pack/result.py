"""What packing gives: parcels with their layouts, what was left, and what is proven."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.kernels.pack.layout import Layouts
from doorstep.kernels.pack.problem import BoolArray, IntArray

OWN_BOX = -1
"""In place of a carton: the unit travels as it is."""

TOO_LARGE, TOO_HEAVY, NOT_CARRIED, NO_LAYOUT = 1, 2, 3, 4
"""Why units were left: larger than every carton; heavier; no carrier's table covers them; no layout was found."""


@dataclass(frozen=True, slots=True)
class PackResult:
    """p parcels of m orders, in the order of the orders.

    Parameters
    ----------
    parcel_load, parcel_carton
        [p] order, and carton or OWN_BOX.
    parcel_outer_mm, parcel_weight_g, parcel_billed_g
        [p, 3], [p], [p] outside as it is billed, gross weight, billed weight.
    parcel_parts_minor
        [p, 3] price of the carton, of the void fill, of freight.
    layouts
        p layouts, [u, 7] item, x, y, z, dx, dy, dz in mm from the carton's inner near corner, wrapping included, in
        an order in which the units can be put in from the top.
    left_load, left_item, left_quantity, left_reason
        [l] units in no parcel: TOO_LARGE, TOO_HEAVY, NOT_CARRIED or NO_LAYOUT.
    load_price_minor, load_bound_minor
        [m] price of an order's parcels, and what no other parcels of the same units can undercut.
    """

    parcel_load: IntArray
    parcel_carton: IntArray
    parcel_outer_mm: IntArray
    parcel_weight_g: IntArray
    parcel_billed_g: IntArray
    parcel_parts_minor: IntArray
    layouts: Layouts
    left_load: IntArray
    left_item: IntArray
    left_quantity: IntArray
    left_reason: IntArray
    load_price_minor: IntArray
    load_bound_minor: IntArray

    @property
    def load_proven(self) -> BoolArray:
        """[m] no other parcels are cheaper; the rest is heuristic."""
        return self.load_price_minor <= self.load_bound_minor


def joined(parts: list[PackResult]) -> PackResult:
    """Put the results of consecutive orders together, each numbered from 0."""
    loads = np.cumsum([0, *(len(part.load_price_minor) for part in parts)])
    units = np.cumsum([0, *(len(part.layouts.rows) for part in parts)])
    none = np.zeros(0, np.int64)

    def chain(name: str) -> IntArray:
        return np.concatenate([none, *(getattr(part, name) for part in parts)])

    def rows(arrays: list[IntArray], columns: int) -> IntArray:
        return np.concatenate([np.zeros((0, columns), np.int64), *arrays])

    return PackResult(
        parcel_load=np.concatenate([none, *(p.parcel_load + at for p, at in zip(parts, loads, strict=False))]),
        parcel_carton=chain("parcel_carton"),
        parcel_outer_mm=rows([part.parcel_outer_mm for part in parts], 3),
        parcel_weight_g=chain("parcel_weight_g"),
        parcel_billed_g=chain("parcel_billed_g"),
        parcel_parts_minor=rows([part.parcel_parts_minor for part in parts], 3),
        layouts=Layouts(
            np.concatenate(
                [none, *(p.layouts.start[:-1] + at for p, at in zip(parts, units, strict=False)), units[-1:]]
            ),
            rows([part.layouts.rows for part in parts], 7),
        ),
        left_load=np.concatenate([none, *(p.left_load + at for p, at in zip(parts, loads, strict=False))]),
        left_item=chain("left_item"),
        left_quantity=chain("left_quantity"),
        left_reason=chain("left_reason"),
        load_price_minor=chain("load_price_minor"),
        load_bound_minor=chain("load_bound_minor"),
    )
