from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from django.db import IntegrityError, transaction

from doorstep.core.orders.models import Order, OrderLine, Person
from doorstep.core.statements import fresh
from doorstep.domain import demand
from doorstep.domain.decision import Conflict as Constraint
from doorstep.domain.demand import OnShortage
from doorstep.domain.errors import Conflict
from doorstep.domain.journey import FOLLOWS, ORDER_STATES, OrderState

UNDECIDED: tuple[OrderState, ...] = ("open", "held")  # of what was never planned, the wish on shortage is kept
_CONTACT = tuple(one.name for one in fields(demand.Contact))
_contact = attrgetter(*_CONTACT)
_STATES: dict[str, OrderState] = {state: state for state in ORDER_STATES}


def add_order(brand_id: int, order: demand.Order, products: Mapping[str, int]) -> int:
    """Add one order; returns its row id. Raises Conflict when the brand has an order of that code."""
    try:
        with transaction.atomic():
            person = person_of(brand_id, order)
            person.save(force_insert=True)
            row = row_of(brand_id, order, person, "open")
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(f"there is an order {order.order} already") from error
    OrderLine.objects.bulk_create(lines_of(order, row, products))
    return row.pk


def move_on(
    ids: Iterable[int],
    before: OrderState,
    after: OrderState,
    reason: str = "",
    detail: str = "",
    remedy: str = "",
    conflicts: Iterable[Constraint] = (),
) -> int:
    """Orders in `before` go into `after`; returns how many did. Whoever comes second finds them gone on."""
    if after not in FOLLOWS[before] and before != after:
        raise Conflict(f"an order does not go from {before} to {after}")
    gone_on: dict[str, Any] = {"faults": []} if before != after else {}
    if after not in UNDECIDED:
        gone_on["on_shortage"] = ""
    return Order.objects.filter(pk__in=list(ids), state=before).update(
        state=after,
        reason=reason,
        detail=detail[:1000],
        remedy=remedy[:1000],
        conflicts=conflict_rows(conflicts),
        expected_by=None,
        **gone_on,
    )


def conflict_rows(conflicts: Iterable[Constraint]) -> list[list[object]]:
    return [[one.constraint, one.detail[:1000], one.fix[:1000], one.group, one.enough] for one in conflicts]


def lock(ids: Iterable[int]) -> dict[int, OrderState]:
    """How orders stand, locked until the transaction ends, in the order of their ids."""
    rows = Order.objects.select_for_update().filter(pk__in=list(ids)).order_by("pk")
    return {pk: _STATES[state] for pk, state in rows.values_list("pk", "state")}


def stand(ids: Iterable[int], state: OrderState) -> None:
    """Let orders that are locked stand as their parcels do, whatever steps nobody told us of lie between."""
    Order.objects.filter(pk__in=list(ids)).update(state=state, reason="", detail="", remedy="", conflicts=[])


def lock_open(ids: Iterable[int]) -> set[int]:
    """Those of the orders that are open still, locked until the transaction ends, in the order of their ids."""
    rows = Order.objects.select_for_update().filter(pk__in=list(ids), state="open").order_by("pk")
    return set(rows.values_list("pk", flat=True))


def lock_waiting(ids: Iterable[int]) -> dict[int, str]:
    """What open orders wait for, by their ids, locked until the transaction ends, in the order of their ids."""
    rows = Order.objects.select_for_update().filter(pk__in=list(ids), state="open").order_by("pk")
    return dict(rows.values_list("pk", "reason"))


def short_with_a_wish(ids: Iterable[int], short: Iterable[str]) -> dict[int, OnShortage]:
    """Of open orders that wait for a reason in `short`: what is to become of them instead, by row id; locks nothing."""
    rows = Order.objects.filter(pk__in=list(ids), state="open", reason__in=list(short)).order_by("pk")
    found = rows.filter(on_shortage__in=("refuse", "back_order")).values_list("pk", "on_shortage")
    return {pk: wish for pk, wish in found}  # type: ignore[misc]  # written from the same Literal


def hold(pk: int, fault: demand.OrderFault, conflicts: Iterable[Constraint] = ()) -> None:
    """Hold an open order, locked by the caller, for a person to mend."""
    reason, detail, remedy = fault.reason, fault.detail, fault.remedy
    move_on([pk], "open", "held", reason, detail, remedy, conflicts)
    Order.objects.filter(pk=pk).update(faults=[[reason, detail, remedy]])


def lines_of(order: demand.Order, row: Order, products: Mapping[str, int]) -> Iterator[OrderLine]:
    for line in order.lines:
        yield fresh(
            OrderLine,
            order_id=row.pk,
            line=line.line,
            sku=line.sku,
            product_id=products.get(line.sku),
            quantity=line.quantity,
            unit_price_micros=line.unit_price_micros,
            parts=parts_row(line.parts) if line.sku in products else None,  # an unknown sku may become a kit
        )


def parts_row(parts: Sequence[demand.Part] | None) -> list[list[object]] | None:
    return None if parts is None else [[one.sku, one.units] for one in parts]


def person_of(brand_id: int, order: demand.Order, digest: str = "") -> Person:
    changes = [[one.field, one.before, one.after] for one in order.address_changes]
    told = zip(_CONTACT, _contact(order.contact), strict=True)
    return fresh(Person, brand_id=brand_id, **dict(told), address_changes=changes, sent_digest=digest)


def row_of(brand_id: int, order: demand.Order, person: Person, state: OrderState) -> Order:
    offset = order.placed_at.utcoffset()
    return fresh(
        Order,
        brand_id=brand_id,
        code=order.order,
        channel=order.channel,
        placed_at=order.placed_at,
        placed_offset_s=int(offset.total_seconds()) if offset else 0,
        customer=order.customer,
        segment=order.segment,
        person_id=person.pk,
        state=state,
        on_shortage=order.on_shortage if state in UNDECIDED else "",
        **changeable(order),
    )


def changeable(order: demand.Order) -> dict[str, Any]:
    """Columns that an edit may change."""
    place = order.place
    return dict(
        country=place.country,
        region=place.region,
        city=place.city,
        postcode=place.postcode,
        latitude=place.latitude,
        longitude=place.longitude,
        speed=order.speed or "",
        residential=order.residential,
        signed_for=order.signed_for,
        saturday=order.saturday,
        pickup_point=order.pickup_point,
        safe_place=order.safe_place,
        not_before=order.not_before,
        promised_by=order.promised_by,
        priority=order.priority,
        gift_note=order.gift_note,
        payment=order.payment,
        review=order.review,
        address_precision=order.address_precision,
    )
