"""Parcels by the day on which they leave and the service that takes them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from doorstep.core.network.queries import sites
from doorstep.core.parcels import queries as parcels
from doorstep.core.tariffs.queries import services
from doorstep.domain.journey import BEFORE_LEAVING, PARCEL_STATES
from doorstep.domain.rights import Scope
from doorstep.web.asked import Asked
from doorstep.web.behind import GROUPS, KEPT, read
from doorstep.web.room import came_at, furnished, room
from doorstep.web.words.options import MOST_SERVICES, service_names

PAGE = 50
WITH_LABEL = tuple(state for state in PARCEL_STATES if state not in ("planned", "released", "packed", "cancelled"))


@room("see")
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    asked = Asked(request.GET)
    time = came_at(request)
    places = sites(scope)
    site = asked.one_of("site", [place.site for place in places])
    service, brand = asked.text("service"), asked.text("brand")
    names = service_names(services(scope, limit=MOST_SERVICES).rows)
    day = asked.day("leaves")
    risk = asked.one_of("risk", parcels.RISKS)
    behind = read(asked)
    page = asked.page(
        lambda after: parcels.list_parcels(
            scope,
            brand=brand,
            site=site,
            service=service,
            ship_date=day,
            risk=risk,
            now=time,
            narrowing=behind.narrowing,
            after=after,
            limit=PAGE,
        )
    )
    context = {
        "asked": asked,
        "rows": page.rows,
        "next": asked.next_link(page),
        "calls": parcels.leaving(scope, day) if day else (),
        "day": day,
        "sites": places,
        "site": site,
        "service": service or "",
        "services": sorted({**({service: service} if service else {}), **names}.items(), key=lambda one: one[1]),
        "service_names": names,
        "brand": brand,
        "risk": risk,
        "state": behind.state,
        "states": PARCEL_STATES,
        "groups": [(name, words) for name, (words, _) in GROUPS.items()],
        "narrowed": behind.words,
        "narrowing": [(name, asked.kept[name]) for name in KEPT if name in asked.kept],
        "with_label": WITH_LABEL,
        "may_ship": scope.may("move_stock"),
        "risks": parcels.RISKS,
        "now": time,
        "waiting_states": BEFORE_LEAVING,
    }
    return furnished(request, scope, "shipments.html", context, current="shipments")
