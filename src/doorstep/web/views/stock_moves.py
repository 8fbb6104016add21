"""The stock room: goods announced and received, the record set right, goods sent to another site and taken in there."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from doorstep.core.accounts.queries import brand_id
from doorstep.core.idempotency import Answer, KeyReused, once
from doorstep.core.network.queries import sites
from doorstep.core.stock import arrivals
from doorstep.core.stock import transfers as sent
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.ledger import ADJUST_REASONS, LONGEST_BIN, LONGEST_REFERENCE, LOSS_STATES
from doorstep.domain.rights import Scope
from doorstep.flows import stock
from doorstep.flows.fill_back_orders import fill_back_orders
from doorstep.web.asked import Asked
from doorstep.web.room import came_at, furnished, room

PAGE = 50
LONGEST_NUMBER = 7  # digits
LONGEST: Mapping[str, int] = {"bin": LONGEST_BIN, "lot": LONGEST_BIN, "reference": LONGEST_REFERENCE, "note": 300}
Work = Callable[[int, dict[str, str]], object]


@room("see_stock")
def inbound(request: HttpRequest, scope: Scope) -> HttpResponse:
    return _inbound(request, scope, {})


@room("see_stock")
def transfers(request: HttpRequest, scope: Scope) -> HttpResponse:
    return _transfers(request, scope, {})


@login_required
@require_POST
@room("move_stock")
def announce(request: HttpRequest, scope: Scope) -> HttpResponse:
    def work(brand: int, said: dict[str, str]) -> None:
        due = _instant(scope, said)
        stock.announce(scope, brand, said["site"], said["sku"], _units(said), due, now=came_at(request))

    return _done_once(request, scope, work, "inbound")


@login_required
@require_POST
@room("move_stock")
def receive(request: HttpRequest, scope: Scope) -> HttpResponse:
    def work(brand: int, said: dict[str, str]) -> None:
        goods = stock.Receipt(
            said["site"],
            "",
            _units(said),
            said["bin"],
            said["lot"],
            _day(said["expires_on"]),
            _whole(said["inbound"], "the announcement") if said["inbound"] else None,
            said["note"],
            scan=said["sku"],
        )
        stock.receive(scope, brand, goods, now=came_at(request))

    return _done_once(request, scope, work, "inbound")


@login_required
@require_POST
@room("move_stock")
def adjust(request: HttpRequest, scope: Scope) -> HttpResponse:
    def work(brand: int, said: dict[str, str]) -> None:
        what = stock.Adjustment(
            said["site"],
            said["sku"],
            _units(said),
            said["reason"],
            said["bin"],
            said["lot"],
            said["note"],
            said["state"] or "available",
        )
        stock.adjust(scope, brand, what, now=came_at(request))

    return _done_once(request, scope, work, "inbound")


@login_required
@require_POST
@room("move_stock")
def send(request: HttpRequest, scope: Scope) -> HttpResponse:
    def work(brand: int, said: dict[str, str]) -> None:
        goods = {said["sku"]: _units(said)}
        sending = stock.Sending(said["reference"], said["site"], said["destination"], goods)
        stock.send_transfer(scope, brand, sending, now=came_at(request))

    return _done_once(request, scope, work, "transfers")


@login_required
@require_POST
@room("move_stock")
def take_in(request: HttpRequest, scope: Scope) -> HttpResponse:
    def work(brand: int, said: dict[str, str]) -> None:
        stock.receive_transfer(scope, brand, said["reference"], bin=said["bin"], now=came_at(request))

    return _done_once(request, scope, work, "transfers")


_FIELDS = (
    "brand", "site", "sku", "quantity", "bin", "lot", "note", "expires_on", "expected_at", "inbound", "reason",
    "reference", "destination", "state",
)  # fmt: skip


def _done_once(request: HttpRequest, scope: Scope, work: Work, page: str) -> HttpResponse:
    """Do the work of a form once, however often it is sent; what is refused is said with what was filled in."""
    said = {name: request.POST.get(name, "").replace("\0", "").strip(" \t\r\n")[:200] for name in _FIELDS}
    brand = brand_id(scope, said["brand"])
    if brand is None:
        raise Http404("There is no such brand.")
    key = request.POST.get("once", "")[:100] or secrets.token_urlsafe()

    def answer() -> Answer:
        work(brand, said)
        return Answer(303, {})

    try:
        for name, most in LONGEST.items():
            if len(said[name]) > most:
                raise Conflict(f"the {name} has more than {most} characters")
        done = once(scope, key, repr((request.path, sorted(said.items()))).encode(), came_at(request), answer)
    except KeyReused:
        return _again(
            request, scope, page, "this form was sent before with other words; it has not been done again", said
        )
    except (Conflict, NotFound) as refusal:
        return _again(request, scope, page, str(refusal), said)
    if not done.again:  # goods may have come: what waits for them is planned, outside the transaction
        fill_back_orders(scope, brand, now=came_at(request))
    return redirect(page)


def _again(request: HttpRequest, scope: Scope, page: str, refused: str, said: dict[str, str]) -> HttpResponse:
    show = _inbound if page == "inbound" else _transfers
    tried = request.resolver_match.url_name if request.resolver_match else ""
    return show(request, scope, {"refused": refused, "said": said, "tried": tried}, status=422)


def _inbound(request: HttpRequest, scope: Scope, more: Mapping[str, Any], status: int = 200) -> HttpResponse:
    asked = Asked(request.GET)
    page = asked.page(lambda after: arrivals.inbound(scope, after=after, limit=PAGE))
    places = sites(scope)
    zones = {one.site: one.time_zone for one in places}
    context = {
        **_frame(scope, asked),
        "rows": [(row, zones[row.site]) for row in page.rows],
        "next": asked.next_link(page),
        "sites": places,
        "reasons": ADJUST_REASONS,
        "loss_states": LOSS_STATES,
        **more,
    }
    return furnished(request, scope, "inbound.html", context, current="stock", status=status)


def _transfers(request: HttpRequest, scope: Scope, more: Mapping[str, Any], status: int = 200) -> HttpResponse:
    asked = Asked(request.GET)
    page = asked.page(lambda after: sent.transfers(scope, after=after, limit=PAGE))
    places = sites(scope)
    zones = {one.site: one.time_zone for one in places}
    context = {
        **_frame(scope, asked),
        "rows": [(row, zones[row.origin], zones[row.destination]) for row in page.rows],
        "next": asked.next_link(page),
        "sites": places,
        **more,
    }
    return furnished(request, scope, "transfers.html", context, current="stock", status=status)


def _frame(scope: Scope, asked: Asked) -> dict[str, Any]:
    """What both pages show: whether there are forms, and the key by which each is done once."""
    return {"asked": asked, "may_move": scope.may("move_stock"), "once": secrets.token_urlsafe(16)}


def _units(said: Mapping[str, str]) -> int:
    return _whole(said["quantity"], "the quantity")


def _whole(text: str, what: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_NUMBER):
        raise Conflict(f"{what} is not a whole number: {text or 'nothing'}")
    return int(text)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Conflict(f"not a day: {text}") from None


def _instant(scope: Scope, said: Mapping[str, str]) -> datetime:
    """When goods are due, by the clock of their site."""
    zone = next((one.time_zone for one in sites(scope) if one.site == said["site"]), None)
    if zone is None:
        raise NotFound(f"no site {said['site']}")
    try:
        return datetime.fromisoformat(said["expected_at"]).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        raise Conflict(f"not a day and time: {said['expected_at'] or 'nothing'}") from None
