"""Independent verifier of a simulation: plain loops over shelves, orders and parcels, sharing no code with it.

What is looked at is the first seed. Batches whose plans were kept go to the verifier of the plan kernel, with the
shelves as they are accounted for here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from doorstep.domain.plan import Plan
from doorstep.domain.supply import StockLevel
from doorstep.kernels.plan.check import check as check_plan
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.simulate.check_figures import figure_faults
from doorstep.kernels.simulate.check_supply import arriving, stock_faults, supply_faults
from doorstep.kernels.simulate.problem import SimulateParams, SimulateProblem
from doorstep.kernels.simulate.result import Outcome, SimulateResult

EPOCH = date(1970, 1, 1)
Shelves = Counter[tuple[str, str]]  # site, sku


def check(problem: SimulateProblem, params: SimulateParams, result: SimulateResult) -> tuple[str, ...]:
    """List everything wrong with a simulation; empty: it keeps every rule and every amount is right.

    Shelves never go below nothing and hold what came in less what left; what is ordered anew is what a placement asks
    for, and costs what it must; every order is sent once and whole, or not at
    all, within its patience; capacities of a day hold over all batches; nothing leaves a closed site; what two policies
    do alike has one fate; figures follow from parcels.
    """
    return (
        *_world(problem, result),
        *(
            f"{outcome.policy}: {fault}"
            for outcome in result.outcomes
            for fault in (
                *_shelves(problem, params, result, outcome),
                *_orders(params, result, outcome),
                *_waiting(params, result, outcome),
                *_capacity(result, outcome),
                *_closed(problem, result, outcome),
                *_disrupted(problem, result, outcome),
                *supply_faults(problem, result, outcome),
                *figure_faults(params, result, outcome),
            )
        ),
        *_fates(problem, result),
    )


def _day(at: datetime) -> int:
    return (at.date() - EPOCH).days


def _world(problem: SimulateProblem, result: SimulateResult) -> Iterator[str]:
    """The world is that of the problem, as the scenario changes it."""
    ground, world, scenario = problem.ground, result.world.problem, problem.scenario
    before = {order.order: order for order in ground.orders}
    for order in world.orders:
        source = before.get(order.order) or before.get(order.order.split("#")[0])
        if source is None or (order.lines, order.place, order.placed_at) != (
            source.lines,
            source.place,
            source.placed_at,
        ):
            yield f"order {order.order} is none of the folder's"
    if scenario.demand_ppm == 1_000_000 and world.orders != ground.orders:
        yield "demand is unchanged, and the orders are not"
    yield from stock_faults(ground, scenario, world)


def _shelves(
    problem: SimulateProblem, params: SimulateParams, result: SimulateResult, outcome: Outcome
) -> Iterator[str]:
    """Walk the shelves from batch to batch."""
    world, slots, sent = result.world.problem, result.world.slots, outcome.first.shipments
    shelves: Shelves = Counter()
    for level in world.stock:
        shelves[level.site, level.sku] += level.on_hand
    begin = slots[0].now - timedelta(days=1) / params.batches_per_day if slots else None
    due = sorted((one for one in world.inbound if begin and one.expected_at >= begin), key=lambda one: one.expected_at)
    taken: defaultdict[int, Shelves] = defaultdict(Counter)
    for n in range(len(sent.order)):
        site = world.sites[int(sent.site[n])].site
        for at in range(int(sent.content_start[n]), int(sent.content_start[n + 1])):
            sku = world.products[int(sent.content_sku[at])].sku
            taken[int(sent.slot[n])][site, sku] += int(sent.content_units[at])
    plans = {slot: (orders, plan) for slot, orders, plan in outcome.first.plans}
    days = iter(outcome.first.stock_units.tolist())
    closes = problem.scenario.closed or any(one.announced for one in problem.scenario.disruptions)
    bought = arriving(world, outcome.first.ordered)
    for number, slot in enumerate(slots):
        shelves.update(bought.pop(slot.day, {}))
        while due and due[0].expected_at <= slot.now:
            shelves[due[0].site, due[0].sku] += due[0].quantity
            due.pop(0)
        if number in plans and not closes:
            yield from _batch(world, shelves, slot.now, *plans[number])
        shelves.subtract(taken[number])
        for (site, sku), units in shelves.items():
            if units < 0:
                yield f"{-units} units of {sku} too many left {site} by {slot.now.isoformat()}"
        if slot.last_of_day and sum(shelves.values()) != next(days):
            yield f"on day {slot.day} the shelves hold {sum(shelves.values())} units, and not what is said"


def _batch(world: PlanProblem, shelves: Shelves, now: datetime, orders: tuple[int, ...], plan: Plan) -> tuple[str, ...]:
    """Give a batch to the verifier of plans."""
    levels = tuple(StockLevel(site, sku, units) for (site, sku), units in shelves.items() if units > 0)
    members = tuple(world.orders[i] for i in orders)
    return check_plan(replace(world, orders=members, stock=levels, inbound=(), now=now), plan)


def _orders(params: SimulateParams, result: SimulateResult, outcome: Outcome) -> Iterator[str]:
    """Every order once and whole, after its placing and before its patience ends, or not at all."""
    world, slots, sent = result.world.problem, result.world.slots, outcome.first.shipments
    goods: defaultdict[int, Counter[str]] = defaultdict(Counter)
    numbers: defaultdict[int, list[int]] = defaultdict(list)
    batches: defaultdict[int, set[int]] = defaultdict(set)
    for n in range(len(sent.order)):
        order = int(sent.order[n])
        numbers[order].append(int(sent.number[n]))
        batches[order].add(int(sent.slot[n]))
        for at in range(int(sent.content_start[n]), int(sent.content_start[n + 1])):
            goods[order][world.products[int(sent.content_sku[at])].sku] += int(sent.content_units[at])
    for i, order_ in enumerate(world.orders):
        if i not in numbers:
            continue
        asked: Counter[str] = Counter()
        for line in order_.lines:
            asked[line.sku] += line.quantity
        if goods[i] != asked:
            yield f"{order_.order} asks for {dict(asked)} and gets {dict(goods[i])}"
        if sorted(numbers[i]) != list(range(1, len(numbers[i]) + 1)) or len(numbers[i]) > params.plan.max_parcels:
            yield f"{order_.order} travels in parcels {sorted(numbers[i])}"
        if len(batches[i]) > 1 or outcome.first.stockout[i]:
            yield f"{order_.order} is planned twice, or lost as well"
        slot = slots[min(batches[i])]
        if slot.now < order_.placed_at or slot.day - _day(order_.placed_at) > params.patience_days:
            yield f"{order_.order} is planned before its placing, or after its patience"


def _waiting(params: SimulateParams, result: SimulateResult, outcome: Outcome) -> Iterator[str]:
    """Who waits at the end of a day: planned on a later one, or not lost yet."""
    sent, world = outcome.first.shipments, result.world
    planned_on = {int(sent.order[n]): world.slots[int(sent.slot[n])].day for n in range(len(sent.order))}
    for at, said in enumerate(outcome.first.waiting.tolist()):
        day, waiting = result.first_day + at, 0
        for i, order in enumerate(world.problem.orders):
            placed = _day(order.placed_at)
            if placed > day:
                continue
            later = i in planned_on and planned_on[i] > day
            waiting += later or (bool(outcome.first.stockout[i]) and day - placed < params.patience_days)
        if waiting != said:
            yield f"on day {day} {waiting} orders wait, and not {said}"


def _capacity(result: SimulateResult, outcome: Outcome) -> Iterator[str]:
    """Limits of a day over all batches."""
    world, sent = result.world.problem, outcome.first.shipments
    picked: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    parcels: Counter[tuple[int, int, int]] = Counter()
    for n in range(len(sent.order)):
        site, service, day = int(sent.site[n]), int(sent.service[n]), int(sent.ship_day[n])
        picked[site, day].add(int(sent.order[n]))
        parcels[site, service, day] += 1
    for (k, day), orders in picked.items():
        most = world.sites[k].daily_order_capacity
        if most is not None and len(orders) > most:
            yield f"{len(orders)} orders leave {world.sites[k].site} on day {day}, {most} can"
    calls: defaultdict[tuple[str, str], list[int | None]] = defaultdict(list)
    for call in world.collections:
        calls[call.site, call.service].append(call.daily_parcel_capacity)
    for (k, v, day), count in parcels.items():
        room = calls[world.sites[k].site, world.tariff.services[v].service]
        if not room or (None not in room and count > sum(one or 0 for one in room)):
            yield f"{count} parcels leave {world.sites[k].site} by service {v} on day {day}, more than can"


def _closed(problem: SimulateProblem, result: SimulateResult, outcome: Outcome) -> Iterator[str]:
    """Nothing leaves a closed site."""
    sent = outcome.first.shipments
    for n in range(len(sent.order)):
        site, day = result.world.problem.sites[int(sent.site[n])].site, EPOCH + timedelta(days=int(sent.ship_day[n]))
        if any(one.site == site and one.first <= day < one.until for one in problem.scenario.closed):
            yield f"a parcel leaves {site} on {day}, when it is closed"


def _disrupted(problem: SimulateProblem, result: SimulateResult, outcome: Outcome) -> Iterator[str]:
    """Nothing is promised to leave by what is known to be down, and nothing arrives where nothing is delivered."""
    world, sent = result.world.problem, outcome.first.shipments
    for one in problem.scenario.disruptions:
        first, until = (one.first - EPOCH).days, (one.until - EPOCH).days
        for n in range(len(sent.order)):
            place = world.orders[int(sent.order[n])].place
            region = place.region.removeprefix(f"{place.country}-")
            if one.service not in ("", world.tariff.services[int(sent.service[n])].service):
                continue
            if not one.country and one.announced and first <= sent.ship_day[n] < until:
                yield f"a parcel leaves by {one.service} on day {sent.ship_day[n]}, when it is down"
            there = one.country == place.country and one.region.removeprefix(f"{one.country}-") in ("", region)
            if there and first <= outcome.arrived_day[n] < until:
                yield f"a parcel arrives in {one.country} on day {outcome.arrived_day[n]}, when nothing does"


def _fates(problem: SimulateProblem, result: SimulateResult) -> Iterator[str]:
    """What is sent alike arrives alike, whoever sent it, unless parcels wait for one another."""
    known: dict[tuple[int, ...], int] = {}
    for outcome in result.outcomes:
        sent = outcome.first.shipments
        for n, arrived in enumerate(outcome.arrived_day.tolist()):
            columns = (sent.order, sent.number, sent.site, sent.service, sent.ready_at, sent.ship_day)
            key = tuple(int(column[n]) for column in columns)
            if known.setdefault(key, arrived) != arrived and not problem.scenario.stations:
                yield f"{outcome.policy}: parcel {key} arrives on day {arrived}, with another policy on {known[key]}"
            if -1 < arrived < sent.ship_day[n]:
                yield f"{outcome.policy}: parcel {key} arrives before it leaves"
