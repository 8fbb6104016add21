"""The driver's room: what is staged for a departure, scanned aboard, and handed over at the carrier's depot."""

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
from doorstep.core.parcels import departures
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.flows import dispatch
from doorstep.web.gate import LONGEST, WRONG, Gate, gate_of, link_of, scanned_of
from doorstep.web.room import came_at, furnished, room

RECENT = 10


@room("carry")
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    done = request.GET.get("loaded", "")[:LONGEST]
    return _page(request, scope, gate_of(request.GET), {"done": done, "closed_id": request.GET.get("closed", "")})


@login_required
@require_POST
@room("carry")
def load(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Take a parcel along that was not staged yet."""
    gate = gate_of(request.POST)
    if gate is None:
        return _page(request, scope, None, {"refused": "Choose a departure first."}, 422)
    try:
        loaded = dispatch.stage(
            scope, scanned_of(request.POST), gate.site, gate.carrier, gate.departs_at, now=came_at(request)
        )
    except dispatch.WrongScan as wrong:
        return _page(request, scope, gate, {"wrong": WRONG[wrong.wrong], "why": str(wrong)}, 422)
    return redirect(f"{reverse('drop_offs')}?{gate.query}&{urlencode({'loaded': loaded.parcel})}")


@login_required
@require_POST
@room("carry")
def hand_over(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Hand over at the depot all that is staged, as a drop-off."""
    gate = gate_of(request.POST)
    if gate is None:
        return _page(request, scope, None, {"refused": "Choose a departure first."}, 422)
    try:
        closed = dispatch.close_manifest(
            scope, gate.site, gate.carrier, gate.departs_at, now=came_at(request), kind="drop_off"
        )
    except NotFound as missing:
        raise Http404(str(missing)) from None
    except Conflict as refusal:
        return _page(request, scope, gate, {"refused": f"{str(refusal).capitalize()}."}, 422)
    return redirect(f"{reverse('drop_offs')}?{gate.query}&closed={closed.manifest}")


def _page(
    request: HttpRequest, scope: Scope, gate: Gate | None, more: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    now = came_at(request)
    place = next((one for one in sites(scope) if gate and one.site == gate.site), None)
    waiting = departures.waiting(scope, gate.site, gate.carrier, gate.departs_at) if gate and place else ()
    recent = departures.manifests(scope, kind="drop_off", limit=RECENT).rows
    done = more.get("done", "")
    context = {
        "now": now,
        "gate": gate if place else None,
        "place": place,
        "departures": [(one, link_of(one), one.departs_at < now) for one in departures.departures(scope, now)],
        "missing": [one for one in waiting if one.state != "staged"],
        "staged": [one for one in waiting if one.state == "staged"],
        "sheets": recent,
        **more,
        # Said by the address, and believed only if it is so.
        "done": done if any(one.parcel == done and one.state == "staged" for one in waiting) else "",
        "closed": next((one for one in recent if str(one.pk) == more.get("closed_id")), None),
    }
    return furnished(request, scope, "drop_offs.html", context, current="drop_offs", status=status)
