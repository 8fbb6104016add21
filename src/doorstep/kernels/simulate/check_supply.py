"""Verifier of shelves at the beginning and of goods ordered anew: plain loops, sharing no code with the simulation."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from math import floor

from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.simulate.problem import SimulateProblem
from doorstep.kernels.simulate.result import Outcome, SimulateResult
from doorstep.kernels.simulate.scenario import Scenario
from doorstep.kernels.simulate.supply import PurchaseOrders

EPOCH = date(1970, 1, 1)
Cells = Counter[tuple[str, str]]  # site, sku


def stock_faults(ground: PlanProblem, scenario: Scenario, world: PlanProblem) -> Iterator[str]:
    """The shelves begin as the folder says, moved to new sites, times factors, or as placed."""
    wanted: Cells = Counter()
    for level in ground.stock:
        wanted[level.site, level.sku] += level.on_hand
    for new in scenario.new_sites:
        for site, sku in [cell for cell in wanted if cell[0] == new.like]:
            moved = wanted[site, sku] * new.stock_ppm // 1_000_000
            wanted[site, sku] -= moved
            wanted[new.site, sku] += moved
    for site, sku in wanted:
        factor = Fraction(1)
        for change in scenario.stock:
            if change.site in ("", site) and change.sku in ("", sku):
                factor *= Fraction(change.factor_ppm, 1_000_000)
        wanted[site, sku] = floor(wanted[site, sku] * factor)
    named = {one.sku for one in scenario.placement}
    for cell in [cell for cell in wanted if cell[1] in named]:
        wanted[cell] = 0
    for one in scenario.placement:
        wanted[one.site, one.sku] = one.target
    has: Cells = Counter()
    for level in world.stock:
        has[level.site, level.sku] += level.on_hand
    for site, sku in sorted(wanted.keys() | has.keys()):
        if wanted[site, sku] != has[site, sku]:
            yield f"{sku} at {site} begins with {has[site, sku]} units, not {wanted[site, sku]}"


def arriving(world: PlanProblem, ordered: PurchaseOrders) -> dict[int, Cells]:
    """What comes in on each day, of what was ordered."""
    found: defaultdict[int, Cells] = defaultdict(Counter)
    for n in range(len(ordered.day)):
        cell = world.sites[int(ordered.site[n])].site, world.products[int(ordered.sku[n])].sku
        found[int(ordered.due_day[n])][cell] += int(ordered.units[n])
    return found


def supply_faults(problem: SimulateProblem, result: SimulateResult, outcome: Outcome) -> Iterator[str]:
    """Walk the days: what is ordered is what is short of the target, comes within its time, and costs what it must."""
    terms, world, done = problem.scenario.replenish, result.world.problem, outcome.first
    if terms is None:
        if len(done.ordered.day) or done.holding_micros.any():
            yield "goods are ordered or held at a cost that nobody asked for"
        return
    lead = (done.ordered.due_day - done.ordered.day).tolist()
    if any(not terms.least_days <= days <= terms.most_days for days in lead):
        yield "goods come sooner or later than they can"
    placed: defaultdict[int, Cells] = defaultdict(Counter)
    for n in range(len(done.ordered.day)):
        cell = world.sites[int(done.ordered.site[n])].site, world.products[int(done.ordered.sku[n])].sku
        placed[int(done.ordered.day[n])][cell] += int(done.ordered.units[n])
    value = {one.sku: one.value_micros for one in world.products}
    for at, (day, shelves, coming, received) in enumerate(_days(result, outcome)):
        wanted: Cells = Counter()
        for one in problem.scenario.placement:
            position = shelves[one.site, one.sku] + coming[one.site, one.sku]
            if position <= one.reorder_point and position < one.target:
                wanted[one.site, one.sku] = one.target - position
        if wanted != placed[day]:
            yield f"on day {day} {placed[day].total()} units are ordered, not {wanted.total()}"
        lying = sum(units * value[sku] for (_, sku), units in shelves.items())
        if lying * terms.holding_ppm // (1_000_000 * 365) != int(done.holding_micros[at]):
            yield f"on day {day} holding costs {int(done.holding_micros[at])}, which it does not"
        if received != int(done.received[at]):
            yield f"on day {day} {received} units come in, not {int(done.received[at])}"
    if problem.scenario.replenish and outcome.of_seeds:
        yield from _money(problem, outcome)


def _days(result: SimulateResult, outcome: Outcome) -> Iterator[tuple[int, Cells, Cells, int]]:
    """Each day's end: what lies, what is coming, and how much came in."""
    world, slots, sent = result.world.problem, result.world.slots, outcome.first.shipments
    days = sorted({slot.day for slot in slots})
    ends = {slot.day: slot.now for slot in slots if slot.last_of_day}
    begin = slots[0].now - timedelta(days=1) / sum(slot.day == days[0] for slot in slots)
    shelves: Cells = Counter()
    for level in world.stock:
        shelves[level.site, level.sku] += level.on_hand
    announced = [one for one in world.inbound if one.expected_at >= begin]
    left: defaultdict[int, Cells] = defaultdict(Counter)
    for n in range(len(sent.order)):
        site, day = world.sites[int(sent.site[n])].site, slots[int(sent.slot[n])].day
        for at in range(int(sent.content_start[n]), int(sent.content_start[n + 1])):
            left[day][site, world.products[int(sent.content_sku[at])].sku] += int(sent.content_units[at])
    bought, ordered = arriving(world, outcome.first.ordered), outcome.first.ordered
    for day in days:
        came: Cells = Counter(bought.get(day, {}))
        for one in [one for one in announced if one.expected_at <= ends[day]]:
            came[one.site, one.sku] += one.quantity
            announced.remove(one)
        shelves.update(came)
        shelves.subtract(left[day])
        coming: Cells = Counter()
        for one in announced:
            coming[one.site, one.sku] += one.quantity
        for n in range(len(ordered.day)):
            if ordered.day[n] < day < ordered.due_day[n]:
                cell = world.sites[int(ordered.site[n])].site, world.products[int(ordered.sku[n])].sku
                coming[cell] += int(ordered.units[n])
        yield day, Counter(shelves), coming, came.total()


def _money(problem: SimulateProblem, outcome: Outcome) -> Iterator[str]:
    """Each day's ordering and holding, each rounded once."""
    terms, currency = problem.scenario.replenish, problem.ground.brand.currency
    if terms is None:
        return
    count: Counter[int] = Counter(outcome.first.ordered.day.tolist())
    total = sum(currency.minor(orders * terms.order_micros) for orders in count.values())
    total += sum(currency.minor(int(micros)) for micros in outcome.first.holding_micros)
    if total != outcome.of_seeds[0].supply_minor.sum():
        yield f"supply costs {total}, not {outcome.of_seeds[0].supply_minor.sum()}"
