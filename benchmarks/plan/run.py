"""Whole plans through the command line: speed, memory, cost, bound, and the usual rule beside it.

python -m benchmarks.plan.run [--scale N ...] [--demo N ...] [--workers W] [--repeat R] [--verify N] [--folders DIR]

Instances: the demonstration brand; with the public data, a month of Olist orders and orders drawn from it. Every run is
a process of its own, kernels compiled beforehand. Documents are timed apart: the same plan once with report.html and
once without. Instances of at most --verify orders are planned again in this process and given to the verifier.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numba
import numpy as np

from doorstep.files.folder import read_folder, select_orders
from doorstep.flows.plan_folder import problem_of
from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.plan import plan

ROOT = Path(__file__).resolve().parents[2]
EXIT_SOME_UNPLANNED = 3
AS_OF, MONTH_END, MONTH_SITES, SCALE_SITES, SEED = "2018-03-01", "2018-04-01", 5, 10, 1


def main() -> None:
    """Print one row per instance."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=int, nargs="*", default=[10_000, 100_000], help="Olist orders drawn")
    parser.add_argument(
        "--demo", type=int, nargs="*", default=[2_000, 10_000], help="orders of the demonstration brand"
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--repeat", type=int, default=3, help="runs of an instance; the median of each time is shown")
    parser.add_argument("--verify", type=int, default=20_000, help="most orders of an instance that is verified")
    parser.add_argument("--folders", type=Path, help="keep the brand folders here and use them again")
    options = parser.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, numpy {np.__version__}, "
        f"numba {numba.__version__}; {options.workers} workers, median of {options.repeat} runs, wall seconds"
    )
    with tempfile.TemporaryDirectory() as made:
        folders = options.folders or Path(made)
        instances = make_instances(folders, options.demo, options.scale)
        once(instances[0], Path(made), options.workers, documents=True)  # compiles
        print(
            f"{'instance':18} {'orders':>7} {'unplanned':>9} {'read':>7} {'plan':>7} {'explain':>7} {'report':>7} "
            f"{'orders/s':>8} {'MB':>6} {'objective':>14} {'bound':>14} {'gap':>7} {'rule':>14} {'left':>6} "
            f"{'saving':>7} faults"
        )
        for one in instances:
            print(row(one, Path(made), options.workers, options.repeat, options.verify), flush=True)


@dataclass(frozen=True)
class Instance:
    """Orders of a brand folder, placed from `first` to before `until`; None: all."""

    name: str
    folder: Path
    first: str | None = None
    until: str | None = None

    def words(self) -> list[str]:
        """As the command line asks for them."""
        return [str(self.folder), *(["--from", self.first, "--to", self.until] if self.first and self.until else [])]


def make_instances(folders: Path, demo: list[int], scale: list[int]) -> list[Instance]:
    """Make the brand folders; those already there are used as they are."""
    folders.mkdir(parents=True, exist_ok=True)
    found: list[Instance] = []
    for n in demo:
        found.append(Instance(f"demo {n:,}", folders / f"demo-{n}"))
        make(found[-1].folder, "demo-brand", "--orders", str(n), "--seed", str(SEED))
    data = Path(os.environ.get("DOORSTEP_DATA", ROOT.parent / "shared" / "data")) / "olist"
    if not data.is_dir():
        print(f"no Olist data in {data}: left out")
        return found
    olist = ("import", "olist", str(data), "--as-of", AS_OF, "--sites")
    found.append(Instance("olist month", folders / "olist-month", AS_OF, MONTH_END))
    make(found[-1].folder, *olist, str(MONTH_SITES))
    for n in scale:
        found.append(Instance(f"olist {n:,}", folders / f"olist-{n}"))
        make(found[-1].folder, *olist, str(SCALE_SITES), "--scale", str(n))
    return found


def make(folder: Path, *words: str) -> None:
    """Make a brand folder by a command, unless it is there."""
    if not folder.exists():
        doorstep(*words, str(folder))


def doorstep(*words: str) -> str:
    """Run the command line; a plan that leaves some orders is no failure."""
    done = subprocess.run([sys.executable, "-m", "doorstep.cli.main", *words], capture_output=True, text=True)
    if done.returncode not in (0, EXIT_SOME_UNPLANNED):
        sys.exit(f"doorstep {' '.join(words)} ended with {done.returncode}: {done.stderr}")
    return done.stdout


def once(instance: Instance, work: Path, workers: int, documents: bool) -> dict[str, Any]:
    """One plan; its summary, with the wall seconds of the whole process."""
    words = ["plan", *instance.words(), "--out", str(work / "out"), "--force", "--json", "--workers", str(workers)]
    started = perf_counter()
    doorstep(*words, "--documents" if documents else "--no-documents")
    wall = perf_counter() - started
    summary: dict[str, Any] = json.loads((work / "out" / "summary.json").read_text())
    return summary | {"wall": wall}


def row(instance: Instance, work: Path, workers: int, repeat: int, verify: int) -> str:
    """Time an instance and lay its figures in a row."""
    bare = [once(instance, work, workers, documents=False) for _ in range(repeat)]
    full = once(instance, work, workers, documents=True)
    read, planned, explained = (
        median(run[f"seconds_{stage}"] for run in bare) for stage in ("reading", "planning", "writing")
    )
    one = bare[0]
    if len({(run["objective"], run["lower_bound"]) for run in [*bare, full]}) > 1:
        sys.exit(f"{instance.name}: equal runs gave unequal plans")
    memory = max(run["peak_memory_mb"] for run in [*bare, full])
    return (
        f"{instance.name:18} {one['orders']:7,} {one['unplanned']:9,} {read:7.1f} {planned:7.1f} {explained:7.1f} "
        f"{max(0.0, full['seconds_writing'] - explained):7.1f} {one['orders'] / (read + planned):8,.0f} {memory:6,.0f} "
        f"{one['objective']:14,.2f} {one['lower_bound']:14,.2f} {one['gap_pct']:6.2f}% "
        f"{one['baseline_objective']:14,.2f} {one['baseline_unplanned']:6,} {one['saving_pct']:6.2f}% "
        f"{faults(instance) if one['orders'] <= verify else 'not verified'}"
    )


def faults(instance: Instance) -> int:
    """Count what the independent verifier finds wrong with a plan of the instance."""
    brand = read_folder(instance.folder)
    first, until = (date.fromisoformat(day) if day else None for day in (instance.first, instance.until))
    problem = problem_of(brand, select_orders(brand, first, until))
    return len(check(problem, plan(problem).plan))


if __name__ == "__main__":
    main()
