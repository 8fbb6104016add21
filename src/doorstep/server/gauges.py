"""Numbers of the record that are read when Prometheus asks. A new one is one line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from doorstep.core.events import pending
from doorstep.core.jobs.queries import standing
from doorstep.core.jobs.workers import workers
from doorstep.core.messages import outbox
from doorstep.server.metrics import Gauge


def oldest_s(now: datetime) -> float:
    oldest = pending.lag().oldest_at
    return max((now - oldest).total_seconds(), 0.0) if oldest else 0.0


def jobs(_now: datetime) -> Mapping[tuple[str, ...], float]:
    return {(one.kind, one.state): one.count for one in standing()}


GAUGES: tuple[Gauge, ...] = (
    Gauge("doorstep_facts_pending", "Facts that no subscriber was told yet.", lambda _: pending.lag().count),
    Gauge("doorstep_facts_oldest_seconds", "How long the oldest of them waits.", oldest_s),
    Gauge("doorstep_facts_stuck", "Facts that a subscriber could not take.", lambda _: pending.stuck_count()),
    Gauge("doorstep_jobs", "Jobs by how they stand.", jobs, ("kind", "state")),
    Gauge("doorstep_workers", "Workers heard of lately.", lambda now: sum(one.alive for one in workers(now))),
    Gauge("doorstep_messages_due", "Messages to shoppers that are due and not sent; 10001: or more.", outbox.due_count),
)
