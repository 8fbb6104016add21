"""A return: asked for by the shopper or the shop, received, graded; what can be sold again goes back to the shelf."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from doorstep.core.catalog.scanning import scanned
from doorstep.core.events.actions import NewFact, record, record_all
from doorstep.core.network.snapshot import site_ids
from doorstep.core.orders import actions as orders
from doorstep.core.returns import actions, queries
from doorstep.core.returns.queries import ReturnDetail, ReturnedLine
from doorstep.core.stock import actions as stock
from doorstep.core.stock.leaving import left_as
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.ledger import Shelf, Shift, State
from doorstep.domain.money import Currency
from doorstep.domain.returns import DISPOSITIONS, RETURN_REASONS, TO_COME, Disposition, Grade
from doorstep.domain.rights import Scope
from doorstep.flows.keep_plan import order_reference
from doorstep.flows.return_label import Way, intend_label

BIN = "returns"  # where units lie until somebody puts them away
_STATES: dict[Disposition, State] = {"restock": "available", "quarantine": "quarantined", "damaged": "damaged"}


@dataclass(frozen=True, slots=True)
class FoundUnits:
    """Units of a line that were found alike; no disposition: as the grade has it."""

    line: str
    grade: Grade
    quantity: int
    disposition: str | None = None


def ask_return(
    scope: Scope,
    brand_id: int,
    order_pk: int,
    units: Mapping[str, int],
    reason: str,
    *,
    now: datetime,
    way: Way | None = None,
) -> str:
    """Ask to return units by the order's line codes; returns the RMA number.

    `way`: a carrier's label is to be bought for it; its intent is written here, and `buy_return_label` asks for it.

    Raises Conflict before delivery, after the brand's window, and for more units than arrived and are not asked back.
    """
    known = next((one for one in RETURN_REASONS if one == reason), None)
    if known is None:
        raise Conflict("say why it goes back")
    wanted = {line: quantity for line, quantity in units.items() if quantity}
    if not wanted or min(wanted.values()) < 1:
        raise Conflict("choose what goes back")
    with transaction.atomic():
        orders.lock([order_pk])  # two requests at once must not ask for the same unit
        check_window(scope, brand_id, order_pk, now=now)
        lines = {one.line: one for one in queries.returnable(scope, order_pk)}
        for line, quantity in wanted.items():
            if line not in lines:
                raise Conflict(f"the order has no line {line}")
            if quantity > lines[line].units:
                raise Conflict(f"of {lines[line].name or lines[line].sku}, {lines[line].units} can go back")
        picked = {lines[line].pk: quantity for line, quantity in wanted.items()}
        pk, rma = actions.add(brand_id, order_pk, known, picked, at=now)
        if way is not None:
            intend_label(pk, way, now=now)
        record(
            scope.operator,
            brand_id,
            kind="ReturnAsked",
            subject=f"order:{order_pk}",
            data={"rma": rma, "lines": len(picked)},
            at=now,
            actor=scope.actor,
        )
    return rma


def check_window(scope: Scope, brand_id: int, order_pk: int, *, now: datetime) -> None:
    """Raise Conflict unless something has arrived, and not too long ago."""
    arrived = queries.arrived_at(scope, order_pk)
    if arrived is None:
        raise Conflict("nothing has arrived yet that could go back")
    days = queries.window_days(brand_id)
    if now > arrived + timedelta(days=days):
        raise Conflict(f"it arrived more than {days} days ago")


def receive_return(scope: Scope, rma: str, site: str, *, now: datetime, brand: str | None = None) -> None:
    """Take a parcel in at the site. A second scan does nothing. Raises NotFound."""
    found = _found(scope, rma, brand)
    sites = site_ids(scope.operator)
    if site not in sites:
        raise NotFound(f"no site {site}")
    with transaction.atomic():
        if actions.move_on(found.row.pk, TO_COME, "received", received_at=now, site_id=sites[site]):
            record(
                scope.operator,
                found.row.brand_id,
                kind="ReturnReceived",
                subject=f"order:{found.row.order_id}",
                data={"rma": rma},
                at=now,
                actor=scope.actor,
            )


def grade_return(
    scope: Scope, rma: str, units: Sequence[FoundUnits], *, now: datetime, brand: str | None = None
) -> int:
    """Grade every unit at once, put on the shelf what goes there; returns the refund due, in minor units.

    Raises Conflict unless it was received, is not graded yet, and every unit has one grade.
    """
    found = _found(scope, rma, brand)
    lines = {one.line: one for one in found.lines}
    sorted_units = [(_line(lines, one), one.grade, _disposition(one), one.quantity) for one in units if one.quantity]
    _check_complete(found, sorted_units)
    refund = sum(
        _minor(line, quantity, found.row.currency) for line, grade, _, quantity in sorted_units if grade != "missing"
    )
    with transaction.atomic():
        if not actions.move_on(found.row.pk, ("received",), "graded", graded_at=now, refund_minor=refund):
            raise Conflict("a return is graded once, after it was received")
        actions.grade((line.pk, grade, disposition, units) for line, grade, disposition, units in sorted_units)
        _tell(scope, found, sorted_units, refund, now)
        shifts = _shifts(found, sorted_units)
        if shifts:  # last: a posting holds the brand's stock clock
            stock.post(found.row.brand_id, shifts, at=now, actor=scope.actor)
    return refund


Unit = tuple[ReturnedLine, Grade, Disposition, int]


def _tell(scope: Scope, found: ReturnDetail, units: Sequence[Unit], refund: int, now: datetime) -> None:
    subject, rma = f"order:{found.row.order_id}", found.row.rma
    facts = [
        NewFact("ReturnGraded", subject, {"rma": rma, "sku": line.sku, "grade": grade, "disposition": disposition})
        for line, grade, disposition, _ in units
    ]
    facts.append(NewFact("RefundDue", subject, {"rma": rma, "amount_minor": refund}))
    record_all(scope.operator, found.row.brand_id, facts, at=now, actor=scope.actor)


def scan_returned(found: ReturnDetail, code: str, *, now: datetime) -> tuple[int | None, str]:
    """Find the line that a unit belongs to by a scan of it; gives its row id, or why there is none.

    A kit comes back as its components: a scan of one of them finds the kit.
    """
    brand, wanted = found.row.brand_id, {product for line in found.lines for product in _products(line)}
    seen = scanned([brand], code, today=now.date(), wanted=wanted)
    for line in found.lines:
        if any(seen.names(product) for product in _products(line)):
            return line.pk, ""
    return None, seen.fault or f"{seen.told} is none of the goods of this return."


def _products(line: ReturnedLine) -> set[int]:
    return {product for product, _ in line.goods} | ({line.product_id} if line.product_id is not None else set())


def _shifts(found: ReturnDetail, units: Sequence[Unit]) -> list[Shift]:
    assert found.site_id is not None  # since it was received
    left = left_as(found.row.brand_id, order_reference(found.row.order_id))
    return [
        Shift(
            None,
            Shelf(found.site_id, product, BIN, left.get(product, ("", None))[0], _STATES[disposition]),
            quantity * each,
            "return",
            note=f"grade {grade}",
            reference=f"return:{found.row.pk}",
            expires_on=left.get(product, ("", None))[1],
        )
        for line, grade, disposition, quantity in units
        if disposition in _STATES
        for product, each in line.goods
    ]


def _disposition(one: FoundUnits) -> Disposition:
    allowed = DISPOSITIONS[one.grade]
    if one.disposition is None:
        return allowed[0]
    chosen = next((known for known in allowed if known == one.disposition), None)
    if chosen is None:
        raise Conflict(f"of grade {one.grade}: {' or '.join(allowed)}")
    return chosen


def _line(lines: Mapping[str, ReturnedLine], one: FoundUnits) -> ReturnedLine:
    if one.line not in lines:
        raise Conflict(f"the return has no line {one.line}")
    return lines[one.line]


def _check_complete(found: ReturnDetail, units: Sequence[Unit]) -> None:
    for line in found.lines:
        graded = sum(quantity for of, _, _, quantity in units if of.pk == line.pk)
        if graded != line.quantity or any(quantity < 0 for *_, quantity in units):
            raise Conflict(
                f"of {line.sku}, {line.quantity} were asked back and {graded} are graded; say what is missing"
            )


def _minor(line: ReturnedLine, quantity: int, currency: str) -> int:
    return Currency(currency).minor(line.unit_price_micros) * quantity


def _found(scope: Scope, rma: str, brand: str | None) -> ReturnDetail:
    found = queries.get_return(scope, rma, brand)
    if found is None:
        raise NotFound(f"no return {rma}")
    return found
