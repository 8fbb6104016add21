"""Duty and tax of a plan's parcels: each parcel is a consignment, and its service says who pays.

Thresholds look at the value of the whole order, so that nothing is gained by cutting an order up to slip below one.
What goods are worth is what their products declare.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from doorstep.domain.decision import AtBorder
from doorstep.domain.place import Place
from doorstep.kernels.plan.load_lines import Key
from doorstep.kernels.plan.market import BoolArray, IntArray, Market
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.rate.duty import DUTY, TAX, Consignments, Owed, itemise, owed
from doorstep.kernels.rate.duty_tables import DutyBook, DutyTables, duty_book, known_code
from doorstep.kernels.rate.duty_text import explain_duty


@dataclass(frozen=True, slots=True)
class Customs:
    """Duties looked up for the goods and places of a problem."""

    tables: DutyTables
    at_site: IntArray  # [K] index of the country
    at_place: IntArray  # [destinations]
    kind: IntArray  # [J] of each product
    brand_pays: BoolArray  # [V]


@dataclass(frozen=True, slots=True)
class Contents:
    """The items of some loads: all goods of one HS code and one origin, in the order of these."""

    start: IntArray  # [loads + 1]
    kind: IntArray
    value_minor: IntArray
    weight_g: IntArray


def book_of(problem: PlanProblem) -> DutyBook | None:
    """Index the duties of a problem; None: it has none. Raises InvalidProblem where they contradict themselves."""
    if not problem.tariff.duties:
        return None
    return duty_book(problem.tariff, problem.brand.currency, bool(problem.brand.ioss))


def open_customs(market: Market, places: Sequence[Place], book: DutyBook | None) -> Customs | None:
    """Look up all goods of a market for the countries of some places."""
    if book is None:
        return None
    problem = market.problem
    goods = [(known_code(one.hs_code), one.origin_country) for one in problem.products]
    kinds = {one: n for n, one in enumerate(sorted(set(goods)))}
    index: dict[str, int] = {}

    def numbered(ends: Sequence[Place]) -> IntArray:
        return np.array([index.setdefault(one.country, len(index)) for one in ends], np.int64)

    at_site, at_place = numbered([one.place for one in problem.sites]), numbered(places)
    return Customs(
        tables=book.tables(tuple(index), tuple(kinds)),
        at_site=at_site,
        at_place=at_place,
        kind=np.array([kinds[one] for one in goods], np.int64),
        brand_pays=np.array([one.incoterm == "DDP" for one in problem.tariff.services], bool),
    )


def goods_minor(market: Market) -> IntArray:
    """What the goods of each order are worth; those that are not known count nothing."""
    worth = market.problem.brand.currency.minor
    values = []
    for order in market.problem.orders:
        units: dict[int, int] = {}
        for line in order.lines:
            if line.sku in market.sku:
                j = market.sku[line.sku]
                units[j] = units.get(j, 0) + line.quantity
        values.append(sum(worth(market.problem.products[j].value_micros * q) for j, q in units.items()))
    return np.array(values, np.int64)


def contents_of(market: Market, customs: Customs, keys: Sequence[Key]) -> Contents:
    """List the items of loads."""
    products, worth = market.problem.products, market.problem.brand.currency.minor
    start, items = [0], list[tuple[int, int, int]]()
    for key in keys:
        of_kind: dict[int, tuple[int, int]] = {}
        for j, q in key:
            value, weight_g = of_kind.get(kind := int(customs.kind[j]), (0, 0))
            of_kind[kind] = value + worth(products[j].value_micros * q), weight_g + products[j].weight_g * q
        items += [(kind, *of_kind[kind]) for kind in sorted(of_kind)]
        start.append(len(items))
    columns = np.array(items, np.int64).reshape(-1, 3)
    return Contents(np.array(start, np.int64), *(np.ascontiguousarray(columns[:, n]) for n in range(3)))


def consign(
    customs: Customs,
    contents: Contents,
    *,
    site: IntArray,
    destination: IntArray,
    content: IntArray,
    goods: IntArray,
    day: IntArray,
    freight: IntArray,
) -> Consignments:
    """Make parcels consignments; all arrays are over the parcels, `freight` over services, too."""
    return Consignments(
        dispatch=customs.at_site[site],
        destination=customs.at_place[destination],
        content=content,
        goods_minor=goods,
        day=day,
        freight_minor=freight,
        item_start=contents.start,
        item_kind=contents.kind,
        item_value_minor=contents.value_minor,
        item_weight_g=contents.weight_g,
    )


def at_border(
    market: Market,
    customs: Customs | None,
    key: Key,
    *,
    site: int,
    service: int,
    destination: int,
    goods: int,
    day: int,
    freight: int,
) -> AtBorder | None:
    """What one parcel owes, and why; None where it crosses no border, or no duties are known."""
    if customs is None:
        return None
    asked = consign(
        customs,
        contents_of(market, customs, [key]),
        site=np.array([site]),
        destination=np.array([destination]),
        content=np.zeros(1, np.int64),
        goods=np.array([goods]),
        day=np.array([day]),
        freight=np.array([[freight]]),
    )
    lines = itemise(customs.tables, asked, 0, 0)
    if not lines:
        return None
    duty, tax = (sum(one.amount_minor for one in lines if one.levy == levy) for levy in (DUTY, TAX))
    incoterm = market.problem.tariff.services[service].incoterm
    return AtBorder(incoterm, duty, tax, explain_duty(customs.tables, asked, 0, 0))


def charge(customs: Customs, consignments: Consignments) -> tuple[Owed, IntArray]:
    """Reckon what parcels owe by every service, and what of it the brand pays."""
    found = owed(customs.tables, consignments)
    return found, np.where(customs.brand_pays, found.duty_minor + found.tax_minor, 0)
