"""Verifier of parcels that several orders share: who may, and who is picked with whom."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from doorstep.domain.carriage import apart
from doorstep.domain.catalog import Product
from doorstep.domain.demand import Order
from doorstep.domain.parcel import Parcel, picked_together
from doorstep.domain.plan import Plan
from doorstep.domain.supply import SHIPPING_KINDS
from doorstep.kernels.plan.check_rules import concerns
from doorstep.kernels.plan.problem import PlanProblem

ALIKE = (  # what orders of one parcel ask for must be the same
    "customer",
    "channel",
    "place",
    "contact",
    "speed",
    "residential",
    "signed_for",
    "saturday",
    "pickup_point",
    "safe_place",
    "not_before",
    "promised_by",
    "priority",
    "payment",
    "review",
)


def sharing_faults(problem: PlanProblem, plan: Plan, max_parcels: int) -> Iterator[str]:
    """List parcels that name other orders than theirs, and orders that share and must not."""
    orders = {order.order: order for order in problem.orders}
    products = {product.sku: product for product in problem.products}
    for parcel in plan.parcels:
        yield from _named(parcel)
        if len(parcel.orders) > 1:
            sharers = [orders[name] for name in parcel.orders]
            yield from _may(problem, parcel.parcel, sharers)
            yield from _told_apart(problem, products, parcel.parcel, sharers)
    whole: defaultdict[str, set[str]] = defaultdict(set)
    together = picked_together(plan.parcels)
    for parcel in plan.parcels:
        whole[together[parcel.orders[0]]].add(parcel.parcel)
    for name, parcels in whole.items():
        if len(parcels) > max_parcels:
            yield f"{name} and those it shares with travel in {len(parcels)} parcels"


def _told_apart(problem: PlanProblem, products: dict[str, Product], name: str, orders: list[Order]) -> Iterator[str]:
    """List the rules that concern some of the orders in a parcel and not others."""
    for rule in problem.rules:
        if len({concerns(rule, order, products) for order in orders}) > 1:
            yield f"{name} is shared by orders that rule {rule.rule} tells apart"


def _named(parcel: Parcel) -> Iterator[str]:
    holds = {one.order for one in parcel.contents}
    if holds != set(parcel.orders) or len(holds) < len(parcel.orders):
        yield f"{parcel.parcel} names {', '.join(parcel.orders)} and holds goods of {', '.join(sorted(holds))}"
    units: Counter[tuple[str, str]] = Counter()
    for one in parcel.contents:
        units[one.order, one.sku] += one.quantity
    if Counter((one.order, one.sku) for one in parcel.placements) != units:
        yield f"{parcel.parcel} places units for other orders than it holds them for"


def _may(problem: PlanProblem, name: str, orders: list[Order]) -> Iterator[str]:
    """Whether orders may be in one parcel."""
    first = orders[0]
    for what in ALIKE:
        if len({getattr(order, what) for order in orders}) > 1:
            yield f"{name} is shared by orders that differ in their {what}"
    if not first.customer:
        yield f"{name} is shared by orders of nobody in particular"
    if any(order.gift_note for order in orders):
        yield f"{name} is shared, and a gift"
    if first.not_before is not None and first.not_before == first.promised_by:
        yield f"{name} is shared by orders with a nominated day"
    days = {order.placed_at.date() for order in orders}
    if problem.bid_prices is not None and problem.bid_prices.speed and len(days) > 1:
        yield f"{name} is shared by orders of several days, where waiting weighs"
    for site in problem.sites:
        if site.kind in SHIPPING_KINDS and apart(problem.tariff.territories, site.place.country, first.place.country):
            yield f"{name} is shared by orders that may come across a border, from {site.site}"
