"""Rows to the nouns of the domain, in bulk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Sum

from doorstep.core.stock.expiry import expired
from doorstep.core.stock.models import Inbound, Level
from doorstep.domain import supply


def available(
    brand_id: int, skus: Iterable[str] | None = None, at: datetime | None = None
) -> tuple[supply.StockLevel, ...]:
    """What may be promised, by site and product; all bins and lots together, save those expired `at`."""
    rows = Level.objects.filter(brand_id=brand_id, state="available", quantity__gt=0)
    if skus is not None:
        rows = rows.filter(product__sku__in=list(skus))
    sums = rows.values("site_id", "product_id", "expires_on").annotate(units=Sum("quantity"))
    told: Counter[tuple[str, str]] = Counter()
    for site, zone, sku, day, units in sums.order_by("site_id", "product_id").values_list(
        "site__code", "site__time_zone", "product__sku", "expires_on", "units"
    ):
        if at is None or not expired(day, zone, at):
            told[site, sku] += units
    return tuple(supply.StockLevel(site, sku, units) for (site, sku), units in told.items())


def inbound(brand_id: int) -> tuple[supply.Inbound, ...]:
    rows = Inbound.objects.filter(brand_id=brand_id, received_at=None).order_by("id")
    return tuple(
        supply.Inbound(site, sku, units, at)
        for site, sku, units, at in rows.values_list("site__code", "product__sku", "quantity", "expected_at")
    )


def free_units(
    brand_id: int, products: Iterable[int], zones: Mapping[int, str], at: datetime
) -> dict[tuple[int, int], int]:
    """What may be promised of a few products, by row ids of site and product; a look-up by index and no join.

    `zones`: the time zone of each site by row id; lots expired `at` are left out.
    """
    rows = Level.objects.filter(brand_id=brand_id, product_id__in=list(products), state="available", quantity__gt=0)
    sums = rows.values("site_id", "product_id", "expires_on").annotate(units=Sum("quantity"))
    told: Counter[tuple[int, int]] = Counter()
    for site, product, day, units in sums.order_by("site_id", "product_id").values_list(
        "site_id", "product_id", "expires_on", "units"
    ):
        if site in zones and not expired(day, zones[site], at):
            told[site, product] += units
    return dict(told)
