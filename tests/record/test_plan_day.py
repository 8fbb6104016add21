"""A day planned out of the record: reserved, kept, explained, and nothing taken twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.record.brand import NOW, loaded

from doorstep.core.decisions.models import Decision
from doorstep.core.events.models import Fact
from doorstep.core.orders.models import Order
from doorstep.core.parcels.models import Parcel
from doorstep.core.stock.models import Level, Move
from doorstep.domain.errors import NotFound
from doorstep.domain.rights import Scope
from doorstep.files.demo import demo_brand
from doorstep.flows import plan_day as flow
from doorstep.flows.plan_day import plan_day
from doorstep.kernels.plan.plan import PlanProblem, PlanResult
from doorstep.kernels.plan.plan import plan as real
from doorstep.kernels.run import Run

pytestmark = pytest.mark.django_db


def units(state: str) -> int:
    return sum(Level.objects.filter(state=state).values_list("quantity", flat=True))


def test_the_tea_shops_day_is_kept() -> None:
    scope, brand_id = loaded()
    before = units("available")
    day = plan_day(scope, brand_id, now=NOW, run=Run())
    assert (day.planned, day.unplanned, day.overtaken) == (3, 0, 0)
    states = dict(Order.objects.values_list("code", "state"))
    assert states == {"T-1": "planned", "T-2": "planned", "T-3": "planned", "T-4": "held"}
    held = Order.objects.get(code="T-4")
    assert held.reason == "no_zone"
    assert held.remedy == "add the destination to the zones of a service (page Tariffs), or mend the address"
    asked = sum(line.quantity for order in Order.objects.filter(state="planned") for line in order.lines.all())
    assert units("reserved") == asked
    assert units("available") == before - asked
    assert sorted(Parcel.objects.values_list("site__code", "service")) == [
        ("berlin", "express"),
        ("berlin", "parcel"),
        ("munich", "parcel"),
    ]


def test_every_planned_order_has_its_decision_its_fact_and_its_moves() -> None:
    scope, brand_id = loaded()
    plan_day(scope, brand_id, now=NOW, run=Run())
    for order in Order.objects.filter(state="planned"):
        decision = Decision.objects.get(order=order)
        parcels = Parcel.objects.filter(order=order)
        costs = ("pick_minor", "carton_minor", "freight_minor", "surcharges_minor", "duty_tax_minor", "lateness_minor")
        assert decision.cost_minor == sum(getattr(parcel, cost) for parcel in parcels for cost in costs)
        assert decision.record["order"] == order.code
        fact = Fact.objects.get(subject=f"order:{order.pk}", kind="OrderPromised")
        assert fact.data["promised_by"] == max(parcel.promised_by for parcel in parcels).isoformat()
        moved = sum(Move.objects.filter(reference=f"order:{order.pk}").values_list("quantity", flat=True))
        assert moved == sum(line.quantity for line in order.lines.all())


def test_planning_again_changes_nothing() -> None:
    scope, brand_id = loaded()
    plan_day(scope, brand_id, now=NOW, run=Run())
    moves, parcels = Move.objects.count(), Parcel.objects.count()
    day = plan_day(scope, brand_id, now=NOW, run=Run())
    assert (day.planned, day.unplanned) == (0, 0)
    assert (Move.objects.count(), Parcel.objects.count()) == (moves, parcels)


def test_stock_that_goes_meanwhile_sends_its_orders_round_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between deciding and committing somebody takes the last teapot in Berlin."""
    scope, brand_id = loaded()
    rounds: list[list[str]] = []

    def plan(problem: PlanProblem, *rest: object) -> PlanResult:
        result = real(problem, *rest)  # type: ignore[arg-type]
        rounds.append(sorted(order.order for order in problem.orders))
        if len(rounds) == 1:
            Level.objects.filter(site__code="berlin", product__sku="teapot").update(quantity=0)
        return result

    monkeypatch.setattr(flow, "plan", plan)
    day = plan_day(scope, brand_id, now=NOW, run=Run())
    assert rounds[0] == ["T-1", "T-2", "T-3"]
    assert rounds[1] == ["T-1"]
    assert day.planned + day.unplanned == 3
    assert Order.objects.get(code="T-1").state == "open"
    assert Order.objects.get(code="T-1").reason in ("stock_out", "stock_taken")
    assert all(level.quantity >= 0 for level in Level.objects.all())


def test_another_operators_brand_is_not_there() -> None:
    _, brand_id = loaded()
    stranger = Scope(999, frozenset(), "operator_admin", "user:2")
    with pytest.raises(NotFound):
        plan_day(stranger, brand_id, now=NOW, run=Run())


def test_a_demonstration_day_never_takes_more_than_there_is(tmp_path: Path) -> None:
    demo_brand(tmp_path / "brand", 150, 2)
    scope, brand_id = loaded(tmp_path / "brand")
    there = units("available")
    day = plan_day(scope, brand_id, now=NOW, run=Run())
    assert day.planned == Order.objects.filter(state="planned").count() > 120
    assert day.planned + day.unplanned + Order.objects.filter(state="held").count() == 150
    assert units("available") + units("reserved") == there
