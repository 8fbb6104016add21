"""`doorstep insight demand`."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from doorstep.cli.options import AsJson, BrandFolder, Force, day
from doorstep.cli.terminal import EXIT_SOME_UNPLANNED, bars, notice, out, print_table

EXIT_NOT_PUBLISHED = EXIT_SOME_UNPLANNED
OutFolder = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the forecast goes.")]
AsOf = Annotated[
    date, typer.Option("--as-of", metavar="D", parser=day, help="Foresee from this day on, by what was ordered before.")
]
Weeks = Annotated[int, typer.Option("--weeks", metavar="H", min=1, max=104, help="How many weeks to foresee.")]
Origins = Annotated[
    int, typer.Option("--origins", metavar="N", min=1, max=104, help="Past weeks from which the choice is judged.")
]
InForce = Annotated[
    Path | None,
    typer.Option("--in-force", metavar="DIR", help="A former output that serves until now; what DIR holds by default."),
]


def demand(
    folder: BrandFolder,
    as_of: AsOf,
    out_folder: OutFolder,
    weeks: Weeks = 8,
    origins: Origins = 13,
    in_force: InForce = None,
    as_json: AsJson = False,
    force: Force = False,
) -> None:
    """Foresee weekly demand by sku, or category where it is sparse, and region, with quantiles.

    A way of foreseeing that did worse than seasonal-naive, or than the one in force, does not serve.

    \b
    Examples:
      doorstep insight demand my-shop --as-of 2026-10-01 --weeks 8 --out demand

    Exit codes: 0 done, 3 what was learned is refused and another serves, 2 the input is refused, 1 anything else.
    """
    from doorstep.flows.insight_demand import DemandWish, insight_demand
    from doorstep.kernels.run import Run

    wish = DemandWish(as_of, weeks, origins, in_force)
    with bars(not as_json) as progress:
        told = insight_demand(folder, out_folder, wish, run=Run(progress=progress), force=force)
    if as_json:
        print(json.dumps(told))
    else:
        _say(told, out_folder)
    if not told["published"]:
        raise typer.Exit(EXIT_NOT_PUBLISHED)


def _say(told: dict[str, Any], out_folder: Path) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("backtest", "MASE", "of medians", "pinball", "below q90", "at or below"):
        table.add_column(name, justify="left" if name == "backtest" else "right", no_wrap=True)
    for row in told["backtest"]:
        tenth = next((one for one in row["covered"] if one["quantile"] == 0.9), None)
        ends = ("-", "-") if tenth is None else (f"{tenth['below']:.1%}", f"{tenth['at_or_below']:.1%}")
        mase = ("-" if row[name] is None else f"{row[name]:.3f}" for name in ("mase", "mase_median"))
        table.add_row(row["model"].replace("_", " "), *mase, f"{row['pinball']:.4f}", *ends)
    print_table(table)
    out.print(
        f"{told['units_foreseen']:,.0f} units in {told['weeks']} weeks from {told['from']}, {told['series']:,} series"
    )
    if not told["series"]:
        notice("no whole week of orders lies before that day, so nothing can be foreseen; the report is empty")
    verdict = told["verdict"]
    if told["published"]:
        out.print(f"published: {verdict['reason']}")
    else:
        words = verdict["cause"].replace("_", " ")
        notice(f"refused ({words}), {told['served'].replace('_', ' ')} serves: {verdict['reason']}")
    out.print(f"open {out_folder / 'report.html'}")
