"""Learned values and commitment prices in a simulation: they weigh where a scenario says so, and nothing is paid."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from tests.kernels.plan.scenes import MONDAY, order, rate, scene, service
from tests.kernels.simulate.worlds import ground

from doorstep.domain.bids import SpeedValue
from doorstep.domain.commitment import DatedCommitmentPrice
from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.simulate.check import check
from doorstep.kernels.simulate.problem import Policy, SimulateParams, SimulateProblem
from doorstep.kernels.simulate.result import Outcome, SimulateResult
from doorstep.kernels.simulate.scenario import Scenario, ServiceChange
from doorstep.kernels.simulate.simulate import simulate
from doorstep.kernels.simulate.weights import Weights

KEEPING = SimulateParams(keep_plans=True, patience_days=1)
BOTH = Scenario(values=True, commitment_prices=True)
EURO = 1_000_000
TUESDAY = date(2024, 6, 4)


def two_services() -> PlanProblem:
    """Twelve orders over three days; the post is cheap and takes three days, the express one."""
    return scene(
        [order(f"o{n}", "mug", at=MONDAY + timedelta(hours=6 * n)) for n in range(12)],
        {"a": {"mug": 20}, "b": {"mug": 20}},
        services=[service("post", days=(3, 3)), service("express", days=(1, 1))],
        rates=[rate("post", 500), rate("express", 600)],
    )


def run(
    weights: Weights, scenario: Scenario = BOTH, policies: tuple[Policy, ...] = ("plan", "nearest")
) -> SimulateResult:
    problem = SimulateProblem(two_services(), policies, scenario, weights=weights)
    found = simulate(problem, KEEPING)
    assert check(problem, KEEPING, found) == ()
    return found


def services(found: SimulateResult, at: int = 0) -> dict[str, str]:
    """Of each order by the policy at that place, the service."""
    world, sent = found.world.problem, found.outcomes[at].first.shipments
    return {
        world.orders[order].order: world.tariff.services[service].service
        for order, service in zip(sent.order.tolist(), sent.service.tolist(), strict=True)
    }


def test_a_day_that_is_worth_much_is_bought_where_the_scenario_says_so() -> None:
    weights = Weights((SpeedValue("", day_micros=20 * EURO),))
    plain, weighed = run(weights, Scenario()), run(weights)
    assert set(services(plain).values()) == {"post"}
    assert set(services(weighed).values()) == {"express"}
    assert services(plain, 1) == services(weighed, 1)  # rules of shops weigh nothing
    before, after = (one.outcomes[0].figures for one in (plain, weighed))
    assert sum_of_parts(weighed.outcomes[0]) == after["objective"]  # only what is paid is counted
    assert (after["mean_promised_days"] or 0) < (before["mean_promised_days"] or 0)
    assert after["planned"] == before["planned"] == 12


def sum_of_parts(outcome: Outcome) -> int:
    return int(outcome.first.shipments.parts_minor.sum())


def test_commitment_prices_hold_on_their_days() -> None:
    price = DatedCommitmentPrice(two_services().tariff.services[1].carrier, "express", -20 * EURO, valid_from=TUESDAY)
    by = services(run(Weights(commitments=(price,))))
    assert [by[f"o{n}"] for n in (0, 1, 4, 8)] == ["post", "post", "express", "express"]
    gone = Scenario(services=(ServiceChange("express", removed=True),), commitment_prices=True)
    assert set(services(run(Weights(commitments=(price,)), gone)).values()) == {"post"}


def test_a_repeated_order_is_worth_what_the_first_is() -> None:
    weights = Weights((SpeedValue(""), SpeedValue("o3", day_micros=20 * EURO)))
    by = services(run(weights, replace(BOTH, demand_ppm=1_500_000)))
    twice = [name for name in by if name.startswith("o3")]
    assert twice
    assert {by[name] for name in twice} == {"express"}
    assert {by[name] for name in by if name not in twice} == {"post"}


@pytest.mark.parametrize("seed", range(3))
def test_stock_and_money_are_conserved_whatever_weighs(seed: int) -> None:
    rng = Random(seed)
    world = ground(seed)
    speed = tuple(
        SpeedValue(one.order, rng.randint(0, 5) * EURO, rng.randint(0, 9) * EURO) for one in world.orders[::2]
    )
    prices = tuple(
        DatedCommitmentPrice(one.carrier, one.service, rng.randint(-3, 3) * EURO) for one in world.tariff.services
    )
    problem = SimulateProblem(world, ("plan", "plan_alone", "plan_priced"), BOTH, weights=Weights(speed, prices))
    found = simulate(problem, KEEPING)
    assert check(problem, KEEPING, found) == ()
    assert all(one.figures["planned"] for one in found.outcomes)


def test_the_fast_mode_refuses_weights() -> None:
    with pytest.raises(InvalidProblem, match="fast"):
        SimulateProblem(two_services(), ("fast",), BOTH)
