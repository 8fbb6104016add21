"""Linehauls on days that can be reckoned by hand; amounts in cents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.kernels.plan.scenes import (
    BERLIN,
    HAMBURG,
    MUNICH,
    PARIS,
    WEEK,
    brand,
    call,
    cents,
    day,
    order,
    rate,
    scene,
    service,
    site,
)

from doorstep.domain.carriage import ZoneRule
from doorstep.domain.demand import Order
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import HandlingCurve, Lane, TransitModel
from doorstep.domain.parcel import Injection, Parcel
from doorstep.domain.place import Place
from doorstep.domain.rules import Rule
from doorstep.domain.supply import Linehaul
from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.offer import offer
from doorstep.kernels.plan.plan import PlanResult, plan
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.plan.ready import make_ready

NIGHT = Linehaul(
    linehaul="night",
    site="berlin",
    depot="south",
    departure_time_s=18 * 3600,
    working_days=WEEK,
    transit_days=1,
    arrival_time_s=6 * 3600,
    cost_per_parcel_micros=cents(40),
    cost_per_kg_micros=cents(101),
)
BERN = Place("CH", "", "Bern", "3000", 46.95, 7.45)


def hauled(*orders: Order, haul: Linehaul = NIGHT, late: float = 0, depot: Place = MUNICH) -> PlanProblem:
    """From Berlin a post costs 900 to Munich, from the depot there 300; it takes a day, kept with 95%.

    A parcel of 500 g costs 40 + 50.5 by the linehaul, in one line 91. It leaves on Monday at 18:00, is in the depot on
    Tuesday at 6:00, collected at 9:00 and promised for Wednesday; by post alone it is promised for Tuesday.
    """
    problem = scene(
        orders or [order("o", "mug", place=MUNICH)],
        {"berlin": {"mug": 5}},
        sites=[site("berlin", BERLIN), site("south", depot, kind="depot")],
        services=[service("post", days=(1, 1))],
        zones=[
            ZoneRule("post", "DE", "1", "DE", "", "far"),
            ZoneRule("post", depot.country, depot.postcode, "DE", "", "near"),
        ],
        rates=[rate("post", 900, name="far"), rate("post", 300, name="near")],
        collections=[call("berlin", "post"), call("south", "post", hour=9)],
        brand=brand(late=late),
    )
    return replace(problem, linehauls=(haul,))


def solved(problem: PlanProblem, objective: int) -> PlanResult:
    """The plan, which must cost so much, be proven to be the least, and be accepted."""
    result = plan(problem)
    assert result.plan.figures.objective_minor == objective == result.lower_bound_minor
    assert check(problem, result.plan) == ()
    return result


def test_a_cheap_linehaul_and_a_local_carrier_beat_the_long_way() -> None:
    result = solved(hauled(), 391)
    (parcel,) = result.plan.parcels
    assert (parcel.site, parcel.service) == ("berlin", "post")
    assert parcel.injection is not None
    assert parcel.injection.handed_at == datetime(2024, 6, 4, 7, 0, tzinfo=UTC)
    assert (parcel.injection.linehaul, parcel.injection.depot, parcel.injection.cost_minor) == ("night", "south", 91)
    assert parcel.ship_at == datetime(2024, 6, 3, 16, 0, tzinfo=UTC)
    assert (parcel.promised_by, parcel.on_time_ppm) == (day("2024-06-05"), 950_000)
    assert (parcel.cost.freight_minor, parcel.cost.total_minor) == (391, 391)


def test_the_usual_rule_does_not_inject() -> None:
    assert plan(hauled()).baseline.cost_minor == 900


def test_decisions_name_the_depot() -> None:
    (won,) = plan(hauled()).decisions()
    assert won.chosen[0].service == "post"
    assert won.chosen[0].injection is not None
    assert [one.option for one in won.rejected if one.cost_minor == 900] == ["berlin by post in box"]
    (lost,) = plan(hauled(order("o", "mug", place=MUNICH, promised_by=day("2024-06-04")), late=1_000)).decisions()
    assert lost.chosen[0].injection is None
    assert lost.rejected[0].option == "berlin by post through south by night in box"
    assert lost.rejected[0].cost_minor == 1_391


def test_it_loses_where_the_date_that_is_promised_cannot_be_kept() -> None:
    # By post 900 + 0.05 x 1,000; by the linehaul, a day later, 391 + 1,000.
    problem = hauled(order("o", "mug", place=MUNICH, promised_by=day("2024-06-04")), late=1_000)
    assert solved(problem, 950).plan.parcels[0].injection is None


def test_it_loses_where_the_local_carrier_is_less_sure() -> None:
    # From the depot 90% is the most that is reached: 391 + 0.1 x 12,000 against 900 + 0.05 x 12,000.
    unsure = Lane(0, "post", "DE", "80", "DE", "", "", 100, (0, 300_000, 600_000, 900_000))
    problem = replace(hauled(late=12_000), transit=TransitModel(datetime(2024, 6, 1, tzinfo=UTC), (unsure,)))
    assert solved(problem, 1_500).plan.parcels[0].injection is None
    assert solved(replace(problem, brand=brand(late=10_000)), 1_391).plan.parcels[0].promised_by == day("2024-06-07")


def test_a_site_that_misses_departures_makes_the_promise_of_the_linehaul_later() -> None:
    # 80% leave on Monday and are there by Wednesday with 95%; the rest leaves on Tuesday: 76% and 19.5% by Thursday.
    curve = HandlingCurve("berlin", "", 50, (800_000, 1_000_000), (1_000_000, 1_000_000))
    problem = replace(hauled(), transit=TransitModel(datetime(2024, 6, 1, tzinfo=UTC), handling=(curve,)))
    (parcel,) = solved(problem, 391).plan.parcels
    assert (parcel.promised_by, parcel.on_time_ppm) == (day("2024-06-06"), 970_000)


def test_what_comes_after_the_cut_off_of_the_depot_waits_for_the_next_day() -> None:
    noon = replace(NIGHT, arrival_time_s=12 * 3600)
    (parcel,) = solved(hauled(haul=noon), 391).plan.parcels
    assert parcel.injection is not None
    assert parcel.injection.handed_at.date() == day("2024-06-05")


def test_a_full_linehaul_leaves_the_others_to_the_post() -> None:
    # By Wednesday: one goes by linehaul, 391 + 50; the other by post, 900 + 25, since Tuesday's linehaul is too late.
    orders = [order(name, "mug", place=MUNICH, promised_by=day("2024-06-05")) for name in "ab"]
    full = replace(NIGHT, daily_parcel_capacity=1)
    parcels = solved(hauled(*orders, haul=full, late=1_000), 441 + 925).plan.parcels
    assert sum(one.injection is not None for one in parcels) == 1
    both = solved(hauled(*orders, late=1_000), 2 * 441).plan.parcels
    assert all(one.injection is not None for one in both)
    assert (
        "by linehaul night" in check(hauled(*orders, haul=full, late=1_000), plan(hauled(*orders, late=1_000)).plan)[0]
    )


def test_a_full_linehaul_may_take_the_next_day() -> None:
    orders = [order(name, "mug", place=MUNICH) for name in "ab"]
    parcels = solved(hauled(*orders, haul=replace(NIGHT, daily_parcel_capacity=1)), 2 * 391).plan.parcels
    assert {str(one.ship_at.date()) for one in parcels} == {"2024-06-03", "2024-06-04"}


def test_services_at_one_depot_share_the_linehaul() -> None:
    problem = hauled(order("a", "mug", place=MUNICH), order("b", "mug", place=MUNICH))
    second = service("bike", days=(1, 1))
    tariff = replace(
        problem.tariff,
        services=(*problem.tariff.services, second),
        zones=(*problem.tariff.zones, ZoneRule("bike", "DE", "8", "DE", "", "near")),
        rates=(*problem.tariff.rates, rate("bike", 310, name="near")),
    )
    problem = replace(
        problem,
        tariff=tariff,
        collections=(*problem.collections, call("south", "bike", hour=9)),
        linehauls=(replace(NIGHT, daily_parcel_capacity=1),),
    )
    assert solved(problem, 2 * 391).plan.figures.planned == 2
    assert {str(one.ship_at.date()) for one in plan(problem).plan.parcels} == {"2024-06-03", "2024-06-04"}


def test_a_rule_against_a_service_holds_at_the_depot_too() -> None:
    ban = Rule(rule="no post", kind="never_services", services=("post",))
    assert plan(replace(hauled(), rules=(ban,))).plan.parcels == ()
    shut = Rule(rule="shut", kind="blackout_days", days=(day("2024-06-03"),))
    problem = replace(hauled(), rules=(shut,))
    assert solved(problem, 391).plan.parcels[0].ship_at.date() == day("2024-06-04")


def test_what_is_compiled_beforehand_changes_nothing() -> None:
    problem = hauled()
    ready = make_ready(replace(problem, orders=(), products=(), stock=()))
    first, again = plan(problem), plan(problem, ready=ready)
    assert first.plan == again.plan
    assert list(first.decisions(most_ladders=1)) == list(again.decisions(most_ladders=1))


def test_a_cart_is_offered_both_ways() -> None:
    (found,) = offer(hauled())
    assert [(one.cost_minor, one.parcels[0].injection is None) for one in found.options] == [(391, False), (900, True)]


def test_the_ladder_has_a_rung_for_each_way() -> None:
    (decision,) = plan(hauled()).decisions(most_ladders=1)
    (rungs,) = decision.ladders
    told = [(one.service, one.price_minor, one.chosen) for one in rungs]
    assert told == [("post through south by night", 391, True), ("post", 900, False)]


def _injected(parcel: Parcel, **changed: object) -> Parcel:
    assert isinstance(parcel.injection, Injection)
    return replace(parcel, injection=replace(parcel.injection, **changed))  # type: ignore[arg-type]


ALTERED: dict[str, Callable[[Parcel], Parcel]] = {
    "by post all the way": lambda one: replace(one, injection=None),
    "another linehaul": lambda one: _injected(one, linehaul="day"),
    "an unknown linehaul": lambda one: _injected(one, linehaul="nobody's"),
    "another depot": lambda one: _injected(one, depot="north"),
    "an unknown depot": lambda one: _injected(one, depot="nowhere"),
    "a dearer linehaul": lambda one: _injected(one, cost_minor=92),
    "handed over a day later": lambda one: replace(
        _injected(one, handed_at=datetime(2024, 6, 5, 7, 0, tzinfo=UTC)), promised_by=day("2024-06-06")
    ),
    "leaving earlier": lambda one: replace(one, ship_at=one.ship_at - timedelta(hours=1)),
    "leaving a day later": lambda one: replace(one, ship_at=one.ship_at + timedelta(days=1)),
    "promised earlier": lambda one: replace(one, promised_by=day("2024-06-04"), on_time_ppm=0),
    "promised later": lambda one: replace(one, promised_by=day("2024-06-06"), on_time_ppm=975_000),
    "surer": lambda one: replace(one, on_time_ppm=960_000),
    "cheaper freight": lambda one: replace(one, cost=replace(one.cost, freight_minor=300)),
    "from a site without it": lambda one: replace(one, site="hamburg"),
}


@pytest.mark.parametrize("name", ALTERED)
def test_the_verifier_refuses_what_is_altered(name: str) -> None:
    problem = hauled()
    problem = replace(
        problem,
        sites=(*problem.sites, site("north", HAMBURG, kind="depot"), site("hamburg", HAMBURG)),
        collections=(*problem.collections, call("north", "post", hour=9)),
        linehauls=(NIGHT, replace(NIGHT, linehaul="day", depot="north", departure_time_s=12 * 3600)),
        stock=(*problem.stock, replace(problem.stock[0], site="hamburg")),
    )
    made = solved(problem, 391).plan
    assert made.parcels[0].injection is not None
    assert check(problem, replace(made, parcels=(ALTERED[name](made.parcels[0]),)))


@pytest.mark.parametrize(
    "haul",
    [
        replace(NIGHT, depot="berlin"),
        replace(NIGHT, site="south"),
        replace(NIGHT, depot="nowhere"),
        replace(NIGHT, cost_per_kg_micros=-1),
        replace(NIGHT, transit_days=-1),
        replace(NIGHT, departure_time_s=86_400),
        replace(NIGHT, daily_parcel_capacity=-1),
    ],
)
def test_a_linehaul_that_cannot_be_is_refused(haul: Linehaul) -> None:
    with pytest.raises(InvalidProblem):
        hauled(haul=haul)


def test_customs_and_capacities_at_the_depot_are_refused() -> None:
    with pytest.raises(InvalidProblem, match="customs territory"):
        hauled(depot=BERN)
    assert hauled(depot=PARIS).linehauls  # of one territory
    limited = hauled()
    calls = (limited.collections[0], replace(limited.collections[1], daily_parcel_capacity=3))
    with pytest.raises(InvalidProblem, match="capacity"):
        replace(limited, collections=calls)
    with pytest.raises(InvalidProblem, match="stands twice"):
        replace(limited, linehauls=(NIGHT, NIGHT))


def test_a_depot_where_nobody_calls_changes_nothing() -> None:
    problem = hauled()
    alone = replace(problem, collections=problem.collections[:1])
    assert plan(alone).plan == plan(replace(alone, linehauls=())).plan
