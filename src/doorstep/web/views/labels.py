"""Labels: printed, bought, given back."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from doorstep.core.parcels.queries import ParcelRow, parcel
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.flows import paper, ship
from doorstep.web.room import came_at, furnished, room


@room("see")
def pdf(request: HttpRequest, scope: Scope, brand: str, code: str) -> HttpResponse:  # noqa: ARG001
    return _paper(scope, brand, code, "pdf")


@room("see")
def zpl(request: HttpRequest, scope: Scope, brand: str, code: str) -> HttpResponse:  # noqa: ARG001
    return _paper(scope, brand, code, "zpl")


@login_required
@require_POST
@room("see")
def buy(request: HttpRequest, scope: Scope, brand: str, code: str) -> HttpResponse:
    row = _found(scope, brand, code)
    return _tried(request, scope, row, lambda: ship.buy_label(scope, row.pk, now=came_at(request)))


@login_required
@require_POST
@room("see")
def void(request: HttpRequest, scope: Scope, brand: str, code: str) -> HttpResponse:
    row = _found(scope, brand, code)
    return _tried(request, scope, row, lambda: ship.void_label(scope, row.pk, now=came_at(request)))


def _found(scope: Scope, brand: str, code: str) -> ParcelRow:
    """What is somebody else's is not there; only of what is there it is said that one may not."""
    found = parcel(scope, code, brand)
    if found is None:
        raise Http404("There is no such parcel.")
    if not scope.may("move_stock"):
        raise PermissionDenied
    return found.row


def _tried(request: HttpRequest, scope: Scope, row: ParcelRow, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except Conflict as refusal:
        context = {"row": row, "refused": str(refusal)}
        return furnished(request, scope, "label_refused.html", context, current="shipments", status=422)
    return redirect("order", brand=row.brand, code=row.order)


def _paper(scope: Scope, brand: str, code: str, form: paper.Format) -> HttpResponse:
    try:
        found = paper.label(scope, code, brand, form)
    except NotFound as missing:
        raise Http404(str(missing)) from None
    name = "".join(letter if letter.isalnum() or letter in "-._" else "_" for letter in found.name)
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(found.content, content_type=found.content_type, headers=headers)
