"""What a label needs to know of a parcel, in one reading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from doorstep.core.accounts.models import Brand, Logo
from doorstep.core.catalog.models import Carton, Product
from doorstep.core.orders.models import Order
from doorstep.core.parcels.carriers import AccountRow, account_row
from doorstep.core.parcels.models import CarrierAccount, Label, Parcel
from doorstep.core.tariffs.models import Service
from doorstep.domain.catalog import mailer_thickness_mm
from doorstep.domain.parcel import OWN_BOX
from doorstep.domain.rights import Scope
from doorstep.domain.travel import Party


@dataclass(frozen=True, slots=True)
class Limits:
    """What a service takes."""

    max_weight_g: int
    max_length_mm: int
    max_girth_mm: int | None


@dataclass(frozen=True, slots=True)
class Shipping:
    pk: int
    brand_id: int
    brand: str
    parcel: str
    order_id: int
    order_state: str
    state: str
    number: int  # this parcel is the third ...
    of: int  # ... of five
    service: str
    service_name: str
    carrier: str
    limits: Limits | None  # None: the brand has no such service any more
    account: AccountRow | None  # None: the operator has none with this carrier
    weight_g: int  # as weighed, else as planned
    size_mm: tuple[int, int, int] | None
    sender: Party
    returns: Party
    receiver: Party
    pickup_point: str
    safe_place: str
    signature: bool
    sscc: str
    tracking: str
    routing: str
    ship_at: datetime
    time_zone: str


def shipping(scope: Scope, parcel_pk: int) -> Shipping | None:
    """None: there is no such parcel, or it is somebody else's."""
    return _read(Q(pk=parcel_pk, brand_id__in=scope.brands))


def shipping_for_system(parcel_pk: int) -> Shipping | None:
    """Of any operator, for what runs by itself."""
    return _read(Q(pk=parcel_pk))


def shipping_of(scope: Scope, code: str, brand: str | None = None) -> Shipping | None:
    """By its code; the latest, should several brands use it and none be named."""
    return _read(Q(code=code, brand_id__in=scope.brands, **({"brand__code": brand} if brand else {})))


def logo_png(brand_id: int) -> bytes | None:
    found = Logo.objects.filter(brand_id=brand_id).values_list("png", flat=True).first()
    return None if found is None else bytes(found)


def _read(which: Q) -> Shipping | None:
    rows = Parcel.objects.filter(which).select_related("brand", "order__person", "site")
    one = rows.order_by("-ship_at", "-id").first()
    if one is None:
        return None
    siblings = Parcel.objects.filter(order_id=one.order_id).exclude(state="cancelled").order_by("pk")
    ids = list(siblings.values_list("pk", flat=True))
    service = Service.objects.filter(brand_id=one.brand_id, code=one.service).first()
    account = (
        CarrierAccount.objects.filter(operator_id=one.brand.operator_id, carrier=service.carrier).first()
        if service
        else None
    )
    routing = Label.objects.filter(parcel_id=one.pk, state="bought").values_list("routing", flat=True).first()
    return Shipping(
        pk=one.pk,
        brand_id=one.brand_id,
        brand=one.brand.code,
        parcel=one.code,
        order_id=one.order_id,
        order_state=one.order.state,
        state=one.state,
        number=ids.index(one.pk) + 1 if one.pk in ids else 1,
        of=max(1, len(ids)),
        service=one.service,
        service_name=service.name if service else "",
        carrier=service.carrier if service else "",
        limits=Limits(service.max_weight_g, service.max_length_mm, service.max_girth_mm) if service else None,
        account=account_row(account) if account else None,
        weight_g=one.packed_weight_g or one.weight_g,
        size_mm=_size(one),
        sender=_sender(one.brand),
        returns=_returns(one.brand),
        receiver=_receiver(one.order),
        pickup_point=one.order.pickup_point,
        safe_place=one.order.safe_place,
        signature=one.order.signed_for,
        sscc=one.sscc,
        tracking=one.tracking,
        routing=routing or "",
        ship_at=one.ship_at,
        time_zone=one.site.time_zone,
    )


def _size(one: Parcel) -> tuple[int, int, int] | None:
    """Outside measures of what it went into, a mailer as thick as the plan fills it; None: the carton is not known."""
    code = one.packed_carton or one.carton
    if code == OWN_BOX:
        sku = one.contents[0][1] if one.contents else ""
        product = Product.objects.filter(brand_id=one.brand_id, sku=sku).first()
        return (product.length_mm, product.width_mm, product.height_mm) if product else None
    carton = Carton.objects.filter(brand_id=one.brand_id, code=code).order_by("pk").first()
    if carton is None:
        return None
    thick = carton.outer_height_mm
    if carton.mailer:
        top = max((z + height for *_, z, _, _, height in one.placements), default=carton.inner_height_mm)
        thick += mailer_thickness_mm(carton.inner_height_mm, carton.padding_mm, top) - carton.inner_height_mm
    return (carton.outer_length_mm, carton.outer_width_mm, thick)


def _sender(brand: Brand) -> Party:
    company = brand.company or brand.name or brand.code
    return Party(
        "", company, brand.address_1, brand.address_2, brand.postcode, brand.city, "", brand.country, brand.phone
    )


def _returns(brand: Brand) -> Party:
    """Where what cannot be delivered goes; the sender, unless the brand says otherwise."""
    if not brand.returns_address_1:
        return _sender(brand)
    return Party(
        "",
        brand.returns_name or brand.company or brand.name,
        brand.returns_address_1,
        brand.returns_address_2,
        brand.returns_postcode,
        brand.returns_city,
        "",
        brand.returns_country or brand.country,
    )


def _receiver(order: Order) -> Party:
    who = order.person
    said = (who.name, who.company, who.address_1, who.address_2) if who else ("", "", "", "")
    reached = (who.phone, who.email) if who else ("", "")
    return Party(*said, order.postcode, order.city, order.region, order.country, *reached)
