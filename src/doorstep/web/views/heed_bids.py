"""Whether a brand's orders heed what their goods are worth to later ones."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from doorstep.domain.errors import NotFound
from doorstep.domain.rights import Scope
from doorstep.flows.heed_bids import heed_bids
from doorstep.web.room import came_at, room


@login_required
@require_POST
@room("manage")
def change(request: HttpRequest, scope: Scope, code: str) -> HttpResponse:
    try:
        heed_bids(scope, code, request.POST.get("heeded") == "yes", now=came_at(request))
    except NotFound:
        raise Http404("There is no such brand.") from None
    return redirect("brand", code=code)
