"""Picking: one task at a time, shown big, proved by scans into one input that keeps the focus."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from doorstep.core.floor import queries
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.floor import MISSING_REASONS
from doorstep.domain.rights import Scope
from doorstep.flows import pick as flow
from doorstep.web.room import came_at, furnished, room

LONGEST = 200  # characters of a scan


@login_required
@require_POST
@room("move_stock")
def take_pick(request: HttpRequest, scope: Scope, code: str) -> HttpResponse:
    return _next(request, scope, code)


@room("move_stock")
def show(request: HttpRequest, scope: Scope, pick: int) -> HttpResponse:
    return _page(request, scope, pick)


@login_required
@require_POST
@room("move_stock")
def scan_pick(request: HttpRequest, scope: Scope, pick: int) -> HttpResponse:
    try:
        scanned = flow.scan(scope, pick, scan_of(request), now=came_at(request))
    except NotFound:
        raise Http404("There is no such pick.") from None
    except Conflict as refusal:
        return _page(request, scope, pick, str(refusal), 422)
    if scanned.done:
        return _next(request, scope, _row(scope, pick).wave)
    return redirect("pick", pick)


@login_required
@require_POST
@room("move_stock")
def short_pick(request: HttpRequest, scope: Scope, pick: int) -> HttpResponse:
    there = request.POST.get("there", "").strip()
    try:
        if not (there.isascii() and there.isdigit() and len(there) < 8):
            _row(scope, pick)
            raise Conflict("Say how many units are there: 0, 1, 2 ...")
        flow.short(scope, pick, int(there), request.POST.get("reason", ""), now=came_at(request))
    except NotFound:
        raise Http404("There is no such pick.") from None
    except Conflict as refusal:
        return _page(request, scope, pick, str(refusal), 422)
    return redirect("pick", pick)


@login_required
@require_POST
@room("move_stock")
def leave_pick(request: HttpRequest, scope: Scope, pick: int) -> HttpResponse:
    try:
        flow.give_back(scope, pick)
    except NotFound:
        raise Http404("There is no such pick.") from None
    except Conflict as refusal:
        return _page(request, scope, pick, str(refusal), 422)
    return redirect("wave", _row(scope, pick).wave)


def scan_of(request: HttpRequest) -> str:
    # FNC1 of a bar code is a control character that must stay.
    return request.POST.get("scan", "").replace("\0", "").strip(" \t\r\n")[:LONGEST]


def _next(request: HttpRequest, scope: Scope, wave: str) -> HttpResponse:
    try:
        task = flow.next_pick(scope, wave, now=came_at(request))
    except NotFound:
        raise Http404("There is no such wave.") from None
    return redirect("wave", wave) if task is None else redirect("pick", task.pk)


def _row(scope: Scope, pick: int) -> queries.PickRow:
    found = queries.get_pick(scope, pick)
    if found is None:
        raise Http404("There is no such pick.")
    return found


def _page(request: HttpRequest, scope: Scope, pick: int, refused: str = "", status: int = 200) -> HttpResponse:
    row = _row(scope, pick)
    wave = queries.get_wave(scope, row.wave)
    context = {
        "pick": row,
        "wave": wave,
        "mine": row.state == "taken" and row.worker == scope.actor,
        "reasons": MISSING_REASONS,
        "refused": refused or row.told,
    }
    return furnished(request, scope, "pick.html", context, current="floor", status=status)
