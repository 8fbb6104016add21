"""Below /v1/stock: goods come, are announced, go to another site, and are set right. Each is done once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, ConfigDict, Field, StrictInt, with_config

from doorstep.api.answers import After, Limit, Next, page_answer, shown
from doorstep.api.auth import Caller, allowed, brand_of
from doorstep.api.fields import Code, Day, Instant, OneLine, Quantity, Scanned, Text
from doorstep.api.once import Key, answered_once, told
from doorstep.api.problems import Fault, Invalid
from doorstep.core.accounts.queries import BrandRow
from doorstep.core.stock import arrivals, transfers
from doorstep.domain.ledger import LONGEST_BIN, LONGEST_REFERENCE, AdjustReason, LossState
from doorstep.flows import stock
from doorstep.flows.fill_back_orders import fill_back_orders

router = Router(tags=["stock"])

Place = Annotated[OneLine, Field(max_length=LONGEST_BIN)]
Reference = Annotated[OneLine, Field(min_length=1, max_length=LONGEST_REFERENCE, description="unique in the brand")]
OfBrand = Annotated[OneLine, Field(max_length=100, description="needed when the key acts for several brands")]
RECEIPT = {
    "site": "CWB1", "sku": "TEA-100", "quantity": 240, "bin": "A-01", "lot": "L7", "expires_on": "2025-03-31",
    "inbound": 12, "note": "two cartons dented",
}  # fmt: skip
ADJUSTMENT = {"site": "CWB1", "sku": "TEA-100", "quantity": -2, "reason": "count", "bin": "A-01", "note": "counted 118"}
SENDING = {"reference": "T-17", "origin": "CWB1", "destination": "GRU1", "goods": [{"sku": "TEA-100", "quantity": 60}]}
TRANSFER = {
    "brand": "tea", "reference": "T-17", "origin": "CWB1", "destination": "GRU1", "sent_at": "2024-05-01T07:30:01Z",
    "received_at": None, "in_transit": [{"sku": "TEA-100", "lot": "", "quantity": 60}],
}  # fmt: skip
ANNOUNCED = {"site": "CWB1", "sku": "TEA-100", "quantity": 500, "expected_at": "2024-05-09T08:00:00Z"}
INBOUND = {"id": 12, "brand": "tea", **ANNOUNCED, "received_at": None}


class Fields(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ReceiptIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown(RECEIPT))

    brand: OfBrand = ""
    site: Code
    sku: OneLine = Field("", max_length=100, description="may be left out when a scan is given")
    scan: Scanned = Field("", description="what a scanner read off a unit: a sku, a bar code or a string of GS1")
    quantity: Quantity
    bin: Place = ""
    lot: Place = ""
    expires_on: Day | None = Field(None, description="last day on which the lot may be sold, local at the site")
    inbound: StrictInt | None = Field(None, ge=1, le=2**63 - 1, description="id of the announcement that they are")
    note: Text = Field("", max_length=300)


class AdjustmentIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown(ADJUSTMENT))

    brand: OfBrand = ""
    site: Code
    sku: Code
    quantity: StrictInt = Field(
        ge=-1_000_000, le=1_000_000, description="of a count the difference to the record; else units, above zero"
    )
    reason: AdjustReason
    bin: Place = ""
    lot: Place = ""
    note: Text = Field("", max_length=300)
    state: LossState = Field("available", description="of a loss: in which state the units were; else left out")


class GoodsIn(Fields):
    sku: Code
    quantity: Quantity


class TransferIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown(SENDING))

    brand: OfBrand = ""
    reference: Reference
    origin: Code
    destination: Code
    goods: list[GoodsIn] = Field(min_length=1, max_length=200)


class ArrivedIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown({"bin": "B-02"}))

    brand: OfBrand = ""
    bin: Place = ""


class InboundIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown(ANNOUNCED))

    brand: OfBrand = ""
    site: Code
    sku: Code
    quantity: Quantity
    expected_at: Instant


@with_config(shown({"brand": "tea", "version": 43}))
@dataclass(frozen=True, slots=True)
class PostedOut:
    brand: str
    version: Annotated[int, Field(description="of the brand's stock after it, as /v1/stock/changes counts")]


@dataclass(frozen=True, slots=True)
class GoodsOut:
    sku: str
    lot: str
    quantity: int


@with_config(shown(TRANSFER))
@dataclass(frozen=True, slots=True)
class TransferOut:
    brand: str
    reference: str
    origin: str
    destination: str
    sent_at: datetime
    received_at: datetime | None
    in_transit: Annotated[list[GoodsOut], Field(description="nothing once it has been received")]


@dataclass(frozen=True, slots=True)
class TransferPage:
    data: list[TransferOut]
    next: Next


@with_config(shown(INBOUND))
@dataclass(frozen=True, slots=True)
class InboundOut:
    id: int
    brand: str
    site: str
    sku: str
    quantity: Annotated[int, Field(description="still expected")]
    expected_at: datetime
    received_at: datetime | None


@dataclass(frozen=True, slots=True)
class InboundPage:
    data: list[InboundOut]
    next: Next


@router.post("/receipts", response={201: PostedOut}, operation_id="receiveStock", summary="Receive goods")
def receive(request: HttpRequest, payload: ReceiptIn, idempotency_key: Key) -> HttpResponse:
    """With `inbound`, fewer than announced leave the rest expected. A `scan` of a code of GS1 tells lot and last day.

    Needs the right `move_stock`.
    """
    if not payload.sku and not payload.scan:
        raise Invalid([Fault("body", "/sku", "says no product, and neither does a scan")])
    goods = stock.Receipt(**payload.model_dump(exclude={"brand"}))

    def work(caller: Caller, brand: BrandRow) -> PostedOut:
        return PostedOut(brand.code, stock.receive(caller.scope, brand.id, goods, now=caller.now))

    return _moved(request, payload.brand, idempotency_key, work, fills=True)


@router.post("/adjustments", response={201: PostedOut}, operation_id="adjustStock", summary="Set the record right")
def adjust(request: HttpRequest, payload: AdjustmentIn, idempotency_key: Key) -> HttpResponse:
    """Of one bin and lot: counted, found, lost, damaged, set aside or cleared. Needs the right `move_stock`."""
    if payload.quantity == 0 or (payload.quantity < 0 and payload.reason != "count"):
        raise Invalid([Fault("body", "/quantity", "is not above zero; only a count may be below")])
    if payload.state != "available" and payload.reason != "loss":
        raise Invalid([Fault("body", "/state", "is said of a loss alone")])
    what = stock.Adjustment(**payload.model_dump(exclude={"brand"}))

    def work(caller: Caller, brand: BrandRow) -> PostedOut:
        return PostedOut(brand.code, stock.adjust(caller.scope, brand.id, what, now=caller.now))

    return _moved(request, payload.brand, idempotency_key, work, fills=True)


@router.get("/transfers", response=TransferPage, operation_id="listTransfers", summary="List transfers")
def list_transfers(
    request: HttpRequest,
    brand: Annotated[Code | None, Query(None)],
    in_transit: Annotated[bool, Query(False, description="only those that have not been received")],
    after: After,
    limit: Limit,
) -> HttpResponse:
    """The latest first. Needs the right `see_stock`."""
    caller = allowed(request, "see_stock")
    of = brand_of(caller, brand, "query").id if brand else None
    page = transfers.transfers(caller.scope, brand=of, open_only=in_transit, after=after, limit=limit)
    return page_answer(page.rows, page.after)


@router.post("/transfers", response={201: TransferOut}, operation_id="sendTransfer", summary="Send to another site")
def send(request: HttpRequest, payload: TransferIn, idempotency_key: Key) -> HttpResponse:
    """The goods are in transit until they are received. Needs the right `move_stock`."""
    goods = {one.sku: one.quantity for one in payload.goods}
    if len(goods) < len(payload.goods):
        raise Invalid([Fault("body", "/goods", "names a sku twice")])
    if payload.origin == payload.destination:
        raise Invalid([Fault("body", "/destination", "is where the goods are already")])
    sending = stock.Sending(payload.reference, payload.origin, payload.destination, goods)

    def work(caller: Caller, brand: BrandRow) -> transfers.TransferRow | None:
        stock.send_transfer(caller.scope, brand.id, sending, now=caller.now)
        return transfers.transfer(caller.scope, brand.id, payload.reference)

    return _moved(request, payload.brand, idempotency_key, work)


@router.post(
    "/transfers/{path:reference}/receive",
    response={201: TransferOut},
    operation_id="receiveTransfer",
    summary="Receive a transfer",
)
def receive_transfer(
    request: HttpRequest, reference: Annotated[Code, Path()], payload: ArrivedIn, idempotency_key: Key
) -> HttpResponse:
    """All of it, into one bin; units keep their lots. Needs the right `move_stock`."""

    def work(caller: Caller, brand: BrandRow) -> transfers.TransferRow | None:
        stock.receive_transfer(caller.scope, brand.id, reference, bin=payload.bin, now=caller.now)
        return transfers.transfer(caller.scope, brand.id, reference)

    return _moved(request, payload.brand, idempotency_key, work, fills=True)


@router.get("/inbound", response=InboundPage, operation_id="listInbound", summary="List announced goods")
def list_inbound(
    request: HttpRequest,
    brand: Annotated[Code | None, Query(None)],
    received: Annotated[bool, Query(False, description="those that have come, too")],
    after: After,
    limit: Limit,
) -> HttpResponse:
    """The soonest first. Needs the right `see_stock`."""
    caller = allowed(request, "see_stock")
    of = brand_of(caller, brand, "query").id if brand else None
    page = arrivals.inbound(caller.scope, brand=of, open_only=not received, after=after, limit=limit)
    return page_answer(page.rows, page.after)


@router.post("/inbound", response={201: InboundOut}, operation_id="announceInbound", summary="Announce goods")
def announce(request: HttpRequest, payload: InboundIn, idempotency_key: Key) -> HttpResponse:
    """Goods on their way to a site; its id names them when they are received. Needs the right `move_stock`."""
    said = payload

    def work(caller: Caller, brand: BrandRow) -> arrivals.InboundRow | None:
        pk = stock.announce(
            caller.scope, brand.id, said.site, said.sku, said.quantity, said.expected_at, now=caller.now
        )
        return arrivals.one_inbound(caller.scope, pk)

    return _moved(request, payload.brand, idempotency_key, work)


def _moved(
    request: HttpRequest, code: str, key: str, work: Callable[[Caller, BrandRow], object], *, fills: bool = False
) -> HttpResponse:
    """Do it once for the brand of this code; what waits for goods that came is planned outside the transaction."""
    caller = allowed(request, "move_stock")
    brand = brand_of(caller, code, "body")
    answer = answered_once(request, caller, key, lambda: work(caller, brand))
    if fills and not answer.again:
        fill_back_orders(caller.scope, brand.id, now=caller.now)
    return told(answer)
