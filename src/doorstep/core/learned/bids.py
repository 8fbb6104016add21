"""Bid prices as they were learned: which are in force, and who heeds them. Rows are added, never changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import starmap

from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery

from doorstep.core.accounts.models import Brand
from doorstep.core.learned.models import Bids
from doorstep.core.versions import Rows
from doorstep.domain.bids import BidPrice
from doorstep.domain.rights import Scope

OF_BRAND = (Rows(Bids, "brand_id = %s"),)


@dataclass(frozen=True, slots=True)
class Learned:
    """Prices as they were learned at an instant; `orders`: how many stood for those to come."""

    learned_at: datetime
    orders: int
    rows: tuple[BidPrice, ...]


@dataclass(frozen=True, slots=True)
class OfBrand:
    """Prices in force of a brand, as people read them."""

    brand: str
    currency: str
    heeded: bool
    learned: Learned


def in_force(brand_id: int, after: datetime, until: datetime) -> Learned | None:
    """What the brand's orders are decided by: learned last between two instants; None: nothing, or it heeds none.

    A clock that is ahead writes prices of a time to come; until then those before them stay in force.
    """
    there = Bids.objects.filter(brand_id=brand_id, learned_at__gte=after, learned_at__lte=until)
    return _last(there.filter(brand__heeds_bids=True))


def learned(brand_id: int, after: datetime, until: datetime) -> Learned | None:
    """What was learned last between two instants, both included, heeded or not."""
    return _last(Bids.objects.filter(brand_id=brand_id, learned_at__gte=after, learned_at__lte=until))


def keep(brand_id: int, found: Learned, learned_by: str, forget_before: datetime) -> None:
    """Keep prices, unless some were learned at this very instant already; forget old ones."""
    rows = [[one.site, one.sku, one.service, one.price_micros] for one in found.rows]
    row = Bids(brand_id=brand_id, learned_at=found.learned_at, learned_by=learned_by, orders=found.orders, rows=rows)
    Bids.objects.bulk_create([row], ignore_conflicts=True)
    Bids.objects.filter(brand_id=brand_id, learned_at__lt=forget_before).delete()


def due(before: datetime, now: datetime) -> tuple[tuple[int, int], ...]:
    """Operator and brand (row ids) whose prices are none, or from before an instant; the oldest first."""
    last = Max("bids__learned_at", filter=Q(bids__learned_at__lte=now))
    rows = Brand.objects.filter(heeds_bids=True).annotate(last=last)
    rows = rows.filter(Q(last=None) | Q(last__lt=before)).order_by(F("last").asc(nulls_first=True), "id")
    return tuple(rows.values_list("operator_id", "id"))


def set_heeded(brand_id: int, heeded: bool) -> bool:
    """Have a brand's orders decided by bid prices, or not. False: it was so already."""
    return Brand.objects.filter(pk=brand_id, heeds_bids=not heeded).update(heeds_bids=heeded) == 1


def heeded(scope: Scope, brand_id: int) -> bool:
    """Say whether a brand's orders are decided by bid prices, should there be any."""
    return Brand.objects.filter(operator_id=scope.operator, pk__in=scope.brands, pk=brand_id, heeds_bids=True).exists()


def shown(scope: Scope, after: datetime, now: datetime, brands: Collection[str] | None = None) -> tuple[OfBrand, ...]:
    """Give the prices in force of the scope's brands by code, or of these; one query. Heeded or not."""
    mine = Q(brand__operator=scope.operator, brand__in=scope.brands)
    last = Bids.objects.filter(brand=OuterRef("brand"), learned_at__lte=now).order_by("-learned_at").values("pk")[:1]
    rows = Bids.objects.filter(mine, learned_at__gte=after, pk=Subquery(last)).order_by("brand__code")
    if brands is not None:
        rows = rows.filter(brand__code__in=brands)
    names = ("brand__code", "brand__currency", "brand__heeds_bids", "learned_at", "orders", "rows")
    return tuple(
        OfBrand(code, currency, heeds, Learned(at, orders, _prices(prices)))
        for code, currency, heeds, at, orders, prices in rows.values_list(*names)
    )


def _last(rows: QuerySet[Bids]) -> Learned | None:
    row = rows.order_by("-learned_at").values_list("learned_at", "orders", "rows").first()
    return None if row is None else Learned(row[0], row[1], _prices(row[2]))


def _prices(rows: Sequence[Sequence[str | int]]) -> tuple[BidPrice, ...]:
    return tuple(starmap(BidPrice, rows))
