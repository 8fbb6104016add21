"""A nominated day comes first: kept where it can be, waived where that would leave the order."""

from __future__ import annotations

from tests.kernels.plan.scenes import brand, call, carton, day, order, rate, scene, service, zone

from doorstep.domain.demand import Order
from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.plan import PlanProblem, PlanResult, plan

WISHED = day("2024-06-04")  # a day after the orders come in: the courier's, not the cheap post's


def wished(name: str, *skus: str) -> Order:
    return order(name, *skus, not_before=WISHED, promised_by=WISHED)


def problem(*orders: Order, room: int | None = None, max_weight: int = 30_000) -> PlanProblem:
    """The courier costs ten times the post, and a late parcel next to nothing."""
    return scene(
        orders,
        {"berlin": {"mug": 8}},
        cartons=[carton("box")],
        services=[service("courier", speed="express", max_weight=max_weight), service("post", days=(1, 5))],
        zones=[zone("courier", "DE", "DE"), zone("post", "DE", "DE")],
        rates=[rate("courier", 3_000), rate("post", 300)],
        collections=[call("berlin", "courier", capacity=room), call("berlin", "post")],
        brand=brand(late=1),
    )


def sent(asked: PlanProblem, result: PlanResult) -> dict[str, tuple[str, str]]:
    assert check(asked, result.plan) == ()
    return {one.orders[0]: (one.service, str(one.promised_by)) for one in result.plan.parcels}


def test_what_keeps_the_day_beats_what_is_cheaper_and_misses_it() -> None:
    asked = problem(wished("nominated", "mug"), order("plain", "mug"))
    result = plan(asked)
    assert sent(asked, result) == {"nominated": ("courier", "2024-06-04"), "plain": ("post", "2024-06-08")}
    receipt = next(result.decisions())
    assert [(one.option, one.constraint) for one in receipt.rejected if "post" in one.option] == [
        ("berlin by post", "misses the nominated day, 2024-06-04")
    ]


def test_where_nothing_keeps_the_day_cost_decides_and_the_earliest_later_day_is_promised() -> None:
    asked = problem(wished("heavy", "mug"), max_weight=400)
    assert sent(asked, plan(asked)) == {"heavy": ("post", "2024-06-08")}


def test_where_others_take_what_the_day_needs_it_is_waived_before_the_order_is_left() -> None:
    """One room with the courier for two who wish for the day."""
    asked = problem(wished("one", "mug"), wished("other", "mug"), room=1)
    result = plan(asked)
    assert result.plan.unplanned == ()
    assert sorted(name for name, _ in sent(asked, result).values()) == ["courier", "post"]
    assert result.lower_bound_minor <= result.plan.figures.objective_minor
