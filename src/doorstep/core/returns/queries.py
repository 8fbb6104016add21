"""Returns as people and programs read them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db.models import QuerySet, Sum

from doorstep.core.catalog.models import Product
from doorstep.core.orders.models import OrderLine
from doorstep.core.paging import Page, page, reach, read_cursor
from doorstep.core.parcels.models import Parcel
from doorstep.core.returns.models import Graded, Return, ReturnLine, Window
from doorstep.domain.journey import ARRIVED
from doorstep.domain.returns import WINDOW_DAYS, ReturnReason, ReturnState
from doorstep.domain.rights import Scope


@dataclass(frozen=True, slots=True)
class ReturnRow:
    pk: int
    rma: str
    brand_id: int
    brand: str
    currency: str
    order_id: int
    order: str
    reason: ReturnReason
    state: ReturnState
    asked_at: datetime
    received_at: datetime | None
    graded_at: datetime | None
    site: str
    refund_minor: int | None


@dataclass(frozen=True, slots=True)
class Found:
    grade: str
    disposition: str
    quantity: int


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    pk: int
    line: str
    sku: str
    name: str
    product_id: int | None
    quantity: int
    unit_price_micros: int
    found: tuple[Found, ...]
    goods: tuple[tuple[int, int], ...]  # what goes on the shelf for one unit, of a kit its parts: row id, units


@dataclass(frozen=True, slots=True)
class ReturnDetail:
    row: ReturnRow
    site_id: int | None
    lines: tuple[ReturnedLine, ...]


@dataclass(frozen=True, slots=True)
class Returnable:
    """Units of a line that arrived and that nobody asked to return yet."""

    pk: int
    line: str
    sku: str
    name: str
    units: int


def list_returns(
    scope: Scope,
    *,
    state: str | None = None,
    brand: str | None = None,
    search: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[ReturnRow]:
    """The latest asked first; `search` is the beginning of a number or an order's code. Raises InvalidCursor."""
    rows = _of(scope)
    if state is not None:
        rows = rows.filter(state=state)
    if brand is not None:
        rows = rows.filter(brand__code=brand)
    if search:
        rows = rows.filter(rma__istartswith=search) | rows.filter(order__code__istartswith=search)
    if after is not None:
        rows = rows.filter(pk__lt=read_cursor(after, int)[0])
    return page(list(rows.order_by("-pk")[: reach(limit)]), limit, _row, lambda one: (one.pk,))


def get_return(scope: Scope, rma: str, brand: str | None = None) -> ReturnDetail | None:
    """Give a return with its lines and what was found; numbers are unique within an operator. Three queries."""
    rows = _of(scope).filter(rma=rma)
    row = (rows.filter(brand__code=brand) if brand is not None else rows).order_by("-pk").first()
    return None if row is None else _details([row])[0]


def of_order(scope: Scope, order_pk: int) -> tuple[ReturnDetail, ...]:
    """The returns of an order, oldest first. Three queries."""
    return _details(list(_of(scope).filter(order_id=order_pk).order_by("pk")))


def of_orders(orders: Collection[int]) -> tuple[ReturnDetail, ...]:
    """The returns of orders, oldest first; the orders are known to be the caller's. Three queries."""
    rows = Return.objects.filter(order_id__in=orders).select_related("brand", "order", "site")
    return _details(list(rows.order_by("pk")))


def returnable(scope: Scope, order_pk: int) -> tuple[Returnable, ...]:
    """What may still be asked for, line by line: arrived, and in no return. Three queries."""
    arrived: dict[tuple[str, str], int] = defaultdict(int)
    parcels = Parcel.objects.filter(brand_id__in=scope.brands, order_id=order_pk, state__in=ARRIVED)
    for contents in parcels.values_list("contents", flat=True):
        for line, sku, quantity in contents:
            arrived[line, sku] += quantity
    # Those of a parcel that was returned to the sender never arrived, so that nobody could ask for them.
    mine = ReturnLine.objects.filter(of__order_id=order_pk, of__parcel=None)
    asked = dict(mine.values_list("line_id").annotate(units=Sum("quantity")))
    lines = OrderLine.objects.filter(order_id=order_pk, order__brand_id__in=scope.brands)
    return tuple(
        Returnable(
            one.pk,
            one.line,
            one.sku,
            one.product.name if one.product else "",
            max(0, min(one.quantity, _whole(one, arrived)) - asked.get(one.pk, 0)),
        )
        for one in lines.select_related("product").order_by("pk")
    )


def _whole(one: OrderLine, arrived: Mapping[tuple[str, str], int]) -> int:
    """Units of a line that have arrived; of a kit those of which every part has."""
    parts: list[tuple[str, int]] = one.parts or [(one.sku, 1)]
    return min(arrived.get((one.line, sku), 0) // units for sku, units in parts)


def arrived_at(scope: Scope, order_pk: int) -> datetime | None:
    """When the last parcel of an order arrived; None: none has. One query."""
    parcels = Parcel.objects.filter(brand_id__in=scope.brands, order_id=order_pk, state__in=ARRIVED)
    return max((at for at in parcels.values_list("ended_at", flat=True) if at is not None), default=None)


def of_parcel(scope: Scope, parcel_pk: int) -> str | None:
    """Give the number of the return under which a parcel was taken in that had come back to its sender."""
    return _of(scope).filter(parcel_id=parcel_pk).values_list("rma", flat=True).first()


def packed_lines(scope: Scope, parcel_pk: int) -> dict[int, int]:
    """Give the units of a parcel by order line (row ids); of a kit those that are whole in it."""
    parcel = Parcel.objects.get(brand_id__in=scope.brands, pk=parcel_pk)
    units: dict[tuple[str, str], int] = defaultdict(int)
    for line, sku, quantity in parcel.contents:
        units[line, sku] += quantity
    lines = OrderLine.objects.filter(order_id=parcel.order_id, line__in=[line for line, _ in units]).order_by("pk")
    return {one.pk: whole for one in lines if (whole := _whole(one, units))}


def window_days(brand_id: int) -> int:
    found = Window.objects.filter(brand_id=brand_id).values_list("days", flat=True).first()
    return WINDOW_DAYS if found is None else found


def _of(scope: Scope) -> QuerySet[Return]:
    rows = Return.objects.filter(brand_id__in=scope.brands, brand__operator_id=scope.operator)
    return rows.select_related("brand", "order", "site")


def _details(rows: Iterable[Return]) -> tuple[ReturnDetail, ...]:
    rows = list(rows)
    found: dict[int, list[Found]] = defaultdict(list)
    pks = [row.pk for row in rows]
    for one in Graded.objects.filter(line__of_id__in=pks).order_by("pk"):
        found[one.line_id].append(Found(one.grade, one.disposition, one.quantity))
    lines: dict[int, list[ReturnedLine]] = defaultdict(list)
    listed = list(ReturnLine.objects.filter(of_id__in=pks).select_related("line__product").order_by("pk"))
    components = _components([line.line for line in listed])
    for line in listed:
        of = line.line
        whole = ((of.product_id, 1),) if of.product_id else ()
        lines[line.of_id].append(
            ReturnedLine(
                line.pk,
                of.line,
                of.sku,
                of.product.name if of.product else "",
                of.product_id,
                line.quantity,
                of.unit_price_micros,
                tuple(found[line.pk]),
                components.get(of.pk, whole),
            )
        )
    return tuple(ReturnDetail(_row(row), row.site_id, tuple(lines[row.pk])) for row in rows)


def _components(lines: Iterable[OrderLine]) -> dict[int, tuple[tuple[int, int], ...]]:
    """What the kits among lines became, by row ids. No query when there are none, else one."""
    kits = [(line.pk, line.product.brand_id, line.parts) for line in lines if line.parts and line.product]
    if not kits:
        return {}
    skus = {sku for _, _, parts in kits for sku, _ in parts}
    known = Product.objects.filter(brand_id__in={brand for _, brand, _ in kits}, sku__in=skus)
    ids = {(brand, sku): pk for brand, sku, pk in known.values_list("brand_id", "sku", "pk")}
    return {pk: tuple((ids[brand, sku], units) for sku, units in parts) for pk, brand, parts in kits}


def _row(row: Return) -> ReturnRow:
    return ReturnRow(
        row.pk,
        row.rma,
        row.brand_id,
        row.brand.code,
        row.brand.currency,
        row.order_id,
        row.order.code,
        cast(ReturnReason, row.reason),
        cast(ReturnState, row.state),
        row.asked_at,
        row.received_at,
        row.graded_at,
        row.site.code if row.site else "",
        row.refund_minor,
    )
