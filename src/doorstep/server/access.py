"""One line for every request that was answered, its number, and what is counted of it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import structlog
from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from doorstep.server import clock, metrics, traces
from doorstep.server.logs import route_of

Handler = Callable[[HttpRequest], HttpResponseBase]
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")  # of whoever stands before us; anything else is replaced
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
log = logging.getLogger("doorstep.requests")


def told(handle: Handler) -> Handler:
    """Middleware: log, count and trace each request; X-Request-ID comes back, ours or that of the caller."""

    def tell(request: HttpRequest) -> HttpResponseBase:
        began = clock.tick()
        asked = request.headers.get("X-Request-ID", "")
        number = asked if REQUEST_ID.fullmatch(asked) else uuid4().hex
        structlog.contextvars.clear_contextvars()  # threads are used again
        structlog.contextvars.bind_contextvars(request_id=number)
        method = request.method if request.method in METHODS else "other"
        with traces.request(request, method) as span, connection.execute_wrapper(watched):
            response = handle(request)
            route = route_of(request)
            span.answered(route, response.status_code)
        took_s = clock.tick() - began
        response["X-Request-ID"] = number
        metrics.answered(route, method, response.status_code, took_s)
        said = {"method": method, "route": route, "status": response.status_code}
        log.info("request", extra={**said, "duration_ms": round(took_s * 1000, 1), **who(request)})
        return response

    return tell


def who(request: HttpRequest) -> dict[str, int]:
    """Row ids of who asked, as far as the request has found out; nothing is asked of the database for it."""
    caller = getattr(request, "auth", None)
    scope = getattr(caller, "scope", None)
    if scope is not None:
        return {"operator": scope.operator, "key": int(scope.actor.partition("/")[0].removeprefix("key:"))}
    person: Any = getattr(request, "_cached_user", None)  # as Django keeps it once it was asked for
    if person is not None and person.is_authenticated:
        return {"operator": person.operator_id, "user": person.pk}
    return {}


def watched(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Count the statements that fail, and trace them all; their values are told to nobody."""
    with traces.statement(sql):
        try:
            return execute(sql, params, many, context)
        except Exception as error:
            metrics.statement_failed(error)
            raise
