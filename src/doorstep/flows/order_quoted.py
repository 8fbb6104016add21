"""An order that comes with a quote: its plan is kept as it was promised, or decided anew, and the drift is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from doorstep.core.decisions import quotes
from doorstep.core.decisions.quotes import QuoteRow
from doorstep.core.events.actions import record
from doorstep.core.orders import actions as orders
from doorstep.core.stock.exchange import held
from doorstep.domain.decision import Decision, Rejected
from doorstep.domain.demand import OnShortage, Order
from doorstep.domain.errors import Conflict, DayFull, NotEnough
from doorstep.domain.parcel import OWN_BOX, Parcel
from doorstep.domain.rights import Scope
from doorstep.domain.supply import StockLevel
from doorstep.flows.accept import ATTEMPTS, Accepted, accept_order
from doorstep.flows.bids import bids_note
from doorstep.flows.customs import clearable
from doorstep.flows.faults import examine
from doorstep.flows.keep_plan import hold_room, keep_plan, order_reference
from doorstep.flows.kits import settled
from doorstep.flows.quote import cart_record, quote_reference
from doorstep.flows.standing import Standing, cart_problem, ready_for, standing
from doorstep.flows.steering import steering_note
from doorstep.kernels.plan.plan import PlanProblem, plan


@dataclass(frozen=True, slots=True)
class _Decided:
    parcels: tuple[Parcel, ...]
    decision: Decision
    kept: bool
    note: Mapping[str, Any]  # of the decision's record


def accept_quoted(
    scope: Scope, brand_id: int, order: Order, quote: int, *, now: datetime, on_shortage: OnShortage = "hold"
) -> Accepted:
    """Accept an order with the plan it was quoted, and pass the reservation on to it.

    The plan is decided anew when the quote is no longer in force or was another cart's, and when it cannot be carried
    out any more. Raises NotFound, OutOfStock, and Conflict when no option was ever chosen or the code is taken.
    """
    quotes.get_quote(scope, quote)
    here = standing(scope.operator, brand_id, now, {line.sku for line in order.lines})
    examined = examine(brand_id, settled(order, here.kits), here.ground.problem, here.ids.products, now=now)
    if examined.faults:  # held as any other; what the quote holds stays held until its time is up
        return accept_order(scope, brand_id, order, now=now, on_shortage=on_shortage)
    order = examined.order
    for attempt in range(ATTEMPTS):
        row = quotes.get_quote(scope, quote)
        if row.brand_id != brand_id or row.option < 0:
            raise Conflict(f"no option of quote {quote} was accepted for this brand")
        decided = _decide(here, row, order, now)
        try:
            if decided is None:
                # It waits or is held as any other, and what the quote holds stays held until its time is up.
                return accept_order(scope, brand_id, order, now=now, on_shortage=on_shortage)
            return _commit(scope, here, row, order, decided, now)
        except (DayFull, NotEnough, _Overtaken):
            if attempt == ATTEMPTS - 1:
                raise Conflict("the quote, its stock or its days move too fast; try again") from None
    raise AssertionError


class _Overtaken(Exception):
    """The quote was ordered or expired while we decided."""


def _decide(here: Standing, row: QuoteRow, order: Order, now: datetime) -> _Decided | None:
    """The quoted plan if it still stands; else the best there is, on free stock and what the quote holds itself."""
    held = _held(here, row)
    problem = clearable(cart_problem(here, order, now, speed=False), order)  # the shopper has chosen a date
    note = {**bids_note(problem, here.bids), **steering_note(problem, here.steering, now)}
    chosen = row.options[row.option]
    if row.state == "accepted" and row.reserved_until and now < row.reserved_until and _same(row, order):
        result = plan(_only(problem, chosen, held))
        cost = result.plan.figures.cost_minor
        elsewhere = cart_record(order)["to"] != row.cart["to"] and cost != chosen["cost_minor"]  # in another zone
        if not result.plan.unplanned and not elsewhere and _as_quoted(result.plan.parcels, chosen):
            decision = replace(next(result.decisions()), rejected=_others(row))
            return _Decided(result.plan.parcels, decision, True, note)
    own = _known(problem, held) if row.state == "accepted" else ()
    free = replace(problem, stock=_with(problem.stock, own), held=own)
    for speed in (order.speed or chosen["speed"], order.speed):
        result = plan(replace(free, orders=(replace(order, speed=speed),)), ready=ready_for(here, free))
        if not result.plan.unplanned:
            return _Decided(result.plan.parcels, next(result.decisions()), False, note)
    return None


def _same(row: QuoteRow, order: Order) -> bool:
    """The order is for the goods that were quoted; whether it asks for more than its plan gives, the plan will show."""
    return bool(cart_record(order)["lines"] == row.cart["lines"])


def _held(here: Standing, row: QuoteRow) -> tuple[StockLevel, ...]:
    sites = {pk: code for code, pk in here.ids.sites.items()}
    skus = {pk: sku for sku, pk in here.ids.products.items()}
    units = held(row.brand_id, quote_reference(row.pk))
    return tuple(StockLevel(sites[site], skus[product], quantity) for (site, product), quantity in units.items())


def _with(free: Sequence[StockLevel], held: Sequence[StockLevel]) -> tuple[StockLevel, ...]:
    units: Counter[tuple[str, str]] = Counter()
    for level in (*free, *held):
        units[level.site, level.sku] += level.on_hand
    return tuple(StockLevel(site, sku, quantity) for (site, sku), quantity in sorted(units.items()))


def _only(problem: PlanProblem, chosen: Mapping[str, Any], held: tuple[StockLevel, ...]) -> PlanProblem:
    """Leave nothing to choose but what was quoted: its services where they are, its cartons, and the units held."""
    pairs = {(one["site"], one["service"]) for one in chosen["parcels"]}
    cartons = {one["carton"] for one in chosen["parcels"]} - {OWN_BOX}
    own = _known(problem, held)
    return replace(
        problem,
        collections=tuple(one for one in problem.collections if (one.site, one.service) in pairs),
        cartons=tuple(one for one in problem.cartons if one.carton in cartons),
        stock=own,
        held=own,
    )


def _known(problem: PlanProblem, held: Sequence[StockLevel]) -> tuple[StockLevel, ...]:
    """Units that a quote holds, of the products of a problem."""
    known = {product.sku for product in problem.products}
    return tuple(level for level in held if level.sku in known)


def _as_quoted(parcels: Sequence[Parcel], chosen: Mapping[str, Any]) -> bool:
    """The same parcels, no later than quoted."""
    quoted = sorted((one["site"], one["service"], one["carton"]) for one in chosen["parcels"])
    found = sorted((one.site, one.service, one.carton) for one in parcels)
    return found == quoted and max(one.promised_by for one in parcels) <= date.fromisoformat(chosen["promised_by"])


def _others(row: QuoteRow) -> tuple[Rejected, ...]:
    """The options that the shopper did not take."""
    return tuple(
        Rejected(f"{one['speed']}, by {one['promised_by']}", one["cost_minor"], "the shopper chose otherwise")
        for number, one in enumerate(row.options)
        if number != row.option
    )


def _commit(scope: Scope, here: Standing, row: QuoteRow, order: Order, decided: _Decided, now: datetime) -> Accepted:
    currency, ids = here.ground.problem.brand.currency, here.ids
    parcels, chosen = decided.parcels, row.options[row.option]
    with transaction.atomic():
        hold_room(ids, parcels)
        if quotes.get_quote(scope, row.pk, lock=True) != row:
            raise _Overtaken
        pk = _add(scope, here, row, order, now)
        _tell(scope, row, pk, decided.decision.cost_minor - chosen["cost_minor"], decided.kept, now)
        if max(one.promised_by for one in parcels) > date.fromisoformat(chosen["promised_by"]):
            _tell_later(scope, row, pk, decided, now)
        if row.state == "accepted":
            quotes.order_quote(row.pk, pk)
        held = quote_reference(row.pk) if row.state == "accepted" else ""
        keep_plan(
            ids,
            pk,
            order.order,
            parcels,
            decided.decision,
            currency,
            at=now,
            actor=scope.actor,
            held=held,
            note=decided.note,
        )
    return Accepted(pk, order.order, "planned", "", "", parcels)


def _add(scope: Scope, here: Standing, row: QuoteRow, order: Order, now: datetime) -> int:
    pk = orders.add_order(row.brand_id, order, here.ids.products)
    record(
        scope.operator,
        row.brand_id,
        kind="OrderPlaced",
        subject=order_reference(pk),
        data={},
        at=now,
        actor=scope.actor,
    )
    return pk


def _tell(scope: Scope, row: QuoteRow, order_id: int, drift_minor: int, kept: bool, now: datetime) -> None:
    record(
        scope.operator,
        row.brand_id,
        kind="QuoteAccepted",
        subject=order_reference(order_id),
        data={"quote": row.pk, "drift_minor": drift_minor, "kept": kept},
        at=now,
        actor=scope.actor,
    )


def _tell_later(scope: Scope, row: QuoteRow, order_id: int, decided: _Decided, now: datetime) -> None:
    record(
        scope.operator,
        row.brand_id,
        kind="Repromised",
        subject=order_reference(order_id),
        data={
            "promised_by": max(one.promised_by for one in decided.parcels).isoformat(),
            "parcels": len(decided.parcels),
            "cost_minor": decided.decision.cost_minor,
            "on_time_ppm": min(one.on_time_ppm for one in decided.parcels),
        },
        at=now,
        actor=scope.actor,
    )
