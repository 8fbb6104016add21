"""A shopper's data, for administrators: found by an e-mail address, handed out, erased. No address stands in a URL."""

from __future__ import annotations

from typing import Any

import orjson
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from doorstep.core.accounts.queries import brand_id
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.domain.shopper import Shopper
from doorstep.flows.erase import Erased, erase, orders_of
from doorstep.flows.export_person import export_person
from doorstep.web.room import came_at, furnished, room

LONGEST = 320
CONFIRMED = "erase"  # what is typed to confirm it
UNSAID = "Type an e-mail address or an order's number."


@sensitive_post_parameters("shopper")
@room("manage")
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Show what there is of a shopper; asked for by POST, so that no address of theirs is kept in a log."""
    return _page(request, scope, _said(request)) if request.method == "POST" else _page(request, scope, "")


@sensitive_post_parameters("shopper")
@login_required
@require_POST
@room("manage")
def export(request: HttpRequest, scope: Scope) -> HttpResponse:
    try:
        told = export_person(scope, _brands(request, scope), _who(_said(request)), now=came_at(request))
    except NotFound:
        raise Http404("There is no such order.") from None
    except Conflict:
        return _page(request, scope, "", refused=UNSAID, status=422)
    content = orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z)
    headers = {"Content-Disposition": 'attachment; filename="shopper.json"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type="application/json", headers=headers)


@sensitive_post_parameters("shopper")
@login_required
@require_POST
@room("manage")
def erase_one(request: HttpRequest, scope: Scope) -> HttpResponse:
    said = _said(request)
    if request.POST.get("confirmed", "").strip().lower() != CONFIRMED:
        return _page(request, scope, said, refused=f"Type {CONFIRMED} to confirm it.", status=422)
    waits = request.POST.get("when_done") == "yes"
    try:
        done = erase(scope, _brands(request, scope), _who(said), now=came_at(request), when_done=waits)
    except NotFound:
        raise Http404("There is no such order.") from None
    except Conflict as refusal:
        return _page(request, scope, said, refused=str(refusal), status=422)
    return _page(request, scope, said, done=done)


def _said(request: HttpRequest) -> str:
    return request.POST.get("shopper", "").replace("\0", "").strip()[:LONGEST]


def _brands(request: HttpRequest, scope: Scope) -> frozenset[int]:
    """The one brand that was named: whoever bought from two is known to each by themselves. Raises NotFound."""
    if len(scope.brands) == 1:
        return scope.brands
    found = brand_id(scope, request.POST.get("brand", ""))
    if found is None:
        raise NotFound("no such brand")
    return frozenset({found})


def _who(said: str) -> Shopper:
    return Shopper(email=said) if "@" in said else Shopper(order=said)


def _page(
    request: HttpRequest, scope: Scope, said: str, *, refused: str = "", done: Erased | None = None, status: int = 200
) -> HttpResponse:
    found: Any = ()
    if said:
        try:
            found = orders_of(scope, _brands(request, scope), _who(said))
        except NotFound:
            found = ()
    context = {
        "said": said,
        "of": request.POST.get("brand", ""),
        "found": found,
        "left": [one for one in found if one.erased_at is None],
        "under_way": [one for one in found if one.erased_at is None and not one.ended],
        "refused": refused,
        "done": done,
        "confirmed": CONFIRMED,
    }
    return furnished(request, scope, "shoppers.html", context, current="shoppers", status=status)
