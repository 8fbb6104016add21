"""Goods announced, as people and programs read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from doorstep.core.paging import Page, instant_of, micros_of, page, reach, read_cursor
from doorstep.core.stock.models import Inbound
from doorstep.domain.rights import Scope


@dataclass(frozen=True, slots=True)
class InboundRow:
    id: int
    brand: str
    site: str
    sku: str
    quantity: int  # still expected; what it was when all has come
    expected_at: datetime
    received_at: datetime | None


def inbound(
    scope: Scope, *, brand: int | None = None, open_only: bool = True, after: str | None = None, limit: int = 50
) -> Page[InboundRow]:
    """List announced goods, the soonest first. One query. Raises InvalidCursor."""
    found = Inbound.objects.filter(brand__in=scope.brands, brand__operator=scope.operator)
    if brand is not None:
        found = found.filter(brand=brand)
    if open_only:
        found = found.filter(received_at=None)
    if after is not None:
        due, last = read_cursor(after, int, int)
        at = instant_of(due)
        found = found.filter(expected_at__gte=at).exclude(expected_at=at, pk__lte=last)
    rows = list(found.select_related("brand", "site", "product").order_by("expected_at", "pk")[: reach(limit)])
    return page(rows, limit, _row, lambda row: (micros_of(row.expected_at), row.pk))


def one_inbound(scope: Scope, pk: int) -> InboundRow | None:
    found = Inbound.objects.filter(brand__in=scope.brands, brand__operator=scope.operator, pk=pk)
    row = found.select_related("brand", "site", "product").first()
    return None if row is None else _row(row)


def _row(row: Inbound) -> InboundRow:
    return InboundRow(
        row.pk, row.brand.code, row.site.code, row.product.sku, row.quantity, row.expected_at, row.received_at
    )
