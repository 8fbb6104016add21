"""Rows to the nouns of the domain, in bulk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import connection
from django.db.models import Sum

from doorstep.core.statements import day
from doorstep.core.stock.expiry import expired
from doorstep.core.stock.models import Inbound, Level
from doorstep.domain import supply

FREE = (
    f"SELECT site_id, product_id, expires_on, SUM(quantity) FROM {Level._meta.db_table} "
    "WHERE brand_id = %s AND product_id IN ({}) AND state = 'available' AND quantity > 0 "
    "GROUP BY site_id, product_id, expires_on ORDER BY site_id, product_id"
)


def available(
    brand_id: int, skus: Iterable[str] | None = None, at: datetime | None = None
) -> tuple[supply.StockLevel, ...]:
    """What may be promised, by site and product; all bins and lots together, save those expired `at`."""
    rows = Level.objects.filter(brand_id=brand_id, state="available", quantity__gt=0)
    if skus is not None:
        rows = rows.filter(product__sku__in=list(skus))
    sums = rows.values("site_id", "product_id", "expires_on").annotate(units=Sum("quantity"))
    told: Counter[tuple[str, str]] = Counter()
    for site, zone, sku, expires_on, units in sums.order_by("site_id", "product_id").values_list(
        "site__code", "site__time_zone", "product__sku", "expires_on", "units"
    ):
        if at is None or not expired(expires_on, zone, at):
            told[site, sku] += units
    return tuple(supply.StockLevel(site, sku, units) for (site, sku), units in told.items())


def reserved(brand_id: int, skus: Iterable[str] | None = None) -> tuple[supply.StockLevel, ...]:
    """What orders and quotes hold on the shelves, by site and product; None: of all products."""
    rows = Level.objects.filter(brand_id=brand_id, state="reserved", quantity__gt=0)
    if skus is not None:
        rows = rows.filter(product__sku__in=list(skus))
    sums = rows.values("site_id", "product_id").annotate(units=Sum("quantity")).order_by("site_id", "product_id")
    told = sums.values_list("site__code", "product__sku", "units")
    return tuple(supply.StockLevel(site, sku, units) for site, sku, units in told)


def inbound(brand_id: int) -> tuple[supply.Inbound, ...]:
    rows = Inbound.objects.filter(brand_id=brand_id, received_at=None).order_by("id")
    return tuple(
        supply.Inbound(site, sku, units, at)
        for site, sku, units, at in rows.values_list("site__code", "product__sku", "quantity", "expected_at")
    )


def in_transit(brand_id: int) -> tuple[supply.StockLevel, ...]:
    """Units on their way from one site to another, by the site that they go to."""
    rows = Level.objects.filter(brand_id=brand_id, state="in_transit", quantity__gt=0)
    sums = rows.values("site_id", "product_id").annotate(units=Sum("quantity")).order_by("site_id", "product_id")
    told = sums.values_list("site__code", "product__sku", "units")
    return tuple(supply.StockLevel(site, sku, units) for site, sku, units in told)


def free_units(
    brand_id: int, products: Iterable[int], zones: Mapping[int, str], at: datetime
) -> dict[tuple[int, int], int]:
    """What may be promised of a few products, by row ids of site and product; a look-up by index and no join.

    `zones`: the time zone of each site by row id; lots expired `at` are left out.
    """
    wanted = list(products)
    told: Counter[tuple[int, int]] = Counter()
    if not wanted:
        return told
    with connection.cursor() as cursor:
        cursor.execute(FREE.format(", ".join(["%s"] * len(wanted))), [brand_id, *wanted])
        for site, product, expires_on, units in cursor.fetchall():
            if site in zones and not expired(day(expires_on), zones[site], at):
                told[site, product] += int(units)
    return told
