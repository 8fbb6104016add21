"""/v1/orders/bulk: thousands of orders in one request, each answered by itself."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from io import TextIOWrapper
from typing import IO, Annotated

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, StreamingHttpResponse
from ninja import Query, Router
from pydantic import ValidationError

from doorstep.api.auth import allowed, brand_of
from doorstep.api.fields import Code
from doorstep.api.order_in import EXAMPLE, OrderIn, faults, to_domain
from doorstep.api.problems import Fault, Invalid
from doorstep.domain.errors import InputRefused
from doorstep.domain.money import Currency
from doorstep.files.order_stream import OrderStream
from doorstep.flows.take_in import Sent, Taken, Wrong, take_in

router = Router(tags=["orders"])
MOST_BYTES = 64 * 1024 * 1024
IN_MEMORY = 4 * 1024 * 1024  # beyond it the body waits on disk
BLOCK = 256 * 1024
CSV, LINES = "text/csv", "application/x-ndjson"
ROWS = """\
order,channel,placed_at,customer,country,region,city,postcode,address_1,line,sku,quantity,unit_price
W-1001,web,2024-05-01T09:30:00+02:00,C-77,BR,PR,Curitiba,80010-000,Rua das Flores 12,1,TEA-100,2,12.50
"""
BODY = {
    "required": True,
    "content": {
        CSV: {"schema": {"type": "string", "description": "a row for each line of an order"}, "example": ROWS},
        LINES: {
            "schema": {"type": "string", "description": "a line for each order, as for placeOrder"},
            "example": orjson.dumps(EXAMPLE).decode() + "\n",
        },
    },
}


@router.post(
    "/bulk",
    operation_id="takeInOrders",
    summary="Take in many orders",
    openapi_extra={"requestBody": BODY},
)
def bulk(
    request: HttpRequest,
    brand: Annotated[Code | None, Query(None, description="needed when the key acts for several brands")],
    plan: Annotated[bool, Query(False, description="plan what was taken in at the end, and tell each a second time")],
) -> StreamingHttpResponse:
    """Up to 10,000 orders and 64 MiB. The answer is a line of JSON for each order, told once it is committed.

    `result` is accepted, exists (the same row or order was there: send a request again as often as you like, though it
    was edited since), conflict (an order of that code was there with other content) or refused (`errors` says why, and
    by `pointer` where). Bad rows spoil no good ones; a CSV header that is wrong refuses it all. Without `plan` the
    orders wait for the next planning. If that finds the goods short it does as `on_shortage` says: an order to be
    refused was accepted already, and is cancelled as `out_of_stock`. Needs the right `order`.
    """
    caller = allowed(request, "order")
    kind = request.content_type or ""
    if kind not in (CSV, LINES):
        raise Invalid([Fault("header", "/Content-Type", f"is neither {CSV} nor {LINES}")])
    row = brand_of(caller, brand or "", "query")
    body = _spooled(request)
    sent = _from_csv(body) if kind == CSV else _from_lines(body, row.code, Currency(row.currency), caller.now)
    taken = take_in(caller.scope, row.id, sent, now=caller.now, plan=plan)
    return StreamingHttpResponse(_told(taken, body), content_type=LINES)


def _spooled(request: HttpRequest) -> IO[bytes]:
    """Let the body arrive before the first order is taken in: a client sends it all before it reads the answer."""
    body: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # closed once it is answered
    size = 0
    while block := request.read(BLOCK):
        size += len(block)
        if size > MOST_BYTES:
            body.close()
            raise RequestDataTooBig(f"the body is larger than {MOST_BYTES} bytes; send fewer orders at a time")
        body.write(block)
    body.seek(0)
    return body


def _from_csv(body: IO[bytes]) -> Iterator[Sent]:
    text = TextIOWrapper(body, encoding="utf-8-sig", newline="")
    try:
        stream = OrderStream(text)
    except InputRefused as refused:
        raise Invalid([Fault("body", f"/{one.column}", one.why) for one in refused.faults]) from None
    except ValueError:
        raise Invalid([Fault("body", "", "is not UTF-8")]) from None
    return (Sent(one.row, one.code, one.order, tuple(Wrong(name, why) for name, why in one.wrong)) for one in stream)


def _from_lines(body: Iterable[bytes], brand: str, currency: Currency, now: datetime) -> Iterator[Sent]:
    for row, line in enumerate(body, start=1):
        if line.strip():
            yield _read_line(row, line, brand, currency, now)


def _read_line(row: int, line: bytes, brand: str, currency: Currency, now: datetime) -> Sent:
    try:
        order = OrderIn.model_validate(orjson.loads(line))
    except orjson.JSONDecodeError:
        return Sent(row, "", None, (Wrong("", "is not JSON"),))
    except ValidationError as error:
        return Sent(row, "", None, tuple(Wrong(_pointer(one["loc"]), _why(one["msg"])) for one in error.errors()))
    wrong = [Wrong(one.pointer, one.why) for one in faults(order)]
    if order.brand not in ("", brand):
        wrong.append(Wrong("/brand", "is not the brand of the request"))
    if order.quote:
        wrong.append(Wrong("/quote", "is for orders that are placed one by one"))
    if wrong:
        return Sent(row, order.order, None, tuple(wrong))
    return Sent(row, order.order, to_domain(order, currency, now), dated=order.placed_at is not None)


def _pointer(names: tuple[int | str, ...]) -> str:
    return "".join(f"/{name}" for name in names)


def _why(text: str) -> str:
    said = text.removeprefix("Value error, ")
    return said[:1].lower() + said[1:]


def _told(taken: Iterator[Taken], body: IO[bytes]) -> Iterator[bytes]:
    with body:
        for one in taken:
            if not one.errors:
                yield orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE)
                continue
            errors = [{**asdict(wrong), "pointer": _as_pointer(wrong.field)} for wrong in one.errors]
            yield orjson.dumps({**asdict(one), "errors": errors}, option=orjson.OPT_APPEND_NEWLINE)


def _as_pointer(field: str) -> str:
    """JSON Pointer of RFC 6901; of CSV, to the cell of a column. Empty: the whole row."""
    return field if field.startswith("/") or not field else f"/{field}"
