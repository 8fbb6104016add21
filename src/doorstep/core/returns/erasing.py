"""What carriers have said of a shopper's returns. Call within a transaction."""

from __future__ import annotations

from collections.abc import Collection

from doorstep.core.returns.models import ReturnLabel


def numbers_of(orders: Collection[int]) -> set[str]:
    """Tracking numbers of the labels of all returns of the orders. One query."""
    labels = ReturnLabel.objects.filter(of__order_id__in=orders).exclude(tracking="")
    return set(labels.values_list("tracking", flat=True))


def being_settled(orders: Collection[int]) -> set[int]:
    """Those of the orders for whose return a label is being bought."""
    asked = ReturnLabel.objects.filter(of__order_id__in=orders, state="asked")
    return set(asked.values_list("of__order_id", flat=True))


def blank(orders: Collection[int]) -> dict[str, int]:
    said = ReturnLabel.objects.filter(of__order_id__in=orders).exclude(reason="")
    return {"return labels": said.update(reason="")}
