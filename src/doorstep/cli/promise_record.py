"""`doorstep promise record`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from doorstep.cli.options import AsJson, BrandFolder, Force, Seed, day, price, support_share
from doorstep.cli.promise_backtest import MethodName
from doorstep.cli.terminal import bars, notice, out, print_table

OutFolder = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the record goes.")]
Target = Annotated[
    str, typer.Option(metavar="P", callback=support_share, help="The target in force; 0: as the brand says.")
]
First = Annotated[
    date | None, typer.Option("--from", metavar="DATE", parser=day, help="Only parcels placed on this date or later.")
]
Until = Annotated[
    date | None, typer.Option("--to", metavar="DATE", parser=day, help="Only parcels placed before this date.")
]
DayValue = Annotated[
    str | None,
    typer.Option("--day-value", metavar="PRICE", callback=price, help="What a day less to wait is worth; usually 0."),
]


def record(
    folder: BrandFolder,
    out_folder: OutFolder,
    target: Target = "0",
    first: First = None,
    until: Until = None,
    day_value: DayValue = None,
    method: MethodName = "",
    seed: Seed = 0,
    as_json: AsJson = False,
    force: Force = False,
) -> None:
    """Hold the promises of the past against what became of them: report.html and record.json.

    Each parcel of the history is promised anew by what was known when it was placed.

    \b
    Examples:
      doorstep promise record my-shop --out record
      doorstep promise record my-shop --out record --target 0.95 --from 2026-01-01 --to 2026-07-01 --day-value 0.20

    Exit codes: 0 recorded, 2 the input is refused, 1 anything else.
    """
    from doorstep.files.kinds import millionths
    from doorstep.flows.promise_record import RecordWish, promise_record
    from doorstep.kernels.run import Run

    if first and until and first >= until:
        raise typer.BadParameter(f"{until} is not after --from {first}", param_hint="'--to'")
    target_ppm = millionths(target)
    if target_ppm >= 1_000_000:
        raise typer.BadParameter("no date is certain; ask for less than 1", param_hint="'--target'")
    wish = RecordWish(target_ppm or None, first, until, millionths(day_value) if day_value else 0, method)
    today = date.today()  # noqa: DTZ011
    with bars(not as_json) as progress:
        told = promise_record(folder, out_folder, wish, run=Run(seed=seed, progress=progress), today=today, force=force)
    if as_json:
        print((out_folder / "record.json").read_text(encoding="utf-8"), end="")
        return
    if told["set_aside"]:
        notice(f"{told['set_aside']} parcels contradict themselves and were set aside; record.json says why")
    if not told["n"]:
        notice("no promise was made in this span; the record is empty")
    _say(told)
    out.print(f"open {out_folder / 'report.html'}")


def _say(told: dict[str, object]) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name in ("n", "on_time_rate", "on_time_rate_without_excused", "stated", "mean_promised_days", "pinball_loss"):
        value = told[name]
        table.add_row(name.replace("_", " "), "" if value is None else str(value))
    print_table(table)
