"""/v1/put-backs: what lies in totes and is wanted no longer, until each bin was scanned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import ConfigDict, Field, with_config

from doorstep.api.answers import json_answer, shown
from doorstep.api.auth import allowed
from doorstep.api.once import Key, once_told
from doorstep.api.order_in import Fields
from doorstep.api.picks import Scan, Worker
from doorstep.core.floor import queries
from doorstep.flows.take_back import confirm_put_back

router = Router(tags=["put-backs"])

EXAMPLE = {
    "put_back": 31, "brand": "tea", "site": "CWB1", "tote": "CWB1-0501-1800-1-03", "order": "W-1001", "sku": "TEA-100",
    "name": "Green tea", "bin": "A-07-2", "lot": "", "quantity": 2, "asked_at": "2024-05-01T17:40:00Z", "told": "",
}  # fmt: skip
PutBackId = Annotated[int, Path(ge=1, le=2**63 - 1)]


class PutBackScanIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown({"code": "A-07-2", "worker": "H7"}))

    code: Scan = Field(description="the bin in which the units lie now; for units without a bin, their sku")
    worker: Worker


@with_config(shown(EXAMPLE))
@dataclass(frozen=True, slots=True)
class PutBackOut:
    put_back: int
    brand: str
    site: str
    tote: str
    order: str
    sku: str
    name: str
    bin: str
    lot: str
    quantity: int
    asked_at: datetime
    told: Annotated[str, Field(description="what the last scan was answered")]


@dataclass(frozen=True, slots=True)
class PutBacksOut:
    data: list[PutBackOut]


@with_config(shown({"done": True, "refused": ""}))
@dataclass(frozen=True, slots=True)
class PutBackScanOut:
    done: Annotated[bool, Field(description="the units are available again")]
    refused: Annotated[str, Field(description="why the scan has done nothing")]


@router.get("", response=PutBacksOut, operation_id="listPutBacks", summary="List what is to be put back")
def list_put_backs(request: HttpRequest) -> HttpResponse:
    """By site and bin, 500 at most; what is done is not listed. Needs the right `see`."""
    caller = allowed(request, "see")
    return json_answer({"data": [_told(one) for one in queries.put_backs(caller.scope)]})


@router.post("/{put_back}/scan", response=PutBackScanOut, operation_id="scanPutBack", summary="Confirm a put-back")
def scan_put_back(
    request: HttpRequest, put_back: PutBackId, payload: PutBackScanIn, idempotency_key: Key
) -> HttpResponse:
    """The scan of its bin says that the units lie there; from then on anybody may have them. Needs `move_stock`."""
    caller = allowed(request, "move_stock")

    def work() -> PutBackScanOut:
        refused = confirm_put_back(caller.scope.doing(payload.worker), put_back, payload.code, now=caller.now)
        return PutBackScanOut(not refused, refused)

    return once_told(request, caller, idempotency_key, work, 200)


def _told(row: queries.PutBackRow) -> PutBackOut:
    return PutBackOut(
        row.pk,
        row.brand,
        row.site,
        row.tote,
        row.order,
        row.sku,
        row.name,
        row.bin,
        row.lot,
        row.quantity,
        row.asked_at,
        row.told,
    )
