"""`doorstep insight customers`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from doorstep.cli.options import AsJson, BrandFolder, Force, Seed
from doorstep.cli.promise_fit import AsOf
from doorstep.cli.terminal import bars, notice, out, print_table

OutFolder = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the insights go.")]
Least = Annotated[int, typer.Option("--least", metavar="N", min=2, help="People that a group needs to be told.")]
WORDS = {
    "day_sooner": "a day sooner",
    "next_day": "next-day delivery",
    "pickup": "a locker or pickup point",
    "carbon_kg_less": "a kilogram of CO2e less",
    "place_higher": "a place higher on the page",
}


def customers(
    folder: BrandFolder,
    out_folder: OutFolder,
    as_of: AsOf = None,
    least: Least = 20,
    seed: Seed = 0,
    as_json: AsJson = False,
    force: Force = False,
) -> None:
    """Learn what customers want, say and buy: report.html, summary.json and their tables.

    Reads what is there of choices.csv, survey.csv, contacts.csv, orders.csv, order_lines.csv and history.csv. Nothing
    that happened at --as-of or later is looked at; without it, all is known.

    \b
    Examples:
      doorstep insight customers my-shop --out customers
      doorstep insight customers my-shop --out customers --as-of 2026-11-01 --least 50

    Exit codes: 0 written, 2 the input is refused, 1 anything else.
    """
    from doorstep.flows.insight_customers import insight_customers
    from doorstep.kernels.learn.customers_problem import CustomersParams
    from doorstep.kernels.run import Run

    at = as_of or datetime.now(UTC)
    with bars(not as_json) as progress:
        run = Run(seed=seed, progress=progress)
        told = insight_customers(folder, out_folder, CustomersParams(least), as_of=at, run=run, force=force)
    if as_json:
        print(json.dumps(told))
        return
    _say(told)
    out.print(f"open {out_folder / 'report.html'}")


def _say(told: dict[str, Any]) -> None:
    wants, buying = told["wants"], told["buying"]
    overall = wants["groups"][0]
    if overall["why_not"]:
        notice(f"no value of a day is told: {overall['why_not'].replace('_', ' ')}")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("what is worth", told["currency"], "95% interval"):
        table.add_column(name, justify="left" if name.startswith("what") else "right")
    for name, value in overall["worth"].items():
        ends = "unbounded" if value["low"] is None else f"{value['low']:.2f} to {value['high']:.2f}"
        table.add_row(WORDS[name], f"{value['value']:.2f}", ends)
    if overall["worth"]:
        print_table(table)
    out.print(
        f"{wants['quotes']:,} quotes, {buying['orders']:,} orders of {buying['customers']:,} customers;"
        f" groups of fewer than {told['least_people']} are not told"
    )
