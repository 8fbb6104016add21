"""Open orders of one shopper to one door may share parcels: never dearer, and as cheap as trying everything."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from tests.kernels.plan.builders import Shape, problem, problems
from tests.kernels.plan.scenes import (
    HAMBURG,
    MONDAY,
    MUNICH,
    PARIS,
    brand,
    call,
    carton,
    cents,
    order,
    product,
    rate,
    scene,
    service,
    site,
)
from tests.kernels.plan.sharers import best_sharing, sharers
from tests.kernels.plan.test_bids import random_bids

from doorstep.domain.bids import BidPrice, BidPrices, CommitmentPrice, SpeedValue
from doorstep.domain.demand import Contact, Order
from doorstep.domain.rules import Rule, RuleScope
from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.plan import PlanParams, PlanResult, plan
from doorstep.kernels.plan.problem import PlanProblem

APART = PlanParams(sharing=False)
AMPLE = Shape(sites=2, services=3, orders=3, fewest_orders=3, lines=2, stock=30, capacity=0.0, faults=0.05, many=0.03)
SHORT = Shape(sites=2, services=2, orders=4, fewest_orders=3, lines=2, products=4, stock=2, capacity=0.3, many=0.0)


def of(name: str, *skus: str | tuple[str, int], **rest: Any) -> Order:
    """An order of one and the same customer."""
    return order(name, *skus, customer="C1", **rest)


def day(orders: list[Order], **rest: Any) -> PlanProblem:
    """One site with a picking of 1.00; a parcel costs 5.00."""
    stock = {"B": {"x": 9, "y": 9}}
    return scene(orders, stock, **({"sites": [site("B", order_fee=100)]} | rest))


def planned(asked: PlanProblem, params: PlanParams | None = None) -> PlanResult:
    result = plan(asked, params)
    assert check(asked, result.plan) == ()
    assert result.lower_bound_minor <= result.plan.figures.weighed_minor
    decisions = list(result.decisions())
    left = {one.order for one in result.plan.unplanned}
    assert [one.order for one in decisions] == [one.order for one in asked.orders if one.order not in left]
    assert sum(one.cost_minor for one in decisions) == result.plan.figures.cost_minor
    if asked.bid_prices is None:
        assert all(one.lower_bound_minor <= one.cost_minor for one in decisions)
    return result


def shared(result: PlanResult) -> list[tuple[str, ...]]:
    return [parcel.orders for parcel in result.plan.parcels if len(parcel.orders) > 1]


def test_two_orders_of_one_customer_go_in_one_parcel() -> None:
    asked = day([of("one", "x", "y"), order("other", "x"), of("two", ("x", 2))])
    result = planned(asked)
    parcel, other = result.plan.parcels
    assert (parcel.parcel, parcel.orders, parcel.cost.total_minor) == ("one-1", ("one", "two"), 600)
    assert other.orders == ("other",)
    assert [(one.order, one.line, one.sku, one.quantity) for one in parcel.contents] == [
        ("one", "1", "x", 1),
        ("one", "2", "y", 1),
        ("two", "1", "x", 2),
    ]
    assert Counter((one.order, one.sku) for one in parcel.placements) == {
        ("one", "x"): 1,
        ("one", "y"): 1,
        ("two", "x"): 2,
    }
    figures, apart = result.plan.figures, planned(asked, APART).plan.figures
    assert (figures.orders, figures.planned, figures.parcels, figures.split_orders) == (3, 3, 2, 0)
    assert (figures.cost_minor, apart.cost_minor) == (1200, 1800)
    assert figures.promised_days == apart.promised_days
    assert result.lower_bound_minor == 1200
    assert result.baseline == plan(asked, APART).baseline


def test_each_order_has_its_part_of_what_the_parcel_costs_by_its_units() -> None:
    first, second = planned(day([of("one", ("x", 2)), of("two", "y")])).decisions()
    assert (first.cost_minor, second.cost_minor, first.lower_bound_minor, second.lower_bound_minor) == (399, 201) * 2
    assert (first.shared_with, second.shared_with) == (("two",), ("one",))
    assert first.together_minor == second.together_minor == 600
    assert (first.chosen[0].orders, first.chosen[0].cost.pick_minor, first.chosen[0].cost.freight_minor) == (
        ("one", "two"),
        66,
        333,
    )
    assert first.rejected[0].cost_minor == 1200
    assert first.rejected[0].option.startswith("not all in shared parcels")
    assert (first.flip, first.flips, second.flip) == (None, (), None)


def test_a_parcel_of_one_of_them_alone_is_named_for_it() -> None:
    large = product("big", (300, 200, 200))
    asked = day([of("one", "x"), of("two", "x", "big")], products=[product("x"), product("y"), large])
    asked = replace(asked, stock=(*asked.stock, replace(asked.stock[0], sku="big")))
    result = planned(asked)
    assert [(one.parcel, one.orders) for one in result.plan.parcels] == [("one-1", ("one", "two")), ("two-1", ("two",))]
    assert result.plan.figures.split_orders == 1
    first, second = result.decisions()
    assert (len(first.chosen), len(second.chosen), second.chosen[1].orders) == (1, 2, ())
    assert second.cost_minor == result.plan.figures.cost_minor - first.cost_minor


@pytest.mark.parametrize(
    "wish",
    [
        {"customer": "C2"},
        {"place": HAMBURG},
        {"contact": Contact(address_1="Next door")},
        {"channel": "shop"},
        {"speed": "express"},
        {"signed_for": True},
        {"residential": False},
        {"saturday": True},
        {"pickup_point": "P"},
        {"safe_place": "shed"},
        {"priority": 1},
        {"gift_note": "with love"},
        {"not_before": date(2024, 6, 5)},
        {"promised_by": date(2024, 6, 9)},
        {"payment": "pending"},
        {"review": True},
    ],
)
def test_orders_that_ask_for_different_things_go_apart(wish: dict[str, Any]) -> None:
    assert not shared(planned(day([of("one", "x"), replace(of("two", "y"), **wish)])))


def test_gifts_nominated_days_and_nobodys_orders_go_apart_however_alike() -> None:
    alone: list[dict[str, Any]] = [
        {"gift_note": "with love"},
        {"not_before": date(2024, 6, 6), "promised_by": date(2024, 6, 6)},
        {"customer": ""},
    ]
    for wish in alone:
        asked = day([replace(of("one", "x"), **wish), replace(of("two", "y"), **wish)])
        assert not shared(planned(asked))
    assert shared(
        planned(day([of("one", "x", promised_by=date(2024, 6, 9)), of("two", "y", promised_by=date(2024, 6, 9))]))
    )


def test_no_order_waits_for_another_but_what_leaves_together_anyhow_may_be_shared() -> None:
    """The cut-off lies between them; the late post calls on the next day only, for both."""
    late = MONDAY.replace(hour=15)
    orders = [of("one", "x"), of("two", "y", at=late)]
    assert not shared(planned(day(orders)))
    assert shared(planned(day(orders, now=late)))
    next_day = MONDAY + timedelta(days=1)
    tuesdays = replace(call("B", "slow"), working_days=type(call("B", "slow").working_days).parse("Tue"))
    both = day(
        orders,
        services=[service("post"), service("slow")],
        collections=[call("B", "post"), tuesdays],
    )
    result = planned(both)
    assert shared(result) == [("one", "two")]
    (parcel,) = result.plan.parcels
    assert (parcel.service, parcel.ship_at.date()) == ("slow", next_day.date())
    reasons = {one.option: one.constraint for one in next(iter(result.decisions())).rejected}
    assert reasons["B by post"] == "the order that came first would wait for the others"


def test_orders_to_another_customs_territory_go_apart() -> None:
    swiss = replace(PARIS, country="CH")
    assert not shared(planned(day([of("one", "x", place=swiss), of("two", "y", place=swiss)])))
    assert shared(planned(day([of("one", "x", place=PARIS), of("two", "y", place=PARIS)])))


def test_what_weighs_on_each_order_weighs_on_what_they_share() -> None:
    """Once for picking, once for the parcel, for all goods in it, and for the waiting of both."""
    bids = BidPrices(
        rows=(BidPrice("B", "x", "", cents(10)), BidPrice("B", "", "", cents(7)), BidPrice("B", "", "post", cents(5))),
        commitments=(CommitmentPrice("post", "", cents(-20)),),
        speed=(SpeedValue("", cents(30)), SpeedValue("two", cents(3))),
    )
    asked = replace(day([of("one", "x"), of("two", ("x", 2))]), bid_prices=bids)
    result = planned(asked)
    assert shared(result) == [("one", "two")]
    (parcel,) = result.plan.parcels
    days = (parcel.promised_by - asked.orders[0].placed_at.date()).days
    assert result.plan.figures.bids_minor == 3 * 10 + 7 + 5 - 20 + 33 * days
    first, second = result.decisions()
    weights = [sum(weight.amount_minor for weight in one.weights) for one in (first, second)]
    assert sum(weights) == result.plan.figures.bids_minor
    assert weights[0] < weights[1]


def test_orders_of_two_days_share_unless_waiting_weighs() -> None:
    later = MONDAY + timedelta(days=1)
    asked = day([of("one", "x"), of("two", "y", at=later)], now=later)
    assert shared(planned(asked))
    prices = BidPrices(rows=(BidPrice("B", "x", "", cents(10)),))
    assert shared(planned(replace(asked, bid_prices=prices)))
    result = planned(replace(asked, bid_prices=replace(prices, speed=(SpeedValue("one", cents(1)),))))
    assert not shared(result)


def test_going_asunder_for_less_money_is_told_to_weigh_more() -> None:
    """Together they need the dear parcel of the quick service; apart each would go slowly, for less and later."""
    fridays = replace(call("B", "slow"), working_days=type(call("B", "slow").working_days).parse("Fri"))
    bare = day(
        [of("one", "x"), of("two", "y")],
        products=[product("x", weight=300), product("y", weight=300)],
        services=[service("post"), service("slow", max_weight=500)],
        rates=[rate("post", 600), rate("slow", 100)],
        collections=[call("B", "post"), fridays],
    )
    result = planned(replace(bare, bid_prices=BidPrices(speed=(SpeedValue("", cents(90)),))))
    assert shared(result) == [("one", "two")]
    for one in result.decisions():
        (asunder,) = [lost for lost in one.rejected if "not all in shared parcels" in lost.option]
        assert (asunder.cost_minor, asunder.constraint, one.together_minor) == (400, "it weighs more", 700)


def test_orders_that_a_rule_tells_apart_go_apart() -> None:
    rule = Rule("r", "only_from_sites", RuleScope(skus=("x",)), sites=("B",))
    asked = replace(day([of("one", "x"), of("two", "y")]), rules=(rule,))
    assert not shared(planned(asked))
    dear = Rule("r", "only_from_sites", RuleScope(value_at_least_micros=1_500_000), sites=("B",))
    assert not shared(planned(replace(asked, rules=(dear,))))  # neither is worth so much, both together are
    both = Rule("r", "never_split", RuleScope(customers=("C1",)))
    assert shared(planned(replace(asked, rules=(both,))))


def test_more_orders_than_go_together_are_bunched() -> None:
    result = planned(day([of(f"o{n}", "x") for n in range(6)], cartons=[carton("box", (600, 400, 400))]))
    assert sorted(map(len, shared(result))) == [2, 4]
    assert len(result.plan.parcels) == 2


def test_orders_of_too_many_lines_go_apart() -> None:
    names = [f"s{n}" for n in range(9)]
    asked = scene([of("one", *names[:5]), of("two", *names[5:])], {"B": dict.fromkeys(names, 9)})
    assert not shared(planned(asked))
    assert shared(planned(asked, PlanParams(exact_atoms=9)))


def test_what_costs_more_together_goes_apart() -> None:
    heavy = [product("x", weight=900), product("y", weight=900)]
    asked = day([of("one", "x"), of("two", "y")], products=heavy, services=[service("post", max_weight=1_500)])
    assert not shared(planned(asked))
    assert [one.shared_with for one in planned(asked).decisions()] == [(), ()]


def test_a_shared_parcel_takes_the_room_of_one_order_and_one_parcel() -> None:
    full = day([of("one", "x"), of("two", "y")], sites=[site("B", order_fee=100, capacity=1)])
    assert planned(full).plan.parcels[0].ship_at.date() == MONDAY.date()
    assert len({one.ship_at.date() for one in planned(full, APART).plan.parcels}) == 2


def test_one_that_cannot_be_sent_does_not_keep_the_other() -> None:
    asked = day([of("one", "x"), of("two", ("y", 10))], brand=brand(unplanned=2_000))
    result = planned(asked)
    assert [one.order for one in result.plan.unplanned] == ["two"]
    assert result.plan.unplanned[0].reason == "stock_out"
    assert result.lower_bound_minor == result.plan.figures.objective_minor == 2_600


def test_late_cost_is_that_of_the_parcel() -> None:
    asked = day([of("one", "x"), of("two", "y")], brand=brand(late=1_000, target_ppm=10_000))
    (parcel,) = planned(asked).plan.parcels
    late_minor = 1_000 * (1_000_000 - parcel.on_time_ppm) / 1_000_000
    assert abs(parcel.cost.lateness_minor - late_minor) <= 0.5


@settings(max_examples=25, deadline=None)
@given(problems(AMPLE))
def test_with_ample_stock_it_costs_what_trying_everything_finds(drawn: PlanProblem) -> None:
    asked = sharers(drawn, 3)
    result = planned(asked)
    assert result.lower_bound_minor <= best_sharing(asked, 3) <= result.plan.figures.objective_minor
    if not planned(asked, APART).reasons.table.contested.any():  # the bound begins with each by himself
        assert result.lower_bound_minor == result.plan.figures.objective_minor


@settings(max_examples=25, deadline=None)
@given(problems(SHORT))
def test_where_stock_is_short_it_is_never_dearer_than_apart(drawn: PlanProblem) -> None:
    asked = sharers(drawn, 3)
    result, apart = planned(asked), planned(asked, APART)
    best = best_sharing(asked, 3)
    assert result.lower_bound_minor <= best <= result.plan.figures.objective_minor
    assert result.plan.figures.objective_minor <= apart.plan.figures.objective_minor
    assert result.plan.figures.planned >= apart.plan.figures.planned or best < apart.plan.figures.objective_minor


def test_the_best_is_found_of_nearly_all_days_of_few_orders() -> None:
    """Nothing promises it; a change that loses it should be noticed. Some of the days must have something to share."""
    missed = gained = 0
    for seed in range(24):
        asked = sharers(problem(Random(seed), SHORT if seed % 2 else AMPLE), 3)
        result = planned(asked)
        missed += result.plan.figures.objective_minor > best_sharing(asked, 3)
        gained += bool(shared(result))
    assert missed <= 1
    assert gained >= 5


SCARCE = (
    Shape(
        sites=3, services=3, orders=5, fewest_orders=3, lines=2, products=3, stock=3, capacity=0.6, many=0.5, faults=0
    ),
    Shape(
        sites=3, services=2, orders=4, fewest_orders=2, lines=2, products=2, stock=2, capacity=0.5, many=0, faults=0.05
    ),
)


@pytest.mark.parametrize("seed", [211, 235, 269, 316, 325, 358, 514, 635, 1087, 1483])
def test_what_one_order_may_not_take_alone_is_no_saving(seed: int) -> None:
    """An order that wants the last unit twice, rows of capacity that are closed, chains of orders on one day."""
    planned(sharers(problem(Random(seed + 777), SCARCE[seed % 2]), 4))


def test_going_asunder_costs_what_it_does_when_both_are_served() -> None:
    asked = scene(
        [of("1", "x"), of("2", "x")],
        {"near": {"x": 1}, "far": {"x": 9}},
        sites=[site("near", MUNICH), site("far", HAMBURG)],
        services=[service("a"), service("b")],
        collections=[call("near", "a"), call("far", "b")],
        rates=[rate("a", 500), rate("b", 5_000)],
    )
    result = planned(asked)
    (parcel,) = result.plan.parcels
    assert parcel.orders == ("1", "2")
    for one in result.decisions():
        (asunder,) = [lost for lost in one.rejected if "not all in shared parcels" in lost.option]
        assert (asunder.cost_minor, asunder.constraint) == (5_500, "")


def weighing(seed: int, shape: Shape) -> PlanProblem:
    """Sharers of one day on which everything weighs."""
    drawn = problem(Random(seed), shape)
    today = drawn.orders[0].placed_at
    same = tuple(
        replace(one, placed_at=max(today, datetime.combine(today, one.placed_at.timetz()))) for one in drawn.orders
    )
    asked = sharers(replace(drawn, orders=same), 3)
    return replace(asked, bid_prices=random_bids(Random(seed), asked))


@pytest.mark.parametrize("may_leave", [False, True])
@pytest.mark.parametrize("seed", range(24))
def test_under_weights_sharing_never_weighs_more_and_no_plan_is_below_the_bound(seed: int, may_leave: bool) -> None:
    asked = weighing(seed, (AMPLE, SHORT, *SCARCE)[seed % 4])
    assert asked.bid_prices is not None
    asked = replace(asked, bid_prices=replace(asked.bid_prices, may_leave=may_leave))
    result, apart = planned(asked), plan(asked, APART)
    assert result.plan.figures.weighed_minor <= apart.plan.figures.weighed_minor
    light = plan(replace(asked, bid_prices=None)).plan
    faults = check(asked, light)
    assert all(" weigh " in fault for fault in faults)
    weight = int(faults[0].split(" weigh ")[1].split(" ")[0]) if faults else 0
    assert result.lower_bound_minor <= light.figures.objective_minor + weight


def test_sharing_happens_under_weights_and_is_sometimes_worth_it() -> None:
    """Without this the tests above could hold for never sharing."""
    results = [plan(weighing(seed, AMPLE)) for seed in range(12)]
    assert sum(bool(shared(one)) for one in results) >= 3


def test_prices_of_nothing_change_nothing_of_what_is_shared() -> None:
    for seed in range(6):
        asked = sharers(problem(Random(seed), SHORT), 3)
        nothing = BidPrices(tuple(BidPrice(s.site, p.sku) for s in asked.sites for p in asked.products))
        without, beside = plan(asked), plan(replace(asked, bid_prices=nothing))
        assert beside.plan == without.plan
        assert list(beside.decisions()) == list(without.decisions())
