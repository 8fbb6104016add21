"""Users and keys: who logs in, and which programs may ask. For administrators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from doorstep.core.accounts import queries
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.flows import accounts, second_factor
from doorstep.web.room import came_at, furnished, room


@room("manage")
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    return _page(request, scope, {})


@sensitive_post_parameters("password")
@login_required
@require_POST
@room("manage")
def add_user(request: HttpRequest, scope: Scope) -> HttpResponse:
    said = {name: request.POST.get(name, "").replace("\0", "").strip()[:200] for name in ("email", "name", "role")}
    brands = request.POST.getlist("brands")

    def add() -> HttpResponse:
        password = request.POST.get("password", "")
        accounts.add_user(scope, **said, password=password, brands=brands, now=came_at(request))
        return _done("users")

    return _tried(request, scope, add, "user_refused", {"user_said": said, "user_brands": brands})


@login_required
@require_POST
@room("manage")
def deactivate_user(request: HttpRequest, scope: Scope, user_id: int) -> HttpResponse:
    def deactivate() -> HttpResponse:
        accounts.deactivate_user(scope, user_id, now=came_at(request))
        return _done("users")

    return _tried(request, scope, deactivate, "user_refused", {})


@sensitive_post_parameters("password")
@login_required
@require_POST
@room("manage")
def give_first_password(request: HttpRequest, scope: Scope, user_id: int) -> HttpResponse:
    def give() -> HttpResponse:
        accounts.give_first_password(scope, user_id, request.POST.get("password", ""), now=came_at(request))
        return _done("users")

    return _tried(request, scope, give, "user_refused", {})


@login_required
@require_POST
@room("manage")
def reset_second_factor(request: HttpRequest, scope: Scope, user_id: int) -> HttpResponse:
    def reset() -> HttpResponse:
        second_factor.reset(scope, user_id, now=came_at(request))
        return _done("users")

    return _tried(request, scope, reset, "user_refused", {})


@login_required
@require_POST
@room("manage")
def demand_second_factor(request: HttpRequest, scope: Scope) -> HttpResponse:
    def demand() -> HttpResponse:
        second_factor.demand(scope, request.POST.get("required") == "yes", now=came_at(request))
        return _done("users")

    return _tried(request, scope, demand, "user_refused", {})


@login_required
@require_POST
@room("manage")
def add_key(request: HttpRequest, scope: Scope) -> HttpResponse:
    said = {name: request.POST.get(name, "").replace("\0", "").strip()[:200] for name in ("name", "role", "brand")}

    def add() -> HttpResponse:
        new = accounts.add_key(scope, name=said["name"], role=said["role"], brand=said["brand"], now=came_at(request))
        return _page(request, scope, {"new_key": new.raw, "new_key_name": said["name"]})

    return _tried(request, scope, add, "key_refused", {"key_said": said})


@login_required
@require_POST
@room("manage")
def revoke_key(request: HttpRequest, scope: Scope, key_id: int) -> HttpResponse:
    def revoke() -> HttpResponse:
        accounts.revoke_key(scope, key_id, now=came_at(request))
        return _done("keys")

    return _tried(request, scope, revoke, "key_refused", {})


@login_required
@require_POST
@room("manage")
def rotate_key(request: HttpRequest, scope: Scope, key_id: int) -> HttpResponse:
    def rotate() -> HttpResponse:
        new = accounts.rotate_key(scope, key_id, now=came_at(request))
        return _page(request, scope, {"new_key": new.raw, "new_key_name": "the key's successor"})

    return _tried(request, scope, rotate, "key_refused", {})


def _done(part: str) -> HttpResponse:
    response = redirect("users_and_keys")
    response["Location"] += f"#{part}"
    return response


def _tried(
    request: HttpRequest, scope: Scope, act: Callable[[], HttpResponse], name: str, said: Mapping[str, Any]
) -> HttpResponse:
    """What is not of this scope is not there; what is refused is said beside its form, with what was filled in."""
    try:
        return act()
    except NotFound:
        raise Http404("There is no such person, key or brand.") from None
    except Conflict as refusal:
        return _page(request, scope, {name: str(refusal), **said}, status=422)


def _page(request: HttpRequest, scope: Scope, more: Mapping[str, Any], status: int = 200) -> HttpResponse:
    keys = queries.keys(scope)
    in_force = {key.id for key in queries.keys_in_force(keys, came_at(request))}
    context = {
        "users": queries.users(scope),
        "keys": [(key, key.id in in_force) for key in keys],
        "roles": accounts.roles_to_give(scope),
        "key_roles": accounts.key_roles_to_give(scope),
        "own_brands_only": scope.role == "brand_admin",
        "demanded": queries.second_factor_demanded(scope),
        "me": scope.actor.removeprefix("user:"),
        **more,
    }
    return furnished(request, scope, "users_and_keys.html", context, current="users_and_keys", status=status)
