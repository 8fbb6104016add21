"""A parcel's label: bought, given back, printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field, with_config

from doorstep.api.answers import file_answer, shown
from doorstep.api.auth import Caller, allowed
from doorstep.api.fields import Code
from doorstep.api.once import Key, once_told_outside
from doorstep.api.parcels import ParcelBrief, brief
from doorstep.core.parcels.queries import ParcelRow
from doorstep.core.parcels.queries import parcel as parcel_of
from doorstep.domain.errors import NotFound
from doorstep.flows import paper, ship

router = Router(tags=["parcels"])

EXAMPLE = {
    "parcel": "W-1001-1", "brand": "tea", "carrier": "General Parcels", "tracking": "SB004711004711",
    "sscc": "340123450000000017", "routing": "BR-80010",
}  # fmt: skip
PRINTED = {
    "responses": {
        200: {
            "description": "the label",
            "content": {
                "application/pdf": {"schema": {"type": "string", "format": "binary"}},
                "application/zpl": {"schema": {"type": "string"}},
            },
        }
    }
}
OfBrand = Annotated[Code | None, Query(None, description="needed where several brands use the parcel's code")]


@with_config(shown(EXAMPLE))
@dataclass(frozen=True, slots=True)
class LabelOut:
    parcel: str
    brand: str
    carrier: str
    tracking: Annotated[str, Field(description="the carrier's number of the parcel")]
    sscc: Annotated[str, Field(description="empty: the operator has no company prefix")]
    routing: str


@router.get(
    "/{path:parcel}/label",
    response={200: str},
    operation_id="getLabel",
    summary="A parcel's label",
    openapi_extra=PRINTED,
)
def get_label(
    request: HttpRequest,
    parcel: Annotated[Code, Path()],
    format: Annotated[paper.Format, Query("pdf", description="pdf: A6; zpl: for label printers of 203 dpi")],
    brand: Annotated[Code | None, Query(None)],
) -> HttpResponse:
    """As it was bought; to be printed any number of times. Needs the right `see`."""
    caller = allowed(request, "see")
    return file_answer(paper.label(caller.scope, parcel, brand, format))


@router.post("/{path:parcel}/label", response={201: LabelOut}, operation_id="buyLabel", summary="Buy a label")
def buy_label(
    request: HttpRequest, parcel: Annotated[Code, Path()], brand: OfBrand, idempotency_key: Key
) -> HttpResponse:
    """Of a packed parcel, or again after the carrier has refused it. One that is there is told, and paid for once.

    409 `carrier_refused`: the carrier says no; `carrier_unreachable`: nobody knows what became of it, so send it again.
    Needs the right `move_stock`.
    """
    caller = allowed(request, "move_stock")
    row = _row(caller, parcel, brand)

    def work() -> LabelOut:
        one = ship.buy_label(caller.scope, row.pk, now=caller.now)
        return LabelOut(one.parcel, row.brand, one.carrier, one.tracking, one.sscc, one.routing)

    return once_told_outside(request, caller, idempotency_key, work)


@router.delete("/{path:parcel}/label", response=ParcelBrief, operation_id="voidLabel", summary="Give a label back")
def void_label(
    request: HttpRequest, parcel: Annotated[Code, Path()], brand: OfBrand, idempotency_key: Key
) -> HttpResponse:
    """Until the parcel is staged; it is packed again. Needs the right `move_stock`."""
    caller = allowed(request, "move_stock")
    row = _row(caller, parcel, brand)

    def work() -> ParcelBrief:
        ship.void_label(caller.scope, row.pk, now=caller.now)
        return brief(_row(caller, parcel, row.brand))

    return once_told_outside(request, caller, idempotency_key, work, 200)


def _row(caller: Caller, parcel: str, brand: str | None) -> ParcelRow:
    found = parcel_of(caller.scope, parcel, brand)
    if found is None:
        raise NotFound(f"no parcel {parcel}")
    return found.row
