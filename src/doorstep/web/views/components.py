"""The parts that pages are made of, each once, as a reference for whoever makes the next page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from doorstep.documents.box import box_drawing, marks
from doorstep.domain.journey import ORDER_STATES
from doorstep.domain.parcel import CostParts, Placement
from doorstep.domain.rights import Scope
from doorstep.web.drawings.costs import costs
from doorstep.web.room import furnished, room

COLOURS = (
    "paper", "sheet", "raised", "ink", "soft", "line", "strong-line", "accent", "accent-soft", "good", "good-soft",
    "bad", "bad-soft", "warn", "warn-soft", "focus",
)  # fmt: skip
_UNITS = (
    Placement("", "cup", 1, 0, 0, 0, 120, 120, 100),
    Placement("", "cup", 2, 120, 0, 0, 120, 120, 100),
    Placement("", "tin", 1, 0, 120, 0, 240, 80, 60),
    Placement("", "card", 1, 0, 0, 100, 210, 100, 10),
)


@room("see")
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    context = {
        "colours": COLOURS,
        "order_states": ORDER_STATES,
        "drawing": box_drawing(_UNITS, (250, 210, 120), marks(one.sku for one in _UNITS)),
        "costs": costs(CostParts(120, 45, 410, 60, 0, 12), "EUR"),
    }
    return furnished(request, scope, "components.html", context, current="components")
