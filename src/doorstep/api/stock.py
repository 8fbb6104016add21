"""/v1/stock: what is there now, cheap to ask again, and what has changed since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from ninja import Header, Query, Router
from pydantic import Field, with_config

from doorstep.api.answers import After, Limit, Next, json_answer, shown
from doorstep.api.auth import allowed, brand_of
from doorstep.api.fields import Code
from doorstep.core.stock import queries

router = Router(tags=["stock"])
MOST_TOLD = 500
_told: dict[
    tuple[object, ...], bytes
] = {}  # what was answered under a tag holds as long as the tag, as it does for a 304


def forget() -> None:
    """Hold nothing any more: the record is another one."""
    _told.clear()


LEVEL = {
    "brand": "tea", "site": "CWB1", "sku": "TEA-100", "available": 120, "reserved": 8, "picked": 2,
    "quarantined": 0, "damaged": 1, "in_transit": 0, "expected": 500,
    "expired": 0,
}  # fmt: skip
MOVE = {
    "version": 42, "at": "2024-05-01T07:30:01Z", "actor": "key:3", "reason": "reservation", "note": "",
    "reference": "order:17", "sku": "TEA-100", "quantity": 2,
    "source": {"site": "CWB1", "bin": "A-01", "lot": "", "state": "available"},
    "target": {"site": "CWB1", "bin": "A-01", "lot": "", "state": "reserved"},
}  # fmt: skip


@with_config(shown(LEVEL))
@dataclass(frozen=True, slots=True)
class StockOut:
    """Units of a product at a site; bins and lots together."""

    brand: str
    site: str
    sku: str
    available: int
    reserved: int
    picked: int
    quarantined: int
    damaged: int
    in_transit: int
    expected: Annotated[int, Field(description="announced and not received yet")]
    expired: Annotated[int, Field(description="past the last day of sale, local at the site: there, not available")]


@dataclass(frozen=True, slots=True)
class StockPage:
    data: list[StockOut]
    next: Next


@dataclass(frozen=True, slots=True)
class EndOut:
    site: str
    bin: str
    lot: str
    state: str


@with_config(shown(MOVE))
@dataclass(frozen=True, slots=True)
class MoveOut:
    version: int
    at: datetime
    actor: str
    reason: str
    note: str
    reference: str
    sku: str
    quantity: int
    source: Annotated[EndOut | None, Field(description="null: came from outside")]
    target: Annotated[EndOut | None, Field(description="null: left the house")]


@dataclass(frozen=True, slots=True)
class ChangesOut:
    data: list[MoveOut]
    version: Annotated[int, Field(description="`since` of the next question")]
    more: Annotated[bool, Field(description="ask again at once: there was more already")]


@router.get("", response={200: StockPage, 304: None}, operation_id="listStock", summary="Stock now")
def list_stock(
    request: HttpRequest,
    brand: Annotated[Code | None, Query(None)],
    site: Annotated[Code | None, Query(None)],
    sku: Annotated[Code | None, Query(None)],
    after: After,
    limit: Limit,
    if_none_match: Annotated[
        str, Header("", alias="If-None-Match", max_length=1_000, description="`ETag` of the answer before")
    ],
) -> HttpResponse:
    """By site and sku. Sent with `If-None-Match` it answers 304 while no stock has moved. Needs `see_stock`."""
    caller = allowed(request, "see_stock")
    tag = f'"{queries.version(caller.scope, caller.now)}"'  # read first: the rows are as new as it says, or newer
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    if _matches(if_none_match, tag):
        return HttpResponseNotModified(headers=headers)
    brand_id = brand_of(caller, brand, "query").id if brand else None
    asked = (caller.scope.operator, caller.scope.brands, tag, brand_id, site, sku, after, limit)
    body = _told.get(asked)
    if body is None:
        page = queries.stock(caller.scope, at=caller.now, brand=brand_id, site=site, sku=sku, after=after, limit=limit)
        body = json_answer({"data": list(page.rows), "next": page.after}).content
        if len(_told) >= MOST_TOLD:
            _told.clear()
        _told[asked] = body
    return HttpResponse(body, content_type="application/json", headers=headers)


@router.get("/changes", response=ChangesOut, operation_id="listStockChanges", summary="Stock changes")
def list_changes(
    request: HttpRequest,
    since: Annotated[
        int, Query(0, ge=0, le=2**63 - 1, description="`version` of the answer before; 0: from the start")
    ],
    brand: Annotated[str, Query("", max_length=100, description="needed when the key acts for several brands")],
    limit: Annotated[int, Query(200, ge=1, le=queries.CHANGES, description="moves; a posting is never cut in two")],
) -> HttpResponse:
    """Every move, in the order in which they were committed; none is missed, none told twice. Needs `see_stock`."""
    caller = allowed(request, "see_stock")
    changes = queries.changes(caller.scope, brand_of(caller, brand, "query").id, since, limit)
    moves = [
        MoveOut(
            one.version,
            one.at,
            one.actor,
            one.reason,
            one.note,
            one.reference,
            one.sku,
            one.quantity,
            _end(one.source),
            _end(one.target),
        )
        for one in changes.moves
    ]
    return json_answer(ChangesOut(moves, changes.version, changes.more))


def _end(place: queries.Place | None) -> EndOut | None:
    return EndOut(place.site, place.bin, place.lot, place.state) if place else None


def _matches(asked: str, tag: str) -> bool:
    """RFC 9110, 13.1.2: a list of tags, weak or not, or a star."""
    return any(one.strip().removeprefix("W/") in (tag, "*") for one in asked.split(",")) if asked else False
