"""/v1/totes: the pack bench by program: a tote is opened, its units are scanned, its carton, its weight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import ConfigDict, Field, StrictBool, StrictInt, with_config

from doorstep.api.answers import json_answer, shown
from doorstep.api.auth import Caller, allowed
from doorstep.api.fields import Code, OneLine
from doorstep.api.once import Key, answered_once, once_told, told
from doorstep.api.order_in import Fields
from doorstep.api.parcels import PlacementOut, placement
from doorstep.api.picks import Scan, Worker, WorkIn
from doorstep.api.waves import WaveCode, wave_of
from doorstep.core.floor import bench
from doorstep.core.idempotency import Answer
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.flows import pack, pick
from doorstep.flows.label_packed import label_packed

router = Router(tags=["totes"])
of_waves = Router(tags=["totes"])

BRIEF = {
    "tote": "CWB1-0501-1800-1-03", "slot": 3, "brand": "tea", "order": "W-1001", "parcel": "W-1001-1",
    "packer": "key:12/B2", "packed": False,
}  # fmt: skip
EXAMPLE = {
    **BRIEF, "wave": "CWB1-0501-1800-1", "site": "CWB1", "leaves_at": "2024-05-01T21:00:00Z", "service": "standard",
    "stage": "units", "planned_carton": "S", "carton": "", "expected_weight_g": 640, "weight_g": None, "to_pick": 0,
    "lacking": 0, "units": [{"sku": "TEA-100", "name": "Green tea", "wanted": 2, "scanned": 1}], "gift_note": "",
    "tracking": "", "wrong_scans": 0, "told": "",
    "placements": [{"sku": "TEA-100", "unit": 1, "corner_mm": [0, 0, 0], "size_mm": [80, 80, 140]}],
}  # fmt: skip
PACKED = {
    **EXAMPLE, "stage": "packed", "packed": True, "carton": "S", "weight_g": 652, "tracking": "SB004711004711",
    "units": [{"sku": "TEA-100", "name": "Green tea", "wanted": 2, "scanned": 2}],
}  # fmt: skip
MOST_G = 1_000_000
ToteCode = Annotated[OneLine, Path(min_length=1, max_length=130)]


class OpenIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown({"worker": "B2"}))

    take_over: StrictBool = Field(False, description="from another bench; asks for the right `plan` as well")
    worker: Worker


class BenchScanIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown({"code": "TEA-100", "worker": "B2"}))

    code: Scan = Field(description="what was scanned: every unit by its sku, then the carton")
    reason: OneLine = Field("", max_length=200, description="why another carton is taken than the planned one")
    worker: Worker


class CloseIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown({"weight_g": 652, "worker": "B2"}))

    weight_g: Annotated[StrictInt, Field(ge=1, le=MOST_G, description="as weighed, carton and all")]
    worker: Worker


@with_config(shown(BRIEF))
@dataclass(frozen=True, slots=True)
class ToteBrief:
    tote: str
    slot: Annotated[int, Field(description="on the cart, from 1")]
    brand: str
    order: str
    parcel: str
    packer: Annotated[str, Field(description="whose bench has it; empty: none")]
    packed: bool


@dataclass(frozen=True, slots=True)
class TotesOut:
    data: list[ToteBrief]


@dataclass(frozen=True, slots=True)
class UnitsOut:
    sku: str
    name: str
    wanted: int
    scanned: int


@with_config(shown(EXAMPLE))
@dataclass(frozen=True, slots=True)
class ToteOut(ToteBrief):
    wave: str
    site: str
    leaves_at: datetime
    service: str
    stage: Annotated[
        bench.Stage,
        Field(description="what is awaited: picking, units, carton, weight; packed; gone: taken back from its wave"),
    ]
    planned_carton: Annotated[str, Field(description="own-box: the product ships in its own, and no carton is scanned")]
    carton: Annotated[str, Field(description="confirmed by its scan")]
    expected_weight_g: int
    weight_g: int | None
    to_pick: Annotated[int, Field(description="units on their way into it")]
    lacking: Annotated[int, Field(description="units that a bin lacked, and nobody fetches yet; see refillTote")]
    units: list[UnitsOut]
    gift_note: str
    tracking: Annotated[str, Field(description="of its label; empty: none was bought yet")]
    wrong_scans: int
    told: Annotated[str, Field(description="what was said of the last scan, or of the label that was not bought")]
    placements: Annotated[list[PlacementOut], Field(description="how the plan lays them into the carton")]


@with_config(shown({"packed": True, "refused": "", "tote": PACKED}))
@dataclass(frozen=True, slots=True)
class BenchScanOut:
    packed: bool
    refused: Annotated[str, Field(description="why it has done nothing; empty: it was right")]
    tote: ToteOut


@of_waves.get("/{path:wave}/totes", response=TotesOut, operation_id="listTotes", summary="Totes of a wave")
def list_totes(request: HttpRequest, wave: WaveCode) -> HttpResponse:
    """By their place on the cart; those that were taken out of the wave are left out. Needs the right `see`."""
    caller = allowed(request, "see")
    return _list(bench.totes_of(caller.scope, wave_of(caller, wave).pk))


@router.get("", response=TotesOut, operation_id="findTotes", summary="Find what waits to be packed")
def find_totes(
    request: HttpRequest, code: Annotated[Code, Query(description="of a tote, a parcel or an order")]
) -> HttpResponse:
    """Several brands may use one code. Needs the right `see`."""
    caller = allowed(request, "see")
    return _list(bench.find_totes(caller.scope, code))


@router.post("/{path:tote}/open", response=ToteOut, operation_id="openTote", summary="Open a tote at the bench")
def open_tote(request: HttpRequest, tote: ToteCode, payload: OpenIn, idempotency_key: Key) -> HttpResponse:
    """One bench has a tote at a time: 409 while another one has it. Needs the right `move_stock`."""
    return _done(
        request,
        tote,
        payload.worker,
        idempotency_key,
        lambda scope, pk, _now: pack.open_tote(scope, pk, take_over=payload.take_over),
    )


@router.post("/{path:tote}/scan", response=BenchScanOut, operation_id="scanTote", summary="Scan at the bench")
def scan_tote(request: HttpRequest, tote: ToteCode, payload: BenchScanIn, idempotency_key: Key) -> HttpResponse:
    """Every unit, then the carton; each scan with a key of its own. What does not belong is named and counted.

    The parcel is packed by closing it with its weight. Needs the right `move_stock`.
    """
    return _scanned(request, tote, payload.worker, idempotency_key, payload.code, payload.reason)


@router.post("/{path:tote}/close", response=BenchScanOut, operation_id="closeTote", summary="Close with the weight")
def close_tote(request: HttpRequest, tote: ToteCode, payload: CloseIn, idempotency_key: Key) -> HttpResponse:
    """The parcel is packed, then its label is bought; `tote.told` says what kept it from being bought.

    A weight far from the expected one is refused; weigh again, and send it again with another key if it is right.
    409 until all units and the carton were scanned. Needs the right `move_stock`.
    """
    return _scanned(request, tote, payload.worker, idempotency_key, str(payload.weight_g), closing=True)


@router.post("/{path:tote}/begin-again", response=ToteOut, operation_id="beginToteAgain", summary="Unpack a tote")
def begin_again(request: HttpRequest, tote: ToteCode, payload: WorkIn, idempotency_key: Key) -> HttpResponse:
    """No unit is in, no carton confirmed, until they are scanned anew. Needs the right `move_stock`."""
    return _done(request, tote, payload.worker, idempotency_key, lambda scope, pk, _now: pack.begin_again(scope, pk))


@router.post("/{path:tote}/leave", response=ToteOut, operation_id="leaveTote", summary="Leave a tote to others")
def leave_tote(request: HttpRequest, tote: ToteCode, payload: WorkIn, idempotency_key: Key) -> HttpResponse:
    """Another bench may open it; what was scanned stays scanned. Needs the right `move_stock`."""
    return _done(request, tote, payload.worker, idempotency_key, lambda scope, pk, _now: pack.leave_tote(scope, pk))


@router.post("/{path:tote}/refill", response=ToteOut, operation_id="refillTote", summary="Have lacking units fetched")
def refill_tote(request: HttpRequest, tote: ToteCode, payload: WorkIn, idempotency_key: Key) -> HttpResponse:
    """Picks of its wave for what a bin lacked; 409 if the site has no others. Needs the right `move_stock`."""

    def act(scope: Scope, pk: int, now: datetime) -> None:
        row = _row(scope, pk)
        if not pick.refill(scope, row.brand_id, row.order_id, pk, row.site_pk, now=now):
            raise Conflict("the site has no others; it waits until goods are received")

    return _done(request, tote, payload.worker, idempotency_key, act)


@router.get("/{path:tote}", response=ToteOut, operation_id="getTote", summary="One tote")
def get_tote(request: HttpRequest, tote: ToteCode) -> HttpResponse:
    """What belongs in and how far its packing has come. Needs the right `see`."""
    caller = allowed(request, "see")
    return json_answer(_told(caller.scope, _named(caller, tote)))


def _done(
    request: HttpRequest, tote: str, worker: str, key: str, act: Callable[[Scope, int, datetime], None]
) -> HttpResponse:
    caller = allowed(request, "move_stock")
    pk = _named(caller, tote)

    def work() -> ToteOut:
        act(caller.scope.doing(worker), pk, caller.now)
        return _told(caller.scope, pk)

    return once_told(request, caller, key, work, 200)


def _scanned(
    request: HttpRequest, tote: str, worker: str, key: str, code: str, reason: str = "", *, closing: bool = False
) -> HttpResponse:
    caller = allowed(request, "move_stock")
    pk, scope = _named(caller, tote), caller.scope.doing(worker)

    def work() -> BenchScanOut:
        stage = _row(scope, pk).stage
        if closing and stage in ("units", "carton"):
            raise Conflict("not every unit is scanned yet" if stage == "units" else "the carton is not scanned yet")
        if not closing and stage == "weight":
            raise Conflict("everything is in: close it with its weight")
        said = pack.scan(scope, pk, code, reason=reason, now=caller.now)
        return BenchScanOut(said.packed, said.refused, _told(scope, pk))

    answer = answered_once(request, caller, key, work, 200)
    if answer.body["packed"] and not answer.again:  # after the transaction that packs: the carrier is asked in none
        label_packed(scope, pk, now=caller.now)
    if answer.body["packed"]:
        answer = Answer(answer.status, {**answer.body, "tote": asdict(_told(scope, pk))}, answer.again)
    return told(answer)


def _named(caller: Caller, tote: str) -> int:
    found = bench.tote_named(caller.scope, tote)
    if found is None:
        raise NotFound(f"no tote {tote}")
    return found


def _row(scope: Scope, pk: int) -> bench.BenchRow:
    found = bench.get_tote(scope, pk)
    if found is None:
        raise NotFound("no such tote")
    return found


def _list(rows: tuple[bench.ToteBrief, ...]) -> HttpResponse:
    return json_answer({"data": [ToteBrief(*_heads(one), one.packed) for one in rows]})


def _heads(one: bench.ToteBrief | bench.BenchRow) -> tuple[str, int, str, str, str, str]:
    return one.tote, one.slot, one.brand, one.order, one.parcel, one.packer


def _told(scope: Scope, pk: int) -> ToteOut:
    row = _row(scope, pk)
    return ToteOut(
        *_heads(row),
        row.packed_at is not None,
        row.wave,
        row.site,
        row.leaves_at,
        row.service,
        row.stage,
        row.planned_carton,
        row.carton,
        pack.planned_weight_g(row),
        row.weight_g,
        row.to_pick,
        row.lacking,
        [UnitsOut(one.sku, one.name, one.wanted, one.scanned) for one in row.checks],
        row.gift_note,
        row.tracking,
        row.wrong_scans,
        row.told,
        [placement(one) for one in row.placements],
    )
