"""Plan all open orders of a brand out of the record: load, decide, commit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from doorstep.core.catalog.snapshot import product_ids
from doorstep.core.learned.steering import in_force
from doorstep.core.network.snapshot import limited, site_ids
from doorstep.core.orders import actions as orders
from doorstep.core.orders.snapshot import open_orders
from doorstep.core.parcels.superseding import renumbered
from doorstep.core.stock import claims
from doorstep.domain.decision import Decision
from doorstep.domain.demand import Order
from doorstep.domain.errors import Conflict, DayFull, NotEnough, NotFound
from doorstep.domain.parcel import Parcel
from doorstep.domain.rights import Scope
from doorstep.domain.steering import Steering
from doorstep.flows.keep_plan import Ids, hold_room, keep_plan, order_reference
from doorstep.flows.papers import lacking_papers
from doorstep.flows.plan_now import plan_now
from doorstep.flows.record_problem import day_problem
from doorstep.flows.steering import steering_note, with_steering
from doorstep.flows.tell_why import tell_why
from doorstep.kernels.plan.plan import PlanParams, PlanResult, plan
from doorstep.kernels.run import Run

ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class DayPlanned:
    """What was committed; `result` is the kernel's first answer, for all orders of the highest priority together."""

    result: PlanResult
    planned: int
    unplanned: int
    overtaken: int  # orders that somebody else moved on meanwhile


def plan_day(
    scope: Scope,
    brand_id: int,
    *,
    now: datetime,
    run: Run,
    leaving_from: datetime | None = None,
    params: PlanParams | None = None,
    only: Collection[int] | None = None,
) -> DayPlanned:
    """Plan the open orders together, those of a higher priority before the others; or of them `only` these row ids.

    No parcel leaves before `leaving_from`; None: each order as at its placing. No orders share a parcel: the record
    keeps one order a parcel.

    An order whose goods lack the papers for one of the sites is planned by itself after the others of its priority.

    Stock or room that went while we decided sends the orders concerned round again, at most three times; those that are
    left stay open with the reason.
    """
    if brand_id not in scope.brands:
        raise NotFound("no such brand")
    ids = Ids(scope.operator, brand_id, site_ids(scope.operator), product_ids(brand_id), limited(scope.operator))
    first: PlanResult | None = None
    committed = unplanned = overtaken = 0
    found, steering = open_orders(brand_id, only), in_force(brand_id)
    bare = lacking_papers(scope.operator, brand_id, found)
    for waiting in _by_priority(found):
        done = _plan_together(
            scope, ids, waiting - bare, steering, now=now, run=run, leaving_from=leaving_from, params=params
        )
        alone = sum(_planned_alone(scope, brand_id, pk, now) for pk in sorted(waiting & bare))
        committed += alone
        unplanned += len(waiting & bare) - alone
        first = first or done.result
        committed += done.planned
        unplanned += done.unplanned
        overtaken += done.overtaken
    assert first is not None
    return DayPlanned(first, committed, unplanned, overtaken)


def _by_priority(found: Mapping[int, Order]) -> list[set[int]]:
    """Orders of a higher priority are planned and committed before the others see what is left of the stock."""
    classes: dict[int, set[int]] = {}
    for pk, order in found.items():
        classes.setdefault(order.priority, set()).add(pk)
    return [classes[priority] for priority in sorted(classes, reverse=True)] or [set()]


def _plan_together(
    scope: Scope,
    ids: Ids,
    waiting: set[int],
    steering: Steering,
    *,
    now: datetime,
    run: Run,
    leaving_from: datetime | None,
    params: PlanParams | None,
) -> DayPlanned:
    first: PlanResult | None = None
    committed = overtaken = 0
    refused: set[int] = set()
    for _ in range(ATTEMPTS):
        found = open_orders(ids.brand, waiting)
        alone = replace(params or PlanParams(), sharing=False)
        problem = with_steering(day_problem(ids.brand, found.values(), leaving_from, now), steering, now)
        result = plan(problem, alone, run)
        first = first or result
        rows = {order.order: pk for pk, order in found.items()}
        left = {rows[one.order] for one in result.plan.unplanned}
        kept, waiting = _commit(ids, result, rows, steering_note(problem, steering, now), now, scope.actor, run)
        tell_why(scope, ids, {rows[one.order]: one for one in result.conflicts()}, now=now)
        committed += kept
        refused |= left
        overtaken += len(rows) - len(left) - kept - len(waiting)
        if not waiting:
            break
    assert first is not None
    return DayPlanned(first, committed, len(refused) + len(waiting), overtaken)


def _planned_alone(scope: Scope, brand_id: int, pk: int, now: datetime) -> bool:
    """Plan an order by itself, from this side of its border; or hold it for its papers."""
    try:
        return plan_now(scope, brand_id, pk, now=now).state == "planned"
    except Conflict:  # somebody else has held it, or sent it on
        return False


def _commit(
    ids: Ids, result: PlanResult, rows: dict[str, int], note: Mapping[str, Any], now: datetime, actor: str, run: Run
) -> tuple[int, set[int]]:
    """Commit order by order, each in a transaction of its own; how many, and those whose stock or room had gone."""
    parcels: dict[str, list[Parcel]] = {}
    for parcel in result.plan.parcels:
        parcels.setdefault(parcel.orders[0], []).append(parcel)
    kept, gone = 0, set()
    for number, decision in enumerate(result.decisions(run)):
        run.progress("committing", number, len(parcels))
        pk = rows[decision.order]
        try:
            kept += _commit_one(ids, pk, parcels[decision.order], decision, result, note, now, actor)
        except (DayFull, NotEnough):
            gone.add(pk)
    run.progress("committing", len(parcels), len(parcels))
    return kept, gone


def _commit_one(
    ids: Ids,
    pk: int,
    parcels: list[Parcel],
    decision: Decision,
    result: PlanResult,
    note: Mapping[str, Any],
    now: datetime,
    actor: str,
) -> int:
    with transaction.atomic():
        hold_room(ids, parcels)
        if not orders.lock_open([pk]):
            return 0
        currency = result.reasons.market.problem.brand.currency
        claims.drop(order_reference(pk))
        keep_plan(ids, pk, decision.order, renumbered(pk, parcels), decision, currency, at=now, actor=actor, note=note)
    return 1
