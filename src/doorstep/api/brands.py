"""/v1/brands: the brands of a key, how they show themselves, and where they sell."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import ConfigDict, Field, with_config

from doorstep.api.answers import After, Limit, Next, json_answer, page_answer, shown
from doorstep.api.auth import allowed
from doorstep.api.fields import Code, OneLine
from doorstep.api.order_in import Fields
from doorstep.core.accounts import queries
from doorstep.core.paging import page, reach, read_cursor
from doorstep.domain.errors import NotFound
from doorstep.flows import brand_look

router = Router(tags=["brands"])

CHANGE_EXAMPLE: dict[str, Any] = {
    "colour": "#0b6e4f", "accent": "#5b2a86", "text_colour": "white", "support_email": "help@tea.example",
    "support_url": "https://tea.example/help",
}  # fmt: skip
EXAMPLE = {
    "brand": "tea", "name": "Tea & Leaf", "currency": "EUR", "country": "DE", "colour": "#0b6e4f",
    "accent": "#5b2a86", "text_colour": "white", "company": "Tea GmbH", "address_1": "Ring 1", "address_2": "",
    "city": "Kassel", "postcode": "34117", "phone": "+49 561 1", "email": "post@tea.example",
    "returns_name": "Tea returns", "returns_address_1": "Gate 4", "returns_address_2": "", "returns_city": "Kassel",
    "returns_postcode": "34117", "returns_country": "DE", "support_email": "help@tea.example", "support_phone": "",
    "support_url": "https://tea.example/help", "logo": "",
    "channels": [{"channel": "web", "name": "Web shop", "kind": "web_shop"}],
}  # fmt: skip
Line = Annotated[OneLine, Field(max_length=brand_look.MOST_OTHERWISE)]
Colour = Annotated[str, Field(pattern="^#[0-9a-fA-F]{6}$")]


class BrandIn(Fields):
    """What is left out, or null, stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [CHANGE_EXAMPLE]})

    name: Line | None = None
    colour: Colour | None = None
    accent: Colour | None = None
    text_colour: Annotated[
        str | None, Field(pattern="^(white|black|)$", description="white or black; empty: whichever is read better")
    ] = None
    company: Line | None = None
    address_1: Line | None = None
    address_2: Line | None = None
    city: Line | None = None
    postcode: Annotated[OneLine | None, Field(max_length=20)] = None
    phone: Annotated[OneLine | None, Field(max_length=100)] = None
    email: Line | None = None
    returns_name: Line | None = None
    returns_address_1: Line | None = None
    returns_address_2: Line | None = None
    returns_city: Line | None = None
    returns_postcode: Annotated[OneLine | None, Field(max_length=20)] = None
    returns_country: Annotated[str | None, Field(pattern="^([A-Z]{2}|)$")] = None
    support_email: Line | None = None
    support_phone: Annotated[OneLine | None, Field(max_length=100)] = None
    support_url: Annotated[OneLine | None, Field(max_length=500)] = None


@dataclass(frozen=True, slots=True)
class ChannelOut:
    channel: str
    name: str
    kind: Annotated[str, Field(description="web_shop or marketplace")]


@with_config(shown(EXAMPLE))
@dataclass(frozen=True, slots=True)
class BrandOut:
    brand: str
    name: str
    currency: str
    country: str
    colour: str
    accent: str
    text_colour: Annotated[str, Field(description="white or black: what is read on both colours")]
    company: str
    address_1: str
    address_2: str
    city: str
    postcode: str
    phone: str
    email: str
    returns_name: str
    returns_address_1: str
    returns_address_2: str
    returns_city: str
    returns_postcode: str
    returns_country: str
    support_email: str
    support_phone: str
    support_url: str
    logo: Annotated[str, Field(description="SHA-256 of the PNG; empty: there is none")]
    channels: list[ChannelOut]


@dataclass(frozen=True, slots=True)
class BrandPage:
    data: list[BrandOut]
    next: Next


@router.get("", response=BrandPage, operation_id="listBrands", summary="List brands")
def list_brands(request: HttpRequest, after: After, limit: Limit) -> HttpResponse:
    """By code, those that the key acts for. Needs the right `see`."""
    caller = allowed(request, "see")
    last = str(read_cursor(after, str)[0]) if after else ""
    found = queries.brand_details(caller.scope, after=last, limit=reach(limit))
    told = page(found, limit, _told, lambda row: (row.code,))
    return page_answer(told.rows, told.after)


@router.patch("/{path:brand}", response=BrandOut, operation_id="changeBrand", summary="Change a brand")
def change_brand(request: HttpRequest, brand: Annotated[Code, Path()], payload: BrandIn) -> HttpResponse:
    """Its look, sender, returns address and support contact; a logo is put on the brand's page. Needs `manage`."""
    caller = allowed(request, "manage")
    said = payload.model_dump(exclude_unset=True, exclude_none=True)
    brand_look.change_brand(caller.scope, brand, said, now=caller.now)
    for row in queries.brand_details(caller.scope, code=brand):
        return json_answer(_told(row))
    raise NotFound(f"no brand {brand}")


def _told(row: queries.BrandDetails) -> BrandOut:
    said = {one.name: getattr(row, one.name) for one in fields(BrandOut) if one.name not in ("brand", "channels")}
    channels = [ChannelOut(one.code, one.name, one.kind) for one in row.channels]
    return BrandOut(brand=row.code, channels=channels, **said)
