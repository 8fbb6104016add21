"""Goods that come back: scanned in by number or parcel, graded unit by unit, and put where they belong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from doorstep.core.accounts.actors import actors_of
from doorstep.core.events.queries import timeline
from doorstep.core.network.queries import sites
from doorstep.core.returns import queries
from doorstep.core.returns.labels import label_of, last_scan
from doorstep.core.returns.queries import ReturnDetail, ReturnedLine
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.money import Currency
from doorstep.domain.returns import DISPOSITIONS, GRADES, RETURN_STATES, TO_COME, WHY
from doorstep.domain.rights import Scope
from doorstep.flows.back_to_sender import take_in
from doorstep.flows.paper import return_label
from doorstep.flows.returns import FoundUnits, grade_return, scan_returned
from doorstep.web.asked import Asked
from doorstep.web.room import came_at, furnished, room
from doorstep.web.words.facts import Happened, happened

PAGE = 50
LONGEST_SCAN = 200  # characters of a code on a unit
LONGEST = 120  # characters of what is scanned: the number of a return, or a parcel


@dataclass(frozen=True, slots=True)
class GradeBox:
    """Where units of a line are said to be of a grade; what was typed stays when it is refused."""

    grade: str
    name: str
    units: str
    dispositions: tuple[tuple[str, bool], ...]  # and whether it is chosen


@room("see")
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    return _list(request, scope)


@room("see")
def show_one(request: HttpRequest, scope: Scope, brand: str, rma: str) -> HttpResponse:
    """With a scan of a unit: the line that it belongs to is shown first."""
    found = _found(scope, brand, rma)
    code = request.GET.get("scan", "").replace("\0", "")[:LONGEST_SCAN]
    if not code.strip() or not _may_grade(scope, found):
        return _one(request, scope, found)
    line, refused = scan_returned(found, code, now=came_at(request))
    return _one(request, scope, found, refused=refused, line=line)


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
        "refused": refused,
    }
    return furnished(request, scope, "returns.html", context, current="returns", status=status)


def _may_grade(scope: Scope, found: ReturnDetail) -> bool:
    return scope.may("move_stock") and found.row.state == "received"


def _one(
    request: HttpRequest,
    scope: Scope,
    found: ReturnDetail,
    refused: str = "",
    status: int = 200,
    line: int | None = None,
) -> HttpResponse:
    row, may_grade = found.row, _may_grade(scope, found)
    sold = label_of(scope, row.rma, row.brand)
    fates = Counter[str]()
    for own in found.lines:
        for units in own.found:
            fates[units.disposition] += units.quantity
    context = {
        "label": sold,
        "to_come": row.state in TO_COME,
        "last_scan": last_scan(sold) if sold else None,
        "one": found,
        "row": row,
        "why": WHY[row.reason],
        "units": sum(own.quantity for own in found.lines),
        "fates": sorted(fates.items()),
        "facts": _facts(scope, found),
        "lines": [(own, list(_boxes(request, own)) if may_grade else ()) for own in found.lines],
        "may_grade": may_grade,
        "scanned": line,
        "refused": refused,
    }
    return furnished(request, scope, "return.html", context, current="returns", status=status)


def _facts(scope: Scope, found: ReturnDetail) -> list[Happened]:
    """What happened to this return, of all that happened to its order. At most three queries."""
    currency = Currency(found.row.currency)
    told = [fact for fact in timeline(scope, f"order:{found.row.order_id}") if fact.data.get("rma") == found.row.rma]
    known = actors_of(scope, (fact.actor for fact in told))
    return [happened(fact, currency, known) for fact in told]


def _boxes(request: HttpRequest, line: ReturnedLine) -> Iterator[GradeBox]:
    for grade in GRADES:
        name = f"{line.pk}-{grade}"
        chosen = _chosen(request, line.pk, grade) or DISPOSITIONS[grade][0]
        typed = request.POST.get(name, "0")[:7]
        yield GradeBox(grade, name, typed, tuple((one, one == chosen) for one in DISPOSITIONS[grade]))


def _found(scope: Scope, brand: str, rma: str) -> ReturnDetail:
    found = queries.get_return(scope, rma, brand)
    if found is None:
        raise Http404("There is no such return.")
    return found


def _chosen(request: HttpRequest, line: int, grade: str) -> str | None:
    return request.POST.get(f"{line}-{grade}-to") or None


def _units(written: str) -> int:
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 7 else 0
