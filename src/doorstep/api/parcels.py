"""/v1/parcels: the plan's parcels, when they leave and what they cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field, with_config

from doorstep.api.answers import After, Limit, Next, json_answer, page_answer, shown
from doorstep.api.auth import allowed
from doorstep.api.fields import Code, Day
from doorstep.core.parcels import queries
from doorstep.core.parcels.foresight import Foresight
from doorstep.domain import parcel
from doorstep.domain.errors import NotFound
from doorstep.domain.journey import ParcelState
from doorstep.domain.parcel import CostParts

router = Router(tags=["parcels"])

EXAMPLE = {
    "parcel": "W-1001-1",
    "brand": "tea",
    "order": "W-1001",
    "state": "labelled",
    "tracking": "SB004711004711",
    "sscc": "340123450000000017",
    "expected_by": None,
    "foreseen": {
        "at": "2024-05-03T09:00:00Z", "in_time_ppm": 941_000, "expected_by": "2024-05-06", "likely_late": False,
    },
    "site": "CWB1",
    "carton": "S",
    "service": "standard",
    "weight_g": 640,
    "billed_weight_g": 1000,
    "ship_at": "2024-05-01T18:00:00Z",
    "promised_by": "2024-05-06",
    "on_time_ppm": 958_000,
    "currency": "BRL",
    "cost_minor": 2310,
    "cost_parts_minor": {
        "pick": 450, "carton": 110, "freight": 1700, "surcharges": 50, "duty_tax": 0, "lateness": 0,
    },
    "contents": [{"line": "1", "sku": "TEA-100", "quantity": 2}],
    "placements": [{"sku": "TEA-100", "unit": 1, "corner_mm": [0, 0, 0], "size_mm": [80, 80, 140]}],
}  # fmt: skip
BRIEF = {key: value for key, value in EXAMPLE.items() if key not in ("contents", "placements")}


@dataclass(frozen=True, slots=True)
class CostPartsOut:
    pick: int
    carton: int
    freight: int
    surcharges: int
    duty_tax: int
    lateness: int


@dataclass(frozen=True, slots=True)
class ForeseenOut:
    at: Annotated[datetime, Field(description="as of when; reckoned anew every hour")]
    in_time_ppm: Annotated[int, Field(description="probability in millionths of arriving by the promised day")]
    expected_by: Annotated[date | None, Field(description="a day that is four in five sure; null: none is")]
    likely_late: Annotated[bool, Field(description="more likely late than not, and the promise not over")]


@dataclass(frozen=True, slots=True)
class ContentOut:
    line: str
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class PlacementOut:
    sku: str
    unit: int
    corner_mm: tuple[int, int, int]
    size_mm: tuple[int, int, int]


@with_config(shown(BRIEF))
@dataclass(frozen=True, slots=True)
class ParcelBrief:
    parcel: str
    brand: str
    order: str
    state: ParcelState
    tracking: Annotated[str, Field(description="the carrier's number of it; empty before its label is bought")]
    sscc: str
    expected_by: Annotated[date | None, Field(description="the carrier's word for when it will be there")]
    foreseen: Annotated[
        ForeseenOut | None,
        Field(description="by how far it has come; null: not under way, or come further since it was last reckoned"),
    ]
    site: str
    carton: Annotated[str, Field(description="own-box: the product ships in its own")]
    service: str
    weight_g: int
    billed_weight_g: int
    ship_at: datetime
    promised_by: Annotated[date, Field(description="local at the destination")]
    on_time_ppm: Annotated[int, Field(description="probability in millionths")]
    currency: str
    cost_minor: Annotated[int, Field(description="sum of the parts, in minor units")]
    cost_parts_minor: CostPartsOut


@with_config(shown(EXAMPLE))
@dataclass(frozen=True, slots=True)
class ParcelOut(ParcelBrief):
    contents: list[ContentOut]
    placements: list[PlacementOut]


@dataclass(frozen=True, slots=True)
class ParcelPage:
    data: list[ParcelBrief]
    next: Next


@router.get("", response=ParcelPage, operation_id="listParcels", summary="List parcels")
def list_parcels(
    request: HttpRequest,
    brand: Annotated[Code | None, Query(None)],
    site: Annotated[Code | None, Query(None)],
    service: Annotated[Code | None, Query(None)],
    state: Annotated[ParcelState | None, Query(None)],
    ship_date: Annotated[Day | None, Query(None, description="local at the site")],
    after: After,
    limit: Limit,
) -> HttpResponse:
    """The latest to leave first. Needs the right `see`."""
    caller = allowed(request, "see")
    page = queries.list_parcels(
        caller.scope,
        brand=brand,
        site=site,
        service=service,
        state=state,
        ship_date=ship_date,
        after=after,
        limit=limit,
    )
    return page_answer(map(brief, page.rows), page.after)


@router.get("/{path:parcel}", response=ParcelOut, operation_id="getParcel", summary="One parcel")
def get_parcel(
    request: HttpRequest, parcel: Annotated[Code, Path()], brand: Annotated[Code | None, Query(None)]
) -> HttpResponse:
    """With what lies in it, and how. Needs the right `see`."""
    caller = allowed(request, "see")
    found = queries.parcel(caller.scope, parcel, brand)
    if found is None:
        raise NotFound(f"no parcel {parcel}")
    return json_answer(detail(found))


def brief(row: queries.ParcelRow) -> ParcelBrief:
    return ParcelBrief(*_heads(row))


def detail(found: queries.ParcelDetail) -> ParcelOut:
    contents = [ContentOut(one.line, one.sku, one.quantity) for one in found.contents]
    return ParcelOut(*(*_heads(found.row), contents, [placement(one) for one in found.placements]))


def planned(one: parcel.Parcel, brand: str, currency: str) -> ParcelOut:
    """Say a parcel that was planned in this very request."""
    return ParcelOut(
        one.parcel,
        brand,
        one.orders[0],
        "planned",
        "",
        "",
        None,
        None,
        one.site,
        one.carton,
        one.service,
        one.weight_g,
        one.billed_weight_g,
        one.ship_at.astimezone(UTC),
        one.promised_by,
        one.on_time_ppm,
        currency,
        one.cost.total_minor,
        cost_parts(one.cost),
        [ContentOut(part.line, part.sku, part.quantity) for part in one.contents],
        [placement(lying) for lying in one.placements],
    )


def cost_parts(cost: CostParts) -> CostPartsOut:
    return CostPartsOut(*cost.lines_minor)


def _foreseen(told: Foresight | None) -> ForeseenOut | None:
    return None if told is None else ForeseenOut(told.at, told.in_time_ppm, told.by, told.likely_late)


def _heads(row: queries.ParcelRow) -> tuple[Any, ...]:
    return (
        row.parcel,
        row.brand,
        row.order,
        row.state,
        row.tracking,
        row.sscc,
        row.expected_by,
        _foreseen(row.foreseen),
        row.site,
        row.carton,
        row.service,
        row.weight_g,
        row.billed_weight_g,
        row.ship_at,
        row.promised_by,
        row.on_time_ppm,
        row.currency,
        row.cost.total_minor,
        cost_parts(row.cost),
    )


def placement(one: parcel.Placement) -> PlacementOut:
    return PlacementOut(one.sku, one.unit, (one.x_mm, one.y_mm, one.z_mm), (one.length_mm, one.width_mm, one.height_mm))
