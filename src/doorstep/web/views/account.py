"""One's own account: the password, and the second factor. For everybody who is logged in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth import get_user_model, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from doorstep.core.accounts import queries, totp
from doorstep.domain.errors import Conflict
from doorstep.domain.rights import Scope
from doorstep.flows import accounts, second_factor
from doorstep.web.drawings.qr import qr
from doorstep.web.proof import count_wrong_code, door_is_shut, password_proved
from doorstep.web.room import came_at, furnished, room

WRONG_PASSWORD = "That is not your password."


@room(None)
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    return _page(request, scope, {})


@sensitive_post_parameters()
@login_required
@require_POST
@room(None)
def change_password(request: HttpRequest, scope: Scope) -> HttpResponse:
    def change() -> HttpResponse:
        account = queries.account(second_factor.own_id(scope))
        new = request.POST.get("new_password", "")
        if new != request.POST.get("again", ""):
            raise Conflict("The new password was not written the same way twice.")
        _prove_password(request, account.email)
        accounts.change_own_password(scope, account.id, new, now=came_at(request))
        update_session_auth_hash(request, get_user_model().objects.get(pk=account.id))
        return _page(request, scope, {"password_done": True})

    return _tried(request, scope, change, "password_refused")


@login_required
@require_POST
@room(None)
def begin_second_factor(request: HttpRequest, scope: Scope) -> HttpResponse:
    def begin() -> HttpResponse:
        second_factor.begin(scope)
        return _page(request, scope, _to_scan(scope))

    return _tried(request, scope, begin, "factor_refused")


@sensitive_post_parameters()
@login_required
@require_POST
@room(None)
def confirm_second_factor(request: HttpRequest, scope: Scope) -> HttpResponse:
    try:
        codes = second_factor.confirm(scope, request.POST.get("code", "")[:100], now=came_at(request))
    except second_factor.WrongCode:
        said = {"factor_refused": "The code does not fit. Is the clock of your telephone right?", **_to_scan(scope)}
        return _page(request, scope, said, status=422)
    except Conflict as refusal:
        return _page(request, scope, {"factor_refused": str(refusal)}, status=422)
    return _page(request, scope, {"new_codes": codes})


@sensitive_post_parameters()
@login_required
@require_POST
@room(None)
def remove_second_factor(request: HttpRequest, scope: Scope) -> HttpResponse:
    def remove() -> HttpResponse:
        account = queries.account(second_factor.own_id(scope))
        _prove_password(request, account.email)
        try:
            second_factor.remove(scope, request.POST.get("code", "")[:100], now=came_at(request))
        except second_factor.WrongCode:
            count_wrong_code(request, account.email)
            raise
        return redirect("account")

    return _tried(request, scope, remove, "factor_refused")


@sensitive_variables()
def _prove_password(request: HttpRequest, email: str) -> None:
    """Raise Conflict for a wrong one; the middleware answers if there were too many."""
    if door_is_shut(request, email) or not password_proved(request, email, request.POST.get("password", "")):
        raise Conflict(WRONG_PASSWORD)


def _to_scan(scope: Scope) -> dict[str, Any]:
    secret = second_factor.begin(scope)
    email = queries.account(second_factor.own_id(scope)).email
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return {"qr": qr(totp.address_of(secret, email), "QR code of the second factor"), "secret": spaced}


def _tried(request: HttpRequest, scope: Scope, act: Callable[[], HttpResponse], name: str) -> HttpResponse:
    try:
        return act()
    except Conflict as refusal:
        return _page(request, scope, {name: str(refusal)}, status=422)


def _page(request: HttpRequest, scope: Scope, more: Mapping[str, Any], status: int = 200) -> HttpResponse:
    context = {"account": queries.account(second_factor.own_id(scope)), **more}
    return furnished(request, scope, "account.html", context, current="account", status=status)
