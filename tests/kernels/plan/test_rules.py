"""Every kind of rule changes a plan, says so, and is verified."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from tests.kernels.plan.scenes import (
    HAMBURG,
    MADRID,
    brand,
    call,
    carton,
    order,
    product,
    rate,
    scene,
    service,
    site,
)

from doorstep.domain.decision import Decision
from doorstep.domain.parcel import Parcel
from doorstep.domain.rules import RULE_KINDS, Rule, RuleScope
from doorstep.domain.supply import StockLevel
from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.plan import PlanProblem, PlanResult, plan
from doorstep.kernels.plan.rules import RULES

GIFT = RuleScope(gift=True)


def planned(problem: PlanProblem, *rules: Rule) -> PlanResult:
    """The plan under the rules, verified."""
    ruled = replace(problem, rules=rules)
    result = plan(ruled)
    assert check(ruled, result.plan) == ()
    return result


def parcels(result: PlanResult, name: str = "1") -> list[Parcel]:
    return [one for one in result.plan.parcels if one.orders == (name,)]


def decision(result: PlanResult, name: str = "1") -> Decision:
    return next(one for one in result.decisions() if one.order == name)


def told(result: PlanResult, name: str = "1") -> dict[str, tuple[int | None, str]]:
    """Rejected options that a rule took, with their cost and its words."""
    listed = decision(result, name).rejected
    return {one.option: (one.cost_minor, one.constraint) for one in listed if "rule " in one.constraint}


def two_sites(**rest: Any) -> PlanProblem:
    """The near site picks for nothing, the far one for 1.00."""
    return scene(
        [order("1", "a", "b", **rest)],
        {"near": {"a": 5, "b": 5}, "far": {"a": 5, "b": 5}},
        sites=[site("near"), site("far", HAMBURG, order_fee=100)],
        services=[service("post"), service("fast", speed="express")],
        rates=[rate("post", 500), rate("fast", 700)],
    )


def test_without_rules_nothing_is_compiled() -> None:
    result = plan(two_sites())
    assert result.reasons.market.ruled is None
    assert result.reasons.assignment.own_cost.tolist() == [500]


def test_only_from_sites() -> None:
    rule = Rule("from-far", "only_from_sites", sites=("far",), reason="the far site has the seal")
    assert [one.site for one in parcels(plan(two_sites()))] == ["near"]
    result = planned(two_sites(), rule)
    assert [one.site for one in parcels(result)] == ["far"]
    assert told(result)["near by post in box"] == (500, "rule from-far: the far site has the seal")
    assert told(result)["near by fast in box"][0] == 700


def test_only_from_sites_concerns_the_parcels_that_hold_its_goods() -> None:
    rule = Rule("b-far", "only_from_sites", RuleScope(skus=("b",)), sites=("far",))
    dear = scene(
        [order("1", "a", "b")],
        {"near": {"a": 5, "b": 5}, "far": {"a": 0, "b": 5}},
        sites=[site("near"), site("far", HAMBURG)],
    )
    result = planned(dear, rule)
    assert {one.site: [part.sku for part in one.contents] for one in parcels(result)} == {"near": ["a"], "far": ["b"]}
    assert told(result)["near by post in box"] == (500, "rule b-far: only from far (sku b)")


def test_never_from_sites() -> None:
    result = planned(two_sites(), Rule("not-near", "never_from_sites", sites=("near",)))
    assert [one.site for one in parcels(result)] == ["far"]
    assert told(result)["near by post in box"] == (500, "rule not-near: never from near")


def test_only_services_for_a_speed_that_was_asked_for() -> None:
    rule = Rule("x", "only_services", RuleScope(speeds=("express",)), services=("fast",))
    assert [one.service for one in parcels(planned(two_sites(), rule))] == ["post"]
    swift = two_sites(speed="standard")
    other = replace(rule, scope=RuleScope(speeds=("standard",)))
    result = planned(swift, other)
    assert [one.service for one in parcels(result)] == ["fast"]
    assert told(result)["near by post in box"] == (500, "rule x: only by fast (asked for standard)")


def test_only_carriers_of_the_express_services() -> None:
    problem = two_sites(speed="express")
    swift = replace(problem.tariff.services[1], service="swift", carrier="z")
    rates = (*problem.tariff.rates, replace(rate("fast", 900), service="swift"))
    zones = (*problem.tariff.zones, *(replace(one, service="swift") for one in problem.tariff.zones))
    services = (*problem.tariff.services, swift)
    tariff = replace(problem.tariff, services=services, rates=rates, zones=zones)
    calls = (*problem.collections, call("near", "swift"))
    problem = replace(problem, tariff=tariff, collections=calls)
    rule = Rule("z-only", "only_carriers", carriers=("z",), of_speeds=("express",))
    assert [one.service for one in parcels(plan(problem))] == ["fast"]
    result = planned(problem, rule)
    assert [one.service for one in parcels(result)] == ["swift"]
    assert told(result)["near by fast in box"] == (700, "rule z-only: only with z of what goes by express service")
    unasked = replace(problem, orders=(replace(problem.orders[0], speed=None),))
    assert [one.service for one in parcels(planned(unasked, rule))] == ["post"]


def test_never_services_at_a_site() -> None:
    result = planned(two_sites(), Rule("no-post", "never_services", sites=("near",), services=("post",)))
    assert [(one.site, one.service) for one in parcels(result)] == [("far", "post")]
    assert told(result)["near by post in box"] == (500, "rule no-post: never by post from near")


def test_hazmat_ground() -> None:
    problem = scene(
        [order("1", "acid"), order("2", "tea")],
        {"near": {"acid": 5, "tea": 5}},
        [product("acid", hazmat="8"), product("tea")],
        services=[service("air"), service("truck")],
        rates=[rate("air", 300), rate("truck", 500)],
    )
    services = (replace(problem.tariff.services[0], mode="air"), problem.tariff.services[1])
    problem = replace(problem, tariff=replace(problem.tariff, services=services))
    rule = Rule("ground", "hazmat_ground", RuleScope(dangerous=True), modes=("road", "rail"))
    result = planned(problem, rule)
    assert [one.service for one in parcels(result) + parcels(result, "2")] == ["truck", "air"]
    constraint = "rule ground: dangerous goods only by road line haul or rail line haul"
    assert told(result) == {"near by air in box": (300, constraint)}


def split_wish(**rest: Any) -> PlanProblem:
    """Cheapest in two parcels: together only at a site that picks for 20.00."""
    return scene(
        [order("1", "a", "b", **rest)],
        {"east": {"a": 5, "b": 0}, "west": {"a": 0, "b": 5}, "hub": {"a": 5, "b": 5}},
        sites=[site("east"), site("west", HAMBURG), site("hub", MADRID, order_fee=2000)],
    )


def test_never_split() -> None:
    rule = Rule("gifts-together", "never_split", GIFT, reason="never split gifts")
    assert len(parcels(plan(split_wish()))) == 2
    assert len(parcels(planned(split_wish(), rule))) == 2
    result = planned(split_wish(gift_note="for you"), rule)
    assert [one.site for one in parcels(result)] == ["hub"]
    assert told(result) == {"in more than 1 parcel": (None, "rule gifts-together: never split gifts")}


def test_max_parcels() -> None:
    stock = {"a-site": {"a": 1, "b": 0, "c": 0}, "b-site": {"a": 0, "b": 1, "c": 0}, "c-site": {"a": 0, "b": 1, "c": 1}}
    fee = {"a-site": 0, "b-site": 0, "c-site": 600}
    problem = scene(
        [order("1", "a", "b", "c")],
        stock,
        sites=[site(name, order_fee=fee[name]) for name in stock],
        cartons=[carton("small", (110, 110, 110)), carton("large", cost=900)],
    )
    assert len(parcels(plan(problem))) == 3
    result = planned(problem, Rule("two", "max_parcels", parcels=2))
    assert len(parcels(result)) == 2
    assert told(result) == {"in more than 2 parcels": (None, "rule two: at most 2 parcels")}


def test_ship_together() -> None:
    rule = Rule("pair", "ship_together", RuleScope(skus=("a", "b")))
    result = planned(split_wish(), rule)
    assert [one.site for one in parcels(result)] == ["hub"]
    assert told(result) == {"a, b apart": (None, "rule pair: ship together (sku a or b)")}
    assert len(parcels(planned(split_wish(), Rule("other", "ship_together", RuleScope(skus=("a", "z")))))) == 2


def test_priority_when_goods_are_short() -> None:
    problem = scene([order("1", "a"), order("vip", "a", priority=2)], {"near": {"a": 1}}, brand=brand(unplanned=1000))
    assert [one.orders for one in plan(problem).plan.parcels] == [("1",)]
    rule = Rule("vip-first", "priority", RuleScope(priority=1), times=3)
    result = planned(problem, rule)
    assert [one.orders for one in result.plan.parcels] == [("vip",)]
    assert "; rule vip-first: first when goods are short" in result.plan.unplanned[0].detail
    assert result.plan.figures.objective_minor == 500 + 1000 == result.lower_bound_minor
    assert told(result, "vip")["left unplanned"][0] == 3000


def test_an_order_of_priority_that_is_left_counts_its_multiple() -> None:
    problem = scene([order("vip", "a", priority=2)], {"near": {"a": 0}}, brand=brand(unplanned=1000))
    result = planned(problem, Rule("vip-first", "priority", RuleScope(priority=1), times=3))
    figures = result.plan.figures
    assert (figures.objective_minor, figures.weighed_minor, result.lower_bound_minor) == (1000, 3000, 3000)


def test_safety_stock_by_units_and_share() -> None:
    problem = scene(
        [order("1", ("a", 4))],
        {"near": {"a": 5}, "far": {"a": 10}},
        sites=[site("near"), site("far", HAMBURG, order_fee=100)],
    )
    assert [one.site for one in parcels(plan(problem))] == ["near"]
    result = planned(problem, Rule("reserve", "safety_stock", sites=("near",), units=2))
    assert [one.site for one in parcels(result)] == ["far"]
    assert told(result)["near, everything in one parcel"][1] == (
        "3 of 4 x a on hand, 2 kept back by rule reserve: keep back 2 units of each sku at near"
    )
    short = planned(problem, Rule("reserve", "safety_stock", share_ppm=850_000))
    assert [(one.reason, one.order) for one in short.plan.unplanned] == [("stock_out", "1")]
    assert short.plan.unplanned[0].detail.startswith("rule reserve: keep back 85 % of each sku at every site; without")


def test_blackout_days_move_what_would_have_left() -> None:
    rule = Rule("feast", "blackout_days", days=(date(2024, 6, 3), date(2024, 6, 4), date(2024, 6, 6)))
    before, result = plan(two_sites()), planned(two_sites(), rule)
    assert [str(one.ship_at.date()) for one in parcels(before)] == ["2024-06-03"]
    assert [str(one.ship_at.date()) for one in parcels(result)] == ["2024-06-05"]
    assert parcels(result)[0].promised_by > parcels(before)[0].promised_by
    words = "rule feast: nothing leaves on 2024-06-03 to 2024-06-04, 2024-06-06"
    assert told(result)["near by post on a shut day"] == (None, words)


def test_blackout_days_before_the_day_of_planning_hold_for_orders_planned_as_at_their_placing() -> None:
    rule = Rule("feast", "blackout_days", days=(date(2024, 6, 3), date(2024, 6, 4), date(2024, 6, 6)))
    result = planned(replace(two_sites(), today=date(2026, 11, 28)), rule)
    assert [str(one.ship_at.date()) for one in parcels(result)] == ["2024-06-05"]


def test_blackout_days_of_one_site_or_service_leave_the_others_open() -> None:
    days = (date(2024, 6, 3),)
    problem = replace(two_sites(), brand=brand(late=0))
    by_post = planned(problem, Rule("strike", "blackout_days", services=("post",), days=days))
    assert [(one.service, str(one.ship_at.date())) for one in parcels(by_post)] == [("post", "2024-06-04")]
    other = planned(problem, Rule("strike", "blackout_days", sites=("far",), days=days))
    assert [str(one.ship_at.date()) for one in parcels(other)] == ["2024-06-03"]


def test_a_long_blackout_under_a_capacity() -> None:
    problem = scene(
        [order("1", "a"), order("2", "a")], {"near": {"a": 5}}, sites=[site("near", capacity=1)], brand=brand(late=100)
    )
    days = tuple(date(2024, 6, day) for day in range(3, 24))
    result = planned(problem, Rule("works", "blackout_days", days=days))
    assert sorted(str(one.ship_at.date()) for one in result.plan.parcels) == ["2024-06-24", "2024-06-25"]


def test_an_order_that_its_rules_leave_no_way_names_them() -> None:
    gift = split_wish(gift_note="x")
    only = Rule("east-only", "only_from_sites", sites=("east",))
    never = Rule("gifts", "never_split", GIFT, reason="never split gifts")
    alone = planned(gift, never, only)
    assert [(one.reason, one.remedy) for one in alone.plan.unplanned] == [
        ("rule", "bring its goods to a site that the rule allows, or change rule east-only")
    ]
    assert alone.plan.unplanned[0].detail == "rule east-only: only from east; without it the order could be sent"
    hub = Rule("no-hub", "never_from_sites", sites=("hub",))
    either = planned(gift, never, hub)
    assert either.plan.unplanned[0].detail == (
        "rule gifts: never split gifts; rule no-hub: never from hub; without any one of them the order could be sent"
    )


def test_of_many_rules_the_smallest_set_that_leaves_no_way_is_named() -> None:
    gift = split_wish(gift_note="x")
    rules = (
        Rule("fast-only", "never_services", services=("none",)),
        Rule("west-only", "only_from_sites", RuleScope(skus=("b",)), sites=("west",)),
        Rule("one", "never_split"),
        Rule("gifts", "never_split", GIFT),
        Rule("no-hub", "never_from_sites", sites=("hub",)),
    )
    result = planned(gift, *rules)
    assert result.plan.unplanned[0].detail == (
        "rule gifts: never split (gifts); rule no-hub: never from hub; together they leave it no way"
    )


def test_an_order_that_no_rule_keeps_back_has_its_own_reason() -> None:
    problem = scene([order("1", ("a", 9))], {"near": {"a": 5}})
    result = planned(problem, Rule("reserve", "safety_stock", units=1), Rule("one", "never_split"))
    assert [(one.reason, one.detail) for one in result.plan.unplanned] == [("stock_out", "9 x a asked, 5 on hand")]


def test_rules_that_have_ended_or_name_nothing_there_change_nothing() -> None:
    plain = plan(two_sites()).plan
    for rule in (
        Rule("over", "only_from_sites", RuleScope(until=date(2024, 6, 2)), sites=("far",)),
        Rule("later", "only_from_sites", RuleScope(since=date(2024, 6, 4)), sites=("far",)),
        Rule("unknown", "never_from_sites", sites=("nowhere",)),
        Rule("abroad", "never_split", RuleScope(countries=("FR",))),
        Rule("past", "blackout_days", days=(date(2020, 1, 1), date(2099, 1, 1))),
    ):
        assert planned(two_sites(), rule).plan == plain


def test_every_kind_has_its_function() -> None:
    assert set(RULES) == set(RULE_KINDS)


def test_what_an_order_holds_already_is_not_kept_back_from_it() -> None:
    problem = scene([order("1", ("a", 4))], {"near": {"a": 5}})
    reserve = Rule("reserve", "safety_stock", units=2)
    assert [one.reason for one in planned(problem, reserve).plan.unplanned] == ["stock_out"]
    own = replace(problem, held=(StockLevel("near", "a", 4),))
    assert len(parcels(planned(own, reserve))) == 1
    part = replace(problem, held=(StockLevel("near", "a", 2),))  # 3 are free, 2 of them stay
    assert [one.reason for one in planned(part, reserve).plan.unplanned] == ["stock_out"]
    assert any("keeps back" in one for one in check(replace(part, rules=(reserve,)), plan(own).plan))


def test_a_share_is_one_of_all_that_lies_there() -> None:
    problem = scene([order("1", ("a", 4))], {"near": {"a": 5}})
    half = Rule("reserve", "safety_stock", share_ppm=200_000)
    assert len(parcels(planned(problem, half))) == 1  # one of 5 stays
    reserved = replace(problem, lying=(StockLevel("near", "a", 10), StockLevel("near", "other", 3)))
    assert [one.reason for one in planned(reserved, half).plan.unplanned] == ["stock_out"]  # two of 10 stay
    assert any("keeps back" in one for one in check(replace(reserved, rules=(half,)), plan(problem).plan))


def test_a_dated_safety_stock_is_in_force_by_the_day_of_the_plan() -> None:
    problem = scene([order("1", ("a", 4))], {"near": {"a": 5}})
    later = Rule("reserve", "safety_stock", RuleScope(since=date(2024, 7, 1)), units=2)
    assert len(parcels(planned(problem, later))) == 1
    then = replace(problem, today=date(2024, 7, 1))
    assert [one.reason for one in planned(then, later).plan.unplanned] == ["stock_out"]


def test_an_order_that_only_a_safety_stock_leaves_short_is_short() -> None:
    problem = scene([order("1", ("a", 4), gift_note="x")], {"near": {"a": 5}})
    reserve = Rule("reserve", "safety_stock", units=2)
    (left,) = planned(problem, reserve).plan.unplanned
    assert left.reason == "stock_out"
    assert (
        left.detail == "rule reserve: keep back 2 units of each sku at every site; without it the order could be sent"
    )
    both = planned(problem, reserve, Rule("nowhere", "never_from_sites", sites=("near",)))
    assert [one.reason for one in both.plan.unplanned] == ["rule"]
