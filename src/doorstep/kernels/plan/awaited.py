"""Orders that a plan leaves wait for goods that are announced, all of them out of one supply: soonest goods first.

What is on hand goes out with the plan; an order that it leaves is planned once more, together with the others that the
next announcement could serve, as if those goods lay there and nothing could leave before they do. What an order counts
on is taken from the later ones, so that no unit is promised twice, and days that parcels fill are full.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from doorstep.domain.decision import Unplanned, Waiting
from doorstep.domain.demand import Order
from doorstep.domain.parcel import Parcel, picked_together
from doorstep.domain.plan import Plan
from doorstep.domain.supply import SHIPPING_KINDS, Booked, Inbound, StockLevel
from doorstep.kernels.plan.alone import with_orders
from doorstep.kernels.plan.plan import plan
from doorstep.kernels.plan.problem import PlanParams, PlanProblem
from doorstep.kernels.plan.ready import make_ready
from doorstep.kernels.plan.rules import spare
from doorstep.kernels.run import Run, silent

PLAIN = Run()
STAGE = "goods on their way"
Units = Counter[tuple[str, str]]  # by site and sku


@dataclass(slots=True)
class _Supply:
    """What is left for those who wait, and the days that are taken."""

    hand: Units  # on hand, less what is sent and what rules keep back: nobody has to wait for these
    there: Units  # all that is on hand, less what is sent, and what has come so far
    lying: Units  # what a rule's share is one of
    booked: Counter[tuple[str, str, date]]  # site, service or none, day


def wait_for_goods(
    problem: PlanProblem, done: Plan, params: PlanParams | None = None, run: Run = PLAIN
) -> dict[str, Waiting]:
    """Give the orders that `done` leaves and announced goods can serve, each with its day and the units it counts on.

    An announcement whose time is past is not counted on: the goods are not there, and nobody says when they will be.
    Neither own vans nor linehauls are counted on, and nothing is tried. The day assumes that goods come when they are
    announced; what may delay a parcel after that is in its probability, as always. Deterministic, as `plan` is.

    Raises InvalidProblem where `plan` would.
    """
    left = {one.order for one in done.unplanned}
    orders = {one.order: one for one in problem.orders if one.order in left and one.lines}
    stages = _stages(problem, orders)
    if not stages:
        return {}
    base = _without_rides(problem)
    ready, supply = make_ready(base), _supply(base, done.parcels)
    quiet, found = replace(run, progress=silent), dict[str, Waiting]()
    for stage, (due, coming) in enumerate(stages):
        _announce(supply, coming)
        able = [one for one in orders.values() if _could(one, {each.sku for each in coming}, supply.there)]
        if able:
            sent = plan(_then(base, able, supply, due), params, quiet, ready=ready).plan.parcels
            waits = _take(supply, sent, due)
            found |= waits
            orders = {name: one for name, one in orders.items() if name not in waits}
        run.progress(STAGE, stage + 1, len(stages))
    return found


def with_waiting(left: Iterable[Unplanned], waits: Mapping[str, Waiting]) -> tuple[Unplanned, ...]:
    """Give the orders that are left; of those that can wait, this is what is to be done."""
    return tuple(
        replace(one, waiting=waits[one.order], remedy=_wait(waits[one.order])) if one.order in waits else one
        for one in left
    )


def _wait(one: Waiting) -> str:
    units = ", ".join(f"{level.on_hand} x {level.sku} at {level.site}" for level in one.units)
    why = f"{units} are announced and kept for it" if units else "it goes with an order that waits"
    return f"wait until {one.due.date()}: {why}; expected by {one.expected_by}"


def _stages(problem: PlanProblem, orders: Mapping[str, Order]) -> list[tuple[datetime, list[Inbound]]]:
    """Announcements to come of goods that are asked for, by their instant."""
    ships = {one.site for one in problem.sites if one.kind in SHIPPING_KINDS}
    wanted = {line.sku for order in orders.values() for line in order.lines}
    if not wanted:
        return []
    known = problem.now or min(one.placed_at for one in problem.orders)
    coming = [one for one in problem.inbound if one.expected_at > known and one.site in ships and one.sku in wanted]
    coming.sort(key=lambda one: (one.expected_at, one.site, one.sku, one.quantity))
    return [(due, list(group)) for due, group in groupby(coming, key=lambda one: one.expected_at)]


def _without_rides(problem: PlanProblem) -> PlanProblem:
    """Leave out own vans, whose rounds are made for today's parcels, linehauls and trials."""
    driven = {one.service for one in problem.vans}
    calls = tuple(one for one in problem.collections if one.service not in driven)
    return replace(problem, held=(), vans=(), linehauls=(), exploration=None, collections=calls)


def _supply(base: PlanProblem, sent: Sequence[Parcel]) -> _Supply:
    there = _units(base.stock)
    lying = _units(base.lying) if base.lying else Counter(there)
    booked = Counter({(one.site, one.service, one.day): one.number for one in base.booked})
    supply = _Supply(Counter(), there, lying, booked)
    _send(supply, sent)
    supply.hand = _units(spare(replace(base, stock=_levels(supply.there), lying=_levels(lying))))
    return supply


def _send(supply: _Supply, parcels: Sequence[Parcel]) -> None:
    """Take goods, and room of the days that parcels leave on: orders by the site, parcels by their service."""
    together = picked_together(parcels)
    picked = {(one.site, "", one.ship_at.date(), together[one.orders[0]]) for one in parcels}
    supply.booked.update((site, service, day) for site, service, day, _ in picked)
    for parcel in parcels:
        if parcel.injection is None:
            supply.booked[parcel.site, parcel.service, parcel.ship_at.date()] += 1
        for part in parcel.contents:
            supply.there[parcel.site, part.sku] -= part.quantity


def _announce(supply: _Supply, coming: Sequence[Inbound]) -> None:
    for one in coming:
        supply.there[one.site, one.sku] += one.quantity
        supply.lying[one.site, one.sku] += one.quantity


def _could(order: Order, arrived: set[str], there: Units) -> bool:
    """Whether what arrives is asked for, and units suffice; where they lie is the plan's to see."""
    wanted: Counter[str] = Counter()
    for line in order.lines:
        wanted[line.sku] += line.quantity
    if arrived.isdisjoint(wanted):
        return False
    have: Counter[str] = Counter()
    for (_, sku), units in there.items():
        if sku in wanted:
            have[sku] += units
    return have >= wanted


def _then(base: PlanProblem, orders: Sequence[Order], supply: _Supply, due: datetime) -> PlanProblem:
    """Give the batch as it would be when the goods are there."""
    services = {"", *(one.service for one in base.tariff.services)}
    booked = tuple(Booked(*taken, number) for taken, number in sorted(supply.booked.items()) if taken[1] in services)
    then = with_orders(base, orders)
    return replace(then, stock=_levels(supply.there), lying=_levels(supply.lying), now=due, booked=booked)


def _take(supply: _Supply, sent: Sequence[Parcel], due: datetime) -> dict[str, Waiting]:
    """Give the orders that wait, and take what they wait for; who needs nothing announced leaves all as it was.

    Orders that share parcels wait together or not at all.
    """
    together, groups = picked_together(sent), defaultdict[str, list[Parcel]](list)
    for parcel in sent:
        groups[together[parcel.orders[0]]].append(parcel)
    found: dict[str, Waiting] = {}
    for parcels in groups.values():
        hand, names = Counter(supply.hand), dict.fromkeys(name for one in parcels for name in one.orders)
        claimed = {name: _claims(hand, name, parcels) for name in names}
        if not any(claimed.values()):
            continue
        supply.hand = hand
        _send(supply, parcels)
        for name, units in claimed.items():
            own = tuple(one for one in parcels if name in one.orders)
            found[name] = Waiting(due, max(one.promised_by for one in own), units, own)
    return found


def _claims(hand: Units, order: str, parcels: Sequence[Parcel]) -> tuple[StockLevel, ...]:
    """Give the announced units that an order counts on, beyond what is on hand for it, which is taken."""
    wanted: Units = Counter()
    for parcel in parcels:
        for part in parcel.contents:
            if part.order == order:
                wanted[parcel.site, part.sku] += part.quantity
    here = wanted & hand
    hand -= here
    return _levels(wanted - here)


def _units(levels: Iterable[StockLevel]) -> Units:
    units: Units = Counter()
    for one in levels:
        units[one.site, one.sku] += one.on_hand
    return units


def _levels(units: Units) -> tuple[StockLevel, ...]:
    return tuple(StockLevel(*spot, number) for spot, number in sorted(units.items()) if number)
