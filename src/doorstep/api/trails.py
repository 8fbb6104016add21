"""/v1/orders/{order}/trail: all that is on record of an order, and how it stood at any instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field, with_config

from doorstep.api.answers import After, Limit, Next, json_answer, shown
from doorstep.api.auth import allowed
from doorstep.api.fields import Code, Instant
from doorstep.api.order_changes import found_order
from doorstep.domain.history import AsItStood
from doorstep.flows.trail import Source, as_it_stood, known_actors, trail

router = Router(tags=["orders"])
STOOD = {
    "as_of": "2024-05-03T10:00:00Z", "known": True, "state": "shipped", "reason": "", "promised_by": "2024-05-06",
    "parcels": [
        {
            "parcel": "W-1001-1", "state": "in_transit", "late": False,
            "milestones": [{"at": "2024-05-02T18:00:00Z", "milestone": "accepted", "place": "Curitiba"}],
        }
    ],
    "unpacked": 0, "returns": {}, "erased": False,
}  # fmt: skip
ENTRY = {
    "entry": "fact:812", "at": "2024-05-02T18:00:00Z", "source": "fact", "kind": "ParcelScanned",
    "actor": "carrier:correios", "name": "", "subject": "order:17", "cause": "",
    "data": {"parcel": "W-1001-1", "milestone": "accepted", "place": "Curitiba"},
}  # fmt: skip


@with_config(shown(ENTRY))
@dataclass(frozen=True, slots=True)
class EntryOut:
    entry: Annotated[str, Field(description="names it for good; causes name it so")]
    at: datetime
    source: Source
    kind: str
    actor: str
    name: Annotated[str, Field(description="of the person or key; empty: it is neither, or yours is not to know")]
    subject: str
    cause: Annotated[str, Field(description="the entry that it followed from; empty: none")]
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MilestoneOut:
    at: datetime
    milestone: str
    place: str


@dataclass(frozen=True, slots=True)
class PastParcelOut:
    parcel: str
    state: str
    late: Annotated[bool, Field(description="it was expected later than promised")]
    milestones: list[MilestoneOut]


@with_config(shown(STOOD))
@dataclass(frozen=True, slots=True)
class StoodOut:
    as_of: datetime
    known: Annotated[bool, Field(description="the order was there")]
    state: str
    reason: str
    promised_by: date | None
    parcels: Annotated[list[PastParcelOut], Field(description="those that were packed")]
    unpacked: Annotated[int, Field(description="parcels of the plan that were not packed yet")]
    returns: Annotated[Mapping[str, str], Field(description="states of returns by their numbers")]
    erased: Annotated[bool, Field(description="its shopper's data were erased by then")]


@dataclass(frozen=True, slots=True)
class TrailPage:
    data: list[EntryOut]
    next: Next
    stood: Annotated[StoodOut | None, Field(description="with `as_of`: how the order stood then, by its facts alone")]


@router.get("/{path:order}/trail", response=TrailPage, operation_id="getTrail", summary="All that happened to an order")
def show(
    request: HttpRequest,
    order: Annotated[Code, Path()],
    brand: Annotated[Code | None, Query(None)],
    kind: Annotated[Code | None, Query(None, description="of these alone: docs/guides/trail.md names them")],
    source: Annotated[Source | None, Query(None, description="fact, decision, label, message or move")],
    as_of: Annotated[Instant | None, Query(None, description="nothing later is told")],
    after: After,
    limit: Limit,
) -> HttpResponse:
    """Facts, decisions, labels, messages and stock moves, the oldest first. Needs the right `see`."""
    caller = allowed(request, "see")
    found = found_order(caller, order, brand)
    where = caller.scope, found.row.pk, found.brand_id
    page = trail(*where, kind=kind or "", source=source or "", as_of=as_of, after=after, limit=limit)
    names = known_actors(caller.scope, page.rows).names
    stood = None if as_of is None else _stood(as_it_stood(caller.scope, found.row.pk, as_of), as_of)
    rows = [
        EntryOut(
            one.name,
            one.at,
            one.source,
            one.kind,
            one.actor,
            names.get(one.actor.partition("/")[0], ""),
            one.subject,
            one.cause,
            one.data,
        )
        for one in page.rows
    ]
    return json_answer(TrailPage(rows, page.after, stood))


def _stood(one: AsItStood, as_of: datetime) -> StoodOut:
    parcels = [
        PastParcelOut(
            code,
            past.state,
            code in one.late,
            [MilestoneOut(scan.at, scan.milestone, scan.place) for scan in past.milestones],
        )
        for code, past in sorted(one.parcels.items())
    ]
    unpacked = max(0, one.planned - len(parcels)) if one.state not in ("open", "held", "cancelled") else 0
    return StoodOut(
        as_of, one.known, one.state, one.reason, one.promised_by, parcels, unpacked, one.returns, one.erased
    )
