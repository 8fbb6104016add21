"""Verifier of the operator's rules: every parcel against every rule, in plain loops."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import floor
from zoneinfo import ZoneInfo

from doorstep.domain.catalog import Product
from doorstep.domain.demand import Order
from doorstep.domain.parcel import Parcel
from doorstep.domain.plan import Plan
from doorstep.domain.rules import Rule
from doorstep.kernels.plan.problem import PlanProblem


def rule_faults(problem: PlanProblem, plan: Plan) -> Iterator[str]:
    """List every parcel that breaks a rule, every order that is parted against one, and stock that was to stay."""
    orders = {order.order: order for order in problem.orders}
    products = {product.sku: product for product in problem.products}
    for rule in problem.rules:
        parcels = defaultdict(list)
        for parcel in plan.parcels:
            for name in parcel.orders:
                if _meets(rule, orders[name]):
                    parcels[name].append(parcel)
        for name, sent in parcels.items():
            yield from _order_faults(rule, orders[name], sent, products, problem)
        if rule.kind == "safety_stock":
            yield from _taken(rule, problem, plan)
    if problem.rules and _precedence(problem, plan) != plan.figures.precedence_minor:
        yield f"rules put {_precedence(problem, plan)} on the orders left, not {plan.figures.precedence_minor}"


def opening_instants(problem: PlanProblem, order: Order, parcel: Parcel) -> Iterator[datetime]:
    """When it may have been ready, since days before it left were shut to it."""
    zone = ZoneInfo(next(one.time_zone for one in problem.sites if one.site == parcel.site))
    products = {product.sku: product for product in problem.products}
    shut = {
        day
        for rule in problem.rules
        if rule.kind == "blackout_days" and concerns(rule, order, products) and _leaves_so(rule, problem, parcel)
        for day in rule.days
    }
    for day in sorted(shut):
        opens = day + timedelta(days=1)
        if opens not in shut and opens <= parcel.ship_at.date():
            yield datetime(opens.year, opens.month, opens.day, tzinfo=zone).astimezone(UTC)


def _order_faults(
    rule: Rule, order: Order, sent: list[Parcel], products: dict[str, Product], problem: PlanProblem
) -> Iterator[str]:
    if rule.kind in ("never_split", "max_parcels") and concerns(rule, order, products):
        most = rule.parcels if rule.kind == "max_parcels" else 1
        if len(sent) > most:
            yield f"{order.order} travels in {len(sent)} parcels; rule {rule.rule} allows {most}"
    holding = [one for one in sent if any(_takes(rule, products[part.sku]) for part in one.contents)]
    if rule.kind == "ship_together" and len(holding) > 1:
        yield f"{order.order}: goods of rule {rule.rule} travel in {len(holding)} parcels"
    for parcel in holding:
        if not _may_leave(rule, problem, parcel):
            yield f"{parcel.parcel} leaves {parcel.site} by {parcel.service}, which rule {rule.rule} forbids"
    if rule.kind == "blackout_days" and concerns(rule, order, products):
        for parcel in sent:
            if parcel.ship_at.date() in rule.days and _leaves_so(rule, problem, parcel):
                yield f"{parcel.parcel} leaves on {parcel.ship_at.date()}, which rule {rule.rule} forbids"


def _may_leave(rule: Rule, problem: PlanProblem, parcel: Parcel) -> bool:
    service = next(one for one in problem.tariff.services if one.service == parcel.service)
    if rule.kind == "only_from_sites":
        return parcel.site in rule.sites
    if rule.kind == "never_from_sites":
        return parcel.site not in rule.sites
    if rule.kind not in ("only_services", "never_services", "only_carriers", "hazmat_ground"):
        return True
    if rule.sites and parcel.site not in rule.sites:
        return True
    named = service.service in rule.services or service.carrier in rule.carriers
    if service.mode in rule.modes or (service.mode == "" and "road" in rule.modes):
        named = True
    if rule.kind == "never_services":
        return not named
    return named or (bool(rule.of_speeds) and service.speed not in rule.of_speeds)


def _leaves_so(rule: Rule, problem: PlanProblem, parcel: Parcel) -> bool:
    """Whether a parcel's site and service are those that a blackout names."""
    service = next(one for one in problem.tariff.services if one.service == parcel.service)
    named = service.service in rule.services or service.carrier in rule.carriers
    anything = not rule.services and not rule.carriers
    return (not rule.sites or parcel.site in rule.sites) and (anything or named)


def _taken(rule: Rule, problem: PlanProblem, plan: Plan) -> Iterator[str]:
    """Units that leave a site although the rule keeps them there."""
    first = min((order.placed_at for order in problem.orders), default=None)
    instant = problem.now or first
    today = problem.today or (instant.date() if instant else None)
    if today is None or not _in_force(rule, today):
        return
    sent: Counter[tuple[str, str]] = Counter()
    for parcel in plan.parcels:
        for one in parcel.contents:
            sent[parcel.site, one.sku] += one.quantity
    there: Counter[tuple[str, str]] = Counter()
    held, lying = there.copy(), there.copy()
    for levels, units in ((problem.stock, there), (problem.held, held), (problem.lying, lying)):
        for level in levels:
            units[level.site, level.sku] += level.on_hand
    for product in problem.products:
        for site in problem.sites:
            at = site.site, product.sku
            if not _takes(rule, product) or (rule.sites and site.site not in rule.sites) or not sent[at]:
                continue
            kept = max(rule.units, floor(Fraction(max(there[at], lying[at]) * rule.share_ppm, 1_000_000)))
            if sent[at] > max(there[at] - kept, held[at]):
                yield f"{sent[at]} x {product.sku} leave {site.site}; rule {rule.rule} keeps back {kept} of {there[at]}"


def _precedence(problem: PlanProblem, plan: Plan) -> int:
    """What the orders left cost more than the brand's price, for the rules that put them first."""
    orders = {order.order: order for order in problem.orders}
    products = {product.sku: product for product in problem.products}
    more = 0
    for one in plan.unplanned:
        times = [r.times for r in problem.rules if r.kind == "priority" and concerns(r, orders[one.order], products)]
        more += max(times, default=1) - 1
    return more * plan.figures.unplanned_cost_minor


def concerns(rule: Rule, order: Order, products: dict[str, Product]) -> bool:
    """Say whether a rule is about an order: for whom it is, and where it names goods, what it holds."""
    scope = rule.scope
    if not _meets(rule, order):
        return False
    if not scope.skus and not scope.categories and not scope.dangerous:
        return True
    return any(line.sku in products and _takes(rule, products[line.sku]) for line in order.lines)


def _in_force(rule: Rule, day: date) -> bool:
    if rule.scope.since is not None and day < rule.scope.since:
        return False
    return rule.scope.until is None or day <= rule.scope.until


def _meets(rule: Rule, order: Order) -> bool:
    scope = rule.scope
    if not _in_force(rule, order.placed_at.date()):
        return False
    if scope.channels and order.channel not in scope.channels:
        return False
    if scope.countries and order.place.country not in scope.countries:
        return False
    if scope.regions and order.place.region not in scope.regions:
        return False
    if scope.customers and order.customer not in scope.customers:
        return False
    if scope.speeds and order.speed not in scope.speeds:
        return False
    worth = sum(line.unit_price_micros * line.quantity for line in order.lines)
    if scope.value_at_least_micros is not None and worth < scope.value_at_least_micros:
        return False
    if scope.value_below_micros is not None and worth >= scope.value_below_micros:
        return False
    if scope.gift is not None and scope.gift != (order.gift_note != ""):
        return False
    return scope.priority is None or order.priority >= scope.priority


def _takes(rule: Rule, product: Product) -> bool:
    scope = rule.scope
    if scope.categories and product.category not in scope.categories:
        return False
    if scope.dangerous and not product.hazmat_class:
        return False
    if not scope.skus:
        return True
    patterns = (".*".join(map(re.escape, one.split("*"))) for one in scope.skus)
    return any(re.fullmatch(pattern, product.sku, re.DOTALL) for pattern in patterns)
