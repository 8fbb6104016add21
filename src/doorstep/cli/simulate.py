"""`doorstep simulate`."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from doorstep.cli.at_work import spread_over
from doorstep.cli.options import AsJson, BrandFolder, Force, Seed
from doorstep.cli.plan import First, Until, Workers
from doorstep.cli.terminal import bars, notice, out, print_table

if TYPE_CHECKING:
    from doorstep.flows.simulate import Simulated
    from doorstep.kernels.run import Progress
    from doorstep.kernels.simulate.problem import Policy, SimulateParams

MOST_SEEDS = 1_000
OutFolder = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the answer goes.")]
Policies = Annotated[
    str,
    typer.Option(
        "--policy",
        metavar="NAMES",
        help="Policies, separated by commas; the others are compared with the first. By default the first five named.",
    ),
]
ScenarioFile = Annotated[Path | None, typer.Option("--scenario", metavar="FILE", help="Changes of the world, as TOML.")]
Seeds = Annotated[
    int, typer.Option(metavar="N", min=1, max=MOST_SEEDS, help="Runs of all of it, with seeds that follow one another.")
]
Patience = Annotated[
    int, typer.Option(metavar="DAYS", min=0, max=60, help="Days on which an order that was left is tried again.")
]
Fast = Annotated[
    bool,
    typer.Option(
        "--fast",
        help="For very many orders: by tables of what parcels cost and prices of what is short; its error is told.",
    ),
]
FastDays = Annotated[int, typer.Option(metavar="N", min=0, max=60, help="Days on which --fast is held against plan.")]
Batches = Annotated[int, typer.Option(metavar="N", min=1, max=24, help="How often a day is planned.")]


def simulate(
    folder: BrandFolder,
    out_folder: OutFolder,
    first: First = None,
    until: Until = None,
    policy: Policies = "",
    scenario: ScenarioFile = None,
    seed: Seed = 0,
    seeds: Seeds = 1,
    patience: Patience = 3,
    batches: Batches = 1,
    fast: Fast = False,
    fast_days: FastDays = 5,
    workers: Workers = None,
    as_json: AsJson = False,
    force: Force = False,
) -> None:
    """Let several policies serve the same orders, day by day, out of the same stock: report.html and simulate.json.

    Policies: plan, nearest, priority, fewest_splits, distance_then_rate; and plan_alone, which decides order by order,
    plan_priced, which does so at prices of what is short, learned before, and fast, as of --fast. Orders of a day are
    planned at its end; stock falls with what is planned and rises with inbound.csv, and with what a scenario orders
    anew. Parcels meet the same fate whoever sends them. With a scenario, director.html tells on one page what it
    changes and what to do.

    \b
    Examples:
      doorstep simulate my-shop --from 2026-10-01 --to 2026-11-01 --out simulation
      doorstep simulate my-shop --policy plan,nearest --scenario strike.toml --seeds 5 --out simulation
      doorstep simulate my-shop --fast --scenario new-site.toml --out simulation

    Exit codes: 0 simulated, 2 the input is refused, 1 anything else.
    """
    from doorstep.kernels.simulate.problem import SimulateParams

    if first and until and first >= until:
        raise typer.BadParameter(f"{until} is not after --from {first}", param_hint="'--to'")
    if fast and policy:
        raise typer.BadParameter("a fast simulation has a policy of its own", param_hint="'--fast'")
    chosen = _policies("fast" if fast else policy)
    params = SimulateParams(patience_days=patience, batches_per_day=batches, seeds=seeds, fast_days=fast_days)
    with bars(not as_json) as progress:
        simulated = _simulated(
            folder, out_folder, (first, until), chosen, scenario, params, seed, workers, force, progress
        )
    if as_json:
        print((out_folder / "simulate.json").read_text(encoding="utf-8"), end="")
        return
    if not simulated.result.world.problem.orders:
        notice("no order is among those asked for; nothing was simulated")
    _say(simulated)
    if scenario:
        out.print(f"open {out_folder / 'director.html'}")
    out.print(f"open {out_folder / 'report.html'}")


def _policies(text: str) -> tuple[Policy, ...]:
    from doorstep.kernels.simulate.problem import POLICIES, USUAL_POLICIES

    names = [name.strip() for name in text.split(",")] if text else list(USUAL_POLICIES)
    found = [known for name in names for known in POLICIES if known == name]
    if len(found) < len(names):
        wrong = next(name for name in names if name not in POLICIES)
        raise typer.BadParameter(f"{wrong!r} is not one of {', '.join(POLICIES)}", param_hint="'--policy'")
    if len(set(found)) < len(found):
        raise typer.BadParameter(f"{text!r} names a policy twice", param_hint="'--policy'")
    return tuple(found)


def _simulated(
    folder: Path,
    out_folder: Path,
    span: tuple[date | None, date | None],
    policies: tuple[Policy, ...],
    scenario: Path | None,
    params: SimulateParams,
    seed: int,
    workers: int | None,
    force: bool,
    progress: Progress,
) -> Simulated:
    # Loaded here: compiled kernels take a second to load, and the other commands have no need of them.
    from doorstep.cli.first_run import NOTICE, must_compile
    from doorstep.flows.plan_folder import Selection
    from doorstep.flows.simulate import simulate_folder
    from doorstep.kernels.run import Run

    if must_compile():
        notice(NOTICE)
    width = workers or os.cpu_count() or 1
    with spread_over(workers) as spread:
        return simulate_folder(
            folder,
            out_folder,
            selection=Selection(*span),
            run=Run(seed=seed, progress=progress, map=spread, width=width),
            stopwatch=perf_counter,
            policies=policies,
            scenario=scenario,
            params=params,
            force=force,
        )


def _say(simulated: Simulated) -> None:
    """Print the figures of each policy side by side."""
    from doorstep.documents.report.simulate_report import SHOWN, figure_text

    result = simulated.result
    currency = result.world.problem.brand.currency
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for one in result.outcomes:
        table.add_column(one.policy, justify="right", no_wrap=True)
    for name, words in SHOWN:
        table.add_row(words, *(figure_text(name, one.figures[name], currency) for one in result.outcomes))
    print_table(table)
