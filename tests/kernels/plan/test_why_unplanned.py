"""An order without a plan comes back with the true reason, and a remedy that would help."""

from __future__ import annotations

from tests.kernels.plan.scenes import call, order, scene, service, site

from doorstep.domain.decision import Unplanned
from doorstep.domain.supply import Inbound
from doorstep.kernels.plan.plan import PlanProblem, plan


def why(problem: PlanProblem) -> Unplanned:
    (one,) = plan(problem).plan.unplanned
    return one


def test_no_capacity_at_all_is_not_a_matter_of_cost() -> None:
    found = why(scene([order("one", "a")], {"x": {"a": 1}}, collections=[call("x", "post", capacity=0)]))
    assert found.reason == "capacity"


def test_goods_spread_over_too_many_sites_are_not_a_matter_of_collections() -> None:
    spread = {name: {sku: 1} for name, sku in zip("wxyz", "abcd", strict=True)}
    found = why(scene([order("one", "a", "b", "c", "d")], spread))
    assert (found.reason, found.detail) == (
        "too_many_parcels",
        "its goods lie at such sites that it needs more than 3 parcels",
    )


def test_a_site_where_nobody_calls_is_named_by_its_goods() -> None:
    found = why(scene([order("one", ("a", 2))], {"x": {"a": 5}, "y": {"a": 1}}, collections=[call("y", "post")]))
    assert (found.reason, found.detail) == ("no_collection", "no service calls at a site that holds 2 x a")


def test_what_is_missing_is_counted_over_the_whole_order() -> None:
    found = why(scene([order("one", ("a", 6))], {"x": {"a": 3}, "y": {"a": 1}}))
    assert (found.reason, found.detail) == ("stock_out", "6 x a asked, 4 on hand")
    assert found.remedy.startswith("bring 2 more x a")


def test_goods_on_their_way_are_told_of_when_they_are_enough() -> None:
    one = order("one", ("a", 5))
    few, enough = (Inbound("x", "a", units, one.placed_at) for units in (2, 4))
    assert "only 2 more are announced" in why(scene([one], {"x": {"a": 1}}, inbound=[few])).remedy
    assert why(scene([one], {"x": {"a": 1}}, inbound=[few, enough])).remedy.startswith("4 x a expected at x")


def test_goods_where_no_order_is_sent_from_are_told_apart() -> None:
    found = why(scene([order("one", "a")], {"x": {"a": 3}}, sites=[site("x", kind="locker")]))
    assert found.detail == "1 x a asked, 0 on hand where orders are sent from, 3 at other sites"


def test_services_of_another_kind_do_not_hide_the_reason() -> None:
    services = [service("post"), service("points", to="pickup_point")]
    far = order("one", "a")
    problem = scene([far], {"x": {"a": 1}}, services=services, zones=[])
    assert why(problem).reason == "no_zone"
