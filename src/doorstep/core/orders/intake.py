"""Many orders at once: which of them are there already, and the others put in together."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from doorstep.core.orders.actions import conflict_rows, lines_of, person_of, row_of
from doorstep.core.orders.models import Order, OrderLine, Person
from doorstep.core.orders.snapshot import whole_order
from doorstep.core.statements import insert, insert_after
from doorstep.domain import demand
from doorstep.domain.decision import Conflict as Constraint
from doorstep.domain.errors import Conflict
from doorstep.domain.journey import OrderState


@dataclass(frozen=True, slots=True)
class Arrival:
    """An order to put in, and how it stands from its first moment; with `faults` it is held for a person to mend."""

    order: demand.Order
    state: OrderState = "open"
    reason: str = ""
    detail: str = ""
    remedy: str = ""
    faults: tuple[demand.OrderFault, ...] = ()
    conflicts: tuple[Constraint, ...] = ()  # that leave it no plan
    settled: tuple[str, ...] = ()  # families of faults that nobody is to look for
    digest: str = ""  # of the row as it came; kept with the personal data


def held_for(order: demand.Order, faults: tuple[demand.OrderFault, ...]) -> Arrival:
    """An order with faults; the first is told as the reason."""
    return Arrival(order, "held", faults[0].reason, faults[0].detail, faults[0].remedy, faults)


@dataclass(frozen=True, slots=True)
class Known:
    """An order that is there; `order` as it was sent."""

    pk: int
    state: str
    reason: str
    order: demand.Order
    digest: str = ""  # of the row that it came as; empty: it came otherwise, or its addressee was erased


def known_orders(brand_id: int, codes: Collection[str]) -> dict[str, Known]:
    """Orders of a brand by code, with their lines and addressee, to be compared with what is sent; two queries."""
    rows = list(Order.objects.filter(brand_id=brand_id, code__in=list(codes)).select_related("person"))
    lines: dict[int, list[demand.OrderLine]] = {}
    asked = OrderLine.objects.filter(order__in=[row.pk for row in rows]).order_by("id")
    for order, line, sku, units, price in asked.values_list("order_id", "line", "sku", "quantity", "unit_price_micros"):
        lines.setdefault(order, []).append(demand.OrderLine(line, sku, units, price))
    return {
        row.code: Known(
            row.pk,
            row.state,
            row.reason,
            whole_order(row, tuple(lines.get(row.pk, ()))),
            row.person.sent_digest if row.person else "",
        )
        for row in rows
    }


def add_arrivals(brand_id: int, arrivals: Sequence[Arrival], products: Mapping[str, int]) -> list[int]:
    """Put orders in, all or none; returns their row ids. Raises IntegrityError when a code is there already."""
    with transaction.atomic(savepoint=False):
        people = [person_of(brand_id, one.order, one.digest) for one in arrivals]
        if len(arrivals) == 1:
            rows = [insert_after(people[0], _row(brand_id, arrivals[0], people[0]), "person_id")]
        else:
            insert(people, named=True)
            rows = [_row(brand_id, one, person) for one, person in zip(arrivals, people, strict=True)]
            insert(rows, named=True)
        insert([line for one, row in zip(arrivals, rows, strict=True) for line in lines_of(one.order, row, products)])
    return [row.pk for row in rows]


def _row(brand_id: int, one: Arrival, person: Person) -> Order:
    row = row_of(brand_id, one.order, person, one.state)
    row.reason, row.detail, row.remedy = one.reason, one.detail[:1000], one.remedy[:1000]
    row.settled, row.conflicts = list(one.settled), conflict_rows(one.conflicts)
    row.faults = [[fault.reason, fault.detail, fault.remedy] for fault in one.faults]
    return row


def add_arrival(brand_id: int, arrival: Arrival, products: Mapping[str, int]) -> int:
    """Put one order in; returns its row id. Raises Conflict when the brand has an order of that code."""
    try:
        return add_arrivals(brand_id, [arrival], products)[0]
    except IntegrityError as error:
        raise Conflict(f"there is an order {arrival.order.order} already") from error


def standing_of(ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """State and reason of orders."""
    rows = Order.objects.filter(pk__in=list(ids)).values_list("pk", "state", "reason")
    return {pk: (state, reason) for pk, state, reason in rows}
