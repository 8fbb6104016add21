"""The gate: what leaves when, parcels staged by scan, manifests closed. Made for a scanner: one field, one answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from doorstep.core.network.queries import sites
from doorstep.core.parcels import departures, unread
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.flows import carriers, dispatch, paper, track
from doorstep.web.asked import Asked
from doorstep.web.gate import LONGEST, WRONG, Gate, gate_of, link_of, scanned_of
from doorstep.web.room import came_at, furnished, room

RECENT = 10
MOST_TEXT = 200_000


@room("move_stock")
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    done = request.GET.get("staged", "")[:LONGEST]
    return _page(request, scope, gate_of(request.GET), {"done": done, "closed_id": request.GET.get("closed", "")})


@login_required
@require_POST
@room("move_stock")
def stage(request: HttpRequest, scope: Scope) -> HttpResponse:
    gate = gate_of(request.POST)
    number = scanned_of(request.POST)
    if gate is None:
        return _page(request, scope, None, {"refused": "Choose a departure first."}, 422)
    try:
        staged = dispatch.stage(scope, number, gate.site, gate.carrier, gate.departs_at, now=came_at(request))
    except dispatch.WrongScan as wrong:
        return _page(request, scope, gate, {"wrong": WRONG[wrong.wrong], "why": str(wrong)}, 422)
    return redirect(f"{reverse('dispatch')}?{gate.query}&{urlencode({'staged': staged.parcel})}")


@login_required
@require_POST
@room("move_stock")
def unstage(request: HttpRequest, scope: Scope) -> HttpResponse:
    gate = gate_of(request.POST)
    try:
        dispatch.unstage(scope, scanned_of(request.POST))
    except dispatch.WrongScan as wrong:
        return _page(request, scope, gate, {"wrong": WRONG[wrong.wrong], "why": str(wrong)}, 422)
    return redirect(f"{reverse('dispatch')}?{gate.query if gate else ''}")


@login_required
@require_POST
@room("move_stock")
def close(request: HttpRequest, scope: Scope) -> HttpResponse:
    gate = gate_of(request.POST)
    if gate is None:
        return _page(request, scope, None, {"refused": "Choose a departure first."}, 422)
    kind: dispatch.Kind = "drop_off" if request.POST.get("kind") == "drop_off" else "collection"
    try:
        closed = dispatch.close_manifest(
            scope, gate.site, gate.carrier, gate.departs_at, now=came_at(request), kind=kind
        )
    except NotFound as missing:
        raise Http404(str(missing)) from None
    except Conflict as refusal:
        return _page(request, scope, gate, {"refused": str(refusal)}, 422)
    return redirect(f"{reverse('dispatch')}?{gate.query}&closed={closed.manifest}")


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
    asked, now = Asked(request.GET), came_at(request)
    places = sites(scope)
    known = next((one for one in places if gate and one.site == gate.site), None)
    chosen = None if gate else asked.one_of("site", [one.site for one in places])
    found = departures.departures(scope, now, chosen)
    waiting = departures.waiting(scope, gate.site, gate.carrier, gate.departs_at) if gate and known else ()
    recent = departures.manifests(scope, limit=RECENT)
    done = more.get("done", "")
    context = {
        "asked": asked,
        "now": now,
        "gate": gate if known else None,
        "place": known,
        "sites": places,
        "site": chosen,
        "departures": [(one, link_of(one), one.departs_at < now) for one in found],
        "missing": [one for one in waiting if one.state != "staged"],
        "staged": [one for one in waiting if one.state == "staged"],
        "manifests": recent.rows,
        "by_hand": carriers.by_hand(scope),
        "unread": unread.unread(scope),
        **more,
        # Said by the address, and believed only if it is so.
        "done": done if any(one.parcel == done and one.state == "staged" for one in waiting) else "",
        "closed": next((one for one in recent.rows if str(one.pk) == more.get("closed_id")), None),
    }
    return furnished(request, scope, "dispatch.html", context, current="dispatch", status=status)
