"""The policies that decide order by order, without and with prices learned from the batches before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.kernels.plan.bidding import DAY, day_of, world
from tests.kernels.plan.scenes import MONDAY
from tests.kernels.simulate.worlds import ground

from doorstep.kernels.plan.bid import BidParams
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.run import Run
from doorstep.kernels.simulate.check import check
from doorstep.kernels.simulate.problem import USUAL_POLICIES, Policy, SimulateParams, SimulateProblem
from doorstep.kernels.simulate.simulate import simulate

ORDER_BY_ORDER: tuple[Policy, ...] = ("plan_alone", "plan_priced")
LEARNING = BidParams(recent_days=1, horizon_days=1, few_units=0, newest_ppm=1_000_000)
KEEPING = SimulateParams(keep_plans=True, patience_days=1)


def three_days(germans: int = 3, french: int = 2) -> PlanProblem:
    """Three days of orders; on Monday goods for all, then what is in Berlin is short."""
    orders = [one for day in range(3) for one in day_of(germans, french, MONDAY + day * DAY)]
    return replace(world(orders, berlin=7, hamburg=9), now=None)


def test_goods_are_kept_for_those_whom_nobody_else_can_serve() -> None:
    # Seven in Berlin: on Monday five go at once, for nothing is known yet; of the two left the French get both at
    # prices, and the Germans, who come first on Tuesday, without.
    orders = [*day_of(3, 2), *day_of(3, 0, MONDAY + DAY), *day_of(0, 2, MONDAY + DAY * 2)]
    problem = replace(world(orders, berlin=7, hamburg=9), now=None)
    params = SimulateParams(bids=LEARNING, patience_days=0)
    alone, priced = simulate(SimulateProblem(problem, ORDER_BY_ORDER), params).outcomes
    assert (alone.figures["planned"], priced.figures["planned"]) == (8, 10)
    assert alone.figures["stockouts"] == 2
    assert priced.figures["objective"] == 3 * 500 + 3 * 520 + 4 * 900


@pytest.mark.parametrize("seed", range(4))
def test_the_verifier_accepts_what_is_decided_order_by_order(seed: int) -> None:
    problem = SimulateProblem(ground(seed), ORDER_BY_ORDER)
    assert check(problem, KEEPING, simulate(problem, KEEPING)) == ()


def test_nothing_that_comes_later_moves_a_price() -> None:
    known = three_days()
    changed = [one for one in known.orders if one.placed_at < MONDAY + 2 * DAY]
    changed += day_of(0, 30, MONDAY + 2 * DAY)
    params = SimulateParams(bids=LEARNING, patience_days=0)
    sent = []
    for orders in (known.orders, tuple(changed)):
        (outcome,) = simulate(SimulateProblem(replace(known, orders=orders), ("plan_priced",)), params).outcomes
        shipments = outcome.first.shipments
        early = shipments.slot < 2
        names = [orders[i].order for i in shipments.order[early].tolist()]
        sent.append((names, shipments.site[early].tolist(), shipments.ship_day[early].tolist()))
    assert len(sent[0][0]) > 5
    assert sent[0] == sent[1]


def test_equal_seeds_give_equal_shipments_and_more_batches_learn_more_often() -> None:
    problem = SimulateProblem(three_days(5, 3), ("plan_priced",))
    params = SimulateParams(batches_per_day=3, bids=LEARNING)
    first, second = (simulate(problem, params, Run(seed=4)).outcomes[0] for _ in range(2))
    assert first.figures == second.figures
    assert first.first.shipments.site.tolist() == second.first.shipments.site.tolist()


def test_they_are_compared_only_when_they_are_named() -> None:
    assert not set(USUAL_POLICIES) & set(ORDER_BY_ORDER)
    assert SimulateProblem(three_days()).policies == USUAL_POLICIES
