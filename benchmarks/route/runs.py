"""One engine on one instance: a process of its own, so many wall seconds from its birth, measured and judged."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.route import arrays
from benchmarks.route.sets import Case
from benchmarks.route.solutions import made

from doorstep.kernels.route.check import check
from doorstep.kernels.route.problem import RouteProblem

HERE = Path(__file__).parent
PEERS = ("pyvrp", "ortools", "vroom")
OWN = {"own": "", "own-own": "own", "own-pyvrp": "pyvrp"}
"""What `route` is told of its engine."""
LOOK_S = 0.2
WARM_S = 400.0


@dataclass(frozen=True)
class Terms:
    """What every engine is given alike."""

    seconds: float
    cores: int
    grace_s: float
    peer_python: str


@dataclass
class Outcome:
    """What came of a run. `status`: valid; incomplete, stops were left; invalid; killed; none, it gave no answer."""

    set: str
    instance: str
    engine: str
    seed: int
    seconds: float
    cores: int
    status: str = "none"
    cost: int | None = None
    best: int | None = None
    routes: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_mb: float = 0.0
    why: list[str] = field(default_factory=list)
    version: str = ""
    iterations: int = 0

    def record(self) -> dict[str, Any]:
        """As a line of JSON."""
        gap = None if self.cost is None or not self.best else 100 * (self.cost - self.best) / self.best
        return asdict(self) | {"gap_pct": gap}


def run(case: Case, problem: RouteProblem, engine: str, seed: int, terms: Terms) -> Outcome:
    """Run one engine once, and have the verifier look at what it answers."""
    outcome = Outcome(case.of, case.name, engine, seed, terms.seconds, terms.cores, best=case.best)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "problem.npz"
        arrays.write(file, problem)
        text = _process(outcome, Path(folder), file, terms)
    if outcome.status == "killed":
        return outcome
    if not text.strip().endswith("}"):
        return outcome  # it died, and its last words are kept
    answer: dict[str, Any] = json.loads(text.splitlines()[-1])
    outcome.version, outcome.iterations = answer.get("version", ""), answer.get("iterations", 0)
    if answer["error"]:
        outcome.why = [answer["error"]]
        return outcome
    _judge(outcome, problem, answer)
    return outcome


def _process(outcome: Outcome, folder: Path, file: Path, terms: Terms) -> str:
    own = outcome.engine in OWN
    script = ["-m", "benchmarks.route.own_process"] if own else [str(HERE / "peer_process.py")]
    alone = {name: str(terms.cores) for name in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    cpus = idlest(terms.cores)
    begun = time.monotonic()
    task = {
        "engine": outcome.engine, "as": OWN.get(outcome.engine, ""), "arrays": str(file), "seed": outcome.seed,
        "cores": terms.cores, "cpus": cpus, "begun": begun, "until": begun + terms.seconds,
    }  # fmt: skip
    (folder / "task.json").write_text(json.dumps(task), encoding="utf-8")
    with (folder / "answer").open("wb") as out, (folder / "errors").open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable if own else terms.peer_python, *script, str(folder / "task.json")],
            stdout=out, stderr=errors, env=os.environ | alone, start_new_session=True,
        )  # fmt: skip
        watched = _Watch(process.pid)
        late = threading.Timer(terms.seconds + terms.grace_s, os.killpg, (process.pid, signal.SIGKILL))
        late.start()
        _, status, used = os.wait4(process.pid, 0)
        outcome.wall_s = time.monotonic() - begun
        late.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
    outcome.cpu_s = used.ru_utime + used.ru_stime
    outcome.peak_mb = max(used.ru_maxrss * 1024, watched.stop()) / 1e6
    if process.returncode == -signal.SIGKILL and outcome.wall_s >= terms.seconds:
        outcome.status = "killed"
        outcome.why = [f"no answer {terms.grace_s:g} s after its time"]
    elif process.returncode:
        words = (folder / "errors").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        outcome.why = [f"ended with {process.returncode}: {words[-1][:300] if words else ''}"]
    return (folder / "answer").read_text(encoding="utf-8")


def idlest(cores: int) -> list[int]:
    """The processors that did least in the last moment, of those that may be used."""
    before = _busy()
    time.sleep(LOOK_S)
    worked = {cpu: busy - before.get(cpu, 0) for cpu, busy in _busy().items()}
    return sorted(os.sched_getaffinity(0), key=lambda cpu: (worked.get(cpu, 0), cpu))[:cores]


def _busy() -> dict[int, int]:
    """Ticks that each processor has worked."""
    found = {}
    for line in Path("/proc/stat").read_text(encoding="ascii").splitlines():
        name, *ticks = line.split()
        if name.startswith("cpu") and name != "cpu":
            numbers = [int(one) for one in ticks]
            found[int(name[3:])] = sum(numbers) - numbers[3] - numbers[4]
    return found


def warm(case: Case, problem: RouteProblem, engine: str, terms: Terms) -> Outcome:
    """A run whose time does not count, so that compiled code is there when it does."""
    return run(case, problem, engine, 0, replace(terms, seconds=2.0, grace_s=WARM_S))


class _Watch:
    """The most memory that a session of processes held at once, looked at now and then."""

    def __init__(self, session: int) -> None:
        self._session, self._over, self._most = session, threading.Event(), 0
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(LOOK_S):
            self._most = max(self._most, sum(_resident(pid) for pid in _of_session(self._session)))

    def stop(self) -> int:
        """Bytes."""
        self._over.set()
        self._thread.join()
        return self._most


def _of_session(session: int) -> list[int]:
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal():
            try:
                if os.getsid(int(entry.name)) == session:
                    found.append(int(entry.name))
            except OSError:
                continue  # it has ended
    return found


def _resident(pid: int) -> int:
    """Bytes of a process; what several hold together is shared out among them."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)


def _judge(outcome: Outcome, problem: RouteProblem, answer: dict[str, Any]) -> None:
    result = made(problem, answer["rounds"])
    faults = [fault for fault in check(problem, result) if not (fault.code == "objective" and len(result.unserved))]
    outcome.cost, outcome.routes = result.objective, len(result.vehicle)
    outcome.why = [str(fault) for fault in faults[:3]]
    if not faults and "told" in answer and not len(result.unserved) and answer["told"] != result.objective:
        outcome.why = [f"objective: {answer['told']} is told, {result.objective} is reckoned"]
    if outcome.why:
        outcome.status = "invalid"
    elif len(result.unserved):
        outcome.status, outcome.why = "incomplete", [f"{len(result.unserved)} stops left"]
    else:
        outcome.status = "valid"
