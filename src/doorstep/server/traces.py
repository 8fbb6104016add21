"""Traces by OpenTelemetry, where its environment asks for them. Without it nothing of it is imported.

A span is a request by its route, or a statement by its first word: addresses and values are in neither.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Tracer

ASKED_BY = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_TRACES_EXPORTER")
VERBS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "SAVEPOINT", "RELEASE", "ROLLBACK", "WITH"})
_tracer: Tracer | None = None


class Span:
    """A request that nobody traces."""

    def answered(self, route: str, status: int) -> None:
        del route, status


class _Traced(Span):
    def __init__(self, span: Any, method: str) -> None:
        self._span, self._method = span, method

    def answered(self, route: str, status: int) -> None:
        from opentelemetry.trace import StatusCode

        self._span.update_name(f"{self._method} {route}")
        self._span.set_attribute("http.route", route)
        self._span.set_attribute("http.response.status_code", status)
        if status >= 500:
            self._span.set_status(StatusCode.ERROR)


def begin(environment: Mapping[str, str] = os.environ) -> None:
    """Trace from now on if the environment asks for it. Raises RuntimeError if the extra is not installed."""
    if not any(environment.get(name) for name in ASKED_BY) or environment.get("OTEL_SDK_DISABLED") == "true":
        return
    if environment.get("OTEL_TRACES_EXPORTER") == "none":
        return
    try:
        exporter = _exporter(environment.get("OTEL_TRACES_EXPORTER") or "otlp")
    except ImportError:
        why = "OpenTelemetry is asked for and not installed: pip install 'doorstep[otel]', or unset OTEL_*"
        raise RuntimeError(why) from None
    to(exporter)


def to(exporter: SpanExporter) -> None:
    """Send what is traced from now on there, in the background."""
    from multiprocessing.util import Finalize

    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    global _tracer
    named = Resource.create({} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": "doorstep"})
    provider = TracerProvider(resource=named)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    Finalize(None, provider.shutdown, exitpriority=1)  # a worker process ends without `atexit`
    _tracer = provider.get_tracer("doorstep")


def stop() -> None:
    global _tracer
    _tracer = None


@contextmanager
def request(asked: HttpRequest, method: str) -> Iterator[Span]:
    """Trace a request, as a part of what the caller traces if a `traceparent` says so."""
    if _tracer is None:
        yield Span()
        return
    from opentelemetry.propagate import extract
    from opentelemetry.trace import SpanKind

    parent = extract({name.lower(): value for name, value in asked.headers.items()})
    said = {"http.request.method": method}
    with _tracer.start_as_current_span(method, context=parent, kind=SpanKind.SERVER, attributes=said) as span:
        yield _Traced(span, method)


@contextmanager
def statement(sql: str) -> Iterator[None]:
    if _tracer is None:
        yield
        return
    from opentelemetry.trace import SpanKind

    first = sql.lstrip(" (").split(None, 1)[0].upper() if sql.strip(" (") else ""
    verb = first if first in VERBS else "OTHER"
    said = {"db.operation.name": verb}
    # The words of an exception quote rows: that there was one is told, and not what it says.
    with _tracer.start_as_current_span(
        verb, kind=SpanKind.CLIENT, attributes=said, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield
        except Exception as error:
            span.set_attribute("error.type", type(error).__name__)
            raise


def _exporter(name: str) -> SpanExporter:
    if name == "console":
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter

        return ConsoleSpanExporter()
    if name == "otlp":
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        return OTLPSpanExporter()
    raise RuntimeError("OTEL_TRACES_EXPORTER is one of otlp, console, none")
