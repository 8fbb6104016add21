"""What pages at a departure have in common: a parcel staged by scan, the pile handed over, and what both show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from doorstep.core.network.queries import SiteRow, sites
from doorstep.core.parcels import departures
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.flows import dispatch
from doorstep.web.gate import LONGEST, WRONG, Gate, gate_of, link_of, scanned_of
from doorstep.web.room import came_at

RECENT = 10  # manifests
UNCHOSEN = {"refused": "Choose a departure first."}


class Page(Protocol):
    """Shows a page at a departure, with what the address or a refusal adds."""

    def __call__(
        self, request: HttpRequest, scope: Scope, gate: Gate | None, more: Mapping[str, Any], status: int = 200
    ) -> HttpResponse: ...


def show_frame(request: HttpRequest, scope: Scope, page: Page, said: str) -> HttpResponse:
    """Show the page; `said` is what its address calls the parcel that was scanned last."""
    done, closed = request.GET.get(said, "")[:LONGEST], request.GET.get("closed", "")
    return page(request, scope, gate_of(request.GET), {"done": done, "closed_id": closed})


def stage_scanned(request: HttpRequest, scope: Scope, page: Page, name: str, said: str) -> HttpResponse:
    """Put what was scanned onto the pile, and go back to the page of that name."""
    gate = gate_of(request.POST)
    if gate is None:
        return page(request, scope, None, UNCHOSEN, 422)
    number = scanned_of(request.POST)
    try:
        staged = dispatch.stage(scope, number, gate.site, gate.carrier, gate.departs_at, now=came_at(request))
    except dispatch.WrongScan as wrong:
        return page(request, scope, gate, told_wrong(wrong), 422)
    return redirect(f"{reverse(name)}?{gate.query}&{urlencode({said: staged.parcel})}")


def close_pile(request: HttpRequest, scope: Scope, page: Page, name: str, kind: dispatch.Kind) -> HttpResponse:
    """Hand over what is staged, and go back to the page of that name."""
    gate = gate_of(request.POST)
    if gate is None:
        return page(request, scope, None, UNCHOSEN, 422)
    now = came_at(request)
    try:
        closed = dispatch.close_manifest(scope, gate.site, gate.carrier, gate.departs_at, now=now, kind=kind)
    except NotFound as missing:
        raise Http404(str(missing)) from None
    except Conflict as refusal:
        why = str(refusal)
        return page(request, scope, gate, {"refused": f"{why[:1].upper()}{why[1:]}."}, 422)
    return redirect(f"{reverse(name)}?{gate.query}&closed={closed.manifest}")


def told_wrong(wrong: dispatch.WrongScan) -> dict[str, str]:
    return {"wrong": WRONG[wrong.wrong], "why": str(wrong)}


def framed(
    scope: Scope,
    gate: Gate | None,
    more: Mapping[str, Any],
    now: datetime,
    *,
    places: tuple[SiteRow, ...] | None = None,
    site: str | None = None,
    kind: str | None = None,
) -> dict[str, Any]:
    """Contents: departures of a site or of all, what waits for the one chosen, manifests of a kind or of any."""
    known = sites(scope) if places is None else places
    place = next((one for one in known if gate and one.site == gate.site), None)
    found = departures.departures(scope, now, site)
    waiting = departures.waiting(scope, gate.site, gate.carrier, gate.departs_at) if gate and place else ()
    recent = departures.manifests(scope, kind=kind, limit=RECENT).rows
    done = more.get("done", "")
    return {
        "now": now,
        "gate": gate if place else None,
        "place": place,
        "departures": [(one, link_of(one), one.departs_at < now) for one in found],
        "missing": [one for one in waiting if one.state != "staged"],
        "staged": [one for one in waiting if one.state == "staged"],
        "manifests": recent,
        **more,
        # Said by the address, and believed only if it is so.
        "done": done if any(one.parcel == done and one.state == "staged" for one in waiting) else "",
        "closed": next((one for one in recent if str(one.pk) == more.get("closed_id")), None),
    }
