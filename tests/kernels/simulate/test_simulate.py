"""Whole simulations of small worlds: what the verifier says, what is alike, what more goods do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.plan.scenes import MONDAY, order, scene, site
from tests.kernels.simulate.worlds import ground, units

from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import HandlingCurve, Lane, TransitModel
from doorstep.kernels.plan.plan import plan
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.run import Run
from doorstep.kernels.simulate.check import check
from doorstep.kernels.simulate.problem import POLICIES, Policy, SimulateParams, SimulateProblem
from doorstep.kernels.simulate.result import Interval, SimulateResult
from doorstep.kernels.simulate.simulate import simulate

KEEPING = SimulateParams(keep_plans=True, samples=50, least_days=2)


def outcomes(result: SimulateResult) -> dict[str, dict[str, float | None]]:
    return {one.policy: one.figures for one in result.outcomes}


@pytest.mark.parametrize("seed", range(6))
def test_the_verifier_accepts_every_policy(seed: int) -> None:
    problem = SimulateProblem(ground(seed))
    params = replace(KEEPING, batches_per_day=1 + seed % 2, patience_days=seed % 3)
    result = simulate(problem, params)
    assert check(problem, params, result) == ()


def test_some_worlds_have_orders_that_wait_come_later_and_are_lost() -> None:
    """Else the test above would prove little."""
    found = [simulate(SimulateProblem(ground(seed), ("plan", "priority")), KEEPING) for seed in range(6)]
    names = ("planned", "planned_later", "stockouts", "split_rate")
    sums = {name: sum(one.outcomes[0].figures[name] or 0 for one in found) for name in names}
    assert all(sums.values()), sums
    assert any(one.inbound_before for one in found)


def test_equal_seeds_give_equal_results_and_others_other_fates() -> None:
    problem = SimulateProblem(ground(1), ("plan", "nearest"))
    first, again, other = (simulate(problem, KEEPING, Run(seed=seed)) for seed in (3, 3, 4))
    assert outcomes(first) == outcomes(again)
    assert [one.arrived_day.tolist() for one in first.outcomes] == [one.arrived_day.tolist() for one in again.outcomes]
    assert [one.arrived_day.tolist() for one in first.outcomes] != [one.arrived_day.tolist() for one in other.outcomes]


def test_the_order_of_policies_changes_no_policy() -> None:
    forth = simulate(SimulateProblem(ground(2), POLICIES), KEEPING)
    back = simulate(SimulateProblem(ground(2), POLICIES[::-1]), KEEPING)
    assert outcomes(forth) == outcomes(back)


def test_policies_that_do_the_same_differ_by_exactly_nothing() -> None:
    """One site leaves nothing to choose, so that all policies send the same."""
    orders = [order(f"o{n}", ("mug", 1 + n % 3), at=MONDAY + timedelta(hours=7 * n)) for n in range(60)]
    problem = SimulateProblem(scene(orders, {"a": {"mug": 200}}))
    result = simulate(problem, SimulateParams(seeds=3, samples=100))
    assert result.outcomes[0].differences is None
    for outcome in result.outcomes[1:]:
        assert outcome.differences is not None
        for name, found in outcome.differences.items():
            assert found.value in (0.0, None), name
            assert found.over_days in (Interval(0.0, 0.0), None), name
            assert found.over_seeds in (Interval(0.0, 0.0), None), name
        assert outcome.differences["objective"].over_days == Interval(0.0, 0.0)
        assert outcome.differences["realised_on_time"].over_seeds == Interval(0.0, 0.0)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=4),
    st.integers(0, 5),
    st.integers(1, 3),
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 3)), max_size=2),
    st.integers(0, 2),
)
def test_more_stock_never_means_more_stock_outs_of_single_units(
    wanted: list[int], held: int, more: int, coming: list[tuple[int, int]], patience: int
) -> None:
    params = SimulateParams(patience_days=patience)
    less, full = (
        simulate(SimulateProblem(units(wanted, at_hand, coming), ("plan",)), params).outcomes[0].figures
        for at_hand in (held, held + more)
    )
    assert (full["stockouts"] or 0) <= (less["stockouts"] or 0)
    assert (less["planned"] or 0) + (less["stockouts"] or 0) == sum(wanted)


@pytest.mark.parametrize("seed", range(4))
def test_a_day_in_one_batch_is_what_the_plan_kernel_makes_of_it(seed: int) -> None:
    """The policy `plan` is the plan, and `nearest` the usual rule beside it."""
    world = replace(ground(seed, days=1), inbound=())
    result = simulate(SimulateProblem(world, ("plan", "nearest")), SimulateParams(patience_days=0), Run(seed=2))
    alone = plan(replace(world, now=result.world.slots[0].now), run=Run(seed=2))
    for one, theirs in zip(result.outcomes, (alone.plan.figures, alone.baseline), strict=True):
        mine = one.figures
        assert (mine["planned"], mine["objective"]) == (theirs.planned, theirs.objective_minor)
        assert mine["expected_on_time"] == pytest.approx(theirs.expected_on_time)
        assert (mine["mean_promised_days"] or 0) == pytest.approx(theirs.mean_promised_days)
        assert (mine["split_rate"] or 0) == pytest.approx(theirs.split_rate)


def test_goods_that_come_in_serve_those_who_waited() -> None:
    problem = SimulateProblem(units([2], 1, [(2, 1)]), ("plan",), first_day=19_877)  # the Monday
    for patience, planned in ((1, 1), (2, 2)):
        params = replace(KEEPING, patience_days=patience)
        result = simulate(problem, params)
        figures = result.outcomes[0].figures
        assert (figures["planned"], figures["stockouts"]) == (planned, 2 - planned)
        assert figures["planned_later"] == planned - 1
        assert result.outcomes[0].first.waiting.tolist() == ([1, 0] if patience == 1 else [1, 1, 0])
        assert check(problem, params, result) == ()


def test_an_order_that_no_shelf_could_serve_neither_waits_nor_counts_as_stock_out() -> None:
    problem = SimulateProblem(scene([order("o", "unheard-of"), order("p")], {"a": {"mug": 1}}), ("plan", "priority"))
    result = simulate(problem, KEEPING)
    for one in result.outcomes:
        assert (one.figures["planned"], one.figures["stockouts"], one.first.waiting.max()) == (0, 0, 0)
        assert one.figures["cost_per_order"] is None
    assert check(problem, KEEPING, result) == ()


def test_a_capacity_of_a_day_holds_over_the_batches() -> None:
    orders = [order(f"o{n}", "mug", at=MONDAY + timedelta(hours=5 * n)) for n in range(8)]
    limited = replace(scene(orders, {"a": {"mug": 9}}, sites=[site("a", capacity=1)]))
    problem = SimulateProblem(limited, ("plan", "nearest"))
    params = replace(KEEPING, batches_per_day=4)
    result = simulate(problem, params)
    assert check(problem, params, result) == ()
    for one in result.outcomes:
        days = one.first.shipments.ship_day.tolist()
        assert len(days) == len(set(days)) > 3


def learned(handling: bool) -> PlanProblem:
    orders = [order(f"o{n}", "mug", at=MONDAY + timedelta(minutes=7 * n)) for n in range(1_500)]
    lane = Lane(3, "post", "", "", "DE", "", "", 100, (0, 300_000, 700_000, 850_000, 950_000, 980_000))
    left = HandlingCurve("a", "", 100, (600_000, 900_000, 960_000), (700_000, 920_000, 960_000))
    found = scene(orders, {"a": {"mug": 2_000}})
    return replace(found, transit=TransitModel(MONDAY, (lane,), (left,) if handling else ()))


@pytest.mark.parametrize("handling", [False, True])
def test_parcels_come_as_often_on_time_as_promised(handling: bool) -> None:
    """The fates are drawn from the curves that the promises rest on, so 1,500 parcels must tell the same."""
    result = simulate(SimulateProblem(learned(handling), ("nearest",)), SimulateParams(seeds=4))
    figures = result.outcomes[0].figures
    expected, realised = figures["expected_on_time"] or 0, figures["realised_on_time"] or 0
    assert 0.85 < expected < 0.99
    assert abs(realised - expected) < 4 * (expected * (1 - expected) / 6_000) ** 0.5
    never = float(np.mean(result.outcomes[0].arrived_day < 0))
    ends = 0.96 if handling else 1.0  # of what leaves all arrives at last, as the stated transit goes on
    assert abs(never - (1 - ends)) <= 4 * (ends * (1 - ends) / 1_500) ** 0.5


def test_rules_choose_as_they_say() -> None:
    """Near lies the mug, far the plate, and far has both; the third site is the nearest for neither."""
    from tests.kernels.plan.scenes import BERLIN, HAMBURG, MUNICH

    sites = [site("far", MUNICH), site("near", BERLIN), site("mid", HAMBURG)]
    stock = {"far": {"mug": 9, "plate": 9}, "near": {"mug": 9, "plate": 0}, "mid": {"mug": 9, "plate": 9}}
    both = scene([order("o", "mug", "plate", place=BERLIN)], stock, sites=sites)
    chosen: dict[Policy, list[str]] = {}
    for one in simulate(SimulateProblem(both), KEEPING).outcomes:
        chosen[one.policy] = [sites[k].site for k in one.first.shipments.site.tolist()]
    assert chosen["nearest"] == ["mid"]
    assert chosen["priority"] == ["far"]
    assert sorted(chosen["distance_then_rate"]) == ["mid", "near"]
    assert len(chosen["fewest_splits"]) == len(chosen["plan"]) == 1


def test_what_contradicts_itself_is_refused() -> None:
    plain = units([1], 1)
    for policies in ((), ("plan", "plan"), ("cheapest",)):
        with pytest.raises(InvalidProblem):
            SimulateProblem(plain, policies)  # type: ignore[arg-type]
    with pytest.raises(InvalidProblem, match="clock"):
        SimulateProblem(replace(plain, now=MONDAY))
    with pytest.raises(InvalidProblem, match="span"):
        SimulateProblem(plain, until_day=100)
    for wrong in ({"patience_days": -1}, {"batches_per_day": 0}, {"seeds": 0}, {"samples": 0}, {"level": 1.0}):
        with pytest.raises(InvalidProblem):
            SimulateParams(**wrong)


def test_nothing_placed_is_nothing_done() -> None:
    result = simulate(SimulateProblem(replace(units([1], 1), orders=())), KEEPING)
    assert all(one.figures["orders"] == 0 and one.figures["objective"] == 0 for one in result.outcomes)
    assert check(SimulateProblem(replace(units([1], 1), orders=())), KEEPING, result) == ()
