"""Orders with parcels in danger, each once, with all that endangers it; and departures that have passed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet

from doorstep.core.parcels.models import Parcel
from doorstep.core.parcels.queries import RISKS, ParcelRow, Risk, Risks, parcel_row
from doorstep.domain.journey import BEFORE_LEAVING, ParcelState
from doorstep.domain.rights import Scope

REACH = timedelta(days=7)  # what should have left before is not overdue but lost from sight; it stays in the list
NOT_PACKED: tuple[ParcelState, ...] = ("planned", "released")
PACKED: tuple[ParcelState, ...] = ("packed", "labelled")


@dataclass(frozen=True, slots=True)
class Endangered:
    """A parcel and what endangers it."""

    row: ParcelRow
    risks: tuple[Risk, ...]


@dataclass(frozen=True, slots=True)
class OrderAtRisk:
    brand: str
    order: str
    parcels: tuple[Endangered, ...]


@dataclass(frozen=True, slots=True)
class Overdue:
    """A departure whose time has passed, with parcels that are still here."""

    site: str
    site_name: str
    time_zone: str
    service: str
    leaves_at: datetime  # UTC
    parcels: int
    not_packed: int
    packed: int
    staged: int


def orders_at_risk(scope: Scope, risks: Risks, limit: int) -> tuple[OrderAtRisk, ...]:
    """Give some of the orders in danger, those past their promise first, then the latest to leave. Two queries."""
    of = Parcel.objects.filter(brand_id__in=scope.brands)
    latest = [of.filter(risk).order_by("-ship_at", "-id")[:limit] for risk in risks.values()]
    some = _with_risks(of.filter(reduce(or_, (Q(pk__in=rows.values("pk")) for rows in latest))), risks)
    ranked = sorted(some, key=lambda one: (RISKS.index(_risks(one)[0]), -one.ship_at.timestamp(), -one.pk))
    orders = list(dict.fromkeys(one.order_id for one in ranked))[:limit]
    rows = _with_risks(of.filter(reduce(or_, risks.values()), order_id__in=orders), risks)
    parcels: dict[int, list[Endangered]] = defaultdict(list)
    for one in rows.select_related("brand", "order", "site").order_by("ship_at", "pk"):
        parcels[one.order_id].append(Endangered(parcel_row(one), _risks(one)))
    found = [tuple(parcels[pk]) for pk in orders if parcels[pk]]
    return tuple(OrderAtRisk(listed[0].row.brand, listed[0].row.order, listed) for listed in found)


def _with_risks(parcels: QuerySet[Parcel], risks: Risks) -> QuerySet[Any]:
    return parcels.annotate(
        **{f"is_{name}": ExpressionWrapper(risk, output_field=BooleanField()) for name, risk in risks.items()}
    )


def _risks(one: Parcel) -> tuple[Risk, ...]:
    return tuple(risk for risk in RISKS if getattr(one, f"is_{risk}"))


def overdue(scope: Scope, now: datetime, limit: int) -> tuple[Overdue, ...]:
    """Give the departures of the last days that have passed with parcels still here, the latest first. One query."""
    late = Parcel.objects.filter(brand_id__in=scope.brands, ship_at__lt=now, ship_at__gte=now - REACH)
    groups = (
        late.filter(state__in=BEFORE_LEAVING)
        .exclude(order__state__in=("open", "held", "cancelled"))
        .values_list("site__code", "site__name", "site__time_zone", "service", "ship_at")
        .annotate(
            here=Count("pk"),
            raw=Count("pk", filter=Q(state__in=NOT_PACKED)),
            boxed=Count("pk", filter=Q(state__in=PACKED)),
            ready=Count("pk", filter=Q(state="staged")),
        )
        .order_by("-ship_at", "site__code", "service")
    )
    return tuple(Overdue(*group) for group in groups[:limit])
