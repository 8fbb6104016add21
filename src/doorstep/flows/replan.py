"""Decide an order anew that is in the record already: edited, mended, or planned as a person wants it.

The plan is made with no transaction open, on what is available and what the order itself holds. The commit cancels
the parcels before and keeps them as history, and moves the difference of the stock alone, in one posting.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from doorstep.core.catalog.snapshot import product_ids
from doorstep.core.decisions import actions as decisions
from doorstep.core.events.actions import NewFact, record_all
from doorstep.core.learned.steering import in_force
from doorstep.core.network.snapshot import limited, site_ids
from doorstep.core.orders.rewriting import Stand, revision_of, rewrite
from doorstep.core.orders.snapshot import Kept, one_order
from doorstep.core.parcels import actions as parcels
from doorstep.core.parcels import superseding
from doorstep.core.parcels.superseding import Moved, Standing
from doorstep.core.stock import claims
from doorstep.core.stock.actions import Wanted
from doorstep.core.stock.exchange import exchange, held
from doorstep.domain.decision import Decision
from doorstep.domain.demand import OnShortage, Order, OrderFault
from doorstep.domain.errors import Conflict, DayFull, NotEnough, NotFound, OutOfStock
from doorstep.domain.holds import BACK_ORDER
from doorstep.domain.journey import OrderState
from doorstep.domain.money import Currency
from doorstep.domain.parcel import Parcel
from doorstep.domain.rights import Scope
from doorstep.domain.rules import Rule
from doorstep.domain.supply import StockLevel
from doorstep.files.plan_out import decision_record
from doorstep.flows.accept import ATTEMPTS, SHORT, TO_MEND
from doorstep.flows.bids import bids_in_force, bids_note, with_bids
from doorstep.flows.customs import clearable, papers_missing, without_papers
from doorstep.flows.faults import examine
from doorstep.flows.keep_plan import Ids, hold_room, order_reference
from doorstep.flows.kits import settled_again
from doorstep.flows.on_shortage import honour
from doorstep.flows.record_problem import Ground, ground, with_orders
from doorstep.flows.remedies import in_the_record
from doorstep.flows.steering import steering_note, with_steering
from doorstep.flows.untouched import must_be_untouched, off_the_floor
from doorstep.kernels.plan.plan import PlanProblem, PlanResult, plan


@dataclass(frozen=True, slots=True)
class Before:
    """An order as it was read, what it holds and what was promised."""

    pk: int
    kept: Kept
    parcels: tuple[Standing, ...]
    holds: Mapping[tuple[int, int], int]  # (site, product) -> units

    @property
    def promise(self) -> Promise | None:
        if not self.parcels:
            return None
        return Promise(
            max(one.promised_by for one in self.parcels),
            len(self.parcels),
            sum(one.cost_minor for one in self.parcels),
        )


@dataclass(frozen=True, slots=True)
class Promise:
    promised_by: date  # of the last parcel
    parcels: int
    cost_minor: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to become of the order. Without a decision there is no plan."""

    stand: Stand
    parcels: tuple[Parcel, ...] = ()
    decision: Decision | None = None
    note: Mapping[str, Any] = field(default_factory=dict)  # what the decision's record says besides
    currency: Currency | None = None  # of the decision
    keeps_plan: bool = False  # nothing that the plan depends on has changed
    no_news: bool = False  # the order is as it was: nothing is written

    @property
    def promise(self) -> Promise | None:
        if self.decision is None:
            return None
        return Promise(max(one.promised_by for one in self.parcels), len(self.parcels), self.decision.cost_minor)


@dataclass(frozen=True, slots=True)
class Replanned:
    """What became of it; `before` and `after` are the promises, None where there is no plan."""

    order_id: int
    code: str
    state: OrderState
    reason: str
    detail: str
    parcels: tuple[Parcel, ...]
    faults: tuple[OrderFault, ...]
    before: Promise | None
    after: Promise | None


@dataclass(frozen=True, slots=True)
class Change:
    """What is asked: the order as it shall be, what a person has settled of it, and the facts that tell so."""

    order: Order
    settled: frozenset[str]
    facts: tuple[NewFact, ...] = ()


def replan(
    scope: Scope,
    brand_id: int,
    pk: int,
    ask: Callable[[Before], Change],
    *,
    now: datetime,
    on_shortage: OnShortage | None = None,
) -> Replanned:
    """Change an order and plan it at once.

    It is held if it has a fault then. If its goods are not there it does as `on_shortage` says; None: as it was to do
    before, and one that waits for announced goods counts on others. Raises NotFound, Conflict when its goods
    are picked already, OutOfStock if `on_shortage` is `refuse` and its goods are not there: nothing changes then.
    """

    def decided(ids: Ids, before: Before) -> tuple[Change, Outcome]:
        change = ask(before)
        wish = on_shortage or ("back_order" if before.kept.reason == BACK_ORDER else change.order.on_shortage)
        change = replace(change, order=replace(change.order, on_shortage=wish))
        return decide(ids, before, change, now=now, on_shortage=on_shortage or "hold")

    return as_wished(scope, brand_id, insist(scope, brand_id, pk, decided, now=now), now)


def as_wished(scope: Scope, brand_id: int, done: Replanned, now: datetime) -> Replanned:
    """If it is short it waits for announced goods, or is cancelled, as its shop wished."""
    if done.reason not in SHORT or not honour(scope, brand_id, [done.order_id], now=now):
        return done
    kept = one_order(brand_id, done.order_id)
    assert kept is not None  # it was written a moment ago
    return replace(done, state=kept.state, reason=kept.reason, detail=kept.detail)


def insist(
    scope: Scope, brand_id: int, pk: int, decided: Callable[[Ids, Before], tuple[Change, Outcome]], *, now: datetime
) -> Replanned:
    """Read, decide and commit, at most three times: anew when the order or its stock has moved meanwhile."""
    ids = ids_of(scope, brand_id)
    for _ in range(ATTEMPTS):
        before = read(brand_id, pk)
        change, outcome = decided(ids, before)
        if outcome.no_news:
            return as_it_was(before)
        try:
            return _commit(scope, ids, before, change, outcome, now)
        except (DayFull, NotEnough, Moved):
            continue
    raise Conflict("the order, its stock or its days move too fast; try again")


def as_it_was(before: Before) -> Replanned:
    kept, promise = before.kept, before.promise
    return Replanned(before.pk, kept.order.order, kept.state, kept.reason, kept.detail, (), (), promise, promise)


def ids_of(scope: Scope, brand_id: int) -> Ids:
    if brand_id not in scope.brands:
        raise NotFound("no such brand")
    return Ids(scope.operator, brand_id, site_ids(scope.operator), product_ids(brand_id), limited(scope.operator))


def read(brand_id: int, pk: int) -> Before:
    """Raise NotFound if the brand has no such order."""
    kept = one_order(brand_id, pk)
    if kept is None:
        raise NotFound("no such order")
    return Before(pk, kept, superseding.standing(pk), held(brand_id, order_reference(pk)))


def problem_of(ids: Ids, base: Ground, before: Before, order: Order, now: datetime) -> PlanProblem:
    """The order alone, on what is available and what it holds itself."""
    problem = with_orders(base, ids.brand, [order], now, without=before.pk)
    sites = {pk: code for code, pk in ids.sites.items()}
    skus = {pk: sku for sku, pk in ids.products.items()}
    known = {product.sku for product in problem.products}
    levels = {(level.site, level.sku): level.on_hand for level in problem.stock}
    holds = {(sites[site], skus[product]): units for (site, product), units in before.holds.items()}
    held = tuple(StockLevel(*spot, units) for spot, units in sorted(holds.items()) if spot[1] in known)
    for level in held:
        spot = level.site, level.sku
        levels[spot] = levels.get(spot, 0) + level.on_hand
    there = tuple(StockLevel(*spot, units) for spot, units in sorted(levels.items()))
    return replace(problem, stock=there, held=held)


def decide(
    ids: Ids, before: Before, change: Change, *, now: datetime, on_shortage: OnShortage = "hold"
) -> tuple[Change, Outcome]:
    base = ground(ids.brand, now)
    change = replace(change, order=settled_again(ids.brand, before.kept.order, change.order))
    examined = examine(ids.brand, change.order, base.problem, ids.products, now=now, settled=change.settled)
    change = replace(change, order=examined.order)
    if examined.faults:
        first = examined.faults[0]
        stand = Stand("held", change.settled, first.reason, first.detail, first.remedy, examined.faults)
        return change, Outcome(stand)
    if before.parcels and _plans_alike(before.kept.order, change.order, base.problem.rules):
        return change, Outcome(Stand(before.kept.state, change.settled), keeps_plan=True)
    bids = bids_in_force(ids.brand, now)
    steering = in_force(ids.brand)
    problem = with_steering(with_bids(problem_of(ids, base, before, change.order, now), bids, now), steering, now)
    offered = clearable(problem, change.order)
    result = plan(offered)
    if result.plan.unplanned and offered is not problem:
        fault = papers_missing(change.order, without_papers(problem.products))
        stand = Stand("held", change.settled, fault.reason, fault.detail, fault.remedy, (fault,))
        return change, Outcome(stand)
    if result.plan.unplanned:
        return change, _unplanned(result, change, on_shortage)
    note = {**bids_note(offered, bids), **steering_note(offered, steering, now)}
    return change, planned_outcome(change, result, base.problem.brand.currency, note)


def planned_outcome(
    change: Change, result: PlanResult, currency: Currency, note: Mapping[str, Any] | None = None
) -> Outcome:
    decision = next(result.decisions())
    return Outcome(Stand("planned", change.settled), result.plan.parcels, decision, note or {}, currency)


def _unplanned(result: PlanResult, change: Change, on_shortage: OnShortage) -> Outcome:
    why = result.plan.unplanned[0]
    if why.reason in SHORT and on_shortage == "refuse":
        raise OutOfStock(why.detail)
    why = in_the_record(result.conflicts()[0])
    state: OrderState = "held" if why.reason in TO_MEND else "open"
    faults = (OrderFault(why.reason, why.detail, why.remedy),) if state == "held" else ()
    return Outcome(Stand(state, change.settled, why.reason, why.detail, why.remedy, faults, why.conflicts))


def _plans_alike(before: Order, after: Order, rules: Sequence[Rule]) -> bool:
    """Whether no plan could tell the two apart, nor a rule: by a gift note, or a priority."""
    if any(rule.scope.meets(before) != rule.scope.meets(after) for rule in rules):
        return False
    return before == replace(
        after,
        contact=before.contact,
        gift_note=before.gift_note,
        safe_place=before.safe_place,
        priority=before.priority,
        payment=before.payment,
        review=before.review,
        address_changes=before.address_changes,
        address_precision=before.address_precision,
    )


def _commit(scope: Scope, ids: Ids, before: Before, change: Change, outcome: Outcome, now: datetime) -> Replanned:
    pk, reference = before.pk, order_reference(before.pk)
    with transaction.atomic():
        hold_room(ids, outcome.parcels, without=pk)
        state, live = superseding.lock(pk)
        same = (revision_of(pk), state, set(live)) == (
            before.kept.revision,
            before.kept.state,
            {one.pk for one in before.parcels},
        )
        if not same:
            raise Moved
        must_be_untouched(ids.brand, pk, state, live.values())
        if not outcome.keeps_plan:
            off_the_floor(scope, ids.brand, pk, state, live.values(), now=now)
        claims.drop(reference)
        rewrite(pk, before.kept.order, change.order, outcome.stand, ids.products)
        if not outcome.keeps_plan:
            superseding.cancel(live, "replaced", now)
        planned = superseding.renumbered(pk, outcome.parcels)
        if outcome.decision is not None:
            _keep(ids, pk, change.order, planned, outcome, now)
        facts = [*change.facts, *_told(reference, before, change, outcome)]
        record_all(ids.operator, ids.brand, facts, at=now, actor=scope.actor)
        if not outcome.keeps_plan:  # last, because a posting holds the brand's stock clock
            exchange(ids.brand, reference, _wanted(ids, planned), at=now, actor=scope.actor)
    stand = outcome.stand
    after = before.promise if outcome.keeps_plan else outcome.promise
    return Replanned(
        pk,
        change.order.order,
        stand.state,
        stand.reason,
        stand.detail,
        planned,
        tuple(stand.faults),
        before.promise,
        after,
    )


def _keep(ids: Ids, pk: int, order: Order, planned: Sequence[Parcel], outcome: Outcome, now: datetime) -> None:
    assert outcome.decision is not None
    assert outcome.currency is not None
    parcels.keep(ids.brand, planned, {order.order: pk}, ids.sites)
    said = {**decision_record(outcome.decision, outcome.currency), **outcome.note}
    decisions.keep([(pk, outcome.decision, said)], now)


def _told(reference: str, before: Before, change: Change, outcome: Outcome) -> list[NewFact]:
    stand, promise = outcome.stand, outcome.promise
    if outcome.keeps_plan:
        return []
    told_already = (stand.state, stand.reason) == (before.kept.state, before.kept.reason) and not change.facts
    if promise is None:
        if told_already:
            return []
        return [NewFact("OrderHeld" if stand.state == "held" else "OrderWaits", reference, {"reason": stand.reason})]
    return [
        NewFact(
            "Repromised" if _worse(before.promise, promise) else "OrderPromised",
            reference,
            {
                "promised_by": promise.promised_by.isoformat(),
                "parcels": promise.parcels,
                "cost_minor": promise.cost_minor,
                "on_time_ppm": min(one.on_time_ppm for one in outcome.parcels),
            },
        )
    ]


def _worse(before: Promise | None, after: Promise) -> bool:
    return before is not None and (after.promised_by > before.promised_by or after.cost_minor > before.cost_minor)


def _wanted(ids: Ids, planned: Sequence[Parcel]) -> list[Wanted]:
    return [
        Wanted(ids.sites[parcel.site], ids.products[part.sku], part.quantity)
        for parcel in planned
        for part in parcel.contents
    ]
