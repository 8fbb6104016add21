"""How much goes through: facts to their subscribers, labels by workers, scans by webhook.

python -m benchmarks.storm.throughput [--facts N] [--labels N] [--workers W] [--scans N] [--clients C]

Its own PostgreSQL (fsync on), server, workers and pretend carrier share this machine; wall seconds. Labels are jobs
in the queue, each bought over HTTP from the pretend carrier. Scans come signed, 100 in a post, five of each parcel, in
the order in which they happened, and are done when the answer is there: first with the workers gone, then with workers
that tell the shop of each scan meanwhile.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import local

import httpx
from benchmarks.record.brand import make_brand, orders
from benchmarks.record.cpu import cpu_seconds
from benchmarks.storm.copies import under_way
from benchmarks.storm.journey import Journey
from benchmarks.storm.run import compiled, ready
from benchmarks.storm.town import Town, town
from standardwebhooks import Webhook

POST = 100
SEEN = ("accepted", "in_transit", "in_transit", "out_for_delivery", "delivered")


def facts(count: int) -> float:
    """Facts a second from pending to told, a webhook endpoint among the subscribers; one relay."""
    from doorstep.core.accounts.queries import all_brands
    from doorstep.core.events.actions import NewFact, record_all
    from doorstep.flows.relay import hand_over

    [(operator, brand)] = all_brands()
    for start in range(0, count, 5_000):
        told = [NewFact("OrderPromised", f"order:{n}", {"parcels": 1}) for n in range(start, min(start + 5_000, count))]
        record_all(operator, brand, told, at=datetime.now(UTC), actor="system")
    begun = time.perf_counter()
    handed = 0
    while found := hand_over(datetime.now(UTC)):
        handed += found
    assert handed >= count
    return handed / (time.perf_counter() - begun)


def labels(there: Town, journey: Journey, count: int, workers: int) -> float:
    """Labels a second: the jobs are put, then the workers are started; from the first to the last label."""
    from django.db import connection

    from doorstep.core.accounts.queries import all_brands
    from doorstep.core.jobs.actions import put_many
    from doorstep.core.parcels.models import Parcel

    [(operator, brand)] = all_brands()
    journey.walk_floor()
    ordered = journey.ask_carrier("/faults", {"kind": "error", "on": "labels", "times": 1_000_000})
    assert ordered["times"] == 1_000_000  # the benches get no label
    journey.fill_totes()
    journey.ask_carrier("/faults", {"kind": "error", "on": "labels", "times": 0})
    packed = list(Parcel.objects.filter(state="packed").values_list("code", flat=True)[:count])
    connection.close()
    put_many(
        "buy label", {f"label:{one}": {"brand": brand, "parcel": one} for one in packed}, operator=operator,
        at=datetime.now(UTC),
    )  # fmt: skip
    for number in range(workers):
        there.start(f"worker-{number}", "worker")
    while not Parcel.objects.filter(state="labelled").exists():
        time.sleep(0.05)
    begun, first = time.perf_counter(), Parcel.objects.filter(state="labelled").count()
    while (done := Parcel.objects.filter(state="labelled", code__in=packed).count()) < len(packed):
        time.sleep(0.1)
    return (done - first) / (time.perf_counter() - begun)


def scans(there: Town, account: int, count: int, clients: int, name: str, postmaster: int) -> str:
    """Scans a second, in posts of 100, of parcels that travel beside one another; each is scanned five times.

    With the CPU that they take of the server and of the database, for the machine may have other work.
    """
    posts = _posts(_parcels(count // len(SEEN), name), count)
    secret = Webhook(there.environment["DOORSTEP_SANDBOX_HOOK_SECRET"])
    url = f"{there.url}/hooks/carriers/{account}"
    own = local()

    def send(post: list[dict[str, str | None]]) -> None:
        body, now = json.dumps({"scans": post}), datetime.now(UTC)
        number = f"msg_{post[0]['event']}"
        headers = {
            "webhook-id": number,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": secret.sign(number, now, body),
        }
        if not hasattr(own, "line"):
            own.line = httpx.Client(limits=httpx.Limits(max_keepalive_connections=0))  # each may come to any process
        answer = own.line.post(url, content=body, headers=headers, timeout=120)
        answer.raise_for_status()
        assert answer.json()["new"] == len(post)

    processes = [next(one.pid for one in there.kept if one.name == "server"), postmaster]
    before, at = [cpu_seconds(one) or 0.0 for one in processes], time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(send, posts))
    rate = count / (time.perf_counter() - at)
    used = [(cpu_seconds(one) or 0.0) - since for one, since in zip(processes, before, strict=True)]
    server, database = (1_000_000 * one / count for one in used)
    return f"{rate:,.0f}; of each, {server:,.0f} us CPU of the server, {database:,.0f} of the database"


def _parcels(count: int, name: str) -> list[str]:
    """Parcels that the carrier has, by their tracking numbers: copies of one that has a label."""
    from django.db import connection

    from doorstep.core.parcels.models import Parcel

    first = Parcel.objects.filter(state="labelled").exclude(tracking="").order_by("pk")[0]
    first.state, first.left_at = "handed_over", datetime.now(UTC)
    numbers = under_way(first, count, name)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return numbers


def _posts(numbers: list[str], count: int) -> list[list[dict[str, str | None]]]:
    begun = datetime.now(UTC) - timedelta(days=1)
    events: list[dict[str, str | None]] = [
        {
            "event": f"ev_{number}_{step}",
            "tracking": number,
            "status": status,
            "at": (begun + timedelta(hours=step)).isoformat(),
            "place": "Depot",
            "reason": "",
            "expected_by": None,
        }
        for step, status in enumerate(SEEN)
        for number in numbers
    ][:count]
    return [events[start : start + POST] for start in range(0, len(events), POST)]


def main() -> None:
    """Print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--facts", type=int, default=50_000)
    parser.add_argument("--labels", type=int, default=200)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--scans", type=int, default=20_000)
    parser.add_argument("--clients", type=int, default=4)
    asked = parser.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    compiled()
    with tempfile.TemporaryDirectory(prefix="doorstep-storm-") as name, town(Path(name)) as there:
        os.environ.update(there.environment)
        brand = make_brand(Path(name) / "brand", 500)
        journey, _, account = ready(there, brand.key, 0)
        print(f"facts/s through the outbox: {facts(asked.facts):,.0f}", flush=True)
        for order in orders(brand, asked.labels, "T"):
            journey.place(json.loads(order))
        rate = labels(there, journey, asked.labels, asked.workers)
        print(f"labels/s with {asked.workers} workers: {rate:,.1f}", flush=True)
        for one in [one for one in there.kept if one.name.startswith("worker")]:
            one.let_go()
            there.kept.remove(one)
        told = scans(there, account, asked.scans, asked.clients, "TA", brand.postmaster)
        print(f"scans/s, {asked.clients} clients, no worker: {told}", flush=True)
        for number in range(asked.workers):
            there.start(f"worker-{number}-again", "worker")
        told = scans(there, account, asked.scans, asked.clients, "TB", brand.postmaster)
        print(f"scans/s, {asked.clients} clients, {asked.workers} workers at work: {told}")


if __name__ == "__main__":
    main()
