"""What a pack bench is shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import Q, QuerySet, Sum

from doorstep.core.catalog.models import Carton
from doorstep.core.floor.models import Check, Pick, Tote
from doorstep.core.parcels.models import Parcel
from doorstep.domain.floor import TO_PICK
from doorstep.domain.parcel import OWN_BOX, Placement
from doorstep.domain.rights import Scope

MOST = 50  # totes that one code may stand for
Stage = Literal["gone", "picking", "units", "carton", "weight", "packed"]


@dataclass(frozen=True, slots=True)
class CheckRow:
    product: int
    sku: str
    name: str
    wanted: int
    scanned: int
    size_mm: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class CartonFacts:
    code: str
    inner_mm: tuple[int, int, int]
    tare_g: int
    max_weight_g: int
    mailer: bool
    padding_mm: int  # kept free along every wall


@dataclass(frozen=True, slots=True)
class ToteBrief:
    pk: int
    tote: str
    slot: int
    brand: str
    order: str
    parcel: str
    packer: str
    packed: bool


@dataclass(frozen=True, slots=True)
class BenchRow:
    """A tote at the bench: whose it is, what belongs in, and how far it has come."""

    pk: int
    tote: str
    slot: int
    wave_pk: int
    wave: str
    leaves_at: datetime
    site_pk: int
    site: str
    time_zone: str
    brand_id: int
    brand: str
    order_id: int
    order: str
    gift_note: str
    parcel_pk: int
    parcel: str
    parcel_state: str
    tracking: str
    service: str
    planned_carton: str
    planned_weight_g: int
    live: bool  # still to be packed
    packer: str
    carton: str
    weight_g: int | None
    packed_at: datetime | None
    told: str
    wrong_scans: int
    to_pick: int  # units that are on their way into the tote
    lacking: int  # units that nobody was told to fetch: the bin lacked them
    checks: tuple[CheckRow, ...]
    placements: tuple[Placement, ...]

    @property
    def stage(self) -> Stage:
        if self.packed_at is not None:
            return "packed"
        if not self.live:
            return "gone"
        if self.to_pick or self.lacking:
            return "picking"
        if any(one.scanned < one.wanted for one in self.checks):
            return "units"
        if not self.carton and self.planned_carton != OWN_BOX:
            return "carton"
        return "weight"


def find_totes(scope: Scope, code: str) -> tuple[ToteBrief, ...]:
    """Find what is to be packed by the code of a tote, a parcel or an order; several brands may use one code."""
    own = Parcel.objects.filter(brand_id__in=scope.brands)
    # Asked apart: an index does not look into an OR over several tables.
    parcels = [
        *own.filter(code=code).values_list("pk", flat=True)[:MOST],
        *own.filter(order__brand_id__in=scope.brands, order__code=code).values_list("pk", flat=True)[:MOST],
    ]
    named = Q(code=code) | Q(parcel_id__in=parcels)
    found = _totes(scope).filter(named, live=True, packed_at=None, parcel__state="released").order_by("pk")[:MOST]
    return tuple(map(_brief, found))


def totes_of(scope: Scope, wave_pk: int) -> tuple[ToteBrief, ...]:
    """Give the totes of a wave by their place on the cart; those taken out of it are left out."""
    return tuple(map(_brief, _totes(scope).filter(wave_id=wave_pk, live=True).order_by("slot")))


def tote_named(scope: Scope, code: str) -> int | None:
    """Give the row id of the tote with this code; the newest, should they be several."""
    return _totes(scope).filter(code=code).order_by("-pk").values_list("pk", flat=True).first()


def get_tote(scope: Scope, pk: int) -> BenchRow | None:
    tote = _totes(scope).filter(pk=pk).first()
    if tote is None:
        return None
    checks = tuple(
        CheckRow(
            one.product_id,
            one.product.sku,
            one.product.name,
            one.wanted,
            one.scanned,
            (one.product.length_mm, one.product.width_mm, one.product.height_mm),
        )
        for one in Check.objects.filter(tote_id=pk).select_related("product").order_by("product__sku")
    )
    picks = Pick.objects.filter(tote_id=pk).aggregate(
        to_pick=Sum("quantity", filter=Q(state__in=TO_PICK)), picked=Sum("picked")
    )
    to_pick, picked = picks["to_pick"] or 0, picks["picked"] or 0
    return _bench(tote, checks, to_pick, max(0, sum(one.wanted for one in checks) - to_pick - picked))


def whose(scope: Scope, wave_pk: int, products: Collection[int], but: int) -> str:
    """Name the tote of the same wave that wants one of the products; empty: none does."""
    others = _wanted(scope, wave_pk).filter(product__in=products, tote__live=True).exclude(tote_id=but)
    return others.order_by("tote__slot").values_list("tote__code", flat=True).first() or ""


def wanted_of(scope: Scope, wave_pk: int) -> frozenset[int]:
    """Give the products that belong into the parcels of a wave."""
    return frozenset(_wanted(scope, wave_pk).values_list("product_id", flat=True))


def lots_of(tote_pk: int, product: int) -> frozenset[str]:
    """Give the lots that were picked of a product into a tote; empty text: units whose lot nobody recorded."""
    picks = Pick.objects.filter(tote_id=tote_pk, product_id=product, picked__gt=0)
    return frozenset(picks.values_list("lot", flat=True))


def _wanted(scope: Scope, wave_pk: int) -> QuerySet[Check]:
    return Check.objects.filter(tote__wave_id=wave_pk, tote__brand_id__in=scope.brands)


def cartons(brand_id: int, site: str) -> dict[str, CartonFacts]:
    """Give the cartons of a brand that are at hand at a site, by code."""
    rows = Carton.objects.filter(brand_id=brand_id, site__in=("", site)).order_by("code")
    return {
        one.code: CartonFacts(
            one.code,
            (one.inner_length_mm, one.inner_width_mm, one.inner_height_mm),
            one.tare_g,
            one.max_weight_g,
            one.mailer,
            one.padding_mm,
        )
        for one in rows
    }


def _totes(scope: Scope) -> QuerySet[Tote]:
    return Tote.objects.filter(brand_id__in=scope.brands).select_related("wave__site", "brand", "parcel__order")


def _brief(one: Tote) -> ToteBrief:
    order, packed = one.parcel.order.code, one.packed_at is not None
    return ToteBrief(one.pk, one.code, one.slot, one.brand.code, order, one.parcel.code, one.packer, packed)


def _bench(tote: Tote, checks: tuple[CheckRow, ...], to_pick: int, lacking: int) -> BenchRow:
    wave, parcel, order = tote.wave, tote.parcel, tote.parcel.order
    return BenchRow(
        pk=tote.pk,
        tote=tote.code,
        slot=tote.slot,
        wave_pk=wave.pk,
        wave=wave.code,
        leaves_at=wave.leaves_at,
        site_pk=wave.site_id,
        site=wave.site.code,
        time_zone=wave.site.time_zone,
        brand_id=tote.brand_id,
        brand=tote.brand.code,
        order_id=order.pk,
        order=order.code,
        gift_note=order.gift_note,
        parcel_pk=parcel.pk,
        parcel=parcel.code,
        parcel_state=parcel.state,
        tracking=parcel.tracking,
        service=parcel.service,
        planned_carton=parcel.carton,
        planned_weight_g=parcel.weight_g,
        live=tote.live and parcel.state == "released",
        packer=tote.packer,
        carton=tote.carton,
        weight_g=tote.weight_g,
        packed_at=tote.packed_at,
        told=tote.told,
        wrong_scans=tote.wrong_scans,
        to_pick=to_pick,
        lacking=lacking,
        checks=checks,
        placements=tuple(Placement(order.code, *lying) for lying in parcel.placements),
    )
