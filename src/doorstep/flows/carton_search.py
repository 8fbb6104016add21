"""The search for cartons to stock: what each order costs in each of them, and what it costs in none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from doorstep.domain.catalog import Carton
from doorstep.domain.packing import Basket, Good
from doorstep.flows.carton_trials import Bench
from doorstep.flows.pack_problem import asked
from doorstep.kernels.pack.assortment import Assortment, AssortmentProblem, assortments, one_box_prices
from doorstep.kernels.pack.problem import UNCARRIED, IntArray
from doorstep.kernels.pack.result import OWN_BOX, PackResult

MORE = 3  # cartons beyond the number asked for, so that the curve shows what one more would bring


@dataclass(frozen=True, slots=True)
class Singles:
    """Goods of orders of several units. One that no carton holds keeps its order from being packed, however parted."""

    baskets: tuple[Basket, ...]
    pays: tuple[int, ...]
    times: tuple[int, ...]  # orders


def search(bench: Bench, cartons: Sequence[Carton], today: PackResult, count: int) -> tuple[Assortment, ...]:
    """Choose 1, 2, ... cartons, a few more than asked for."""
    singles = singles_of(bench)
    pays = (*bench.prices.pays, *singles.pays) if bench.prices.pays else ()
    of = asked((*bench.kinds.baskets, *singles.baskets), cartons, replace(bench.prices, pays=pays))
    prices = one_box_prices(of.problem, bench.params, bench.run)
    whole, alone = prices[: len(bench.kinds.baskets)], prices[len(bench.kinds.baskets) :]
    problem = AssortmentProblem(
        price_minor=np.concatenate((whole, np.where(alone < UNCARRIED, 0, UNCARRIED))),
        times=np.array((*bench.kinds.times, *singles.times), np.int64),
        otherwise_minor=np.append(otherwise(bench, whole, today), np.full(len(alone), bench.unplanned_minor)),
        count=min(count + MORE, len(cartons)),
    )
    return assortments(problem, bench.run)


def singles_of(bench: Bench) -> Singles:
    counted: dict[tuple[Good, int], int] = {}
    pays = bench.prices.pays or (0,) * len(bench.kinds.baskets)
    for basket, times, table in zip(bench.kinds.baskets, bench.kinds.times, pays, strict=True):
        if _units(basket) > 1:
            for good, _ in basket.lines:
                if not good.ships_in_own_box:
                    counted[good, table] = counted.get((good, table), 0) + times
    return Singles(
        tuple(Basket(f"g{at}", ((good, 1),)) for at, (good, _) in enumerate(counted, start=1)),
        tuple(table for _, table in counted),
        tuple(counted.values()),
    )


def otherwise(bench: Bench, prices: IntArray, today: PackResult) -> IntArray:
    """What an order costs that no chosen carton holds.

    Of several units: twice its price in the dearest carton that would hold it, as it will be parted, but not more than
    an order left unplanned costs. A single unit is left, unless it travels in its own box, for what that costs today.
    """
    several = np.array([_units(basket) > 1 for basket in bench.kinds.baskets], np.bool_)
    dearest = np.where(prices < UNCARRIED, prices, 0).max(axis=1, initial=0)
    parted = np.where(several & (dearest > 0), 2 * dearest, bench.unplanned_minor)
    costs = np.minimum(parted, bench.unplanned_minor)
    bare = today.parcel_load[(today.parcel_carton == OWN_BOX) & ~several[today.parcel_load]]
    costs[bare] = np.minimum(costs[bare], today.load_price_minor[bare])
    return np.asarray(costs, np.int64)


def _units(basket: Basket) -> int:
    return sum(quantity for _, quantity in basket.lines)
