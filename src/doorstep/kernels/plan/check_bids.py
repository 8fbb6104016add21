"""Verifier of what a plan weighs beside its cost: bid prices, commitment prices, the values of speed and carbon."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor

from doorstep.domain.bids import BidPrices, SpeedValue
from doorstep.domain.demand import Order
from doorstep.domain.parcel import Parcel, picked_together
from doorstep.domain.plan import Plan
from doorstep.kernels.plan.check_carbon import most_carbon_minor, parcel_carbon_minor
from doorstep.kernels.plan.problem import PlanProblem

MOST_DAYS = 60  # of waiting that a value of speed counts
MOST_PARCELS = 3
ROUNDINGS = 6


def bid_faults(problem: PlanProblem, plan: Plan) -> Iterator[str]:
    """Say whether the figures hold another weight than the parcels and the orders left do."""
    bids = problem.bid_prices
    expected = 0 if bids is None else _weight_minor(problem, bids, plan)
    if expected != plan.figures.bids_minor:
        yield f"the parcels and the orders left weigh {expected} beside their cost, not {plan.figures.bids_minor}"


def _weight_minor(problem: PlanProblem, bids: BidPrices, plan: Plan) -> int:
    orders = {order.order: order for order in problem.orders}
    dated = {site.site for site in problem.sites if site.daily_order_capacity is not None}
    dated |= {call.site for call in problem.collections if call.daily_parcel_capacity is not None}
    minor = problem.brand.currency.micros_per_minor
    speed = {one.order: one for one in bids.speed}
    picked: set[tuple[str, str, str]] = set()
    total = 0
    together = picked_together(plan.parcels)
    sharers: defaultdict[str, list[str]] = defaultdict(list)
    for name, first in together.items():
        sharers[first].append(name)
    for parcel in plan.parcels:
        first = together[parcel.orders[0]]
        mine = [(orders[name], speed.get(name) or speed.get("")) for name in sharers[first]]
        total += _parcel_minor(problem, bids, mine, parcel)
        total += parcel_carbon_minor(problem, bids, [one for one, _ in mine], parcel)
        key = (first, parcel.site, str(parcel.ship_at.date()) if parcel.site in dated else "")
        if key not in picked:
            picked.add(key)
            total += _half_up(_row(bids, parcel.site), minor)
    return total + sum(
        _leaving_minor(problem, bids, orders[one.order], speed.get(one.order) or speed.get(""))
        + most_carbon_minor(problem, bids, orders[one.order])
        for one in plan.unplanned
    )


def _parcel_minor(
    problem: PlanProblem, bids: BidPrices, sharers: list[tuple[Order, SpeedValue | None]], parcel: Parcel
) -> int:
    """What a parcel weighs: its share of the units of all that are picked together, of the sum of their values."""
    minor = problem.brand.currency.micros_per_minor
    goods = sum(one.quantity * _row(bids, parcel.site, sku=one.sku) for one in parcel.contents)
    carrier = next(one.carrier for one in problem.tariff.services if one.service == parcel.service)
    commitment = sum(
        one.price_micros for one in bids.commitments if one.carrier == carrier and one.service in ("", parcel.service)
    )
    days = [min(max((parcel.promised_by - one.placed_at.date()).days, 0), MOST_DAYS) for one, _ in sharers]
    whole = sum(line.quantity for one, _ in sharers for line in one.lines)
    share = Fraction(sum(one.quantity for one in parcel.contents), whole)
    waited = sum(_waiting(value, long) for (_, value), long in zip(sharers, days, strict=True))
    return (
        _half_up(goods, minor)
        + _half_up(_row(bids, parcel.site, service=parcel.service), minor)
        + _half_up(commitment, minor)
        + _half_up(waited * share, minor)
    )


def _leaving_minor(problem: PlanProblem, bids: BidPrices, order: Order, speed: SpeedValue | None) -> int:
    """What is added to the price of leaving an order: the most that it could weigh."""
    if bids.may_leave:
        return 0
    goods, known = 0, {product.sku for product in problem.products}
    for line in order.lines:
        if line.sku in known:
            goods += line.quantity * max((one.price_micros for one in bids.rows if one.sku == line.sku), default=0)
    site = max((one.price_micros for one in bids.rows if not one.sku and not one.service), default=0)
    service = max((one.price_micros for one in bids.rows if one.service), default=0)
    micros = goods + MOST_PARCELS * (site + service) + _waiting(speed, MOST_DAYS)
    return ceil(Fraction(micros, problem.brand.currency.micros_per_minor)) + ROUNDINGS if micros else 0


def _row(bids: BidPrices, site: str, sku: str = "", service: str = "") -> int:
    rows = (one for one in bids.rows if (one.site, one.sku, one.service) == (site, sku, service))
    return next((one.price_micros for one in rows), 0)


def _waiting(speed: SpeedValue | None, days: int) -> int:
    """Millionths that so many days weigh, for a whole order."""
    return 0 if speed is None else speed.day_micros * days + (speed.next_day_micros if days > 1 else 0)


def _half_up(amount: int | Fraction, minor: int) -> int:
    return floor(Fraction(amount) / minor + Fraction(1, 2))
