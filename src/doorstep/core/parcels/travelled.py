"""Parcels that were handed over, as what is known of carriers is learned from: by our hand-over and their scans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.db.models import F, OuterRef, QuerySet, Subquery

from doorstep.core.parcels.models import Parcel, Scan
from doorstep.core.tariffs.models import Service
from doorstep.domain.learned import PastParcel
from doorstep.domain.place import area_of, region_code
from doorstep.domain.travel import Milestone

THERE: tuple[Milestone, ...] = ("delivered", "left_at_safe_place", "at_pickup_point")
_NAMES = (
    "brand_id", "brand__code", "code", "order__code", "service", "manifest_carrier", "tracking", "site__code",
    "site__country", "site__postcode", "site__time_zone", "order__country", "order__region", "order__postcode",
    "weight_g", "order__placed_at", "state", "left_at", "arrived_at", "promised_by", "ship_at", "attempts",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Travelled:
    """A parcel that a carrier has, or had."""

    brand_id: int
    brand: str
    order: str
    carrier: str
    tracking: str
    past: PastParcel


def contracts(operator_id: int) -> dict[tuple[int, str], tuple[str, bool]]:
    """Name the carrier of each service by brand and code, and say whether it is tracked. One query."""
    rows = Service.objects.filter(brand__operator_id=operator_id).values_list("brand_id", "code", "carrier", "tracked")
    return {(brand, code): (carrier, tracked) for brand, code, carrier, tracked in rows}


def travelled(operator_id: int, since: datetime, until: datetime, most: int) -> tuple[tuple[Travelled, ...], int]:
    """Give parcels of all brands of an operator that left between two instants, the second excluded.

    Of more than `most` every k-th is given, by row id, and k told with them; else it is 1. Scans that came in later
    than `until` are not read. What goes untracked is left out: nobody tells when it came. Three queries.
    """
    rows = Parcel.objects.filter(brand__operator_id=operator_id, left_at__gte=since, left_at__lt=until)
    number = rows.count()
    every = max(1, -(-number // most))
    if every > 1:
        rows = rows.annotate(turn=F("pk") % every).filter(turn=0)
    known = contracts(operator_id)
    found = ((row, known.get((row["brand_id"], row["service"]), ("", True))) for row in _read(rows, until))
    return tuple(_travelled(row, carrier) for row, (carrier, tracked) in found if tracked), every


def _read(rows: QuerySet[Parcel], until: datetime) -> QuerySet[Parcel, dict[str, Any]]:
    told = Scan.objects.filter(parcel=OuterRef("pk"), milestone__in=THERE, at__lt=until, received_at__lt=until)
    arrived = Subquery(told.order_by("at").values("at")[:1])
    named = rows.annotate(arrived_at=arrived, manifest_carrier=F("manifest__account__carrier"))
    return cast("QuerySet[Parcel, dict[str, Any]]", named.order_by("pk").values(*_NAMES))


def _travelled(row: dict[str, Any], contracted: str) -> Travelled:
    zone = ZoneInfo(row["site__time_zone"])
    arrived = row["arrived_at"]
    past = PastParcel(
        parcel=row["code"],
        order=row["order__code"],
        service=row["service"],
        site=row["site__code"],
        seller="",
        origin_country=row["site__country"],
        origin_postcode=area_of(row["site__postcode"]),
        destination_country=row["order__country"],
        destination_region=region_code(row["order__region"]),
        destination_postcode=area_of(row["order__postcode"]),
        weight_g=row["weight_g"],
        placed_at=row["order__placed_at"].astimezone(zone),
        status=row["state"],
        handed_over_at=row["left_at"].astimezone(zone),
        delivered_at=arrived.astimezone(zone) if arrived else None,
        promised_by=row["promised_by"],
        ready_by=row["ship_at"].astimezone(zone).date(),
        attempts=row["attempts"] + 1 if arrived else None,
    )
    carrier = row["manifest_carrier"] or contracted
    return Travelled(row["brand_id"], row["brand__code"], row["order__code"], carrier, row["tracking"], past)
