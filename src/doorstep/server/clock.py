"""The clock of served requests. Every request has one instant, read here; below it the time is a parameter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from django.http import HttpRequest
from django.http.response import HttpResponseBase

Handler = Callable[[HttpRequest], HttpResponseBase]


def now() -> datetime:
    return datetime.now(UTC)


def stamped(handle: Handler) -> Handler:
    """Middleware: note on the request when it came, as `request.now`."""

    def stamp(request: HttpRequest) -> HttpResponseBase:
        request.now = now()  # type: ignore[attr-defined]
        return handle(request)

    return stamp
