"""Where a request comes from. Throttles count by it, so that nobody may choose it."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from doorstep.core.accounts.wrong_keys import neighbourhood

Handler = Callable[[HttpRequest], HttpResponseBase]


def address_of(request: HttpRequest) -> str:
    """Give the address of whoever is connected; behind our own proxy, the one that the proxy itself has added last."""
    connected = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.SECURE_PROXY_SSL_HEADER:
        return connected
    last = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        return str(ip_address(last))
    except ValueError:
        return connected


def counted_at(request: HttpRequest) -> str:
    """Give the address that wrong log-ins are counted at: the first of the neighbourhood stands for all of it."""
    return neighbourhood(address_of(request)).partition("/")[0]


def noted(handle: Handler) -> Handler:
    """Middleware: note on the request where it comes from, as `request.address`."""

    def note(request: HttpRequest) -> HttpResponseBase:
        request.address = address_of(request)  # type: ignore[attr-defined]
        return handle(request)

    return note
