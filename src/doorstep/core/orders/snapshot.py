"""Rows to the nouns of the domain, in bulk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from itertools import starmap

from doorstep.core.orders.models import Order, OrderLine
from doorstep.domain import demand
from doorstep.domain.journey import OrderState
from doorstep.domain.place import Place


@dataclass(frozen=True, slots=True)
class Kept:
    """An order of the record, and how it stands."""

    order: demand.Order
    state: OrderState
    reason: str
    detail: str
    revision: int
    settled: frozenset[str]  # families of faults that a person has settled
    remedy: str
    conflicts: list[list[object]]  # as `conflict_rows` writes them


def open_orders(brand_id: int, ids: Iterable[int] | None = None) -> dict[int, demand.Order]:
    """Orders that wait for a plan, by row id in the order they came; two queries. No personal data is read."""
    rows = Order.objects.filter(brand_id=brand_id, state="open").order_by("id")
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    lines: dict[int, list[demand.OrderLine]] = {}
    asked = OrderLine.objects.filter(order__in=rows.order_by()).order_by("id")
    for order, *line in asked.values_list("order_id", *_LINE):
        lines.setdefault(order, []).append(_line(*line))
    return {row.pk: _order(row, tuple(lines.get(row.pk, ()))) for row in rows}


def recent_orders(brand_id: int, since: datetime, until: datetime, most: int) -> tuple[demand.Order, ...]:
    """Orders placed from `since` to before `until` and not cancelled, the newest first, at most so many; two queries.

    No personal data is read.
    """
    placed = Order.objects.filter(brand_id=brand_id, placed_at__gte=since, placed_at__lt=until)
    rows = list(placed.exclude(state="cancelled").order_by("-placed_at", "-id")[:most])
    if not rows:
        return ()
    lines: dict[int, list[demand.OrderLine]] = {row.pk: [] for row in rows}
    asked = OrderLine.objects.filter(
        order__brand_id=brand_id, order__placed_at__gte=rows[-1].placed_at, order__placed_at__lt=until
    ).order_by("id")
    for order, *line in asked.values_list("order_id", *_LINE):
        if order in lines:
            lines[order].append(_line(*line))
    return tuple(_order(row, tuple(lines[row.pk])) for row in rows)


def first_placed_at(brand_id: int) -> datetime | None:
    """When the brand's first order was placed; None: it has none."""
    return Order.objects.filter(brand_id=brand_id).order_by("placed_at").values_list("placed_at", flat=True).first()


_LINE = ("line", "sku", "quantity", "unit_price_micros", "parts")


def _line(line: str, sku: str, quantity: int, price: int, parts: list[tuple[str, int]] | None) -> demand.OrderLine:
    became = None if parts is None else tuple(starmap(demand.Part, parts))
    return demand.OrderLine(line, sku, quantity, price, became)


def _order(row: Order, lines: tuple[demand.OrderLine, ...]) -> demand.Order:
    return demand.Order(
        row.code,
        row.channel,
        as_written(row.placed_at, row.placed_offset_s),
        row.customer,
        Place(row.country, row.region, row.city, row.postcode, row.latitude, row.longitude),
        lines,
        row.speed or None,  # type: ignore[arg-type]  # written from the same Literal
        row.residential,
        row.signed_for,
        row.saturday,
        row.pickup_point,
        row.safe_place,
        row.not_before,
        row.promised_by,
        priority=row.priority,
        on_shortage=row.on_shortage or "hold",  # type: ignore[arg-type]  # written from the same Literal
        segment=row.segment,
    )


def whole_order(row: Order, lines: tuple[demand.OrderLine, ...]) -> demand.Order:
    """An order as it was written last, its addressee included; `row` comes with its person."""
    person = row.person
    return replace(
        _order(row, lines),
        gift_note=row.gift_note,
        payment=row.payment,  # type: ignore[arg-type]  # written from the same Literal
        review=row.review,
        address_precision=row.address_precision,  # type: ignore[arg-type]
        address_changes=tuple(demand.AddressChange(*one) for one in person.address_changes) if person else (),
        contact=demand.Contact(
            person.name, person.company, person.address_1, person.address_2, person.phone, person.email
        )
        if person
        else demand.Contact(),
    )


def one_order(brand_id: int, pk: int) -> Kept | None:
    """An order as it was written last, and how it stands."""
    row = Order.objects.filter(brand_id=brand_id, pk=pk).select_related("person").first()
    if row is None:
        return None
    asked = OrderLine.objects.filter(order_id=pk).order_by("id")
    order = whole_order(row, tuple(starmap(_line, asked.values_list(*_LINE))))
    settled = frozenset(row.settled)
    return Kept(order, row.state, row.reason, row.detail, row.revision, settled, row.remedy, row.conflicts)  # type: ignore[arg-type]


def as_written(at: datetime, offset_s: int) -> datetime:
    """The same instant on the clock by which it was told; days promised are counted from that date."""
    return at.astimezone(timezone(timedelta(seconds=offset_s)))
