"""Investigations of carriers: what a control chart has seen, the letter, and what became of it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from doorstep.core.accounts.actors import actors_of
from doorstep.core.cases import queries
from doorstep.core.cases.queries import CaseRow
from doorstep.core.events.queries import timeline
from doorstep.domain.errors import Conflict
from doorstep.domain.investigation import CASE_STATES, LIVE, OUTCOMES
from doorstep.domain.money import Currency
from doorstep.domain.rights import Scope
from doorstep.flows import cases as flow
from doorstep.web.asked import Asked
from doorstep.web.drawings.case import chart_of
from doorstep.web.room import came_at, furnished, room
from doorstep.web.words.facts import Happened, happened

PAGE = 50


@room("plan")
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    asked = Asked(request.GET)
    state, brand = asked.one_of("state", CASE_STATES), asked.text("brand")
    page = asked.page(lambda after: queries.list_cases(scope, state=state, brand=brand, after=after, limit=PAGE))
    counts = queries.count_cases(scope)
    context = {
        "asked": asked,
        "rows": page.rows,
        "next": asked.next_link(page),
        "states": CASE_STATES,
        "state": state,
        "brand": brand,
        "counts": counts,
        "live": sum(counts[one] for one in LIVE),
        "outcomes": OUTCOMES,
    }
    return furnished(request, scope, "cases.html", context, current="cases")


@room("plan")
def show_one(request: HttpRequest, scope: Scope, case_id: int) -> HttpResponse:
    return _one(request, scope, _found(scope, case_id))


@login_required
@require_POST
@room("plan")
def send(request: HttpRequest, scope: Scope, case_id: int) -> HttpResponse:
    return _tried(request, scope, case_id, lambda: flow.send_letter(scope, case_id, now=came_at(request)))


@login_required
@require_POST
@room("plan")
def answer(request: HttpRequest, scope: Scope, case_id: int) -> HttpResponse:
    said = request.POST.get("answer", "")
    return _tried(request, scope, case_id, lambda: flow.note_answer(scope, case_id, said, now=came_at(request)))


@login_required
@require_POST
@room("plan")
def close(request: HttpRequest, scope: Scope, case_id: int) -> HttpResponse:
    outcome, note = request.POST.get("outcome", ""), request.POST.get("note", "")
    return _tried(request, scope, case_id, lambda: flow.close_case(scope, case_id, outcome, note, now=came_at(request)))


def _tried(request: HttpRequest, scope: Scope, pk: int, act: Callable[[], None]) -> HttpResponse:
    """What is not of this scope is not there; what is refused is said above the forms, with what was typed."""
    found = _found(scope, pk)
    try:
        act()
    except Conflict as refusal:
        return _one(request, scope, found, refused=str(refusal), status=422)
    return redirect("case", case_id=pk)


def _found(scope: Scope, pk: int) -> CaseRow:
    found = queries.get_case(scope, pk)
    if found is None:
        raise Http404("There is no such case.")
    return found


def _one(request: HttpRequest, scope: Scope, found: CaseRow, refused: str = "", status: int = 200) -> HttpResponse:
    context = {
        "one": found,
        "seen": found.evidence,
        "chart": chart_of(found),
        "facts": _facts(scope, found),
        "outcomes": OUTCOMES,
        "outcome": OUTCOMES[found.outcome] if found.outcome else "",
        "longest": flow.LONGEST,
        "said": request.POST,
        "refused": refused,
    }
    return furnished(request, scope, "case.html", context, current="cases", status=status)


def _facts(scope: Scope, found: CaseRow) -> list[Happened]:
    """What happened to it. At most three queries; no fact of a case tells an amount."""
    told = timeline(scope, f"case:{found.pk}")
    known = actors_of(scope, (fact.actor for fact in told))
    return [happened(fact, Currency("EUR"), known) for fact in told]
