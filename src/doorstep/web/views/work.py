"""The work behind: who does it, when it comes round, what was given up and may be tried anew."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from doorstep.core.events import pending
from doorstep.core.jobs import queries, turns, workers
from doorstep.domain.errors import NotFound
from doorstep.domain.rights import Scope
from doorstep.flows.retry import drop_job, retry_fact, retry_job
from doorstep.web.room import came_at, furnished, room


@room("plan")
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    now = came_at(request)
    context = {
        "now": now,
        "workers": workers.workers(now),
        "turns": turns.turns(),
        "standing": queries.standing(scope.operator),
        "lag": pending.lag(),
        "dead": queries.jobs(scope, "dead"),
        "stuck": pending.stuck(scope.operator),
    }
    return furnished(request, scope, "work.html", context, current="work")


@login_required
@require_POST
@room("plan")
def retry(request: HttpRequest, scope: Scope, job: int) -> HttpResponse:
    return _done(lambda: retry_job(scope, job, now=came_at(request)))


@login_required
@require_POST
@room("plan")
def drop(request: HttpRequest, scope: Scope, job: int) -> HttpResponse:
    return _done(lambda: drop_job(scope, job, now=came_at(request)))


@login_required
@require_POST
@room("plan")
def retry_stuck(request: HttpRequest, scope: Scope, stuck: int) -> HttpResponse:
    return _done(lambda: retry_fact(scope, stuck, now=came_at(request)))


def _done(act: Callable[[], None]) -> HttpResponse:
    try:
        act()
    except NotFound as no:
        raise Http404(str(no)) from None
    return redirect("work")
