"""/v1/stock/health: how long stock lasts, how old it is, what does not sell and what may run out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field, with_config

from doorstep.api.answers import After, Limit, Next, page_answer, shown
from doorstep.api.auth import allowed, brand_of
from doorstep.api.fields import Code
from doorstep.core.stock.fitness import Kind, paged
from doorstep.core.stock.health import health

router = Router(tags=["stock"])

EXAMPLE = {
    "brand": "tea", "site": "CWB1", "sku": "TEA-100", "available": 120, "daily_units": 8.5, "days_of_cover": 14.1,
    "oldest_days": 12, "dead": False, "lead_days": 14.0, "stock_out_risk": 0.48,
}  # fmt: skip


@with_config(shown(EXAMPLE))
@dataclass(frozen=True, slots=True)
class HealthOut:
    """A product at a site."""

    brand: str
    site: str
    sku: str
    available: int
    daily_units: Annotated[float, Field(description="what orders took a day, over the last 28")]
    days_of_cover: Annotated[float | None, Field(description="null: nothing is taken, it lasts for ever")]
    oldest_days: Annotated[int | None, Field(description="null: there are none")]
    dead: Annotated[bool, Field(description="here for 90 days, of which none went to an order")]
    lead_days: Annotated[float, Field(description="until the earliest announced goods are due; none: 14")]
    stock_out_risk: Annotated[float, Field(description="chance that orders take more before that; 0 to 1")]


@dataclass(frozen=True, slots=True)
class HealthPage:
    data: list[HealthOut]
    next: Next


@router.get("/health", response=HealthPage, operation_id="listStockHealth", summary="How stock fares")
def list_health(
    request: HttpRequest,
    brand: Annotated[Code | None, Query(None)],
    site: Annotated[Code | None, Query(None)],
    kind: Annotated[Kind | None, Query(None, description="only this class of positions")],
    after: After,
    limit: Limit,
) -> HttpResponse:
    """The most endangered first. Needs the right `see_stock`."""
    caller = allowed(request, "see_stock")
    of = brand_of(caller, brand, "query").code if brand else None
    rows = [row for row in health(caller.scope, caller.now, site=site) if of in (None, row.brand)]
    page = paged(rows, kind, after, limit)
    return page_answer(page.rows, page.after)
