"""/v1/scans: scans of a carrier that has no other way to tell them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import ConfigDict, Field, with_config

from doorstep.api.answers import shown
from doorstep.api.auth import allowed
from doorstep.api.fields import Code, Day, Instant, OneLine
from doorstep.api.once import Key, once_told_outside
from doorstep.api.order_in import Fields
from doorstep.domain.travel import Milestone
from doorstep.flows import track

router = Router(tags=["tracking"])

SCAN = {
    "tracking": "340123450000000017", "milestone": "failed", "at": "2024-05-03T12:00:00+02:00", "place": "door",
    "reason": "nobody at home", "expected_by": "2024-05-04",
}  # fmt: skip


class ScanIn(Fields):
    tracking: Code = Field(max_length=80)
    milestone: Milestone
    at: Instant = Field(description="when it was scanned")
    place: OneLine = Field("", max_length=100)
    reason: OneLine = Field("", max_length=200)
    expected_by: Day | None = Field(None, description="the carrier's word for when it will be there")


class ScansIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown({"account": "post", "scans": [SCAN]}))

    account: Code = Field(description="with the carrier, as `doorstep add-carrier` named it")
    scans: list[ScanIn] = Field(min_length=1, max_length=1_000)


@with_config(shown({"new": 1, "unmatched": 0}))
@dataclass(frozen=True, slots=True)
class TakenOut:
    new: Annotated[int, Field(description="all others had been told before, and change nothing")]
    unmatched: Annotated[int, Field(description="of the new ones: kept, and of no parcel or return that is known")]


@router.post("", response={201: TakenOut}, operation_id="enterScans", summary="Enter scans by hand")
def enter_scans(request: HttpRequest, payload: ScansIn, idempotency_key: Key) -> HttpResponse:
    """In any order, and as often as you like: parcels stand as all their scans say. Needs the right `move_stock`."""
    caller = allowed(request, "move_stock")
    entered = [
        track.Entered(one.tracking, one.milestone, one.at, one.place, one.reason, one.expected_by)
        for one in payload.scans
    ]

    def work() -> TakenOut:
        taken = track.enter_listed(caller.scope, payload.account, entered, now=caller.now)
        return TakenOut(taken.new, taken.unmatched)

    # Not in one transaction: many scans are taken in by several, so that parcels are not locked for long.
    return once_told_outside(request, caller, idempotency_key, work)
