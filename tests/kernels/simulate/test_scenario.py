"""What a scenario changes, and what it leaves."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.kernels.plan.scenes import MONDAY, call, order, rate, scene, service, surcharge
from tests.kernels.simulate.test_simulate import KEEPING, learned
from tests.kernels.simulate.worlds import ground, units

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.simulate.check import check
from doorstep.kernels.simulate.problem import SimulateParams, SimulateProblem
from doorstep.kernels.simulate.scenario import (
    Closure,
    Scenario,
    ServiceChange,
    Slowdown,
    StockChange,
    resample,
    under,
)
from doorstep.kernels.simulate.simulate import simulate

TUESDAY, THURSDAY = date(2024, 6, 4), date(2024, 6, 6)


def two_services() -> PlanProblem:
    orders = [order(f"o{n}", "mug", at=MONDAY + timedelta(hours=6 * n)) for n in range(12)]
    return scene(
        orders,
        {"a": {"mug": 9}, "b": {"mug": 9}},
        services=[service("post"), service("express", days=(1, 1))],
        rates=[rate("post", 500, extra=50), rate("express", 600)],
        surcharges=[surcharge("post", "always", 10), surcharge("post", "residential", 5, percent=True)],
    )


def test_more_demand_repeats_real_orders_and_keeps_what_less_demand_has() -> None:
    orders = units([40, 40], 1).orders
    names = [{one.order for one in resample(orders, factor, 3)} for factor in (300_000, 700_000, 1_700_000, 3_000_000)]
    assert names[0] < names[1] < {one.order for one in orders} < names[2] < names[3]
    assert 10 < len(names[0]) < 38
    assert len(names[3]) == 240
    assert resample(orders, 1_000_000, 3) is orders
    assert {one.order for one in resample(orders, 300_000, 4)} != names[0]
    again = resample(orders, 2_000_000, 1)
    assert Counter(one.placed_at for one in again) == Counter({one.placed_at: 2 for one in orders})


def test_a_repeated_order_takes_no_name_that_is_there() -> None:
    orders = scene([order("a", "mug"), order("a#2", "mug")], {"x": {"mug": 1}}).orders
    assert len({one.order for one in resample(orders, 3_000_000, 0)}) == 6


def test_stock_changes_multiply_and_round_down() -> None:
    changes = (StockChange(500_000), StockChange(500_000, "a", "mug"))
    found = under(two_services(), Scenario(stock=changes), 0)
    assert {one.site: one.on_hand for one in found.stock} == {"a": 2, "b": 4}


def test_a_service_that_is_gone_is_gone_everywhere() -> None:
    found = under(two_services(), Scenario(services=(ServiceChange("post", removed=True),)), 0)
    assert [one.service for one in found.tariff.services] == ["express"]
    assert {one.service for one in found.collections} == {"express"}
    assert {one.service for one in found.tariff.zones} == {one.service for one in found.tariff.rates} == {"express"}
    assert not found.tariff.surcharges


def test_a_dearer_service_asks_more_in_each_price_and_no_more_percent() -> None:
    found = under(two_services(), Scenario(services=(ServiceChange("post", dearer_ppm=100_000),)), 0).tariff
    post, express = found.rates
    assert (post.price_micros, post.per_extra_kg_micros, express.price_micros) == (5_500_000, 550_000, 6_000_000)
    fixed, percent = found.surcharges
    assert (fixed.amount_micros, percent.amount_micros) == (110_000, 5_000_000)


def test_nothing_leaves_a_closed_site_and_its_orders_go_elsewhere() -> None:
    problem = SimulateProblem(two_services(), ("nearest", "plan"), Scenario(closed=(Closure("a", TUESDAY, THURSDAY),)))
    result = simulate(problem, KEEPING)
    assert check(problem, KEEPING, result) == ()
    open_ = simulate(replace(problem, scenario=Scenario()), KEEPING)
    days = range((TUESDAY - date(1970, 1, 1)).days, (THURSDAY - date(1970, 1, 1)).days)
    leaving = []
    for one in (result, open_):
        sent = one.outcomes[0].first.shipments
        leaving.append(set(sent.ship_day[sent.site == 0].tolist()))
    assert not leaving[0] & set(days)
    assert leaving[1] & set(days)
    assert result.outcomes[0].figures["planned"] == 12


def test_a_parcel_meant_for_the_first_closed_day_waits_for_the_reopening() -> None:
    """Planned at the weekend, when the site is still open; on Monday it is not."""
    saturday = MONDAY - timedelta(days=2)
    weekend = scene([order("o", "mug", at=saturday)], {"a": {"mug": 1}}, collections=[call("a", "post")])
    problem = SimulateProblem(weekend, ("plan",), Scenario(closed=(Closure("a", MONDAY.date(), TUESDAY),)))
    result = simulate(problem, KEEPING)
    assert check(problem, KEEPING, result) == ()
    assert result.outcomes[0].first.shipments.ship_day.tolist() == [(TUESDAY - date(1970, 1, 1)).days]


def test_orders_wait_for_the_only_site_to_open_again() -> None:
    """Tuesday's is planned on Wednesday at midnight, when the site is open again; Monday's has less patience left."""
    problem = SimulateProblem(
        units([1, 1], 5), ("plan", "nearest"), Scenario(closed=(Closure("a", TUESDAY, THURSDAY),))
    )
    for patience, planned in ((0, 0), (1, 1), (2, 2)):
        params = replace(KEEPING, patience_days=patience)
        result = simulate(problem, params)
        assert [one.figures["planned"] for one in result.outcomes] == [planned] * 2
        assert [one.figures["stockouts"] for one in result.outcomes] == [2 - planned] * 2
        assert check(problem, params, result) == ()


@pytest.mark.parametrize(
    "scenario", [Scenario(services=(ServiceChange("post", removed=True),)), Scenario(demand_ppm=0)], ids=str
)
def test_a_world_without_services_or_orders_is_a_world(scenario: Scenario) -> None:
    problem = SimulateProblem(units([2, 2], 5), scenario=scenario)
    result = simulate(problem, KEEPING)
    assert all(one.figures["planned"] == 0 == one.figures["stockouts"] for one in result.outcomes)
    assert check(problem, KEEPING, result) == ()


def test_slower_transit_makes_parcels_late_and_no_promise_later() -> None:
    slow = Scenario(slower=(Slowdown(2, TUESDAY, service="post"),))
    plain, slower = (
        simulate(SimulateProblem(learned(False), ("nearest",), one), SimulateParams()).outcomes[0].figures
        for one in (Scenario(), slow)
    )
    assert plain["mean_promised_days"] == slower["mean_promised_days"]
    assert plain["expected_on_time"] == slower["expected_on_time"]
    assert (slower["realised_on_time"] or 0) < (plain["realised_on_time"] or 0) - 0.1


@pytest.mark.parametrize("seed", [0, 1])
def test_the_verifier_accepts_a_changed_world(seed: int) -> None:
    world = ground(seed)
    scenario = Scenario(
        demand_ppm=1_500_000,
        stock=(StockChange(700_000, world.sites[0].site),),
        services=(ServiceChange(world.tariff.services[0].service, dearer_ppm=-200_000),),
        slower=(Slowdown(3, date(2024, 5, 1)),),
    )
    problem = SimulateProblem(world, ("plan", "distance_then_rate"), scenario)
    assert check(problem, KEEPING, simulate(problem, KEEPING)) == ()


def test_a_scenario_that_cannot_be_is_refused() -> None:
    for wrong in (
        {"demand_ppm": -1},
        {"demand_ppm": 10**9},
        {"stock": (StockChange(-1),)},
        {"closed": (Closure("a", TUESDAY, TUESDAY),)},
        {"slower": (Slowdown(1, TUESDAY, TUESDAY),)},
        {"slower": (Slowdown(-1, TUESDAY),)},
        {"services": (ServiceChange("post"), ServiceChange("post"))},
        {"services": (ServiceChange("post", dearer_ppm=-1_000_001),)},
    ):
        with pytest.raises(InvalidProblem):
            Scenario(**wrong)
    for unknown in (
        Scenario(stock=(StockChange(1, "nowhere"),)),
        Scenario(stock=(StockChange(1, "", "nothing"),)),
        Scenario(closed=(Closure("nowhere", TUESDAY, THURSDAY),)),
        Scenario(services=(ServiceChange("nobody"),)),
        Scenario(slower=(Slowdown(1, TUESDAY, service="nobody"),)),
    ):
        with pytest.raises(InvalidProblem, match="what there is not"):
            SimulateProblem(two_services(), scenario=unknown)
