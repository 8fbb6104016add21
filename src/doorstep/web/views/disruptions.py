"""Strikes, storms, closed ports: declared after a look at whom they concern, made worse, ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from doorstep.core.messages import disruptions as queries
from doorstep.core.messages.outbox import unsettled
from doorstep.core.network.queries import sites
from doorstep.domain.disruption import DISRUPTION_KINDS, Disruption
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.flows.disruption import AtRisk, at_risk, declare, end_disruption, worsen
from doorstep.web.asked import Asked
from doorstep.web.room import came_at, furnished, room

PAGE = 50
SHOWN = 200  # parcels of a preview; all are counted
FIELDS = ("country", "region", "postcode_prefix", "site", "carrier", "service")


@room("plan")
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    return _page(request, scope)


@login_required
@require_POST
@room("plan")
def declare_one(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Show whom it concerns; declare it only when that was seen."""
    try:
        what = _said(request)
        if not request.POST.get("sure"):
            return _page(request, scope, preview=at_risk(scope, what))
        declare(scope, request.POST.get("kind", ""), what, _text(request), now=came_at(request))
    except (Conflict, NotFound, ValueError) as refusal:
        return _page(request, scope, refused=str(refusal), status=422)
    return redirect("disruptions")


@login_required
@require_POST
@room("plan")
def worsen_one(request: HttpRequest, scope: Scope, disruption_id: int) -> HttpResponse:
    if queries.get(scope, disruption_id) is None:
        raise Http404("There is no such disruption.")

    def act() -> None:
        worsen(
            scope,
            disruption_id,
            ends_on=_day(request, "ends_on"),
            delay_days=_days(request),
            text=_text(request),
            now=came_at(request),
        )

    return _tried(request, scope, disruption_id, act)


@login_required
@require_POST
@room("plan")
def end_one(request: HttpRequest, scope: Scope, disruption_id: int) -> HttpResponse:
    return _tried(request, scope, disruption_id, lambda: end_disruption(scope, disruption_id, now=came_at(request)))


def _tried(request: HttpRequest, scope: Scope, disruption_id: int, act: Callable[[], None]) -> HttpResponse:
    try:
        act()
    except NotFound:
        raise Http404("There is no such disruption.") from None
    except (Conflict, ValueError) as refusal:
        return _page(request, scope, refused=str(refusal), status=422, changing=disruption_id)
    return redirect("disruptions")


def _page(
    request: HttpRequest,
    scope: Scope,
    preview: tuple[AtRisk, ...] | None = None,
    refused: str = "",
    status: int = 200,
    changing: int = 0,
) -> HttpResponse:
    """Show the room; what was typed stays in the form that it was typed into: of `changing`, else of a new one."""
    asked = Asked(request.GET)
    carriers, services = queries.carriage(scope)
    page = asked.page(lambda after: queries.list_disruptions(scope, after=after, limit=PAGE))
    context = {
        "asked": asked,
        "rows": page.rows,
        "next": asked.next_link(page),
        "kinds": DISRUPTION_KINDS,
        "sites": sites(scope),
        "today": came_at(request).date(),
        "carriers": sorted(carriers),
        "services": sorted(services),
        "said": {} if changing else request.POST,
        "changing": changing,
        "changed": request.POST if changing else {},
        "preview": preview[:SHOWN] if preview is not None else None,
        "concerned": len({one.parcel.order_id for one in preview or ()}),
        "messages": unsettled(scope),
        "refused": refused,
    }
    return furnished(request, scope, "disruptions.html", context, current="disruptions", status=status)


def _said(request: HttpRequest) -> Disruption:
    country, region, prefix, site, carrier, service = (
        request.POST.get(name, "").replace("\0", "").strip()[:100] for name in FIELDS
    )
    starts_on, ends_on = _day(request, "starts_on"), _day(request, "ends_on")
    return Disruption(
        country.upper()[:2], region, prefix.upper(), site, carrier, service, starts_on, ends_on, _days(request)
    )


def _day(request: HttpRequest, name: str) -> date:
    try:
        return date.fromisoformat(request.POST.get(name, ""))
    except ValueError:
        raise ValueError("say from which day to which it lasts") from None


def _days(request: HttpRequest) -> int:
    written = request.POST.get("delay_days", "")
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 4 else 0


def _text(request: HttpRequest) -> str:
    return " ".join(request.POST.get("text", "").replace("\0", "").split())
