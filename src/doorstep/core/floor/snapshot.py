"""What a release is decided on: the planned parcels, and what was already told to be picked for their orders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, Sum

from doorstep.core.floor.models import Pick, PutBack, Tote
from doorstep.core.floor.queries import HELD_BACK
from doorstep.core.parcels.models import Parcel
from doorstep.domain.floor import TO_PICK
from doorstep.domain.ledger import Shelf
from doorstep.domain.rights import Scope


@dataclass(frozen=True, slots=True)
class Due:
    """A parcel to be released; row ids."""

    pk: int
    brand: int
    order: int
    service: str
    leaves_at: datetime
    priority: int
    contents: tuple[tuple[str, int], ...]  # sku, units


def due(
    scope: Scope, site_pk: int, first: datetime | None, last: datetime, service: str, limit: int
) -> tuple[Due, ...]:
    """Give the planned parcels of a site that leave in a span of time, the first to leave first."""
    found = Parcel.objects.filter(brand_id__in=scope.brands, site_id=site_pk, state="planned", ship_at__lte=last)
    if first is not None:
        found = found.filter(ship_at__gte=first)
    if service:
        found = found.filter(service=service)
    rows = found.exclude(order__state__in=HELD_BACK).select_related("order").order_by("ship_at", "pk")[:limit]
    return tuple(_due(one) for one in rows)


def wanted(tote_pk: int) -> Mapping[int, int]:
    """Give the units that a tote still lacks and nobody was told to fetch, by product."""
    tote = Tote.objects.get(pk=tote_pk)
    lacking = Counter(dict(tote.checks.values_list("product_id", "wanted")))
    for product, units, picked, state in tote.picks.values_list("product_id", "quantity", "picked", "state"):
        lacking[product] -= units if state in TO_PICK else picked
    return {product: units for product, units in sorted(lacking.items()) if units > 0}


def spoken_for(orders: Collection[int]) -> dict[int, Counter[Shelf]]:
    """Give what is reserved for orders and somebody was told to pick, by order and shelf."""
    left = Pick.objects.filter(Q(state__in=TO_PICK), tote__live=True, tote__parcel__order_id__in=orders)
    rows = left.values_list("tote__parcel__order_id", "wave__site_id", "product_id", "bin", "lot")
    told: dict[int, Counter[Shelf]] = {}
    for order, site, product, bin, lot, units in rows.annotate(units=Sum("quantity")).order_by():
        told.setdefault(order, Counter())[Shelf(site, product, bin, lot, "reserved")] += units
    return told


def still_planned(order_pk: int, site_pk: int) -> Counter[str]:
    """Give the units by sku that an order's parcels at a site need which no wave has yet."""
    needed: Counter[str] = Counter()
    for contents in Parcel.objects.filter(order_id=order_pk, site_id=site_pk, state="planned").values_list(
        "contents", flat=True
    ):
        for _, sku, quantity in contents:
            needed[sku] += quantity
    return needed


def to_put_back(orders: Collection[int], site_pk: int) -> frozenset[int]:
    """Give those of the orders of which units lie in totes of the site, wanted no longer."""
    waiting = PutBack.objects.filter(done_at=None, site_id=site_pk, tote__parcel__order_id__in=orders)
    return frozenset(waiting.values_list("tote__parcel__order_id", flat=True))


def _due(one: Parcel) -> Due:
    contents: Counter[str] = Counter()
    for _, sku, quantity in one.contents:
        contents[sku] += quantity
    return Due(
        pk=one.pk,
        brand=one.brand_id,
        order=one.order_id,
        service=one.service,
        leaves_at=one.ship_at,
        priority=one.order.priority,
        contents=tuple(sorted(contents.items())),
    )
