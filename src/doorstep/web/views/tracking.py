"""The shopper's page: opened by a signed link and by nothing else, without a log-in.

What it shows is what the holder of a forwarded link may see: no name, no street, no e-mail, no words of theirs; the
city and the beginning of the postcode. Its forms carry no token of a session, for there is none: whoever knows the
address may post, and nobody else can.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST, require_safe
from markupsafe import Markup

from doorstep.core.accounts.queries import BrandDetails, brand_details
from doorstep.core.accounts.queries import logo as picture
from doorstep.core.events.queries import timeline
from doorstep.core.idempotency import Answer, KeyReused, once
from doorstep.core.messages.surveys import WISHES, said
from doorstep.core.messages.tracking import Followed, Travelling, parcels_of
from doorstep.core.network.queries import sites
from doorstep.core.orders.queries import OrderDetail, get_order
from doorstep.core.returns import queries as returns
from doorstep.core.returns.labels import labels_of_order
from doorstep.documents.returns_slip import Slip, returns_slip
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.journey import ARRIVED
from doorstep.domain.returns import RETURN_REASONS, WHY
from doorstep.flows.paper import return_label
from doorstep.flows.return_label import buy_return_label, way_back
from doorstep.flows.returns import ask_return, check_window
from doorstep.flows.survey import answer_survey
from doorstep.flows.track_page import ShopperErased, followed
from doorstep.web.drawings.route import Stop, about, route_map
from doorstep.web.room import came_at
from doorstep.web.words.tracking import ParcelStory, as_expected, headline, stories

SHOWN_OF_POSTCODE = 2
SATISFIED = {"yes": True, "no": False}
_Page = Callable[..., HttpResponse]


def by_link(view: _Page) -> _Page:
    """Hand over the order of the link. Nobody keeps such a page, lists it, or learns its address from another.

    A link that opens nothing is told the shopper in words of theirs; neither its brand nor its order is known then.
    """

    @wraps(view)
    def opened(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        order = None
        try:
            order = followed(token)
            response = view(request, order, token, **kwargs)
        except ShopperErased:
            response = render(request, "web/no_such_link.html", {"erased": True}, status=410)
        except (NotFound, Http404):
            response = render(request, "web/no_such_link.html", {"back": token if order else ""}, status=404)
        response["Cache-Control"] = "private, no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return csrf_exempt(opened)  # a form of a page without referrer has no origin either; the link itself is the secret


@require_safe
@by_link
def show(request: HttpRequest, order: Followed, token: str) -> HttpResponse:
    return _page(request, order, token)


@by_link
def nowhere(request: HttpRequest, order: Followed, token: str, rest: str) -> HttpResponse:  # noqa: ARG001
    raise Http404("There is no such page.")


@require_GET
@by_link
def logo(request: HttpRequest, order: Followed, token: str) -> HttpResponse:  # noqa: ARG001
    png = picture(order.scope, order.brand)
    if png is None:
        raise Http404("There is no such picture.")
    return HttpResponse(png, content_type="image/png")


@require_POST
@by_link
def answer(request: HttpRequest, order: Followed, token: str) -> HttpResponse:
    """Keep an answer; only a POST does, since mail programs follow links ahead of their readers."""
    before = said(order.pk)
    wish = request.POST.get("wish") or (before.wish if before else "as_it_was")
    satisfied = SATISFIED.get(request.POST.get("satisfied", ""), before.satisfied if before else None)
    return _tried(request, order, token, lambda: answer_survey(order, wish, satisfied, now=came_at(request)), "#survey")


@require_POST
@by_link
def ask_back(request: HttpRequest, order: Followed, token: str) -> HttpResponse:
    """Ask once for a form, however often it is sent: its hidden key tells a second press from a second wish."""

    def ask() -> None:
        lines = returns.returnable(order.scope, order.pk)
        units = {one.line: _units(request.POST.get(f"units-{one.pk}", "")) for one in lines}
        reason = request.POST.get("reason", "")

        way = way_back(order.pk)

        def work() -> Answer:
            where = order.scope, min(order.scope.brands), order.pk
            return Answer(303, {"rma": ask_return(*where, units, reason, now=came_at(request), way=way)})

        key = request.POST.get("once", "")[:100] or secrets.token_urlsafe()
        same = repr((order.pk, sorted(request.POST.items()))).encode()
        try:
            answer = once(order.scope, key, same, came_at(request), work)
        except KeyReused:
            raise Conflict("this form was sent before with other words; it has not been done again") from None
        buy_return_label(order.scope, str(answer.body.get("rma", "")), now=came_at(request))

    return _tried(request, order, token, ask, "#returns")


@require_GET
@by_link
def slip(request: HttpRequest, order: Followed, token: str, rma: str) -> HttpResponse:  # noqa: ARG001
    found = next((one for one in returns.of_order(order.scope, order.pk) if one.row.rma == rma), None)
    if found is None:
        raise Http404("There is no such return.")
    brand = _brand(order)
    pdf = returns_slip(
        Slip(
            rma,
            order.order,
            brand.name or brand.code,
            _returns_address(brand),
            tuple((one.quantity, one.name or one.sku) for one in found.lines),
            WHY[found.row.reason],
        )
    )
    return HttpResponse(
        pdf, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="return-{rma}.pdf"'}
    )


@require_GET
@by_link
def label(request: HttpRequest, order: Followed, token: str, rma: str) -> HttpResponse:  # noqa: ARG001
    if rma not in labels_of_order(order.scope, order.pk):
        raise Http404("There is no such return.")
    try:
        paper = return_label(order.scope, rma)
    except NotFound:
        raise Http404("There is no label yet.") from None
    named = {"Content-Disposition": f'inline; filename="{paper.name}"'}
    return HttpResponse(paper.content, content_type=paper.content_type, headers=named)


def _tried(request: HttpRequest, order: Followed, token: str, act: Callable[[], None], anchor: str) -> HttpResponse:
    try:
        act()
    except Conflict as refusal:
        return _page(request, order, token, refused=str(refusal), status=422)
    response = redirect("tracking", token=token)
    response["Location"] += anchor
    return response


def _page(request: HttpRequest, order: Followed, token: str, refused: str = "", status: int = 200) -> HttpResponse:
    found = get_order(order.scope, order.order, order.brand)
    if found is None:
        raise Http404("There is no such order.")
    now = came_at(request)
    parcels = [as_expected(one, now.date()) for one in parcels_of(order.scope, order.pk)]
    asked_back = returns.of_order(order.scope, order.pk)
    labels = labels_of_order(order.scope, order.pk)
    arrived = any(one.state in ARRIVED for one in parcels)
    told = stories(parcels, timeline(order.scope, f"order:{order.pk}"))
    context = {
        "token": token,
        "brand": _brand(order),
        "row": found.row,
        "place": _masked(found.row.city, found.row.postcode),
        "head": headline(found.row.state, parcels, now.date(), found.expected_by),
        "parcels": [(story, _way(order, found, one, story)) for story, one in zip(told, parcels, strict=True)],
        "lines": found.lines,
        "arrived": arrived,
        "wishes": WISHES,
        "said": said(order.pk) if arrived else None,
        "returns": [(one, labels.get(one.row.rma)) for one in asked_back],
        "coming_back": any(one.row.state != "graded" for one in asked_back),
        "returnable": [one for one in returns.returnable(order.scope, order.pk) if one.units] if arrived else [],
        "window": _window(order, request),
        "days": returns.window_days(min(order.scope.brands)),
        "reasons": RETURN_REASONS,
        "once": secrets.token_urlsafe(16),
        "refused": refused,
    }
    return render(request, "web/tracking.html", context, status=status)


def _way(order: Followed, found: OrderDetail, one: Travelling, story: ParcelStory) -> Markup | None:
    """Draw its way once a depot whose place is known has told of it. None: there is nothing to draw."""
    if not story.seen or one.state in ("returning", "returned"):
        return None
    known = {name.casefold(): place for place in sites(order.scope) for name in (place.site, place.name) if name}
    depots = [(seen.place, known.get(seen.place.casefold())) for seen in reversed(story.seen)]
    stops = [Stop(name, place.latitude, place.longitude, "depot") for name, place in depots if place]
    start = known.get(one.site.casefold())
    if not stops or start is None:
        return None
    stops.insert(0, Stop(start.city or start.name, start.latitude, start.longitude, "start"))
    reached = len(stops) - 1
    if found.latitude is not None and found.longitude is not None:
        stops.append(Stop(found.row.city, about(found.latitude), about(found.longitude), "end"))
        reached += one.state in ARRIVED
    return route_map(stops, reached, f"way-{story.number}")


def _masked(city: str, postcode: str) -> str:
    return f"{city} {postcode[:SHOWN_OF_POSTCODE]}{'…' if postcode else ''}".strip()


def _window(order: Followed, request: HttpRequest) -> bool:
    try:
        check_window(order.scope, min(order.scope.brands), order.pk, now=came_at(request))
    except Conflict:
        return False
    return True


def _brand(order: Followed) -> BrandDetails:
    return brand_details(order.scope, code=order.brand)[0]


def _returns_address(brand: BrandDetails) -> tuple[str, ...]:
    lines = (
        brand.returns_name or brand.company or brand.name,
        brand.returns_address_1 or brand.address_1,
        brand.returns_address_2 or brand.address_2,
        f"{brand.returns_postcode or brand.postcode} {brand.returns_city or brand.city}".strip(),
        brand.returns_country or brand.country,
    )
    return tuple(one for one in lines if one)


def _units(written: str) -> int:
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 7 else 0
