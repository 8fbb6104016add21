"""Parcels as whoever follows goods names them: number, site and content, in bulk."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from doorstep.core.parcels.models import Parcel


@dataclass(frozen=True, slots=True)
class BoxedRow:
    pk: int
    order_id: int
    order: str
    brand: str
    parcel: str
    sscc: str
    site: str
    contents: list[tuple[str, str, int]]  # line, sku, units


def boxed(orders: Collection[int]) -> tuple[BoxedRow, ...]:
    """All parcels of the orders, those of earlier plans too. One query."""
    rows = Parcel.objects.filter(order_id__in=orders).select_related("order", "brand", "site").order_by("pk")
    return tuple(
        BoxedRow(
            one.pk,
            one.order_id,
            one.order.code,
            one.brand.code,
            one.code,
            one.sscc,
            one.site.code,
            [(line, sku, units) for line, sku, units in one.contents],
        )
        for one in rows
    )
