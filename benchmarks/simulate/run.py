"""Whole simulations through the command line: each policy by itself, then all together, with seconds and memory.

python -m benchmarks.simulate.run [--orders N ...] [--workers W] [--verify N] [--folders DIR]

Instances: orders drawn from a month of the public Olist data, or, without it, the demonstration brand, whose orders are
of one day. Every run is a process of its own, kernels compiled beforehand. Instances of at most --verify orders are
simulated again in this process and given to the verifier, with each batch's plan.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from doorstep.files.folder import read_folder
from doorstep.flows.plan_folder import problem_of
from doorstep.kernels.simulate.check import check
from doorstep.kernels.simulate.problem import POLICIES, USUAL_POLICIES, SimulateParams, SimulateProblem
from doorstep.kernels.simulate.simulate import simulate

ROOT = Path(__file__).resolve().parents[2]
AS_OF, SITES, SEED = "2018-03-01", 10, 1


def main() -> None:
    """Print one row per instance and policy."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--policies", nargs="*", choices=POLICIES, default=list(USUAL_POLICIES))
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--verify", type=int, default=2_000, help="most orders of an instance that is verified")
    parser.add_argument("--folders", type=Path, help="keep the brand folders here and use them again")
    options = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, {options.workers} workers, wall seconds")
    heads = ("orders", ">8"), ("policy", "20"), ("wall", ">8"), ("simulating", ">10"), ("MB", ">6"), ("planned", ">8")
    print(" ".join(f"{head:{wide}}" for head, wide in (*heads, ("objective", ">16"), ("lost", ">5"))))
    with tempfile.TemporaryDirectory() as made:
        folders = options.folders or Path(made)
        folders.mkdir(parents=True, exist_ok=True)
        for orders in options.orders:
            folder = make(folders, orders)
            together = [options.policies] if options.policies[1:] else []
            for policies in [*([one] for one in options.policies), *together]:
                print(row(folder, orders, policies, Path(made), options.workers), flush=True)
            if orders <= options.verify:
                print(f"{orders:8,} faults found by the verifier: {faults(folder)}")


def make(folders: Path, orders: int) -> Path:
    """Make a brand folder, unless it is there."""
    data = Path(os.environ.get("DOORSTEP_DATA", ROOT.parent / "shared" / "data")) / "olist"
    folder = folders / f"{'olist' if data.is_dir() else 'demo'}-{orders}"
    if folder.exists():
        return folder
    if data.is_dir():
        doorstep("import", "olist", data, "--as-of", AS_OF, "--sites", SITES, "--scale", orders, folder)
    else:
        doorstep("demo-brand", folder, "--orders", orders, "--seed", SEED)
    return folder


def doorstep(*words: object) -> str:
    """Run the command line."""
    call = [sys.executable, "-m", "doorstep.cli.main", *map(str, words)]
    done = subprocess.run(call, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"doorstep {' '.join(map(str, words))} ended with {done.returncode}: {done.stderr}")
    return done.stdout


def row(folder: Path, orders: int, policies: list[str], work: Path, workers: int) -> str:
    """Simulate once and lay the figures in a row; of several policies those of the first."""
    names = ",".join(policies)
    words = ("--out", work / "out", "--force", "--json", "--workers", workers)
    started = perf_counter()
    told: dict[str, Any] = json.loads(doorstep("simulate", folder, "--policy", names, *words))
    wall = perf_counter() - started
    first = told["policies"][policies[0]]
    name = policies[0] if len(policies) == 1 else f"all {len(policies)}"
    return (
        f"{orders:8,} {name:20} {wall:8.1f} {told['seconds']:10.1f} {told['peak_memory_mb']:6,.0f} "
        f"{first['planned']:8,} {first['objective']:16,.2f} {first['stockouts']:5,}"
    )


def faults(folder: Path) -> int:
    """Count what the independent verifier finds wrong."""
    brand = read_folder(folder)
    problem, params = SimulateProblem(problem_of(brand, brand.orders)), SimulateParams(keep_plans=True)
    return len(check(problem, params, simulate(problem, params)))


if __name__ == "__main__":
    main()
