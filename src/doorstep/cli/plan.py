"""`doorstep plan`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer
from rich.table import Table

from doorstep.cli.terminal import EXIT_SOME_UNPLANNED, bars, out
from doorstep.compute import local_map
from doorstep.flows.plan_folder import Planned, Selection, plan_folder
from doorstep.kernels.run import Run

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]


def plan(
    folder: Annotated[Path, typer.Argument(help="The brand folder.")],
    out_folder: Annotated[Path, typer.Option("--out", help="Where the plan goes.")],
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Orders placed from it.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Orders placed before it.")
    ] = None,
    now: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%dT%H:%M:%S%z"], help="No parcel leaves before it (2026-10-15T12:00:00+0200)."),
    ] = None,
    documents: Annotated[bool, typer.Option(help="Write report.html.")] = True,
    seed: Annotated[int, typer.Option(min=0, help="Equal seeds give equal plans.")] = 0,
    iterations: Annotated[int | None, typer.Option(min=0, help="Improvement steps, in place of the default.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; all cores by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print summary.json.")] = False,
    force: Annotated[bool, typer.Option(help="Replace what is at --out.")] = False,
) -> None:
    """Plan the orders of a brand folder: site, split, carton, service and date of each."""
    selection = Selection(first.date() if first else None, until.date() if until else None)
    with bars(not as_json) as progress, local_map(workers) as spread:
        planned = plan_folder(
            folder,
            out_folder,
            selection=selection,
            run=Run(seed=seed, iterations=iterations, progress=progress, map=spread),
            stopwatch=perf_counter,
            now=now,
            documents=documents,
            force=force,
        )
    if as_json:
        print(json.dumps(planned.summary))
    else:
        out.print(totals(planned))
        _say_where(out_folder, planned, documents)
    if planned.result.plan.figures.unplanned:
        raise typer.Exit(EXIT_SOME_UNPLANNED)


def totals(planned: Planned) -> Table:
    """The plan beside the rule that most shops use."""
    summary, figures = planned.summary, planned.result.plan.figures
    baseline, currency = planned.result.baseline, str(planned.summary["currency"])
    table = Table(title=None, box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    table.add_column("plan", justify="right", style="bold")
    table.add_column("nearest, then cheapest", justify="right")
    for label, mine, rule in (
        ("orders", f"{figures.orders:,}", f"{baseline.orders:,}"),
        ("unplanned", f"{figures.unplanned:,}", f"{baseline.unplanned:,}"),
        ("parcels", f"{figures.parcels:,}", f"{baseline.parcels:,}"),
        (
            f"cost per parcel, {currency}",
            f"{summary['cost_per_parcel']:.2f}",
            f"{summary['baseline_cost_per_parcel']:.2f}",
        ),
        (
            f"cost per planned order, {currency}",
            f"{summary['cost_per_order']:.2f}",
            f"{summary['baseline_cost_per_order']:.2f}",
        ),
        ("mean promised days", f"{figures.mean_promised_days:.2f}", f"{baseline.mean_promised_days:.2f}"),
        ("expected on time, of all orders", f"{figures.expected_on_time:.1%}", f"{baseline.expected_on_time:.1%}"),
        ("split, of planned orders", f"{figures.split_rate:.1%}", f"{baseline.split_rate:.1%}"),
        (f"objective, {currency}", f"{summary['objective']:,.2f}", f"{summary['baseline_objective']:,.2f}"),
        (f"lower bound, {currency}", f"{summary['lower_bound']:,.2f}", ""),
        ("gap to the bound", f"{summary['gap_pct']:.2f}%", ""),
        ("saving", f"{summary['saving_pct']:.2f}%", ""),
        ("orders per second", f"{summary['orders_per_second']:,.0f}", ""),
    ):
        table.add_row(label, mine, rule)
    return table


def _say_where(folder: Path, planned: Planned, documents: bool) -> None:
    unplanned = planned.result.plan.figures.unplanned
    if unplanned:
        out.print(f"{unplanned:,} left unplanned, each with its reason: {folder / 'unplanned.csv'}", soft_wrap=True)
    if documents:
        out.print(f"open [bold]{folder / 'report.html'}[/]", soft_wrap=True)
