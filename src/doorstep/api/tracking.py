"""/v1/tracking: where a parcel is, by its code and by the carrier's number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field, with_config

from doorstep.api.answers import json_answer, shown
from doorstep.api.auth import allowed
from doorstep.api.fields import Code
from doorstep.core.parcels.journeys import Journey, journey, journey_of
from doorstep.domain.errors import NotFound
from doorstep.domain.journey import ParcelState
from doorstep.domain.travel import Milestone

router = Router(tags=["tracking"])
of_parcels = Router(tags=["parcels"])

EXAMPLE = {
    "parcel": "W-1001-1",
    "brand": "tea",
    "order": "W-1001",
    "state": "out_for_delivery",
    "reason": "",
    "attempts": 0,
    "service": "standard",
    "tracking": "SB004711004711",
    "sscc": "340123450000000017",
    "promised_by": "2024-05-06",
    "expected_by": "2024-05-04",
    "scans": [
        {
            "at": "2024-05-03T06:12:00Z", "milestone": "out_for_delivery", "place": "Depot North", "reason": "",
            "expected_by": "2024-05-03",
        }
    ],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ScanOut:
    at: datetime
    milestone: Milestone
    place: str
    reason: str
    expected_by: date | None


@with_config(shown(EXAMPLE))
@dataclass(frozen=True, slots=True)
class TrackingOut:
    parcel: str
    brand: str
    order: str
    state: ParcelState
    reason: str
    attempts: Annotated[int, Field(description="deliveries tried without success")]
    service: str
    tracking: str
    sscc: str
    promised_by: Annotated[date, Field(description="local at the destination")]
    expected_by: Annotated[date | None, Field(description="the carrier's word for when it will be there")]
    scans: Annotated[list[ScanOut], Field(description="by their own time, oldest first")]


@of_parcels.get(
    "/{path:parcel}/tracking", response=TrackingOut, operation_id="getParcelTracking", summary="Where a parcel is"
)
def get_parcel_tracking(
    request: HttpRequest, parcel: Annotated[Code, Path()], brand: Annotated[Code | None, Query(None)]
) -> HttpResponse:
    """All of its scans, in whatever order they came in. Needs the right `see`."""
    caller = allowed(request, "see")
    return _answer(journey(caller.scope, parcel, brand), f"no parcel {parcel}")


@router.get("/{path:number}", response=TrackingOut, operation_id="getTracking", summary="Where a carrier's number is")
def get_tracking(request: HttpRequest, number: Annotated[Code, Path()]) -> HttpResponse:
    """The same, by the carrier's number. Needs the right `see`."""
    caller = allowed(request, "see")
    return _answer(journey_of(caller.scope, number), f"no parcel with the number {number}")


def _answer(found: Journey | None, missing: str) -> HttpResponse:
    if found is None:
        raise NotFound(missing)
    row = found.row
    scans = [ScanOut(one.at, one.milestone, one.place, one.reason, one.expected_by) for one in found.scans]
    return json_answer(
        {
            "parcel": row.parcel,
            "brand": row.brand,
            "order": row.order,
            "state": row.state,
            "reason": row.state_reason,
            "attempts": row.attempts,
            "service": row.service,
            "tracking": row.tracking,
            "sscc": row.sscc,
            "promised_by": row.promised_by,
            "expected_by": row.expected_by,
            "scans": scans,
        }
    )
