"""Parcels of the record as they are learned from: how they travelled, and what they cost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, Min, OuterRef, QuerySet

from doorstep.core.parcels.models import Parcel, Scan
from doorstep.core.tariffs.models import Service
from doorstep.domain.journey import ARRIVED, BEFORE_LEAVING
from doorstep.domain.learned import PastParcel
from doorstep.domain.money import Currency
from doorstep.domain.parcel import CostParts

_PAST = (
    "pk", "code", "service", "state", "weight_g", "packed_weight_g", "ship_at", "promised_by", "attempts", "left_at",
    "ended_at", "freight_minor", "surcharges_minor", "site__code", "site__country", "site__postcode", "site__latitude",
    "site__longitude", "site__time_zone", "order__code", "order__country", "order__region", "order__postcode",
    "order__latitude", "order__longitude", "order__placed_at", "order__placed_offset_s",
)  # fmt: skip
_COSTS = ("pick_minor", "carton_minor", "freight_minor", "surcharges_minor", "duty_tax_minor", "lateness_minor")


@dataclass(frozen=True, slots=True)
class Charged:
    """A parcel that has left, its cost parts, and how many units of what lie in it."""

    parcel: str
    order: str
    cost: CostParts
    units: tuple[tuple[str, int], ...]  # sku, units; by sku


def travelled(
    brand_id: int, currency: Currency, since: datetime, until: datetime, *, untracked: bool = False
) -> tuple[PastParcel, ...]:
    """Parcels of orders placed from `since` to before `until`, those called off left out. Two queries.

    A parcel is there once it can be fetched at a pick-up point. It had to leave on the day of its plan. What goes
    untracked is left out unless it is asked for: nobody tells when it came, and it would count as what never did.
    """
    to_fetch = dict(
        Scan.objects.filter(parcel__brand=brand_id, milestone="at_pickup_point")
        .order_by()
        .values_list("parcel")
        .annotate(first=Min("at"))
    )
    rows = _placed(brand_id, since, until)
    if not untracked:
        silent = Service.objects.filter(brand=OuterRef("brand"), code=OuterRef("service"), tracked=False)
        rows = rows.exclude(Exists(silent))
    return tuple(_past(row, to_fetch.get(row.pk), currency) for row in rows.values_list(*_PAST, named=True))


def charged(brand_id: int, since: datetime, until: datetime) -> tuple[Charged, ...]:
    """What parcels cost that had left before `until`, of orders placed from `since` on. One query."""
    gone = _placed(brand_id, since, until).exclude(state__in=BEFORE_LEAVING).exclude(left_at__gte=until)
    found = []
    for code, order, contents, *costs in gone.values_list("code", "order__code", "contents", *_COSTS):
        units: Counter[str] = Counter()
        for _, sku, quantity in contents:
            units[sku] += quantity
        found.append(Charged(code, order, CostParts(*costs), tuple(sorted(units.items()))))
    return tuple(found)


def _placed(brand_id: int, since: datetime, until: datetime) -> QuerySet[Parcel]:
    rows = Parcel.objects.filter(brand_id=brand_id, order__placed_at__gte=since, order__placed_at__lt=until)
    return rows.exclude(state="cancelled").order_by("code")


def _past(row: Any, to_fetch: datetime | None, currency: Currency) -> PastParcel:
    zone = ZoneInfo(row.site__time_zone)
    ended = row.ended_at if row.state in ARRIVED else None
    there = min((at for at in (ended, to_fetch) if at is not None), default=None)
    at_the_door = row.state in ARRIVED and to_fetch is None
    placed = timezone(timedelta(seconds=row.order__placed_offset_s))
    return PastParcel(
        parcel=row.code,
        order=row.order__code,
        service=row.service,
        site=row.site__code,
        seller="",
        origin_country=row.site__country,
        origin_postcode=row.site__postcode,
        destination_country=row.order__country,
        destination_region=row.order__region,
        destination_postcode=row.order__postcode,
        weight_g=row.packed_weight_g or row.weight_g,
        placed_at=row.order__placed_at.astimezone(placed),
        status=row.state,
        handed_over_at=_local(row.left_at, zone),
        delivered_at=_local(there, zone),
        promised_by=row.promised_by,
        freight_paid_micros=(row.freight_minor + row.surcharges_minor) * currency.micros_per_minor,
        origin_latitude=row.site__latitude,
        origin_longitude=row.site__longitude,
        destination_latitude=row.order__latitude,
        destination_longitude=row.order__longitude,
        ready_by=row.ship_at.astimezone(zone).date(),
        attempts=row.attempts + 1 if at_the_door else None,
    )


def _local(at: datetime | None, zone: ZoneInfo) -> datetime | None:
    """On the clock of the site, by which the day of the promise is counted."""
    return None if at is None else at.astimezone(UTC).astimezone(zone)
