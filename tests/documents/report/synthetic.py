"""A made-up brand with a made-up plan: enough of everything for the report to show. Nothing here is optimised."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import cache
from random import Random

from doorstep.documents.report.plan_report import PlanReport
from doorstep.domain.carriage import Service, Speed
from doorstep.domain.catalog import Carton, Product
from doorstep.domain.clock import WorkingDays
from doorstep.domain.decision import Choice, Conflict, Decision, Flip, Rejected, Rung, Unplanned
from doorstep.domain.demand import Brand, Contact, Order, OrderLine
from doorstep.domain.emission import Footprint
from doorstep.domain.money import Currency
from doorstep.domain.parcel import OWN_BOX, Content, CostParts, Injection, Parcel, Placement
from doorstep.domain.place import Place
from doorstep.domain.plan import Figures
from doorstep.domain.supply import Site

WEEK = WorkingDays.parse("Mon-Fri")
FLIPS = (
    Flip("more SKU-001 at lille", "3 units", "lille by gp-std in M", "stock", 3, "units", "lille", "SKU-001"),
    Flip("room for orders at lille", "1 more a day", "sent from lille", "capacity", 1, "a_day", "lille"),
    Flip(
        "a later order cut-off at verona",
        "45 minutes",
        "verona by rapid, leaving on 2026-03-03",
        "cut_off",
        45,
        "minutes",
        "verona",
        day="2026-03-03",
    ),
    Flip(
        "a later collection of rapid at verona",
        "95 minutes",
        "verona by rapid, leaving on 2026-03-03",
        "collection",
        95,
        "minutes",
        "verona",
        service="rapid",
        day="2026-03-03",
    ),
    Flip("a lower freight rate of gp-std", "3.4%", "lille by gp-std in M", "rate", 34, "per_mille", service="gp-std"),
    Flip(
        "lighter SKU-001",
        "at most 120 g",
        "lille by gp-std for 0.80 less",
        "weight",
        120,
        "g",
        sku="SKU-001",
        least=False,
    ),
)  # one of each kind
CONFLICTS = (
    Conflict("stock", "4 x SKU-001 asked, 1 left at lille", "bring 3 more x SKU-001 to lille", 1, False),
    Conflict("others", "other orders take 9 x SKU-001 at lille", "give the order a higher priority", 1, False),
    Conflict(
        "zone", "gp-std from FR has no zone for BR 99999", "add BR 99999 to the zones of gp-std from FR", 2, False
    ),
)
TOWNS = (
    ("Berlin", "DE", 52.52, 13.40), ("Hamburg", "DE", 53.55, 9.99), ("München", "DE", 48.14, 11.58),
    ("Köln", "DE", 50.94, 6.96), ("Paris", "FR", 48.86, 2.35), ("Lyon", "FR", 45.76, 4.84),
    ("Toulouse", "FR", 43.60, 1.44), ("Nantes", "FR", 47.22, -1.55), ("Madrid", "ES", 40.42, -3.70),
    ("Barcelona", "ES", 41.39, 2.17), ("Sevilla", "ES", 37.39, -5.98), ("Milano", "IT", 45.46, 9.19),
    ("Roma", "IT", 41.90, 12.50), ("Napoli", "IT", 40.85, 14.27), ("Amsterdam", "NL", 52.37, 4.90),
    ("Bruxelles", "BE", 50.85, 4.35), ("Warszawa", "PL", 52.23, 21.01), ("Kraków", "PL", 50.06, 19.94),
    ("Praha", "CZ", 50.08, 14.44), ("Wien", "AT", 48.21, 16.37), ("København", "DK", 55.68, 12.57),
    ("Stockholm", "SE", 59.33, 18.07), ("Lisboa", "PT", 38.72, -9.14), ("Budapest", "HU", 47.50, 19.04),
)  # fmt: skip
GOODS = (
    ("Linen throw", 380, 280, 60), ("Teapot", 220, 160, 140), ("Picture frame", 320, 240, 30),
    ("Candle", 80, 80, 100), ("Wool socks", 200, 90, 30), ("Cookbook", 260, 200, 30), ("Desk lamp", 300, 180, 160),
    ("Mug", 120, 90, 100),
)  # fmt: skip


def brand(name: str = "Nord & Sud") -> Brand:
    return Brand("nord", name, Currency("EUR"), "DE", 950_000, 4_000_000, 25_000_000)


@cache
def sites() -> tuple[Site, ...]:
    spots = (
        ("leipzig", "Leipzig", "DE", 51.34, 12.37),
        ("lille", "Lille", "FR", 50.63, 3.07),
        ("zaragoza", "Zaragoza", "ES", 41.65, -0.88),
        ("verona", "Verona", "IT", 45.44, 10.99),
    )
    return tuple(
        Site(i, "fulfilment_centre", n, Place(c, "", n, "", la, lo), "Europe/Berlin", WEEK, c, 50_400, 900_000, 150_000)
        for i, n, c, la, lo in spots
    )


@cache
def services() -> tuple[Service, ...]:
    rows: tuple[tuple[str, str, str, Speed, int, int], ...] = (
        ("gp-eco", "Gelbpost", "Economy", "economy", 3, 6),
        ("gp-std", "Gelbpost", "Standard", "standard", 2, 4),
        ("rapid", "Rapid", "Express", "express", 1, 2),
        ("rapid-xl", "Rapid", "Large", "standard", 2, 5),
    )
    return tuple(
        Service(s, c, n, speed, "home", 31_500, 1200, None, 5000, WEEK, low, high) for s, c, n, speed, low, high in rows
    )


@cache
def cartons() -> tuple[Carton, ...]:
    inner = {"S": (250, 200, 120), "M": (400, 300, 200), "L": (600, 400, 400)}
    return tuple(Carton(n, (a, b, c), (a + 8, b + 8, c + 8), 150, 31_500, 400_000) for n, (a, b, c) in inner.items())


@cache
def products() -> tuple[Product, ...]:
    made = [
        Product(f"SKU-{i:03}", name, "home", length, width, height, 300 + 70 * i, 19_000_000)
        for i, (name, length, width, height) in enumerate(GOODS)
    ]
    return (*made, Product("SKU-BIKE", "Balance bike", "toys", 880, 420, 210, 5200, 89_000_000, ships_in_own_box=True))


def lying(order: str, skus: list[str]) -> tuple[Carton | None, tuple[Placement, ...]]:
    """Units in rows along x, rows along y, layers along z, in the smallest carton that takes them."""
    catalogue = {p.sku: p for p in products()}
    for carton in cartons():
        room_x, room_y, room_z = carton.inner_mm
        x = y = z = row = layer = 0
        placed: list[Placement] = []
        for unit, sku in enumerate(skus, 1):
            p = catalogue[sku]
            if x + p.length_mm > room_x:
                x, y, row = 0, y + row, 0
            if y + p.width_mm > room_y:
                x, y, z, row, layer = 0, 0, z + layer, 0, 0
            if x + p.length_mm > room_x or y + p.width_mm > room_y or z + p.height_mm > room_z:
                break
            placed.append(Placement(order, sku, unit, x, y, z, p.length_mm, p.width_mm, p.height_mm))
            x, row, layer = x + p.length_mm, max(row, p.width_mm), max(layer, p.height_mm)
        if len(placed) == len(skus):
            return carton, tuple(placed)
    return None, ()


def order(number: int, chance: Random, far: bool = False, located: bool = True) -> Order:
    town, country, latitude, longitude = ("São Paulo", "BR", -23.55, -46.63) if far else chance.choice(TOWNS)
    spot = (latitude + chance.gauss(0, 0.5), longitude + chance.gauss(0, 0.6)) if located else (None, None)
    place = Place(country, "", town, f"{chance.randrange(10000, 99999)}", *spot)
    skus = chance.choices([p.sku for p in products()[:-1]], k=chance.choice((1, 1, 1, 2, 2, 3, 5)))
    if chance.random() < 0.04:
        skus = ["SKU-BIKE"]
    lines = tuple(OrderLine(str(i), s, skus.count(s), 19_000_000) for i, s in enumerate(dict.fromkeys(skus), 1))
    placed = datetime(2026, 3, 2, 8, tzinfo=timezone(timedelta(hours=1))) + timedelta(minutes=7 * number)
    contact = Contact(name="Secret Person", email="secret@example.org")
    return Order(f"O-{number:06}", "web", placed, f"C{number}", place, lines, contact=contact)


def parcel(number: int, made: Order, skus: list[str], site: str, chance: Random) -> Parcel:
    carton, placements = lying(made.order, skus)
    service = chance.choices(("gp-eco", "gp-std", "rapid", "rapid-xl"), (5, 8, 2, 1))[0]
    days = {"gp-eco": 6, "gp-std": 4, "rapid": 2, "rapid-xl": 5}[service] + chance.randrange(2)
    chance_ppm = int(1_000_000 - min(180_000, chance.expovariate(1 / 25_000)))
    freight = chance.randrange(380, 1400)
    cost = CostParts(
        90 + 15 * len(skus), 40 if carton else 0, freight, freight // 9, 0, (1_000_000 - chance_ppm) // 2500
    )
    weight = 200 + 400 * len(skus)
    contents = tuple(Content(made.order, str(i), s, skus.count(s)) for i, s in enumerate(dict.fromkeys(skus), 1))
    ship_at = made.placed_at.replace(hour=17, minute=0) + timedelta(days=1)
    promised = made.placed_at.date() + timedelta(days=days)
    name = carton.carton if carton else OWN_BOX
    return Parcel(
        f"P-{number:06}", (made.order,), site, name, service, weight, weight + 120, ship_at, promised, chance_ppm, cost,
        contents, placements, Footprint(60 + weight // 20, 210 + weight // 10, 380 + weight // 5),
    )  # fmt: skip


def decision(made: Order, parcels: list[Parcel], chance: Random) -> Decision:
    cost = sum(p.cost.total_minor for p in parcels)
    chosen = tuple(
        Choice(
            p.site, p.carton, p.service, p.ship_at.date().isoformat(), p.promised_by.isoformat(), p.on_time_ppm, p.cost,
            tuple(c.sku for c in p.contents), footprint=p.footprint,
        )
        for p in parcels
    )  # fmt: skip
    lost = [
        Rejected(f"{site}, M, {service}", cost + chance.randrange(10, 900), "")
        for site, service in (("leipzig", "rapid"), ("lille", "gp-std"), ("zaragoza", "gp-eco"))
    ]
    lost.append(Rejected("verona, S, gp-std", None, "carton S is too small by 40 mm"))
    lost.sort(key=lambda r: (r.cost_minor is None, r.cost_minor or 0))
    flip = Flip(
        "freight of gp-std from lille falls by", f"{chance.randrange(10, 99) / 100:.2f} EUR", "lille, M, gp-std"
    )
    bound = cost - (35 if chance.random() < 0.2 else 0)
    return Decision(
        made.order, chosen, cost, tuple(lost), flip, bound, True, chance.random() < 0.9, "3f9a6c", 7,
        tuple(rungs(p) for p in parcels), flips=FLIPS if made.order.endswith("0") else (),
    )  # fmt: skip


def rungs(p: Parcel) -> tuple[Rung, ...]:
    """What the others would ask: one dearer and sooner, one with duty, one too short for the parcel."""
    price, due = p.cost.freight_minor, p.promised_by
    taken = [
        Rung(p.service, price, p.cost.surcharges_minor, 0, due.isoformat(), p.on_time_ppm, p.footprint, chosen=True),
        Rung(
            "rapid", price + 810, 240, 0, (due - timedelta(days=2)).isoformat(), 991_000, Footprint(700, 1_900, 3_100)
        ),
        Rung("gp-eco", price + 60, 40, 350, (due + timedelta(days=1)).isoformat(), 940_000, Footprint(90, 240, 420)),
    ]
    best = {rung.service: rung for rung in reversed(taken)}  # the chosen one of two of a name
    refused = Rung(
        "rapid-xl", refusal="12 mm too long for rapid-xl (max 1200 mm); 180 g too heavy for rapid-xl (max 31500 g)"
    )
    return (*sorted(best.values(), key=lambda rung: (rung.price_minor, rung.service)),
            *([refused] if p.service != "rapid-xl" else []))  # fmt: skip


def plan_report(
    orders: int = 200, *, unplanned_every: int = 0, name: str = "Nord & Sud", located: bool = True, seed: int = 1
) -> PlanReport:
    """`orders` in Europe, the last one in Brazil; every `unplanned_every`-th cannot be planned."""
    chance = Random(seed)
    made = [order(n, chance, far=n == orders, located=located) for n in range(1, orders + 1)]
    parcels: list[Parcel] = []
    unplanned: list[Unplanned] = []
    decisions: list[Decision] = []
    for number, one in enumerate(made, 1):
        if unplanned_every and number % unplanned_every == 0:
            reason = chance.choice(("no_stock", "no_service"))
            detail = f"SKU-001 is out of stock at every site for {one.order}"
            remedy = "Wait for the inbound delivery, or drop the line"
            unplanned.append(Unplanned(one.order, reason, detail, remedy, CONFLICTS if number % 2 else CONFLICTS[2:]))
            continue
        skus = [line.sku for line in one.lines for _ in range(line.quantity)]
        cut = 1 if len(skus) > 2 and chance.random() < 0.3 else len(skus)
        mine = []
        for part in (skus[:cut], skus[cut:]):
            if part:
                mine.append(parcel(len(parcels) + 1, one, part, chance.choice(sites()).site, chance))
                parcels.append(mine[-1])
        decisions.append(decision(one, mine, chance))
    figures = _figures(made, parcels, len(unplanned))
    baseline = replace(
        figures,
        policy="nearest",
        cost_minor=int(figures.cost_minor * 1.083),
        promised_days=figures.promised_days + orders // 5,
    )
    bound = sum(d.lower_bound_minor for d in decisions) + len(unplanned) * figures.unplanned_cost_minor
    return PlanReport(
        brand(name), sites(), services(), cartons(), products(), tuple(made), tuple(parcels), tuple(unplanned),
        iter(decisions), figures, baseline, bound, 1.9, 412.0, "3f9a6c", 7, "2026-03-02", "2026-03-03",
    )  # fmt: skip


def _figures(orders: list[Order], parcels: list[Parcel], unplanned: int) -> Figures:
    mine: dict[str, list[Parcel]] = {}
    for p in parcels:
        mine.setdefault(p.orders[0], []).append(p)
    days = sum((max(p.promised_by for p in mine[o.order]) - o.placed_at.date()).days for o in orders if o.order in mine)
    kept = 0.0
    for group in mine.values():
        chance = 1.0
        for p in group:
            chance *= p.on_time_ppm / 1_000_000
        kept += chance
    split = sum(len(group) > 1 for group in mine.values())
    cost = sum(p.cost.total_minor for p in parcels)
    return Figures("plan", len(orders), len(orders) - unplanned, len(parcels), split, cost, 2500, days, kept)


def hauled_report() -> PlanReport:
    """Every parcel of the economy service goes in bulk to a depot first."""
    report, lille = plan_report(40), Place("FR", "", "Lille", "", 48.9, 2.4)
    depot = replace(sites()[1], site="paris-hub", name="Paris hub", kind="depot", place=lille)

    def hauled(one: Parcel) -> Parcel:
        if one.service != "gp-eco":
            return one
        return replace(one, injection=Injection("night", "paris-hub", one.ship_at + timedelta(hours=12), 45))

    parcels = tuple(map(hauled, report.parcels))
    mine = {one.parcel: one.injection for one in parcels}
    of = {one.order: [p.parcel for p in parcels if one.order in p.orders] for one in report.orders}
    decisions = [
        replace(
            one,
            chosen=tuple(replace(c, injection=mine[p]) for c, p in zip(one.chosen, of[one.order], strict=True)),
        )
        for one in report.decisions
    ]
    return replace(report, sites=(*report.sites, depot), parcels=parcels, decisions=iter(decisions))


def empty_report() -> PlanReport:
    return plan_report(0)


def nothing_planned() -> PlanReport:
    return plan_report(5, unplanned_every=1)
