"""/v1/missing: units that bins lacked at a pick, until a supervisor has looked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import ConfigDict, Field, StrictInt, with_config

from doorstep.api.answers import json_answer, shown
from doorstep.api.auth import allowed
from doorstep.api.fields import OneLine
from doorstep.api.once import Key, once_told
from doorstep.api.order_in import Fields
from doorstep.api.problems import NotAllowed
from doorstep.core.floor import queries
from doorstep.flows.settle_missing import LONGEST_REASON, settle_missing

router = Router(tags=["missing"])

EXAMPLE = {
    "missing": 12, "brand": "tea", "site": "CWB1", "sku": "TEA-100", "name": "Green tea", "bin": "A-07-2", "lot": "",
    "quantity": 2, "at": "2024-05-01T17:40:00Z", "found": None,
}  # fmt: skip
MissingId = Annotated[int, Path(ge=1, le=2**63 - 1)]


class SettleIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown({"found": 1, "reason": "behind the shelf; the other is lost"}))

    found: Annotated[StrictInt, Field(ge=0, le=1_000_000, description="available again; the others are written off")]
    reason: OneLine = Field(min_length=1, max_length=LONGEST_REASON, description="kept with the moves and the fact")


@with_config(shown(EXAMPLE))
@dataclass(frozen=True, slots=True)
class MissingOut:
    missing: int
    brand: str
    site: str
    sku: str
    name: str
    bin: str
    lot: str
    quantity: Annotated[int, Field(description="units that were not there; out of sale")]
    at: Annotated[datetime, Field(description="when the pick was short")]
    found: Annotated[int | None, Field(description="of them, once somebody has looked; null: nobody has")]


@dataclass(frozen=True, slots=True)
class MissingPage:
    data: list[MissingOut]


@router.get("", response=MissingPage, operation_id="listMissing", summary="List missing units")
def list_missing(request: HttpRequest) -> HttpResponse:
    """The oldest first, 500 at most; what is settled is not listed. Needs the right `see`."""
    caller = allowed(request, "see")
    return json_answer({"data": [_told(one) for one in queries.missing(caller.scope)]})


@router.post("/{missing}/settle", response=MissingOut, operation_id="settleMissing", summary="Settle missing units")
def settle(request: HttpRequest, missing: MissingId, payload: SettleIn, idempotency_key: Key) -> HttpResponse:
    """Somebody has looked: found units are available again, the others are written off.

    Said again with the same number it changes nothing, with another it is refused. Needs the right `move_stock`
    and `plan` besides.
    """
    caller = allowed(request, "move_stock")
    if not caller.scope.may("plan"):
        raise NotAllowed(f"a key with the role {caller.scope.role} may not do this")

    def work() -> MissingOut:
        return _told(settle_missing(caller.scope, missing, payload.found, payload.reason, now=caller.now))

    return once_told(request, caller, idempotency_key, work, 200)


def _told(row: queries.MissingRow) -> MissingOut:
    return MissingOut(
        row.pk,
        row.brand,
        row.site,
        row.sku,
        row.name,
        row.bin,
        row.lot,
        row.quantity,
        row.at,
        row.found,
    )
