"""/v1/picks: the floor walked by a program. A handheld asks for its next task, proves it by scans, says what lacks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import ConfigDict, Field, StrictInt, with_config

from doorstep.api.answers import json_answer, shown
from doorstep.api.auth import Caller, allowed
from doorstep.api.fields import OneLine
from doorstep.api.once import Key, once_told, once_told_outside
from doorstep.api.order_in import Fields
from doorstep.api.waves import PICK, PickOut, WaveCode, pick_heads, wave_of
from doorstep.core.floor import queries
from doorstep.domain.errors import NotFound
from doorstep.domain.floor import MissingReason
from doorstep.flows import pick as flow

router = Router(tags=["picks"])
of_waves = Router(tags=["picks"])

TASK = {
    **PICK, "wave": "CWB1-0501-1800-1", "leaves_at": "2024-05-01T21:00:00Z", "slot": 3, "name": "Green tea",
    "state": "taken", "worker": "key:12/H7", "next_scan": "bin", "wrong_scans": 0, "told": "",
}  # fmt: skip
SEEN = {"done": False, "refused": "", "pick": {**TASK, "next_scan": "product"}}
SHORT = {
    "missing": 1, "from_elsewhere": True, "held": False,
    "pick": {**TASK, "state": "short", "picked": 1, "next_scan": "",
             "told": "Others lie in another bin of the site: they come at the end of the round."},
}  # fmt: skip
PickId = Annotated[int, Path(ge=1, le=2**63 - 1)]
Scan = Annotated[OneLine, Field(min_length=1, max_length=200)]
Worker = Annotated[
    str,
    Field(
        "",
        pattern="^[A-Za-z0-9._-]{0,16}$",
        description="your own number of the device or person, no name, where one key serves several; each has tasks of"
        " its own. Left out: the key itself",
    ),
]


class WorkIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown({"worker": "H7"}))

    worker: Worker


class PickScanIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown({"code": "A-07-2", "worker": "H7"}))

    code: Scan = Field(description="what was scanned: first the bin, then the product by its sku")
    worker: Worker


class ShortIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown({"there": 1, "reason": "not_there", "worker": "H7"}))

    there: Annotated[StrictInt, Field(ge=0, le=1_000_000, description="units that the bin holds; fewer than are asked")]
    reason: MissingReason
    worker: Worker


@with_config(shown(TASK))
@dataclass(frozen=True, slots=True)
class TaskOut(PickOut):
    wave: str
    leaves_at: datetime
    slot: Annotated[int, Field(description="of its tote on the cart, from 1")]
    name: str
    next_scan: Annotated[
        Literal["bin", "product", ""],
        Field(description="what is to be scanned next; empty: nothing, or somebody must take it first"),
    ]
    wrong_scans: int
    told: Annotated[str, Field(description="what the last scan was answered, for a person; stays until the next")]


@with_config(shown({"pick": TASK}))
@dataclass(frozen=True, slots=True)
class NextOut:
    pick: Annotated[TaskOut | None, Field(description="null: nothing of the wave is left to be picked")]


@with_config(shown(SEEN))
@dataclass(frozen=True, slots=True)
class PickScanOut:
    done: Annotated[bool, Field(description="picked; ask for the next")]
    refused: Annotated[str, Field(description="why the scan has done nothing; empty: it was right")]
    pick: TaskOut


@with_config(shown(SHORT))
@dataclass(frozen=True, slots=True)
class ShortOut:
    missing: int
    from_elsewhere: Annotated[bool, Field(description="others of the site take their place, at the end of the round")]
    held: Annotated[bool, Field(description="there are none: the order has left the floor and is held")]
    pick: TaskOut


@of_waves.post(
    "/{path:wave}/picks/next", response=NextOut, operation_id="takeNextPick", summary="Take the next pick of a wave"
)
def take_next(request: HttpRequest, wave: WaveCode, payload: WorkIn) -> HttpResponse:
    """It is this worker's from now on, and nobody else's; asked again before it is done, it is the same one.

    That is why it needs no Idempotency-Key. Needs the right `move_stock`.
    """
    caller = allowed(request, "move_stock")
    wave_of(caller, wave)
    found = flow.next_pick(caller.scope.doing(payload.worker), wave, now=caller.now)
    return json_answer(NextOut(_task(_row(caller, found.pk)) if found else None))


@router.get("/{pick}", response=TaskOut, operation_id="getPick", summary="One pick")
def get_pick(request: HttpRequest, pick: PickId) -> HttpResponse:
    """How far it has come. Needs the right `see`."""
    caller = allowed(request, "see")
    return json_answer(_task(_row(caller, pick)))


@router.post("/{pick}/scan", response=PickScanOut, operation_id="scanPick", summary="Scan for a pick")
def scan_pick(request: HttpRequest, pick: PickId, payload: PickScanIn, idempotency_key: Key) -> HttpResponse:
    """First its bin, then its product, which takes all its units out of the bin. A wrong scan is named and counted.

    409 if the worker has not taken it, or its order was taken back. Needs the right `move_stock`.
    """
    caller = allowed(request, "move_stock")
    _row(caller, pick)

    def work() -> PickScanOut:
        said = flow.scan(caller.scope.doing(payload.worker), pick, payload.code, now=caller.now)
        return PickScanOut(said.done, said.refused, _task(_row(caller, pick)))

    return once_told(request, caller, idempotency_key, work, 200)


@router.post("/{pick}/short", response=ShortOut, operation_id="reportShort", summary="Report a short pick")
def report_short(request: HttpRequest, pick: PickId, payload: ShortIn, idempotency_key: Key) -> HttpResponse:
    """The bin holds fewer: those that are there are picked, the others go out of sale until somebody has looked.

    Others of the site take their place; if there are none the order leaves the floor. Needs the right `move_stock`.
    """
    caller = allowed(request, "move_stock")
    _row(caller, pick)

    def work() -> ShortOut:
        worker = caller.scope.doing(payload.worker)
        said = flow.short(worker, pick, payload.there, payload.reason, now=caller.now)
        return ShortOut(said.missing, said.from_elsewhere, said.held, _task(_row(caller, pick)))

    # Not in one transaction: the tote is let go before the order is locked, as everybody locks them.
    return once_told_outside(request, caller, idempotency_key, work, 200)


@router.post("/{pick}/leave", response=TaskOut, operation_id="leavePick", summary="Give a pick back")
def leave_pick(request: HttpRequest, pick: PickId, payload: WorkIn, idempotency_key: Key) -> HttpResponse:
    """Untouched, for anybody to take. Needs the right `move_stock`."""
    caller = allowed(request, "move_stock")
    _row(caller, pick)

    def work() -> TaskOut:
        flow.give_back(caller.scope.doing(payload.worker), pick)
        return _task(_row(caller, pick))

    return once_told(request, caller, idempotency_key, work, 200)


def _row(caller: Caller, pick: int) -> queries.PickRow:
    found = queries.get_pick(caller.scope, pick)
    if found is None:
        raise NotFound(f"no pick {pick}")
    return found


def _task(row: queries.PickRow) -> TaskOut:
    scan: Literal["bin", "product", ""] = "" if row.state != "taken" else "product" if row.bin_seen else "bin"
    return TaskOut(*(*pick_heads(row), row.wave, row.leaves_at, row.slot, row.name, scan, row.wrong_scans, row.told))
