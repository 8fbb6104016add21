"""/v1/departures: the gate by program: what leaves when, and parcels put onto the pile of a departure by scan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import ConfigDict, Field, with_config

from doorstep.api.answers import json_answer, shown
from doorstep.api.auth import allowed
from doorstep.api.fields import Code, Instant, OneLine
from doorstep.api.once import Key, once_told
from doorstep.api.order_in import Fields
from doorstep.core.parcels import departures
from doorstep.domain.journey import ParcelState
from doorstep.flows import dispatch

router = Router(tags=["departures"])

GATE = {"site": "CWB1", "carrier": "General Parcels", "departs_at": "2024-05-01T21:00:00Z"}
DEPARTURE = {**GATE, "parcels": 14, "staged": 11}
STAGED = {"parcel": "W-1001-1", "brand": "tea", "order": "W-1001"}
WAITING = {
    **STAGED, "state": "staged", "service": "standard", "tracking": "SB004711004711", "sscc": "340123450000000017",
    "weight_g": 640, "ship_at": "2024-05-01T21:00:00Z",
}  # fmt: skip
Number = Annotated[OneLine, Field(min_length=1, max_length=200, description="SSCC, tracking number or parcel's code")]


class StageIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown({"number": "00340123450000000017", **GATE}))

    number: Number
    site: Code
    carrier: Code = Field(description="as services name it")
    departs_at: Instant


class UnstageIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown({"number": "00340123450000000017"}))

    number: Number


@with_config(shown(DEPARTURE))
@dataclass(frozen=True, slots=True)
class DepartureOut:
    site: str
    carrier: str
    departs_at: datetime
    parcels: Annotated[int, Field(description="that are still here, of the brands that the key acts for")]
    staged: int


@dataclass(frozen=True, slots=True)
class DeparturesOut:
    data: list[DepartureOut]


@with_config(shown(STAGED))
@dataclass(frozen=True, slots=True)
class StagedOut:
    parcel: str
    brand: str
    order: str


@with_config(shown(WAITING))
@dataclass(frozen=True, slots=True)
class WaitingOut(StagedOut):
    state: ParcelState
    service: str
    tracking: str
    sscc: str
    weight_g: int
    ship_at: datetime


@dataclass(frozen=True, slots=True)
class WaitingsOut:
    data: list[WaitingOut]


@router.get("", response=DeparturesOut, operation_id="listDepartures", summary="List departures")
def list_departures(request: HttpRequest, site: Annotated[Code | None, Query(None)]) -> HttpResponse:
    """Of the next 36 hours, and those that should have left; by site and time. Needs the right `see`."""
    caller = allowed(request, "see")
    rows = departures.departures(caller.scope, caller.now, site)
    return json_answer(
        {"data": [DepartureOut(one.site, one.carrier, one.departs_at, one.parcels, one.staged) for one in rows]}
    )


@router.get("/parcels", response=WaitingsOut, operation_id="listDepartureParcels", summary="What waits for a departure")
def list_waiting(
    request: HttpRequest,
    site: Annotated[Code, Query()],
    carrier: Annotated[Code, Query(description="as services name it")],
    departs_at: Annotated[Instant, Query()],
) -> HttpResponse:
    """What should leave with it and is still here, 500 at most, what is staged last; with what an earlier one left.

    Needs the right `see`.
    """
    caller = allowed(request, "see")
    rows = departures.waiting(caller.scope, site, carrier, departs_at)
    return json_answer({"data": [_waiting(one) for one in rows]})


@router.post("/stage", response=StagedOut, operation_id="stageParcel", summary="Stage a parcel")
def stage(request: HttpRequest, payload: StageIn, idempotency_key: Key) -> HttpResponse:
    """Put it onto the pile of a departure. What does not belong there is refused with a code of its own: `scan_...`.

    Needs the right `move_stock`.
    """
    caller = allowed(request, "move_stock")

    def work() -> StagedOut:
        gate = payload.site, payload.carrier, payload.departs_at
        return _staged(dispatch.stage(caller.scope, payload.number, *gate, now=caller.now))

    return once_told(request, caller, idempotency_key, work, 200)


@router.post("/unstage", response=StagedOut, operation_id="unstageParcel", summary="Take a parcel off its pile")
def unstage(request: HttpRequest, payload: UnstageIn, idempotency_key: Key) -> HttpResponse:
    """It is labelled again; `scan_gone`: it is on no pile, or its manifest is being closed. Needs `move_stock`."""
    caller = allowed(request, "move_stock")
    return once_told(
        request, caller, idempotency_key, lambda: _staged(dispatch.unstage(caller.scope, payload.number)), 200
    )


def _staged(one: dispatch.Staged) -> StagedOut:
    return StagedOut(one.parcel, one.brand, one.order)


def _waiting(one: departures.Waiting) -> WaitingOut:
    return WaitingOut(
        one.parcel, one.brand, one.order, one.state, one.service, one.tracking, one.sscc, one.weight_g, one.ship_at
    )
