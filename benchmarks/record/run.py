"""The record over HTTP: orders planned and committed, bulk orders, quotes and stock reads a second.

python -m benchmarks.record.run [--seconds S] [--clients N ...] [--bulk N] [--orders N]

Starts a PostgreSQL (fsync on), loads the demonstration brand with twelve services more, and serves the API as `doorstep
serve` does. The clients, the server and the database share the machine. Every request counts; those that fail are in
the denominator and are told. Beside wall time stands the CPU time of a request, of the server's and of the database's
processes: it says what a request costs when others use the machine, too.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
from benchmarks.record.brand import MORE_SERVICES, SEED, Brand, carts, make_brand, orders
from benchmarks.record.client import FAILURES, Answer, Client
from benchmarks.record.cpu import cpu_seconds

ROOT = Path(__file__).resolve().parents[2]
PORT = 8123
Ask = Callable[[Client, int], Answer]


@dataclass(frozen=True)
class Measured:
    what: str
    clients: int
    seconds: float
    taken: list[float]  # of each request
    failed: int
    cpu_seconds: tuple[float, float] | None  # of the server, of the database
    saying: str = ""

    def row(self) -> str:
        times = sorted(self.taken)
        p50, p99 = (1000 * times[min(len(times) - 1, int(len(times) * share))] for share in (0.5, 0.99))
        done = len(times) - self.failed
        cpu = [f"{1000 * one / len(times):.1f}" for one in self.cpu_seconds] if self.cpu_seconds else ["", ""]
        return (
            f"{self.what:34} {self.clients:>7} {len(times):>8} {self.failed:>6} {done / self.seconds:>9.1f} "
            f"{p50:>8.1f} {p99:>8.1f} {cpu[0]:>10} {cpu[1]:>6}  {self.saying}"
        )


@dataclass(frozen=True)
class Machine:
    """The processes whose CPU time counts."""

    server: int
    postmaster: int

    def cpu(self) -> tuple[float, float] | None:
        server, database = cpu_seconds(self.server), cpu_seconds(self.postmaster)
        return None if server is None or database is None else (server, database)

    def since(self, before: tuple[float, float] | None) -> tuple[float, float] | None:
        now = self.cpu()
        return None if before is None or now is None else (now[0] - before[0], now[1] - before[1])


def main() -> None:
    """Print one row for each measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each measure")
    parser.add_argument("--clients", type=int, nargs="*", default=[1, 8, 32])
    parser.add_argument("--bulk", type=int, default=10_000, help="orders of the bulk request")
    parser.add_argument("--orders", type=int, default=2_000, help="of the demonstration brand")
    options = parser.parse_args()
    if "DOORSTEP_DATABASE" not in os.environ:
        again = [sys.executable, "-m", "benchmarks.record.run", *sys.argv[1:]]
        sys.exit(subprocess.call([sys.executable, str(ROOT / "scripts" / "postgres.py"), *again]))
    with tempfile.TemporaryDirectory() as made:
        os.environ |= {"DOORSTEP_HOME": made, "DOORSTEP_PLAIN_HTTP": "1", "DOORSTEP_RATE": "0"}
        brand = make_brand(Path(made) / "brand", options.orders)
        say_where(brand)
        with served() as server:
            measure(brand, Machine(server, brand.postmaster), options.seconds, options.clients, options.bulk)


def say_where(brand: Brand) -> None:
    """Print machine, versions, seed and load."""
    print(
        f"{platform.machine()}, {os.cpu_count()} cores shared by clients, server and PostgreSQL {brand.postgresql} "
        f"(fsync {brand.fsync}); Python {platform.python_version()}; load before {os.getloadavg()[0]:.2f}; wall seconds"
    )
    print(
        f"demonstration brand, seed {SEED}: {brand.sites} sites, {brand.services} services ({MORE_SERVICES} of them "
        f"added), {len(brand.skus)} products"
    )
    print(
        f"{'what':34} {'clients':>7} {'requests':>8} {'failed':>6} {'done/s':>9} {'p50 ms':>8} {'p99 ms':>8} "
        f"{'server CPU':>10} {'db CPU':>6}"
    )


def measure(brand: Brand, machine: Machine, seconds: float, clients: list[int], bulk: int) -> None:
    headers = {"Authorization": f"Bearer {brand.key}"}
    quoted = list(carts(brand, 2_000))

    def quote(client: Client, number: int) -> Answer:
        return client.ask("POST", "/v1/quotes", quoted[number % len(quoted)])

    def show(what: str, count: int, ask: Ask, lasting: float = seconds) -> None:
        print(load(what, count, lasting, headers, machine, ask).row(), flush=True)

    show("(warm-up) quotes", 2, quote, min(3.0, seconds))
    show("quotes, 3 lines", 8, quote)
    for count in clients:
        sent = list(orders(brand, 20_000, f"R{count}"))

        def place(client: Client, number: int, sent: list[bytes] = sent, count: int = count) -> Answer:
            got = client.ask("POST", "/v1/orders", sent[number], {"Idempotency-Key": f"{count}-{number}"})
            if got.status == 201 and json.loads(got.body)["state"] != "planned":
                return replace(got, status=202)  # accepted, but no plan was made: it is not what is measured
            return got

        show("orders planned and committed", count, place)
    tag = httpx.get(f"http://localhost:{PORT}/v1/stock?limit=50", headers=headers).headers.get("ETag", "")
    show("stock, a page of 50", 8, lambda client, _: client.ask("GET", "/v1/stock?limit=50"))
    etag = {"If-None-Match": tag}
    show("stock, not modified", 8, lambda client, _: client.ask("GET", "/v1/stock?limit=50", None, etag))
    print(take_in(brand, bulk, headers, machine).row(), flush=True)


def load(what: str, clients: int, seconds: float, headers: dict[str, str], machine: Machine, ask: Ask) -> Measured:
    """Ask from so many threads until the time is over; each has one connection and waits for its answer."""
    taken: list[float] = []
    failures: dict[str, int] = {}
    numbers = iter(range(10**9))
    lock = threading.Lock()
    before = machine.cpu()
    start = time.perf_counter()

    def run() -> None:
        client = Client(PORT, headers)
        while time.perf_counter() - start < seconds:
            with lock:
                number = next(numbers)
            begun = time.perf_counter()
            try:
                status = str(ask(client, number).status)
            except FAILURES as error:
                status = type(error).__name__
            with lock:
                taken.append(time.perf_counter() - begun)
                if status not in ("200", "201", "304"):
                    failures[status] = failures.get(status, 0) + 1
        client.close()

    threads = [threading.Thread(target=run) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lasted = time.perf_counter() - start
    failed = sum(failures.values())
    return Measured(what, clients, lasted, taken, failed, machine.since(before), str(failures) if failures else "")


def take_in(brand: Brand, count: int, headers: dict[str, str], machine: Machine) -> Measured:
    """One bulk request; each order is told when it is committed. The time is that until the last one."""
    body = b"\n".join(orders(brand, count, "B"))
    results: dict[str, int] = {}
    before = machine.cpu()
    start = time.perf_counter()
    taken: list[float] = []
    with httpx.stream(
        "POST",
        f"http://localhost:{PORT}/v1/orders/bulk",
        content=body,
        headers={**headers, "Content-Type": "application/x-ndjson"},
        timeout=120,
    ) as answer:
        for line in answer.iter_lines():
            result = json.loads(line).get("result", "?")
            results[result] = results.get(result, 0) + 1
            taken.append(time.perf_counter() - start)
    taken += [time.perf_counter() - start] * (count - len(taken))
    lasted, failed = time.perf_counter() - start, count - results.get("accepted", 0)
    return Measured("orders in one bulk request", 1, lasted, taken, failed, machine.since(before), str(results))


@contextmanager
def served() -> Iterator[int]:
    """Serve as `doorstep serve` does, until the block ends; gives the process."""
    command = [sys.executable, "-m", "doorstep.cli.main", "serve", "--port", str(PORT)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                if httpx.get(f"http://localhost:{PORT}/login").status_code == 200:
                    break
            except httpx.HTTPError:
                time.sleep(0.2)
        yield server.pid
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    random.seed(SEED)
    main()
