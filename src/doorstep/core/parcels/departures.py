"""Reads of dispatch: what leaves when, what is missing for it, and what left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from doorstep.core.paging import Page, page, reach, read_cursor
from doorstep.core.parcels.carriers import AccountRow, account_row
from doorstep.core.parcels.models import CarrierAccount, Manifest, Parcel
from doorstep.core.tariffs.models import Service
from doorstep.domain.journey import BEFORE_LEAVING, ParcelState
from doorstep.domain.rights import BRAND_ROLES, Scope

HORIZON = timedelta(hours=36)


@dataclass(frozen=True, slots=True)
class Departure:
    """What a carrier takes from a site at one time; those of an earlier time that are still here go with it."""

    site: str
    site_name: str
    time_zone: str
    carrier: str
    departs_at: datetime
    parcels: int
    staged: int

    @property
    def missing(self) -> int:
        return self.parcels - self.staged


@dataclass(frozen=True, slots=True)
class Waiting:
    """A parcel of a departure that is still here."""

    pk: int
    brand: str
    parcel: str
    order: str
    state: ParcelState
    service: str
    tracking: str
    sscc: str
    weight_g: int
    ship_at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """A parcel as a scanner at the gate needs it."""

    pk: int
    brand_id: int
    brand: str
    parcel: str
    order_id: int
    order: str
    order_state: str
    state: str
    site: str
    carrier: str
    ship_at: datetime
    manifest: int | None


@dataclass(frozen=True, slots=True)
class ManifestSeen:
    pk: int
    site: str
    site_name: str
    time_zone: str
    carrier: str
    account: str
    kind: str
    state: str
    departs_at: datetime
    closed_at: datetime | None
    told_at: datetime | None
    reference: str
    refused: str  # why the carrier would not hear of it
    parcels: int  # those that the reader may see

    @property
    def code(self) -> str:
        return f"M-{self.pk:06d}"


@dataclass(frozen=True, slots=True)
class OnManifest:
    brand: str
    parcel: str
    order: str
    service: str
    tracking: str
    sscc: str
    weight_g: int
    postcode: str
    country: str
    state: str


def departures(scope: Scope, now: datetime, site: str | None = None) -> tuple[Departure, ...]:
    """Give what leaves soon, or should have left, by site and time. One query."""
    found = _with_carrier(_of(scope).filter(state__in=BEFORE_LEAVING, ship_at__lt=now + HORIZON))
    found = found.exclude(order__state__in=("held", "cancelled"))
    if site is not None:
        found = found.filter(site__code=site)
    names = ("site__code", "site__name", "site__time_zone", "carrier", "ship_at")
    counted = found.order_by().values_list(*names)
    rows = counted.annotate(all=Count("pk"), ready=Count("pk", filter=Q(state="staged")))
    return tuple(Departure(*row) for row in rows.order_by("site__code", "ship_at", "carrier"))


def waiting(scope: Scope, site: str, carrier: str, departs_at: datetime, limit: int = 500) -> tuple[Waiting, ...]:
    """Parcels that should leave with a departure and are still here, those of earlier ones too; staged ones last."""
    found = _with_carrier(_of(scope).filter(state__in=BEFORE_LEAVING, site__code=site, ship_at__lte=departs_at))
    found = found.filter(carrier=carrier).exclude(order__state__in=("held", "cancelled"))
    names = ("pk", "brand__code", "code", "order__code", "state", "service", "tracking", "sscc")
    rows = found.order_by("ship_at", "pk").values_list(*names, Coalesce("packed_weight_g", "weight_g"), "ship_at")
    return tuple(sorted((Waiting(*row) for row in rows[:limit]), key=lambda one: one.state == "staged"))


def scanned(scope: Scope, number: str) -> Found | None:
    """Find a parcel by its SSCC, its tracking number or its code; the newest, should they be several."""
    if not number:  # which many a parcel has for its tracking number
        return None
    named = Q(tracking=number) | Q(code=number)
    if len(number) == 18:
        named |= Q(sscc=number)
    found = _with_carrier(_of(scope).filter(named))
    names = ("pk", "brand_id", "brand__code", "code", "order_id", "order__code", "order__state", "state", "site__code")
    row = found.order_by("-ship_at", "-pk").values_list(*names, "carrier", "ship_at", "manifest_id").first()
    return Found(*row) if row else None


def account_of(scope: Scope, carrier: str) -> AccountRow | None:
    row = CarrierAccount.objects.filter(operator_id=scope.operator, carrier=carrier).first()
    return account_row(row) if row else None


def manifests(
    scope: Scope,
    *,
    site: str | None = None,
    carrier: str | None = None,
    kind: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[ManifestSeen]:
    """The newest first; those of a brand see the manifests that their own parcels left with. Raises InvalidCursor."""
    found = _manifests(scope)
    if site is not None:
        found = found.filter(site__code=site)
    if carrier is not None:
        found = found.filter(account__carrier=carrier)
    if kind is not None:
        found = found.filter(kind=kind)
    if after is not None:
        (last,) = read_cursor(after, int)
        found = found.filter(pk__lt=last)
    listed = list(found.order_by("-pk")[: reach(limit)])
    return page(listed, limit, _seen, lambda one: (one.pk,))


def manifest(scope: Scope, pk: int) -> ManifestSeen | None:
    row = _manifests(scope).filter(pk=pk).first()
    return _seen(row) if row else None


def on_manifest(scope: Scope, pk: int) -> tuple[OnManifest, ...]:
    """The parcels of a manifest that the scope may see, by brand and code."""
    names = ("brand__code", "code", "order__code", "service", "tracking", "sscc")
    more = ("order__postcode", "order__country", "state")
    rows = _of(scope).filter(manifest_id=pk).order_by("brand__code", "code")
    return tuple(OnManifest(*row) for row in rows.values_list(*names, Coalesce("packed_weight_g", "weight_g"), *more))


def weight_of(parcels: tuple[OnManifest, ...]) -> int:
    return sum(one.weight_g for one in parcels)


def _of(scope: Scope) -> QuerySet[Parcel]:
    return Parcel.objects.filter(brand_id__in=scope.brands)


def _with_carrier(found: QuerySet[Parcel]) -> QuerySet[Any]:
    """With whose service it travels; of a service that is gone, its name."""
    services = Service.objects.filter(brand_id=OuterRef("brand_id"), code=OuterRef("service")).order_by()
    return found.annotate(carrier=Coalesce(Subquery(services.values("carrier")[:1]), F("service")))


def _manifests(scope: Scope) -> QuerySet[Manifest]:
    found = Manifest.objects.filter(operator_id=scope.operator).select_related("site", "account")
    own = Count("parcels", filter=Q(parcels__brand_id__in=scope.brands))
    found = found.annotate(own=own)
    return found.filter(own__gt=0) if scope.role in BRAND_ROLES else found


def _seen(one: Manifest) -> ManifestSeen:
    return ManifestSeen(
        pk=one.pk,
        site=one.site.code,
        site_name=one.site.name,
        time_zone=one.site.time_zone,
        carrier=one.account.carrier,
        account=one.account.code,
        kind=one.kind,
        state=one.state,
        departs_at=one.departs_at,
        closed_at=one.closed_at,
        told_at=one.told_at,
        reference=one.reference,
        refused=one.refused,
        parcels=getattr(one, "own"),  # noqa: B009
    )
