"""A cart as a shop sends it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, Strict, StrictBool, StrictInt

from doorstep.api.answers import shown
from doorstep.api.fields import Code, Country, Day, OneLine, Quantity, Text
from doorstep.domain import demand
from doorstep.domain.carriage import Speed
from doorstep.domain.place import Place

CART = {
    "to": {"country": "BR", "region": "PR", "city": "Curitiba", "postcode": "80010-000"},
    "lines": [{"sku": "TEA-100", "quantity": 2}, {"sku": "MUG-1", "quantity": 1}],
    "signed_for": False,
}
QuoteId = Annotated[str, Field(pattern="^[1-9][0-9]{0,17}$")]
Degrees = Annotated[float, Strict()]


class Cart(BaseModel):
    model_config = ConfigDict(extra="forbid")


class EndIn(Cart):
    country: Country
    region: OneLine = Field("", max_length=100)
    city: Text = Field("", max_length=200)
    postcode: OneLine = Field("", max_length=20, description="may be empty where a country has none")
    latitude: Degrees | None = Field(None, ge=-90, le=90, description="WGS 84")
    longitude: Degrees | None = Field(None, ge=-180, le=180)


class CartLine(Cart):
    sku: Code
    quantity: Quantity


class QuoteIn(Cart):
    model_config = ConfigDict(extra="forbid", **shown(CART))

    brand: OneLine = Field("", max_length=100, description="needed when the key acts for several brands")
    to: EndIn
    lines: list[CartLine] = Field(min_length=1, max_length=100)
    speed: Speed | None = Field(None, description="at least this fast; left out: any")
    residential: StrictBool = True
    signed_for: StrictBool = False
    saturday: StrictBool = False
    pickup_point: OneLine = Field("", max_length=100)
    segment: OneLine = Field("", max_length=100, description="of the shopper, as the shop sees it")
    not_before: Day | None = Field(None, description="not delivered before, local at the destination")


class AcceptIn(Cart):
    model_config = ConfigDict(extra="forbid", **shown({"option": 0, "minutes": 15}))

    option: StrictInt = Field(ge=0, le=99, description="its number in the quote, from 0")
    minutes: StrictInt = Field(15, ge=1, le=120, description="how long the goods stay reserved without an order")
    asked_minor: list[Annotated[StrictInt, Field(ge=0, le=10**12)]] = Field(
        [],
        max_length=100,
        description="what the shopper was asked for each option, by number, in minor units: to learn what they want",
    )


def to_cart(payload: QuoteIn, now: datetime) -> demand.Order:
    to = payload.to
    return demand.Order(
        "cart",
        "",
        now,
        "",
        Place(to.country, to.region, to.city, to.postcode, to.latitude, to.longitude),
        tuple(demand.OrderLine(str(number), one.sku, one.quantity, 0) for number, one in enumerate(payload.lines, 1)),
        payload.speed,
        payload.residential,
        payload.signed_for,
        payload.saturday,
        payload.pickup_point,
        not_before=payload.not_before,
        segment=payload.segment,
    )
