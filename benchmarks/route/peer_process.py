"""Another routing engine on one instance: runs in the peers' environment and imports nothing of Doorstep.

python peer_process.py TASK.json: engine, arrays (a file of `arrays.write`), seed, cores, cpus, until (seconds of the
monotonic clock by which the answer must be out). Writes one line of JSON: rounds as [vehicle, stops], or an error.
"""

from __future__ import annotations

import json
import os
import sys
import time
from importlib import import_module
from importlib.metadata import version
from typing import Any

import numpy as np

Rounds = list[tuple[int, list[int]]]
ENGINES = {"pyvrp": "pyvrp", "ortools": "ortools", "vroom": "pyvroom"}
WRITING_S = 0.25
"""Kept back for reading the solution and writing the answer."""


class Task:
    """Arrays of a problem by `part.field`, and how long there is."""

    def __init__(self, arrays: str, seed: int, cores: int, until: float) -> None:
        with np.load(arrays) as file:
            self.cells = {name: file[name] for name in file.files}
        self.seed, self.cores, self._until = seed, cores, until

    def left(self) -> float:
        """Seconds that may still be spent."""
        return self._until - WRITING_S - time.monotonic()

    def __getitem__(self, name: str) -> Any:
        cell = self.cells[name]
        return cell if cell.ndim else cell.item()

    def matrices(self) -> tuple[Any, Any]:
        """[m, m] whole distances and durations, by the rule of the problem."""
        if self["travel.rule"] == "matrix":
            return self["travel.distance"], self["travel.duration"]
        x, y = self["travel.x"], self["travel.y"]
        distance = np.empty((len(x), len(x)), np.int64)
        for row in range(len(x)):
            distance[row] = self._distance(x, y, row)
        per_km = self["travel.seconds_per_km"]
        return distance, distance if per_km == 1000 else (2 * distance * per_km + 1000) // 2000

    def _distance(self, x: Any, y: Any, row: int) -> Any:
        rule = self["travel.rule"]
        if rule == "haversine":
            phi, theta = np.radians(y), np.radians(x)
            chord = np.sin((phi - phi[row]) / 2) ** 2
            chord += np.cos(phi) * np.cos(phi[row]) * np.sin((theta - theta[row]) / 2) ** 2
            metres = 2 * 6_371_009 * np.arcsin(np.sqrt(np.minimum(chord, 1.0)))
            return np.floor(metres * (self["travel.detour_ppm"] / 1e6) + 0.5).astype(np.int64)
        plain = np.sqrt((x - x[row]) ** 2 + (y - y[row]) ** 2)
        return np.floor(plain + 0.5 if rule == "rounded" else 10 * plain).astype(np.int64)

    def vans(self) -> list[int]:
        """How many of each kind an engine is told of that wants each by name: half as many again as loads ask for.

        Where it does not say how many there are, an instance of research offers one for each stop.
        """
        most = np.maximum(self["stops.delivery"], self["stops.pickup"]).sum(axis=0)
        capacity = np.maximum(self["fleet.capacity"], 1)
        needed = np.ceil(1.5 * (most[None, :] / capacity).max(axis=1)).astype(np.int64) + 5
        return np.minimum(self["fleet.count"], needed).tolist()  # type: ignore[no-any-return]


def main() -> None:
    """Solve and answer."""
    with open(sys.argv[1], encoding="utf-8") as file:
        given = json.load(file)
    os.sched_setaffinity(0, given["cpus"])
    answer: dict[str, Any] = {"error": ""}
    try:
        task = Task(given["arrays"], given["seed"], given["cores"], given["until"])
        engine: Any = import_module(f"peer_{given['engine']}")
        answer |= {"version": version(ENGINES[given["engine"]]), "rounds": engine.solve(task)}
    except Exception as fault:  # whatever an engine raises is its answer to that instance
        answer["error"] = f"{type(fault).__name__}: {fault}"[:500]
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
