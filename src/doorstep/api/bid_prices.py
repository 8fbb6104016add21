"""/v1/stock/prices: what one more of what is short would be worth to the orders that are yet to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field, with_config

from doorstep.api.answers import After, Limit, Next, page_answer, shown
from doorstep.api.auth import allowed, brand_of
from doorstep.api.fields import Code
from doorstep.core.paging import page, read_cursor
from doorstep.flows.bids import price_key, prices

router = Router(tags=["stock"])

EXAMPLE = {
    "brand": "tea", "site": "CWB1", "sku": "TEA-100", "service": "", "price_micros": 4_250_000, "currency": "BRL",
    "learned_at": "2024-05-01T07:30:01Z", "heeded": True,
}  # fmt: skip


@with_config(shown(EXAMPLE))
@dataclass(frozen=True, slots=True)
class PriceOut:
    """A price weighs on orders that are decided one at a time; nobody pays it."""

    brand: str
    site: str
    sku: Annotated[str, Field(description="one more unit of it; empty: of the room there")]
    service: Annotated[str, Field(description="room for one more parcel by it; empty, as `sku`: for one more order")]
    price_micros: Annotated[int, Field(description="in millionths of the currency")]
    currency: str
    learned_at: datetime
    heeded: Annotated[bool, Field(description="false: the brand's orders are decided without prices")]


@dataclass(frozen=True, slots=True)
class PricePage:
    data: list[PriceOut]
    next: Next


@router.get("/prices", response=PricePage, operation_id="listBidPrices", summary="What one more unit is worth")
def list_prices(
    request: HttpRequest,
    brand: Annotated[Code | None, Query(None)],
    site: Annotated[Code | None, Query(None)],
    sku: Annotated[Code | None, Query(None)],
    after: After,
    limit: Limit,
) -> HttpResponse:
    """The dearest first, as learned last; what is not short has none. Needs the right `see_stock`."""
    caller = allowed(request, "see_stock")
    of = [brand_of(caller, brand, "query").code] if brand else None
    rows = [one for one in prices(caller.scope, caller.now, of) if site in (None, one.site) and sku in (None, one.sku)]
    if after is not None:
        last = read_cursor(after, int, str, str, str, str)
        rows = [one for one in rows if price_key(one) > last]
    told = page(rows, limit, lambda one: one, price_key)
    return page_answer(told.rows, told.after)
