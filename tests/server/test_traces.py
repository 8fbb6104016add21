"""Traces of OpenTelemetry's own SDK, in memory; asked for and not there is a clear word."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.api.shop import opened

from doorstep.server import traces

pytestmark = pytest.mark.django_db
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(traces, "_tracer", provider.get_tracer("doorstep"))
    yield kept
    provider.shutdown()


def test_a_request_and_its_statements_are_one_trace(spans: InMemorySpanExporter) -> None:
    key = opened().with_key().key
    spans.clear()
    headers = {"Authorization": f"Bearer {key}", "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    assert Client(headers=headers).get("/v1/orders/O-PRIVATE-1").status_code == 404
    *statements, request = spans.get_finished_spans()
    assert request.name == "GET v1/orders/<path:order>"
    assert request.attributes is not None
    assert request.attributes["http.response.status_code"] == 404
    assert {one.name for one in statements} >= {"SELECT"}
    assert {trace_of(one) for one in (request, *statements)} == {TRACE}
    assert "O-PRIVATE-1" not in "".join(one.to_json() for one in spans.get_finished_spans())


def trace_of(span: ReadableSpan) -> str:
    assert span.context is not None
    return f"{span.context.trace_id:032x}"


def test_nothing_is_traced_unless_it_is_asked_for() -> None:
    for told in ({}, {"OTEL_TRACES_EXPORTER": "none"}, {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_SDK_DISABLED": "true"}):
        traces.begin(told)
        assert traces._tracer is None


def test_asked_for_and_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *more: Any) -> Any:
        if name.startswith("opentelemetry"):
            raise ImportError(name)
        return real(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(RuntimeError, match=r"pip install 'doorstep\[otel\]'"):
        traces.begin({"OTEL_TRACES_EXPORTER": "otlp"})


def test_an_exporter_that_there_is_not_is_refused() -> None:
    with pytest.raises(RuntimeError, match="one of otlp, console, none"):
        traces.begin({"OTEL_TRACES_EXPORTER": "zipkin"})


def test_to_the_console_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "_tracer", None)
    traces.begin({"OTEL_TRACES_EXPORTER": "console"})
    assert traces._tracer is not None
    traces.stop()
