"""/v1/products/{sku}/kit: what a kit consists of, and how many of it could be put together now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, ConfigDict, Field, with_config

from doorstep.api.answers import json_answer, shown
from doorstep.api.auth import Caller, allowed
from doorstep.api.fields import Code, Quantity
from doorstep.api.problems import Fault, Invalid
from doorstep.core.accounts.queries import brand_id
from doorstep.core.catalog.kits import MOST_PARTS, parts_of
from doorstep.core.catalog.queries import ProductRow, product
from doorstep.core.stock.kits import availability
from doorstep.domain.errors import NotFound
from doorstep.flows.define_kit import define_kit

router = Router(tags=["products"])

PARTS = [{"sku": "TEA-100", "quantity": 1}, {"sku": "MUG-1", "quantity": 2}]
EXAMPLE = {"sku": "TEA-SET", "brand": "tea", "parts": PARTS, "available": [{"site": "CWB1", "quantity": 40}]}
Sku = Annotated[Code, Path()]
OfBrand = Annotated[Code | None, Query(None, description="needed when the key acts for several brands that have it")]


class PartIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sku: Code
    quantity: Quantity


class KitIn(BaseModel):
    model_config = ConfigDict(extra="forbid", **shown({"parts": PARTS}))

    parts: list[PartIn] = Field(min_length=1, max_length=MOST_PARTS, description="none of them a kit")


@dataclass(frozen=True, slots=True)
class PartOut:
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class KitAtOut:
    site: str
    quantity: int


@with_config(shown(EXAMPLE))
@dataclass(frozen=True, slots=True)
class KitOut:
    sku: str
    brand: str
    parts: list[PartOut]
    available: Annotated[list[KitAtOut], Field(description="kits that the components at a site make")]


@router.get("/{path:sku}/kit", response=KitOut, operation_id="getKit", summary="What a kit consists of")
def get_kit(request: HttpRequest, sku: Sku, brand: OfBrand) -> HttpResponse:
    """404 if the product is no kit. Needs the right `see_stock`."""
    caller = allowed(request, "see_stock")
    return _told(caller, _product(caller, sku, brand))


@router.put("/{path:sku}/kit", response=KitOut, operation_id="putKit", summary="Define a kit")
def put_kit(request: HttpRequest, sku: Sku, payload: KitIn, brand: OfBrand) -> HttpResponse:
    """Orders placed before keep what it was then. A kit has no stock of its own. Needs the right `manage`."""
    caller = allowed(request, "manage")
    parts = {one.sku: one.quantity for one in payload.parts}
    if len(parts) < len(payload.parts):
        raise Invalid([Fault("body", "/parts", "names a sku twice")])
    row = _product(caller, sku, brand)
    define_kit(caller.scope, _brand(caller, row), sku, parts, now=caller.now)
    return _told(caller, row)


@router.delete("/{path:sku}/kit", response=KitOut, operation_id="deleteKit", summary="End a kit")
def delete_kit(request: HttpRequest, sku: Sku, brand: OfBrand) -> HttpResponse:
    """The product may hold stock of its own from now on; orders placed before stay. Needs the right `manage`."""
    caller = allowed(request, "manage")
    row = _product(caller, sku, brand)
    define_kit(caller.scope, _brand(caller, row), sku, {}, now=caller.now)
    return json_answer(KitOut(row.sku, row.brand, [], []))


def _product(caller: Caller, sku: str, brand: str | None) -> ProductRow:
    found = product(caller.scope, sku, brand)
    if found is None:
        raise NotFound(f"no product {sku}")
    return found


def _brand(caller: Caller, row: ProductRow) -> int:
    found = brand_id(caller.scope, row.brand)
    assert found is not None  # its product was found within the scope
    return found


def _told(caller: Caller, row: ProductRow) -> HttpResponse:
    parts = parts_of(caller.scope, [row.pk]).get(row.pk)
    if parts is None:
        raise NotFound(f"{row.sku} is no kit")
    there = availability(caller.scope, {row.pk: parts}, at=caller.now)[row.pk]
    return json_answer(
        KitOut(
            row.sku,
            row.brand,
            [PartOut(one.sku, one.units) for one in parts],
            [KitAtOut(site, units) for site, units in there],
        )
    )
