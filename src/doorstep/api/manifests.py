"""/v1/manifests: what was handed over, when and to whom; and handing over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field, with_config

from doorstep.api.answers import After, Limit, Next, file_answer, json_answer, page_answer, shown
from doorstep.api.auth import Caller, allowed
from doorstep.api.fields import Code, Instant
from doorstep.api.once import OptionalKey, once_if_keyed
from doorstep.api.order_in import Fields
from doorstep.core.parcels import departures
from doorstep.domain.errors import NotFound
from doorstep.flows import dispatch, paper

router = Router(tags=["manifests"])

Kind = Literal["collection", "drop_off"]
State = Literal["closing", "closed", "refused"]
NAMED = "^(M-)?[0-9]{1,18}$"  # 12, or M-000012 as pages and paper print it
EXAMPLE = {
    "manifest": 12,
    "code": "M-000012",
    "site": "CWB1",
    "carrier": "General Parcels",
    "kind": "collection",
    "state": "closed",
    "departs_at": "2024-05-01T18:00:00Z",
    "closed_at": "2024-05-01T17:52:11Z",
    "told_at": "2024-05-01T17:52:12Z",
    "reference": "SM0A1B2C3D4E",
    "refused": "",
    "parcels": 1,
    "weight_g": 640,
    "contents": [
        {"parcel": "W-1001-1", "brand": "tea", "order": "W-1001", "service": "standard", "state": "handed_over",
         "tracking": "SB004711004711", "sscc": "340123450000000017", "weight_g": 640},
    ],
}  # fmt: skip
BRIEF = {key: value for key, value in EXAMPLE.items() if key not in ("weight_g", "contents")}
CLOSING = {"site": "CWB1", "carrier": "General Parcels", "departs_at": "2024-05-01T18:00:00Z", "kind": "collection"}
CLOSED = {
    "manifest": 12, "code": "M-000012", "parcels": 1, "told": True,
    "left_behind": [{"parcel": "W-1002-1", "brand": "tea", "order": "W-1002", "state": "labelled"}],
}  # fmt: skip


@with_config(shown(BRIEF))
@dataclass(frozen=True, slots=True)
class ManifestBrief:
    manifest: int
    code: str
    site: str
    carrier: str
    kind: Kind
    state: Annotated[State, Field(description="refused: it is closed, and its carrier would not hear of it")]
    departs_at: datetime
    closed_at: datetime | None
    told_at: Annotated[datetime | None, Field(description="when the carrier had heard of it")]
    reference: Annotated[str, Field(description="the carrier's own number of it")]
    refused: Annotated[str, Field(description="why the carrier would not hear of it; it is not told again")]
    parcels: Annotated[int, Field(description="those that the key may see")]


@dataclass(frozen=True, slots=True)
class OnManifestOut:
    parcel: str
    brand: str
    order: str
    service: str
    state: str
    tracking: str
    sscc: str
    weight_g: int


@with_config(shown(EXAMPLE))
@dataclass(frozen=True, slots=True)
class ManifestOut(ManifestBrief):
    weight_g: int
    contents: list[OnManifestOut]


@dataclass(frozen=True, slots=True)
class ManifestPage:
    data: list[ManifestBrief]
    next: Next


class ClosingIn(Fields):
    model_config = shown(CLOSING)

    site: Code
    carrier: Code = Field(description="as services name it")
    departs_at: Instant = Field(description="what is staged for this departure and those before it is handed over")
    kind: Kind = "collection"


@dataclass(frozen=True, slots=True)
class LeftBehindOut:
    parcel: str
    brand: str
    order: str
    state: str


@with_config(shown(CLOSED))
@dataclass(frozen=True, slots=True)
class ClosedOut:
    manifest: int
    code: str
    parcels: int
    told: Annotated[bool, Field(description="the carrier has heard of it; if not, it is told later")]
    left_behind: Annotated[list[LeftBehindOut], Field(description="still here, and should have left by then")]


@router.get("", response=ManifestPage, operation_id="listManifests", summary="List manifests")
def list_manifests(
    request: HttpRequest,
    site: Annotated[Code | None, Query(None)],
    carrier: Annotated[Code | None, Query(None)],
    after: After,
    limit: Limit,
) -> HttpResponse:
    """The newest first; a brand's key sees those that its parcels left with. Needs the right `see`."""
    caller = allowed(request, "see")
    page = departures.manifests(caller.scope, site=site, carrier=carrier, after=after, limit=limit)
    return page_answer([ManifestBrief(*_heads(one)) for one in page.rows], page.after)


@router.get("/{manifest}", response=ManifestOut, operation_id="getManifest", summary="One manifest")
def get_manifest(request: HttpRequest, manifest: Annotated[str, Path(pattern=NAMED)]) -> HttpResponse:
    """By its number or its printed code, with the parcels that the key may see. Needs the right `see`."""
    caller = allowed(request, "see")
    return json_answer(_whole(caller, int(manifest.removeprefix("M-"))))


@router.get(
    "/{manifest}/sheet",
    response={200: str},
    operation_id="getManifestSheet",
    summary="A manifest on paper",
    openapi_extra={
        "responses": {
            200: {
                "description": "the manifest, or the drop-off sheet",
                "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
            }
        }
    },
)
def get_sheet(request: HttpRequest, manifest: Annotated[str, Path(pattern=NAMED)]) -> HttpResponse:
    """A4, with the parcels that the key may see; of a drop-off, the sheet for the counter. Needs the right `see`."""
    caller = allowed(request, "see")
    return file_answer(paper.manifest(caller.scope, int(manifest.removeprefix("M-"))))


@router.post("", response={201: ClosedOut}, operation_id="closeManifest", summary="Hand over what is staged")
def close_manifest(request: HttpRequest, payload: ClosingIn, idempotency_key: OptionalKey) -> HttpResponse:
    """When the carrier calls, or for a drop-off. Stopped half way, it is gone on with. Needs the right `move_stock`.

    Sent again with its Idempotency-Key it is answered as the first time, and takes nothing that was staged meanwhile.
    """
    caller = allowed(request, "move_stock")

    def work() -> ClosedOut:
        closed = dispatch.close_manifest(
            caller.scope, payload.site, payload.carrier, payload.departs_at, now=caller.now, kind=payload.kind
        )
        behind = [LeftBehindOut(one.parcel, one.brand, one.order, one.state) for one in closed.left_behind]
        return ClosedOut(closed.manifest, closed.code, closed.parcels, closed.told, behind)

    return once_if_keyed(request, caller, idempotency_key, work, outside=True)


def _whole(caller: Caller, pk: int) -> ManifestOut:
    found = departures.manifest(caller.scope, pk)
    if found is None:
        raise NotFound(f"no manifest {pk}")
    parcels = departures.on_manifest(caller.scope, pk)
    contents = [
        OnManifestOut(one.parcel, one.brand, one.order, one.service, one.state, one.tracking, one.sscc, one.weight_g)
        for one in parcels
    ]
    return ManifestOut(*(*_heads(found), departures.weight_of(parcels), contents))


def _heads(one: departures.ManifestSeen) -> tuple[Any, ...]:
    kind: Kind = "drop_off" if one.kind == "drop_off" else "collection"
    state: State = "closing" if one.state != "closed" else "refused" if one.refused else "closed"
    return (
        one.pk,
        one.code,
        one.site,
        one.carrier,
        kind,
        state,
        one.departs_at,
        one.closed_at,
        one.told_at,
        one.reference,
        one.refused,
        one.parcels,
    )
