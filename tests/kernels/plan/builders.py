"""Small random problems: a few sites, services, cartons, products and orders, with tight stock and awkward wishes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from hypothesis import strategies as st

from doorstep.domain.carriage import DELIVERS_TO, SPEEDS, RateBreak, Service, Surcharge, Tariff, When, ZoneRule
from doorstep.domain.catalog import Carton, Product
from doorstep.domain.clock import WorkingDays
from doorstep.domain.demand import Brand, Order, OrderLine
from doorstep.domain.learned import Lane, TransitModel
from doorstep.domain.money import Currency
from doorstep.domain.place import Place
from doorstep.domain.supply import Collection, Inbound, Site, StockLevel
from doorstep.kernels.plan.problem import PlanProblem

START = datetime(2024, 4, 29, 6, 0, tzinfo=UTC)  # a Monday; the Wednesday is a holiday in all the countries
HOMES = (
    (Place("DE", "BE", "Berlin", "10115", 52.52, 13.40), "Europe/Berlin", "DE-BE"),
    (Place("FR", "", "Paris", "75001", 48.86, 2.35), "Europe/Paris", "FR"),
    (Place("ES", "MD", "Madrid", "28001", 40.42, -3.70), "Europe/Madrid", ""),
    (Place("BR", "SP", "Sao Paulo", "01310", -23.56, -46.65), "America/Sao_Paulo", "BR-SP"),
)
DESTINATIONS = (
    Place("DE", "BY", "Muenchen", "80331", 48.14, 11.58),
    Place("DE", "BE", "Berlin", "10999", 52.50, 13.42),
    Place("FR", "", "Lyon", "69001", 45.76, 4.84),
    Place("ES", "CT", "Barcelona", "08001"),
    Place("BR", "AM", "Manaus", "69005", -3.13, -60.02),
)
NOWHERE = Place("XX", "", "Nowhere", "")
WORKING = tuple(map(WorkingDays.parse, ("Mon-Fri", "Mon-Fri", "Mon-Sat", "Mon-Sun", "Mon,Wed,Fri")))


@dataclass(frozen=True)
class Shape:
    """How large and how awkward. Odds lie between 0 and 1."""

    sites: int = 4
    services: int = 4
    cartons: int = 5
    products: int = 6
    orders: int = 8
    lines: int = 4
    fewest_orders: int = 1
    stock: int = 7  # most units of a sku at a site
    many: float = 0.08  # a line of many units
    capacity: float = 0.25  # the problem has capacities
    faults: float = 0.08
    wishes: float = 0.1  # each of an order's special wishes


def problem(rng: Random, shape: Shape) -> PlanProblem:
    sites = [_site(rng, home, n) for n, home in enumerate(rng.sample(HOMES, rng.randint(1, shape.sites)))]
    services = [_service(rng, n) for n in range(rng.randint(1, shape.services))]
    products = [_product(rng, n) for n in range(rng.randint(2, shape.products))]
    cartons = [_carton(rng, n, sites) for n in range(rng.randint(2, shape.cartons))]
    limited = rng.random() < shape.capacity
    if limited:
        sites = [replace(one, daily_order_capacity=rng.choice((None, None, 0, 1, 2))) for one in sites]
    stock = [StockLevel(s.site, p.sku, rng.randint(0, shape.stock)) for s in sites for p in products]
    rng.shuffle(stock)
    return PlanProblem(
        brand=Brand(
            "shop",
            "Shop",
            Currency(rng.choice(("EUR", "EUR", "JPY", "KWD"))),
            "DE",
            rng.choice((500_000, 900_000, 980_000)),
            rng.randint(0, 8_000_000),
            rng.choice((15_000_000, 60_000_000, 400_000_000)),
            rng.choice((0, 0, 90_000, 1_234_567)),
        ),
        products=tuple(products),
        sites=tuple(sites),
        collections=tuple(_collections(rng, sites, services, limited)),
        stock=tuple(stock),
        inbound=tuple(_inbound(rng, sites, products)),
        cartons=tuple(cartons),
        tariff=_tariff(rng, sites, services),
        orders=tuple(_order(rng, n, products, shape) for n in range(rng.randint(shape.fewest_orders, shape.orders))),
        transit=TransitModel(START, tuple(_lanes(rng, services))),
        data_version="random",
        now=START + timedelta(hours=rng.randint(0, 40)) if rng.random() < 0.2 else None,
    )


def _site(rng: Random, home: tuple[Place, str, str], number: int) -> Site:
    place, zone, calendar = home
    return Site(
        site=f"site-{number}",
        kind=rng.choice(
            ("fulfilment_centre", "fulfilment_centre", "fulfilment_centre", "fulfilment_centre", "store", "depot")
        ),
        name=place.city,
        place=place,
        time_zone=zone,
        working_days=rng.choice(WORKING),
        holiday_calendar=rng.choice(("", calendar)),
        order_cutoff_s=rng.choice((10, 14, 18)) * 3600,
        pick_cost_per_order_micros=rng.randint(0, 3_000_000),
        pick_cost_per_unit_micros=rng.randint(0, 600_000),
    )


def _service(rng: Random, number: int) -> Service:
    fastest = rng.randint(0, 3)
    return Service(
        service=f"service-{number}",
        carrier=f"carrier-{number % 2}",
        name=f"Service {number}",
        speed=rng.choice(SPEEDS),
        delivers_to=rng.choice(("home", "home", "home", "home", *DELIVERS_TO)) if number else "home",
        max_weight_g=rng.choice((3_000, 15_000, 31_500)) if number else 31_500,
        max_length_mm=rng.choice((400, 800, 1_200)) if number else 1_200,
        max_girth_mm=rng.choice((None, None, 1_200, 3_000)),
        dim_divisor_cm3_per_kg=rng.choice((0, 4_000, 5_000)),
        working_days=rng.choice(WORKING),
        min_days=fastest,
        max_days=fastest + rng.randint(0, 3),
        signature=rng.random() < 0.3,
    )


def _product(rng: Random, number: int) -> Product:
    return Product(
        sku=f"sku-{number}",
        name=f"Product {number}",
        category="",
        length_mm=rng.randint(30, 260),
        width_mm=rng.randint(30, 200),
        height_mm=rng.randint(20, 150),
        weight_g=rng.randint(50, 3_500),
        value_micros=1_000_000,
        this_side_up=rng.random() < 0.2,
        fragile=rng.random() < 0.2,
        max_load_g=rng.choice((None, None, 0, 1_000)),
        hazmat_class=rng.choice(("", "", "", "3", "8")),
        ships_in_own_box=rng.random() < 0.1,
        soft=rng.random() < 0.2,
        padding_mm=rng.choice((0, 0, 0, 8)),
    )


def _carton(rng: Random, number: int, sites: list[Site]) -> Carton:
    mailer = number > 0 and rng.random() < 0.2
    inner = (rng.randint(200, 500), rng.randint(150, 400), rng.randint(20, 140) if mailer else rng.randint(100, 350))
    return Carton(
        carton=f"carton-{number}",
        inner_mm=inner,
        outer_mm=(inner[0] + 10, inner[1] + 10, inner[2] + 10),
        tare_g=rng.randint(40, 400),
        max_weight_g=rng.choice((5_000, 15_000, 30_000)),
        cost_micros=rng.randint(0, 2_000_000),
        site=rng.choice(sites).site if number and rng.random() < 0.2 else "",
        mailer=mailer,
        padding_mm=rng.choice((0, 0, 0, 5)),
    )


def _collections(rng: Random, sites: list[Site], services: list[Service], limited: bool) -> list[Collection]:
    calls = []
    for one in sites:
        for offer in services:
            for _ in range(rng.choice((0, 1, 1, 1, 1, 1, 1, 2))):
                capacity = rng.choice((None, None, 0, 1, 2)) if limited else None
                hour = rng.randint(9, 19)
                calls.append(Collection(one.site, offer.service, hour * 3600, rng.choice(WORKING), capacity))
    return calls


def _inbound(rng: Random, sites: list[Site], products: list[Product]) -> list[Inbound]:
    due = START + timedelta(days=rng.randint(1, 20))
    return [Inbound(rng.choice(sites).site, rng.choice(products).sku, 5, due) for _ in range(rng.randint(0, 2))]


def _tariff(rng: Random, sites: list[Site], services: list[Service]) -> Tariff:
    zones: list[ZoneRule] = []
    rates: list[RateBreak] = []
    surcharges: list[Surcharge] = []
    for offer in services:
        for origin in sorted({one.place.country for one in sites}):
            for destination in sorted({place.country for place in DESTINATIONS}):
                if rng.random() < 0.9:
                    far = rng.choice(("a", "b"))
                    zones.append(ZoneRule(offer.service, origin, "", destination, "", far, rng.random() < 0.2))
                    if rng.random() < 0.3:
                        zones.append(ZoneRule(offer.service, origin, "", destination, "6", "c", rng.random() < 0.5))
        for name in ("a", "b", "c"):
            rates += _breaks(rng, offer.service, name)
        surcharges += [_surcharge(rng, offer.service, n) for n in range(rng.randint(0, 3))]
    return Tariff(tuple(services), tuple(zones), tuple(rates), tuple(surcharges))


def _breaks(rng: Random, service: str, zone: str) -> list[RateBreak]:
    up_to, price, found = 0, rng.randint(2_000_000, 8_000_000), []
    for _ in range(rng.randint(1, 3)):
        up_to += rng.randint(500, 6_000)
        price += rng.randint(0, 4_000_000)
        found.append(RateBreak(service, zone, up_to, price))
    if rng.random() < 0.7:
        found[-1] = replace(found[-1], per_extra_kg_micros=rng.randint(0, 1_500_000))
    if rng.random() < 0.1:  # a price that changes within the days of the problem
        change = date(2024, 5, 2)
        later = replace(found[0], price_micros=price, valid_from=change + timedelta(days=1))
        found = [replace(found[0], valid_to=change), later, *found[1:]]
    return found


def _surcharge(rng: Random, service: str, number: int) -> Surcharge:
    kinds: tuple[When, ...] = (
        "always",
        "residential",
        "remote",
        "over_length_mm",
        "over_weight_g",
        "saturday",
        "signature",
    )
    when = rng.choice(kinds)
    percent = rng.random() < 0.4
    return Surcharge(
        service,
        f"surcharge-{number}",
        when,
        {"over_length_mm": 300, "over_weight_g": 3_000}.get(when),
        percent,
        rng.randint(0, 20_000_000) if percent else rng.randint(0, 2_000_000),
        rng.randint(1, 3),
    )


def _lanes(rng: Random, services: list[Service]) -> list[Lane]:
    if rng.random() < 0.5:
        return []
    offer = rng.choice(services).service
    curve, share = [0], 0
    for _ in range(rng.randint(2, 6)):
        share += (1_000_000 - share) * rng.randint(1, 9) // 10
        curve.append(share)
    return [Lane(3, offer, "", "", rng.choice(("", "DE")), "", "", 100, tuple(curve))]


def _order(rng: Random, number: int, products: list[Product], shape: Shape) -> Order:
    def wished() -> bool:
        return rng.random() < shape.wishes

    placed = START + timedelta(minutes=rng.randint(0, 60 * 96))
    faulty = rng.random() < shape.faults
    fault = rng.choice(("no_lines", "unknown_sku", "no_zone")) if faulty else ""
    lines = [
        OrderLine(
            str(n),
            rng.choice(products).sku,
            rng.randint(3, 12) if rng.random() < shape.many else rng.choice((1, 1, 1, 2)),
            1_000_000,
        )
        for n in range(1, rng.randint(1, shape.lines) + 1)
    ]
    if fault == "unknown_sku":
        lines[0] = replace(lines[0], sku="unheard-of")
    order = Order(
        order=f"order-{number}",
        channel="web",
        placed_at=placed,
        customer=f"customer-{number}",
        place=NOWHERE if fault == "no_zone" else rng.choice(DESTINATIONS),
        lines=() if fault == "no_lines" else tuple(lines),
        speed=rng.choice(SPEEDS[:3]) if wished() else None,
        residential=rng.random() < 0.7,
        signed_for=wished(),
        saturday=wished(),
        pickup_point="P-1" if wished() else "",
        not_before=(placed + timedelta(days=rng.randint(0, 9))).date() if wished() else None,
        promised_by=(placed + timedelta(days=rng.randint(0, 6))).date() if wished() else None,
    )
    return replace(order, promised_by=order.not_before) if order.not_before and number % 2 else order  # a nominated day


def problems(shape: Shape | None = None) -> st.SearchStrategy[PlanProblem]:
    """Random problems whose random numbers hypothesis chooses and shrinks."""
    return st.randoms(use_true_random=False).map(lambda rng: problem(rng, shape or Shape()))


def seeded(seed: int, shape: Shape) -> PlanProblem:
    return problem(Random(seed), shape)
