"""Waves, picks and put-backs as people and programs read them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from doorstep.core.floor.models import Missing, Pick, PutBack, Tote, Wave
from doorstep.core.network.models import Site
from doorstep.core.paging import Page, instant_of, micros_of, page, reach, read_cursor
from doorstep.core.parcels.models import Parcel
from doorstep.domain.floor import PICK_STATES, TO_PICK, WAVE_STATES, PickState, WaveState
from doorstep.domain.rights import Scope

HELD_BACK = ("open", "held", "cancelled")  # orders in these states are not released
LONGEST_LIST = 500
_WAVE_STATES: dict[str, WaveState] = {state: state for state in WAVE_STATES}
_PICK_STATES: dict[str, PickState] = {state: state for state in PICK_STATES}


@dataclass(frozen=True, slots=True)
class WaveRow:
    """A wave and how far it has come; the numbers are those of the brands in scope."""

    pk: int
    wave: str
    site: str
    site_name: str
    time_zone: str
    leaves_at: datetime
    service: str  # empty: several
    state: WaveState
    released_at: datetime
    released_by: str
    parcels: int
    packed: int
    picks: int
    picks_done: int
    units: int
    units_picked: int
    short: int


@dataclass(frozen=True, slots=True)
class PickRow:
    pk: int
    wave_pk: int
    wave: str
    leaves_at: datetime
    tote_pk: int
    tote: str
    slot: int
    brand_id: int
    brand: str
    site_pk: int
    parcel: str
    order_id: int
    order: str
    product: int
    sku: str
    name: str
    bin: str
    lot: str
    quantity: int
    picked: int
    state: PickState
    stop: int
    worker: str
    bin_seen: bool
    wrong_scans: int
    told: str


@dataclass(frozen=True, slots=True)
class Departure:
    """Planned parcels that no wave has yet, by when they leave."""

    site_pk: int
    site: str
    site_name: str
    time_zone: str
    service: str
    leaves_at: datetime
    parcels: int
    orders: int


@dataclass(frozen=True, slots=True)
class PutBackRow:
    pk: int
    brand_id: int
    brand: str
    site_pk: int
    site: str
    tote: str
    order_id: int
    order: str
    product: int
    sku: str
    name: str
    bin: str
    lot: str
    quantity: int
    asked_at: datetime
    told: str


@dataclass(frozen=True, slots=True)
class MissingRow:
    pk: int
    brand_id: int
    brand: str
    site_pk: int
    site: str
    product: int
    sku: str
    name: str
    bin: str
    lot: str
    quantity: int
    reason: str
    at: datetime
    worker: str
    order_id: int
    found: int | None  # None: nobody has looked yet


def list_waves(
    scope: Scope, *, site: str | None = None, state: str | None = None, after: str | None = None, limit: int = 50
) -> Page[WaveRow]:
    """List waves by when they leave, the latest first. Raises InvalidCursor."""
    found = _waves(scope)
    if site is not None:
        found = found.filter(site__code=site)
    if state is not None:
        found = found.filter(state=state)
    if after is not None:
        micros, last = read_cursor(after, int, int)
        when = instant_of(micros)
        found = found.filter(leaves_at__lte=when).filter(Q(leaves_at__lt=when) | Q(id__lt=last))
    listed = list(found.select_related("site").order_by("-leaves_at", "-id")[: reach(limit)])
    rows = {row.pk: row for row in _counted(scope, listed)}
    return page(listed, limit, lambda wave: rows[wave.pk], lambda wave: (micros_of(wave.leaves_at), wave.pk))


def open_waves(scope: Scope) -> tuple[WaveRow, ...]:
    """Give the waves that are worked on, the first to leave first."""
    found = _waves(scope).filter(state="open").select_related("site").order_by("leaves_at", "id")
    return _counted(scope, list(found[:LONGEST_LIST]))


def get_wave(scope: Scope, code: str) -> WaveRow | None:
    found = list(_waves(scope).filter(code=code).select_related("site"))
    return _counted(scope, found)[0] if found else None


def waves_named(scope: Scope, codes: Collection[str]) -> tuple[WaveRow, ...]:
    """Give waves by their codes, the first to leave first."""
    found = _waves(scope).filter(code__in=codes).select_related("site").order_by("leaves_at", "id")
    return _counted(scope, list(found))


def picks_of(scope: Scope, wave_pk: int) -> tuple[PickRow, ...]:
    """Give the round of a wave in the order in which it is walked; what was withdrawn is left out."""
    found = _picks(scope).filter(wave_id=wave_pk).exclude(state="withdrawn")
    return tuple(map(_pick, found.order_by("stop", "pk")))


def get_pick(scope: Scope, pk: int) -> PickRow | None:
    found = _picks(scope).filter(pk=pk).first()
    return _pick(found) if found else None


def departures(scope: Scope, until: datetime, site: str | None = None) -> tuple[Departure, ...]:
    """Give what is planned, in no wave, and leaves until then; the first to leave first."""
    found = _planned(scope, until)
    if site is not None:
        found = found.filter(site__code=site)
    grouped = found.values("site_id", "site__code", "site__name", "site__time_zone", "service", "ship_at")
    counted = grouped.annotate(parcels=Count("id"), orders=Count("order", distinct=True))
    return tuple(
        Departure(
            site_pk=row["site_id"],
            site=row["site__code"],
            site_name=row["site__name"],
            time_zone=row["site__time_zone"],
            service=row["service"],
            leaves_at=row["ship_at"],
            parcels=row["parcels"],
            orders=row["orders"],
        )
        for row in counted.order_by("ship_at", "site__code", "service")[:LONGEST_LIST]
    )


def put_backs(scope: Scope) -> tuple[PutBackRow, ...]:
    """Give what lies in totes and is wanted no longer, by site and bin."""
    found = _put_backs(scope).filter(done_at=None).order_by("site__code", "bin", "pk")
    return tuple(map(_put_back, found[:LONGEST_LIST]))


def put_back(scope: Scope, pk: int) -> PutBackRow | None:
    found = _put_backs(scope).filter(pk=pk, done_at=None).first()
    return _put_back(found) if found else None


def missing(scope: Scope) -> tuple[MissingRow, ...]:
    """Give what bins lacked and nobody has looked for yet, the oldest first."""
    return tuple(map(_missing, _missed(scope).filter(settled_at=None).order_by("at", "pk")[:LONGEST_LIST]))


def missing_one(scope: Scope, pk: int) -> MissingRow | None:
    """One of them, settled or not."""
    found = _missed(scope).filter(pk=pk).first()
    return _missing(found) if found else None


def totes_of_parcels(brand_id: int, parcels: Collection[int]) -> tuple[tuple[int, int], ...]:
    """Give the totes of parcels (row ids) that are in a wave, each with the wave's row id."""
    live = Tote.objects.filter(brand_id=brand_id, parcel_id__in=parcels, live=True)
    return tuple(live.order_by("pk").values_list("pk", "wave_id"))


def parcels_of_order(brand_id: int, order_id: int) -> tuple[tuple[int, str], ...]:
    """Give row id and state of an order's parcels that are not cancelled."""
    found = Parcel.objects.filter(brand_id=brand_id, order_id=order_id).exclude(state="cancelled")
    return tuple(found.order_by("pk").values_list("pk", "state"))


def parcels_of_wave(wave_pk: int) -> tuple[tuple[int, int, int], ...]:
    """Give the parcels of a wave that are in it still: row ids of brand, order and parcel."""
    live = Tote.objects.filter(wave_id=wave_pk, live=True).order_by("pk")
    return tuple(live.values_list("brand_id", "parcel__order_id", "parcel_id"))


def waves_of_parcels(parcels: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Codes of the waves that parcels (row ids) are or were in. One query."""
    found: dict[int, tuple[str, ...]] = {}
    totes = Tote.objects.filter(parcel_id__in=parcels).order_by("pk")
    for parcel, wave in totes.values_list("parcel_id", "wave__code"):
        found[parcel] = (*found.get(parcel, ()), wave)
    return found


def _waves(scope: Scope) -> QuerySet[Wave]:
    own = Tote.objects.filter(wave_id=OuterRef("pk"), brand_id__in=scope.brands)
    return Wave.objects.filter(Exists(own), operator_id=scope.operator)


def _picks(scope: Scope) -> QuerySet[Pick]:
    joined = ("wave", "tote__brand", "tote__parcel__order", "product")
    return Pick.objects.filter(tote__brand_id__in=scope.brands).select_related(*joined)


def _planned(scope: Scope, until: datetime) -> QuerySet[Parcel]:
    sites = Site.objects.filter(operator_id=scope.operator).values("pk")  # parcels are indexed by site and state
    found = Parcel.objects.filter(site_id__in=sites, brand_id__in=scope.brands, state="planned", ship_at__lte=until)
    return found.exclude(order__state__in=HELD_BACK).order_by()


def _put_backs(scope: Scope) -> QuerySet[PutBack]:
    joined = ("brand", "site", "tote__parcel__order", "product")
    return PutBack.objects.filter(brand_id__in=scope.brands).select_related(*joined)


def _missed(scope: Scope) -> QuerySet[Missing]:
    found = Missing.objects.filter(brand_id__in=scope.brands)
    return found.select_related("brand", "pick__wave__site", "pick__tote__parcel", "product")


def _counted(scope: Scope, waves: Collection[Wave]) -> tuple[WaveRow, ...]:
    ids = [wave.pk for wave in waves]
    totes = Tote.objects.filter(wave_id__in=ids, brand_id__in=scope.brands).order_by().values("wave_id")
    parcels: dict[int, Mapping[str, Any]] = {
        row["wave_id"]: row
        for row in totes.annotate(
            parcels=Count("id", filter=Q(live=True)),
            packed=Count("id", filter=Q(live=True, packed_at__isnull=False)),
        )
    }
    picks = Pick.objects.filter(wave_id__in=ids, tote__brand_id__in=scope.brands).exclude(state="withdrawn")
    work: dict[int, Mapping[str, Any]] = {
        row["wave_id"]: row
        for row in picks.order_by()
        .values("wave_id")
        .annotate(
            picks=Count("id"),
            left=Count("id", filter=Q(state__in=TO_PICK)),
            units=Sum("quantity"),
            units_picked=Sum("picked"),
            short=Count("id", filter=Q(state="short")),
        )
    }
    none = {"picks": 0, "left": 0, "units": 0, "units_picked": 0, "short": 0}
    return tuple(_wave(one, parcels.get(one.pk, {"parcels": 0, "packed": 0}), work.get(one.pk, none)) for one in waves)


def _wave(one: Wave, parcels: Mapping[str, Any], work: Mapping[str, Any]) -> WaveRow:
    return WaveRow(
        pk=one.pk,
        wave=one.code,
        site=one.site.code,
        site_name=one.site.name,
        time_zone=one.site.time_zone,
        leaves_at=one.leaves_at,
        service=one.service,
        state=_WAVE_STATES[one.state],
        released_at=one.released_at,
        released_by=one.released_by,
        parcels=parcels["parcels"],
        packed=parcels["packed"],
        picks=work["picks"],
        picks_done=work["picks"] - work["left"],
        units=work["units"],
        units_picked=work["units_picked"],
        short=work["short"],
    )


def _pick(one: Pick) -> PickRow:
    parcel = one.tote.parcel
    return PickRow(
        pk=one.pk,
        wave_pk=one.wave_id,
        wave=one.wave.code,
        leaves_at=one.wave.leaves_at,
        tote_pk=one.tote_id,
        tote=one.tote.code,
        slot=one.tote.slot,
        brand_id=one.tote.brand_id,
        brand=one.tote.brand.code,
        site_pk=one.wave.site_id,
        parcel=parcel.code,
        order_id=parcel.order_id,
        order=parcel.order.code,
        product=one.product_id,
        sku=one.product.sku,
        name=one.product.name,
        bin=one.bin,
        lot=one.lot,
        quantity=one.quantity,
        picked=one.picked,
        state=_PICK_STATES[one.state],
        stop=one.stop,
        worker=one.worker,
        bin_seen=one.bin_seen,
        wrong_scans=one.wrong_scans,
        told=one.told,
    )


def _put_back(one: PutBack) -> PutBackRow:
    order = one.tote.parcel.order
    return PutBackRow(
        pk=one.pk,
        brand_id=one.brand_id,
        brand=one.brand.code,
        site_pk=one.site_id,
        site=one.site.code,
        tote=one.tote.code,
        order_id=order.pk,
        order=order.code,
        product=one.product_id,
        sku=one.product.sku,
        name=one.product.name,
        bin=one.bin,
        lot=one.lot,
        quantity=one.quantity,
        asked_at=one.asked_at,
        told=one.told,
    )


def _missing(one: Missing) -> MissingRow:
    return MissingRow(
        pk=one.pk,
        brand_id=one.brand_id,
        brand=one.brand.code,
        site_pk=one.pick.wave.site_id,
        site=one.pick.wave.site.code,
        product=one.product_id,
        sku=one.product.sku,
        name=one.product.name,
        bin=one.pick.bin,
        lot=one.pick.lot,
        quantity=one.quantity,
        reason=one.reason,
        at=one.at,
        worker=one.worker,
        order_id=one.pick.tote.parcel.order_id,
        found=one.found,
    )
