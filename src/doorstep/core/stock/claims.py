"""What back-orders count on of the goods on their way. Of an announcement no more is claimed than it brings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Sum

from doorstep.core.stock.models import Inbound, InboundClaim


@dataclass(frozen=True, slots=True)
class Coming:
    """Units announced that nobody else counts on."""

    inbound: int
    site: str
    sku: str
    units: int
    expected_at: datetime


def coming(brand_id: int, skus: Iterable[str], reference: str) -> tuple[Coming, ...]:
    """What a reference may count on, the soonest first; its own claims do not stand in its way. Two queries."""
    rows = Inbound.objects.filter(brand_id=brand_id, received_at=None, product__sku__in=list(skus))
    claimed = dict(
        InboundClaim.objects.filter(inbound__in=rows.order_by())
        .exclude(reference=reference)
        .order_by()
        .values_list("inbound_id")
        .annotate(units=Sum("quantity"))
    )
    told = rows.order_by("expected_at", "id").values_list("id", "site__code", "product__sku", "quantity", "expected_at")
    found = (Coming(pk, site, sku, units - claimed.get(pk, 0), at) for pk, site, sku, units, at in told)
    return tuple(one for one in found if one.units > 0)


def claim(brand_id: int, reference: str, wanted: Mapping[int, int]) -> bool:
    """Count on units of announcements, by row id, in place of what the reference claimed before.

    Call within a transaction: the announcements stay locked until it ends. False: others were faster, and nothing has
    changed.
    """
    rows = Inbound.objects.select_for_update().filter(brand_id=brand_id, pk__in=list(wanted), received_at=None)
    there = dict(rows.order_by("pk").values_list("pk", "quantity"))
    others = InboundClaim.objects.filter(inbound__in=list(wanted)).exclude(reference=reference).order_by()
    taken = dict(others.values_list("inbound_id").annotate(units=Sum("quantity")))
    if any(there.get(pk, 0) - taken.get(pk, 0) < units for pk, units in wanted.items()):
        return False
    drop(reference)
    InboundClaim.objects.bulk_create(
        InboundClaim(inbound_id=pk, reference=reference, quantity=units) for pk, units in sorted(wanted.items())
    )
    return True


def drop(reference: str) -> None:
    """Count on nothing any more."""
    InboundClaim.objects.filter(reference=reference).delete()


def failed(references: Collection[str]) -> set[str]:
    """References that count on goods which have come, or of which fewer are left than are counted on. Two queries."""
    ours = InboundClaim.objects.filter(reference__in=list(references))
    lost = set(ours.exclude(inbound__received_at=None).values_list("reference", flat=True))
    named = Inbound.objects.filter(pk__in=ours.values("inbound"))
    over = named.annotate(claimed=Sum("claims__quantity")).filter(claimed__gt=F("quantity"))
    return lost | set(ours.filter(inbound__in=over.values("pk")).values_list("reference", flat=True))
