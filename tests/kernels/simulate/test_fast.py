"""The fast mode: what it sends is accepted by the verifier, and near what the full mode does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from tests.kernels.plan.scenes import HAMBURG, MONDAY, MUNICH, call, order, product, rate, scene, site
from tests.kernels.simulate.worlds import ground

from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.run import Run
from doorstep.kernels.simulate.check import check
from doorstep.kernels.simulate.classes import keys_of, representatives, wants_of
from doorstep.kernels.simulate.problem import SimulateParams, SimulateProblem
from doorstep.kernels.simulate.simulate import simulate

PLAIN = SimulateParams(samples=20)


def two_sites(days: int = 3, each: int = 6, stock: int = 30) -> PlanProblem:
    """Orders to two cities, two products, one site in each."""
    orders = [
        order(
            f"o{day}-{n}",
            "mug",
            *(["plate"] if n % 3 == 0 else []),
            place=HAMBURG if n % 2 else MUNICH,
            at=MONDAY + timedelta(days=day, minutes=n),
        )
        for day in range(days)
        for n in range(each)
    ]
    sites = [site("south", MUNICH, order_fee=30, unit_fee=7), site("north", HAMBURG, order_fee=50, unit_fee=5)]
    return scene(orders, {name: {"mug": stock, "plate": stock} for name in ("south", "north")}, sites=sites)


@pytest.mark.parametrize("seed", range(3))
def test_the_verifier_accepts_what_it_sends(seed: int) -> None:
    problem = SimulateProblem(ground(seed), ("fast", "nearest"))
    result = simulate(problem, PLAIN)
    assert check(problem, PLAIN, result) == ()


def test_with_goods_for_all_it_does_what_the_full_mode_does() -> None:
    """Every class has one basket here, so tables are exact, and nothing is short, so prices are none."""
    problem = SimulateProblem(two_sites(stock=900), ("plan", "fast"))
    result = simulate(problem, PLAIN)
    assert check(problem, PLAIN, result) == ()
    full, fast = result.outcomes
    assert fast.figures == full.figures
    assert result.fast is not None
    assert result.fast.by_table_ppm == 1_000_000
    assert result.fast.classes == 4
    assert all(not one.value for one in result.fast.differences.values())


def test_what_no_single_site_holds_is_split_by_the_plan_kernel() -> None:
    problem = two_sites(1, 6)
    stock = tuple(replace(one, on_hand=30 * ((one.site == "south") == (one.sku == "mug"))) for one in problem.stock)
    asked = SimulateProblem(replace(problem, stock=stock), ("fast",))
    result = simulate(asked, PLAIN)
    assert check(asked, PLAIN, result) == ()
    (fast,) = result.outcomes
    assert fast.figures["planned"] == 6
    assert fast.figures["split_rate"] == pytest.approx(2 / 6)
    assert result.fast is not None
    assert result.fast.by_table_ppm == 500_000  # four parcels of eight


def test_rooms_of_a_day_hold() -> None:
    problem = two_sites(2, 8)
    sites = tuple(replace(one, daily_order_capacity=3) for one in problem.sites)
    calls = (call("south", "post", capacity=2), call("north", "post"))
    asked = SimulateProblem(replace(problem, sites=sites, collections=calls), ("fast",))
    result = simulate(asked, PLAIN)
    assert check(asked, PLAIN, result) == ()


def test_equal_seeds_give_equal_shipments_and_nothing_later_moves_them() -> None:
    known = two_sites(3, 8, stock=7)
    fewer = replace(known, orders=tuple(one for one in known.orders if one.placed_at < MONDAY + timedelta(days=2)))
    sent = []
    for problem in (known, known, fewer):
        asked = SimulateProblem(problem, ("fast",))
        shipments = simulate(asked, PLAIN, Run(seed=5)).outcomes[0].first.shipments
        early = shipments.slot < 2
        sent.append(
            (shipments.order[early].tolist(), shipments.site[early].tolist(), shipments.cost_minor[early].tolist())
        )
    assert len(sent[0][0]) > 8
    assert sent[0] == sent[1] == sent[2]


def test_orders_share_a_class_when_they_are_as_heavy_and_as_large() -> None:
    goods = [product("mug", weight=500), product("cup", weight=510), product("plate", weight=5_000)]
    orders = [order("a", "mug"), order("b", "cup"), order("c", "plate"), order("d", "mug", residential=False)]
    problem = scene(orders, {"x": {"mug": 1, "cup": 1, "plate": 1}}, goods, rates=[rate("post", 500)])
    sku = {one.sku: j for j, one in enumerate(problem.products)}
    wants = wants_of(problem.orders, sku)
    keys = keys_of(problem, wants, np.zeros(4, np.int64), False)
    standing, of = representatives(keys, wants.plain)
    assert len(standing) == 3
    assert of[0] == of[1]
    assert len({int(one) for one in of}) == 3
    assert len(np.unique(keys_of(problem, wants, np.zeros(4, np.int64), True))) == 4
