"""`doorstep commitments`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from doorstep.cli.options import AsJson, BrandFolder, Force, Seed, day, folder
from doorstep.cli.terminal import bars, notice, out, print_table

OutFolder = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where shares and prices go.")]
AsOf = Annotated[
    date, typer.Option("--as-of", metavar="DATE", parser=day, help="Nothing placed on this date or later is read.")
]
Months = Annotated[int, typer.Option(metavar="M", min=1, max=60, help="Months before it that weeks are drawn from.")]
Scenarios = Annotated[int, typer.Option(metavar="N", min=1, max=200, help="Courses that the future may take.")]
Replays = Annotated[int, typer.Option(metavar="N", min=0, max=24, help="Past periods to replay, at most.")]
With = Annotated[
    list[Path] | None,
    typer.Option("--with", metavar="FOLDER", parser=folder, help="Another brand of the operator; may be repeated."),
]


def commitments(
    folder: BrandFolder,
    out_folder: OutFolder,
    as_of: AsOf,
    months: Months = 6,
    scenarios: Scenarios = 20,
    replays: Replays = 3,
    others: With = None,
    seed: Seed = 0,
    as_json: AsJson = False,
    force: Force = False,
) -> None:
    """Plan what was promised to carriers: rebates, minimums, caps, growth; shares, shadow prices, regret.

    Writes shares.csv, prices.csv, commitment_prices.csv, regret.csv, summary.json and report.html into DIR. Put
    commitment_prices.csv into the brand folder, and `doorstep plan` weighs parcels by it.

    \b
    Examples:
      doorstep commitments my-shop --as-of 2026-11-01 --out commitments
      doorstep commitments my-shop --with my-other-shop --as-of 2026-11-01 --months 12 --out commitments --json

    Exit codes: 0 planned, 2 the input is refused, 1 anything else.
    """
    from doorstep.flows.commitments import CommitWish, commitments_folder
    from doorstep.kernels.run import Run

    wish = CommitWish(as_of, months, scenarios, replays)
    with bars(not as_json) as progress:
        told = commitments_folder(
            folder, out_folder, wish, run=Run(seed=seed, progress=progress), others=others or (), force=force
        )
    if as_json:
        print((out_folder / "summary.json").read_text(encoding="utf-8"), end="")
        return
    for one in told["notices"] if isinstance(told["notices"], list) else ():
        notice(one)
    _say(told)
    out.print(f"open {out_folder / 'report.html'}")


def _say(told: dict[str, object]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name in ("commitments", "expected_parcels", "expected_cost", "cheapest_cost", "gap_pct", "periods"):
        table.add_row(name.replace("_", " "), str(told[name]))
    print_table(table)
