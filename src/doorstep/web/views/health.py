"""The health of stock: what is old, what does not sell, what may run out; every figure leads to its products."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from doorstep.core.network.queries import sites
from doorstep.core.stock.fitness import KINDS, RISKY, count_kinds, paged
from doorstep.core.stock.health import health
from doorstep.domain.rights import Scope
from doorstep.web.asked import Asked
from doorstep.web.drawings.health import NAMES_OF, ages, covers
from doorstep.web.room import came_at, furnished, room

PAGE = 50


@room("see_stock")
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    asked = Asked(request.GET)
    brand, places = asked.text("brand"), sites(scope)
    site = asked.one_of("site", [place.site for place in places])
    here = asked.link  # the filters without the class, for the figures
    kind = asked.one_of("kind", KINDS)
    rows = [row for row in health(scope, came_at(request), site=site) if brand in (None, row.brand)]
    counts = count_kinds(rows)
    page = asked.page(lambda after: paged(rows, kind, after, PAGE))
    context = {
        "asked": asked,
        "rows": page.rows,
        "next": asked.next_link(page),
        "sites": places,
        "site": site,
        "brand": brand,
        "kind": kind,
        "kinds": NAMES_OF,
        "charts": (ages(counts), covers(counts)),
        "counts": counts,
        "positions": len(rows),
        "here": "?" if here == "?" else f"{here}&",
        "risky": RISKY,
    }
    return furnished(request, scope, "stock_health.html", context, current="stock")
