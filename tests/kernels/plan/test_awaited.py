"""Orders that wait for announced goods: nobody counts on a unit twice, and nothing leaves before it is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.plan.builders import START, Shape
from tests.kernels.plan.builders import problem as random_problem
from tests.kernels.plan.scenes import MONDAY, call, order, scene, site

from doorstep.domain.decision import Waiting
from doorstep.domain.place import Place
from doorstep.domain.rules import Rule, RuleScope
from doorstep.domain.supply import Booked, Inbound, StockLevel
from doorstep.kernels.plan.awaited import await_goods
from doorstep.kernels.plan.check_waiting import waiting_faults
from doorstep.kernels.plan.plan import PlanResult, plan
from doorstep.kernels.plan.problem import PlanProblem

WEDNESDAY, FRIDAY = MONDAY + timedelta(days=2), MONDAY + timedelta(days=4)


def waits_of(problem: PlanProblem) -> tuple[PlanResult, dict[str, Waiting]]:
    result = plan(problem)
    waits = await_goods(problem, result).waits
    assert waiting_faults(problem, result.plan, waits) == ()
    return result, dict(waits)


def test_goods_on_hand_and_goods_to_come_leave_in_one_parcel() -> None:
    """The pot is here, the cup is not: neither leaves before Wednesday, and the cup alone is counted on."""
    problem = scene(
        [order("set", "pot", "cup")],
        {"berlin": {"pot": 1, "cup": 0}},
        inbound=[Inbound("berlin", "cup", 5, WEDNESDAY)],
    )
    result, waits = waits_of(problem)
    assert [one.reason for one in result.plan.unplanned] == ["stock_out"]
    found = waits["set"]
    assert found.units == (StockLevel("berlin", "cup", 1),)
    assert found.due == WEDNESDAY
    [parcel] = found.parcels
    assert parcel.ship_at.date() == WEDNESDAY.date()
    assert found.expected_by == parcel.promised_by == WEDNESDAY.date() + timedelta(days=1)
    [told] = await_goods(problem, result).left(result)
    assert told.waiting == found
    when, day = "wait until 2024-06-05", "expected by 2024-06-06"
    assert told.remedy == f"{when} for 1 x cup at berlin, counted for it in this plan; {day}"


def test_no_announced_unit_is_promised_twice() -> None:
    wants = [order(name, "cup") for name in ("a", "b", "c", "d")]
    coming = [Inbound("berlin", "cup", 1, FRIDAY), Inbound("berlin", "cup", 2, WEDNESDAY)]
    _, waits = waits_of(scene(wants, {"berlin": {"cup": 0}}, inbound=coming))
    assert sorted(one.due for one in waits.values()) == [WEDNESDAY, WEDNESDAY, FRIDAY]


def test_what_comes_is_left_where_the_plan_needs_nothing_of_it() -> None:
    problem = scene([order("a", "cup")], {"berlin": {"cup": 1}}, inbound=[Inbound("berlin", "cup", 9, WEDNESDAY)])
    result, waits = waits_of(problem)
    assert result.plan.unplanned == ()
    assert waits == {}


def test_goods_that_are_late_or_elsewhere_are_not_counted_on() -> None:
    sites = [site("berlin"), site("rail yard", kind="depot")]
    late, elsewhere = Inbound("berlin", "cup", 5, MONDAY), Inbound("rail yard", "cup", 5, WEDNESDAY)
    problem = scene([order("a", "cup")], {"berlin": {"cup": 0}}, sites=sites, inbound=[late, elsewhere])
    assert waits_of(problem)[1] == {}
    assert waits_of(replace(problem, now=MONDAY - timedelta(days=1)))[1].keys() == {"a"}


def test_an_order_that_goods_do_not_help_does_not_wait() -> None:
    lost = order("lost", "cup", place=Place("XX", "", "Nowhere", ""))
    coming = [Inbound("berlin", "cup", 5, WEDNESDAY)]
    problem = replace(scene([order("a", "cup")], {"berlin": {"cup": 0}}, inbound=coming), orders=(lost,))
    assert waits_of(problem)[1] == {}


def test_days_that_are_full_stay_full() -> None:
    """One order a day: the plan has Monday, an earlier decision has Wednesday."""
    limited = [site("berlin", capacity=1)]
    wants = [order("now", "pot"), order("a", "cup"), order("b", "cup")]
    problem = scene(
        wants, {"berlin": {"pot": 1, "cup": 0}}, sites=limited, inbound=[Inbound("berlin", "cup", 5, WEDNESDAY)]
    )
    problem = replace(problem, booked=(Booked("berlin", "", WEDNESDAY.date(), 1),))
    _, waits = waits_of(problem)
    days = sorted(parcel.ship_at.date() for one in waits.values() for parcel in one.parcels)
    assert days == [WEDNESDAY.date() + timedelta(days=1), FRIDAY.date()]


def test_a_safety_stock_is_kept_of_what_comes() -> None:
    rule = Rule("reserve", "safety_stock", units=2)
    wants = [order(name, "cup") for name in ("a", "b", "c")]
    problem = scene(wants, {"berlin": {"cup": 2}}, inbound=[Inbound("berlin", "cup", 1, WEDNESDAY)])
    _, waits = waits_of(replace(problem, rules=(rule,)))
    assert len(waits) == 1
    assert {one.units for one in waits.values()} == {(StockLevel("berlin", "cup", 1),)}


def test_nobody_waits_for_the_end_of_a_safety_stock() -> None:
    """It ends before the cup comes; what it keeps is not announced, and cannot be counted on."""
    rule = Rule("reserve", "safety_stock", RuleScope(until=MONDAY.date()), units=3)
    wants = [order(name, "cup") for name in ("a", "b", "c", "d")]
    problem = scene(wants, {"berlin": {"cup": 3}}, inbound=[Inbound("berlin", "cup", 1, WEDNESDAY)])
    assert len(waits_of(replace(problem, rules=(rule,)))[1]) == 1


def test_a_day_that_was_promised_and_is_lost_is_told_anew() -> None:
    promised = order("a", "cup", promised_by=MONDAY.date() + timedelta(days=1))
    problem = scene([promised], {"berlin": {"cup": 0}}, inbound=[Inbound("berlin", "cup", 1, WEDNESDAY)])
    assert waits_of(problem)[1]["a"].expected_by == WEDNESDAY.date() + timedelta(days=1)


def test_an_order_placed_after_the_goods_come_waits_for_nothing_before_that() -> None:
    wants = [order("early", "pot"), order("late", "cup", at=FRIDAY)]
    problem = scene(wants, {"berlin": {"pot": 1, "cup": 0}}, inbound=[Inbound("berlin", "cup", 1, WEDNESDAY)])
    assert waits_of(problem)[1]["late"].due == FRIDAY


def test_who_goes_away_empty_is_told_of_what_is_left_of_the_announcements() -> None:
    wants = [order("a", "cup"), order("b", ("cup", 3))]
    coming = [Inbound("berlin", "cup", 3, WEDNESDAY), Inbound("berlin", "cup", 4, MONDAY - timedelta(days=5))]
    problem = scene(wants, {"berlin": {"cup": 0}}, inbound=coming)
    result = plan(problem)
    awaited = await_goods(problem, result)
    assert len(awaited.waits) == 1
    [empty] = [one for one in awaited.left(result) if one.waiting is None]
    units = sum(one.quantity for one in awaited.still)
    assert units == 3 - sum(level.on_hand for one in awaited.waits.values() for level in one.units)
    assert "2024-05-29" not in empty.remedy
    assert "3 x cup expected" not in empty.remedy


def test_orders_of_one_shopper_may_wait_for_one_parcel() -> None:
    both = [replace(order(name, sku), customer="anna") for name, sku in (("a", "pot"), ("b", "cup"))]
    coming = [Inbound("berlin", "pot", 1, WEDNESDAY), Inbound("berlin", "cup", 1, WEDNESDAY)]
    _, waits = waits_of(scene(both, {"berlin": {"pot": 0, "cup": 0}}, inbound=coming))
    assert {one.parcels for one in waits.values()} == {waits["a"].parcels}
    assert waits["a"].parcels[0].orders == ("a", "b")
    assert {name: one.units for name, one in waits.items()} == {
        "a": (StockLevel("berlin", "pot", 1),),
        "b": (StockLevel("berlin", "cup", 1),),
    }


def test_the_verifier_sees_what_is_wrong() -> None:
    wants = [order("a", "cup"), order("b", "cup")]
    problem = scene(wants, {"berlin": {"cup": 0}}, inbound=[Inbound("berlin", "cup", 2, WEDNESDAY)])
    result, waits = waits_of(problem)

    def faults(**change: object) -> str:
        return " ".join(waiting_faults(problem, result.plan, {**waits, "a": replace(waits["a"], **change)}))  # type: ignore[arg-type]

    assert "before its goods are due" in faults(due=FRIDAY)
    assert "too many are waited for" in faults(units=(StockLevel("berlin", "cup", 2),))
    assert "from its shelves" in faults(units=())
    assert "its parcels are not" in faults(expected_by=MONDAY.date())
    assert "asks for" in faults(parcels=waits["b"].parcels)
    assert "not left by the plan" in " ".join(waiting_faults(problem, replace(result.plan, unplanned=()), waits))
    few = replace(problem, collections=(call("berlin", "post", capacity=1),))
    assert "can" in " ".join(waiting_faults(few, result.plan, waits))


def coming_problem(seed: int, capacity: bool = False) -> PlanProblem:
    """Little on hand, and up to five announcements within eight days."""
    rng = Random(seed)
    shape = Shape(sites=3, products=3, orders=6, stock=1, capacity=float(capacity), faults=0.0, wishes=0.05)
    problem = random_problem(rng, shape)
    spots = [(one.site, two.sku) for one in problem.sites for two in problem.products]
    coming = [
        Inbound(*rng.choice(spots), rng.randint(1, 4), START + timedelta(hours=rng.randint(1, 200)))
        for _ in range(rng.randint(1, 5))
    ]
    return replace(problem, inbound=tuple(coming))


@given(seed=st.integers(0, 10**9), capacity=st.booleans())
@settings(max_examples=60, deadline=None)
def test_whoever_waits_can_be_served(seed: int, capacity: bool) -> None:
    problem = coming_problem(seed, capacity)
    result, waits = waits_of(problem)
    assert waits == await_goods(problem, result).waits


def test_many_of_them_wait() -> None:
    """So that the property above is about something."""
    assert sum(len(waits_of(coming_problem(seed))[1]) for seed in range(40)) > 20
