"""An order as a shop sends it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, Strict, StrictBool, StrictInt

from doorstep.api.answers import shown
from doorstep.api.fields import Code, Country, Day, Instant, OneLine, Quantity, Text, Word
from doorstep.api.problems import Fault
from doorstep.api.quote_in import QuoteId
from doorstep.domain import demand
from doorstep.domain.carriage import Speed
from doorstep.domain.money import Currency
from doorstep.domain.place import Place

EXAMPLE = {
    "order": "W-1001",
    "channel": "web",
    "placed_at": "2024-05-01T09:30:00+02:00",
    "customer": "C-77",
    "to": {
        "name": "Ana Souza",
        "address_1": "Rua das Flores 12",
        "city": "Curitiba",
        "region": "PR",
        "postcode": "80010-000",
        "country": "BR",
        "email": "ana@example.com",
    },
    "lines": [{"line": "1", "sku": "TEA-100", "quantity": 2, "unit_price_minor": 1250}],
    "speed": "standard",
    "on_shortage": "hold",
}
Degrees = Annotated[float, Strict()]
Priority = Annotated[StrictInt, Field(ge=0, le=9)]


class Fields(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AddressIn(Fields):
    country: Country
    region: OneLine = Field("", max_length=100)
    city: Text = Field("", max_length=200)
    postcode: OneLine = Field("", max_length=20, description="may be empty where a country has none")
    latitude: Degrees | None = Field(None, ge=-90, le=90, description="WGS 84; with `longitude` or not at all")
    longitude: Degrees | None = Field(None, ge=-180, le=180)
    name: Text = Field("", max_length=200)
    company: Text = Field("", max_length=200)
    address_1: Text = Field("", max_length=200)
    address_2: Text = Field("", max_length=200)
    phone: Text = Field("", max_length=50)
    email: Text = Field("", max_length=254)


class LineIn(Fields):
    line: OneLine = Field("", max_length=40, description="id, unique in the order; left out: its number")
    sku: Code
    quantity: Quantity
    unit_price_minor: StrictInt = Field(ge=0, le=100_000_000_000, description="in the brand's currency")


class OrderIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown(EXAMPLE))

    order: Word = Field(description="id of the order, unique in the brand")
    brand: OneLine = Field("", max_length=100, description="needed when the key acts for several brands")
    channel: OneLine = Field("", max_length=100)
    placed_at: Instant | None = Field(None, description="left out: now")
    customer: OneLine = Field("", max_length=100)
    segment: OneLine = Field("", max_length=100, description="of the customer, as the shop sees it")
    to: AddressIn
    lines: list[LineIn] = Field(min_length=1, max_length=1_000)
    speed: Speed | None = Field(None, description="at least this fast; left out: any")
    residential: StrictBool = True
    signed_for: StrictBool = False
    saturday: StrictBool = False
    pickup_point: OneLine = Field("", max_length=100)
    safe_place: Text = Field("", max_length=200)
    not_before: Day | None = Field(
        None,
        description="not delivered before, local at the destination; with `promised_by` on the same day: nominated",
    )
    promised_by: Day | None = Field(
        None, description="promised already, local at the destination; the same as `not_before`: wished for"
    )
    quote: QuoteId | None = Field(None, description="an accepted quote: its plan is kept, its reservation passes over")
    on_shortage: Literal["hold", "refuse", "back_order"] = Field(
        "hold",
        description=(
            "hold: accepted, waits for goods; refuse: 409, or cancelled when it is planned later (in bulk, or held "
            "first); back_order: counts on announced goods"
        ),
    )
    priority: Priority = Field(0, description="whose goods are scarce gets them first; the higher, the sooner")
    gift_note: Text = Field("", max_length=500, description="goes into the parcel")
    payment: Literal["", "paid", "pending", "failed"] = Field("", description="pending and failed hold the order")
    review: StrictBool = Field(False, description="hold it until somebody has looked at it")


def faults(order: OrderIn) -> list[Fault]:
    """What is wrong between fields that are right by themselves."""
    found = []
    seen: set[str] = set()
    for number, line in enumerate(_line_codes(order)):
        if line in seen:
            found.append(Fault("body", f"/lines/{number}/line", f"{line} is there twice"))
        seen.add(line)
    if (order.to.latitude is None) != (order.to.longitude is None):
        found.append(Fault("body", "/to/latitude", "latitude and longitude come together or not at all"))
    placed, early, promised = order.placed_at, order.not_before, order.promised_by
    # A day of grace: the destination may lie a day behind the clock of placing.
    if placed and promised and promised < placed.date() - timedelta(days=1):
        found.append(Fault("body", "/promised_by", f"is before the order was placed, on {placed.date()}"))
    if early and promised and early > promised:
        found.append(Fault("body", "/not_before", f"is after promised_by, which is {promised}"))
    return found


def to_domain(order: OrderIn, currency: Currency, now: datetime) -> demand.Order:
    to = order.to
    lines = zip(_line_codes(order), order.lines, strict=True)
    return demand.Order(
        order.order,
        order.channel,
        order.placed_at or now,
        order.customer,
        Place(to.country, to.region, to.city, to.postcode, to.latitude, to.longitude),
        tuple(
            demand.OrderLine(code, one.sku, one.quantity, one.unit_price_minor * currency.micros_per_minor)
            for code, one in lines
        ),
        order.speed,
        order.residential,
        order.signed_for,
        order.saturday,
        order.pickup_point,
        order.safe_place,
        order.not_before,
        order.promised_by,
        demand.Contact(to.name, to.company, to.address_1, to.address_2, to.phone, to.email),
        order.priority,
        order.gift_note,
        order.payment,
        order.review,
        on_shortage=order.on_shortage,
        segment=order.segment,
    )


def _line_codes(order: OrderIn) -> list[str]:
    return [one.line or str(number) for number, one in enumerate(order.lines, 1)]
