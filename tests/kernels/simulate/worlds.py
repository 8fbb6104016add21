"""Small random worlds: the plan kernel's random problems, their orders spread over days, and goods that come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from tests.kernels.plan.builders import START, Shape, problem
from tests.kernels.plan.scenes import MONDAY, order, scene

from doorstep.domain.supply import Inbound
from doorstep.kernels.plan.problem import PlanProblem

TIGHT = Shape(orders=20, fewest_orders=12, stock=2, lines=3, capacity=0.5)


def ground(seed: int, shape: Shape = TIGHT, days: int = 4) -> PlanProblem:
    """Orders of some days out of one stock."""
    rng = Random(seed)
    found = replace(problem(rng, shape), now=None)
    first = START.date()
    inbound = [
        Inbound(
            rng.choice(found.sites).site,
            rng.choice(found.products).sku,
            rng.randint(1, 5),
            START + timedelta(hours=rng.randint(-20, 120)),
        )
        for _ in range(6)
    ]
    orders = tuple(
        replace(
            one, placed_at=datetime.combine(first, one.placed_at.timetz()) + timedelta(days=rng.randint(0, days - 1))
        )
        for one in found.orders
    )
    return replace(found, orders=orders, inbound=tuple(inbound))


def units(wanted: list[int], held: int, coming: Sequence[tuple[int, int]] = ()) -> PlanProblem:
    """One product, one unit an order, so many orders each day; `coming` (day, units) to the second of two sites."""
    orders = [
        order(f"o{day}-{n}", "mug", at=MONDAY + timedelta(days=day, minutes=n))
        for day, count in enumerate(wanted)
        for n in range(count)
    ]
    due = [
        Inbound("b", "mug", count, MONDAY.replace(hour=12, tzinfo=UTC) + timedelta(days=day)) for day, count in coming
    ]
    return scene(orders, {"a": {"mug": held}, "b": {"mug": 0}}, inbound=due)
