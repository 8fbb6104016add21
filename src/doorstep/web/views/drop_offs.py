"""The driver's room: what is staged for a departure, scanned aboard, and handed over at the carrier's depot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from doorstep.domain.rights import Scope
from doorstep.web.gate import Gate
from doorstep.web.room import came_at, furnished, room
from doorstep.web.views.gate_frame import close_pile, framed, show_frame, stage_scanned


@room("carry")
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    return show_frame(request, scope, _page, "loaded")


@login_required
@require_POST
@room("carry")
def load(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Take a parcel along that was not staged yet."""
    return stage_scanned(request, scope, _page, "drop_offs", "loaded")


@login_required
@require_POST
@room("carry")
def hand_over(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Hand over at the depot all that is staged, as a drop-off."""
    return close_pile(request, scope, _page, "drop_offs", "drop_off")


def _page(
    request: HttpRequest, scope: Scope, gate: Gate | None, more: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    context = framed(scope, gate, more, came_at(request), kind="drop_off")
    return furnished(request, scope, "drop_offs.html", context, current="drop_offs", status=status)
