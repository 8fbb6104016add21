"""Ten networks, each drawn several times: distance from the bound, what is left, and the saving against usual rules.

python -m benchmarks.plan.gaps [NAME ...] [--draws N] [--folders DIR] [--verify]

Every rule chooses on the same quotes, stock and capacities as the plan, in the order of placing. The *best rule* of a
draw is the one with the least objective. *Saving* is what the plan's objective lies under that of the best rule, with
the 95% interval of Student's t over the draws; *of the planned* compares cost per planned order, so that the price of
an order left is out of it. *On time* is expected, over all orders: one that is left is not on time.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from time import process_time

import numba
import numpy as np
from benchmarks.plan.networks import NETWORKS, Network, data_root, drawn, write_network

from doorstep.domain.plan import Figures
from doorstep.files.folder import read_folder
from doorstep.flows.plan_folder import problem_of
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.assemble import figures, pick_parcels
from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.plan import PlanParams, PlanProblem, lay_out, plan, settle
from doorstep.kernels.run import Run
from doorstep.kernels.simulate.intervals import over_seeds
from doorstep.kernels.simulate.rules import RULES

AIM_PCT = {"deep": 0.2, "short": 1.5, "room": 3.0}
AIM_SAVING_PCT = 6.0  # on lumpy short stock


@dataclass(frozen=True)
class Drawn:
    """What one draw of a network gave."""

    plan: Figures
    bound_minor: int
    rules: dict[str, Figures]
    seconds: float  # CPU of quoting and assigning
    faults: int  # -1: not verified

    @property
    def best(self) -> Figures:
        """The rule with the least objective."""
        return min(self.rules.values(), key=lambda one: one.objective_minor)

    @property
    def gap_pct(self) -> float:
        return 100 * (1 - self.bound_minor / self.plan.objective_minor)

    @property
    def saving_pct(self) -> float:
        return 100 * (1 - self.plan.objective_minor / self.best.objective_minor)

    @property
    def saving_of_planned_pct(self) -> float:
        return 100 * (1 - _each(self.plan) / _each(self.best))


def main() -> None:
    """Print one row per network."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="networks; none: all")
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--folders", type=Path, help="keep the brand folders here and use them again")
    parser.add_argument("--verify", action="store_true", help="give the first draw's plan to the verifier")
    options = parser.parse_args()
    if not (data_root() / "packing_orders").is_dir():
        sys.exit(f"no public data in {data_root()}: nothing is measured")
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, numpy {np.__version__}, "
        f"numba {numba.__version__}; {options.draws} draws, one process, CPU seconds of quoting and assigning"
    )
    print(
        f"{'network':13} {'orders':>6} {'left':>5} {'gap':>6} {'worst':>6} {'aim':>5} {'CPU s':>6} {'on time':>7} "
        f"{'best rule':18} {'left':>6} {'on time':>7} {'saving':>7} {'95% interval':>15} {'of the planned':>14} faults"
    )
    with tempfile.TemporaryDirectory() as made:
        for network in NETWORKS:
            if not options.names or network.name in options.names:
                print(_row(network, options.folders or Path(made), options.draws, options.verify), flush=True)


def _row(network: Network, folders: Path, draws: int, verify: bool) -> str:
    each = [measure(network, folders, draw, verify and draw == 0) for draw in range(draws)]
    saving = over_seeds([one.saving_pct for one in each], 0.95)
    interval = f"{saving.low:6.2f} to {saving.high:5.2f}" if saving else "-"
    names = sorted({one.best.policy for one in each})
    return (
        f"{network.name:13} {network.orders:6,} {mean(one.plan.unplanned for one in each):5.1f} "
        f"{mean(one.gap_pct for one in each):5.2f}% {max(one.gap_pct for one in each):5.2f}% "
        f"{AIM_PCT[network.kind]:4.1f}% {mean(one.seconds for one in each):6.1f} "
        f"{100 * mean(one.plan.expected_on_time for one in each):6.2f}% {', '.join(names):18} "
        f"{mean(one.best.unplanned for one in each):6.1f} "
        f"{100 * mean(one.best.expected_on_time for one in each):6.2f}% "
        f"{mean(one.saving_pct for one in each):6.2f}% {interval:>15} "
        f"{mean(one.saving_of_planned_pct for one in each):13.2f}% "
        f"{each[0].faults if each[0].faults >= 0 else 'not verified'}"
    )


def measure(network: Network, folders: Path, draw: int, verify: bool) -> Drawn:
    """Plan one draw, and let every rule choose on the same table."""
    problem = problem_at(network, folders, draw)
    params, run = PlanParams(), Run(seed=1)
    laid = lay_out(problem, params, run, PackParams())
    started = process_time()
    table, assignment = settle(laid, params, run)
    seconds = process_time() - started

    def told(choice: np.ndarray, policy: str) -> Figures:
        by_rule = policy != "plan"
        return figures(laid.market, pick_parcels(laid.market, table, laid.book, choice, by_rule), policy)

    return Drawn(
        plan=told(assignment.choice, "plan"),
        bound_minor=assignment.lower_bound_minor,
        rules={name: told(rule(laid.market, table), name) for name, rule in RULES.items()},
        seconds=seconds,
        faults=len(check(problem, plan(problem, params, run).plan)) if verify else -1,
    )


def problem_at(network: Network, folders: Path, draw: int) -> PlanProblem:
    """Read a draw's folder, which is written unless it is there."""
    folder = folders / f"{network.name}-{draw}"
    if not folder.is_dir():
        write_network(drawn(network, draw), folder)
    brand = read_folder(folder)
    return problem_of(brand, brand.orders)


def _each(one: Figures) -> float:
    return one.cost_minor / max(1, one.planned)


if __name__ == "__main__":
    main()
