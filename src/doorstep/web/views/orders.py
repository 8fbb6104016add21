from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from django.http import HttpRequest, HttpResponse

from doorstep.core.orders import queries as orders
from doorstep.core.parcels import queries as parcels
from doorstep.domain.journey import ORDER_STATES
from doorstep.domain.rights import Scope
from doorstep.web.asked import Asked
from doorstep.web.room import furnished, room

PAGE = 50


@room("see")
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    asked = Asked(request.GET)
    search = asked.text("q")
    state = asked.one_of("state", ORDER_STATES)
    reason, brand = asked.text("reason"), asked.text("brand")
    first, last = asked.day("from"), asked.day("to")
    page = asked.page(
        lambda after: orders.list_orders(
            scope,
            state=state,
            reason=reason,
            brand=brand,
            search=search,
            placed_from=datetime.combine(first, time(), UTC) if first else None,
            placed_to=datetime.combine(last, time(), UTC) + timedelta(days=1) if last and last.year < 9999 else None,
            after=after,
            limit=PAGE,
        )
    )
    planned = parcels.summaries(scope, [row.pk for row in page.rows])
    context = {
        "asked": asked,
        "rows": [(row, planned.get(row.pk)) for row in page.rows],
        "next": asked.next_link(page),
        "order_states": ORDER_STATES,
        "state": state,
        "search": search or "",
        "reason": reason,
        "brand": brand,
    }
    return furnished(request, scope, "orders.html", context, current="orders")
