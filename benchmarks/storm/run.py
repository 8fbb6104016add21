"""The storm: orders on their whole journey while processes are killed, the database crashes and the carrier fails.

python -m benchmarks.storm.run [--orders N] [--seed S] [--every SECONDS] [--crashes C] [--workers W] [--folder PATH]

Real processes on this machine: PostgreSQL (fsync on), `doorstep serve`, `doorstep worker`, `doorstep sandbox`, and a
receiver of webhooks that fails one time in five. What has ended is started again a second later; nothing else is mended
by hand. Ctrl-C: no more orders are placed, and those under way travel to their end. Printed is what was lost or done
twice, which should be nothing, and how long it took until answers came again.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.record.brand import make_brand, orders
from benchmarks.storm.havoc import Havoc
from benchmarks.storm.journey import Journey
from benchmarks.storm.progress import told
from benchmarks.storm.receiver import Receiver
from benchmarks.storm.shop import Shop
from benchmarks.storm.town import Town, town

SETTLED_S, SETTLED_AN_ORDER_S = 300.0, 0.5  # waited for at most; what failed three times is sent again after 155 s
SCANS_OF_A_POST = 20
CRASHED_AN_ORDER_S = 1.0  # the crashes of the database are spread over about this long for each order


@dataclass
class Aftermath:
    """What the storm left: `lost` counts what should be nought."""

    orders: int
    waiting: int  # acknowledged, and not planned
    lost: Mapping[str, int]
    havoc: Mapping[str, int]
    seconds: Mapping[str, float]
    gaps: list[float] = field(default_factory=list)  # seconds without an answer
    settling_s: float = 0.0  # from the end of the storm until all was told and settled
    webhooks: int = 0

    def said(self) -> str:
        total = sum(self.seconds.values())
        worst = max(self.gaps, default=0.0)
        rows = [
            f"{self.orders:,} orders, of which {self.waiting} wait unplanned; {total:,.0f} s, "
            f"{3600 * (self.orders - self.waiting) / total:,.0f} whole journeys an hour",
            "steps: " + ", ".join(f"{name} {seconds:,.0f} s" for name, seconds in self.seconds.items()),
            "havoc: " + ", ".join(f"{name} {count}" for name, count in sorted(self.havoc.items())),
            f"without an answer {len(self.gaps)} times, {worst:.1f} s at most; settled {self.settling_s:.1f} s after",
            f"webhooks: {self.webhooks:,} deliveries",
            *(f"{name}: {count}" for name, count in self.lost.items()),
        ]
        return "\n".join(rows)


def storm(count: int, seed: int, every_s: float, workers: int, folder: Path, crashes: int = 1) -> Aftermath:
    """Let it rage until every order has arrived; in this process Django is set up for the storm's own database."""
    with town(folder) as there:
        os.environ.update(there.environment)
        brand = make_brand(folder / "brand", 500)
        journey, receiver, _ = ready(there, brand.key, workers)
        havoc = Havoc(there, seed, every_s, crashes, max(every_s, count * CRASHED_AN_ORDER_S / (crashes + 1)))
        wanted = [json.loads(one) for one in orders(brand, count, "S")]
        with told(there.database):
            havoc.begin()
            try:
                journey.travel(wanted, asked_to_end().is_set)
            except Exception:
                traceback.print_exc()  # what is there is reckoned all the same
            finally:
                havoc.end()
            settling = _settle(there, SETTLED_S + SETTLED_AN_ORDER_S * count)
        return _reckoned(there, journey, receiver, havoc, settling)


def asked_to_end() -> threading.Event:
    """Ctrl-C ends the storm when the orders under way have arrived; a second one at once."""
    asked = threading.Event()

    def ask(_number: int, _frame: object) -> None:
        asked.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, ask)
    return asked


def compiled() -> None:
    """Have the kernels on disk: whoever kills a server that still compiles them waits for the compiler, not for us."""
    with tempfile.TemporaryDirectory(prefix="doorstep-storm-") as made:
        subprocess.run([sys.executable, "-m", "doorstep.cli.warm_up", made], check=True)


def ready(there: Town, key: str, workers: int) -> tuple[Journey, Receiver, int]:
    """Start all of it; gives who travels, who listens, and the carrier's account (row id)."""
    from doorstep.core.accounts import actions as accounts
    from doorstep.core.accounts.queries import all_brands, brands
    from doorstep.core.network.queries import sites
    from doorstep.core.tariffs.queries import services
    from doorstep.domain.rights import Scope
    from doorstep.flows.carriers import register_sandbox
    from doorstep.flows.webhook_endpoints import add_endpoint
    from doorstep.server.clock import now

    [(operator, brand)] = all_brands()
    scope = Scope(operator, frozenset({brand}), "operator_admin", "system")
    floor = accounts.add_key(operator, None, "floor", "operator_admin", at=now())[1]
    accounts_there = register_sandbox(scope, there.carrier)
    receiver = Receiver()
    add_endpoint(scope, brand=brands(scope)[0].code, url=receiver.url, types=(), now=now())
    there.start("sandbox", "sandbox", "--port", there.carrier.rpartition(":")[2], "--folder", str(there.folder / "sb"))
    there.start("server", "serve", "--port", there.url.rpartition(":")[2])
    for number in range(workers):
        there.start(f"worker-{number}", "worker")
    there.wait()
    journey = Journey(
        Shop(there.url, key),
        Shop(there.url, floor),
        there.carrier,
        there.environment["DOORSTEP_SANDBOX_KEY"],
        {one.service: one.carrier for one in services(scope, limit=1_000).rows},
        [one.site for one in sites(scope)],
    )
    hook = f"{there.url}/hooks/carriers/{accounts_there[0].pk}"
    journey.ask_carrier("/hook", {"url": hook, "scans": SCANS_OF_A_POST})
    return journey, receiver, accounts_there[0].pk


def _settle(there: Town, within_s: float) -> float:
    """Wait until nothing is on its way any more; whoever does it is the workers."""
    from benchmarks.storm.accounts import record
    from django.db import connection

    begun = time.monotonic()
    connection.close()  # it has not outlived the database's crash
    there.wait()
    while time.monotonic() - begun < within_s and any(record().values()):
        time.sleep(0.5)
    return time.monotonic() - begun


def _reckoned(there: Town, journey: Journey, receiver: Receiver, havoc: Havoc, settling: float) -> Aftermath:
    from benchmarks.storm import accounts

    written, told = accounts.webhooks(receiver.taken)
    lost = {
        "acknowledged orders that are gone": accounts.lost_orders(journey.acknowledged),
        "orders that are neither at the doorstep nor back": accounts.not_arrived(journey.acknowledged, journey.waiting),
        **accounts.record(),
        **accounts.labels(there.folder / "sb"),
        **told,
    }
    return Aftermath(
        len(journey.acknowledged),
        len(journey.waiting),
        lost,
        havoc.done,
        journey.seconds,
        sorted(journey.shop.gaps + journey.floor.gaps),
        settling,
        written,
    )


def main() -> None:
    """Print what is left after the storm; 1 if anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=float, default=8.0, help="seconds between kills, on average")
    parser.add_argument("--crashes", type=int, default=3, help="of the database")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="where the logs of the processes stay")
    asked = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, seed {asked.seed}")
    compiled()
    with tempfile.TemporaryDirectory(prefix="doorstep-storm-") as name:
        folder = asked.folder or Path(name)
        after = storm(asked.orders, asked.seed, asked.every, asked.workers, folder, asked.crashes)
    print(after.said())
    sys.exit(any(after.lost.values()))


if __name__ == "__main__":
    main()
