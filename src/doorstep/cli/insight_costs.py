"""`doorstep insight costs`."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from doorstep.cli.options import AsJson, BrandFolder, Force, day
from doorstep.cli.terminal import bars, notice, out, print_table

OutFolder = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the costs go.")]
AsOf = Annotated[date, typer.Option("--as-of", metavar="D", parser=day, help="Orders placed before this day.")]
Plans = Annotated[
    list[Path] | None, typer.Option("--plan", metavar="OUT", help="An output of plan; as often as there are any.")
]


def costs(
    folder: BrandFolder,
    as_of: AsOf,
    out_folder: OutFolder,
    plan: Plans = None,
    as_json: AsJson = False,
    force: Force = False,
) -> None:
    """Trace what orders cost to serve to orders, customers, skus and countries, and say why it changed.

    Reads plans' outputs, the freight paid in history.csv, and the rates of rates_costs.csv where there is one.

    \b
    Examples:
      doorstep insight costs my-shop --as-of 2026-10-01 --plan plan --out costs

    Exit codes: 0 done, 2 the input is refused, 1 anything else.
    """
    from doorstep.flows.insight_costs import CostsWish, insight_costs
    from doorstep.kernels.run import Run

    wish = CostsWish(as_of, tuple(plan or ()))
    with bars(not as_json) as progress:
        told = insight_costs(folder, out_folder, wish, run=Run(progress=progress), force=force)
    if as_json:
        print(json.dumps(told))
        return
    if told["orders_left_out"]:
        notice(f"{told['orders_left_out']:,} orders left out: neither a plan nor history tells what they cost")
    _say(told)
    out.print(f"open {out_folder / 'report.html'}")


def _say(told: dict[str, Any]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("part", "all", told["month_before"], "volume", "mix", "price", told["month"]):
        table.add_column(name, justify="left" if name == "part" else "right", no_wrap=True)
    changed = {one["part"]: one for one in told["changes"]}
    for part, cost in told["parts"].items():
        one = changed.get(part)
        if cost or one:
            months = [f"{one[key]:,.2f}" for key in ("before", "volume", "mix", "price", "after")] if one else ["-"] * 5
            table.add_row(part.replace("_", " "), f"{cost:,.2f}", *months)
    print_table(table)
    each = "" if told["cost_per_order"] is None else f", {told['cost_per_order']:,.2f} an order"
    out.print(f"{told['orders']:,} orders cost {told['cost']:,.2f} {told['currency']}{each}")
