"""/v1/disruptions: what delays parcels on their way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import ConfigDict, Field, StrictInt, with_config

from doorstep.api.answers import After, Limit, Next, json_answer, page_answer, shown
from doorstep.api.auth import Caller, allowed
from doorstep.api.fields import Code, Country, Day, OneLine
from doorstep.api.once import Key, OptionalKey, once_if_keyed, once_told
from doorstep.api.order_in import Fields
from doorstep.core.messages import disruptions as queries
from doorstep.domain.disruption import AREA_LENGTH, MOST_DELAY_DAYS, Disruption, DisruptionKind
from doorstep.domain.errors import NotFound
from doorstep.flows.disruption import LONGEST_TEXT, declare, end_disruption, worsen

router = Router(tags=["disruptions"])
EXAMPLE = {
    "id": 4, "kind": "strike", "country": "FR", "region": "", "postcode_prefix": "75", "site": "", "carrier": "",
    "service": "", "starts_on": "2024-05-01", "ends_on": "2024-05-03", "delay_days": 2,
    "text": "The carrier is on strike.", "declared_at": "2024-05-01T07:30:00Z", "ended_at": None,
}  # fmt: skip
DECLARED = {
    "kind": "strike", "country": "FR", "postcode_prefix": "75", "starts_on": "2024-05-01", "ends_on": "2024-05-03",
    "delay_days": 2, "text": "The carrier is on strike.",
}  # fmt: skip
DisruptionId = Annotated[int, Path(ge=1, le=2**63 - 1)]


class DisruptionIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown(DECLARED))

    kind: DisruptionKind
    country: Country | None = Field(None, description="of the destination; left out: any")
    region: OneLine = Field("", max_length=100)
    postcode_prefix: OneLine = Field("", max_length=AREA_LENGTH)
    site: Code | None = Field(None, description="where parcels leave; left out: any")
    carrier: OneLine = Field("", max_length=100)
    service: OneLine = Field("", max_length=100)
    starts_on: Day
    ends_on: Day = Field(description="inclusive")
    delay_days: Annotated[StrictInt, Field(ge=1, le=MOST_DELAY_DAYS, description="working days of the service")]
    text: OneLine = Field("", max_length=LONGEST_TEXT, description="for shoppers")


class ChangeIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown({"ends_on": "2024-05-06", "delay_days": 3}))

    ends_on: Day | None = Field(None, description="inclusive; left out: as it was, as the others")
    delay_days: Annotated[StrictInt, Field(ge=1, le=MOST_DELAY_DAYS)] | None = None
    text: OneLine | None = Field(None, max_length=LONGEST_TEXT, description="for shoppers")


@with_config(shown(EXAMPLE))
@dataclass(frozen=True, slots=True)
class DisruptionOut:
    id: int
    kind: DisruptionKind
    country: Annotated[str, Field(description="of the destination; empty, as in all fields of place: any")]
    region: str
    postcode_prefix: str
    site: str
    carrier: str
    service: str
    starts_on: date
    ends_on: date
    delay_days: int
    text: str
    declared_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class DisruptionPage:
    data: list[DisruptionOut]
    next: Next


@router.get("", response=DisruptionPage, operation_id="listDisruptions", summary="List disruptions")
def list_disruptions(request: HttpRequest, after: After, limit: Limit) -> HttpResponse:
    """The latest declared first, ended ones too. Needs the right `plan`."""
    caller = allowed(request, "plan")
    page = queries.list_disruptions(caller.scope, after=after, limit=limit)
    return page_answer((_told(row) for row in page.rows), page.after)


@router.post("", response={201: DisruptionOut}, operation_id="declareDisruption", summary="Declare a disruption")
def declare_one(request: HttpRequest, payload: DisruptionIn, idempotency_key: OptionalKey) -> HttpResponse:
    """Parcels at risk get their new day, each shopper one message; new promises are wider. Needs the right `plan`.

    Sent twice without an Idempotency-Key it is declared twice.
    """
    caller = allowed(request, "plan")
    what = Disruption(
        payload.country or "",
        payload.region,
        payload.postcode_prefix.upper(),
        payload.site or "",
        payload.carrier,
        payload.service,
        payload.starts_on,
        payload.ends_on,
        payload.delay_days,
    )

    def work() -> DisruptionOut:
        return _told(_found(caller, declare(caller.scope, payload.kind, what, payload.text, now=caller.now)))

    return once_if_keyed(request, caller, idempotency_key, work)


@router.patch(
    "/{disruption_id}", response=DisruptionOut, operation_id="changeDisruption", summary="Change a disruption"
)
def change_one(
    request: HttpRequest, disruption_id: DisruptionId, payload: ChangeIn, idempotency_key: Key
) -> HttpResponse:
    """How long it lasts and delays; only shoppers who must be told a later date are told. Needs the right `plan`."""
    caller = allowed(request, "plan")

    def work() -> DisruptionOut:
        was = _found(caller, disruption_id)
        worsen(
            caller.scope,
            disruption_id,
            ends_on=payload.ends_on or was.what.ends_on,
            delay_days=payload.delay_days or was.what.delay_days,
            text=was.text if payload.text is None else payload.text,
            now=caller.now,
        )
        return _told(_found(caller, disruption_id))

    return once_told(request, caller, idempotency_key, work, 200)


@router.post(
    "/{disruption_id}/end", response={201: DisruptionOut}, operation_id="endDisruption", summary="End a disruption"
)
def end_one(request: HttpRequest, disruption_id: DisruptionId) -> HttpResponse:
    """New promises no longer reckon with it; what shoppers were told stays said. Needs the right `plan`."""
    caller = allowed(request, "plan")
    end_disruption(caller.scope, disruption_id, now=caller.now)
    return json_answer(_told(_found(caller, disruption_id)), 201)


def _found(caller: Caller, pk: int) -> queries.DisruptionRow:
    found = queries.get(caller.scope, pk)
    if found is None:
        raise NotFound(f"no disruption {pk}")
    return found


def _told(row: queries.DisruptionRow) -> DisruptionOut:
    what = row.what
    return DisruptionOut(
        row.pk,
        row.kind,
        what.country,
        what.region,
        what.postcode_prefix,
        what.site,
        what.carrier,
        what.service,
        what.starts_on,
        what.ends_on,
        what.delay_days,
        row.text,
        row.declared_at,
        row.ended_at,
    )
