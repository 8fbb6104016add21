"""Goods ordered anew: units and money are conserved, and one period agrees with the newsvendor's closed form."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import comb

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.kernels.plan.scenes import MONDAY, cents, order, scene
from tests.kernels.simulate.worlds import ground

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.run import Run
from doorstep.kernels.simulate.changes import Placed, Replenishment
from doorstep.kernels.simulate.check import check
from doorstep.kernels.simulate.problem import SimulateParams, SimulateProblem
from doorstep.kernels.simulate.result import Outcome, SimulateResult
from doorstep.kernels.simulate.scenario import Scenario
from doorstep.kernels.simulate.simulate import simulate

TERMS = Replenishment(1, 3, cents(250), 200_000)


def placed(problem: SimulateProblem, target: int, reorder: int) -> tuple[Placed, ...]:
    world = problem.ground
    return tuple(Placed(a.site, b.sku, target, min(reorder, target)) for a in world.sites for b in world.products)


def units_at_end(result: SimulateResult, outcome: Outcome) -> int:
    begin = sum(level.on_hand for level in result.world.problem.stock)
    return begin + int(outcome.first.received.sum()) - int(outcome.first.shipments.content_units.sum())


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.integers(0, 30),
    st.integers(0, 6),
    st.integers(0, 6),
    st.tuples(st.integers(1, 4), st.integers(0, 3)),
    st.integers(1, 2),
)
def test_units_and_money_are_conserved(
    seed: int, target: int, reorder: int, lead: tuple[int, int], batches: int
) -> None:
    terms = Replenishment(lead[0], sum(lead), cents(250), 200_000)
    plain = SimulateProblem(ground(seed), ("nearest", "priority"))
    scenario = Scenario(placement=placed(plain, target, reorder), replenish=terms)
    problem = replace(plain, scenario=scenario)
    params = SimulateParams(samples=20, batches_per_day=batches)
    result = simulate(problem, params, Run(seed=seed))
    assert check(problem, params, result) == ()
    for one in result.outcomes:
        assert units_at_end(result, one) == int(one.first.stock_units[-1])
        ordered, due = one.first.ordered, one.first.ordered.due_day
        last = result.first_day + len(one.first.stock_units) - 1
        announced = sum(row[3] for row in _announced(result))
        assert int(ordered.units[due <= last].sum()) + announced == int(one.first.received.sum())
        parts = sum(int(one.first.shipments.parts_minor[:, n].sum()) for n in range(6))
        assert one.figures["cost_total"] == parts
        assert one.days.supply_minor.sum() == one.figures["supply_cost"]


def _announced(result: SimulateResult) -> list[tuple[float, str, str, int]]:
    """Rows of what was announced and came within the days."""
    world, slots = result.world.problem, result.world.slots
    begin = slots[0].now - timedelta(days=1) / sum(slot.day == slots[0].day for slot in slots)
    rows = [one for one in world.inbound if begin <= one.expected_at <= slots[-1].now]
    return [(one.expected_at.timestamp(), one.site, one.sku, one.quantity) for one in rows]


def test_base_stock_is_filled_up_after_its_lead_time() -> None:
    """One a day goes, ordered at its end, on the shelf two days later; the first two days live off the target."""
    orders = [order(f"o{n}", "mug", at=MONDAY + timedelta(days=n)) for n in range(5)]
    scenario = Scenario(placement=(Placed("a", "mug", 2, 1),), replenish=Replenishment(2, 2, cents(100), 365_000))
    problem = SimulateProblem(scene(orders, {"a": {"mug": 9}}), ("nearest",), scenario)
    params = SimulateParams(patience_days=0)
    result = simulate(problem, params)
    assert check(problem, params, result) == ()
    (one,) = result.outcomes
    assert one.first.ordered.units.tolist() == [1] * 5
    assert (one.first.ordered.due_day - one.first.ordered.day).tolist() == [2] * 5
    assert one.first.stock_units.tolist() == [1, 0, 0, 0, 0]
    assert one.figures["stockouts"] == 0
    # Each of five orders costs 100; a mug is worth 1.00, so that one lying for a day costs a thousandth of it.
    assert one.figures["supply_cost"] == 500


def test_drawn_lead_times_hang_on_the_seed_and_not_on_the_policy() -> None:
    problem = SimulateProblem(ground(3), ("nearest", "priority"))
    problem = replace(problem, scenario=Scenario(placement=placed(problem, 4, 3), replenish=TERMS))
    first, again, other = (simulate(problem, SimulateParams(), Run(seed=seed)) for seed in (1, 1, 2))

    def leads(result: SimulateResult, at: int) -> dict[tuple[int, int, int], int]:
        one = result.outcomes[at].first.ordered
        keys = zip(one.site.tolist(), one.sku.tolist(), one.day.tolist(), strict=True)
        return dict(zip(keys, (one.due_day - one.day).tolist(), strict=True))

    assert leads(first, 0) == leads(again, 0)
    shared = leads(first, 0).keys() & leads(first, 1).keys()
    assert len(shared) > 5
    assert all(leads(first, 0)[key] == leads(first, 1)[key] for key in shared)
    assert leads(first, 0) != leads(other, 0)
    assert set(leads(first, 0).values()) == {1, 2, 3}


OVER, UNDER, CAME, CHANCE = (
    40.0,
    60.0,
    24,
    0.5,
)  # of a unit left, and of one missing; orders, of which each comes or not


def newsvendor(target: int) -> float:
    """Expected cost of a target with binomial demand (Arrow, Harris, Marschak 1951)."""
    mass = [comb(CAME, d) * CHANCE**d * (1 - CHANCE) ** (CAME - d) for d in range(CAME + 1)]
    return sum(p * (OVER * max(0, target - d) + UNDER * max(0, d - target)) for d, p in enumerate(mass))


def test_one_period_agrees_with_the_newsvendor() -> None:
    """Each order comes with chance one half, so demand is binomial; what is left and what is missing costs as told."""
    orders = [order(f"o{n}", "mug", at=MONDAY + timedelta(minutes=n)) for n in range(CAME)]
    world, seeds, found = scene(orders, {"a": {"mug": 0}}), 80, {}
    best = min(range(CAME + 1), key=newsvendor)
    for target in (best - 3, best, best + 3):
        scenario = Scenario(demand_ppm=500_000, placement=(Placed("a", "mug", target, 0),))
        params = SimulateParams(patience_days=0, seeds=seeds)
        (one,) = simulate(SimulateProblem(world, ("nearest",), scenario), params).outcomes
        costs = [
            OVER * float(days.stock_units[-1]) + UNDER * float(days.orders.sum() - days.planned.sum())
            for days in one.of_seeds
        ]
        mean = sum(costs) / seeds
        error = (sum((cost - mean) ** 2 for cost in costs) / (seeds - 1) / seeds) ** 0.5
        assert abs(mean - newsvendor(target)) < 4 * error
        found[target] = mean
    assert min(found, key=lambda one: found[one]) == best


@pytest.mark.parametrize(
    "scenario",
    [
        {"replenish": TERMS},
        {"replenish": Replenishment(0, 1), "placement": (Placed("a", "mug", 1, 0),)},
        {"placement": (Placed("a", "mug", 1, 2),)},
        {"placement": (Placed("a", "mug", 1, 0),) * 2},
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(scenario: dict[str, object]) -> None:
    with pytest.raises(InvalidProblem):
        Scenario(**scenario)  # type: ignore[arg-type]
