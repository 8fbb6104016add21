"""How a brand shows itself: colours, logo, sender, returns, support; and its channels. For administrators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from doorstep.core.accounts import queries
from doorstep.core.learned.bids import heeded
from doorstep.core.learned.steering import in_force_of
from doorstep.core.orders.rewriting import review_over
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.look import CHANNEL_KINDS, MOST_LOGO_BYTES, TextColour, contrast
from doorstep.domain.money import Currency
from doorstep.domain.rights import Scope
from doorstep.flows import brand_look
from doorstep.web.room import came_at, furnished, room

GROUPS = (
    ("Sender", brand_look.SENDER),
    ("Returns go to", brand_look.RETURNS),
    ("Support for shoppers", brand_look.SUPPORT),
)


@room("manage")
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The brands to choose from; of one there is nothing to choose."""
    found = queries.brand_details(scope)
    if len(found) == 1:
        return _page(request, scope, found[0], {})
    return furnished(request, scope, "brands.html", {"found": found}, current="brands")


@room("manage")
def show_one(request: HttpRequest, scope: Scope, code: str) -> HttpResponse:
    return _page(request, scope, _found(scope, code), {})


@room(None)
def logo(request: HttpRequest, scope: Scope, code: str) -> HttpResponse:  # noqa: ARG001
    """For everybody of the scope: it stands at the top of their pages."""
    png = queries.logo(scope, code)
    if png is None:
        raise Http404("There is no such picture.")
    return HttpResponse(png, content_type="image/png", headers={"Content-Disposition": "inline"})


@login_required
@require_POST
@room("manage")
def change(request: HttpRequest, scope: Scope, code: str) -> HttpResponse:
    said = {name: request.POST[name][:2_000] for name in brand_look.CHANGEABLE if name in request.POST}
    return _tried(
        request, scope, code, lambda: brand_look.change_brand(scope, code, said, now=came_at(request)), {"said": said}
    )


@login_required
@require_POST
@room("manage")
def change_logo(request: HttpRequest, scope: Scope, code: str) -> HttpResponse:
    def put() -> None:
        if request.POST.get("remove"):
            brand_look.remove_logo(scope, code, now=came_at(request))
            return
        sent = request.FILES.get("logo")
        png = sent.read(MOST_LOGO_BYTES + 1) if sent else b""
        brand_look.put_logo(scope, code, png, now=came_at(request))

    return _tried(request, scope, code, put, {})


@login_required
@require_POST
@room("manage")
def add_channel(request: HttpRequest, scope: Scope, code: str) -> HttpResponse:
    said = {name: request.POST.get(name, "")[:2_000] for name in ("code", "name", "kind")}
    return _tried(
        request,
        scope,
        code,
        lambda: brand_look.add_channel(scope, code, now=came_at(request), **said),
        {"channel_said": said},
    )


@login_required
@require_POST
@room("manage")
def rename_channel(request: HttpRequest, scope: Scope, code: str, channel: str) -> HttpResponse:
    name = request.POST.get("name", "")[:2_000]
    return _tried(
        request, scope, code, lambda: brand_look.rename_channel(scope, code, channel, name, now=came_at(request)), {}
    )


def _tried(
    request: HttpRequest, scope: Scope, code: str, act: Callable[[], None], said: Mapping[str, Any]
) -> HttpResponse:
    """What is not of this scope is not there; what is refused is said above the forms, with what was filled in."""
    try:
        act()
    except NotFound:
        raise Http404("There is no such brand or channel.") from None
    except Conflict as refusal:
        return _page(request, scope, _found(scope, code), {"refused": str(refusal), **said}, status=422)
    return redirect("brand", code=code)


def refused(request: HttpRequest, scope: Scope, code: str, why: str) -> HttpResponse:
    return _page(request, scope, _found(scope, code), {"refused": why}, status=422)


def _found(scope: Scope, code: str) -> queries.BrandDetails:
    found = queries.brand_details(scope, code=code) if code else ()
    if not found:
        raise Http404("There is no such brand.")
    return found[0]


def _page(
    request: HttpRequest, scope: Scope, brand: queries.BrandDetails, more: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    said = more.get("said", {})
    text = cast(TextColour, brand.text_colour)
    over = review_over(brand.id)
    context = {
        "brand": brand,
        "review_over": "" if over is None else Currency(brand.currency).text(Currency(brand.currency).minor(over)),
        "heeds_bids": heeded(scope, brand.id),
        "steering": in_force_of(scope, brand.id),
        "values": {name: said.get(name, getattr(brand, name)) for name in brand_look.CHANGEABLE},
        "groups": [
            (title, [(name, said.get(name, getattr(brand, name))) for name in names]) for title, names in GROUPS
        ],
        "kinds": CHANNEL_KINDS,
        "measured": [
            (name, getattr(brand, name), contrast(getattr(brand, name), text)) for name in ("colour", "accent")
        ],
        **more,
    }
    return furnished(request, scope, "brand.html", context, current="brands", status=status)
