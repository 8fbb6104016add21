"""Proofs that somebody is who they say. Wrong ones of every kind count towards the same shut door."""

from __future__ import annotations

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest


def password_proved(request: HttpRequest, email: str, password: str) -> bool:
    """Say whether it is the password of this address; a wrong one counts as a wrong log-in."""
    return authenticate(request, username=email, password=password) is not None


def door_is_shut(request: HttpRequest, email: str) -> bool:
    """Say whether there were too many wrong tries; the middleware then answers in place of the page."""
    credentials = {"username": email}
    if AxesProxyHandler.is_allowed(request, credentials):
        return False
    request.axes_locked_out = True  # type: ignore[attr-defined]
    request.axes_credentials = credentials  # type: ignore[attr-defined]
    return True


def count_wrong_code(request: HttpRequest, email: str) -> None:
    user_login_failed.send(sender=__name__, credentials={"username": email}, request=request)
