"""What Prometheus reads: counted by route, whatever is asked for, and in all processes together."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from tests.api.shop import NOW, opened, order

from doorstep.core.events import actions
from doorstep.server import access, metrics
from doorstep.server.gauges import GAUGES
from doorstep.server.metrics import Gauge

pytestmark = pytest.mark.django_db


def read(text: str) -> dict[tuple[str, ...], float]:
    """Samples of Doorstep: name and the values of its labels -> value."""
    families = text_string_to_metric_families(text)
    samples = [sample for family in families for sample in family.samples if sample.name.startswith("doorstep_")]
    return {(one.name, *(one.labels[name] for name in sorted(one.labels))): one.value for one in samples}


def scraped() -> dict[tuple[str, ...], float]:
    return read(Client().get("/metrics").content.decode())


def test_addresses_that_nobody_knows_make_no_new_labels() -> None:
    Client().get("/v1/orders/one")
    before = scraped()
    for number in range(20):
        Client().get(f"/v1/orders/code-{number}")
        Client().get(f"/nowhere/{number}")
        Client().generic(f"BREW{number}", f"/v1/nowhere/{number}")
    after = scraped()
    asked = ("doorstep_requests_total", "GET", "v1/orders/<path:order>", "4xx")
    assert after[asked] == before[asked] + 20
    new = {name[1:] for name in after.keys() - before.keys() if name[0] == "doorstep_requests_total"}
    assert len(new) <= 3
    assert "code-7" not in str(after)
    assert "BREW" not in str(after)
    seconds = ("doorstep_request_seconds_count", "GET", "v1/orders/<path:order>")
    assert after[seconds] == before[seconds] + 20


def test_statements_that_fail_are_counted_by_what_went_wrong() -> None:
    before = (
        scraped().get(("doorstep_database_errors_total", "ProgrammingError"), 0),
        scraped().get(("doorstep_database_errors_total", "OperationalError"), 0),
    )
    with connection.execute_wrapper(access.watched), pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute("SELECT nothing FROM nowhere")
    after = scraped()
    told = [after.get(("doorstep_database_errors_total", kind), 0) for kind in ("ProgrammingError", "OperationalError")]
    assert sum(told) == sum(before) + 1


def test_facts_are_counted_when_they_are_kept(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(actions, "WATCHERS", [metrics.recorded])
    place = opened()

    def told() -> float:
        return scraped().get(("doorstep_facts_total", "OrderPromised"), 0)

    before = told()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert place.with_key().post("/v1/orders", order(), idempotency_key="1").status_code == 201
    assert told() == before + 1


def test_a_gauge_that_cannot_be_read_spoils_no_other() -> None:
    def broken(now: datetime) -> float:
        raise DatabaseError(str(now))

    found = read(metrics.written([Gauge("doorstep_broken", "Fails.", broken), *GAUGES], NOW).decode())
    assert found[("doorstep_messages_due",)] == 0
    assert ("doorstep_broken",) not in found
    assert found[("doorstep_gauges_unread_total", "doorstep_broken")] >= 1


def test_processes_count_together(tmp_path: Path) -> None:
    count = "from doorstep.server import metrics; metrics.answered('v1/orders', 'GET', 200, 0.1); "
    say = "from datetime import datetime, UTC; print(metrics.written([], datetime.now(UTC)).decode())"
    told = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", count], env=told, check=True)
    third = subprocess.run([sys.executable, "-c", count + say], env=told, check=True, capture_output=True, text=True)
    assert read(third.stdout)[("doorstep_requests_total", "GET", "v1/orders", "2xx")] == 3
