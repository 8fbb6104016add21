"""What is learned of a brand, as it was worked out last; nothing is worked out while somebody waits for a page."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import starmap
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from doorstep.core.accounts.queries import brands
from doorstep.core.cases.queries import live_cases
from doorstep.core.jobs import queries as jobs
from doorstep.core.jobs import turns
from doorstep.core.learned.insights import KINDS, InsightKind, Kept, kept
from doorstep.core.learned.steering import in_force_of
from doorstep.core.tariffs.queries import followed
from doorstep.documents.insights.page import InsightPage, read
from doorstep.domain.exploration import ServiceTrial
from doorstep.domain.rights import Scope
from doorstep.domain.worth import LearnedValue
from doorstep.flows.insights import CHORE, JOB, POSITION, ask_for_insight, key_of
from doorstep.web.asked import Asked
from doorstep.web.room import came_at, furnished, of_brands, room

NAMES: dict[InsightKind, str] = {
    "carriers": "Carriers",
    "customers": "Customers",
    "demand": "Demand",
    "costs": "Costs",
    "position": "Stock placement",
}
WORTH_WORDS: dict[str, str] = {
    "day_sooner": "A day sooner",
    "next_day": "The next day",
    "pickup": "A pickup point",
    "carbon_kg_less": "1 kg CO2e less",
    "place_higher": "A place higher on the page",
    "buying": "To buy at all",
    "scatter": "Scatter of choices",
}


@room("see")
def show(request: HttpRequest, scope: Scope, kind: InsightKind) -> HttpResponse:
    asked, served = Asked(request.GET), brands(scope)
    code = asked.one_of("brand", [one.code for one in served])
    brand = (of_brands(served, code) if code else None) or next(iter(served), None)
    found = kept(scope, brand.id, kind) if brand else None
    page = _page(found)
    context = {
        "asked": asked,
        "kind": kind,
        "name": NAMES[kind],
        "tabs": [(one, NAMES[one], f"insight_{one}") for one in KINDS],
        "of": brand,
        "brand": brand.code if brand else "",
        "found": found,
        "page": page,
        "unread": found is not None and page is None,
        "job": jobs.of_key(scope, JOB, key_of(brand.id, kind)) if brand else None,
        "next_at": turns.next_of(POSITION if kind == "position" else CHORE),
        "every": "once a week" if kind == "position" else "once a night",
        "may_ask": scope.may("plan"),
        "may_manage": scope.may("manage"),
        **(_weighing(scope, brand.id, found) if brand and kind == "customers" and scope.may("manage") else {}),
        **(_trying(scope, brand.id, found) if brand and kind == "carriers" and scope.may("manage") else {}),
        "cases": live_cases(scope, brand.id) if brand and kind == "carriers" and scope.may("plan") else {},
    }
    return furnished(request, scope, "insight.html", context, current="insight_carriers")


@login_required
@require_POST
@room("plan")
def ask(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Have one worked out soon; what is asked for twice is done once."""
    kind = next((one for one in KINDS if one == request.POST.get("kind")), None)
    brand = of_brands(brands(scope), request.POST.get("brand", ""))
    if kind is None or brand is None:
        raise Http404("There is no such insight.")
    ask_for_insight(scope, brand.id, kind, now=came_at(request))
    return redirect(f"{reverse(f'insight_{kind}')}?{urlencode({'brand': brand.code})}")


def _weighing(scope: Scope, brand_id: int, found: Kept | None) -> dict[str, Any]:
    """What a unit of something is worth to whom: as it weighs, beside what was learned last and is sure enough to."""
    steering = in_force_of(scope, brand_id)
    learned = _by_whom(starmap(LearnedValue, found.document.get("values", ()) if found else ()))
    weighs = _by_whom(steering.values)
    rows = [
        (WORTH_WORDS.get(key[0], key[0]), " ".join(filter(None, key[1:])), weighs.get(key), learned.get(key))
        for key in {**learned, **weighs}
    ]
    return {"steering": steering, "worths": rows, "learned": bool(learned)}


def _trying(scope: Scope, brand_id: int, found: Kept | None) -> dict[str, Any]:
    """What may be tried, beside what was proposed last."""
    steering = in_force_of(scope, brand_id)
    proposed = {one.service: one for one in starmap(ServiceTrial, found.document.get("trials", ()) if found else ())}
    tried = {one.service: one for one in steering.trials}
    known = followed(scope, brand_id)
    rows = [(name, tried.get(name), proposed.get(name), name in known) for name in {**proposed, **tried}]
    return {"steering": steering, "trials": rows, "proposed": bool(proposed)}


def _by_whom(values: Iterable[LearnedValue]) -> dict[tuple[str, str, str], int]:
    return {(one.worth, one.segment, one.country): one.value_micros for one in values}


def _page(found: Kept | None) -> InsightPage | None:
    """None: nothing is kept, or it was kept by another version; the next night replaces it."""
    if found is None:
        return None
    try:
        return read(found.document)
    except (KeyError, TypeError):
        return None
