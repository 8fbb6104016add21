"""Independent verifier of orders that wait for announced goods; it shares no code with what makes them wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from doorstep.domain.decision import Waiting
from doorstep.domain.plan import Plan
from doorstep.kernels.plan.check import capacity_faults
from doorstep.kernels.plan.check_parcel import parcel_faults
from doorstep.kernels.plan.problem import PlanProblem


def waiting_faults(problem: PlanProblem, plan: Plan, waits: Mapping[str, Waiting]) -> tuple[str, ...]:
    """List everything wrong with the orders that wait beside a plan.

    Only orders that the plan leaves wait; each has its units once; nothing leaves before the goods are due, and every
    parcel is as it could be then; no announced unit is counted on twice, or before it is due; what is taken beyond
    them is on hand; no day holds more than it can.
    """
    return (
        *_orders(problem, plan, waits),
        *_parcels(problem, waits),
        *_announced(problem, waits),
        *_on_hand(problem, plan, waits),
        *capacity_faults(problem, _all_of(plan, waits)),
    )


def _orders(problem: PlanProblem, plan: Plan, waits: Mapping[str, Waiting]) -> Iterator[str]:
    left, orders = {one.order for one in plan.unplanned}, {one.order: one for one in problem.orders}
    for name, wait in waits.items():
        if name not in left:
            yield f"{name} waits, and is not left by the plan"
            continue
        asked = Counter({(line.line, line.sku): line.quantity for line in orders[name].lines})
        sent: Counter[tuple[str, str]] = Counter()
        for parcel in wait.parcels:
            for part in parcel.contents:
                if part.order == name:
                    sent[part.line, part.sku] += part.quantity
        if sent != asked:
            yield f"{name} would get {dict(sent)} and asks for {dict(asked)}"
        if wait.expected_by != max((one.promised_by for one in wait.parcels), default=None):
            yield f"{name} is expected by {wait.expected_by}, and its parcels are not"
        if any(one.promised_by < one.ship_at.date() for one in wait.parcels):
            yield f"{name} is expected before it leaves"


def _parcels(problem: PlanProblem, waits: Mapping[str, Waiting]) -> Iterator[str]:
    anew = tuple(replace(one, promised_by=None) for one in problem.orders)  # a day of its own, whatever was promised
    for name, wait in waits.items():
        then = replace(problem, now=wait.due, orders=anew)
        for parcel in wait.parcels:
            if parcel.ship_at < wait.due:
                yield f"a parcel of {name} leaves before its goods are due"
            yield from parcel_faults(then, parcel)


def _announced(problem: PlanProblem, waits: Mapping[str, Waiting]) -> Iterator[str]:
    known = problem.now or min(one.placed_at for one in problem.orders)
    for due in sorted({one.due for one in waits.values()}):
        room = Counter[tuple[str, str]]()
        for one in problem.inbound:
            room[one.site, one.sku] += one.quantity if known < one.expected_at <= due else 0
        for wait in waits.values():
            for level in wait.units if wait.due <= due else ():
                room[level.site, level.sku] -= level.on_hand
        for (site, sku), units in room.items():
            if units < 0:
                yield f"{-units} of {sku} at {site} too many are waited for by {due}"


def _on_hand(problem: PlanProblem, plan: Plan, waits: Mapping[str, Waiting]) -> Iterator[str]:
    there = Counter[tuple[str, str]]()
    for level in problem.stock:
        there[level.site, level.sku] += level.on_hand
    for parcel in _all_of(plan, waits).parcels:
        for part in parcel.contents:
            there[parcel.site, part.sku] -= part.quantity
    for wait in waits.values():
        for level in wait.units:
            there[level.site, level.sku] += level.on_hand
    for (site, sku), units in there.items():
        if units < 0:
            yield f"{-units} of {sku} too many would leave {site} from its shelves"


def _all_of(plan: Plan, waits: Mapping[str, Waiting]) -> Plan:
    """The parcels of both; one that several orders share is there once."""
    waiting = {(one.due, parcel.parcel): parcel for one in waits.values() for parcel in one.parcels}
    return replace(plan, parcels=(*plan.parcels, *waiting.values()))
