"""Any rules on any small problem: what is planned obeys them, and no order alone is served more cheaply under them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.plan.builders import START, Shape, problem

from doorstep.domain.rules import RULE_KINDS, Rule, RuleKind, RuleScope
from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.offer import offer
from doorstep.kernels.plan.plan import PlanProblem, plan
from doorstep.kernels.run import Run

SMALL = Shape(sites=3, services=3, cartons=3, products=4, orders=6, lines=3, capacity=0.2)
NARROWING = tuple(kind for kind in RULE_KINDS if kind != "blackout_days")  # a later day may be the cheaper one


def some_rules(rng: Random, of: PlanProblem, kinds: tuple[RuleKind, ...]) -> tuple[Rule, ...]:
    return tuple(some_rule(rng, of, n, rng.choice(kinds)) for n in range(rng.randint(1, 3)))


def some_rule(rng: Random, of: PlanProblem, number: int, kind: RuleKind) -> Rule:
    sites = tuple(sorted(rng.sample([one.site for one in of.sites], rng.randint(1, len(of.sites)))))
    services = tuple(sorted({rng.choice(of.tariff.services).service for _ in range(2)}))
    skus = tuple(sorted({rng.choice(of.products).sku for _ in range(2)}))
    scope = RuleScope(
        skus=skus if kind == "ship_together" or rng.random() < 0.4 else rng.choice(((), ("sku-*",))),
        countries=("DE", "FR") if rng.random() < 0.3 else (),
        dangerous=kind == "hazmat_ground" or rng.random() < 0.1,
        value_at_least_micros=rng.choice((None, None, 2_000_000)),
    )
    return Rule(
        f"rule-{number}",
        kind,
        scope,
        sites=sites if kind.endswith("sites") or rng.random() < 0.5 else (),
        services=services,
        carriers=("carrier-0",) if kind == "only_carriers" else (),
        of_speeds=("express",) if kind == "only_carriers" and rng.random() < 0.5 else (),
        parcels=rng.randint(1, 2) if kind == "max_parcels" else 0,
        units=rng.randint(1, 3) if kind == "safety_stock" else 0,
        share_ppm=rng.choice((0, 300_000)) if kind == "safety_stock" else 0,
        times=rng.randint(2, 5) if kind == "priority" else 1,
        days=tuple(START.date() + timedelta(days=n) for n in range(6) if rng.random() < 0.5)
        if kind == "blackout_days"
        else (),
    )


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_what_is_planned_obeys_its_rules(rng: Random) -> None:
    found = problem(rng, SMALL)
    ruled = replace(found, rules=some_rules(rng, found, RULE_KINDS))
    result = plan(ruled, None, Run(iterations=20))
    assert check(ruled, result.plan) == ()
    assert result.lower_bound_minor <= result.plan.figures.weighed_minor
    decisions = list(result.decisions())
    assert len(decisions) == result.plan.figures.planned
    names = {rule.rule for rule in ruled.rules}
    for left in result.plan.unplanned:
        if left.reason == "rule":
            assert any(f"rule {name}: " in left.detail for name in names)


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False))
def test_no_order_with_the_stock_to_itself_costs_less_under_rules_that_only_narrow(rng: Random) -> None:
    """Of an order by itself the choice is exact, so that this holds to the minor unit; of a day it need not."""
    found = problem(rng, replace(SMALL, capacity=0.0, wishes=0.0))
    ruled = replace(found, rules=some_rules(rng, found, NARROWING))
    free, bound = (plan(one, None, Run(iterations=0)).reasons for one in (found, ruled))
    exact = free.table.blocks.exact & bound.table.blocks.exact
    assert bool((bound.assignment.own_cost >= free.assignment.own_cost)[exact].all())
    served = bound.assignment.own_choice[:, 0] >= 0
    assert bool((free.assignment.own_choice[:, 0] >= 0)[served & exact & (weight(ruled) == 1)].all())


def weight(of: PlanProblem) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    ruled = plan(of, None, Run(iterations=0)).reasons.market.ruled
    assert ruled is not None
    return ruled.weight.reshape(-1)


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_cart_is_offered_what_its_rules_leave(rng: Random) -> None:
    found = problem(rng, SMALL)
    ruled = replace(found, rules=some_rules(rng, found, ("only_from_sites", "never_services", "never_split")))
    for n, one in enumerate(offer(ruled)):
        alone = plan(replace(ruled, orders=(ruled.orders[n],)), None, Run(iterations=0))
        assert bool(one.options) == (alone.plan.figures.planned == 1)
        if one.options and alone.reasons.table.asked.insists.sum() == 0:
            assert one.options[0].cost_minor == alone.plan.figures.cost_minor
