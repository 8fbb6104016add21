"""Accept an order: decide its plan on the stock of this moment, reserve it, and say what became of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from django.db import transaction

from doorstep.core.events.actions import record
from doorstep.core.orders import actions as orders
from doorstep.domain.decision import Decision, Unplanned
from doorstep.domain.demand import Order, OrderFault
from doorstep.domain.errors import NotEnough, NotFound, OutOfStock
from doorstep.domain.holds import BACK_ORDER
from doorstep.domain.parcel import Parcel
from doorstep.domain.rights import Scope
from doorstep.flows.back_order import wait_for_goods
from doorstep.flows.customs import clearable, papers_missing, without_papers
from doorstep.flows.faults import examine
from doorstep.flows.keep_plan import Ids, keep_plan, order_reference
from doorstep.flows.kits import settled
from doorstep.flows.record_problem import Ground, with_orders
from doorstep.flows.standing import cart_problem, ready_for, standing
from doorstep.kernels.plan.plan import plan

OnShortage = Literal["hold", "refuse", "back_order"]
ATTEMPTS = 3
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


def accept_order(
    scope: Scope, brand_id: int, order: Order, *, now: datetime, on_shortage: OnShortage = "hold"
) -> Accepted:
    """Accept an order of a brand.

    An order with a fault is accepted all the same: its shopper has paid. Goods that are not there are waited for; with
    `back_order` those that are announced are counted on, and the order is told when it should arrive. Raises
    OutOfStock if `on_shortage` is `refuse` and its goods are not there, Conflict if the brand has an order of that
    code; nothing is kept then.
    """
    if brand_id not in scope.brands:
        raise NotFound("no such brand")
    here = standing(scope.operator, brand_id, now, {line.sku for line in order.lines})
    ids = here.ids
    examined = examine(brand_id, settled(order, here.kits), here.ground.problem, ids.products, now=now)
    order = examined.order
    if examined.faults:
        return _commit_held(scope, ids, order, examined.faults, now)
    for attempt in range(ATTEMPTS):
        problem = cart_problem(here, order, now)
        offered = clearable(problem, order)
        result = plan(offered, ready=ready_for(here, offered))
        if result.plan.unplanned and offered is not problem:
            return _commit_held(scope, ids, order, (papers_missing(order, without_papers(problem.products)),), now)
        if result.plan.unplanned:  # goods on their way matter only to the remedy
            result = plan(with_orders(here.ground, brand_id, [order], now))
        if result.plan.unplanned:
            break
        decision = next(result.decisions())
        try:
            return _commit_planned(scope, ids, here.ground, order, result.plan.parcels, decision, now)
        except NotEnough:
            if attempt == ATTEMPTS - 1:
                raise
    accepted = _commit_unplanned(scope, ids, order, result.plan.unplanned[0], on_shortage, now)
    if on_shortage == "back_order" and accepted.reason in SHORT:
        return _back_ordered(scope, ids, here.ground, accepted, order, now)
    return accepted


def _back_ordered(scope: Scope, ids: Ids, ground: Ground, accepted: Accepted, order: Order, now: datetime) -> Accepted:
    """It waits for announced goods if they suffice; else as any other that nobody has goods for."""
    found = wait_for_goods(scope, ids.brand, ground, accepted.order_id, order, now=now)
    if found is None:
        return accepted
    return replace(accepted, reason=BACK_ORDER, detail=found.detail, expected_by=found.expected_by)


def _commit_planned(
    scope: Scope,
    ids: Ids,
    standing: Ground,
    order: Order,
    parcels: tuple[Parcel, ...],
    decision: Decision,
    now: datetime,
) -> Accepted:
    with transaction.atomic():
        pk = _add(scope, ids, order, now)
        keep_plan(ids, pk, order.order, parcels, decision, standing.problem.brand.currency, at=now, actor=scope.actor)
    return Accepted(pk, order.order, "planned", "", "", parcels)


def _commit_unplanned(
    scope: Scope, ids: Ids, order: Order, why: Unplanned, on_shortage: OnShortage, now: datetime
) -> Accepted:
    if why.reason in SHORT and on_shortage == "refuse":
        raise OutOfStock(why.detail)
    state: Literal["held", "open"] = "held" if why.reason in TO_MEND else "open"
    with transaction.atomic():
        pk = _add(scope, ids, order, now)
        orders.move_on([pk], "open", state, why.reason, why.detail, why.remedy)
        record(
            ids.operator,
            ids.brand,
            kind="OrderHeld" if state == "held" else "OrderWaits",
            subject=order_reference(pk),
            data={"reason": why.reason},
            at=now,
            actor=scope.actor,
        )
    return Accepted(pk, order.order, state, why.reason, why.detail, ())


def _commit_held(scope: Scope, ids: Ids, order: Order, faults: tuple[OrderFault, ...], now: datetime) -> Accepted:
    first = faults[0]
    with transaction.atomic():
        pk = _add(scope, ids, order, now)
        orders.hold(pk, faults)
        record(
            ids.operator,
            ids.brand,
            kind="OrderHeld",
            subject=order_reference(pk),
            data={"reason": first.reason},
            at=now,
            actor=scope.actor,
        )
    return Accepted(pk, order.order, "held", first.reason, first.detail, (), faults)


def _add(scope: Scope, ids: Ids, order: Order, now: datetime) -> int:
    pk = orders.add_order(ids.brand, order, ids.products)
    record(ids.operator, ids.brand, kind="OrderPlaced", subject=order_reference(pk), data={}, at=now, actor=scope.actor)
    return pk
