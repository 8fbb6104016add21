"""Whether a tariff asks more for more, so that of two parcels one is known to be no dearer before they are rated."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.plan.market import BoolArray
from doorstep.kernels.rate.compiled import FLOOR, NO_LEAST, OVER_WEIGHT_G
from doorstep.kernels.rate.tables import TariffTables


def rises_with_weight(tariff: TariffTables) -> bool:
    """Say whether a heavier or dearer parcel of the same size never costs less on any service."""
    ladders = tariff.ladders
    rises = np.diff(ladders.price_parts * 1.0 / ladders.parts_per_minor) >= 0
    return bool((rises | _seams(tariff)).all() and _only_adds(tariff) and not _divides_by(tariff, OVER_WEIGHT_G))


def rises_with_size(tariff: TariffTables) -> bool:
    """Say whether a parcel of which no edge is longer and which weighs no more never costs more on any service.

    Edges are compared in order of their lengths. It holds with all freight rates cut by one share, too: so steps of a
    ladder must be told in the same parts, since each is rounded down to its own.
    """
    ladders = tariff.ladders
    rises = (np.diff(ladders.price_parts) >= 0) & (np.diff(ladders.parts_per_minor) == 0)
    return bool((rises | _seams(tariff)).all() and _only_adds(tariff) and _divides_by_less(tariff))


def _seams(tariff: TariffTables) -> BoolArray:
    """Tell where one ladder ends and the next begins, between all breaks."""
    start, breaks = tariff.ladders.start, len(tariff.ladders.price_parts)
    found = np.zeros(max(0, breaks - 1), bool)
    found[start[(start > 0) & (start < breaks)] - 1] = True
    return found


def _only_adds(tariff: TariffTables) -> bool:
    """Whether no surcharge gives anything, or adds less to a dearer parcel."""
    charges = tariff.charges
    gives = (charges.amount < 0) | ((charges.least < 0) & (charges.least != NO_LEAST))
    fills = (charges.kind == FLOOR).any()  # two that fill up one amount fall together as it rises
    return not bool(gives.any() or fills)


def _divides_by(tariff: TariffTables, when: int) -> bool:
    return bool((tariff.offers.dim_when == when).any())


def _divides_by_less(tariff: TariffTables) -> bool:
    """Whether a parcel that meets more conditions is never billed by a greater divisor; 0 divides by all there is."""
    offers = tariff.offers
    for service, usual in enumerate(offers.dim_divisor.tolist()):
        some = offers.dim_other[offers.dim_start[service] : offers.dim_start[service + 1]].tolist()
        divisors = [one or np.inf for one in (*some, usual)]  # the strongest condition's first
        if divisors != sorted(divisors):
            return False
    return True
