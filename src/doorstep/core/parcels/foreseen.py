"""Parcels under way as they are asked about, and what was found of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from doorstep.core.parcels.models import Parcel
from doorstep.domain.journey import BEFORE_LEAVING, UNDER_WAY
from doorstep.domain.place import Place

AT_ONCE = 500  # parcels of a transaction
FIELDS = ("foreseen_at", "foreseen_by", "late_ppm", "likely_late")


@dataclass(frozen=True, slots=True)
class UnderWayRow:
    """A parcel under way, how far it has come, and since when."""

    pk: int
    parcel: str
    order_id: int
    site: str
    service: str
    place: Place
    placed_at: datetime
    ship_at: datetime
    left_at: datetime | None  # None: it is with us
    promised_by: date


@dataclass(frozen=True, slots=True)
class Found:
    """What is to be expected of a parcel (row id)."""

    pk: int
    by: date | None
    late_ppm: int | None  # None: nothing can be said
    likely_late: bool


def brands_under_way() -> tuple[tuple[int, int], ...]:
    """Operator and brand (row ids) of whatever is under way. One query."""
    rows = Parcel.objects.filter(state__in=UNDER_WAY).order_by("brand__operator_id", "brand_id")
    return tuple(rows.values_list("brand__operator_id", "brand_id").distinct())


def under_way(brand_id: int) -> tuple[UnderWayRow, ...]:
    """Give the parcels of a brand that are under way, by id. One query."""
    rows = Parcel.objects.filter(brand_id=brand_id, state__in=UNDER_WAY).exclude(order__state="cancelled")
    return tuple(
        UnderWayRow(
            pk=one.pk,
            parcel=one.code,
            order_id=one.order_id,
            site=one.site.code,
            service=one.service,
            place=Place(one.order.country, one.order.region, one.order.city, one.order.postcode),
            placed_at=one.order.placed_at,
            ship_at=one.ship_at,
            left_at=None if one.state in BEFORE_LEAVING else one.left_at or one.ship_at,
            promised_by=one.promised_by,
        )
        for one in rows.select_related("order", "site").order_by("pk")
    )


def keep(found: Sequence[Found], at: datetime, tell: Callable[[Sequence[Found]], None]) -> int:
    """Keep what was found at an instant; returns how many have newly become likely late.

    Two queries for each 500 parcels, which are locked by id meanwhile. What has come further since it was asked about
    stays as it is. `tell` is given those of them that were not likely late before, in the transaction that keeps it:
    whatever is written of them is written once, or nothing is kept.
    """
    newly = 0
    for start in range(0, len(found), AT_ONCE):
        of = {one.pk: one for one in found[start : start + AT_ONCE]}
        with transaction.atomic():
            locked = Parcel.objects.select_for_update(of=("self",)).filter(pk__in=of)
            rows = [row for row in locked.only("state", "left_at", "likely_late").order_by("pk") if _stands(row, at)]
            news = [of[row.pk] for row in rows if of[row.pk].likely_late and not row.likely_late]
            for row in rows:
                one = of[row.pk]
                row.foreseen_at, row.foreseen_by = at, one.by
                row.late_ppm, row.likely_late = one.late_ppm, one.likely_late
            Parcel.objects.bulk_update(rows, FIELDS)
            if news:
                tell(news)
        newly += len(news)
    return newly


def _stands(row: Parcel, at: datetime) -> bool:
    """Whether it is still under way, and has not left since."""
    return row.state in UNDER_WAY and (row.left_at is None or row.left_at <= at)
