"""Independent verifier of a plan: plain loops over the domain's nouns, sharing no code with the solver.

Charges, dates and layouts are recomputed by the verifiers of the kernels they come from.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from doorstep.domain.demand import Order
from doorstep.domain.parcel import Parcel, picked_together
from doorstep.domain.plan import Plan
from doorstep.kernels.plan.check_bids import bid_faults
from doorstep.kernels.plan.check_parcel import parcel_faults
from doorstep.kernels.plan.check_rules import rule_faults
from doorstep.kernels.plan.check_sharing import sharing_faults
from doorstep.kernels.plan.check_tried import trial_faults
from doorstep.kernels.plan.check_vans import van_faults
from doorstep.kernels.plan.problem import PlanProblem


def check(problem: PlanProblem, plan: Plan, max_parcels: int = 3) -> tuple[str, ...]:
    """List everything wrong with a plan; empty: it keeps every rule and every amount is right.

    Every unit exactly once or its order unplanned; stock and capacity never exceeded; every parcel possible (goods,
    carton, layout, service); dates and probabilities as the calendar and the curves give them; every charge line
    recomputed to the minor unit; rounds of vans that can be driven and cost what they say; figures equal to their
    parcels, and what they weigh recomputed.
    """
    unknown = tuple(_unknown(problem, plan))
    return unknown or (
        *_units(problem, plan),
        *_stock(problem, plan),
        *capacity_faults(problem, plan),
        *_costs(problem, plan),
        *_figures(problem, plan),
        *(fault for parcel in plan.parcels for fault in parcel_faults(problem, parcel)),
        *_parcel_count(plan, max_parcels),
        *sharing_faults(problem, plan, max_parcels),
        *rule_faults(problem, plan),
        *bid_faults(problem, plan),
        *van_faults(problem, plan),
        *trial_faults(problem, plan),
    )


def _unknown(problem: PlanProblem, plan: Plan) -> Iterator[str]:
    """Names that the problem does not have; with one of them nothing else can be said."""
    orders, sites = {one.order for one in problem.orders}, {one.site for one in problem.sites}
    services = {one.service for one in problem.tariff.services}
    for parcel in plan.parcels:
        for kind, names, known in (
            ("order", {*parcel.orders, *(one.order for one in parcel.contents)}, orders),
            ("site", {parcel.site}, sites),
            ("service", {parcel.service}, services),
        ):
            yield from (f"{parcel.parcel} names an unknown {kind}: {name}" for name in sorted(names - known))
    yield from (f"an unknown order is unplanned: {one.order}" for one in plan.unplanned if one.order not in orders)


def _units(problem: PlanProblem, plan: Plan) -> Iterator[str]:
    """Every line's units exactly once, or its order in the unplanned table with a reason; never both."""
    asked = {(o.order, line.line, line.sku): line.quantity for o in problem.orders for line in o.lines}
    sent: Counter[tuple[str, str, str]] = Counter()
    for parcel in plan.parcels:
        for one in parcel.contents:
            sent[one.order, one.line, one.sku] += one.quantity
            if (one.order, one.line, one.sku) not in asked:
                yield f"{parcel.parcel} holds {one.sku}, which line {one.line} of {one.order} does not ask for"
    left = Counter(one.order for one in plan.unplanned)
    planned = {one.order for parcel in plan.parcels for one in parcel.contents}
    for order, times in left.items():
        if times > 1 or order in planned:
            yield f"{order} is unplanned {times} times, or planned as well"
    for (order, line, sku), quantity in asked.items():
        if order not in left and sent[order, line, sku] != quantity:
            yield f"line {line} of {order} asks for {quantity} units and gets {sent[order, line, sku]}"
    for o in problem.orders:
        if not o.lines and o.order not in left:
            yield f"{o.order} has no lines and no reason"
    for failed in plan.unplanned:
        if not (failed.reason and failed.detail and failed.remedy):
            yield f"{failed.order} is left unplanned without a reason, detail and remedy"


def _stock(problem: PlanProblem, plan: Plan) -> Iterator[str]:
    held: Counter[tuple[str, str]] = Counter()
    for level in problem.stock:
        held[level.site, level.sku] += level.on_hand
    for parcel in plan.parcels:
        for one in parcel.contents:
            held[parcel.site, one.sku] -= one.quantity
    yield from (f"{-units} units of {sku} too many leave {site}" for (site, sku), units in held.items() if units < 0)


def capacity_faults(problem: PlanProblem, plan: Plan) -> Iterator[str]:
    """Tell each day of a site, a service or a linehaul that more leaves on than it can, what is booked counted."""
    picked: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    taken: Counter[tuple[str, str, str]] = Counter()
    hauled: Counter[tuple[str, str]] = Counter()
    together, gone = picked_together(plan.parcels), Counter[tuple[str, str, str]]()
    for booked in problem.booked:
        gone[booked.site, booked.service, str(booked.day)] += booked.number
    for parcel in plan.parcels:
        day = str(parcel.ship_at.date())
        picked[parcel.site, day].add(together[parcel.orders[0]])
        if parcel.injection is None:
            taken[parcel.site, parcel.service, day] += 1
        else:
            hauled[parcel.injection.linehaul, day] += 1
    limits = {site.site: site.daily_order_capacity for site in problem.sites}
    for (site, day), orders in picked.items():
        limit, before = limits[site], gone[site, "", day]
        if limit is not None and len(orders) + before > limit:
            yield f"{len(orders) + before} orders leave {site} on {day}, {limit} can"
    calls: defaultdict[tuple[str, str], list[int | None]] = defaultdict(list)
    for call in problem.collections:
        calls[call.site, call.service].append(call.daily_parcel_capacity)
    for (site, service, day), parcels in taken.items():
        room, parcels = calls[site, service], parcels + gone[site, service, day]
        if None not in room and parcels > sum(one or 0 for one in room):
            yield f"{parcels} parcels leave {site} by {service} on {day}, {sum(one or 0 for one in room)} can"
    for one in problem.linehauls:
        for (name, day), parcels in hauled.items():
            limit = one.daily_parcel_capacity
            if name == one.linehaul and limit is not None and parcels > limit:
                yield f"{parcels} parcels go by linehaul {name} on {day}, {limit} can"


def _parcel_count(plan: Plan, max_parcels: int) -> Iterator[str]:
    counted = Counter(order for parcel in plan.parcels for order in parcel.orders)
    yield from (f"{order} travels in {n} parcels" for order, n in counted.items() if n > max_parcels)
    if len({parcel.parcel for parcel in plan.parcels}) < len(plan.parcels):
        yield "two parcels bear one id"


def _costs(problem: PlanProblem, plan: Plan) -> Iterator[str]:
    """Pick lines: every unit, and the order once per site (and day, where a daily capacity is set at the site).

    Orders that share are picked as one.
    """
    dated = {site.site for site in problem.sites if site.daily_order_capacity is not None}
    dated |= {call.site for call in problem.collections if call.daily_parcel_capacity is not None}
    called = {call.site for call in problem.collections}
    dated |= {one.site for one in problem.linehauls if one.daily_parcel_capacity is not None and one.depot in called}
    sites, minor = {site.site: site for site in problem.sites}, problem.brand.currency.minor
    paid: set[tuple[str, str, str]] = set()
    together = picked_together(plan.parcels)
    for parcel in plan.parcels:
        site = sites[parcel.site]
        key = (together[parcel.orders[0]], parcel.site, str(parcel.ship_at.date()) if parcel.site in dated else "")
        units = sum(one.quantity for one in parcel.contents)
        pick = minor(units * site.pick_cost_per_unit_micros)
        if key not in paid:
            pick += minor(site.pick_cost_per_order_micros)
        paid.add(key)
        if pick != parcel.cost.pick_minor:
            yield f"picking {parcel.parcel} costs {pick}, not {parcel.cost.pick_minor}"


def _figures(problem: PlanProblem, plan: Plan) -> Iterator[str]:
    by_order: defaultdict[str, list[Parcel]] = defaultdict(list)
    for parcel in plan.parcels:
        for name in parcel.orders:
            by_order[name].append(parcel)
    orders: dict[str, Order] = {order.order: order for order in problem.orders}
    found = (
        len(orders),
        len(by_order),
        len(plan.parcels),
        sum(len(parcels) > 1 for parcels in by_order.values()),
        sum(parcel.cost.total_minor for parcel in plan.parcels),
        sum(
            (max(p.promised_by for p in parcels) - orders[name].placed_at.date()).days
            for name, parcels in by_order.items()
        ),
    )
    figures = plan.figures
    claimed = (
        figures.orders,
        figures.planned,
        figures.parcels,
        figures.split_orders,
        figures.cost_minor,
        figures.promised_days,
    )
    if found != claimed:
        yield f"the figures say {claimed}, the parcels {found}"
    if len(plan.unplanned) + len(by_order) != len(orders):
        yield f"{len(by_order)} planned and {len(plan.unplanned)} unplanned of {len(orders)} orders"
    on_time = 0.0
    for parcels in by_order.values():
        kept = 1.0
        for parcel in parcels:
            kept *= parcel.on_time_ppm / 1_000_000
        on_time += kept
    if abs(on_time - figures.on_time_orders) > 1e-6 * max(1.0, on_time):
        yield f"the figures expect {figures.on_time_orders} orders on time, the parcels {on_time}"
