"""The carbon of parcels of a plan: of those chosen, and of those that explanations name. It decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.emission import Footprint, sum_of
from doorstep.domain.landmass import landmass
from doorstep.domain.place import Place
from doorstep.kernels.carbon.carbon import carbon_of_pairs
from doorstep.kernels.carbon.great_circle import great_circle_m, radians_of
from doorstep.kernels.carbon.problem import MAX_WEIGHT_G, UNKNOWN, CarbonProblem, CarbonTables, compile_factors
from doorstep.kernels.plan.market import BoolArray, IntArray, Market
from doorstep.kernels.plan.relays import Relays

Sent = tuple[tuple[int, int, int], ...]  # (site, service, gross grams) of each parcel of an option


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
        known = self.located[order] & (weight_g <= MAX_WEIGHT_G)
        problem = CarbonProblem(
            self.tables,
            np.where(known, weight_g, 0),
            np.where(known, self._metres(order, site, service), UNKNOWN),
            self.order_land[order] != self.site_land[site],
        )
        grams = carbon_of_pairs(problem, service).T.tolist()
        return [Footprint(*one) if there else None for one, there in zip(grams, known.tolist(), strict=True)]

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


def ways(market: Market) -> Ways | None:
    """Prepare the reckoning; None: the problem brings no factors."""
    problem = market.problem
    if not problem.emission_factors:
        return None
    orders, sites = [one.place for one in problem.orders], [one.place for one in problem.sites]
    land: dict[str, int] = {}
    return Ways(
        tables=compile_factors(problem.emission_factors, problem.tariff.services),
        order_at=radians_of(orders),
        site_at=radians_of(sites),
        located=np.array([place.located for place in orders], bool),
        order_land=_lands(orders, land),
        site_land=_lands(sites, land),
        relays=market.relays,
    )


def _lands(places: Iterable[Place], land: dict[str, int]) -> IntArray:
    return np.array([land.setdefault(landmass(one.country), len(land)) for one in places], np.int64)
