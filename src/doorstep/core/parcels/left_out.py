"""Parcels that must leave today and came when their departure's wave was on the floor already: nobody picks them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from doorstep.core.parcels.models import Parcel
from doorstep.core.parcels.queries import on_days
from doorstep.domain.journey import OrderState
from doorstep.domain.rights import Scope

PICKED_FOR: tuple[OrderState, ...] = ("planned", "released", "part_shipped")  # orders that may have parcels to pick


@dataclass(frozen=True, slots=True)
class LeftOut:
    brand: str
    order: str
    parcel: str
    site: str
    site_name: str
    time_zone: str
    service: str
    ship_at: datetime  # UTC


def left_out(scope: Scope, now: datetime, limit: int) -> tuple[LeftOut, ...]:
    """Give them by when they leave. Two queries."""
    wave = Parcel.objects.filter(
        site=OuterRef("site"), service=OuterRef("service"), ship_at=OuterRef("ship_at"), brand__operator=scope.operator
    ).exclude(state__in=("planned", "cancelled"))
    found = (
        Parcel.objects.filter(brand_id__in=scope.brands, state="planned", order__state__in=PICKED_FOR)
        .filter(on_days(scope, now), Exists(wave), ship_at__gte=now)
        .order_by("ship_at", "pk")
        .values_list(
            "brand__code", "order__code", "code", "site__code", "site__name", "site__time_zone", "service", "ship_at"
        )
    )
    return tuple(LeftOut(*row) for row in found[:limit])
