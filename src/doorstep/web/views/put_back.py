"""What was picked and is wanted no longer: each bin confirmed by a scan, once the goods lie in it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from doorstep.core.floor import queries
from doorstep.domain.errors import NotFound
from doorstep.domain.rights import Scope
from doorstep.flows.take_back import confirm_put_back
from doorstep.web.room import came_at, furnished, room
from doorstep.web.views.picking import scan_of


@room("move_stock")
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    return furnished(request, scope, "put_backs.html", {"rows": queries.put_backs(scope)}, current="floor")


@login_required
@require_POST
@room("move_stock")
def confirm(request: HttpRequest, scope: Scope, put_back: int) -> HttpResponse:
    """Whatever is refused stands beside its row, there after a reload too."""
    try:
        confirm_put_back(scope, put_back, scan_of(request), now=came_at(request))
    except NotFound:
        raise Http404("This is put back already, or never was to be.") from None
    return redirect("put_backs")
