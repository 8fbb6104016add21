"""The product on one instance, in a process of its own as the peers are; the clock is read here, not in the kernel."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.route import arrays

from doorstep import __version__
from doorstep.compute import thread_map
from doorstep.kernels.route.problem import RouteParams
from doorstep.kernels.route.route import route
from doorstep.kernels.run import Run

WRITING_S = 0.25


def solved(given: dict[str, Any]) -> dict[str, Any]:
    """Read, search, and tell the rounds with what they are said to cost."""
    problem = arrays.read(Path(given["arrays"]))
    begun, until = given["begun"], given["until"] - WRITING_S

    def spent() -> float:
        return float((time.monotonic() - begun) / (until - begun))

    with thread_map(given["cores"]) as spread:
        run = Run(given["seed"], map=spread, width=given["cores"], spent=spent)
        found = route(problem, RouteParams(engine=given["as"]), run)
    rounds = [[int(v), one.tolist()] for v, one in zip(found.vehicle, found.rounds(), strict=True)]
    return {
        "rounds": rounds, "told": found.objective, "cost": found.cost, "iterations": found.iterations,
        "engine": found.engine, "version": __version__, "left": found.left.tolist(), "bound": found.lower_bound,
    }  # fmt: skip


def main() -> None:
    """Solve and answer."""
    given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    os.sched_setaffinity(0, given["cpus"])
    answer: dict[str, Any] = {"error": ""}
    try:
        answer |= solved(given)
    except Exception as fault:
        answer["error"] = f"{type(fault).__name__}: {fault}"[:500]
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
