"""Orders drawn for load: real baskets of before a day, real products, the real demand by postcode prefix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from doorstep.domain.errors import Fault, InputRefused
from doorstep.domain.place import Place
from doorstep.files.importers.olist.demand import Floats, Ints, Sold
from doorstep.files.importers.olist.market import Market, PastOrder, Unit
from doorstep.files.importers.olist.places import Gazetteer

DRAWN_DAYS = 7
MAX_DRAWN = 10_000_000


@dataclass(frozen=True, slots=True)
class Baskets:
    """Lines of the baskets drawn from: equal units of one basket are one line."""

    orders: tuple[PastOrder, ...]
    first_line: Ints  # by basket, with one more at the end
    product: Ints
    quantity: Ints


def baskets_of(orders: Sequence[PastOrder]) -> Baskets:
    first: list[int] = [0]
    product: list[int] = []
    quantity: list[int] = []
    for order in orders:
        counts: dict[int, int] = {}
        for unit in order.units:
            counts[unit.product] = counts.get(unit.product, 0) + 1
        product.extend(counts)
        quantity.extend(counts.values())
        first.append(len(product))
    return Baskets(tuple(orders), np.array(first), np.array(product), np.array(quantity))


def clump(baskets: Baskets) -> float:
    """Variance over mean of the units that a product is asked for: lines come at random, each with its quantity."""
    return float((baskets.quantity**2).sum() / baskets.quantity.sum())


def drawn_rate(sold_before: Sold, baskets: int, count: int, swapped: float) -> Floats:
    """Expected units of each product among `count` drawn orders."""
    counts = np.bincount(sold_before.product, minlength=len(sold_before.category_of)).astype(np.float64)
    by_category = np.bincount(sold_before.category_of, weights=counts, minlength=len(sold_before.categories))
    even = (by_category / np.maximum(1, sold_before.in_category))[sold_before.category_of]
    return np.asarray(((1 - swapped) * counts + swapped * even) * (count / baskets))


def draw_orders(
    market: Market,
    baskets: Baskets,
    sold: Sold,
    values_cents: Ints,
    as_of: date,
    count: int,
    swapped: float,
    seed: int,
) -> tuple[PastOrder, ...]:
    """Draw `count` orders placed in the 7 days from `as_of`, at the weekday and time of day of their basket.

    A line's product is swapped with chance `swapped` for any product of its category: that share of the real units went
    to products not sold before. Places are drawn by customers per prefix, independently of the basket; the promised
    date lies as many days ahead as that of a real order to the same state.
    """
    if not 1 <= count <= MAX_DRAWN:
        raise InputRefused((Fault("--scale", 0, "", str(count), f"must lie between 1 and {MAX_DRAWN}"),), 1)
    random = np.random.default_rng(seed)
    postcodes, customers = _geography(market)
    basket = random.integers(len(baskets.orders), size=count)
    target = random.choice(len(postcodes), size=count, p=customers / customers.sum())
    lines = np.diff(baskets.first_line)[basket]
    start = np.concatenate(([0], np.cumsum(lines)))
    picked = np.repeat(baskets.first_line[:-1][basket] - start[:-1], lines) + np.arange(start[-1])
    product, kept = _swap(baskets.product[picked], sold, swapped, random)
    units = _units(baskets, basket, start, product, kept, baskets.quantity[picked], values_cents)
    places = _places(market, postcodes, target)
    leads, luck = _promised_days(baskets.orders), random.random(count)
    digits = len(str(count))
    drawn = []
    for number, source in enumerate(basket.tolist()):
        place, placed_at = places[number], _same_weekday(baskets.orders[source].placed_at, as_of)
        lead = leads.get(place.region, leads[""])
        drawn.append(
            PastOrder(
                order=f"d{number + 1:0{digits}d}",
                customer=f"c{number + 1:0{digits}d}",
                place=place,
                status="drawn",
                placed_at=placed_at,
                approved_at=None,
                handed_over_at=None,
                delivered_at=None,
                promised_by=placed_at.date() + lead[int(luck[number] * len(lead))] if lead else None,
                review_score="",
                units=units[number],
            )
        )
    return tuple(sorted(drawn, key=lambda order: (order.placed_at, order.order)))


def _units(
    baskets: Baskets,
    basket: Ints,
    start: Ints,
    product: Ints,
    kept: npt.NDArray[np.bool_],
    quantity: Ints,
    values_cents: Ints,
) -> list[tuple[Unit, ...]]:
    """The units of each drawn order; a product that was swapped in costs its value."""
    price_of = [{unit.product: unit.price_cents for unit in order.units} for order in baskets.orders]
    drawn = []
    for number, source in enumerate(basket.tolist()):
        units: list[Unit] = []
        for line in range(start[number], start[number + 1]):
            sku = int(product[line])
            cents = price_of[source][sku] if kept[line] else int(values_cents[sku])
            units.extend([Unit(sku, "", cents, 0)] * int(quantity[line]))
        drawn.append(tuple(units))
    return drawn


def _places(market: Market, postcodes: Sequence[str], target: Ints) -> list[Place]:
    gazetteer = Gazetteer(market.prefixes)
    places = {index: gazetteer.place(postcodes[index])[0] for index in np.unique(target).tolist()}
    return [places[index] for index in target.tolist()]


def _promised_days(orders: Sequence[PastOrder]) -> dict[str, list[timedelta]]:
    """From placing to the promised date, as really promised, by state; of all states under an empty one."""
    leads: dict[str, list[timedelta]] = {"": []}
    for order in orders:
        if order.promised_by is not None:
            lead = order.promised_by - order.placed_at.date()
            leads[""].append(lead)
            leads.setdefault(order.place.region, []).append(lead)
    return leads


def _geography(market: Market) -> tuple[list[str], Floats]:
    postcodes = sorted(postcode for postcode, customers in market.demand.items() if customers > 0)
    if not postcodes:
        raise InputRefused((Fault("demand_by_zip_prefix.csv", 0, "", "", "holds no usable row"),), 1)
    return postcodes, np.array([market.demand[postcode] for postcode in postcodes], dtype=np.float64)


def _swap(product: Ints, sold: Sold, swapped: float, random: np.random.Generator) -> tuple[Ints, npt.NDArray[np.bool_]]:
    by_category = np.argsort(sold.category_of, kind="stable")
    first = np.concatenate(([0], np.cumsum(sold.in_category)))
    category = sold.category_of[product]
    other = by_category[first[category] + (random.random(len(product)) * sold.in_category[category]).astype(np.int64)]
    kept = random.random(len(product)) >= swapped
    return np.where(kept, product, other), kept


def _same_weekday(placed_at: datetime, as_of: date) -> datetime:
    day = as_of + timedelta(days=(placed_at.weekday() - as_of.weekday()) % DRAWN_DAYS)
    return placed_at.replace(year=day.year, month=day.month, day=day.day)
