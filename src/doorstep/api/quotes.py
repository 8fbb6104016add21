"""/v1/quotes: what a cart would cost and when it would be there, and its goods reserved once the shopper has chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import Field, with_config

from doorstep.api.answers import json_answer, shown
from doorstep.api.auth import allowed, brand_of
from doorstep.api.kits import PartOut
from doorstep.api.once import Key
from doorstep.api.order_standing import FaultOut, fault
from doorstep.api.parcels import CostPartsOut
from doorstep.api.quote_in import AcceptIn, QuoteId, QuoteIn, to_cart
from doorstep.core.accounts.queries import brands
from doorstep.core.decisions.quotes import get_quote as kept
from doorstep.core.idempotency import Answer, once
from doorstep.domain.decision import Unplanned
from doorstep.domain.display import display_of
from doorstep.flows.quote import accept_quote, offered_until, option_record, quote_cart

router = Router(tags=["quotes"])

PARCEL = {
    "site": "curitiba", "carton": "M", "service": "express", "ship_at": "2024-05-02T17:00:00-03:00",
    "promised_by": "2024-05-03", "on_time_ppm": 954000, "weight_g": 1480,
    "cost": {"pick_minor": 120, "carton_minor": 60, "freight_minor": 1490, "surcharges_minor": 75, "duty_tax_minor": 0,
             "lateness_minor": 23},
    "contents": [["TEA-100", 2], ["MUG-1", 1]], "currency": "BRL", "cost_minor": 1768,
    "cost_parts_minor": {"pick": 120, "carton": 60, "freight": 1490, "surcharges": 75, "duty_tax": 0, "lateness": 23},
    "goods": [{"sku": "TEA-100", "quantity": 2}, {"sku": "MUG-1", "quantity": 1}], "at_border": None,
}  # fmt: skip
OPTION = {
    "option": 0, "tags": ["cheapest", "fastest"], "speed": "express", "promised_by": "2024-05-03",
    "on_time_ppm": 954000, "cost_minor": 1768, "parcels": [PARCEL],
    "offered_until": "2024-05-01T08:00:01Z",
}  # fmt: skip
QUOTE = {
    "quote": "4711", "brand": "tea", "currency": "BRL", "state": "offered", "made_at": "2024-05-01T07:30:01Z",
    "accepted": None, "reserved_until": None, "options": [OPTION], "reason": "", "detail": "", "remedy": "",
    "display": [0], "propensity": 1.0, "faults": [],
}  # fmt: skip
RESERVED = {"quote": "4711", "option": 0, "state": "accepted", "reserved_until": "2024-05-01T07:45:01Z"}


@dataclass(frozen=True, slots=True)
class QuotedCost:
    pick_minor: int
    carton_minor: int
    freight_minor: int
    surcharges_minor: int
    duty_tax_minor: int
    lateness_minor: Annotated[int, Field(description="what being late is expected to cost")]


@dataclass(frozen=True, slots=True)
class AtBorderOut:
    incoterm: Annotated[str, Field(description="DDP: paid by the sender, in `duty_tax`; DAP: asked of the receiver")]
    duty_minor: int
    tax_minor: int
    why: Annotated[str, Field(description="by item and rule, or what is not known")]


@dataclass(frozen=True, slots=True)
class QuotedParcel:
    site: str
    carton: str
    service: str
    ship_at: datetime
    promised_by: date
    on_time_ppm: int
    weight_g: int
    cost: Annotated[QuotedCost, Field(description="as `cost_parts_minor`, by other names")]
    contents: Annotated[list[tuple[str, int]], Field(description="sku, units: as `goods`")]
    currency: str
    cost_minor: Annotated[int, Field(description="sum of the parts, in minor units")]
    cost_parts_minor: Annotated[CostPartsOut, Field(description="as of an order's parcels")]
    goods: list[PartOut]
    at_border: Annotated[
        AtBorderOut | None,
        Field(
            description="estimate of what it owes at a customs border; none: it crosses none, or no duties are known"
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class OptionOut:
    option: Annotated[int, Field(description="its number, from 0; accept it by this")]
    tags: Annotated[list[str], Field(description="cheapest, fastest")]
    speed: Annotated[str, Field(description="of the slowest service in it")]
    promised_by: Annotated[date, Field(description="of the last parcel")]
    on_time_ppm: Annotated[int, Field(description="of the least likely parcel")]
    cost_minor: int
    parcels: list[QuotedParcel]
    co2e_g: Annotated[
        int | None, Field(description="grams of CO2e of its parcels; only where they weighed on what is shown")
    ] = None
    offered_until: Annotated[datetime | None, Field(description="accept it by then, or ask for a new quote")] = None


@with_config(shown(QUOTE))
@dataclass(frozen=True, slots=True)
class QuoteOut:
    quote: str
    brand: str
    currency: str
    state: Annotated[str, Field(description="offered, accepted, ordered or expired")]
    made_at: datetime
    accepted: Annotated[int | None, Field(description="the option chosen")]
    reserved_until: datetime | None
    options: Annotated[list[OptionOut], Field(description="cheapest first, fastest last; none: see `reason`")]
    reason: Annotated[str, Field(description="why there is no option: a stable code")]
    detail: str
    remedy: str
    display: Annotated[
        list[int],
        Field(description="numbers of the options to show, the first on top; of a share of quotes drawn by lot"),
    ] = field(default_factory=list)
    propensity: Annotated[float, Field(description="chance with which they are shown in just this order")] = 1.0
    faults: Annotated[
        list[FaultOut], Field(description="of where it goes: for these an order of it would be held; not kept")
    ] = field(default_factory=list)


@with_config(shown(RESERVED))
@dataclass(frozen=True, slots=True)
class ReservedOut:
    quote: str
    option: int
    state: str
    reserved_until: Annotated[datetime, Field(description="place the order by then, or the goods go back")]


@router.post("", response=QuoteOut, operation_id="quoteCart", summary="Quote a cart")
def quote(request: HttpRequest, payload: QuoteIn) -> HttpResponse:
    """Options from the cheapest to the fastest, out of local price lists and the stock of this moment.

    A cart that cannot be served is answered too: no options, and the reason with a remedy. Needs the right `quote`.
    """
    caller = allowed(request, "quote")
    brand = brand_of(caller, payload.brand, "body")
    found = quote_cart(caller.scope, brand.id, to_cart(payload, caller.now), now=caller.now)
    options = [option_record(one) for one in found.options]
    why = found.why or Unplanned("", "", "", "")
    told = {
        **_standing(found.pk, brand.code, brand.currency, "offered", caller.now, None, None),
        "options": _numbered(options, caller.now, brand.currency),
        "reason": why.reason,
        "detail": why.detail,
        "remedy": why.remedy,
        "display": list(found.display.order),
        "propensity": found.display.propensity,
        "faults": [fault(one) for one in found.faults],
    }
    return json_answer(told)


@router.get("/{quote}", response=QuoteOut, operation_id="getQuote", summary="One quote")
def get_quote(request: HttpRequest, quote: Annotated[QuoteId, Path()]) -> HttpResponse:
    """As it was offered, and what became of it. Needs the right `quote`."""
    caller = allowed(request, "quote")
    row = kept(caller.scope, int(quote))
    brand = next(one for one in brands(caller.scope) if one.id == row.brand_id)
    accepted = row.option if row.option >= 0 else None
    shown_as = display_of(row.pk, len(row.options), row.display_test_ppm, row.usual)
    told = {
        **_standing(row.pk, brand.code, brand.currency, row.state, row.made_at, accepted, row.reserved_until),
        "options": _numbered(row.options, row.made_at, brand.currency),
        **{name: row.why.get(name, "") for name in ("reason", "detail", "remedy")},
        "display": list(shown_as.order),
        "propensity": shown_as.propensity,
        "faults": [],  # not kept
    }
    return json_answer(told)


@router.post(
    "/{quote}/accept", response={201: ReservedOut}, operation_id="acceptQuote", summary="Reserve an option's goods"
)
def accept(
    request: HttpRequest,
    quote: Annotated[QuoteId, Path()],
    payload: AcceptIn,
    idempotency_key: Key,
) -> HttpResponse:
    """The goods stay reserved until `reserved_until`; an order that names the quote by then keeps its plan.

    Needs the right `order`. A repetition is answered as the first time, with `Idempotent-Replayed: true`.
    """
    caller = allowed(request, "order")
    kept(caller.scope, int(quote))  # what is somebody else's is not there, whatever the key

    def work() -> Answer:
        lasting = timedelta(minutes=payload.minutes)
        until = accept_quote(
            caller.scope,
            int(quote),
            payload.option,
            now=caller.now,
            reserved_for=lasting,
            asked=payload.asked_minor,
        )
        told = ReservedOut(quote, payload.option, "accepted", until)
        return Answer(201, orjson.loads(orjson.dumps(told, option=orjson.OPT_UTC_Z)))

    asked = f" {payload.asked_minor}" if payload.asked_minor else ""
    same = f"{request.path} {payload.option} {payload.minutes}{asked}".encode()
    answer = once(caller.scope, idempotency_key, same, caller.now, work)
    return json_answer(answer.body, answer.status, {"Idempotent-Replayed": "true"} if answer.again else {})


def _standing(
    pk: int,
    brand: str,
    currency: str,
    state: str,
    made_at: datetime,
    accepted: int | None,
    reserved_until: datetime | None,
) -> dict[str, Any]:
    return {
        "quote": str(pk),
        "brand": brand,
        "currency": currency,
        "state": state,
        "made_at": made_at,
        "accepted": accepted,
        "reserved_until": reserved_until,
    }


def _numbered(options: Sequence[Mapping[str, Any]], made_at: datetime, currency: str) -> list[dict[str, Any]]:
    """Number the options; the first is the cheapest, the last the fastest."""
    last = len(options) - 1
    return [
        {
            "option": number,
            "tags": ["cheapest"] * (number == 0) + ["fastest"] * (number == last),
            **one,
            "co2e_g": one.get("co2e_g"),
            "parcels": [{**parcel, **_as_of_orders(parcel, currency)} for parcel in one["parcels"]],
            "offered_until": offered_until(one, made_at),
        }
        for number, one in enumerate(options)
    ]


def _as_of_orders(parcel: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Say a quoted parcel's cost and goods by the names that an order's parcels have."""
    parts = {name.removesuffix("_minor"): units for name, units in parcel["cost"].items()}
    return {
        "currency": currency,
        "cost_minor": sum(parts.values()),
        "cost_parts_minor": parts,
        "goods": [PartOut(sku, units) for sku, units in parcel["contents"]],
        "at_border": parcel.get("at_border"),
    }
