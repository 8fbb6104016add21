"""What every page of the tower shares: who may enter, the frame around it, and when it was asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control

from doorstep.core.accounts.queries import BrandRow, brands, operator_name, owes, scope_of_user
from doorstep.domain.rights import BRAND_ROLES, Right, Role, Scope

Named = ParamSpec("Named")
Room = Callable[Concatenate[HttpRequest, Scope, Named], HttpResponse]
View = Callable[Concatenate[HttpRequest, Named], HttpResponse]


@dataclass(frozen=True, slots=True)
class Door:
    """An entry of the menu."""

    name: str  # of the URL
    label: str
    right: Right


DOORS = (
    Door("today", "Today", "see"),
    Door("orders", "Orders", "see"),
    Door("floor", "Floor", "see"),
    Door("shipments", "Shipments", "see"),
    Door("dispatch", "Dispatch", "move_stock"),
    Door("drop_offs", "Drop-offs", "carry"),
    Door("returns", "Returns", "see"),
    Door("disruptions", "Disruptions", "plan"),
    Door("cases", "Cases", "plan"),
    Door("stock", "Stock", "see_stock"),
    Door("insight_carriers", "Insights", "see"),
    Door("commitments", "Commitments", "plan"),
    Door("products", "Products", "see"),
    Door("sites", "Sites", "see"),
    Door("tariffs", "Tariffs", "see"),
    Door("work", "Work behind", "plan"),
    Door("shoppers", "Shoppers", "manage"),
    Door("brands", "Brand", "manage"),
    Door("webhooks", "Webhooks", "manage"),
    Door("users_and_keys", "Users and keys", "manage"),
)
HOMES: dict[Role, str] = {"floor_worker": "floor", "driver": "drop_offs"}  # of all others it is today


def home_of(scope: Scope) -> str:
    """Name the room that is made for somebody, where they land after the log-in."""
    return HOMES.get(scope.role, "today")


def room(right: Right | None, *others: Right) -> Callable[[Room[Named]], View[Named]]:
    """A page for those who are logged in and have one of the rights; it is handed their scope, and no one keeps a copy.

    Without a right named it is one's own account, where what is owed is done: a password of one's own, the second
    factor that the operator demands. Until then every other page leads there.
    """

    def furnish(view: Room[Named]) -> View[Named]:
        @wraps(view)
        def entered(request: HttpRequest, /, *args: Named.args, **kwargs: Named.kwargs) -> HttpResponse:
            scope = scope_of_user(request.user)
            if right is not None:
                if owes(request.user):
                    return redirect("account")
                if not any(scope.may(one) for one in (right, *others)):
                    if request.path == reverse("today"):  # where every page leads that knows no better
                        return redirect(home_of(scope))
                    raise PermissionDenied
            response = view(request, scope, *args, **kwargs)
            patch_cache_control(response, private=True, no_store=True)
            return response

        return login_required(entered)

    return furnish


def furnished(
    request: HttpRequest,
    scope: Scope,
    template: str,
    context: Mapping[str, Any],
    *,
    current: str,
    status: int = 200,
) -> HttpResponse:
    """Render a page inside the frame: the menu of what this person may see, their operator and brands."""
    served = brands(scope)
    frame = {
        "home": home_of(scope),
        "may_see": scope.may("see"),
        "doors": [door for door in DOORS if scope.may(door.right)],
        "current": current,
        "operator": operator_name(scope),
        "brands": served,
        "several_brands": len(served) > 1,
        "look": served[0] if scope.role in BRAND_ROLES and len(served) == 1 else None,
    }
    return render(request, f"web/{template}", {**frame, **context}, status=status)


def of_brands(served: tuple[BrandRow, ...], code: str) -> BrandRow | None:
    return next((one for one in served if one.code == code), None)


def came_at(request: HttpRequest) -> datetime:
    """When the request came, as the server has noted on it; the pages read no clock."""
    return cast(datetime, request.now)  # type: ignore[attr-defined]
