"""/v1/orders: placed once whatever the network does, listed, and followed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import quote

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field, with_config

from doorstep.api.answers import After, Limit, Next, json_answer, page_answer, shown
from doorstep.api.auth import Caller, allowed, brand_of
from doorstep.api.fields import Code, Instant
from doorstep.api.kits import PartOut
from doorstep.api.once import Key, same_request
from doorstep.api.order_changes import ChangedOut
from doorstep.api.order_edit import edit
from doorstep.api.order_in import OrderIn, faults, to_domain
from doorstep.api.order_standing import EXAMPLE as STANDING_EXAMPLE
from doorstep.api.order_standing import FaultOut, Standing, fault, standing
from doorstep.api.parcels import EXAMPLE as PARCEL_EXAMPLE
from doorstep.api.parcels import ParcelOut, detail, planned
from doorstep.api.problems import Invalid
from doorstep.core.accounts.queries import BrandRow
from doorstep.core.events.queries import timeline
from doorstep.core.idempotency import Answer, Claim, once, once_decided
from doorstep.core.orders import queries
from doorstep.core.parcels.queries import of_order
from doorstep.domain.errors import NotFound
from doorstep.domain.journey import OrderState
from doorstep.domain.money import Currency
from doorstep.flows.accept import Accepted, accept_order
from doorstep.flows.order_quoted import accept_quoted
from doorstep.flows.track_page import tracking_url

router = Router(tags=["orders"])

HEAD = {
    "order": "W-1001",
    "brand": "tea",
    "channel": "web",
    "customer": "C-77",
    "placed_at": "2024-05-01T07:30:00Z",
    "country": "BR",
    "region": "PR",
    "city": "Curitiba",
    "postcode": "80010-000",
    "speed": "standard",
    "priority": 0,
    "state": "planned",
    "reason": "",
    "not_before": None,
    "promised_by": None,
    "currency": "BRL",
}
DETAIL = {
    **HEAD,
    "to": {
        "name": "Ana Souza", "company": "", "address_1": "Rua das Flores 12", "address_2": "", "phone": "",
        "email": "ana@example.com",
    },
    "residential": True,
    "signed_for": False,
    "saturday": False,
    "pickup_point": "",
    "safe_place": "",
    "gift_note": "",
    "tracking_url": "https://tower.example.com/t/17.1~zVdR6T0ZVbYc1kXxXv8ZqS0oR2bZ4mPp0x1yAqk3w5E",
    "detail": "",
    "remedy": "",
    "conflicts": [],
    "lines": [
        {
            "line": "1", "sku": "TEA-SET", "known": True, "name": "Tea and mug", "quantity": 2,
            "unit_price_minor": 1250, "parts": [{"sku": "TEA-100", "quantity": 1}, {"sku": "MUG-1", "quantity": 1}],
        }
    ],
    "parcels": [PARCEL_EXAMPLE],
    "standing": STANDING_EXAMPLE, "expected_by": None,
    "timeline": [
        {"at": "2024-05-01T07:30:01Z", "kind": "OrderPromised", "actor": "key:3", "data": {"parcels": 1}}
    ],
}  # fmt: skip
ANSWER = {
    "order": "W-1001", "brand": "tea", "state": "planned", "reason": "", "detail": "", "promised_by": "2024-05-06",
    "parcels": [PARCEL_EXAMPLE], "faults": [], "expected_by": None,
}  # fmt: skip


@with_config(shown(HEAD))
@dataclass(frozen=True, slots=True)
class OrderBrief:
    order: str
    brand: str
    channel: str
    customer: str
    placed_at: datetime
    country: str
    region: str
    city: str
    postcode: str
    speed: str
    priority: int
    state: OrderState
    reason: Annotated[str, Field(description="of a hold, a cancellation, or why it waits")]
    not_before: date | None
    promised_by: Annotated[
        date | None,
        Field(
            description="what the shop told the shopper when it placed the order, for all parcels together; null: it"
            " told nothing. What each parcel is promised stands with the parcel; the last of them is the order's"
        ),
    ]
    currency: str


@dataclass(frozen=True, slots=True)
class Recipient:
    name: str
    company: str
    address_1: str
    address_2: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class LineOut:
    line: str
    sku: str
    known: Annotated[bool, Field(description="the brand has a product of this sku")]
    name: str
    quantity: int
    unit_price_minor: int
    parts: Annotated[list[PartOut], Field(description="of a kit: what one unit became when it was ordered")]


@dataclass(frozen=True, slots=True)
class FactOut:
    at: datetime
    kind: str
    actor: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ConflictOut:
    """One of the constraints that together leave an order no plan, and what it would take."""

    constraint: Annotated[str, Field(description="a stable code")]
    detail: str
    fix: str
    group: Annotated[int, Field(description="constraints of different groups have nothing to do with each other")]
    enough: Annotated[bool, Field(description="this fix by itself is")]


@with_config(shown(DETAIL))
@dataclass(frozen=True, slots=True)
class OrderOut(OrderBrief):
    to: Annotated[Recipient | None, Field(description="null: erased")]
    residential: bool
    signed_for: bool
    saturday: bool
    pickup_point: str
    safe_place: str
    gift_note: str
    tracking_url: Annotated[str, Field(description="the shopper's page; whoever has it sees it")]
    detail: str
    remedy: str
    conflicts: Annotated[
        list[ConflictOut],
        Field(description="of one without a plan, where they are known: something of each group must give way"),
    ]
    lines: list[LineOut]
    parcels: list[ParcelOut]
    timeline: list[FactOut]
    standing: Standing
    expected_by: Annotated[
        date | None, Field(description="of a back-order: when it should arrive, by what is announced")
    ]


@dataclass(frozen=True, slots=True)
class OrderPage:
    data: list[OrderBrief]
    next: Next


@with_config(shown(ANSWER))
@dataclass(frozen=True, slots=True)
class AcceptedOut:
    order: str
    brand: str
    state: Annotated[str, Field(description="planned; open: waits, see `reason`; held: a person must mend it")]
    reason: str
    detail: str
    promised_by: Annotated[date | None, Field(description="of the last parcel")]
    parcels: list[ParcelOut]
    faults: Annotated[list[FaultOut], Field(description="of a hold, all of them; `reason` is that of the first")]
    expected_by: Annotated[
        date | None, Field(description="of a back-order: when it should arrive, by what is announced")
    ]


@router.get("", response=OrderPage, operation_id="listOrders", summary="List orders")
def list_orders(
    request: HttpRequest,
    state: Annotated[OrderState | None, Query(None)],
    reason: Annotated[Code | None, Query(None)],
    brand: Annotated[Code | None, Query(None)],
    placed_from: Annotated[Instant | None, Query(None, description="inclusive")],
    placed_to: Annotated[Instant | None, Query(None, description="exclusive")],
    search: Annotated[Code | None, Query(None, description="beginning of an order's code, customer or postcode")],
    after: After,
    limit: Limit,
) -> HttpResponse:
    """The latest placed first. Needs the right `see`."""
    caller = allowed(request, "see")
    page = queries.list_orders(
        caller.scope,
        state=state,
        reason=reason,
        brand=brand,
        search=search,
        placed_from=placed_from,
        placed_to=placed_to,
        after=after,
        limit=limit,
    )
    return page_answer((OrderBrief(*_heads(row)) for row in page.rows), page.after)


@router.post(
    "",
    response={201: AcceptedOut},
    operation_id="placeOrder",
    summary="Place an order",
)
def place_order(request: HttpRequest, payload: OrderIn, idempotency_key: Key) -> HttpResponse:
    """The order is planned and its stock reserved at once. One with a fault is accepted on hold: its shopper has paid.

    Needs the right `order`. A repetition is answered as the first time, with `Idempotent-Replayed: true`.
    """
    caller = allowed(request, "order")
    found = faults(payload)
    if found:
        raise Invalid(found)
    brand = brand_of(caller, payload.brand, "body")
    asked = caller.scope, idempotency_key, same_request(request), caller.now
    if payload.quote:
        answer = once(*asked, lambda: _place_quoted(caller, brand, payload, int(payload.quote or 0)))
    elif payload.on_shortage == "back_order":  # its day is known last, so that the answer is claimed with it
        answer = once(*asked, lambda: _place(caller, brand, payload, lambda _: None))
    else:
        answer = once_decided(*asked, lambda claim: _place(caller, brand, payload, claim))
    headers = {"Location": f"/v1/orders/{quote(payload.order, safe='')}"}
    if answer.again:
        headers["Idempotent-Replayed"] = "true"
    return json_answer(answer.body, answer.status, headers)


@router.get("/{path:order}", response=OrderOut, operation_id="getOrder", summary="One order")
def get_order(
    request: HttpRequest, order: Annotated[Code, Path()], brand: Annotated[Code | None, Query(None)]
) -> HttpResponse:
    """With its lines, parcels and everything that happened to it. Needs the right `see`."""
    caller = allowed(request, "see")
    found = queries.get_order(caller.scope, order, brand)
    if found is None:
        raise NotFound(f"no order {order}")
    to = found.addressee
    facts = timeline(caller.scope, f"order:{found.row.pk}")
    parcels = of_order(caller.scope, found.row.pk)
    return json_answer(
        OrderOut(
            *_heads(found.row),
            Recipient(to.name, to.company, to.address_1, to.address_2, to.phone, to.email) if to else None,
            found.residential,
            found.signed_for,
            found.saturday,
            found.pickup_point,
            found.safe_place,
            found.gift_note,
            tracking_url(found.row.pk),
            found.detail,
            found.remedy,
            [ConflictOut(one.constraint, one.detail, one.fix, one.group, one.enough) for one in found.conflicts],
            [
                LineOut(
                    one.line,
                    one.sku,
                    one.known,
                    one.name,
                    one.quantity,
                    one.unit_price_minor,
                    [PartOut(part.sku, part.units) for part in one.parts],
                )
                for one in found.lines
            ],
            [detail(one) for one in parcels],
            [FactOut(one.at, one.kind, one.actor, one.data) for one in facts],
            standing(found, [one.row.promised_by for one in parcels]),
            found.expected_by,
        )
    )


router.patch("/{path:order}", response=ChangedOut, operation_id="editOrder", summary="Change an order")(edit)


def _place(caller: Caller, brand: BrandRow, payload: OrderIn, claim: Claim) -> Answer:
    order = to_domain(payload, Currency(brand.currency), caller.now)
    accepted = accept_order(
        caller.scope,
        brand.id,
        order,
        now=caller.now,
        on_shortage=payload.on_shortage,
        first=lambda accepted: claim(_told(accepted, brand)),
    )
    return _told(accepted, brand)


def _place_quoted(caller: Caller, brand: BrandRow, payload: OrderIn, number: int) -> Answer:
    order = to_domain(payload, Currency(brand.currency), caller.now)
    accepted = accept_quoted(caller.scope, brand.id, order, number, now=caller.now, on_shortage=payload.on_shortage)
    return _told(accepted, brand)


def _told(accepted: Accepted, brand: BrandRow) -> Answer:
    told = AcceptedOut(
        accepted.code,
        brand.code,
        accepted.state,
        accepted.reason,
        accepted.detail,
        max((one.promised_by for one in accepted.parcels), default=None),
        [planned(one, brand.code, brand.currency) for one in accepted.parcels],
        [fault(one) for one in accepted.faults],
        accepted.expected_by,
    )
    return Answer(201, orjson.loads(orjson.dumps(told, option=orjson.OPT_UTC_Z)))


def _heads(
    row: queries.OrderRow,
) -> tuple[str, str, str, str, datetime, str, str, str, str, str, int, OrderState, str, date | None, date | None, str]:
    return (
        row.order,
        row.brand,
        row.channel,
        row.customer,
        row.placed_at,
        row.country,
        row.region,
        row.city,
        row.postcode,
        row.speed,
        row.priority,
        row.state,
        row.reason,
        row.not_before,
        row.promised_by,
        row.currency,
    )
