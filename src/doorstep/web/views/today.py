"""Today: what must leave, what waits, what is in danger, where it goes and what it costs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from doorstep.core.network import queries as network
from doorstep.core.orders import queries as orders
from doorstep.core.parcels import queries as parcels
from doorstep.core.parcels.at_risk import orders_at_risk, overdue
from doorstep.core.parcels.left_out import left_out
from doorstep.core.parcels.queries import Figures, Leaving
from doorstep.core.webhooks.queries import given_up
from doorstep.documents.report.charts import Chart, cost_per_parcel, on_time, promised_days
from doorstep.documents.report.wording import amount
from doorstep.domain.money import Currency
from doorstep.domain.rights import Scope
from doorstep.web.behind import address, of_place, of_span
from doorstep.web.drawings.costs import costs_picture
from doorstep.web.drawings.places import places_map
from doorstep.web.room import came_at, furnished, room
from doorstep.web.words.danger import endangered

AT_RISK_SHOWN = 12
OVERDUE_SHOWN = 12
LEFT_OUT_SHOWN = 20
DEPARTURES_SHOWN = 8  # of a site; those that wait for parcels come before those that are gone


@dataclass(frozen=True, slots=True)
class Call:
    """A carrier's call of today at a site; how much of it is late stands among what is overdue."""

    leaving: Leaving
    passed: bool
    late: bool  # it has passed, and parcels of it wait still


@dataclass(frozen=True, slots=True)
class SiteDay:
    site: str
    name: str
    time_zone: str
    calls: tuple[Call, ...]
    more: int  # departures that are not shown
    parcels: int  # of all of them

    @property
    def rows(self) -> int:
        return len(self.calls) + (self.more > 0)


@dataclass(frozen=True, slots=True)
class Danger:
    risk: str
    parcels: int


@room("see")
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    time = came_at(request)
    figures = parcels.figures(scope)
    counts = orders.count_by_state(scope)
    risks = parcels.at_risk(scope, time)
    dangers = [Danger(risk, number) for risk, number in parcels.count_at_risk(scope, risks).items() if number]
    late = overdue(scope, time, OVERDUE_SHOWN + 1)
    context = {
        "now": time,
        "states": counts.items(),
        "orders_in_all": sum(counts.values()),
        "days": _days(parcels.leaving_today(scope, time), time),
        "waiting": orders.count_waiting(scope),
        "overdue": late[:OVERDUE_SHOWN],
        "more_overdue": len(late) > OVERDUE_SHOWN,
        "dangers": dangers,
        "endangered": [endangered(one) for one in orders_at_risk(scope, risks, AT_RISK_SHOWN)] if dangers else [],
        **_map(scope),
        "charts": _charts(figures[0]) if figures else (),
        "chart_currency": figures[0].currency if len(figures) > 1 else "",
        **_left_out(scope, time),
        "webhooks_disabled": given_up(scope),
        "may_manage": scope.may("manage"),
    }
    return furnished(request, scope, "today.html", context, current="today")


@room("see")
def show_left_out(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The card alone, asked for every three seconds; nothing is said while nothing has changed."""
    told = _left_out(scope, came_at(request))
    if told["seen"] == request.GET.get("seen"):
        return HttpResponse(status=204)
    return render(request, "web/parts/left_out.html", told)


def _left_out(scope: Scope, time: datetime) -> dict[str, Any]:
    rows = left_out(scope, time, LEFT_OUT_SHOWN + 1)
    seen = hashlib.sha256("\n".join(f"{one.brand}/{one.parcel}" for one in rows).encode()).hexdigest()[:16]
    return {"left_out": rows[:LEFT_OUT_SHOWN], "more_left_out": len(rows) > LEFT_OUT_SHOWN, "seen": seen}


def _days(leaving: tuple[Leaving, ...], time: datetime) -> list[SiteDay]:
    days = []
    for _, group in groupby(leaving, key=lambda one: one.site):
        calls = [Call(one, passed=one.leaves_at < time, late=one.leaves_at < time and one.waiting > 0) for one in group]
        first = calls[0].leaving
        urgent = sorted(calls, key=lambda call: (not call.leaving.waiting, call.leaving.leaves_at))[:DEPARTURES_SHOWN]
        days.append(
            SiteDay(
                site=first.site,
                name=first.site_name,
                time_zone=first.time_zone,
                calls=tuple(call for call in calls if call in urgent),
                more=max(0, len(calls) - DEPARTURES_SHOWN),
                parcels=sum(call.leaving.parcels for call in calls),
            )
        )
    return days


def _map(scope: Scope) -> dict[str, Any]:
    spots = parcels.destinations(scope)
    drawn = places_map(network.sites(scope), spots, of_place, lambda site: address(drawn="map", site=site))
    return {
        "map": drawn,
        "spots": len(spots),
        "beyond": of_place(drawn.edges, "outside") if drawn else "",
        "all_spots": address(drawn="map"),
    }


def _charts(figures: Figures) -> tuple[Chart, ...]:
    currency = Currency(figures.currency)
    to = partial(of_span, "charts", currency.code)
    shown = partial(address, drawn="charts", currency=currency.code)
    drawing, takeaway, parts = costs_picture(figures.costs, currency, lambda key: shown(part=key))
    columns = ("Part", "All", "Share")
    rows = tuple((part.name, amount(currency, part.minor), part.share) for part in parts)
    links = tuple(shown(part=part.key) for part in parts)
    return (
        Chart("parts", "What a parcel costs", takeaway, drawing, columns, rows, links),
        cost_per_parcel(currency, [cost.total_minor for cost in figures.costs], partial(to, "cost")),
        promised_days(figures.promised_days, partial(to, "days"), "Parcels"),
        on_time(figures.on_time_ppm, figures.target_ppm, partial(to, "chance")),
    )
