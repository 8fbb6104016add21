from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from doorstep.core.network.queries import sites
from doorstep.domain.rights import Scope
from doorstep.flows.release import USUAL_TOTES
from doorstep.web.room import furnished, room


@room("see")
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    return furnished(request, scope, "sites.html", {"sites": sites(scope), "usual_cart": USUAL_TOTES}, current="sites")
