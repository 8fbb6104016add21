"""Numbers of the record that are read when Prometheus asks. A new one is one line."""

from __future__ import annotations

from doorstep.core.messages import outbox
from doorstep.server.metrics import Gauge

GAUGES: tuple[Gauge, ...] = (
    Gauge("doorstep_messages_due", "Messages to shoppers that are due and not sent; 10001: or more.", outbox.due_count),
)
