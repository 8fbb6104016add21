"""The clock of served requests. Every request has one instant, read here; below it the time is a parameter."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

Handler = Callable[[HttpRequest], HttpResponseBase]
TEST_CLOCK_HEADER = "Doorstep-Test-Clock"


def now() -> datetime:
    return datetime.now(UTC)


def instant() -> datetime:
    """The time that a request or a chore goes by: now, or what the test clock of a test installation says."""
    if not settings.TEST_CLOCK:
        return now()
    from doorstep.core.accounts import test_clock  # tables are known by now; the database asks this module before

    return now() + test_clock.ahead()


def tick() -> float:
    """Seconds that only go forward, the same for all processes of this machine; no test clock moves them."""
    return time.monotonic()


def stamped(handle: Handler) -> Handler:
    """Middleware: note on the request when it came, as `request.now` and as `request.tick`."""

    def stamp(request: HttpRequest) -> HttpResponseBase:
        request.now = came = instant()  # type: ignore[attr-defined]
        request.tick = tick()  # type: ignore[attr-defined]
        response = handle(request)
        if settings.TEST_CLOCK:
            response[TEST_CLOCK_HEADER] = came.isoformat(timespec="seconds")
        return response

    return stamp
