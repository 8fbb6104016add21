"""The whole trail of an order: read, printed, or taken along as lines of JSON or a table."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO

import orjson
from django.http import Http404, HttpRequest, HttpResponse

from doorstep.core.orders.queries import OrderDetail, get_order
from doorstep.domain.money import Currency
from doorstep.domain.rights import Scope
from doorstep.flows.trail import as_it_stood, known_actors, whole_trail
from doorstep.web.room import furnished, room
from doorstep.web.words.facts import who
from doorstep.web.words.trail import entry_words

COLUMNS = ("at", "source", "kind", "actor", "who", "subject", "entry", "cause", "data")
LINES, TABLE = "application/x-ndjson", "text/csv; charset=utf-8"


@room("see")
def show(request: HttpRequest, scope: Scope, brand: str, code: str) -> HttpResponse:
    """With `as_of`, as a form sends it, how the order stood at that minute of UTC by its facts alone."""
    order = _order(scope, brand, code)
    asked = request.GET.get("as_of", "").replace("\0", "")[:40]
    as_of, wrong = _instant(asked)
    entries = whole_trail(scope, order.row.pk, order.brand_id)
    known = known_actors(scope, entries)
    currency = Currency(order.row.currency)
    shown = [one for one in entries if as_of is None or one.at <= as_of]
    told = [(one, *entry_words(one, currency), who(one.actor, known)) for one in shown]
    context = {
        "order": order,
        "row": order.row,
        "entries": told,
        "whole": len(entries),
        "as_of": asked,
        "as_of_wrong": wrong,
        "stood": as_it_stood(scope, order.row.pk, as_of) if as_of else None,
    }
    return furnished(request, scope, "trail.html", context, current="orders")


@room("see")
def lines(request: HttpRequest, scope: Scope, brand: str, code: str) -> HttpResponse:  # noqa: ARG001
    order = _order(scope, brand, code)
    content = b"".join(
        orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z) for row in _rows(scope, order)
    )
    return _file(content, LINES, f"trail-{order.row.order}.jsonl")


@room("see")
def table(request: HttpRequest, scope: Scope, brand: str, code: str) -> HttpResponse:  # noqa: ARG001
    order = _order(scope, brand, code)
    text = StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    for row in _rows(scope, order):
        data = orjson.dumps(row["data"], option=orjson.OPT_UTC_Z).decode()
        cells = {**row, "at": row["at"].isoformat(), "data": data}  # type: ignore[attr-defined]  # an instant
        writer.writerow({name: _plain(str(cell)) for name, cell in cells.items()})
    return _file(text.getvalue().encode(), TABLE, f"trail-{order.row.order}.csv")


def _rows(scope: Scope, order: OrderDetail) -> Iterator[dict[str, object]]:
    entries = whole_trail(scope, order.row.pk, order.brand_id)
    known = known_actors(scope, entries)
    for one in entries:
        yield dict(
            zip(
                COLUMNS,
                (
                    one.at,
                    one.source,
                    one.kind,
                    one.actor,
                    who(one.actor, known),
                    one.subject,
                    one.name,
                    one.cause,
                    dict(one.data),
                ),
                strict=True,
            )
        )


def _plain(cell: str) -> str:
    """A spreadsheet takes a cell that begins so for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _order(scope: Scope, brand: str, code: str) -> OrderDetail:
    order = get_order(scope, code, brand)
    if order is None:
        raise Http404("There is no such order.")
    return order


def _instant(asked: str) -> tuple[datetime | None, bool]:
    try:
        at = datetime.fromisoformat(asked) if asked else None
        return (at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)) if at else None, False
    except (ValueError, OverflowError):
        return None, True


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    safe = "".join(letter if letter.isalnum() or letter in "-._" else "_" for letter in name)
    headers = {"Content-Disposition": f'attachment; filename="{safe}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=content_type, headers=headers)
