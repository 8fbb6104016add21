"""The record over HTTP: orders planned and committed, bulk orders, quotes and stock reads a second.

python -m benchmarks.record.run [--seconds S] [--clients N ...] [--bulk N] [--orders N]

Starts a PostgreSQL (fsync on), loads the demonstration brand with twelve services more, and serves the API as `doorstep
serve` does. The clients, the server and the database share the machine. Every request counts; those that fail are in
the denominator and are told.
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
from dataclasses import dataclass
from pathlib import Path

import httpx
from benchmarks.record.brand import MORE_SERVICES, SEED, Brand, carts, make_brand, orders

ROOT = Path(__file__).resolve().parents[2]
PORT = 8123
Ask = Callable[[httpx.Client, int], httpx.Response]


@dataclass(frozen=True)
class Measured:
    what: str
    clients: int
    seconds: float
    taken: list[float]  # of each request
    failed: int
    saying: str = ""

    def row(self) -> str:
        times = sorted(self.taken)
        p50, p99 = (1000 * times[min(len(times) - 1, int(len(times) * share))] for share in (0.5, 0.99))
        done = len(times) - self.failed
        return (
            f"{self.what:34} {self.clients:>7} {len(times):>8} {self.failed:>6} {done / self.seconds:>9.1f} "
            f"{p50:>8.1f} {p99:>8.1f}  {self.saying}"
        )


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
        os.environ |= {"DOORSTEP_HOME": made, "DOORSTEP_PLAIN_HTTP": "1"}
        brand = make_brand(Path(made) / "brand", options.orders)
        say_where(brand)
        with served():
            measure(brand, options.seconds, options.clients, options.bulk)


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
    print(f"{'what':34} {'clients':>7} {'requests':>8} {'failed':>6} {'done/s':>9} {'p50 ms':>8} {'p99 ms':>8}")


def measure(brand: Brand, seconds: float, clients: list[int], bulk: int) -> None:
    headers = {"Authorization": f"Bearer {brand.key}"}
    quoted = list(carts(brand, 2_000))

    def quote(client: httpx.Client, number: int) -> httpx.Response:
        return client.post("/v1/quotes", content=quoted[number % len(quoted)])

    show(load("(warm-up) quotes", 2, min(3.0, seconds), headers, quote))
    show(load("quotes, 3 lines", 8, seconds, headers, quote))
    for count in clients:
        sent = list(orders(brand, 20_000, f"R{count}"))

        def place(client: httpx.Client, number: int, sent: list[bytes] = sent, count: int = count) -> httpx.Response:
            key = {"Idempotency-Key": f"{count}-{number}"}
            answer = client.post("/v1/orders", content=sent[number], headers=key)
            if answer.status_code == 201 and answer.json()["state"] != "planned":
                answer.status_code = 202  # accepted, but no plan was made: it is not what is measured
            return answer

        show(load("orders planned and committed", count, seconds, headers, place))
    tag = httpx.get(f"http://localhost:{PORT}/v1/stock?limit=50", headers=headers).headers.get("ETag", "")
    show(load("stock, a page of 50", 8, seconds, headers, lambda client, _: client.get("/v1/stock?limit=50")))
    etag = {"If-None-Match": tag}
    show(load("stock, not modified", 8, seconds, headers, lambda c, _: c.get("/v1/stock?limit=50", headers=etag)))
    show(take_in(brand, bulk, headers))


def show(one: Measured) -> None:
    print(one.row(), flush=True)


def load(what: str, clients: int, seconds: float, headers: dict[str, str], ask: Ask) -> Measured:
    """Ask from so many threads until the time is over; each has one connection and waits for its answer."""
    taken: list[float] = []
    failures: dict[str, int] = {}
    numbers = iter(range(10**9))
    lock = threading.Lock()
    start = time.perf_counter()

    def run() -> None:
        with httpx.Client(base_url=f"http://localhost:{PORT}", headers=headers, timeout=60) as client:
            while time.perf_counter() - start < seconds:
                with lock:
                    number = next(numbers)
                begun = time.perf_counter()
                try:
                    status = str(ask(client, number).status_code)
                except httpx.HTTPError as error:
                    status = type(error).__name__
                with lock:
                    taken.append(time.perf_counter() - begun)
                    if status not in ("200", "201", "304"):
                        failures[status] = failures.get(status, 0) + 1

    threads = [threading.Thread(target=run) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Measured(
        what, clients, time.perf_counter() - start, taken, sum(failures.values()), str(failures) if failures else ""
    )


def take_in(brand: Brand, count: int, headers: dict[str, str]) -> Measured:
    """One bulk request; each order is told when it is committed. The time is that until the last one."""
    body = b"\n".join(orders(brand, count, "B"))
    results: dict[str, int] = {}
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
    seconds = time.perf_counter() - start
    return Measured("orders in one bulk request", 1, seconds, taken, count - results.get("accepted", 0), str(results))


@contextmanager
def served() -> Iterator[None]:
    """Serve as `doorstep serve` does, until the block ends."""
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
        yield
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    random.seed(SEED)
    main()
