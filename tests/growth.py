"""Many orders, fast: rows that are there are copied within the database, on either engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection
from django.db.models import Model

from doorstep.core.decisions.models import Decision
from doorstep.core.events.models import Fact
from doorstep.core.orders.models import Order, OrderLine
from doorstep.core.parcels.models import Parcel

A_DAY = 2 * 60 * 24  # orders


def grow(templates: Sequence[Order], more: int) -> None:
    """Add so many orders after the model of these, each placed half a minute before the last, with all of theirs.

    Their parcels leave when those of the model do, so many days earlier: carriers call at hours that stand, whenever
    an order was placed.
    """
    base = max(Order.objects.values_list("pk", flat=True)) + 1
    slots = {slot: order.pk for slot, order in enumerate(templates)}
    earlier = "{0} - n.i * interval '30 seconds'"
    days_earlier = f"t.ship_at - (n.i / {A_DAY}) * interval '1 day'"
    if connection.vendor == "sqlite":
        written = "strftime('%%Y-%%m-%%d %%H:%%M:%%f'"
        earlier = written + ", {0}, '-' || (30 * n.i) || ' seconds')"
        days_earlier = f"{written}, t.ship_at, '-' || (n.i / {A_DAY}) || ' days')"
    new = f"({base} + n.i)"
    _copy(
        Order,
        "t.id = s.id",
        slots,
        more,
        {"id": new, "code": f"'G-' || {new}", "placed_at": earlier.format("t.placed_at")},
    )
    _copy(OrderLine, "t.order_id = s.id", slots, more, {"order_id": new})
    parcel = {"order_id": new, "code": f"t.code || '-G' || {new}", "ship_at": days_earlier, "sscc": "''"}
    _copy(Parcel, "t.order_id = s.id", slots, more, parcel)
    _copy(Decision, "t.order_id = s.id", slots, more, {"order_id": new})
    _copy(Fact, "t.subject = 'order:' || s.id", slots, more, {"subject": f"'order:' || {new}"})
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT setval(pg_get_serial_sequence('orders_order', 'id'), max(id)) FROM orders_order")
        cursor.execute("ANALYZE")


def _copy(model: type[Model], where: str, slots: Mapping[int, int], more: int, said: Mapping[str, str]) -> None:
    meta = model._meta
    columns = [field.column for field in meta.concrete_fields if not field.primary_key or field.column in said]
    values = ", ".join(said.get(str(column), f't."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    models = ", ".join(f"({slot}, {pk})" for slot, pk in slots.items())
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {more}),"
            f" s(slot, id) AS (VALUES {models})"
            f' INSERT INTO "{meta.db_table}" ({names}) SELECT {values}'
            f' FROM n JOIN s ON s.slot = n.i %% {len(slots)} JOIN "{meta.db_table}" t ON {where}',
            [],
        )
