"""Orders that wait for goods that have been announced."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from doorstep.core.orders.models import Order
from doorstep.domain.holds import BACK_ORDER


def waiting(brand_id: int, most: int) -> list[int]:
    """Row ids of back-orders, the oldest first."""
    rows = Order.objects.filter(brand_id=brand_id, state="open", reason=BACK_ORDER).order_by("id")
    return list(rows.values_list("pk", flat=True)[:most])


def brands_waiting() -> list[tuple[int, int]]:
    """Operators and brands that have back-orders, whose they may be: for the worker."""
    rows = Order.objects.filter(state="open", reason=BACK_ORDER).order_by("brand__operator_id", "brand_id")
    return list(rows.values_list("brand__operator_id", "brand_id").distinct())


def back_ordered(ids: Collection[int]) -> set[int]:
    """Those of the orders that wait for announced goods."""
    rows = Order.objects.filter(pk__in=list(ids), state="open", reason=BACK_ORDER)
    return set(rows.values_list("pk", flat=True))


def let_wait(pk: int, expected_by: date, detail: str, remedy: str) -> None:
    """Let an open order, locked by the caller, wait for goods on their way."""
    Order.objects.filter(pk=pk, state="open").update(
        reason=BACK_ORDER, detail=detail[:1000], remedy=remedy[:1000], conflicts=[], expected_by=expected_by
    )
