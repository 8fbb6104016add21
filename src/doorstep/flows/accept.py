"""Accept an order: decide its plan on the stock of this moment, reserve it, and say what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction

from doorstep.core.catalog.snapshot import product_ids
from doorstep.core.events.actions import record
from doorstep.core.network.snapshot import site_ids
from doorstep.core.orders import actions as orders
from doorstep.domain.decision import Decision, Unplanned
from doorstep.domain.demand import Order, OrderFault
from doorstep.domain.errors import NotEnough, NotFound, OutOfStock
from doorstep.domain.parcel import Parcel
from doorstep.domain.rights import Scope
from doorstep.flows.customs import clearable, papers_missing, without_papers
from doorstep.flows.faults import examine
from doorstep.flows.keep_plan import Ids, keep_plan, order_reference
from doorstep.flows.record_problem import Ground, ground, with_orders
from doorstep.kernels.plan.plan import plan

OnShortage = Literal["hold", "refuse"]
ATTEMPTS = 3
STALE_AFTER = timedelta(seconds=2)  # of what stands still; stock is read anew for every order
SHORT = frozenset({"stock_out", "stock_taken"})
TO_MEND = frozenset(
    {"unknown_sku", "no_lines", "no_zone"}
)  # a person must see to it; anything else may come right by itself
_grounds: dict[int, tuple[Ground, dict[str, int], dict[str, int]]] = {}


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


def accept_order(
    scope: Scope, brand_id: int, order: Order, *, now: datetime, on_shortage: OnShortage = "hold"
) -> Accepted:
    """Accept an order of a brand.

    An order with a fault is accepted all the same: its shopper has paid. Raises OutOfStock if `on_shortage` is
    `refuse` and its goods are not there, Conflict if the brand has an order of that code; nothing is kept then.
    """
    if brand_id not in scope.brands:
        raise NotFound("no such brand")
    standing, sites, products = _ground(scope, brand_id, order, now)
    ids = Ids(scope.operator, brand_id, sites, products)
    examined = examine(brand_id, order, standing.problem, products, now=now)
    order = examined.order
    if examined.faults:
        return _commit_held(scope, ids, order, examined.faults, now)
    for attempt in range(ATTEMPTS):
        problem = with_orders(standing, brand_id, [order], now)
        offered = clearable(problem, order)
        result = plan(offered)
        if result.plan.unplanned and offered is not problem:
            return _commit_held(scope, ids, order, (papers_missing(order, without_papers(problem.products)),), now)
        if result.plan.unplanned:
            break
        decision = next(result.decisions())
        try:
            return _commit_planned(scope, ids, standing, order, result.plan.parcels, decision, now)
        except NotEnough:
            if attempt == ATTEMPTS - 1:
                raise
    return _commit_unplanned(scope, ids, order, result.plan.unplanned[0], on_shortage, now)


def _ground(scope: Scope, brand_id: int, order: Order, now: datetime) -> tuple[Ground, dict[str, int], dict[str, int]]:
    """What stands still, at most so old; renewed when the order names a sku that was not there."""
    held = _grounds.get(brand_id)
    if (
        held is None
        or not held[0].loaded_at <= now < held[0].loaded_at + STALE_AFTER
        or any(line.sku not in held[2] for line in order.lines)
    ):
        held = (ground(brand_id, now), site_ids(scope.operator), product_ids(brand_id))
        _grounds[brand_id] = held
    return held


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
