"""Sites and their collections as people and programs read them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import QuerySet

from doorstep.core.network.models import Collection, Site
from doorstep.domain.rights import Scope


@dataclass(frozen=True, slots=True)
class CollectionRow:
    service: str
    collection_time_s: int  # after local midnight
    working_days: int  # bit 0 is Monday
    daily_parcel_capacity: int | None


@dataclass(frozen=True, slots=True)
class SiteRow:
    pk: int
    site: str
    kind: str
    name: str
    country: str
    region: str
    city: str
    postcode: str
    latitude: float
    longitude: float
    time_zone: str
    working_days: int
    holiday_calendar: str
    order_cutoff_s: int
    daily_order_capacity: int | None
    cart_parcels: int | None  # totes on a cart; None: the usual
    collections: tuple[CollectionRow, ...]  # by time of day


def sites(scope: Scope) -> tuple[SiteRow, ...]:
    """Give the operator's sites by code. They are the operator's and serve all of its brands."""
    return _rows(Site.objects.filter(operator_id=scope.operator))


def site(scope: Scope, code: str) -> SiteRow | None:
    return next(iter(_rows(Site.objects.filter(operator_id=scope.operator, code=code))), None)


def _rows(found: QuerySet[Site]) -> tuple[SiteRow, ...]:
    listed = list(found.order_by("code"))
    calls: dict[int, list[CollectionRow]] = defaultdict(list)
    for call in Collection.objects.filter(site__in=found).order_by("collection_time_s", "service", "id"):
        row = CollectionRow(call.service, call.collection_time_s, call.working_days, call.daily_parcel_capacity)
        calls[call.site_id].append(row)
    return tuple(_row(one, tuple(calls[one.pk])) for one in listed)


def _row(one: Site, collections: tuple[CollectionRow, ...]) -> SiteRow:
    return SiteRow(
        pk=one.pk,
        site=one.code,
        kind=one.kind,
        name=one.name,
        country=one.country,
        region=one.region,
        city=one.city,
        postcode=one.postcode,
        latitude=one.latitude,
        longitude=one.longitude,
        time_zone=one.time_zone,
        working_days=one.working_days,
        holiday_calendar=one.holiday_calendar,
        order_cutoff_s=one.order_cutoff_s,
        daily_order_capacity=one.daily_order_capacity,
        cart_parcels=one.cart_parcels,
        collections=collections,
    )
