"""Plans of commitments: sound, not beaten by any that can be tried, and with prices that bring them about."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.kernels.position.contracts import drawn, least_of_grid

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.position.commit import commit
from doorstep.kernels.position.commit_check import check
from doorstep.kernels.position.commit_problem import CommitParams, CommitProblem, Contract, Step
from doorstep.kernels.position.commit_result import CommitPlan, by_service
from doorstep.kernels.position.commit_settle import cheapest, costs

SEEDS = st.integers(0, 10**6)


@given(SEEDS)
@settings(max_examples=60, deadline=None)
@example(2163)  # a minimum that is reached but for the solver's rounding
def test_no_plan_that_can_be_tried_is_cheaper(seed: int) -> None:
    problem = drawn(seed)
    plan = commit(problem, CommitParams(gap=0.0))
    assert check(problem, plan) == ()
    assert plan.cost_minor <= least_of_grid(problem, 24) + 1e-3
    assert plan.gap < 1e-6


@given(SEEDS)
@settings(max_examples=25, deadline=None)
def test_larger_plans_are_sound_and_never_dearer_than_the_cheapest_way(seed: int) -> None:
    problem = drawn(seed, lanes=5, services=3, scenarios=4)
    plan = commit(problem)
    assert check(problem, plan) == ()
    assert plan.cost_minor <= costs(problem, cheapest(problem)).mean() + 1e-6


@given(SEEDS)
@settings(max_examples=40, deadline=None)
def test_each_share_goes_where_its_price_bent_is_least(seed: int) -> None:
    """Complementary slackness: prices alone bring the plan about, but for ties."""
    problem = drawn(seed, lanes=4, services=3, scenarios=3)
    plan = commit(problem, CommitParams(gap=0.0))
    bent = np.where(problem.eligible, problem.price_minor + plan.bent, np.inf)
    busy = problem.demand.sum(axis=0) > 0
    apart = np.where(plan.share > 1e-6, bent - bent.min(axis=1, keepdims=True), 0.0)[busy]
    assert apart.max(initial=0.0) < 1e-3


def two_carriers(*contracts: Contract, parcels: float = 100.0) -> CommitProblem:
    """One busy lane and a quiet one: the first service is dearer by 10 and by 40 minor units."""
    price = np.array([[410.0, 400.0], [540.0, 500.0]])
    demand = np.array([[parcels, parcels / 2]])
    return CommitProblem(("busy", "quiet"), ("slow", "fast"), price, np.ones((2, 2), bool), demand, contracts)


FIRST = np.array([[True, False], [True, False]])


def test_without_contracts_every_parcel_goes_the_cheapest_way() -> None:
    problem = two_carriers()
    plan = commit(problem)
    assert (plan.share == cheapest(problem)).all()
    assert not plan.bent.any()
    assert plan.margins == ()


def test_a_minimum_is_filled_from_the_lane_where_it_costs_least() -> None:
    plan = commit(two_carriers(Contract("m", "minimum", FIRST, (Step(60, 100_000_000),), account="post")))
    assert plan.share[:, 0] == pytest.approx([0.6, 0.0])
    assert plan.worths[0].volume_minor == pytest.approx(-10.0)
    assert plan.bent[0] == pytest.approx([-10.0, 0.0])
    (margin,) = plan.margins
    assert margin.more_minor == pytest.approx(-10.0)  # ten less is paid for the parcel that need not be moved
    assert margin.less_minor == pytest.approx(10.0)


def test_at_a_kink_a_parcel_more_and_a_parcel_less_are_worth_different_things() -> None:
    """The busy lane fills the minimum to the parcel: less is fetched from the dear lane, more spares the near one."""
    plan = commit(two_carriers(Contract("m", "minimum", FIRST, (Step(100, 100_000_000),), account="post")))
    (margin,) = plan.margins
    assert margin.more_minor == pytest.approx(-10.0)
    assert margin.less_minor == pytest.approx(40.0)


def test_a_step_out_of_reach_is_not_bent_for() -> None:
    plan = commit(two_carriers(Contract("r", "all_units", FIRST, (Step(1_000, 50_000_000),))))
    assert plan.share[:, 0].sum() == 0
    assert plan.cost_minor == pytest.approx(65_000)


def test_a_rebate_on_all_draws_as_many_parcels_as_it_takes() -> None:
    """A rebate of 25 each from 120 parcels on: 100 from the busy lane gain, 20 of the quiet one lose 15 each."""
    plan = commit(two_carriers(Contract("r", "all_units", FIRST, (Step(120, 25_000_000),))))
    assert plan.share[:, 0] == pytest.approx([1.0, 0.4])
    assert plan.cost_minor == pytest.approx(65_000 + 100 * 10 + 20 * 40 - 120 * 25)


def test_a_growth_of_spend_may_be_rewarded_by_the_parcel() -> None:
    contract = Contract("g", "all_units", FIRST, (Step(41_000, 30_000_000),), in_spend=True, rate_of_spend=False)
    plan = commit(two_carriers(contract))
    assert plan.share[:, 0] == pytest.approx([1.0, 0.0])
    assert plan.cost_minor == pytest.approx(65_000 + 1_000 - 3_000)


def test_what_is_booked_counts() -> None:
    near = Contract("m", "minimum", FIRST, (Step(60, 100_000_000),), booked_parcels=55)
    assert commit(two_carriers(near)).share[0, 0] == pytest.approx(0.05)
    over = replace(near, kind="cap", booked_parcels=70)
    assert commit(two_carriers(over)).cost_minor == pytest.approx(65_000 + 10 * 100)


def test_the_verifier_finds_what_is_wrong() -> None:
    problem = two_carriers(Contract("m", "minimum", FIRST, (Step(60, 100_000_000),)))
    plan = commit(problem)

    def faults(**changed: object) -> str:
        return " ".join(check(problem, replace(plan, **changed)))  # type: ignore[arg-type]

    assert "no shares" in faults(share=plan.share * 0.5)
    assert "the expected cost" in faults(cost_minor=plan.cost_minor - 1)
    assert "scenario 0 costs" in faults(scenario_minor=plan.scenario_minor + 1)
    assert "is above the cost" in faults(bound_minor=plan.cost_minor + 1)
    assert "have shape" in faults(share=plan.share[:1])
    barred = replace(problem, eligible=np.array([[False, True], [True, True]]))
    assert "does not take" in " ".join(check(barred, plan))


def test_prices_by_service_are_means_over_parcels() -> None:
    bent = np.array([[-10.0, 0.0], [-40.0, 0.0]])
    assert by_service(bent, np.array([[3.0, 0.0], [1.0, 0.0]])) == pytest.approx([-17.5, 0.0])


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"steps": ()}, "has 0 steps"),
        ({"steps": (Step(5, 1), Step(5, 2))}, "do not rise"),
        ({"steps": (Step(5, 2), Step(6, 1))}, "or fall"),
        ({"kind": "minimum", "steps": (Step(1, 1), Step(2, 2))}, "has 2 steps"),
        ({"kind": "incremental", "in_spend": True}, "counts one thing"),
        ({"booked_parcels": -1}, "booked"),
        ({"fixed_minor": 5}, "fixed_minor"),
    ],
)
def test_contracts_that_cannot_be_are_refused(changed: dict[str, object], why: str) -> None:
    sound = Contract("r", "all_units", FIRST, (Step(1, 1),))
    with pytest.raises(InvalidProblem, match=why):
        replace(sound, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"price_minor": np.zeros((1, 2))}, "prices have shape"),
        ({"demand": np.zeros((0, 2))}, "demand has shape"),
        ({"demand": np.array([[-1.0, 1.0]])}, "below nothing"),
        ({"demand": np.array([[np.nan, 1.0]])}, "no number"),
        ({"eligible": np.array([[False, False], [True, True]])}, "no service takes the parcels of busy"),
        ({"contracts": (Contract("r", "cap", FIRST[:1], (Step(1),)),)}, "counts of r"),
        ({"contracts": (Contract("r", "cap", FIRST, (Step(1),)),) * 2}, "one name"),
    ],
)
def test_problems_that_cannot_be_are_refused(changed: dict[str, object], why: str) -> None:
    with pytest.raises(InvalidProblem, match=why):
        replace(two_carriers(), **changed)  # type: ignore[arg-type]


def test_equal_problems_have_equal_plans() -> None:
    def plan() -> CommitPlan:
        return commit(drawn(7, lanes=4, services=3, scenarios=4))

    assert (plan().share == plan().share).all()
    assert plan().worths == plan().worths
