"""Many workers at one queue: each job and each fact goes to one of them. Needs PostgreSQL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from tests.concurrency.test_labels import address_of_database
from tests.concurrency.test_last_units import crowd
from tests.core_fixtures import NOW, make_brand, make_operator

from doorstep.core.events.actions import NewFact, record_all
from doorstep.core.events.models import Fact, Pending
from doorstep.core.events.queries import Told
from doorstep.core.jobs import actions as jobs
from doorstep.core.jobs import turns
from doorstep.core.jobs.actions import LEASE
from doorstep.core.jobs.models import Job, Worker
from doorstep.flows.relay import hand_over
from doorstep.flows.subscribers import Subscriber

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
TAKERS, JOBS, FACTS = 8, 200, 600
KILLED = """
import os, sys, django
django.setup()
from doorstep.flows import jobs
from doorstep.flows.chores import Rota
from doorstep.server.worker import RecordClock, Worker
from doorstep.server import clock

def hang(scope, data, now):
    print("taken", flush=True)
    import time
    time.sleep(600)

jobs.KINDS = {"plan day": hang}
import doorstep.server.worker as worker
worker.KINDS = jobs.KINDS
Worker(Rota([]), "the one that dies", RecordClock(clock.now)).run()
"""


@pytest.fixture(autouse=True)
def postgresql(transactional_db: None) -> None:  # noqa: ARG001
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: make test runs it there")


def test_each_job_is_taken_by_one() -> None:
    jobs.put_many("dig", {str(n): {"n": n} for n in range(JOBS)}, at=NOW)
    taken: list[int] = []

    def work(name: str) -> None:
        while found := jobs.take(name, NOW, ["dig"], most=3):
            for one in found:
                taken.append(one.data["n"])
                assert jobs.finish(one)

    answers = crowd([lambda name=f"w{n}": work(name) for n in range(TAKERS)])  # type: ignore[misc]
    assert answers == [None] * TAKERS
    assert sorted(taken) == list(range(JOBS))
    assert not Job.objects.exists()


def test_each_turn_is_one_workers() -> None:
    turns.enter(["dig"], NOW)
    answers = crowd([lambda n=n: turns.begin("dig", f"w{n}", NOW, NOW) for n in range(TAKERS)])  # type: ignore[misc]
    assert sorted(map(str, answers)) == ["False"] * (TAKERS - 1) + ["True"]


def test_each_fact_is_told_once_and_in_order_while_others_are_written() -> None:
    operator = make_operator("harbour")
    brand = make_brand(operator, "tea")
    told: list[int] = []
    writing = threading.Event()

    def take(facts: Sequence[Told], now: datetime) -> None:
        del now
        told.extend(one.id for one in facts)

    def write(number: int) -> None:
        for n in range(FACTS // 4):
            record_all(operator.pk, brand.pk, [NewFact("K", f"order:{number}", {"n": n})], at=NOW, actor="system")

    def relay() -> None:
        while not writing.is_set() or Pending.objects.exists():
            hand_over(NOW, [Subscriber("every", None, take)])

    def writers() -> None:
        try:
            assert crowd([lambda n=n: write(n) for n in range(4)]) == [None] * 4  # type: ignore[misc]
        finally:
            writing.set()

    assert crowd([writers, relay, relay, relay]) == [None] * 4
    assert Counter(told) == Counter(Fact.objects.values_list("pk", flat=True))
    of_order = {n: [one for one in told if one in set(_of(n))] for n in range(4)}
    assert all(facts == sorted(facts) for facts in of_order.values())


def _of(number: int) -> Sequence[int]:
    return list(Fact.objects.filter(subject=f"order:{number}").values_list("pk", flat=True))


def test_the_work_of_a_killed_process_is_taken_up_by_another_within_a_minute() -> None:
    operator = make_operator("harbour")
    brand = make_brand(operator, "tea")
    begun = datetime.now(UTC)
    jobs.put("plan day", data={"brand": brand.pk}, operator=operator.pk, at=begun)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DOORSTEP_DATABASE": address_of_database(),
    }
    command = [sys.executable, "-c", KILLED]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as dying:
        assert dying.stdout is not None
        assert dying.stdout.readline() == "taken\n"
        os.kill(dying.pid, signal.SIGKILL)
    killed = datetime.now(UTC)
    assert jobs.take("another", killed, ["plan day"]) == ()
    until = time.monotonic() + 60
    while not (found := jobs.take("another", datetime.now(UTC), ["plan day"])):
        assert time.monotonic() < until
        time.sleep(0.2)
    assert datetime.now(UTC) - killed < LEASE + timedelta(seconds=5)
    assert (found[0].attempt, found[0].data) == (2, {"brand": brand.pk})
    assert [one.name for one in Worker.objects.all()] == ["the one that dies"]
