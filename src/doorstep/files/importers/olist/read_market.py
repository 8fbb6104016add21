"""Tables of text -> the marketplace. What says nothing usable is dropped, what can be told is mended; both counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from doorstep.domain.errors import Fault, InputRefused
from doorstep.domain.place import Place
from doorstep.files.importers.olist.brazil import MARKET_TIME_ZONE
from doorstep.files.importers.olist.market import CatalogueItem, Market, PastOrder, Unit
from doorstep.files.importers.olist.places import Gazetteer, is_prefix, read_demand, read_prefixes
from doorstep.files.importers.olist.source import Table, Tallies, read_source

UNKNOWN_CATEGORY = "unknown"
MAX_SIDE_CM = 1_000
MAX_WEIGHT_G = 1_000_000
MAX_PRICE = 10**7
SCORES = frozenset("12345")


def read_market(folder: Path) -> Market:
    """Read the source. Raises InputRefused for files and columns, and when no product or no order is usable."""
    dropped, mended = Tallies(), Tallies()
    tables = read_source(folder, dropped)
    prefixes = read_prefixes(tables["geolocation_by_prefix"], dropped)
    gazetteer = Gazetteer(prefixes)
    products = read_products(tables["products"], tables["product_category_name_translation"], dropped, mended)
    sellers = read_sellers(tables["sellers"], gazetteer, dropped, mended)
    units = read_units(tables["order_items"], products, sellers, dropped)
    customers = read_customers(tables["customers"], gazetteer, dropped, mended)
    scores = read_scores(tables["order_reviews"], dropped)
    orders = read_orders(tables["orders"], customers, units, scores, dropped, mended)
    demand = read_demand(tables["demand_by_zip_prefix"], dropped)
    for name, usable in (("products", products), ("orders", orders), ("geolocation_by_prefix", prefixes)):
        if not usable:
            raise InputRefused((Fault(tables[name].file, 0, "", "", "holds no usable row"),), 1)
    return Market(products, sellers, prefixes, demand, orders, dropped.all(), mended.all())


def read_products(table: Table, translation: Table, dropped: Tallies, mended: Tallies) -> tuple[CatalogueItem, ...]:
    english = {portuguese: name for _, (portuguese, name) in translation.rows if name}
    items: dict[str, CatalogueItem] = {}
    rows: dict[str, int] = {}
    for number, (sku, category, weight, length, height, width) in table.rows:
        sides = [_whole(text, MAX_SIDE_CM) for text in (length, width, height)]
        weight_g = _whole(weight, MAX_WEIGHT_G)
        if not sku or sku in items:
            dropped.add(table.file, "no product id, or one met before", number)
            continue
        if weight_g is None or not (sides[0] and sides[1] and sides[2]):
            dropped.add(table.file, "no size or no weight", number)
            continue
        if not category:
            mended.add(table.file, f"no category: called {UNKNOWN_CATEGORY}", number)
        sides_mm = (sides[0] * 10, sides[1] * 10, sides[2] * 10)
        items[sku] = CatalogueItem(sku, english.get(category, category) or UNKNOWN_CATEGORY, sides_mm, weight_g)
        rows[sku] = number
    weights: dict[str, list[int]] = {}
    for item in items.values():
        if item.weight_g:
            weights.setdefault(item.category, []).append(item.weight_g)
    for sku, item in items.items():
        if not item.weight_g and item.category in weights:
            mended.add(table.file, "weighs 0 g: given its category's median weight", rows[sku])
            items[sku] = replace(item, weight_g=int(median(weights[item.category])))
    return tuple(items[sku] for sku in sorted(items))


def read_sellers(table: Table, gazetteer: Gazetteer, dropped: Tallies, mended: Tallies) -> Mapping[str, Place]:
    sellers: dict[str, Place] = {}
    for number, (seller, postcode) in table.rows:
        if not (seller and is_prefix(postcode)):
            dropped.add(table.file, "no seller id or no postcode prefix", number)
            continue
        sellers[seller] = _located(gazetteer, postcode, "", "", table.file, number, mended)
    return sellers


def read_customers(
    table: Table, gazetteer: Gazetteer, dropped: Tallies, mended: Tallies
) -> Mapping[str, tuple[str, Place]]:
    """Customer id of an order -> who the customer is over several orders, where that is known, and the place."""
    customers: dict[str, tuple[str, Place]] = {}
    for number, (customer, person, city, state, postcode) in table.rows:
        if not (customer and is_prefix(postcode)):
            dropped.add(table.file, "no customer id or no postcode prefix", number)
            continue
        customers[customer] = person or customer, _located(gazetteer, postcode, city, state, table.file, number, mended)
    return customers


def _located(
    gazetteer: Gazetteer, postcode: str, city: str, state: str, file: str, number: int, mended: Tallies
) -> Place:
    place, how = gazetteer.place(postcode, city, state)
    if how == "neighbours":
        mended.add(file, "postcode prefix not located: placed among the prefixes next to it", number)
    elif how == "none":
        mended.add(file, "postcode prefix not located: left without latitude and longitude", number)
    return place


def read_units(
    table: Table, products: tuple[CatalogueItem, ...], sellers: Mapping[str, Place], dropped: Tallies
) -> Mapping[str, list[Unit] | None]:
    """Units by order; None for an order of which a unit is unusable: half an order would be another order."""
    index = {product.sku: position for position, product in enumerate(products)}
    units: dict[str, list[Unit] | None] = {}
    for number, (order, sku, seller, price, freight) in table.rows:
        product, cents, freight_cents = index.get(sku), _cents(price), _cents(freight)
        if product is None or seller not in sellers or cents is None or freight_cents is None:
            reason = (
                "a product that is not in the catalogue or was dropped from it"
                if product is None
                else "an unknown seller"
                if seller not in sellers
                else "no price or no freight"
            )
            dropped.add(table.file, reason, number)
            units[order] = None
            continue
        of_order = units.setdefault(order, [])
        if of_order is not None:
            of_order.append(Unit(product, seller, cents, freight_cents))
    return units


def read_scores(table: Table, dropped: Tallies) -> Mapping[str, str]:
    """The last review of each order that has one."""
    scores: dict[str, str] = {}
    for number, (order, score) in table.rows:
        if score in SCORES:
            scores[order] = score
        else:
            dropped.add(table.file, "no review score from 1 to 5", number)
    return scores


def read_orders(
    table: Table,
    customers: Mapping[str, tuple[str, Place]],
    units: Mapping[str, list[Unit] | None],
    scores: Mapping[str, str],
    dropped: Tallies,
    mended: Tallies,
) -> tuple[PastOrder, ...]:
    orders: dict[str, PastOrder] = {}
    for number, (order, customer, status, placed, approved, handed_over, delivered, promised) in table.rows:
        placed_at = _instant(placed)
        reason = ""
        if not order or order in orders:
            reason = "no order id, or one met before"
        elif placed_at is None:
            reason = "no time of purchase"
        elif customer not in customers:
            reason = "an unknown customer"
        elif order not in units:
            reason = f"no items recorded ({status or 'no status'})"
        elif units[order] is None:
            reason = "an item of it is unusable"
        if reason or placed_at is None:
            dropped.add(table.file, reason, number)
            continue
        person, place = customers[customer]
        later = [_instant(cell) for cell in (approved, handed_over, delivered)]
        for position, cell in enumerate((approved, handed_over, delivered)):
            if cell and later[position] is None:
                mended.add(table.file, "a time that cannot be read: left out", number)
        times = _in_order(placed_at, later)
        if times != later:
            mended.add(table.file, "times that contradict one another: the impossible one left out", number)
        orders[order] = PastOrder(
            order=order,
            customer=person,
            place=place,
            status=status,
            placed_at=placed_at,
            approved_at=times[0],
            handed_over_at=times[1],
            delivered_at=times[2],
            promised_by=_day(promised),
            review_score=scores.get(order, ""),
            units=tuple(units[order] or ()),
        )
    return tuple(sorted(orders.values(), key=lambda each: (each.placed_at, each.order)))


def _in_order(placed_at: datetime, times: list[datetime | None]) -> list[datetime | None]:
    """Approved, handed over, delivered: none before placing, no hand-over after delivery."""
    approved, handed_over, delivered = (time if time is None or time >= placed_at else None for time in times)
    if handed_over and delivered and handed_over > delivered:
        handed_over = None  # the delivery is what the customer saw
    return [approved, handed_over, delivered]


_ZONE = ZoneInfo(MARKET_TIME_ZONE)


def _instant(text: str) -> datetime | None:
    """Local time of the marketplace, with its offset."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=_ZONE) if text else None
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _whole(text: str, most: int) -> int | None:
    """A whole number from 0 to `most`, also written `12.0`."""
    digits = text.removesuffix(".0")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 9 and int(digits) <= most else None


def _cents(text: str) -> int | None:
    whole, _, part = text.partition(".")
    digits = whole + part[:2].ljust(2, "0")
    if not (digits.isascii() and digits.isdecimal()) or len(part) > 2 or len(digits) > 12:
        return None
    cents = int(digits)
    return cents if cents <= MAX_PRICE * 100 else None
