"""An order decided by itself sees what the plan saw: what others hold, today's rules, the days of the calendars."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from tests.kernels.plan.builders import Shape, problems, seeded
from tests.kernels.plan.hauling import with_linehauls
from tests.kernels.plan.scenes import MONDAY, order, scene

from doorstep.domain.rules import Rule, RuleScope
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.alone import Setting, decide_alone, with_orders
from doorstep.kernels.plan.plan import PlanParams, PlanProblem, PlanResult, plan
from doorstep.kernels.plan.taken import Taken
from doorstep.kernels.run import Run

ROOMY = Shape(stock=4, orders=6, capacity=0.6, faults=0)


def held_alike(result: PlanResult) -> None:
    """What a plan's parcels hold is what its ledger lacks."""
    reasons = result.reasons
    market, table = reasons.market, reasons.table
    of = Taken.of(market, table, reasons.assignment)
    by = Taken.by(market, table.terms.lanes, result.plan.parcels)
    assert (of.stock == by.stock).all()
    rows = np.zeros_like(of.rows)
    if by.rows.size:
        rows[:, by.start - of.start : by.start - of.start + by.rows.shape[1]] = by.rows
    assert (rows == of.rows).all()


@settings(max_examples=25, deadline=None)
@given(problems(ROOMY))
def test_what_parcels_hold_is_what_the_ledger_lacks(problem: PlanProblem) -> None:
    held_alike(plan(problem, None, Run(iterations=20)))


@pytest.mark.parametrize("seed", range(6))
def test_what_goes_by_a_linehaul_counts_for_it(seed: int) -> None:
    rng = Random(seed)
    held_alike(plan(with_linehauls(rng, seeded(seed, ROOMY)), None, Run(iterations=20)))


def test_rules_are_those_of_the_day_of_the_plan() -> None:
    """Kept back until Monday; by its own date, the later order would not be bound."""
    first, later = order("first", "b"), order("later", ("a", 2), at=MONDAY + timedelta(days=2))
    rule = Rule("reserve", "safety_stock", RuleScope(until=MONDAY.date() + timedelta(days=1), skus=("a",)), units=1)
    problem = replace(scene([first, later], {"x": {"a": 2, "b": 1}}), rules=(rule,))
    assert [one.order for one in plan(problem).plan.unplanned] == ["later"]
    setting = Setting.of(problem, PlanParams(), PackParams(), {})
    alone = decide_alone(with_orders(problem, [later]), setting)
    own = decide_alone(with_orders(problem, [later]), replace(setting, today=later.placed_at.date()))
    assert alone is not None
    assert own is not None
    assert (alone.served, own.served) == ([False], [True])


def test_orders_that_go_together_share_what_there_is() -> None:
    problem = scene([order("1", "a"), order("2", "a")], {"x": {"a": 1}})
    setting = Setting.of(problem, PlanParams(), PackParams(), {})
    each = decide_alone(problem, setting)
    assert each is not None
    assert each.served == [True, True]
    assert decide_alone(problem, setting, together=True) is None
