"""What people do to an order on its page: let it go, change it, cancel it, send it otherwise."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from doorstep.core.orders.queries import OrderDetail, get_order
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.holds import FAMILIES
from doorstep.domain.rights import Scope
from doorstep.flows import override as flow
from doorstep.flows.cancel import CANCEL_REASONS, cancel_order
from doorstep.flows.edit import edit_order
from doorstep.flows.mend import release_hold
from doorstep.flows.override import Option, Weighed
from doorstep.flows.plan_now import plan_now
from doorstep.web.room import came_at, furnished, room
from doorstep.web.views import order as page
from doorstep.web.views.order_form import edited_from
from doorstep.web.views.order_options import choice, names_for, pictures


@login_required
@require_POST
@room("order")
def release(request: HttpRequest, scope: Scope, brand: str, code: str) -> HttpResponse:
    settled = [one for one in FAMILIES if one in request.POST.getlist("settled")]
    found = _found(scope, brand, code)
    return _tried(
        request, scope, found, lambda: release_hold(scope, found.brand_id, found.row.pk, settled, now=came_at(request))
    )


@login_required
@require_POST
@room("order")
def cancel(request: HttpRequest, scope: Scope, brand: str, code: str) -> HttpResponse:
    found = _found(scope, brand, code)
    note = request.POST.get("note", "").replace("\0", "").strip()[:500]

    def act() -> None:
        reason = request.POST.get("reason", "")
        if reason not in CANCEL_REASONS:
            raise Conflict("choose a reason for the cancellation")
        cancel_order(scope, found.brand_id, found.row.pk, reason, note, now=came_at(request))

    return _tried(request, scope, found, act)


@login_required
@require_POST
@room("order")
def edit(request: HttpRequest, scope: Scope, brand: str, code: str) -> HttpResponse:
    found = _found(scope, brand, code)

    def act() -> None:
        seen = request.POST.get("revision", "")
        if not (seen.isascii() and seen.isdigit() and len(seen) < 10):
            raise Conflict("the order was changed meanwhile; look at it again")
        edited = edited_from(request.POST)
        edit_order(scope, found.brand_id, found.row.pk, edited, now=came_at(request), expected=int(seen))

    return _tried(request, scope, found, act, said=True)


@login_required
@require_POST
@room("see")
def plan(request: HttpRequest, scope: Scope, brand: str, code: str) -> HttpResponse:
    found = _found(scope, brand, code)
    if not (scope.may("plan") or scope.may("order")):
        raise PermissionDenied
    return _tried(request, scope, found, lambda: plan_now(scope, found.brand_id, found.row.pk, now=came_at(request)))


@room("see")
def options(request: HttpRequest, scope: Scope, brand: str, code: str) -> HttpResponse:
    """How it could be sent; with an option named, what that would change."""
    return _options(request, scope, _found(scope, brand, code), request.GET.get("option", ""))


@login_required
@require_POST
@room("see")
def override(request: HttpRequest, scope: Scope, brand: str, code: str) -> HttpResponse:
    found = _found(scope, brand, code)  # what is somebody else's is not there, whatever one's role
    if not scope.may("plan"):
        raise PermissionDenied
    name, reason = request.POST.get("option", ""), request.POST.get("reason", "").replace("\0", "")
    where, now = (scope, found.brand_id, found.row.pk), came_at(request)
    try:
        listed = flow.options(*where, now=now)
        legs = next((one.legs for one in listed if one.name == name and one.open), ())
        flow.override(*where, legs, reason, now=now)
    except Conflict as refusal:
        return _options(request, scope, found, name, str(refusal), 422)
    return redirect("order", brand=found.row.brand, code=found.row.order)


def _options(
    request: HttpRequest, scope: Scope, found: OrderDetail, name: str, refused: str = "", status: int = 200
) -> HttpResponse:
    where, now = (scope, found.brand_id, found.row.pk), came_at(request)
    listed: tuple[Option, ...] = ()
    weighed: Weighed | None = None
    try:
        listed = flow.options(*where, now=now, foreseen=True)
        chosen = next((one for one in listed if one.name == name and one.open), None)
        if name and chosen is None:
            refused = refused or "That option cannot be chosen any more."
        in_force = flow.in_force(*where)
        weighed = flow.weigh(*where, chosen.legs, now=now) if chosen else None
    except Conflict as refusal:
        refused, in_force = refused or str(refusal), None
    names = names_for(scope, found)
    context = {
        "order": found,
        "row": found.row,
        "choices": [choice(one, in_force, names) for one in listed],
        "called": next((choice(one, in_force, names) for one in listed if one.name == name), None),
        "pictures": pictures(scope, found, weighed.parcels, names) if weighed else (),
        "in_force": in_force,
        "option": name,
        "weighed": weighed,
        "later_days": (weighed.after.promised_by - weighed.before.promised_by).days if weighed else 0,
        "refused": refused,
        "may_plan": scope.may("plan"),
        "longest": flow.LONGEST_REASON,
    }
    return furnished(request, scope, "order_options.html", context, current="orders", status=status)


def _found(scope: Scope, brand: str, code: str) -> OrderDetail:
    found = get_order(scope, code, brand)
    if found is None:
        raise Http404("There is no such order.")
    return found


def _tried(
    request: HttpRequest, scope: Scope, found: OrderDetail, act: Callable[[], object], *, said: bool = False
) -> HttpResponse:
    """What is refused is said above the order, with what was filled in."""
    try:
        act()
    except NotFound:
        raise Http404("There is no such order.") from None
    except Conflict as refusal:
        typed = request.POST if said else None
        return page.furnish(request, scope, found, status=422, refused=str(refusal), said=typed)
    return redirect("order", brand=found.row.brand, code=found.row.order)
