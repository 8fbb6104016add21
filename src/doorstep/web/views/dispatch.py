"""The gate: what leaves when, parcels staged by scan, manifests closed. Made for a scanner: one field, one answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from doorstep.core.network.queries import sites
from doorstep.core.parcels import unread
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.flows import carriers, dispatch, paper, track
from doorstep.web.asked import Asked
from doorstep.web.gate import LONGEST, Gate, gate_of, scanned_of
from doorstep.web.room import came_at, furnished, room
from doorstep.web.views.gate_frame import close_pile, framed, show_frame, stage_scanned, told_wrong

MOST_TEXT = 200_000


@room("move_stock")
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    return show_frame(request, scope, _page, "staged")


@login_required
@require_POST
@room("move_stock")
def stage(request: HttpRequest, scope: Scope) -> HttpResponse:
    return stage_scanned(request, scope, _page, "dispatch", "staged")


@login_required
@require_POST
@room("move_stock")
def unstage(request: HttpRequest, scope: Scope) -> HttpResponse:
    gate = gate_of(request.POST)
    try:
        dispatch.unstage(scope, scanned_of(request.POST))
    except dispatch.WrongScan as wrong:
        return _page(request, scope, gate, told_wrong(wrong), 422)
    return redirect(f"{reverse('dispatch')}?{gate.query if gate else ''}")


@login_required
@require_POST
@room("move_stock")
def close(request: HttpRequest, scope: Scope) -> HttpResponse:
    kind: dispatch.Kind = "drop_off" if request.POST.get("kind") == "drop_off" else "collection"
    return close_pile(request, scope, _page, "dispatch", kind)


@login_required
@require_POST
@room("move_stock")
def enter_scans(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Scans of a carrier that has no other way to tell them, as CSV."""
    account, text = (request.POST.get(name, "").replace("\0", "") for name in ("account", "scans"))
    try:
        taken = track.enter_scans(scope, account[:LONGEST], text[:MOST_TEXT], now=came_at(request))
    except Conflict as refusal:
        return _page(request, scope, None, {"refused": str(refusal), "scans": text[:MOST_TEXT]}, 422)
    return _page(request, scope, None, {"taken": taken})


@login_required
@require_POST
@room("move_stock")
def read_again(request: HttpRequest, scope: Scope, event: int) -> HttpResponse:
    """An event of a carrier that could not be read: read again, or set aside."""
    try:
        if request.POST.get("how") == "set_aside":
            track.set_aside(scope, event, now=came_at(request))
            return redirect("dispatch")
        taken = track.read_again(scope, event, now=came_at(request))
    except NotFound as missing:
        raise Http404(str(missing)) from None
    except Conflict as refusal:
        return _page(request, scope, None, {"refused": str(refusal)}, 422)
    return _page(request, scope, None, {"taken": taken})


@room("see", "carry")
def manifest_pdf(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:  # noqa: ARG001
    try:
        found = paper.manifest(scope, pk)
    except NotFound:
        raise Http404("There is no such manifest.") from None
    headers = {"Content-Disposition": f'inline; filename="{found.name}"'}
    return HttpResponse(found.content, content_type=found.content_type, headers=headers)


def _page(
    request: HttpRequest, scope: Scope, gate: Gate | None, more: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    asked, places = Asked(request.GET), sites(scope)
    chosen = None if gate else asked.one_of("site", [one.site for one in places])
    context = framed(scope, gate, more, came_at(request), places=places, site=chosen)
    context |= {"asked": asked, "sites": places, "site": chosen, "by_hand": carriers.by_hand(scope)}
    context |= {"unread": unread.unread(scope)}
    return furnished(request, scope, "dispatch.html", context, current="dispatch", status=status)
