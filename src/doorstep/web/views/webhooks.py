"""Webhooks: where shops are told of what happens, whether it arrives, and trying it out. For administrators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from itertools import groupby
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from doorstep.core.webhooks import queries
from doorstep.core.webhooks.queries import DELIVERY_STATES, DeliveryRow, EndpointRow
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.rights import Scope
from doorstep.flows import webhook_endpoints as flow
from doorstep.web.asked import Asked
from doorstep.web.room import came_at, furnished, room

PAGE = 50


@room("manage")
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    return _all(request, scope, {})


@login_required
@require_POST
@room("manage")
def add(request: HttpRequest, scope: Scope) -> HttpResponse:
    said = {name: request.POST.get(name, "").replace("\0", "").strip()[:2_001] for name in ("url", "brand")}
    types = request.POST.getlist("types")
    try:
        made = flow.add_endpoint(scope, **said, types=types, now=came_at(request))
    except NotFound:
        raise Http404("There is no such brand.") from None
    except Conflict as refusal:
        return _all(request, scope, {"refused": str(refusal), "said": said, "chosen": types}, status=422)
    return _one(request, scope, _found(scope, made.pk), {"secret": made.secret})


@room("manage")
def show_one(request: HttpRequest, scope: Scope, webhook_id: int) -> HttpResponse:
    return _one(request, scope, _found(scope, webhook_id), {})


@login_required
@require_POST
@room("manage")
def change(request: HttpRequest, scope: Scope, webhook_id: int) -> HttpResponse:
    url = request.POST.get("url", "").replace("\0", "").strip()[:2_001]
    types = request.POST.getlist("types")
    said = {"said": {"url": url}, "chosen": types}
    return _tried(
        request,
        scope,
        webhook_id,
        lambda: flow.change_endpoint(scope, webhook_id, url=url, types=types, now=came_at(request)),
        said,
    )


@login_required
@require_POST
@room("manage")
def switch(request: HttpRequest, scope: Scope, webhook_id: int) -> HttpResponse:
    active = request.POST.get("state") == "active"
    return _tried(
        request,
        scope,
        webhook_id,
        lambda: flow.change_endpoint(scope, webhook_id, active=active, now=came_at(request)),
        {},
    )


@login_required
@require_POST
@room("manage")
def remove(request: HttpRequest, scope: Scope, webhook_id: int) -> HttpResponse:
    _found(scope, webhook_id)
    flow.remove_endpoint(scope, webhook_id, now=came_at(request))
    return redirect("webhooks")


@login_required
@require_POST
@room("manage")
def rotate(request: HttpRequest, scope: Scope, webhook_id: int) -> HttpResponse:
    _found(scope, webhook_id)
    made = flow.rotate_secret(scope, webhook_id, now=came_at(request))
    return _one(request, scope, _found(scope, webhook_id), {"secret": made.secret})


@login_required
@require_POST
@room("manage")
def test(request: HttpRequest, scope: Scope, webhook_id: int) -> HttpResponse:
    found = _found(scope, webhook_id)
    return _one(request, scope, found, {"reply": flow.try_endpoint(scope, webhook_id, now=came_at(request))})


@login_required
@require_POST
@room("manage")
def replay_dead(request: HttpRequest, scope: Scope, webhook_id: int) -> HttpResponse:
    found = _found(scope, webhook_id)
    since = Asked(request.POST).day("since")
    if since is None:
        return _one(request, scope, found, {"refused": "say from which day on"}, status=422)
    begin = datetime.combine(since, time(0), UTC)
    return _tried(
        request, scope, webhook_id, lambda: flow.replay_dead(scope, webhook_id, begin, now=came_at(request)), {}
    )


@room("manage")
def show_delivery(request: HttpRequest, scope: Scope, message: str) -> HttpResponse:
    return _delivery(request, scope, _found_delivery(scope, message), "")


@login_required
@require_POST
@room("manage")
def replay(request: HttpRequest, scope: Scope, message: str) -> HttpResponse:
    found = _found_delivery(scope, message)
    try:
        flow.replay(scope, message, now=came_at(request))
    except Conflict as refusal:
        return _delivery(request, scope, found, str(refusal), status=422)
    return redirect("webhook_delivery", message=message)


def _tried(
    request: HttpRequest, scope: Scope, pk: int, act: Callable[[], object], said: Mapping[str, Any]
) -> HttpResponse:
    """What is not of this scope is not there; what is refused is said above the forms, with what was filled in."""
    found = _found(scope, pk)
    try:
        act()
    except Conflict as refusal:
        return _one(request, scope, found, {"refused": str(refusal), **said}, status=422)
    return redirect("webhook", webhook_id=pk)


def _found(scope: Scope, pk: int) -> EndpointRow:
    found = queries.get_endpoint(scope, pk)
    if found is None:
        raise Http404("There is no such endpoint.")
    return found


def _found_delivery(scope: Scope, message: str) -> DeliveryRow:
    found = queries.get_delivery(scope, message)
    if found is None:
        raise Http404("There is no such delivery.")
    return found


def _all(request: HttpRequest, scope: Scope, more: Mapping[str, Any], status: int = 200) -> HttpResponse:
    asked = Asked(request.GET)
    page = asked.page(lambda after: queries.list_endpoints(scope, after=after, limit=PAGE))
    context = {"asked": asked, "rows": page.rows, "next": asked.next_link(page), "groups": _groups(), **more}
    return furnished(request, scope, "webhooks.html", context, current="webhooks", status=status)


def _one(
    request: HttpRequest, scope: Scope, found: EndpointRow, more: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    asked = Asked(request.GET)
    state, order = asked.one_of("state", DELIVERY_STATES), asked.text("order")
    page = asked.page(lambda after: flow.deliveries(scope, found.pk, state=state, order=order, after=after, limit=PAGE))
    context = {
        "one": found,
        "asked": asked,
        "state": state or "",
        "order": order or "",
        "states": DELIVERY_STATES,
        "rows": page.rows,
        "next": asked.next_link(page),
        "groups": _groups(),
        "chosen": found.types,
        "today": came_at(request).date(),
        **more,
    }
    return furnished(request, scope, "webhook.html", context, current="webhooks", status=status)


def _delivery(request: HttpRequest, scope: Scope, found: DeliveryRow, refused: str, status: int = 200) -> HttpResponse:
    context = {
        "delivery": found,
        "endpoint": _found(scope, found.endpoint),
        "tries": queries.attempts(found.pk),
        "refused": refused,
    }
    return furnished(request, scope, "webhook_delivery.html", context, current="webhooks", status=status)


def _groups() -> list[tuple[str, list[str]]]:
    """Types of events by what they are about."""
    types = sorted(EVENT_TYPES.values())
    return [(about, list(some)) for about, some in groupby(types, key=lambda one: one.partition(".")[0])]
