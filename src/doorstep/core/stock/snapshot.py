"""Rows to the nouns of the domain, in bulk."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Sum

from doorstep.core.stock.models import Inbound, Level
from doorstep.domain import supply


def available(brand_id: int, skus: Iterable[str] | None = None) -> tuple[supply.StockLevel, ...]:
    """What may be promised, by site and product; all bins and lots together."""
    rows = Level.objects.filter(brand_id=brand_id, state="available", quantity__gt=0)
    if skus is not None:
        rows = rows.filter(product__sku__in=list(skus))
    sums = rows.values("site_id", "product_id").annotate(units=Sum("quantity")).order_by("site_id", "product_id")
    return tuple(
        supply.StockLevel(site, sku, units)
        for site, sku, units in sums.values_list("site__code", "product__sku", "units")
    )


def inbound(brand_id: int) -> tuple[supply.Inbound, ...]:
    rows = Inbound.objects.filter(brand_id=brand_id, received_at=None).order_by("id")
    return tuple(
        supply.Inbound(site, sku, units, at)
        for site, sku, units, at in rows.values_list("site__code", "product__sku", "quantity", "expected_at")
    )


def free_units(brand_id: int, products: Iterable[int]) -> dict[tuple[int, int], int]:
    """What may be promised of a few products, by row ids of site and product; a look-up by index and no join."""
    rows = Level.objects.filter(brand_id=brand_id, product_id__in=list(products), state="available", quantity__gt=0)
    sums = rows.values("site_id", "product_id").annotate(units=Sum("quantity")).order_by("site_id", "product_id")
    return {(site, product): units for site, product, units in sums.values_list("site_id", "product_id", "units")}
