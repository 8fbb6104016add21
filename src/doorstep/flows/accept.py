"""Accept an order: decide its plan on the stock of this moment, reserve it, and say what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from doorstep.core.events.actions import NewFact, record_all
from doorstep.core.orders.intake import Arrival, add_arrival, held_for
from doorstep.core.statements import together
from doorstep.domain.decision import Decision
from doorstep.domain.demand import OnShortage, Order, OrderFault
from doorstep.domain.errors import DayFull, NotEnough, NotFound, OutOfStock
from doorstep.domain.holds import BACK_ORDER
from doorstep.domain.journey import OrderState
from doorstep.domain.parcel import Parcel
from doorstep.domain.rights import Scope
from doorstep.flows.back_order import wait_for_goods
from doorstep.flows.bids import bids_note, with_bids
from doorstep.flows.customs import clearable, papers_missing, without_papers
from doorstep.flows.faults import examine
from doorstep.flows.keep_plan import Ids, hold_room, keep_plan, order_reference
from doorstep.flows.kits import settled
from doorstep.flows.record_problem import Ground, with_orders
from doorstep.flows.remedies import in_the_record
from doorstep.flows.standing import Standing, cart_problem, ready_for, standing
from doorstep.flows.steering import steering_note, with_steering
from doorstep.kernels.plan.plan import PlanResult, plan

ATTEMPTS = 3
NOT_YET = 0  # the id of an order that is not in yet
SHORT = frozenset({"stock_out", "stock_taken"})
TO_MEND = frozenset(
    {"unknown_sku", "no_lines", "no_zone"}
)  # a person must see to it; anything else may come right by itself


@dataclass(frozen=True, slots=True)
class Accepted:
    """`state`: planned; open (waits, `reason` says for what); or held (a person must mend it)."""

    order_id: int
    code: str
    state: str
    reason: str
    detail: str
    parcels: tuple[Parcel, ...]
    faults: tuple[OrderFault, ...] = ()  # all of a hold's; `reason` is that of the first
    expected_by: date | None = None  # of a back-order


First = Callable[[Accepted], None]


def accept_order(
    scope: Scope,
    brand_id: int,
    order: Order,
    *,
    now: datetime,
    on_shortage: OnShortage = "hold",
    first: First = lambda _: None,
) -> Accepted:
    """Accept an order of a brand.

    An order with a fault is accepted all the same: its shopper has paid. Goods that are not there are waited for; with
    `back_order` those that are announced are counted on, and the order is told when it should arrive. Raises
    OutOfStock if `on_shortage` is `refuse` and its goods are not there, Conflict if the brand has an order of that
    code; nothing is kept then. `first` is called at the beginning of the transaction that commits, with what it will
    be if it does; of a back-order it does not know the day yet.
    """
    if brand_id not in scope.brands:
        raise NotFound("no such brand")
    order = replace(order, on_shortage=on_shortage)
    here = standing(scope.operator, brand_id, now, {line.sku for line in order.lines})
    ids = here.ids
    examined = examine(brand_id, settled(order, here.kits), here.ground.problem, ids.products, now=now)
    order = examined.order
    if examined.faults:
        return _commit_unplanned(scope, ids, held_for(order, examined.faults), now, first)
    for attempt in range(ATTEMPTS):
        problem = cart_problem(here, order, now)
        offered = clearable(problem, order)
        result = plan(offered, ready=ready_for(here, offered))
        if result.plan.unplanned and offered is not problem:
            missing = papers_missing(order, without_papers(problem.products))
            return _commit_unplanned(scope, ids, held_for(order, (missing,)), now, first)
        if result.plan.unplanned:  # goods on their way matter only to the remedy
            offered = with_bids(with_orders(here.ground, brand_id, [order], now), here.bids, now)
            offered = with_steering(offered, here.steering, now)
            result = plan(offered)
        if result.plan.unplanned:
            break
        decision = next(result.decisions())
        note = {**bids_note(offered, here.bids), **steering_note(offered, here.steering, now)}
        try:
            return _commit_planned(scope, here, order, result.plan.parcels, decision, note, now, first)
        except (DayFull, NotEnough):
            if attempt == ATTEMPTS - 1:
                raise
    accepted = _commit_unplanned(scope, ids, _waiting(order, result, on_shortage), now, first)
    if on_shortage == "back_order" and accepted.reason in SHORT:
        return _back_ordered(scope, ids, here.ground, accepted, order, now)
    return accepted


def _waiting(order: Order, result: PlanResult, on_shortage: OnShortage) -> Arrival:
    why = result.plan.unplanned[0]
    if why.reason in SHORT and on_shortage == "refuse":
        raise OutOfStock(why.detail)
    state: OrderState = "held" if why.reason in TO_MEND else "open"
    why = in_the_record(result.conflicts()[0])
    return Arrival(order, state, why.reason, why.detail, why.remedy, conflicts=why.conflicts)


def _back_ordered(scope: Scope, ids: Ids, ground: Ground, accepted: Accepted, order: Order, now: datetime) -> Accepted:
    """It waits for announced goods if they suffice; else as any other that nobody has goods for."""
    found = wait_for_goods(scope, ids.brand, ground, accepted.order_id, order, now=now)
    if found is None:
        return accepted
    return replace(accepted, reason=BACK_ORDER, detail=found.detail, expected_by=found.expected_by)


def _commit_planned(
    scope: Scope,
    here: Standing,
    order: Order,
    parcels: tuple[Parcel, ...],
    decision: Decision,
    note: Mapping[str, Any],
    now: datetime,
    first: First,
) -> Accepted:
    ids, currency = here.ids, here.ground.problem.brand.currency
    accepted = Accepted(NOT_YET, order.order, "planned", "", "", parcels)
    with transaction.atomic():
        first(accepted)
        hold_room(ids, parcels)
        with together():
            pk = add_arrival(ids.brand, Arrival(order, "planned"), ids.products)
            keep_plan(ids, pk, order.order, parcels, decision, currency, at=now, actor=scope.actor, new=True, note=note)
    return replace(accepted, order_id=pk)


def _commit_unplanned(scope: Scope, ids: Ids, arrival: Arrival, now: datetime, first: First) -> Accepted:
    code, state = arrival.order.order, arrival.state
    accepted = Accepted(NOT_YET, code, state, arrival.reason, arrival.detail, (), arrival.faults)
    with transaction.atomic():
        first(accepted)
        with together():
            pk = add_arrival(ids.brand, arrival, ids.products)
            placed = NewFact("OrderPlaced", order_reference(pk))
            told = NewFact(
                "OrderHeld" if state == "held" else "OrderWaits", order_reference(pk), {"reason": arrival.reason}
            )
            record_all(ids.operator, ids.brand, [placed, told], at=now, actor=scope.actor)
    return replace(accepted, order_id=pk)
