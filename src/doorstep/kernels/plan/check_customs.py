"""Verifier of what a parcel declares, and of what its brand pays at a border: from the products that it holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from math import floor

from doorstep.domain.demand import Order
from doorstep.domain.parcel import Parcel
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.rate.bounds import MAX_VALUE_MINOR
from doorstep.kernels.rate.check_duty import Border, Item, digits_of


def duty_tax_minor(problem: PlanProblem, order: Order, parcel: Parcel) -> int:
    """Duty and tax of a parcel if its service delivers duty paid, else nothing."""
    service = next(one for one in problem.tariff.services if one.service == parcel.service)
    if service.incoterm != "DDP" or not problem.tariff.duties:
        return 0
    site = next(one for one in problem.sites if one.site == parcel.site)
    return sum(
        Border(problem.tariff, problem.brand.currency, problem.brand.ioss != "").owed(
            site.place.country,
            order.place.country,
            parcel.ship_at.date(),
            sum(_value(problem, sku, units) for sku, units in _ordered(order).items()),
            parcel.cost.freight_minor + parcel.cost.surcharges_minor,
            _items(problem, parcel),
        )
    )


def declared_minor(problem: PlanProblem, parcel: Parcel) -> int:
    """What a parcel declares: the values of its products, each rounded once; no more than can be declared."""
    held: Counter[str] = Counter()
    for one in parcel.contents:
        held[one.sku] += one.quantity
    return min(sum(_value(problem, sku, units) for sku, units in held.items()), MAX_VALUE_MINOR)


def _ordered(order: Order) -> Mapping[str, int]:
    units: Counter[str] = Counter()
    for line in order.lines:
        units[line.sku] += line.quantity
    return units


def _items(problem: PlanProblem, parcel: Parcel) -> list[Item]:
    """Goods of one HS code and one origin together, in the order of these."""
    held: Counter[str] = Counter()
    for one in parcel.contents:
        held[one.sku] += one.quantity
    items: dict[tuple[str, str], Item] = {}
    for sku, units in held.items():
        product = next(one for one in problem.products if one.sku == sku)
        key = digits_of(product.hs_code), product.origin_country
        before = items.get(key, Item(*key, 0, 0))
        value, weight_g = before.value_minor + _value(problem, sku, units), before.weight_g + product.weight_g * units
        items[key] = Item(*key, value, weight_g)
    return [items[key] for key in sorted(items)]


def _value(problem: PlanProblem, sku: str, units: int) -> int:
    product = next(one for one in problem.products if one.sku == sku)
    scaled = Fraction(product.value_micros * units * 10**problem.brand.currency.digits, 1_000_000)
    return floor(scaled + Fraction(1, 2))
