"""/health/live, /health/ready and /metrics: what machines ask for. They are answered before anything else looks at the
request: a balancer asks by an address of its own, without TLS and without a key. What is told is of no use to others.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from functools import cache
from ipaddress import ip_address
from pathlib import Path

import orjson
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from prometheus_client import CONTENT_TYPE_LATEST

from doorstep.server import clock, metrics
from doorstep.server.gauges import GAUGES

Handler = Callable[[HttpRequest], HttpResponseBase]


def answered(handle: Handler) -> Handler:
    """Middleware, the first: answer the addresses of `ANSWERS`, and leave all others alone."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        found = ANSWERS.get(request.path_info)
        if found is None:
            return handle(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        response = found(request)
        response.headers["Cache-Control"] = "no-store"
        return response

    return answer


def live(_request: HttpRequest) -> HttpResponse:
    """The process answers; a database that is away is no reason to end it."""
    return _json(200, {"status": "live"})


def ready(_request: HttpRequest) -> HttpResponse:
    """Requests can be served: 503 with the reason if not."""
    reason = unready()
    return _json(503, {"status": "unready", "reason": reason}) if reason else _json(200, {"status": "ready"})


def read_metrics(request: HttpRequest) -> HttpResponse:
    """For those who know the token; if there is none, for this machine alone."""
    if not _may_read(request):
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Bearer realm="metrics"'})
    return HttpResponse(metrics.written(GAUGES, clock.instant()), content_type=CONTENT_TYPE_LATEST)


ANSWERS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/health/live": live,
    "/health/ready": ready,
    "/metrics": read_metrics,
}


def unready() -> str:
    """Why requests cannot be served now; empty: they can. Two statements."""
    try:
        if read_only():
            return "database_read_only"
        missing = migrations_of_program() - migrations_of_record()
    except DatabaseError:
        connection.close()
        return "database_unreachable"
    return "migrations_missing" if missing else ""


def read_only() -> bool:
    """Whether nothing can be written: a standby, or a database that was set so."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            (told,) = cursor.fetchone()
        return bool(told == "on")
    file = Path(connection.settings_dict["NAME"])
    return file.exists() and not os.access(file, os.W_OK)


@cache
def migrations_of_program() -> frozenset[tuple[str, str]]:
    """They are those of the code that runs, and stay until it ends."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def migrations_of_record() -> frozenset[tuple[str, str]]:
    with connection.cursor() as cursor:
        if "django_migrations" not in connection.introspection.table_names(cursor):
            return frozenset()
        cursor.execute("SELECT app, name FROM django_migrations")
        return frozenset(cursor.fetchall())


def _may_read(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    if token:
        told = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(told.encode(), token.encode())
    if settings.SECURE_PROXY_SSL_HEADER or "X-Forwarded-For" in request.headers:
        return False  # whoever comes through a proxy seems to come from this machine
    try:
        return ip_address(str(request.META.get("REMOTE_ADDR", ""))).is_loopback
    except ValueError:
        return False


def _json(status: int, told: dict[str, str]) -> HttpResponse:
    return HttpResponse(orjson.dumps(told), status=status, content_type="application/json")
