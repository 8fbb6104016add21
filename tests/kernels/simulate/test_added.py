"""What a scenario adds to the world, and who notices."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.kernels.plan.scenes import (
    BERLIN,
    HAMBURG,
    MONDAY,
    call,
    carton,
    order,
    rate,
    scene,
    surcharge,
)
from tests.kernels.simulate.test_simulate import KEEPING
from tests.kernels.simulate.worlds import ground

from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import Lane, TransitModel
from doorstep.domain.place import Place
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.simulate.changes import CutoffChange, Disruption, NewService, NewSite, OwnRate, Placed
from doorstep.kernels.simulate.check import check
from doorstep.kernels.simulate.compare import Change, compare
from doorstep.kernels.simulate.problem import SimulateParams, SimulateProblem
from doorstep.kernels.simulate.result import SimulateResult
from doorstep.kernels.simulate.scenario import Scenario, under
from doorstep.kernels.simulate.simulate import simulate

TUESDAY, FRIDAY = date(2024, 6, 4), date(2024, 6, 7)
NEAR = Place("", "", "", "", HAMBURG.latitude, HAMBURG.longitude)


def world(count: int = 6) -> PlanProblem:
    orders = [order(f"o{n}", "mug", place=HAMBURG, at=MONDAY + timedelta(hours=11 * n)) for n in range(count)]
    return scene(
        orders,
        {"a": {"mug": 40}},
        rates=[rate("post", 500, extra=50)],
        surcharges=[surcharge("post", "always", 10), surcharge("post", "residential", 5, percent=True)],
    )


def played(problem: PlanProblem, scenario: Scenario, params: SimulateParams = KEEPING) -> SimulateResult:
    """Simulate two policies, accepted by the verifier."""
    asked = SimulateProblem(problem, ("plan", "nearest"), scenario)
    result = simulate(asked, params)
    assert check(asked, params, result) == ()
    return result


def test_a_new_service_at_a_factor_takes_the_parcels_of_the_dearer_one() -> None:
    found = under(world(), Scenario(new_services=(NewService("swift", "post", 800_000, "Swift"),)), 0)
    assert [(one.service, one.carrier) for one in found.tariff.services] == [("post", "post"), ("swift", "Swift")]
    assert [one.price_micros for one in found.tariff.rates] == [5_000_000, 4_000_000]
    assert [one.amount_micros for one in found.tariff.surcharges if one.service == "swift"] == [80_000, 5_000_000]
    result = played(world(), Scenario(new_services=(NewService("swift", "post", 800_000),)))
    for one in result.outcomes:
        assert set(one.first.shipments.service.tolist()) == {1}


def test_own_rates_take_the_place_of_the_other_ones() -> None:
    own = NewService("own", "post", rates=(OwnRate(1_000, 1_000_000), OwnRate(400, 500_000, None)), days=(2, 3))
    found = under(world(), Scenario(new_services=(own,)), 0).tariff
    mine = [(one.zone, one.up_to_g, one.price_micros) for one in found.rates if one.service == "own"]
    assert mine == [("z", 400, 500_000), ("z", 1_000, 1_000_000)]
    assert (found.services[1].min_days, found.services[1].max_days) == (2, 3)


def test_a_new_service_travels_as_the_other_was_learned_to_unless_it_states_its_transit() -> None:
    lane = Lane(3, "post", "", "", "DE", "", "", 100, (0, 0, 0, 0, 1_000_000))
    slow = replace(world(), transit=TransitModel(MONDAY, (lane,)))
    days = []
    for stated in (None, (1, 1)):
        scenario = Scenario(new_services=(NewService("swift", "post", 500_000, days=stated),))
        days.append(played(slow, scenario).outcomes[0].figures["mean_promised_days"] or 0)
    assert days[1] < days[0] - 2


def test_a_new_site_works_as_the_other_and_is_nearer() -> None:
    new = NewSite("new", "a", NEAR, 500_000)
    found = under(world(), Scenario(new_sites=(new,)), 0)
    assert {one.site: one.on_hand for one in found.stock} == {"a": 20, "new": 20}
    assert found.sites[1].place == replace(BERLIN, latitude=HAMBURG.latitude, longitude=HAMBURG.longitude)
    nearest = played(world(), Scenario(new_sites=(new,))).outcomes[1]
    assert set(nearest.first.shipments.site.tolist()) == {1}
    assert nearest.figures["distance_km"] == 0


def test_a_later_cut_off_lets_orders_leave_the_same_day() -> None:
    """Ordered at eleven at night, planned every hour; the carrier calls at half past."""
    evening = [order(f"o{n}", "mug", at=MONDAY.replace(hour=15) + timedelta(days=n)) for n in range(4)]
    problem = scene(evening, {"a": {"mug": 9}}, collections=[call("a", "post", hour=20)])
    hourly = replace(KEEPING, batches_per_day=24)
    late = Scenario(cutoffs=(CutoffChange(19 * 3600, 21 * 3600, "a"),))
    shipped = [played(problem, one, hourly).outcomes[0].first.shipments.ship_day for one in (Scenario(), late)]
    assert (shipped[0] - shipped[1]).tolist() == [1, 1, 1, 1]
    with pytest.raises(InvalidProblem, match="several batches"):
        simulate(SimulateProblem(problem, ("plan",), late), KEEPING)


def test_a_higher_target_promises_later() -> None:
    lane = Lane(3, "post", "", "", "DE", "", "", 100, (0, 600_000, 800_000, 950_000, 1_000_000))
    slow = replace(world(), transit=TransitModel(MONDAY, (lane,)))
    days = [
        played(slow, Scenario(on_time_target_ppm=target)).outcomes[0].figures["mean_promised_days"] or 0
        for target in (500_000, 990_000)
    ]
    assert days[1] > days[0] + 2


def test_other_cartons_are_used_and_paid_for() -> None:
    scenario = Scenario(cartons=(carton("dear", cost=77),))
    one = played(world(), scenario).outcomes[0]
    assert set(one.first.shipments.parts_minor[:, 1].tolist()) == {77}


def test_a_placement_moves_what_it_names_and_nothing_else() -> None:
    problem = scene([order("o", "mug")], {"a": {"mug": 3, "cup": 4}, "b": {"mug": 5, "cup": 6}})
    found = under(problem, Scenario(placement=(Placed("b", "mug", 9, 0),)), 0)
    assert {(one.site, one.sku): one.on_hand for one in found.stock} == {
        ("a", "cup"): 4, ("b", "cup"): 6, ("b", "mug"): 9,
    }  # fmt: skip


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize("where", [{"service": "post"}, {"country": "DE", "region": "DE-HH"}, {"country": "DE"}])
def test_nothing_moves_while_it_is_down(announced: bool, where: dict[str, str]) -> None:
    """What nobody announced leaves promises as they are, and breaks them."""
    down = Scenario(disruptions=(Disruption(TUESDAY, FRIDAY, announced=announced, **where),))
    before, after = played(world(), Scenario()).outcomes[0], played(world(), down).outcomes[0]
    days = range((TUESDAY - date(1970, 1, 1)).days, (FRIDAY - date(1970, 1, 1)).days)
    assert not set(after.arrived_day.tolist()) & set(days[1:] if "service" in where else days)
    assert set(before.arrived_day.tolist()) & set(days[1:])
    same = before.first.shipments.promised_day.tolist() == after.first.shipments.promised_day.tolist()
    assert same != announced
    assert ((after.figures["realised_on_time"] or 0) > 0.6) == announced


def test_every_name_that_is_not_there_is_told_at_once() -> None:
    scenario = Scenario(
        new_services=(NewService("swift", "pots"), NewService("own", "post", rates=(OwnRate(1, 1, zone="q"),))),
        new_sites=(NewSite("new", "nowhere", NEAR),),
        cutoffs=(CutoffChange(0, site="c"),),
        cartons=(carton("x", at="d"),),
        placement=(Placed("new", "mug", 1, 0), Placed("e", "cup", 1, 0)),
        disruptions=(Disruption(TUESDAY, FRIDAY, "swift", "DE", "XX"),),
    )
    with pytest.raises(InvalidProblem) as refused:
        SimulateProblem(world(), ("plan",), scenario)
    for name in (
        "service pots",
        "site nowhere",
        "site c",
        "site d",
        "site e",
        "sku cup",
        "destination DE XX",
        "zone q",
    ):
        assert name in str(refused.value)
    with pytest.raises(InvalidProblem, match="already: service post"):
        SimulateProblem(world(), ("plan",), Scenario(new_services=(NewService("post", "post"),)))


@pytest.mark.parametrize("seed", [0, 1])
def test_the_verifier_accepts_a_world_with_everything_in_it(seed: int) -> None:
    problem = ground(seed)
    site, name, sku = problem.sites[0].site, problem.tariff.services[0].service, problem.products[0].sku
    scenario = Scenario(
        new_services=(NewService("new", name, 900_000),),
        new_sites=(NewSite("more", site, NEAR, 300_000),),
        cutoffs=(CutoffChange(20 * 3600),),
        on_time_target_ppm=800_000,
        placement=(Placed("more", sku, 3, 1),),
        disruptions=(Disruption(date(2024, 1, 1), date(2030, 1, 1), name),),
    )
    asked, params = SimulateProblem(problem, ("plan", "nearest"), scenario), replace(KEEPING, batches_per_day=2)
    assert check(asked, params, simulate(asked, params)) == ()


def changed(scenario: Scenario, seeds: int = 1) -> Change:
    params = SimulateParams(samples=50, least_days=2, seeds=seeds)
    before, after = (simulate(SimulateProblem(world(12), ("plan",), one), params) for one in (Scenario(), scenario))
    return compare(before, after, params, 0)


def test_a_change_is_what_it_adds_with_its_interval() -> None:
    found = changed(Scenario(new_services=(NewService("swift", "post", 500_000),)), 2)
    cost = found.differences["cost_total"]
    assert cost.value == (found.after.figures["cost_total"] or 0) - (found.before.figures["cost_total"] or 0)
    assert (cost.value or 0) < 0
    assert cost.over_days is not None
    assert cost.over_days.low <= (cost.value or 0) <= cost.over_days.high
    nothing = changed(Scenario())
    assert all(not one.value for one in nothing.differences.values())


def test_only_like_is_compared_with_like() -> None:
    params = SimulateParams(samples=50)
    one = simulate(SimulateProblem(world(2), ("plan",)), params)
    other = simulate(SimulateProblem(world(6), ("plan",)), params)
    with pytest.raises(InvalidProblem):
        compare(one, other, params, 0)
