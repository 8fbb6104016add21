"""Where the ways of a plan's parcels lead: for the carbon of those that are chosen or named, and for what it weighs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from doorstep.domain.landmass import landmass
from doorstep.domain.place import Place
from doorstep.kernels.carbon.great_circle import radians_of
from doorstep.kernels.carbon.problem import compile_factors
from doorstep.kernels.plan.grams import Ways
from doorstep.kernels.plan.market import IntArray, Market


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
