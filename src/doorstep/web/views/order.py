"""An order: where it stands, where it goes, what was decided and why, and how its boxes are packed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, QueryDict

from doorstep.core.accounts.actors import actors_of
from doorstep.core.catalog.queries import CartonRow, cartons
from doorstep.core.decisions.queries import latest
from doorstep.core.events.queries import timeline
from doorstep.core.orders.queries import Line, OrderDetail, get_order
from doorstep.core.parcels.packed import AsPacked, as_packed
from doorstep.core.parcels.queries import ParcelDetail, ParcelRow, of_order
from doorstep.core.parcels.superseding import Told, states
from doorstep.documents.box import BoxDrawing, Mark, Wrap, box_drawing, marks
from doorstep.documents.report.receipt_words import deadlocks
from doorstep.domain.demand import nominated_day
from doorstep.domain.money import Currency
from doorstep.domain.parcel import OWN_BOX, Placement
from doorstep.domain.rights import Scope
from doorstep.flows.track_page import tracking_url
from doorstep.web.drawings.costs import Costs, costs
from doorstep.web.room import furnished, room
from doorstep.web.views.order_form import changing
from doorstep.web.views.order_options import names_for
from doorstep.web.views.shipments import WITH_LABEL
from doorstep.web.words.decision import told
from doorstep.web.words.facts import happened

UNPLANNED = ("open", "held")


@dataclass(frozen=True, slots=True)
class Inside:
    """Units of a line in a parcel."""

    mark: Mark
    quantity: int
    sku: str
    name: str


@dataclass(frozen=True, slots=True)
class ParcelCard:
    row: ParcelRow
    inner_mm: tuple[int, int, int] | None
    inside: tuple[Inside, ...]
    drawing: BoxDrawing | None
    costs: Costs
    unlikely: bool
    stands: Told  # its own state
    packed: AsPacked


@room("see")
def show(request: HttpRequest, scope: Scope, brand: str, code: str) -> HttpResponse:
    order = get_order(scope, code, brand)
    if order is None:
        raise Http404("There is no such order.")
    return furnish(request, scope, order)


def furnish(
    request: HttpRequest,
    scope: Scope,
    order: OrderDetail,
    *,
    status: int = 200,
    refused: str = "",
    said: QueryDict | None = None,
) -> HttpResponse:
    """Show an order; `refused` says why what was asked of it was not done, `said` is what was typed."""
    brand = order.row.brand
    details = of_order(scope, order.row.pk)
    boxes = {one.carton: one for one in cartons(scope, brand=brand, codes={one.row.carton for one in details})}
    receipt = latest(scope, order.row.pk)
    stands = {one.parcel: one for one in states(order.row.pk)}
    packed = as_packed(scope, order.row.pk) if details else {}
    currency = Currency(order.row.currency)
    facts = timeline(scope, f"order:{order.row.pk}")
    overrider = [receipt.override.by] if receipt and receipt.override else []
    known = actors_of(scope, [*(fact.actor for fact in facts), *overrider])
    context = {
        "order": order,
        "row": order.row,
        "parcels": [_card(one, order, boxes, stands, packed) for one in details],
        "with_label": WITH_LABEL,
        "may_ship": scope.may("move_stock"),
        "decision": told(receipt, known, names_for(scope, order)) if receipt else None,
        "receipt": receipt,
        "deadlocks": deadlocks(order.conflicts) if order.row.state in UNPLANNED else (),
        "facts": [happened(fact, currency, known) for fact in facts],
        "promised_by": max((one.row.promised_by for one in details), default=None),
        "nominated_day": nominated_day(order.row.not_before, order.row.promised_by),
        "cost_minor": sum(one.row.cost.total_minor for one in details),
        "wishes": list(_wishes(order)),
        "refused": refused,
        "earlier": [one for one in stands.values() if one.state == "cancelled"],
        **changing(order, scope, said),
        "tracking_url": tracking_url(order.row.pk),
    }
    return furnished(request, scope, "order.html", context, current="orders", status=status)


def _card(
    one: ParcelDetail,
    order: OrderDetail,
    known: Mapping[str, CartonRow],
    stands: Mapping[str, Told],
    packed: Mapping[int, AsPacked],
) -> ParcelCard:
    lines = {line.sku: line for line in order.lines}
    marked = marks([*(part.sku for part in one.contents), *(lying.sku for lying in one.placements)])
    carton = known.get(one.row.carton)
    wrap = Wrap(carton.padding_mm, carton.mailer) if carton else Wrap()
    placements = one.placements or _own_box(one, lines)
    return ParcelCard(
        row=one.row,
        inner_mm=carton.inner_mm if carton else None,
        inside=tuple(
            Inside(marked[part.sku], part.quantity, part.sku, lines[part.sku].name if part.sku in lines else "")
            for part in one.contents
        ),
        drawing=box_drawing(placements, carton.inner_mm if carton else None, marked, wrap),
        costs=costs(one.row.cost, one.row.currency),
        unlikely=one.row.on_time_ppm < one.row.target_ppm,
        stands=stands[one.row.parcel],
        packed=packed[one.row.pk],
    )


def _own_box(one: ParcelDetail, lines: Mapping[str, Line]) -> tuple[Placement, ...]:
    """A product that ships in its own box is not placed anywhere: it is the box."""
    if one.row.carton != OWN_BOX or not one.contents:
        return ()
    line = lines.get(one.contents[0].sku)
    if line is None or line.size_mm is None:
        return ()
    return (Placement(one.row.order, line.sku, 1, 0, 0, 0, *line.size_mm),)


def _wishes(order: OrderDetail) -> Iterable[tuple[str, str]]:
    row = order.row
    if row.speed:
        yield "Speed", row.speed
    if order.signed_for:
        yield "Signature", "asked for"
    if order.saturday:
        yield "Saturday", "asked for"
    if order.pickup_point:
        yield "Pick-up point", order.pickup_point
    if order.safe_place:
        yield "Safe place", order.safe_place
    if order.gift_note:
        yield "Gift note", order.gift_note
    if row.priority:
        yield "Priority", str(row.priority)
    if not order.residential:
        yield "Address", "business"
