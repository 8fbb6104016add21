"""What leaves an order without a plan is told irreducibly: without any one of it, there is a plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given, settings
from tests.kernels.plan.builders import Shape, problems
from tests.kernels.plan.scenes import (
    MADRID,
    MONDAY,
    brand,
    call,
    carton,
    order,
    product,
    rate,
    scene,
    service,
    site,
    zone,
)

from doorstep.domain.decision import Conflict, Unplanned
from doorstep.domain.rules import Rule
from doorstep.domain.supply import Inbound, StockLevel
from doorstep.kernels.plan import conflicts as module
from doorstep.kernels.plan.alone_again import decided_again
from doorstep.kernels.plan.conflicts import Conflicts, irreducible
from doorstep.kernels.plan.plan import PlanParams, PlanProblem, PlanResult, plan
from doorstep.kernels.plan.relax import OTHERS, PARCELS, Key, relaxed

TIGHT = Shape(sites=3, services=3, cartons=3, products=4, orders=5, lines=3, stock=2, capacity=0.4, wishes=0.25)


def explained(problem: PlanProblem, name: str = "one", params: PlanParams | None = None) -> Unplanned:
    (left,) = (one for one in plan(problem, params).conflicts() if one.order == name)
    return left


def told(problem: PlanProblem, name: str = "one") -> list[tuple[str, int, bool]]:
    return [(one.constraint, one.group, one.enough) for one in explained(problem, name).conflicts]


def only(problem: PlanProblem) -> Conflict:
    (one,) = explained(problem).conflicts
    assert (one.group, one.enough) == (1, True)
    return one


def served(problem: PlanProblem) -> bool:
    return not plan(problem).plan.unplanned


def test_goods_that_are_nowhere_are_to_be_brought() -> None:
    problem = scene([order("one", ("a", 3))], {"x": {"a": 1}}, inbound=[Inbound("x", "a", 5, MONDAY)])
    one = only(problem)
    assert (one.constraint, one.detail) == ("stock", "3 x a asked, 1 left at x")
    assert one.fix == "bring 2 more x a to x (5 expected there on 2024-06-03)"
    assert served(replace(problem, stock=(*problem.stock, StockLevel("x", "a", 2))))
    assert not served(replace(problem, stock=(*problem.stock, StockLevel("x", "a", 1))))


def test_goods_that_others_hold_are_told_with_who_has_too_little() -> None:
    first = order("first", "a", priority=1, at=MONDAY - timedelta(hours=1))
    problem = scene([first, order("one", ("a", 2))], {"x": {"a": 2}}, brand=brand(unplanned=10_000))
    (name,) = {one.order for one in plan(problem).plan.unplanned}
    found = explained(problem, name).conflicts
    assert [(one.constraint, one.enough) for one in found] == [("stock", True), ("others", True)]
    assert found[1].detail.startswith("other orders take ")


def test_an_order_that_has_room_nowhere() -> None:
    problem = scene([order("one", "a")], {"x": {"a": 1}}, collections=[call("x", "post", capacity=0)])
    one = only(problem)
    assert (one.constraint, one.fix) == (
        "capacity",
        "raise daily_parcel_capacity of post at x, or plan it with the next batch",
    )


def test_room_that_others_take_counts() -> None:
    two = [order("one", "a"), order("two", "a")]
    now = {"sites": [site("x", capacity=1)], "collections": [call("x", "post", working=site("x").working_days)]}
    problem = scene(two, {"x": {"a": 5}}, **now)  # type: ignore[arg-type]
    result = plan(problem, PlanParams(days_ahead=1))
    (left,) = result.conflicts()
    assert [one.constraint for one in left.conflicts] == ["capacity"]
    assert "x handles 1 orders a day" in left.conflicts[0].detail


def test_a_product_for_which_there_is_no_carton() -> None:
    problem = scene([order("one", "a")], {"x": {"a": 1}}, [product("a", (500, 100, 100))])
    one = only(problem)
    assert (one.constraint, one.fix) == ("carton_size", "add a carton of 500 x 100 x 100 mm inside")
    assert served(replace(problem, cartons=(*problem.cartons, carton("new", (500, 100, 100)))))


def test_a_product_that_is_too_heavy_for_its_carton() -> None:
    goods = [product("a", weight=9_000)]
    one = only(scene([order("one", "a")], {"x": {"a": 1}}, goods, cartons=[carton("box", max_weight=5_000)]))
    assert (one.constraint, one.fix) == ("carton_weight", "let box weigh 9000 g (max_weight_g in cartons.csv)")


def test_a_product_that_is_too_large_for_cartons_and_services_has_two_conflicts() -> None:
    goods, services = [product("a", (900, 100, 100))], [service("post", max_length=600)]
    problem = scene([order("one", "a")], {"x": {"a": 1}}, goods, services=services)
    assert told(problem) == [("carton_size", 1, False), ("service_length", 2, False)]


@pytest.mark.parametrize(
    ("limits", "constraint", "said"),
    [
        ({"max_weight": 400}, "service_weight", "a parcel of 500 g; post carries up to 400 g"),
        ({"max_length": 250}, "service_length", "a parcel of 300 mm; post takes up to 250 mm"),
        ({"max_girth": 900}, "service_girth", "a parcel of 1100 mm in girth; post takes up to 900 mm"),
    ],
)
def test_what_services_do_not_take(limits: dict[str, int], constraint: str, said: str) -> None:
    goods = [product("a", (300, 200, 200), own_box=True)]
    services = [service("post", **limits)]  # type: ignore[arg-type]
    one = only(scene([order("one", "a")], {"x": {"a": 1}}, goods, services=services))
    assert (one.constraint, one.detail) == (constraint, said)


def test_rates_that_end_too_early() -> None:
    one = only(scene([order("one", "a")], {"x": {"a": 1}}, rates=[rate("post", 500, up_to=300)]))
    assert (one.constraint, one.detail) == ("service_weight", "the rates of post end below a parcel of 500 g")


def test_a_destination_that_no_service_has_a_zone_for() -> None:
    problem = scene([order("one", "a", place=MADRID)], {"x": {"a": 1}}, zones=[zone("post", "DE", "DE")])
    one = only(problem)
    assert (one.constraint, one.fix) == ("zone", "add ES 28001 to the zones of post from DE")
    more = (*problem.tariff.zones, zone("post", "DE", "ES"))
    assert served(replace(problem, tariff=replace(problem.tariff, zones=more)))


def test_goods_where_nobody_calls_can_be_moved_or_collected() -> None:
    found = explained(scene([order("one", "a")], {"x": {"a": 1}, "y": {}}, collections=[call("y", "post")])).conflicts
    assert [(one.constraint, one.fix) for one in found] == [
        ("collection", "have a collection of post at x (collections.csv)"),
        ("stock", "bring 1 more x a to y"),
    ]


@pytest.mark.parametrize(
    ("wish", "constraint"),
    [
        ({"speed": "express"}, "speed"),
        ({"pickup_point": "P-1"}, "door"),
    ],
)
def test_wishes_that_no_service_grants(wish: dict[str, object], constraint: str) -> None:
    assert only(scene([order("one", "a", **wish)], {"x": {"a": 1}})).constraint == constraint  # type: ignore[arg-type]


def test_a_wish_and_a_rule_that_do_not_go_together() -> None:
    services = [service("post"), service("fast", speed="express")]
    rule = Rule("by-post", "only_services", services=("post",))
    problem = replace(scene([order("one", "a", speed="express")], {"x": {"a": 1}}, services=services), rules=(rule,))
    assert told(problem) == [("speed", 1, True), ("rule", 1, True)]


def test_goods_at_too_many_sites() -> None:
    spread = {name: {sku: 1} for name, sku in zip("wxyz", "abcd", strict=True)}
    found = explained(scene([order("one", "a", "b", "c", "d")], spread)).conflicts
    assert [one.constraint for one in found] == ["parcels", "stock", "stock", "stock", "stock"]
    assert all(one.enough for one in found)
    assert found[0].fix == "make several orders of it, 4 parcels in all"


def test_an_order_that_costs_more_than_it_is_worth() -> None:
    one = only(scene([order("one", "a")], {"x": {"a": 1}}, brand=brand(unplanned=300)))
    assert (one.constraint, one.detail) == (
        "cost",
        "it would cost 5.00 EUR (from x by post), and to leave it counts 3.00",
    )


def test_orders_that_are_faulty_keep_their_reason_alone() -> None:
    left = explained(scene([order("one", "unheard-of")], {"x": {"a": 1}}))
    assert (left.reason, left.conflicts) == ("unknown_sku", ())


def test_what_cannot_be_mended_keeps_its_reason_alone() -> None:
    left = explained(scene([order("one", "a")], {"x": {"a": 1}}, services=[], rates=[rate("none", 1)][:0]))
    assert left.reason
    assert left.conflicts == ()


def test_only_so_many_orders_are_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_EXPLAINED", 1)
    problem = scene([order("one", "a"), order("two", "a")], {"x": {"a": 0}})
    assert [bool(one.conflicts) for one in plan(problem).conflicts()] == [True, False]


def test_the_filter_keeps_what_is_needed() -> None:
    keys = [(kind, "") for kind in "abcdef"]

    def held(kept: frozenset[Key]) -> bool:
        kinds = {kind for kind, _ in kept}
        return {"b", "d"} <= kinds or {"c", "e", "f"} <= kinds

    assert irreducible(keys, held) == {("c", ""), ("e", ""), ("f", "")}
    assert irreducible(keys, held, "bd") == {("b", ""), ("d", "")}
    assert irreducible(keys, held, "bc") == {("c", ""), ("e", ""), ("f", "")}


def again(problem: PlanProblem, result: PlanResult, name: str, without: frozenset[Key]) -> bool | None:
    """Whether the order can be planned without these, decided from the problem; None: this cannot tell."""
    limited = any(one.daily_order_capacity is not None for one in problem.sites) or any(
        one.daily_parcel_capacity is not None for one in problem.collections
    )
    if PARCELS in without or (OTHERS in without and limited and ("capacity", "") not in without):
        return None
    (order,) = (one for one in problem.orders if one.order == name)
    held = () if OTHERS in without else result.plan.parcels
    return bool(decided_again(relaxed(replace(problem, orders=(order,)), without), name, held).sent)


@settings(deadline=None, max_examples=25)
@given(problems(TIGHT))
def test_each_of_a_group_is_needed_and_together_they_are_enough(problem: PlanProblem) -> None:
    result = plan(problem)
    left = [one for one in result.conflicts() if one.conflicts]
    assume(left)
    fresh = Conflicts.of(result.reasons, PlanParams(), result.pack_params)
    for one in left[:2]:
        order = next(each for each in problem.orders if each.order == one.order)
        offered = fresh.offered(order, one.reason)
        whole = frozenset(offered)
        first = fresh.groups(order, one.reason)[0]
        assert [key[0] for key in offered if key in first] == [
            told.constraint for told in one.conflicts if told.group == 1
        ]
        assert not fresh.bench.sent(order, whole - first)
        assert again(problem, result, one.order, whole - first) in (False, None)
        for key in first:
            assert fresh.bench.sent(order, whole - first | {key})
            assert again(problem, result, one.order, whole - first | {key}) in (True, None)
        for key, conflict in zip([key for key in offered if key in first], one.conflicts, strict=False):
            assert again(problem, result, one.order, frozenset({key})) in (conflict.enough, None)
