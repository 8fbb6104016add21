"""The floor: what waits to be released, the waves and how far they are, what is missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from doorstep.core.accounts.actors import actors_of
from doorstep.core.floor import queries
from doorstep.core.floor.bench import totes_of
from doorstep.core.network.queries import sites
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.flows import release
from doorstep.flows import settle_missing as settled
from doorstep.web.asked import Asked
from doorstep.web.drawings.barcode import code128
from doorstep.web.room import came_at, furnished, room
from doorstep.web.words.facts import who

PAGE = 50
HORIZON = timedelta(hours=24)  # what leaves within it is proposed


@room("see")
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    return _page(request, scope)


@room("see")
def show_waves(request: HttpRequest, scope: Scope) -> HttpResponse:
    asked = Asked(request.GET)
    places = sites(scope)
    site = asked.one_of("site", [place.site for place in places])
    page = asked.page(lambda after: queries.list_waves(scope, site=site, after=after, limit=PAGE))
    context = {"asked": asked, "rows": page.rows, "next": asked.next_link(page), "sites": places, "site": site}
    return furnished(request, scope, "waves.html", context, current="floor")


@room("see")
def show_wave(request: HttpRequest, scope: Scope, code: str) -> HttpResponse:
    return _wave_page(request, scope, code)


@login_required
@require_POST
@room("see")
def release_wave(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Release what leaves at one time by one service."""

    def act() -> HttpResponse:
        leaves_at = _instant(request.POST.get("leaves_at", ""))
        made = release.release(
            scope,
            site=request.POST.get("site", ""),
            since=leaves_at,
            until=leaves_at,
            service=request.POST.get("service", ""),
            now=came_at(request),
        )
        if not made.waves:
            raise Conflict(
                "Nothing was released: what these need is not reserved at the site, or lies in totes to be put back."
                if made.left_out
                else "Nothing was released: somebody else has done it already."
            )
        return redirect("wave", made.waves[0]) if len(made.waves) == 1 else redirect("floor")

    return _tried(act, lambda told: _page(request, scope, told, 422))


@login_required
@require_POST
@room("see")
def withdraw_wave(request: HttpRequest, scope: Scope, code: str) -> HttpResponse:
    def act() -> HttpResponse:
        release.withdraw(scope, code, now=came_at(request))
        return redirect("floor")

    return _tried(act, lambda told: _wave_page(request, scope, code, told, 422))


@login_required
@require_POST
@room("move_stock")
def settle_missing(request: HttpRequest, scope: Scope, missing: int) -> HttpResponse:
    """Write down what somebody found who looked for missing units."""

    def act() -> HttpResponse:
        found = request.POST.get("found", "").strip()
        if not (found.isascii() and found.isdigit() and len(found) < 8):
            if queries.missing_one(scope, missing) is None:
                raise NotFound("nothing of that kind is missing")
            raise Conflict("Say how many units were found: 0, 1, 2 ...")
        settled.settle_missing(scope, missing, int(found), request.POST.get("reason", "")[:1_000], now=came_at(request))
        return redirect("floor")

    return _tried(act, lambda told: _page(request, scope, told, 422))


def _page(request: HttpRequest, scope: Scope, refused: str = "", status: int = 200) -> HttpResponse:
    asked = Asked(request.GET)
    places = sites(scope)
    site = asked.one_of("site", [place.site for place in places])
    now = came_at(request)
    waves = [one for one in queries.open_waves(scope) if site in (None, one.site)]
    context = {
        "asked": asked,
        "waves": waves,
        "departures": queries.departures(scope, now + HORIZON, site),
        "missing": queries.missing(scope),
        "put_backs": len(queries.put_backs(scope)),
        "sites": places,
        "site": site,
        "now": now,
        "may_release": scope.may("move_stock") or scope.may("plan"),
        "may_work": scope.may("move_stock"),
        "may_settle": scope.may("move_stock") and scope.may("plan"),
        "refused": refused,
    }
    return furnished(request, scope, "floor.html", context, current="floor", status=status)


def _wave_page(request: HttpRequest, scope: Scope, code: str, refused: str = "", status: int = 200) -> HttpResponse:
    wave = queries.get_wave(scope, code)
    if wave is None:
        raise Http404("There is no such wave.")
    picks = queries.picks_of(scope, wave.pk)
    known = actors_of(scope, {wave.released_by, *(one.worker for one in picks if one.state == "taken")})
    context = {
        "wave": wave,
        "picks": [(one, who(one.worker, known) if one.state == "taken" else "") for one in picks],
        "totes": [(one, code128(one.tote)) for one in totes_of(scope, wave.pk)],
        "released_by": who(wave.released_by, known),
        "begun": any(one.state != "open" for one in picks),
        "may_release": scope.may("move_stock") or scope.may("plan"),
        "may_work": scope.may("move_stock"),
        "me": scope.actor,
        "refused": refused,
        "now": came_at(request),
    }
    return furnished(request, scope, "wave.html", context, current="floor", status=status)


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise NotFound("no such departure") from None
    if found.tzinfo is None:
        raise NotFound("no such departure")
    return found


def _tried(act: Callable[[], HttpResponse], told: Callable[[str], HttpResponse]) -> HttpResponse:
    """What is not of this scope is not there; what is refused is said on the page it was asked from."""
    try:
        return act()
    except NotFound as missing:
        raise Http404(str(missing)) from None
    except Conflict as refusal:
        return told(str(refusal))
