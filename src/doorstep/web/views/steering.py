"""What a brand's choices go by beside money: values that somebody has looked at, and which options are shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from doorstep.core.accounts.queries import brands
from doorstep.core.learned.steering import in_force_of
from doorstep.domain.errors import Conflict, DoorstepError, InvalidProblem, NotFound
from doorstep.domain.rights import Scope
from doorstep.domain.steering import Showing
from doorstep.flows.steer import Wished, steer, try_proposed, weigh_learned
from doorstep.web.room import came_at, of_brands, room
from doorstep.web.views import brand

OFF_VALUES, OFF_SHOWING = Wished(off=frozenset({"values"})), Wished(off=frozenset({"showing"}))
OFF_TRIALS = Wished(off=frozenset({"trials"}))


@login_required
@require_POST
@room("manage")
def weigh(request: HttpRequest, scope: Scope, code: str) -> HttpResponse:
    """Put the values in force that stand on the page, or none; a page from before they were learned anew puts none."""
    now = came_at(request)
    try:
        if _agreed(request, "weigh"):
            weigh_learned(scope, code, _instant(request.POST.get("learned_at", "")), now=now)
        else:
            steer(scope, code, OFF_VALUES, now=now)
    except NotFound:
        raise Http404("There is no such brand.") from None
    except DoorstepError as refusal:
        return brand.refused(request, scope, code, str(refusal))
    return redirect(f"{reverse('insight_customers')}?{urlencode({'brand': code})}")


@login_required
@require_POST
@room("manage")
def try_services(request: HttpRequest, scope: Scope, code: str) -> HttpResponse:
    """Have the services tried that stand on the page, or none; a page from before others were proposed does nothing."""
    now = came_at(request)
    try:
        if _agreed(request, "try"):
            try_proposed(scope, code, _instant(request.POST.get("learned_at", "")), now=now)
        else:
            steer(scope, code, OFF_TRIALS, now=now)
    except NotFound:
        raise Http404("There is no such brand.") from None
    except DoorstepError as refusal:
        return brand.refused(request, scope, code, str(refusal))
    return redirect(f"{reverse('insight_carriers')}?{urlencode({'brand': code})}")


@login_required
@require_POST
@room("manage")
def show_by_worth(request: HttpRequest, scope: Scope, code: str) -> HttpResponse:
    try:
        steer(scope, code, _showing(request, scope, code), now=came_at(request))
    except NotFound:
        raise Http404("There is no such brand.") from None
    except DoorstepError as refusal:
        return brand.refused(request, scope, code, str(refusal))
    return redirect(f"{reverse('brand', args=(code,))}#steering")


def _agreed(request: HttpRequest, name: str) -> bool:
    """Yes or no: what says neither changes nothing."""
    said = request.POST.get(name)
    if said not in ("yes", "no"):
        raise InvalidProblem("say yes or no")
    return said == "yes"


def _showing(request: HttpRequest, scope: Scope, code: str) -> Wished:
    """How many are shown, as the page asks; what it does not ask for stays as it was set otherwise."""
    if not _agreed(request, "showing"):
        return OFF_SHOWING
    try:
        most = int(request.POST.get("most", ""))
    except ValueError:
        raise InvalidProblem("how many options are shown is a number") from None
    of = of_brands(brands(scope), code)
    before = in_force_of(scope, of.id).showing if of else None
    return Wished(showing=replace(before or Showing(most), most=most), off=frozenset({"showing"}))


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)  # as the page names it
    except ValueError:
        raise Conflict("when it was learned is not understood") from None
