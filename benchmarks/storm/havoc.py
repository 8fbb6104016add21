"""What goes wrong: processes killed, the database crashed, a carrier that is not to be relied upon."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx
from benchmarks.storm.town import Town

CARRIER_FAULTS = (
    ("lost_reply", "labels"), ("error", "labels"), ("lost_reply", "manifests"), ("error", "manifests"),
    ("duplicate_hooks", "labels"), ("shuffle_hooks", "labels"), ("timeout", "labels"),
)  # fmt: skip
FIRST_KILL_S = 1.0  # at the latest: orders may be at the doorstep before the average kill comes


@dataclass
class Havoc:
    """Rages in a thread of its own, by a seed: what comes when is the same, what it meets is not."""

    town: Town
    seed: int
    every_s: float = 4.0  # a kill, on average
    crashes: int = 1  # of the database
    crash_every_s: float = 4.0  # on average
    done: Counter[str] = field(default_factory=Counter)
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self) -> None:
        for work in (self._kill, self._trouble_carrier, self._crash):
            thread = threading.Thread(target=work, daemon=True)
            thread.start()
            self._threads.append(thread)

    def end(self) -> None:
        self._over.set()
        for one in self._threads:
            one.join()

    def _kill(self) -> None:
        draw = random.Random(self.seed)
        victims = [one for one in self.town.kept if one.name.startswith(("server", "worker"))]
        pause = min(FIRST_KILL_S, draw.expovariate(1 / self.every_s))
        while not self._over.wait(pause):
            one = draw.choice(victims)
            one.kill()
            self.done[f"{one.name.partition('-')[0]} killed"] += 1
            pause = draw.expovariate(1 / self.every_s)

    def _trouble_carrier(self) -> None:
        draw = random.Random(self.seed + 1)
        key = {"Authorization": f"Bearer {self.town.environment['DOORSTEP_SANDBOX_KEY']}"}
        while not self._over.wait(draw.expovariate(2)):
            kind, on = draw.choices(CARRIER_FAULTS, (6, 4, 2, 2, 3, 3, 1))[0]
            try:
                httpx.post(f"{self.town.carrier}/faults", json={"kind": kind, "on": on}, headers=key, timeout=5)
                self.done[f"carrier: {kind}"] += 1
            except httpx.HTTPError:
                continue

    def _crash(self) -> None:
        draw = random.Random(self.seed + 2)
        for _ in range(self.crashes):
            self._over.wait(draw.uniform(0.3, 1.2) * self.crash_every_s)  # at the end, what has not crashed yet does
            for _ in range(10):
                try:
                    self.town.crash_database()
                    self.done["database crashed"] += 1
                    break
                except Exception:
                    time.sleep(0.5)
