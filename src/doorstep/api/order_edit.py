"""What may be changed of an order that is placed, and how a change is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from pydantic import ConfigDict, Field, StrictBool, StrictInt

from doorstep.api.answers import json_answer, shown
from doorstep.api.auth import allowed
from doorstep.api.fields import Country, Day, OneLine, Text
from doorstep.api.order_changes import Named, OfBrand, changed, found_order
from doorstep.api.order_in import Degrees, Fields, LineIn, Priority
from doorstep.api.problems import Fault, Invalid
from doorstep.domain.carriage import Speed
from doorstep.domain.demand import Contact, Order, OrderLine
from doorstep.domain.money import Currency
from doorstep.domain.place import Place
from doorstep.flows.edit import edit_order

_PLACE = {one.name for one in fields(Place)}
_CONTACT = {one.name for one in fields(Contact)}
# Null says nothing of these: they stay as they are.
_NEVER_NULL = {
    "residential",
    "signed_for",
    "saturday",
    "pickup_point",
    "safe_place",
    "gift_note",
    "priority",
    "payment",
}
_WISHES = {"speed", "not_before", "promised_by", *_NEVER_NULL}


class AddressEdit(Fields):
    """What is left out, or null, stays; whoever moves without telling coordinates is located anew."""

    country: Country | None = None
    region: Annotated[OneLine | None, Field(max_length=100)] = None
    city: Annotated[Text | None, Field(max_length=200)] = None
    postcode: Annotated[OneLine | None, Field(max_length=20)] = None
    latitude: Annotated[Degrees | None, Field(ge=-90, le=90)] = None
    longitude: Annotated[Degrees | None, Field(ge=-180, le=180)] = None
    name: Annotated[Text | None, Field(max_length=200)] = None
    company: Annotated[Text | None, Field(max_length=200)] = None
    address_1: Annotated[Text | None, Field(max_length=200)] = None
    address_2: Annotated[Text | None, Field(max_length=200)] = None
    phone: Annotated[Text | None, Field(max_length=50)] = None
    email: Annotated[Text | None, Field(max_length=254)] = None


class OrderEdit(Fields):
    """What is left out stays. Null takes back `speed`, `not_before` and `promised_by`, and means nothing elsewhere."""

    model_config = ConfigDict(
        extra="forbid", **shown({"revision": 0, "to": {"postcode": "80020-000"}, "gift_note": "Enjoy", "speed": None})
    )

    revision: Annotated[StrictInt | None, Field(ge=0, description="the one you saw; another by now: 409")] = None
    to: AddressEdit | None = None
    lines: Annotated[list[LineIn] | None, Field(min_length=1, max_length=1_000, description="all of them")] = None
    speed: Speed | None = None
    not_before: Day | None = None
    promised_by: Day | None = None
    residential: StrictBool | None = None
    signed_for: StrictBool | None = None
    saturday: StrictBool | None = None
    pickup_point: Annotated[OneLine | None, Field(max_length=100)] = None
    safe_place: Annotated[Text | None, Field(max_length=200)] = None
    gift_note: Annotated[Text | None, Field(max_length=500)] = None
    priority: Priority | None = None
    payment: Literal["paid", "pending", "failed"] | None = None
    on_shortage: Annotated[
        Literal["hold", "refuse", "back_order"] | None,
        Field(description="refuse: 409, and nothing changes; left out: as it was, and `hold` if it had a plan"),
    ] = None


def edit(request: HttpRequest, order: Named, payload: OrderEdit, brand: OfBrand) -> HttpResponse:
    """Until its goods are picked; it is checked and planned anew where that makes a difference.

    Its stock moves by the difference alone. Needs the right `order`.
    """
    caller = allowed(request, "order")
    found = found_order(caller, order, brand)
    wrong = _faults(payload)
    if wrong:
        raise Invalid(wrong)
    said = payload.model_dump(exclude_unset=True)
    currency = Currency(found.row.currency)
    done = edit_order(
        caller.scope,
        found.brand_id,
        found.row.pk,
        lambda before: edited(before, said, currency),
        now=caller.now,
        on_shortage=payload.on_shortage,
        expected=payload.revision,
    )
    return json_answer(changed(done, found))


def edited(order: Order, said: Mapping[str, Any], currency: Currency) -> Order:
    """Make of an order what was said of it. Raises Invalid when its days contradict each other then."""
    to = {name: value for name, value in (said.get("to") or {}).items() if value is not None}
    wishes = {
        name: value
        for name, value in said.items()
        if name in _WISHES and (value is not None or name not in _NEVER_NULL)
    }
    lines = order.lines
    if said.get("lines"):
        lines = tuple(
            OrderLine(code, one["sku"], one["quantity"], one["unit_price_minor"] * currency.micros_per_minor)
            for code, one in zip(_codes(said["lines"]), said["lines"], strict=True)
        )
    changed = replace(
        order,
        lines=lines,
        place=replace(order.place, **{name: value for name, value in to.items() if name in _PLACE}),
        contact=replace(order.contact, **{name: value for name, value in to.items() if name in _CONTACT}),
        **wishes,
    )
    early, promised = changed.not_before, changed.promised_by
    if early and promised and early > promised:
        raise Invalid([Fault("body", "/not_before", f"is after promised_by, which is {promised}")])
    return changed


def _faults(payload: OrderEdit) -> list[Fault]:
    found, to = [], payload.to
    if to and (to.latitude is None) != (to.longitude is None):
        found.append(Fault("body", "/to/latitude", "latitude and longitude come together or not at all"))
    seen: set[str] = set()
    for number, code in enumerate(_codes([one.model_dump() for one in payload.lines or ()])):
        if code in seen:
            found.append(Fault("body", f"/lines/{number}/line", f"{code} is there twice"))
        seen.add(code)
    return found


def _codes(lines: list[dict[str, Any]]) -> list[str]:
    return [one.get("line") or str(number) for number, one in enumerate(lines, 1)]
