"""Nouns with plain defaults, so that a test names only what it is about. Amounts in cents of the euro."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from doorstep.domain.carriage import (
    DeliversTo,
    RateBreak,
    Service,
    Speed,
    Surcharge,
    Tariff,
    When,
    ZoneRule,
)
from doorstep.domain.catalog import Carton, Product
from doorstep.domain.clock import WorkingDays
from doorstep.domain.demand import Brand, Order, OrderLine
from doorstep.domain.learned import TransitModel
from doorstep.domain.money import Currency
from doorstep.domain.place import Place
from doorstep.domain.supply import Collection, Inbound, Site, SiteKind, StockLevel
from doorstep.kernels.plan.problem import PlanProblem

MONDAY = datetime(2024, 6, 3, 8, 0, tzinfo=UTC)  # no holiday near in the places below
UNLEARNED = TransitModel(MONDAY)
WEEK = WorkingDays.parse("Mon-Fri")
EVERY_DAY = WorkingDays.parse("Mon-Sun")

BERLIN = Place("DE", "BE", "Berlin", "10115", 52.52, 13.40)
HAMBURG = Place("DE", "HH", "Hamburg", "20095", 53.55, 9.99)
MUNICH = Place("DE", "BY", "Muenchen", "80331", 48.14, 11.58)
PARIS = Place("FR", "", "Paris", "75001", 48.86, 2.35)
MADRID = Place("ES", "MD", "Madrid", "28001", 40.42, -3.70)


def cents(amount: float) -> int:
    """Cents as millionths of the euro."""
    return round(amount * 10_000)


def brand(late: float = 0, unplanned: float = 10_000, target_ppm: int = 900_000) -> Brand:
    return Brand("shop", "Shop", Currency("EUR"), "DE", target_ppm, cents(late), cents(unplanned))


def product(
    sku: str,
    size: tuple[int, int, int] = (100, 100, 100),
    weight: int = 500,
    *,
    own_box: bool = False,
    hazmat: str = "",
    upright: bool = False,
    fragile: bool = False,
    max_load: int | None = None,
) -> Product:
    return Product(
        sku,
        sku,
        "",
        *size,
        weight,
        1_000_000,
        this_side_up=upright,
        fragile=fragile,
        max_load_g=max_load,
        hazmat_class=hazmat,
        ships_in_own_box=own_box,
    )


def site(
    name: str,
    place: Place = BERLIN,
    *,
    order_fee: float = 0,
    unit_fee: float = 0,
    capacity: int | None = None,
    kind: SiteKind = "fulfilment_centre",
    zone: str = "Europe/Berlin",
    working: WorkingDays = WEEK,
    cutoff_s: int = 14 * 3600,
) -> Site:
    return Site(name, kind, name, place, zone, working, "", cutoff_s, cents(order_fee), cents(unit_fee), capacity)


def carton(
    name: str,
    inner: tuple[int, int, int] = (300, 200, 200),
    *,
    cost: float = 0,
    tare: int = 0,
    max_weight: int = 30_000,
    at: str = "",
) -> Carton:
    return Carton(name, inner, inner, tare, max_weight, cents(cost), at)


def service(
    name: str,
    *,
    speed: Speed = "standard",
    to: DeliversTo = "home",
    max_weight: int = 30_000,
    max_length: int = 2_000,
    max_girth: int | None = None,
    divisor: int = 0,
    days: tuple[int, int] = (1, 1),
    working: WorkingDays = EVERY_DAY,
    signature: bool = False,
) -> Service:
    return Service(
        name,
        name,
        name,
        speed,
        to,
        max_weight,
        max_length,
        max_girth,
        divisor,
        working,
        *days,
        signature=signature,
    )


def zone(service: str, origin: str, destination: str, name: str = "z", *, prefix: str = "") -> ZoneRule:
    return ZoneRule(service, origin, "", destination, prefix, name)


def rate(service: str, price: float, *, name: str = "z", up_to: int = 100_000, extra: float | None = None) -> RateBreak:
    return RateBreak(service, name, up_to, cents(price), None if extra is None else cents(extra))


def surcharge(
    service: str, when: When, amount: float, *, percent: bool = False, threshold: int | None = None
) -> Surcharge:
    """Cents, or percent."""
    micros = round(amount * 1_000_000) if percent else cents(amount)
    return Surcharge(service, when, when, threshold, percent, micros, 1)


def order(
    name: str, *skus: str | tuple[str, int], place: Place = BERLIN, at: datetime = MONDAY, **rest: object
) -> Order:
    pairs = [(one, 1) if isinstance(one, str) else one for one in skus]
    lines = tuple(OrderLine(str(n), sku, quantity, 1_000_000) for n, (sku, quantity) in enumerate(pairs, 1))
    plain = Order(name, "web", at, f"customer of {name}", place, lines)
    return replace(plain, **rest)  # type: ignore[arg-type]


def call(
    site: str, service: str, *, hour: int = 17, working: WorkingDays = EVERY_DAY, capacity: int | None = None
) -> Collection:
    return Collection(site, service, hour * 3600, working, capacity)


def scene(
    orders: Sequence[Order],
    stock: dict[str, dict[str, int]],
    products: Sequence[Product] = (),
    *,
    sites: Sequence[Site] = (),
    cartons: Sequence[Carton] | None = None,
    services: Sequence[Service] | None = None,
    zones: Sequence[ZoneRule] | None = None,
    rates: Sequence[RateBreak] = (),
    surcharges: Sequence[Surcharge] = (),
    collections: Sequence[Collection] | None = None,
    inbound: Sequence[Inbound] = (),
    brand: Brand | None = None,
    now: datetime | None = None,
) -> PlanProblem:
    """What is not given is plain: every sku of the stock a cube of 100 mm, one box, one post to everywhere for 5.00."""
    skus = sorted({sku for held in stock.values() for sku in held})
    sites = sites or [_site(name) for name in stock]
    services = [service("post")] if services is None else services
    countries = sorted({one.place.country for one in sites} | {one.place.country for one in orders})
    everywhere = [zone(one.service, a, b) for one in services for a in countries for b in countries]
    return PlanProblem(
        brand=brand or _brand(),
        products=tuple(products or [product(sku) for sku in skus]),
        sites=tuple(sites),
        collections=tuple(
            [call(s.site, v.service) for s in sites for v in services] if collections is None else collections
        ),
        stock=tuple(StockLevel(name, sku, units) for name, held in stock.items() for sku, units in held.items()),
        inbound=tuple(inbound),
        cartons=tuple([carton("box")] if cartons is None else cartons),
        tariff=Tariff(
            tuple(services),
            tuple(everywhere if zones is None else zones),
            tuple(rates or [rate(one.service, 500) for one in services]),
            tuple(surcharges),
        ),
        orders=tuple(orders),
        transit=UNLEARNED,
        data_version="scene",
        now=now,
    )


_brand, _site = brand, site


def day(text: str) -> date:
    return date.fromisoformat(text)
