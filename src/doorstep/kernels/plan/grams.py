"""How far parcels of a plan go, what they emit on their way, and what that weighs where carbon has a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.emission import Footprint, sum_of
from doorstep.kernels.carbon.carbon import carbon_of_pairs
from doorstep.kernels.carbon.great_circle import great_circle_m
from doorstep.kernels.carbon.problem import MAX_WEIGHT_G, UNKNOWN, CarbonProblem, CarbonTables
from doorstep.kernels.plan.relays import Relays

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Sent = tuple[tuple[int, int, int], ...]  # (site, service, gross grams) of each parcel of an option
GRAMS_PER_KG = 1000
MIDDLE = 1  # of low, middle, high


@dataclass(frozen=True, slots=True)
class Ways:
    """Where the orders and sites of a problem lie, and the factors of its services."""

    tables: CarbonTables
    order_at: NDArray[np.float64]  # [N, 2] radians
    site_at: NDArray[np.float64]  # [K, 2]
    located: BoolArray  # [N]
    order_land: IntArray  # [N]
    site_land: IntArray  # [K]
    relays: Relays | None  # what goes by a linehaul goes by way of its depot

    def grams(self, order: IntArray, site: IntArray, service: IntArray, weight_g: IntArray) -> list[Footprint | None]:
        """Footprints of parcels; None where the order's place is not located, or no carrier lifts it."""
        known, found = self._reckoned(order, site, service, weight_g)
        return [Footprint(*one) if there else None for one, there in zip(found.T.tolist(), known.tolist(), strict=True)]

    def middle_g(self, order: IntArray, site: IntArray, service: IntArray, weight_g: IntArray) -> IntArray:
        """Grams [n] of parcels, the middle of the three; 0 where nobody knows."""
        found: IntArray = self._reckoned(order, site, service, weight_g)[1][MIDDLE]
        return found

    def part(self, lo: int, hi: int) -> Ways:
        """Of orders lo to hi, as views."""
        mine = slice(lo, hi)
        return replace(self, order_at=self.order_at[mine], located=self.located[mine], order_land=self.order_land[mine])

    def _reckoned(
        self, order: IntArray, site: IntArray, service: IntArray, weight_g: IntArray
    ) -> tuple[BoolArray, IntArray]:
        """[n] whether it is known, and grams [3, n]."""
        known = self.located[order] & (weight_g <= MAX_WEIGHT_G)
        problem = CarbonProblem(
            self.tables,
            np.where(known, weight_g, 0),
            np.where(known, self._metres(order, site, service), UNKNOWN),
            self.order_land[order] != self.site_land[site],
        )
        return known, carbon_of_pairs(problem, service)

    def _metres(self, order: IntArray, site: IntArray, service: IntArray) -> IntArray:
        metres = great_circle_m(self.order_at[order], self.site_at[site])
        if self.relays is None:
            return metres
        there = service >= self.relays.first
        depot = self.relays.depot[np.where(there, service - self.relays.first, 0)]
        by_way = great_circle_m(self.site_at[depot], self.site_at[site])
        return np.where(there, by_way + great_circle_m(self.order_at[order], self.site_at[depot]), metres)

    def options(self, orders: Sequence[int], sent: Sequence[Sequence[Sent]]) -> list[list[Footprint | None]]:
        """Footprints of the options of each order, each of one parcel or of several; all reckoned at once."""
        flat = [(i, *parcel) for i, options in zip(orders, sent, strict=True) for one in options for parcel in one]
        columns = np.array(flat, np.int64).reshape(-1, 4).T
        found = iter(self.grams(*columns))
        return [
            [next(found) if len(one) == 1 else sum_of([next(found) for _ in one]) for one in options]
            for options in sent
        ]


@dataclass(frozen=True, slots=True)
class CarbonScale:
    """What the carbon of parcels weighs, of orders i.

    Of an order whose place is not located no way is known, wherever it comes from and whoever brings it: its value is
    0 here, so that nothing passes for clean because nobody knows it.
    """

    kg_micros: IntArray  # [i] of a kilogram
    ways: Ways
    micros_per_minor: int

    def minor(self, order: IntArray, site: IntArray, service: IntArray, weight_g: IntArray) -> IntArray:
        """[n] of parcels, rounded half up once."""
        grams = self.ways.middle_g(order, site, service, weight_g)
        unit = GRAMS_PER_KG * self.micros_per_minor
        sure, rest = np.divmod(self.kg_micros[order], unit)  # else what is worth much is beyond 64 bits
        found: IntArray = grams * sure + (2 * grams * rest + unit) // (2 * unit)
        return found

    def part(self, lo: int, hi: int) -> CarbonScale:
        """Of orders lo to hi."""
        return CarbonScale(self.kg_micros[lo:hi], self.ways.part(lo, hi), self.micros_per_minor)

    def of_quotes(self, order: IntArray, site: IntArray, weight_g: IntArray, there: BoolArray) -> IntArray:
        """[r, v] of quotes that are there, 0 of the others; `order`, `site` and `weight_g` [r]."""
        found = np.zeros(there.shape, np.int64)
        r, v = np.nonzero(there & (self.kg_micros[order] > 0)[:, None])
        found[r, v] = self.minor(order[r], site[r], v, weight_g[r])
        return found
