"""/v1/products: what a brand sells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field, with_config

from doorstep.api.answers import After, Limit, Next, json_answer, page_answer, shown
from doorstep.api.auth import Caller, allowed
from doorstep.api.fields import Code
from doorstep.core.catalog import queries
from doorstep.core.catalog.barcodes import barcodes_of
from doorstep.domain.errors import NotFound

router = Router(tags=["products"])

EXAMPLE = {
    "sku": "TEA-100", "brand": "tea", "name": "Green tea", "category": "tea", "length_mm": 80, "width_mm": 80,
    "height_mm": 140, "weight_g": 300, "value_minor": 600, "currency": "BRL", "hs_code": "090210",
    "origin_country": "CN", "this_side_up": False, "fragile": False, "max_load_g": None, "hazmat_class": "",
    "ships_in_own_box": False, "soft": False, "padding_mm": 0, "barcodes": ["4006381333931"],
}  # fmt: skip


@with_config(shown(EXAMPLE))
@dataclass(frozen=True, slots=True)
class ProductOut:
    sku: str
    brand: str
    name: str
    category: str
    length_mm: int
    width_mm: int
    height_mm: int
    weight_g: int
    value_minor: int
    currency: str
    hs_code: str
    origin_country: str
    this_side_up: bool
    fragile: bool
    max_load_g: Annotated[int | None, Field(description="what may lie above it; null: anything")]
    hazmat_class: str
    ships_in_own_box: bool
    soft: Annotated[bool, Field(description="may be folded")]
    padding_mm: Annotated[int, Field(description="wrapped around every side")]
    barcodes: Annotated[list[str], Field(description="what scanners read off one unit, besides the sku")]


@dataclass(frozen=True, slots=True)
class ProductPage:
    data: list[ProductOut]
    next: Next


@router.get("", response=ProductPage, operation_id="listProducts", summary="List products")
def list_products(
    request: HttpRequest,
    brand: Annotated[Code | None, Query(None)],
    search: Annotated[Code | None, Query(None, description="begins the sku, is in name or category, or is a bar code")],
    after: After,
    limit: Limit,
) -> HttpResponse:
    """By sku. Needs the right `see_stock`."""
    caller = allowed(request, "see_stock")
    page = queries.products(caller.scope, brand=brand, search=search, after=after, limit=limit)
    codes = barcodes_of(caller.scope, [row.pk for row in page.rows])
    return page_answer((_told(row, codes.get(row.pk, ())) for row in page.rows), page.after)


@router.get("/{path:sku}", response=ProductOut, operation_id="getProduct", summary="One product")
def get_product(
    request: HttpRequest, sku: Annotated[Code, Path()], brand: Annotated[Code | None, Query(None)]
) -> HttpResponse:
    """Needs the right `see_stock`."""
    caller = allowed(request, "see_stock")
    return one_product(caller, named_product(caller, sku, brand))


def named_product(caller: Caller, sku: str, brand: str | None) -> queries.ProductRow:
    found = queries.product(caller.scope, sku, brand)
    if found is None:
        raise NotFound(f"no product {sku}")
    return found


def one_product(caller: Caller, row: queries.ProductRow) -> HttpResponse:
    return json_answer(_told(row, barcodes_of(caller.scope, [row.pk]).get(row.pk, ())))


def _told(row: queries.ProductRow, barcodes: Sequence[str]) -> ProductOut:
    return ProductOut(
        row.sku,
        row.brand,
        row.name,
        row.category,
        row.length_mm,
        row.width_mm,
        row.height_mm,
        row.weight_g,
        row.value_minor,
        row.currency,
        row.hs_code,
        row.origin_country,
        row.this_side_up,
        row.fragile,
        row.max_load_g,
        row.hazmat_class,
        row.ships_in_own_box,
        row.soft,
        row.padding_mm,
        list(barcodes),
    )
