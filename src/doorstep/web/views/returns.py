"""Goods that come back: scanned in by number or parcel, graded unit by unit, and put where they belong."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from doorstep.core.network.queries import sites
from doorstep.core.returns import queries
from doorstep.core.returns.labels import label_of, last_scan
from doorstep.core.returns.queries import ReturnDetail
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.returns import DISPOSITIONS, GRADES, RETURN_REASONS, RETURN_STATES, WHY
from doorstep.domain.rights import Scope
from doorstep.flows.back_to_sender import take_in
from doorstep.flows.paper import return_label
from doorstep.flows.returns import FoundUnits, grade_return
from doorstep.web.asked import Asked
from doorstep.web.room import came_at, furnished, room

PAGE = 50
LONGEST = 120  # characters of what is scanned: the number of a return, or a parcel


@room("see")
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    return _list(request, scope)


@room("see")
def show_one(request: HttpRequest, scope: Scope, brand: str, rma: str) -> HttpResponse:
    return _one(request, scope, _found(scope, brand, rma))


@room("see")
def label(request: HttpRequest, scope: Scope, brand: str, rma: str) -> HttpResponse:  # noqa: ARG001
    try:
        paper = return_label(scope, rma, brand)
    except NotFound:
        raise Http404("There is no label of this return.") from None
    named = {"Content-Disposition": f'inline; filename="{paper.name}"'}
    return HttpResponse(paper.content, content_type=paper.content_type, headers=named)


@login_required
@require_POST
@room("move_stock")
def receive(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Take in what was scanned, and go on to its grading."""
    scanned = request.POST.get("rma", "").replace("\0", "").strip()[:LONGEST]
    try:
        rma = take_in(scope, scanned, request.POST.get("site", "")[:200].replace("\0", ""), now=came_at(request))
    except (Conflict, NotFound) as refusal:
        return _list(request, scope, refused=str(refusal), status=422)
    found = queries.get_return(scope, rma)
    assert found is not None
    return redirect("return", brand=found.row.brand, rma=rma)


@login_required
@require_POST
@room("move_stock")
def grade(request: HttpRequest, scope: Scope, brand: str, rma: str) -> HttpResponse:
    found = _found(scope, brand, rma)
    units = [
        FoundUnits(line.line, one, _units(request.POST.get(f"{line.pk}-{one}", "")), _chosen(request, line.pk, one))
        for line in found.lines
        for one in GRADES
    ]
    try:
        grade_return(scope, rma, units, now=came_at(request), brand=brand)
    except Conflict as refusal:
        return _one(request, scope, found, refused=str(refusal), status=422)
    return redirect("return", brand=brand, rma=rma)


def _list(request: HttpRequest, scope: Scope, refused: str = "", status: int = 200) -> HttpResponse:
    asked = Asked(request.GET)
    state, brand, search = asked.one_of("state", RETURN_STATES), asked.text("brand"), asked.text("q")
    page = asked.page(
        lambda after: queries.list_returns(scope, state=state, brand=brand, search=search, after=after, limit=PAGE)
    )
    context = {
        "asked": asked,
        "rows": page.rows,
        "next": asked.next_link(page),
        "states": RETURN_STATES,
        "state": state,
        "brand": brand,
        "search": search or "",
        "sites": sites(scope),
        "may_receive": scope.may("move_stock"),
        "reasons": RETURN_REASONS,
        "refused": refused,
    }
    return furnished(request, scope, "returns.html", context, current="returns", status=status)


def _one(request: HttpRequest, scope: Scope, found: ReturnDetail, refused: str = "", status: int = 200) -> HttpResponse:
    sold = label_of(scope, found.row.rma, found.row.brand)
    context = {
        "label": sold,
        "scanned": last_scan(sold) if sold else None,
        "one": found,
        "row": found.row,
        "why": WHY[found.row.reason],
        "grades": [(one, DISPOSITIONS[one]) for one in GRADES],
        "may_grade": scope.may("move_stock") and found.row.state == "received",
        "refused": refused,
        "said": request.POST,
    }
    return furnished(request, scope, "return.html", context, current="returns", status=status)


def _found(scope: Scope, brand: str, rma: str) -> ReturnDetail:
    found = queries.get_return(scope, rma, brand)
    if found is None:
        raise Http404("There is no such return.")
    return found


def _chosen(request: HttpRequest, line: int, grade: str) -> str | None:
    return request.POST.get(f"{line}-{grade}-to") or None


def _units(written: str) -> int:
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 7 else 0
