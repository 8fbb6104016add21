"""Two operators; the first serves two brands, and has orders in every state, planned and not."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.web.on_floor import work_on_floor
from tests.web.told_outside import tell_outside
from tests.web.under_way import label_for, travel

from doorstep.core.accounts.models import ApiKey, Brand, Channel, Logo, Operator, User
from doorstep.core.catalog.models import Carton, Product
from doorstep.core.decisions.models import Decision
from doorstep.core.events.models import Fact
from doorstep.core.floor.models import Wave
from doorstep.core.messages.models import Disruption
from doorstep.core.network.models import Collection, Site
from doorstep.core.orders.models import Order, OrderLine, Person
from doorstep.core.parcels.models import Parcel
from doorstep.core.returns.models import Return
from doorstep.core.stock.models import Inbound, Level
from doorstep.core.tariffs.models import RateBreak, Service, ZoneRule
from doorstep.domain.journey import ORDER_STATES

PASSWORD = "a long enough password"
ROUND = ("planned", "planned", "shipped", "planned", "released", "open", "packed", "delivered", "held", "planned")
PLANNED = frozenset({"planned", "released", "packed", "shipped", "delivered", "failed"})
CITIES = (
    ("FR", "75011", "Paris", 48.86, 2.38),
    ("IT", "20121", "Milano", 45.47, 9.19),
    ("DE", "10115", "Berlin", 52.53, 13.38),
    ("ES", "08001", "Barcelona", 41.38, 2.17),
    ("FR", "13001", "Marseille", 43.30, 5.37),
    ("BE", "1000", "Bruxelles", 50.85, 4.35),
)
PARCEL_OF = {"shipped": "in_transit"}  # other states of an order are those of its only parcel


@dataclass(frozen=True, slots=True)
class Filled:
    operator: Operator
    brand: Brand
    sister: Brand  # of the same operator
    admin: User  # of the operator
    floor: User
    brand_admin: User
    viewer: User  # of the brand
    sister_admin: User
    foreign_admin: User  # of the other operator
    key: ApiKey
    planned: Order
    held: Order
    wave: Wave
    left: Parcel  # with a manifest
    now: datetime


def fill(now: datetime, orders: int = 10) -> Filled:
    operator = Operator.objects.create(code="nord", name="Nord Logistik")
    other = Operator.objects.create(code="sud", name="Sud Logistica")
    brand, sister = _brand(operator, "tea", "Tea & Leaf"), _brand(operator, "cup", "Cup and Co")
    foreign = _brand(other, "wine", "Wine")
    sites = _sites(operator)
    _contracts(brand)
    cartons, products = _catalog(brand)
    _stock(brand, sites, products, now)
    made = _orders(brand, sites, products, now, orders)
    brand_admin, sister_admin = _user(operator, "brand_admin", brand), _user(operator, "brand_admin", sister, "sister")
    key = ApiKey.objects.create(
        operator=operator,
        brand=brand,
        name="checkout of tea",
        role="brand_writer",
        prefix="abcd1234",
        digest="0" * 64,
        created_at=now,
    )
    assert cartons
    wave = work_on_floor(made[4], now)
    Channel.objects.create(brand=brand, code="shop", name="Shop of tea")
    Logo.objects.create(brand=brand, png=png(), digest="1" * 64, width_px=64, height_px=32)
    _order(foreign, "F-1", "open", now, None)
    Disruption.objects.create(
        pk=7001, operator=operator, kind="port", country="PT", starts_on=now.date(), ends_on=now.date(), delay_days=1,
        declared_at=now,
    )  # fmt: skip
    left = travel(operator, sites[0], made[0], now)
    label_for(Return.objects.create(brand=brand, order=made[7], rma="R-7", reason="late", asked_at=now), left, now)
    tell_outside(brand, made[0].pk, made[0].code, now)
    return Filled(
        operator=operator,
        brand=brand,
        sister=sister,
        admin=_user(operator, "operator_admin"),
        floor=_user(operator, "driver"),
        brand_admin=brand_admin,
        viewer=_user(operator, "brand_viewer", brand),
        sister_admin=sister_admin,
        foreign_admin=_user(other, "operator_admin"),
        key=key,
        planned=made[0],
        held=made[8],
        wave=wave,
        left=left,
        now=now,
    )


def lone_admin() -> User:
    """An operator who has just begun: nothing there."""
    return _user(Operator.objects.create(code="new", name="New"), "operator_admin")


def png(width: int = 64, height: int = 32) -> bytes:
    """Draw a plain grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    head = width.to_bytes(4) + height.to_bytes(4) + bytes((8, 0, 0, 0, 0))
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _user(operator: Operator, role: str, brand: Brand | None = None, name: str = "") -> User:
    user = User(email=f"{name or role}@{operator.code}.example", name=f"{name or role} of {operator.code}", role=role)
    user.operator = operator
    user.set_unusable_password()
    user.save()
    if brand:
        user.brands.add(brand)
    return user


def _brand(operator: Operator, code: str, name: str) -> Brand:
    return Brand.objects.create(
        operator=operator,
        code=code,
        name=name,
        currency="EUR",
        country="FR",
        on_time_target_ppm=950_000,
        late_cost_micros=4_000_000,
        unplanned_cost_micros=60_000_000,
    )


def _sites(operator: Operator) -> list[Site]:
    said: list[dict[str, Any]] = [
        {"code": "lille", "name": "Lille", "country": "FR", "city": "Lille", "postcode": "59000"},
        {"code": "verona", "name": "Verona", "country": "IT", "city": "Verona", "postcode": "37121"},
    ]
    places = ((50.63, 3.06, "Europe/Paris"), (45.44, 10.99, "Europe/Rome"))
    sites = [
        Site.objects.create(
            operator=operator,
            kind="fulfilment_centre",
            latitude=latitude,
            longitude=longitude,
            time_zone=zone,
            working_days=31,
            order_cutoff_s=14 * 3600,
            pick_cost_per_order_micros=500_000,
            pick_cost_per_unit_micros=100_000,
            **one,
        )
        for one, (latitude, longitude, zone) in zip(said, places, strict=True)
    ]
    for site in sites:
        for service, hour in (("gp-std", 17), ("swift", 19)):
            Collection.objects.create(site=site, service=service, collection_time_s=hour * 3600, working_days=31)
    return sites


def _contracts(brand: Brand) -> None:
    for code, name, days in (("gp-std", "Standard", 3), ("swift", "Express", 1)):
        service = Service.objects.create(
            brand=brand,
            code=code,
            carrier="General Parcels",
            name=name,
            speed="standard",
            delivers_to="home",
            max_weight_g=30_000,
            max_length_mm=1_200,
            dim_divisor_cm3_per_kg=5_000,
            working_days=31,
            min_days=1,
            max_days=days,
        )
        for zone, country in (("1", "FR"), ("2", "IT"), ("2", "DE"), ("3", "ES")):
            ZoneRule.objects.create(service=service, origin_country="FR", destination_country=country, zone=zone)
        for zone in ("1", "2", "3"):
            for up_to in (1_000, 5_000, 30_000):
                price = 3_450_000 + 1_205_000 * int(zone) + 400 * up_to
                RateBreak.objects.create(service=service, zone=zone, up_to_g=up_to, price_micros=price)
        service.surcharges.create(surcharge="fuel", when="always", percent=True, amount_micros=12_500_000, sequence=1)
        service.markups.create(brand=brand, client="hearth", kind="percent", amount_micros=8_500_000, sequence=1)


def _catalog(brand: Brand) -> tuple[list[Carton], list[Product]]:
    carton = Carton.objects.create(
        brand=brand,
        code="S",
        inner_length_mm=250,
        inner_width_mm=210,
        inner_height_mm=120,
        outer_length_mm=256,
        outer_width_mm=216,
        outer_height_mm=126,
        tare_g=120,
        max_weight_g=8_000,
        cost_micros=451_000,
    )
    products = [
        Product.objects.create(
            brand=brand,
            sku=f"TEA-{number}",
            name=name,
            category="tea",
            length_mm=120,
            width_mm=120 if number < 3 else 80,
            height_mm=100 if number < 3 else 60,
            weight_g=350,
            value_micros=12_500_000,
            fragile=number == 2,
            hs_code="090230",
            origin_country="IN",
        )
        for number, name in ((1, "Assam, 250 g"), (2, "A glass cup"), (3, "Tin of Earl Grey"))
    ]
    return [carton], products


def _stock(brand: Brand, sites: list[Site], products: list[Product], now: datetime) -> None:
    for site in sites:
        for place, product in enumerate(products):
            for state, quantity in (("available", 40 - 20 * place), ("reserved", 4)):
                Level.objects.create(
                    brand=brand,
                    site=site,
                    product=product,
                    bin="A-1",
                    state=state,
                    quantity=quantity,
                    received_at=now - timedelta(days=100),
                )
    Inbound.objects.create(
        brand=brand, site=sites[0], product=products[2], quantity=60, expected_at=now + timedelta(days=4)
    )


def _orders(brand: Brand, sites: list[Site], products: list[Product], now: datetime, number: int) -> list[Order]:
    made = []
    for place in range(number):
        state = ROUND[place % len(ROUND)]
        order = _order(brand, f"O-{place + 1:05d}", state, now - timedelta(minutes=7 * place), place)
        for line, product in enumerate(products[: 1 + place % 3], start=1):
            OrderLine.objects.create(
                order=order, line=str(line), sku=product.sku, product=product, quantity=1, unit_price_micros=12_990_000
            )
        Fact.objects.create(
            operator=brand.operator,
            brand=brand,
            at=order.placed_at,
            kind="OrderPlaced",
            actor="key:1",
            subject=f"order:{order.pk}",
        )
        if state in PLANNED:
            _plan(order, sites[place % 2], products, now, place)
        made.append(order)
    return made


def _order(brand: Brand, code: str, state: str, placed_at: datetime, place: int | None) -> Order:
    assert state in ORDER_STATES
    country, postcode, city, latitude, longitude = CITIES[(place or 0) % len(CITIES)]
    person = Person.objects.create(
        brand=brand, name=f"Person {code}", address_1="1 rue de la Paix", email=f"{code}@example.org".lower()
    )
    waits = state in ("held", "open")
    return Order.objects.create(
        brand=brand,
        code=code,
        channel="shop",
        placed_at=placed_at,
        customer=f"C-{code}",
        person=person,
        country=country,
        city=city,
        postcode=postcode,
        latitude=latitude + ((place or 0) % 17) / 20,
        longitude=longitude + ((place or 0) % 23) / 20,
        state=state,
        reason={"held": "unknown_sku", "open": "stock_out"}.get(state, ""),
        detail="TEA-9 is not a product of the brand" if waits else "",
        remedy="Add the product, or correct the order." if waits else "",
    )


def _plan(order: Order, site: Site, products: list[Product], now: datetime, place: int) -> None:
    local = now.astimezone(ZoneInfo(site.time_zone)).date()
    leaves = datetime.combine(local, time(17 + 2 * (place % 2)), ZoneInfo(site.time_zone))
    if place == 3:
        leaves -= timedelta(days=1)  # should have left
    on_time = 910_000 if place == 1 else 965_000 + place * 2_000 % 30_000
    promised = local + timedelta(days=-1 if place == 2 else 2 + place % 4)
    parts = {
        "pick": 80,
        "carton": 45,
        "freight": 465 + 11 * (place % 30),
        "surcharges": 58,
        "duty_tax": 0,
        "lateness": 9,
    }
    inside = products[: 1 + place % 3]
    spots = ((0, 0, 0), (120, 0, 0), (0, 120, 0))
    Parcel.objects.create(
        brand=order.brand,
        order=order,
        code=f"{order.code}-1",
        state=PARCEL_OF.get(order.state, order.state),
        site=site,
        carton="S",
        service="swift" if place % 2 else "gp-std",
        weight_g=120 + 350 * len(inside),
        billed_weight_g=1_000,
        ship_at=leaves,
        promised_by=promised,
        on_time_ppm=on_time,
        **{f"{part}_minor": minor for part, minor in parts.items()},
        contents=[[str(line), one.sku, 1] for line, one in enumerate(inside, start=1)],
        placements=[
            [one.sku, 1, *spot, one.length_mm, one.width_mm, one.height_mm]
            for one, spot in zip(inside, spots, strict=False)
        ],
    )
    _decide(order, site, now, parts, [one.sku for one in inside], promised.isoformat(), on_time)


def _decide(
    order: Order, site: Site, now: datetime, parts: dict[str, int], skus: list[str], promised: str, on_time: int
) -> None:
    total = sum(parts.values())
    Decision.objects.create(
        order=order,
        at=now,
        seed=7,
        data_version="f" * 64,
        cost_minor=total,
        record=_record(order, site, total, parts, skus, promised),
    )
    Fact.objects.create(
        operator=order.brand.operator,
        brand=order.brand,
        at=now,
        kind="OrderPromised",
        actor="system",
        subject=f"order:{order.pk}",
        data={"promised_by": promised, "parcels": 1, "cost_minor": total, "on_time_ppm": on_time},
    )


def _record(
    order: Order, site: Site, total: int, parts: dict[str, int], skus: list[str], promised: str
) -> dict[str, Any]:
    names = {"pick": "pick_cost", "carton": "carton_cost", "lateness": "lateness_cost"}
    return {
        "order": order.code,
        "chosen": [
            {
                "site": site.code,
                "carton": "S",
                "service": "gp-std",
                "ship_date": promised,
                "promised_by": promised,
                "on_time_probability": 0.97,
                "cost_parts": {names.get(part, part): minor / 100 for part, minor in parts.items()},
                "skus": skus,
            }
        ],
        "cost": total / 100,
        "rejected": [
            {"option": "verona, S, swift", "cost": (total + 173) / 100, "constraint": ""},
            {"option": "lille, XS, gp-std", "cost": None, "constraint": "carton XS is too small by 40 mm"},
        ],
        "flip": {"change": "freight of swift from verona falls by", "amount": "1.74 EUR", "to": "verona, S, swift"},
        "lower_bound": total / 100,
        "exact": True,
        "packing_proven": True,
        "currency": "EUR",
        "data_version": "f" * 64,
        "seed": 7,
    }
