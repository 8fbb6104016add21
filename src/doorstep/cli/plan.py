"""`doorstep plan`."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.cli.at_work import spread_over
from doorstep.cli.options import MOST_WORKERS, AsJson, BrandFolder, Force, Seed, day, instant, some
from doorstep.cli.terminal import EXIT_SOME_UNPLANNED, bars, notice, out, print_table

if TYPE_CHECKING:
    from doorstep.flows.plan_folder import Planned, Selection
    from doorstep.kernels.run import Progress

OutFolder = Annotated[Path, typer.Option("--out", metavar="OUT", help="Where the plan goes.")]
First = Annotated[
    date | None, typer.Option("--from", metavar="DATE", parser=day, help="Only orders placed on this date or later.")
]
Until = Annotated[
    date | None, typer.Option("--to", metavar="DATE", parser=day, help="Only orders placed before this date.")
]
Now = Annotated[
    datetime | None,
    typer.Option(
        metavar="INSTANT",
        parser=instant,
        help="No parcel leaves before it, no later delivery is known. As in 2026-10-15T12:00:00+02:00.",
    ),
]
Documents = Annotated[bool, typer.Option(help="Write report.html.")]
Sharing = Annotated[
    bool,
    typer.Option(
        "--sharing/--no-sharing",
        help="Let open orders of one customer to one address share parcels where that is cheaper.",
    ),
]
Iterations = Annotated[
    int | None,
    typer.Option(metavar="N", min=0, callback=some, help="Improvement steps, in place of the default."),
]
Workers = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, max=MOST_WORKERS, help="Processes; all cores by default. The plan is the same."),
]


def plan(
    folder: BrandFolder,
    out_folder: OutFolder,
    first: First = None,
    until: Until = None,
    now: Now = None,
    documents: Documents = True,
    sharing: Sharing = True,
    seed: Seed = 0,
    iterations: Iterations = None,
    workers: Workers = None,
    as_json: AsJson = False,
    force: Force = False,
) -> None:
    """Plan the orders of a brand folder: site, split, carton, service and date of each.

    Writes plan.csv, placements.csv, unplanned.csv, decisions.jsonl, summary.json and report.html into OUT. Orders that
    are left and could wait for goods of inbound.csv are told until when.

    \b
    Examples:
      doorstep plan my-shop --out plan
      doorstep plan my-shop --out plan --from 2026-10-15 --to 2026-10-16
      doorstep plan my-shop --out plan --no-documents --json

    Exit codes: 0 every order is planned, 3 some are not, 2 the input is refused, 1 anything else.
    """
    from doorstep.flows.plan_folder import Selection

    if first and until and first >= until:
        raise typer.BadParameter(f"{until} is not after --from {first}", param_hint="'--to'")
    selection, effort = Selection(first, until), (sharing, seed, iterations, workers)
    with bars(not as_json) as progress:
        planned = _planned(folder, out_folder, selection, now, documents, *effort, force, progress)
    if as_json:
        print((out_folder / "summary.json").read_text(encoding="utf-8"), end="")
    else:
        _say(out_folder, planned, documents)
    if planned.result.plan.figures.unplanned:
        raise typer.Exit(EXIT_SOME_UNPLANNED)


def _planned(
    folder: Path,
    out_folder: Path,
    selection: Selection,
    now: datetime | None,
    documents: bool,
    sharing: bool,
    seed: int,
    iterations: int | None,
    workers: int | None,
    force: bool,
    progress: Progress,
) -> Planned:
    # Loaded here: compiled kernels take a second to load, and the other commands have no need of them.
    from doorstep.cli.first_run import NOTICE, must_compile
    from doorstep.flows.plan_folder import plan_folder
    from doorstep.kernels.plan.problem import PlanParams
    from doorstep.kernels.run import Run

    if must_compile():
        notice(NOTICE)
    with spread_over(workers) as spread:
        return plan_folder(
            folder,
            out_folder,
            selection=selection,
            run=Run(seed=seed, iterations=iterations, progress=progress, map=spread),
            stopwatch=perf_counter,
            params=PlanParams(sharing=sharing),
            now=now,
            documents=documents,
            force=force,
        )


def _say(folder: Path, planned: Planned, documents: bool) -> None:
    from doorstep.cli.totals import totals

    figures = planned.result.plan.figures
    if not figures.orders:
        notice("no order is among those asked for; the plan is empty")
    print_table(totals(planned))
    if figures.unplanned:
        out.print(f"{figures.unplanned:,} left unplanned, each with its reason: {folder / 'unplanned.csv'}")
    if planned.summary.get("waiting"):
        out.print(f"{planned.summary['waiting']:,} of them can wait for announced goods, each with its day")
    if documents:
        out.print(f"open {folder / 'report.html'}")
