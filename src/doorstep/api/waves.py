"""/v1/waves: what is released to the floor, what is picked of it, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import ConfigDict, Field, with_config

from doorstep.api.answers import After, Limit, Next, json_answer, page_answer, shown
from doorstep.api.auth import Caller, allowed
from doorstep.api.fields import Code, Instant, OneLine
from doorstep.api.once import OptionalKey, once_if_keyed
from doorstep.api.order_in import Fields
from doorstep.core.floor import queries
from doorstep.domain.errors import NotFound
from doorstep.domain.floor import PickState, WaveState
from doorstep.flows import release as flow

router = Router(tags=["waves"])

EXAMPLE = {
    "wave": "CWB1-0501-1800-1", "site": "CWB1", "leaves_at": "2024-05-01T21:00:00Z", "service": "standard",
    "state": "open", "released_at": "2024-05-01T17:00:00Z", "parcels": 12, "packed": 3, "picks": 31, "picks_done": 17,
    "units": 44, "units_picked": 22, "short": 0,
}  # fmt: skip
PICK = {
    "pick": 4711, "worker": "", "stop": 4, "bin": "A-07-2", "sku": "TEA-100", "lot": "", "quantity": 2, "picked": 0,
    "state": "open",
    "tote": "CWB1-0501-1800-1-03", "brand": "tea", "parcel": "W-1001-1", "order": "W-1001",
}  # fmt: skip
RELEASED = {"data": [EXAMPLE], "parcels": 12, "left_out": 1}
RELEASE = {"site": "CWB1", "leaves_until": "2024-05-01T21:00:00Z", "service": "standard"}
WaveCode = Annotated[OneLine, Path(min_length=1, max_length=120)]


class WaveIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown(RELEASE))

    site: Code
    leaves_until: Instant = Field(description="parcels whose carrier calls by then")
    leaves_since: Instant | None = Field(None, description="left out: however long they have waited")
    service: OneLine = Field("", max_length=100, description="empty: all of them")


@with_config(shown(EXAMPLE))
@dataclass(frozen=True, slots=True)
class WaveOut:
    """One round of one cart. The numbers are those of the brands that the key acts for."""

    wave: str
    site: str
    leaves_at: datetime
    service: Annotated[str, Field(description="empty: several")]
    state: Annotated[WaveState, Field(description="closed: every parcel is packed, or taken back")]
    released_at: datetime
    parcels: int
    packed: int
    picks: int
    picks_done: int
    units: int
    units_picked: int
    short: Annotated[int, Field(description="picks whose bin held fewer units")]


@dataclass(frozen=True, slots=True)
class WavePage:
    data: list[WaveOut]
    next: Next


@with_config(shown(RELEASED))
@dataclass(frozen=True, slots=True)
class ReleasedOut:
    data: list[WaveOut]
    parcels: Annotated[int, Field(description="released by this request")]
    left_out: Annotated[
        int, Field(description="due as well, but what they need is not reserved at the site, or is being put back")
    ]


@with_config(shown(PICK))
@dataclass(frozen=True, slots=True)
class PickOut:
    pick: int
    worker: Annotated[str, Field(description="who has taken it: `key:12`, `key:12/H7`, `user:5`")]
    stop: Annotated[int, Field(description="rises along the round")]
    bin: str
    sku: str
    lot: str
    quantity: int
    picked: int
    state: PickState
    tote: str
    brand: str
    parcel: str
    order: str


@dataclass(frozen=True, slots=True)
class PicksOut:
    data: list[PickOut]


@router.get("", response=WavePage, operation_id="listWaves", summary="List waves")
def list_waves(
    request: HttpRequest,
    site: Annotated[Code | None, Query(None)],
    state: Annotated[WaveState | None, Query(None)],
    after: After,
    limit: Limit,
) -> HttpResponse:
    """The latest to leave first. Needs the right `see`."""
    caller = allowed(request, "see")
    page = queries.list_waves(caller.scope, site=site, state=state, after=after, limit=limit)
    return page_answer(map(_told, page.rows), page.after)


@router.post("", response={201: ReleasedOut}, operation_id="releaseWaves", summary="Release parcels")
def release_waves(request: HttpRequest, payload: WaveIn, idempotency_key: OptionalKey) -> HttpResponse:
    """Put planned parcels of a site into waves by when they leave, 2,000 at most. Needs the right `plan`.

    Sent again with its Idempotency-Key it tells the same waves, and releases none of those planned meanwhile.
    """
    caller = allowed(request, "plan")

    def work() -> ReleasedOut:
        made = flow.release(
            caller.scope,
            site=payload.site,
            until=payload.leaves_until,
            since=payload.leaves_since,
            service=payload.service,
            now=caller.now,
        )
        waves = queries.waves_named(caller.scope, made.waves)
        return ReleasedOut([_told(one) for one in waves], made.parcels, made.left_out)

    return once_if_keyed(request, caller, idempotency_key, work)


@router.get("/{path:wave}/picks", response=PicksOut, operation_id="listPicks", summary="Picks of a wave")
def list_picks(request: HttpRequest, wave: WaveCode) -> HttpResponse:
    """The round in the order in which it is walked: a serpentine through the aisles. Needs the right `see`."""
    caller = allowed(request, "see")
    picks = queries.picks_of(caller.scope, wave_of(caller, wave).pk)
    return json_answer({"data": [PickOut(*pick_heads(one)) for one in picks]})


@router.get("/{path:wave}", response=WaveOut, operation_id="getWave", summary="One wave")
def get_wave(request: HttpRequest, wave: WaveCode) -> HttpResponse:
    """How far it has come. Needs the right `see`."""
    return json_answer(_told(wave_of(allowed(request, "see"), wave)))


@router.delete("/{path:wave}", response=WaveOut, operation_id="withdrawWave", summary="Take a wave back")
def withdraw_wave(request: HttpRequest, wave: WaveCode) -> HttpResponse:
    """While nothing of it is picked; its parcels are planned again. Needs the right `plan`."""
    caller = allowed(request, "plan")
    flow.withdraw(caller.scope, wave, now=caller.now)
    return json_answer(_told(wave_of(caller, wave)))


def wave_of(caller: Caller, wave: str) -> queries.WaveRow:
    row = queries.get_wave(caller.scope, wave)
    if row is None:
        raise NotFound(f"no wave {wave}")
    return row


def _told(row: queries.WaveRow) -> WaveOut:
    return WaveOut(
        wave=row.wave,
        site=row.site,
        leaves_at=row.leaves_at,
        service=row.service,
        state=row.state,
        released_at=row.released_at,
        parcels=row.parcels,
        packed=row.packed,
        picks=row.picks,
        picks_done=row.picks_done,
        units=row.units,
        units_picked=row.units_picked,
        short=row.short,
    )


def pick_heads(row: queries.PickRow) -> tuple[Any, ...]:
    return (
        row.pk,
        row.worker,
        row.stop,
        row.bin,
        row.sku,
        row.lot,
        row.quantity,
        row.picked,
        row.state,
        row.tote,
        row.brand,
        row.parcel,
        row.order,
    )
