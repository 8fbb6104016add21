"""What Prometheus reads at /metrics: requests by route, statements that failed, facts by kind, and gauges read then.

All labels come from lists that the program knows: patterns of addresses, kinds of facts. With several processes
PROMETHEUS_MULTIPROC_DIR (which `doorstep serve` sets) names the folder in which they count together.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
REQUESTS = Counter("doorstep_requests", "Requests answered.", ["route", "method", "status"])
DURATION = Histogram("doorstep_request_seconds", "How long they took.", ["route", "method"], buckets=SECONDS)
FAILED = Counter("doorstep_database_errors", "Statements and connections that failed.", ["kind"])
FACTS = Counter("doorstep_facts", "Facts recorded by this server, of transactions that were kept.", ["kind"])
UNREAD = Counter("doorstep_gauges_unread", "Gauges that could not be read when they were asked for.", ["gauge"])


@dataclass(frozen=True, slots=True)
class Gauge:
    """Numbers of the record, read when somebody asks. It must cost the same however much is in the record.

    `read` gives one number, or several by the values of `labels`.
    """

    name: str
    says: str
    read: Callable[[datetime], float | Mapping[tuple[str, ...], float]]
    labels: tuple[str, ...] = ()


def answered(route: str, method: str, status: int, took_s: float) -> None:
    REQUESTS.labels(route, method, f"{status // 100}xx").inc()
    DURATION.labels(route, method).observe(took_s)


def statement_failed(error: Exception) -> None:
    if isinstance(error, DatabaseError):
        FAILED.labels(type(error).__name__).inc()


def unconnected(error: Exception) -> None:
    """Count a connection that could not be made; the error is the driver's own."""
    FAILED.labels(type(error).__name__).inc()


def recorded(kind: str, number: int) -> None:
    FACTS.labels(kind).inc(number)


def written(gauges: Iterable[Gauge], now: datetime) -> bytes:
    """Everything in the text format, of all processes together."""
    registry: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    record = CollectorRegistry()
    record.register(_Read(gauges, now))
    asked = generate_latest(record)  # first, so that what cannot be read is counted below
    return generate_latest(registry) + asked


class _Read(Collector):
    def __init__(self, gauges: Iterable[Gauge], now: datetime) -> None:
        self._gauges, self._now = gauges, now

    def describe(self) -> Iterator[Metric]:
        """Nothing is known before it is read; without this it would be read when it is registered."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        for one in self._gauges:
            try:
                value = one.read(self._now)
            except Exception:  # the others, and what the processes counted, are told all the same
                UNREAD.labels(one.name).inc()
                continue
            family = GaugeMetricFamily(one.name, one.says, labels=one.labels)
            for names, number in (value if isinstance(value, Mapping) else {(): value}).items():
                family.add_metric(names, number)
            yield family
