"""Facility location against published optima: `python -m benchmarks.position.facility [--seconds 60] [--peers]`.

OR-Library cap*, capa-c with their capacities and TBED1 (several sources), Holmberg and Yang (one source), from
DOORSTEP_DATA. The values published with TBED1 are those of several sources, though it stands among the sets of one.
Costs are scaled to integers; they are told as the sets have them. `--peers`: HiGHS with the strong formulation and as
long a time. Seconds are of CPU, and the limit is, too.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
import platform
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import process_time

import numpy as np
import scipy

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.position.check import check
from doorstep.kernels.position.core import solve_core
from doorstep.kernels.position.facility import facility
from doorstep.kernels.position.lagrangian import Branch
from doorstep.kernels.position.problem import FacilityParams, FacilityProblem
from doorstep.kernels.run import Run

SCALE = 10_000  # of the costs of the sets
Named = tuple[str, FacilityProblem, float]


def main() -> None:
    """Print a row for each instance."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--seconds", type=float, default=60.0)
    asked.add_argument("--peers", action="store_true")
    asked.add_argument("--only", default="")
    told = asked.parse_args()
    data = Path(os.environ["DOORSTEP_DATA"])
    print(
        f"{platform.machine()}; Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}"
    )
    print(f"{'instance':20} {'cost':>16} {'bound':>16} {'proven %':>9} {'to optimum %':>12} {'nodes':>6} {'cpu s':>7}")
    worst, proven, count, solved = 0.0, 0, 0, 0
    for name, problem, optimum in (*capacitated(data), *single(data)):
        if told.only not in name:
            continue
        count += 1
        gap = row(name, problem, optimum, told.seconds)
        if gap is not None:
            solved, worst = solved + (gap[0] < 1e-4), max(worst, gap[0])
            proven += gap[1] < 0.1
        if told.peers:
            peer(name, problem, optimum, told.seconds)
    print(f"{count} instances: {solved} at the published optimum, worst {worst:.4f} %; {proven} proven within 0.1 %")


def row(name: str, problem: FacilityProblem, optimum: float, seconds: float) -> tuple[float, float] | None:
    """Solve one and print it: how far it is from the optimum, and from its own bound, in percent."""
    start = process_time()
    params = FacilityParams(core_seconds=seconds)  # of wall time, where the limit is one of CPU
    try:
        found = facility(problem, params, Run(spent=lambda: (process_time() - start) / seconds))
    except InvalidProblem as why:
        print(f"{name:20} {why}")
        return None
    spent = process_time() - start
    assert check(problem, found) == (), check(problem, found)
    cost, bound = found.cost_minor / SCALE, found.lower_bound_minor / SCALE
    gap, off = found.gap_ppm / 1e4, 100 * (cost - optimum) / optimum
    told = f"{gap:9.4f} {off:12.4f} {found.nodes:6} {spent:7.2f}"
    print(f"{name:20} {cost:16,.2f} {bound:16,.2f} {told}", flush=True)
    return max(0.0, off), gap


def peer(name: str, problem: FacilityProblem, optimum: float, seconds: float) -> None:
    """The same by HiGHS alone: one source by whole variables; several are not comparable in this form."""
    if not problem.single_source:
        return
    nothing = np.zeros(problem.sites, np.bool_)
    start = process_time()
    everything = np.ones(problem.cost_minor.shape, np.bool_)
    found = solve_core(problem, Branch(nothing, nothing), everything, seconds, 10**9)
    spent = process_time() - start
    if found.share is None:
        print(f"  HiGHS {name:12} nothing found {spent:7.2f}", flush=True)
        return
    fixed = problem.fixed_cost_minor[found.share.any(axis=1)].sum()
    cost = float(fixed + (found.share * problem.cost_minor).sum()) / SCALE
    bound = found.bound / SCALE
    told = f"{100 * (cost - bound) / cost:9.4f} {100 * (cost - optimum) / optimum:12.4f} {'':6} {spent:7.2f}"
    print(f"  HiGHS {name:12} {cost:16,.2f} {bound:16,.2f} {told}", flush=True)


def capacitated(data: Path) -> Iterator[Named]:
    """OR-Library: those whose capacity binds nobody, and capa to capc with theirs."""
    for one in _rows(data / "facility_cap" / "optimal.csv"):
        yield one["instance"], _cap(data, one["instance"], None), float(one["optimal_value"])
    for one in _rows(data / "facility_cap" / "optimal_capacitated.csv"):
        capacity = int(one["capacity"])
        name = f"{one['instance']} {capacity}"
        yield name, _cap(data, one["instance"], capacity), float(one["optimal_value"])
    for name, problem, optimum in _set(data / "facility_sscflp" / "tbed1_tb1"):
        yield name, replace(problem, single_source=False), optimum


def _cap(data: Path, name: str, capacity: int | None) -> FacilityProblem:
    words = _words(data / "facility_cap" / f"{name}.txt.gz")
    sites, customers = int(words[0]), int(words[1])
    fixed = np.array(words[3 : 2 + 2 * sites : 2], np.float64)
    rest = np.array(words[2 + 2 * sites :], np.float64).reshape(customers, 1 + sites)
    demand = np.rint(rest[:, 0]).astype(np.int64)
    room = words[2 : 2 + 2 * sites : 2]
    holds = [capacity or (int(demand.sum()) if one == "capacity" else int(one)) for one in room]
    return FacilityProblem(np.array(holds), _scaled(fixed), demand, _scaled(rest[:, 1:].T))


def single(data: Path) -> Iterator[Named]:
    """Holmberg and Yang."""
    for name in ("holmberg", "yang"):
        yield from _set(data / "facility_sscflp" / name)


def _set(folder: Path) -> Iterator[Named]:
    for one in _rows(folder / "optimal.csv"):
        yield f"{folder.name} {one['instance']}", _single(folder, one["instance"]), float(one["optimal_value"])


def _single(folder: Path, name: str) -> FacilityProblem:
    words = _words(folder / f"{name}.gz")
    sites, customers = int(words[0]), int(words[1])
    values = np.array(words[2:], np.float64)
    if folder.name.startswith("tbed1"):
        demand, room, fixed, cost = np.split(values, [customers, customers + sites, customers + 2 * sites])
    else:
        pairs, demand, cost = np.split(values, [2 * sites, 2 * sites + customers])
        room, fixed = pairs[0::2], pairs[1::2]
    served = cost[: sites * customers].reshape(sites, customers)
    if folder.name.startswith("tbed1"):  # a unit's cost there, a whole customer's in the other sets
        served = served * demand
    whole = np.rint(room).astype(np.int64), np.rint(demand).astype(np.int64)
    return FacilityProblem(whole[0], _scaled(fixed), whole[1], _scaled(served), True)


def _scaled(values: np.ndarray) -> np.ndarray:
    return np.asarray(np.rint(values * SCALE).astype(np.int64))


def _words(path: Path) -> list[str]:
    with gzip.open(path, "rt") as file:
        return file.read().replace("\0", "").split()


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    main()
