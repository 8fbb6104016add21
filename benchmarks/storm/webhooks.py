"""Webhooks a second, sent by one process and by two, to a receiver on this machine.

python -m benchmarks.storm.webhooks [--orders N] [--facts N] [--fail SHARE] [--kill SECONDS]

Uses the database that DOORSTEP_DATABASE names (`python scripts/postgres.py python -m benchmarks.storm.webhooks`), else
SQLite in a folder that is removed. Its tables are made; an operator of its own is added for each round. The receiver
answers 200 at once, or fails a share of what it gets; with --kill a sender is ended by kill -9 every so often and
another begins. What failed does not wait for hours here, but for the next turn. At the end it is checked that every
message arrived, each order's in order: the first arrival of each counts, for at least once means that some come again.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

KINDS = ("OrderPlaced", "OrderPromised", "OrderReleased", "ParcelPacked", "ParcelLabelled", "Delivered")
BATCH = 500


class Receiver(ThreadingHTTPServer):
    """Keeps the id and the order of all that it was sent and has taken, as it came."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, fail: float) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.fail, self.dice, self.lock = fail, random.Random(1), Lock()
        self.taken: list[tuple[str, str, int]] = []
        self.refused = 0

    def handle_error(self, request: object, client_address: object) -> None:
        """A sender that is killed hangs up."""

    def takes(self, message: str, body: bytes) -> bool:
        said = json.loads(body)["data"]
        with self.lock:
            if self.dice.random() < self.fail:
                self.refused += 1
                return False
            self.taken.append((message, said["order"], said["number"]))
            return True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = b"204 No Content" if self.server.takes(self.headers["webhook-id"], body) else b"503 Busy"
        self.wfile.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def receiving(fail: float) -> Iterator[Receiver]:
    server = Receiver(fail)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--orders", type=int, default=200)
    parser.add_argument("--facts", type=int, default=5, help="of each order")
    parser.add_argument("--fail", type=float, default=0.0)
    parser.add_argument("--kill", type=float, default=0.0, help="every so many seconds; 0: never")
    parser.add_argument("--send", action="store_true", help=argparse.SUPPRESS)
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DOORSTEP_DATABASE", f"sqlite://{folder}/storm.sqlite3")
        os.environ["DOORSTEP_WEBHOOK_NETWORKS"] = "127.0.0.0/8"
        os.environ["DJANGO_SETTINGS_MODULE"] = "doorstep.server.settings"
        import django

        django.setup()
        if said.send:
            send(said.fail > 0)
            return
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        print(f"{connection.vendor}, {said.orders} orders of {said.facts} facts, {100 * said.fail:.0f}% refused")
        print(f"{'senders':>7} {'webhooks':>9} {'seconds':>8} {'a second':>9} {'CPU ms':>7} {'again':>6} {'killed':>7}")
        for senders in (1, 2):
            with receiving(said.fail) as receiver:
                told = fill(receiver.server_address[1], said.orders, said.facts)
                began, cpu_began = time.perf_counter(), cpu_of_children()
                killed = drain(senders, said.kill, said.fail)
                seconds, cpu = time.perf_counter() - began, cpu_of_children() - cpu_began
            check(receiver, told)
            again = len(receiver.taken) - told
            row = f"{senders:>7} {told:>9} {seconds:>8.1f} {told / seconds:>9.1f} {1000 * cpu / told:>7.1f}"
            print(f"{row} {again:>6} {killed:>7}")


def fill(port: int, orders: int, facts: int) -> int:
    """An operator of its own with an endpoint that is told so many facts; gives how many deliveries wait."""
    from django.db import transaction

    from doorstep.core.accounts.models import Brand, Operator
    from doorstep.core.events.queries import Told
    from doorstep.core.orders.models import Order
    from doorstep.domain.rights import Scope
    from doorstep.flows.webhook_endpoints import add_endpoint
    from doorstep.flows.webhooks import announce

    now = datetime.now(UTC)
    operator = Operator.objects.create(code=f"storm-{port}-{now:%H%M%S}", name="Storm")
    said: Mapping[str, Any] = {"on_time_target_ppm": 950_000, "late_cost_micros": 0, "unplanned_cost_micros": 0}
    brand = Brand.objects.create(operator=operator, code="tea", name="Tea", currency="EUR", country="DE", **said)
    scope = Scope(operator.pk, frozenset({brand.pk}), "operator_admin", "system")
    add_endpoint(scope, brand="tea", url=f"http://127.0.0.1:{port}/", types=(), now=now)
    codes = [f"N-{n}" for n in range(orders)]
    rows = Order.objects.bulk_create(
        Order(brand=brand, code=one, placed_at=now, country="DE", state="planned") for one in codes
    )
    told = [
        Told(
            1 + fact * orders + place, now, KINDS[fact % len(KINDS)], 1, "system", None, f"order:{row.pk}",
            {"number": fact}, operator.pk, brand.pk,
        )
        for fact in range(facts)
        for place, row in enumerate(rows)
    ]  # fmt: skip
    for begin in range(0, len(told), BATCH):
        with transaction.atomic():
            announce(told[begin : begin + BATCH], now)
    return len(told)


def cpu_of_children() -> float:
    """Seconds of the senders that have ended, what they take to begin included; not the receiver, nor a server."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def drain(senders: int, kill_every_s: float, fail: float) -> int:
    """Have senders at work until nothing is left to send; gives how many were killed."""
    command = [sys.executable, "-m", "benchmarks.storm.webhooks", "--send", f"--fail={fail}"]
    at_work = [subprocess.Popen(command) for _ in range(senders)]
    dice, killed, next_kill = random.Random(2), 0, time.monotonic() + kill_every_s
    try:
        while any(one.poll() is None for one in at_work):
            time.sleep(0.02)
            if kill_every_s and time.monotonic() >= next_kill:
                victim = dice.randrange(senders)
                if at_work[victim].poll() is None:
                    at_work[victim].kill()
                    at_work[victim].wait()
                    at_work[victim] = subprocess.Popen(command)
                    killed += 1
                next_kill = time.monotonic() + kill_every_s
        return killed
    finally:
        for one in at_work:
            one.kill()
            one.wait()


def send(hasty: bool = False) -> None:
    """One sender, as a worker does it, until nothing is open."""
    from doorstep.core.webhooks.models import OPEN, Delivery
    from doorstep.flows.webhooks import send_webhooks

    while Delivery.objects.filter(state__in=OPEN).exists():
        if hasty:
            failed = Delivery.objects.filter(state="waiting", failures__gt=0)
            failed.update(next_at=datetime.now(UTC), failures=1)
        if not send_webhooks(now=datetime.now(UTC), clock=lambda: datetime.now(UTC)):
            time.sleep(0.2)


def check(receiver: Receiver, told: int) -> None:
    """Nothing lost, each order's in order."""
    first: dict[str, list[int]] = defaultdict(list)
    seen = set()
    for message, order, number in receiver.taken:
        if message not in seen:
            seen.add(message)
            first[order].append(number)
    if len(seen) != told:
        raise SystemExit(f"{told - len(seen)} of {told} were lost")
    wrong = [order for order, numbers in first.items() if numbers != sorted(numbers)]
    if wrong:
        raise SystemExit(f"{len(wrong)} orders came out of order: {', '.join(wrong[:5])}")


if __name__ == "__main__":
    main()
