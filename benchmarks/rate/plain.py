"""The cheapest price as one would find it in plain numpy."""

from __future__ import annotations

import numpy as np
from benchmarks.rate.instance import STEPS
from numpy.typing import NDArray

from doorstep.kernels.rate import Parcels, TariffTables


def cheapest(tables: TariffTables, parcels: Parcels) -> NDArray[np.int64]:
    """Find the cheapest price as one would in numpy: gross or volume, step, residential, remote, two sizes, fuel."""
    best = np.full(len(parcels), np.iinfo(np.int64).max)
    volume, length = parcels.size_mm.prod(axis=1), parcels.size_mm.max(axis=1)
    girth = 2 * parcels.size_mm.sum(axis=1) - length
    lanes, ladders = tables.lanes, tables.ladders
    row, column = lanes.origin_class[parcels.origin], lanes.destination_class[parcels.destination]
    for s, offer in enumerate(tables.services):
        billed = np.maximum(parcels.weight_g, -(-volume // offer.dim_divisor_cm3_per_kg))
        code = lanes.code[row, column, s]
        step = np.minimum(-(-billed // 500) - 1, STEPS - 1)
        price = ladders.price_minor[ladders.start[ladders.of[code >> 1, 0]] + np.maximum(step, 0)]
        price = price + 195 * parcels.residential + 450 * (code & 1) + 625 * (length > 1_000) + 1_800 * (girth > 2_500)
        price += (price * 1_275 + 5_000) // 10_000
        fits = (parcels.weight_g <= offer.max_weight_g) & (length <= offer.max_length_mm) & (code >= 0)
        best = np.where(fits, np.minimum(best, price), best)
    return best
