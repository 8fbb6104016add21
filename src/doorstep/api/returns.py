"""/v1/returns: asked for by the shop or its shopper, received, graded."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import ConfigDict, Field, StrictInt, with_config

from doorstep.api.answers import After, Limit, Next, file_answer, json_answer, page_answer, shown
from doorstep.api.auth import Caller, allowed
from doorstep.api.fields import Code, Quantity
from doorstep.api.once import Key, answered_once, told
from doorstep.api.order_in import Fields
from doorstep.core.orders.queries import get_order
from doorstep.core.returns import queries
from doorstep.core.returns.labels import ReturnLabelRow, label_of, last_scan
from doorstep.domain.errors import NotFound
from doorstep.domain.returns import AskReason, Disposition, Grade, ReturnReason, ReturnState
from doorstep.domain.travel import Milestone
from doorstep.flows.back_to_sender import take_in
from doorstep.flows.paper import return_label
from doorstep.flows.return_label import buy_return_label, way_back
from doorstep.flows.returns import FoundUnits, ask_return, grade_return

router = Router(tags=["returns"])
HEAD = {
    "rma": "R00000012", "brand": "tea", "order": "W-1001", "reason": "wrong_size", "state": "graded",
    "asked_at": "2024-05-08T10:00:00Z", "received_at": "2024-05-12T08:00:00Z", "graded_at": "2024-05-12T08:05:00Z",
    "site": "munich", "currency": "BRL", "refund_minor": 1250,
}  # fmt: skip
ASKED = {"order": "W-1001", "reason": "wrong_size", "lines": [{"line": "1", "quantity": 1}]}
UNITS = {"grade": "A", "disposition": "restock", "quantity": 1}
DETAIL = {**HEAD, "lines": [{"line": "1", "sku": "TEA-100", "name": "Green tea", "quantity": 1, "found": [UNITS]}]}
SCANNED = {"milestone": "delivered", "at": "2024-05-11T09:30:00Z", "place": ""}
DETAIL |= {
    "label": {"carrier": "Postbird", "state": "bought", "tracking": "SB004711004712", "reason": "", "scanned": SCANNED}
}


PDF = {"description": "The label", "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}


class ReturnLineIn(Fields):
    line: Code
    quantity: Quantity


class ReturnIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown(ASKED))

    order: Code
    brand: Code | None = Field(None, description="needed where several brands use the order's code")
    reason: AskReason
    lines: list[ReturnLineIn] = Field(min_length=1, max_length=1_000)


class ReceiveIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown({"site": "CWB1"}))

    site: Code


class UnitsIn(Fields):
    line: Code
    grade: Grade
    quantity: Annotated[StrictInt, Field(ge=1, le=1_000_000)]
    disposition: Disposition | None = Field(None, description="left out: as the grade has it")


class GradeIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown({"units": [{"line": "1", **UNITS}]}))

    units: list[UnitsIn] = Field(min_length=1, max_length=5_000, description="every unit has one grade")


@with_config(shown(HEAD))
@dataclass(frozen=True, slots=True)
class ReturnBrief:
    rma: str
    brand: str
    order: str
    reason: ReturnReason
    state: Annotated[
        ReturnState,
        Field(
            description="labelled, on_its_way, arrived: as its label's scans say; received: scanned in at a site; "
            "without a carrier's label it stays asked until then"
        ),
    ]
    asked_at: datetime
    received_at: datetime | None
    graded_at: datetime | None
    site: Annotated[str, Field(description="where it came in; empty: not yet")]
    currency: str
    refund_minor: Annotated[int | None, Field(description="due to the shopper; null: not graded yet")]


@dataclass(frozen=True, slots=True)
class FoundOut:
    grade: str
    disposition: str
    quantity: int


@dataclass(frozen=True, slots=True)
class ReturnLineOut:
    line: str
    sku: str
    name: str
    quantity: int
    found: list[FoundOut]


@dataclass(frozen=True, slots=True)
class ScannedOut:
    milestone: Milestone
    at: datetime
    place: str


@dataclass(frozen=True, slots=True)
class ReturnLabelOut:
    carrier: str
    state: Annotated[str, Field(description="asked: the carrier has not answered yet; bought; refused")]
    tracking: Annotated[str, Field(description="the carrier's number of it; empty until it is bought")]
    reason: Annotated[str, Field(description="why it was refused")]
    scanned: Annotated[ScannedOut | None, Field(description="what the carrier told of it last")]


@with_config(shown(DETAIL))
@dataclass(frozen=True, slots=True)
class ReturnOut(ReturnBrief):
    lines: list[ReturnLineOut]
    label: Annotated[
        ReturnLabelOut | None, Field(description="null: its carrier makes none, and the slip goes with any carrier")
    ]


@dataclass(frozen=True, slots=True)
class ReturnPage:
    data: list[ReturnBrief]
    next: Next


@router.get("", response=ReturnPage, operation_id="listReturns", summary="List returns")
def list_returns(
    request: HttpRequest,
    state: Annotated[ReturnState | None, Query(None)],
    brand: Annotated[Code | None, Query(None)],
    search: Annotated[Code | None, Query(None, description="beginning of a number or an order's code")],
    after: After,
    limit: Limit,
) -> HttpResponse:
    """The latest asked first. Needs the right `see`."""
    caller = allowed(request, "see")
    page = queries.list_returns(caller.scope, state=state, brand=brand, search=search, after=after, limit=limit)
    return page_answer((_brief(row) for row in page.rows), page.after)


@router.post("", response={201: ReturnOut}, operation_id="askReturn", summary="Ask for a return")
def ask(request: HttpRequest, payload: ReturnIn, idempotency_key: Key) -> HttpResponse:
    """Of units that arrived, within the brand's window, each once. Needs the right `order`.

    A repetition is answered as the first time, with `Idempotent-Replayed: true`.
    """
    caller = allowed(request, "order")
    found = get_order(caller.scope, payload.order, payload.brand)
    if found is None:
        raise NotFound(f"no order {payload.order}")
    units: dict[str, int] = {}
    for one in payload.lines:
        units[one.line] = units.get(one.line, 0) + one.quantity

    way = way_back(found.row.pk)

    def work() -> ReturnOut:
        where = caller.scope, found.brand_id, found.row.pk
        return _told(caller, ask_return(*where, units, payload.reason, now=caller.now, way=way))

    answer = answered_once(request, caller, idempotency_key, work)
    buy_return_label(caller.scope, str(answer.body["rma"]), now=caller.now)
    return told(answer)


@router.get("/{rma}", response=ReturnOut, operation_id="getReturn", summary="One return")
def get_return(request: HttpRequest, rma: Annotated[Code, Path()]) -> HttpResponse:
    """With its lines and what was found. Needs the right `see`."""
    return _answer(allowed(request, "see"), rma, 200)


@router.get(
    "/{rma}/label",
    operation_id="getReturnLabel",
    summary="The carrier's label of a return",
    response={200: str},
    openapi_extra={"responses": {200: PDF}},
)
def label(request: HttpRequest, rma: Annotated[Code, Path()]) -> HttpResponse:
    """A6, as PDF. 404 until the carrier has sold it, and for a return without one. Needs the right `see`."""
    return file_answer(return_label(allowed(request, "see").scope, rma))


@router.post("/{rma}/receive", response={201: ReturnOut}, operation_id="receiveReturn", summary="Receive a return")
def receive(request: HttpRequest, rma: Annotated[Code, Path()], payload: ReceiveIn) -> HttpResponse:
    """Its slip was scanned at a site; a second time changes nothing. Needs the right `move_stock`.

    For a parcel that came back to its sender give its code, tracking number or SSCC: its return is made by that.
    """
    caller = allowed(request, "move_stock")
    rma = take_in(caller.scope, rma, payload.site, now=caller.now)
    return _answer(caller, rma, 201)


@router.post("/{rma}/grade", response={201: ReturnOut}, operation_id="gradeReturn", summary="Grade a return")
def grade(request: HttpRequest, rma: Annotated[Code, Path()], payload: GradeIn) -> HttpResponse:
    """All units at once; what can be sold again is available from then on. Needs the right `move_stock`."""
    caller = allowed(request, "move_stock")
    units = [FoundUnits(one.line, one.grade, one.quantity, one.disposition) for one in payload.units]
    grade_return(caller.scope, rma, units, now=caller.now)
    return _answer(caller, rma, 201)


def _answer(caller: Caller, rma: str, status: int) -> HttpResponse:
    return json_answer(_told(caller, rma), status)


def _told(caller: Caller, rma: str) -> ReturnOut:
    found = queries.get_return(caller.scope, rma)
    if found is None:
        raise NotFound(f"no return {rma}")
    lines = [
        ReturnLineOut(
            one.line,
            one.sku,
            one.name,
            one.quantity,
            [FoundOut(units.grade, units.disposition, units.quantity) for units in one.found],
        )
        for one in found.lines
    ]
    brief = _brief(found.row)
    sold = label_of(caller.scope, rma)
    return ReturnOut(**asdict(brief), lines=lines, label=_label(sold) if sold else None)


def _label(sold: ReturnLabelRow) -> ReturnLabelOut:
    last = last_scan(sold)
    scanned = ScannedOut(last.milestone, last.at, last.place) if last else None
    return ReturnLabelOut(sold.carrier, sold.state, sold.tracking, sold.reason, scanned)


def _brief(row: queries.ReturnRow) -> ReturnBrief:
    return ReturnBrief(
        row.rma,
        row.brand,
        row.order,
        row.reason,
        row.state,
        row.asked_at,
        row.received_at,
        row.graded_at,
        row.site,
        row.currency,
        row.refund_minor,
    )
