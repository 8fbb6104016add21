"""Own vans in a plan: by hand, against all subsets of customers, and what must hold on any day."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.plan.driving import near, random_day, van, vans_day
from tests.kernels.plan.scenes import BERLIN, PARIS, call, cents, order

from doorstep.domain.bids import BidPrices, SpeedValue
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.fleet import Van
from doorstep.domain.plan import Plan
from doorstep.domain.rules import Rule
from doorstep.kernels.plan import board
from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.offer import offer
from doorstep.kernels.plan.plan import PlanResult, plan
from doorstep.kernels.plan.problem import PlanProblem


def forbidden(problem: PlanProblem) -> PlanProblem:
    """The same day without vans and without their service."""
    return replace(problem, vans=(), collections=tuple(one for one in problem.collections if one.service != "own"))


def sound(problem: PlanProblem) -> PlanResult:
    """Plan, and let the verifier see it."""
    result = plan(problem)
    assert check(problem, result.plan) == ()
    return result


def riders(result: PlanResult) -> list[str]:
    return [one.orders[0] for one in result.plan.parcels if one.ride is not None]


def paid(found: Plan) -> dict[str, int]:
    """What each order costs."""
    total: Counter[str] = Counter()
    for one in found.parcels:
        total[one.orders[0]] += one.cost.total_minor
    return dict(total)


def test_a_round_of_two_stops_is_reckoned_by_hand() -> None:
    """At the depot's own door nothing is driven: two stops of 180 s are 0.1 h, 1.20 in all; the post asks 5.00 each."""
    result = sound(vans_day([order("o1", "a"), order("o2", "a")], van()))
    (one,) = result.plan.rounds
    # a second costs 12.00 / 3600, half up in millionths: 3333; 360 of them are 1.19988
    assert (one.distance_m, one.duration_s, one.cost_minor) == (0, 360, 120)
    assert [parcel.cost.freight_minor for parcel in result.plan.parcels] == [60, 60]
    assert result.plan.figures.objective_minor == 120
    assert one.trips == (("o1-1", "o2-1"),)
    assert (one.vehicle, one.site, one.service) == ("van", "berlin", "own")
    assert (
        one.departs_at.isoformat() == "2024-06-03T17:00:00+02:00"
    )  # collected at 17:00, though the shift began before
    assert one.returns_at.isoformat() == "2024-06-03T17:06:00+02:00"


def test_what_the_tariff_asks_comes_on_top() -> None:
    result = sound(vans_day([order("o1", "a"), order("o2", "a")], van(), own=50))
    assert [parcel.cost.freight_minor for parcel in result.plan.parcels] == [110, 110]
    assert result.plan.rounds[0].cost_minor == 120


def test_who_lies_too_far_off_goes_by_post() -> None:
    orders = [order("near", "a", place=near(1)), order("next", "a", place=near(1.1)), order("far", "a", place=near(40))]
    result = sound(vans_day(orders, van()))
    assert riders(result) == ["near", "next"]
    assert {one.service for one in result.plan.parcels if one.orders == ("far",)} == {"post"}
    assert result.baseline.cost_minor == 1_500  # the usual rule takes no van


def test_a_van_that_is_full_leaves_the_rest_to_the_post() -> None:
    orders = [order(f"o{n}", "a", place=near(1 + n / 100)) for n in range(5)]
    result = sound(vans_day(orders, van(capacity_g=1_000)))
    assert len(riders(result)) == 2
    assert len(riders(sound(vans_day(orders, van(capacity_g=1_000, trips=2))))) == 4
    assert len(riders(sound(vans_day(orders, van(capacity_g=1_000, count=2))))) == 4
    assert len(riders(sound(vans_day(orders, van(capacity_cm3=12_000 * 3))))) == 3  # a box is 30 x 20 x 20 cm


def test_a_van_that_costs_more_than_it_saves_stays_at_home() -> None:
    orders = [order(f"o{n}", "a", place=near(1 + n / 100)) for n in range(3)]
    assert riders(sound(vans_day(orders, van(fixed_cost_micros=cents(900))))) != []
    result = sound(vans_day(orders, van(fixed_cost_micros=cents(1_500))))
    assert (riders(result), result.plan.rounds) == ([], ())
    assert result.plan.figures.objective_minor == 1_500


def test_a_van_that_is_back_before_the_collection_brings_nothing() -> None:
    result = sound(vans_day([order("o1", "a")], van(shift_to_s=16 * 3600)))
    assert riders(result) == []


def test_orders_that_no_van_can_find_go_by_post() -> None:
    hidden = replace(BERLIN, latitude=None, longitude=None)
    orders = [
        order("seen", "a"),
        order("hidden", "a", place=hidden),
        order("abroad", "a", place=replace(PARIS, country="CH")),
    ]
    problem = vans_day(orders, van())
    result = sound(problem)
    assert riders(result) == ["seen"]
    why = {one.option: one.constraint for one in {d.order: d for d in result.decisions()}["hidden"].rejected}
    assert why["berlin by own"] == "no round has room for it, or passes it cheaply enough"


def test_an_order_that_only_a_van_takes_is_left_with_a_reason_where_there_is_no_room() -> None:
    orders = [order(f"o{n}", ("a", 1), place=near(1)) for n in range(3)]
    problem = forbidden_post(vans_day(orders, van(capacity_g=1_000)))
    result = sound(problem)
    assert len(riders(result)) == 2
    (left,) = result.plan.unplanned
    assert left.reason == "no_service"
    assert "own: no round has room for it" in left.detail


def forbidden_post(problem: PlanProblem) -> PlanProblem:
    return replace(problem, collections=tuple(one for one in problem.collections if one.service != "post"))


def test_sites_with_vans_serve_what_lies_near_them() -> None:
    """Both sites have all goods and a van of the same service; nothing but the way tells them apart."""
    there = near(30)
    orders = [order(f"w{n}", "a", place=near(n / 10)) for n in range(3)]
    orders += [order(f"e{n}", "a", place=near(30 + n / 10)) for n in range(3)]
    problem = vans_day(orders, van())
    second = replace(problem.sites[0], site="east", place=there)
    further = van("east-van", site="east", depot_latitude=there.latitude, depot_longitude=there.longitude)
    problem = replace(
        problem,
        sites=(*problem.sites, second),
        stock=(*problem.stock, replace(problem.stock[0], site="east")),
        collections=(*problem.collections, call("east", "own"), call("east", "post")),
        vans=(*problem.vans, further),
    )
    result = sound(problem)
    assert {one.orders[0][0]: one.site for one in result.plan.parcels} == {"w": "berlin", "e": "east"}
    assert sorted(one.site for one in result.plan.rounds) == ["berlin", "east"]


def test_orders_that_share_a_parcel_share_its_ride() -> None:
    orders = [order("o1", "a", customer="c"), order("o2", "a", customer="c")]
    result = sound(vans_day(orders, van(stop_s=600)))
    (parcel,) = result.plan.parcels
    assert parcel.ride is not None
    assert parcel.orders == ("o1", "o2")
    assert parcel.ride.cost_minor == result.plan.rounds[0].cost_minor == 200
    told = list(result.decisions())
    assert [one.chosen[0].ride.cost_minor for one in told if one.chosen[0].ride] == [100, 100]
    assert sum(one.cost_minor for one in told) == result.plan.figures.cost_minor


def test_no_value_of_speed_leaves_an_order_that_only_a_van_takes() -> None:
    """The post asks more than leaving the order costs; a day weighs more than that, too."""
    asked = vans_day([order("o1", "a")], van(), post=99_000)
    dear = replace(asked, bid_prices=BidPrices(speed=(SpeedValue("", cents(20_000), cents(5)),)))
    result = sound(dear)
    assert riders(result) == ["o1"]
    assert result.plan.figures.objective_minor == 60
    assert 0 <= result.plan.figures.weighed_minor - result.lower_bound_minor <= 1


def test_a_rule_against_the_service_keeps_its_vans_at_home() -> None:
    problem = vans_day([order("o1", "a"), order("o2", "a")], van())
    rule = Rule("no-own", "never_services", services=("own",))
    assert riders(sound(replace(problem, rules=(rule,)))) == []


def test_quotes_at_checkout_name_no_van() -> None:
    problem = vans_day([order("o1", "a")], van())
    (found,) = offer(problem)
    assert {parcel.service for option in found.options for parcel in option.parcels} == {"post"}


@pytest.mark.parametrize(
    "wrong",
    [
        van(site="nowhere"),
        van(service="nobody"),
        van(cost_per_km_micros=-1),
        van(count=0),
        van(trips=0),
        van(shift_from_s=10, shift_to_s=5),
        van(shift_from_s=10, shift_to_s=86_411),
        van(stop_s=-1),
    ],
)
def test_a_van_that_cannot_be_is_refused(wrong: Van) -> None:
    with pytest.raises(InvalidProblem, match="van"):
        replace(vans_day([order("o1", "a")]), vans=(wrong,))


def test_vans_of_one_yard_stop_alike_and_have_names_of_their_own() -> None:
    with pytest.raises(InvalidProblem, match="stands twice"):
        vans_day([order("o1", "a")], van(), van())
    with pytest.raises(InvalidProblem, match="takes another time"):
        vans_day([order("o1", "a")], van("a"), van("b", stop_s=60))


@pytest.mark.parametrize("seed", range(3))
def test_few_orders_are_served_as_well_as_by_any_subset(seed: int) -> None:
    """One van and one round: for each set of customers the round is planned with a post that nobody would take."""
    rng = Random(seed)
    orders = [order(f"o{k}", "a", place=near(rng.uniform(-6, 6), rng.uniform(-6, 6))) for k in range(5)]
    one = van(fixed_cost_micros=cents(rng.choice((0, 300))), cost_per_km_micros=cents(30))
    best = 500 * len(orders)
    for size in range(1, len(orders) + 1):
        for some in combinations(orders, size):
            cost = sound(vans_day(some, one, post=9_000)).plan.figures.cost_minor
            best = min(best, cost + 500 * (len(orders) - size))
    assert sound(vans_day(orders, one)).plan.figures.objective_minor == best


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_vans_never_cost_more_than_they_save(seed: int) -> None:
    """All parcels of theirs are on rounds, these add up, nothing is worse than without them, and the bounds hold."""
    problem = random_day(Random(seed))
    result = sound(problem)
    plain, figures = plan(forbidden(problem)).plan, result.plan.figures
    assert figures.objective_minor <= plain.figures.objective_minor
    if all(len(one.orders) == 1 for one in (*result.plan.parcels, *plain.parcels)):
        left = {one.order: plain.figures.unplanned_cost_minor for one in plain.unplanned}
        before, after = left | paid(plain), paid(result.plan)
        assert all(after[name] <= before[name] for name in riders(result))
    assert result.lower_bound_minor <= figures.objective_minor
    on_board = [one for one in result.plan.parcels if one.service == "own"]
    assert sorted(one.parcel for one in on_board) == sorted(
        name for one in result.plan.rounds for trip in one.trips for name in trip
    )
    borne = sum(one.ride.cost_minor for one in on_board if one.ride)
    assert borne == sum(one.cost_minor for one in result.plan.rounds)
    assert figures.cost_minor == sum(one.cost.total_minor for one in result.plan.parcels)
    told = list(result.decisions())
    assert sum(one.cost_minor for one in told) == figures.cost_minor
    assert all(one.lower_bound_minor <= one.cost_minor for one in told)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000))
def test_equal_days_give_equal_plans(seed: int) -> None:
    problem = random_day(Random(seed))
    assert plan(problem).plan == plan(problem).plan


def test_few_orders_are_explained_by_the_prices_of_the_rounds_that_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quotes are kept for a small batch; those with vans are of other prices than the ones that are told."""
    asked = vans_day([order("o1", "a", place=near(1)), order("o2", "a", place=near(40, 1))], van())
    kept = list(plan(asked).decisions())
    monkeypatch.setattr(board, "FEW_ORDERS", 0)
    assert list(plan(asked).decisions()) == kept
