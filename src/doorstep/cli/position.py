"""`doorstep position`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer
from rich.table import Table

from doorstep.cli.options import AsJson, BrandFolder, Force, Seed, day
from doorstep.cli.terminal import bars, out, print_table

OutFolder = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the answer goes.")]
AsOf = Annotated[
    date, typer.Option("--as-of", metavar="DATE", parser=day, help="Nothing of this day or later is read.")
]
Months = Annotated[int, typer.Option(metavar="M", min=1, max=60, help="Months that the cost is told for.")]
Days = Annotated[int, typer.Option(metavar="D", min=1, max=60, help="Days within which orders should be delivered.")]
OpenSites = Annotated[int, typer.Option("--open-sites", metavar="K", min=0, max=500, help="At most so many; 0: all.")]

PerSku = Annotated[
    int, typer.Option("--sites-per-sku", metavar="N", min=0, max=500, help="A product in at most so many; 0: any.")
]
Demand = Annotated[
    Path | None, typer.Option("--demand", metavar="DIR", help="An output of insight demand; else by past sales.")
]


def position(
    folder: BrandFolder,
    as_of: AsOf,
    months: Months,
    out_folder: OutFolder,
    days: Days = 3,
    open_sites: OpenSites = 0,
    sites_per_sku: PerSku = 0,
    demand: Demand = None,
    seed: Seed = 0,
    as_json: AsJson = False,
    force: Force = False,
) -> None:
    """Say where stock should live: which sku in which site, how much, and what to move there in bulk.

    \b
    Examples:
      doorstep position my-shop --as-of 2026-10-01 --months 3 --out position
      doorstep position my-shop --as-of 2026-10-01 --months 3 --days 2 --open-sites 3 --out position
      doorstep position my-shop --as-of 2026-10-01 --months 3 --demand demand --out position

    Exit codes: 0 positioned, 2 the input is refused, 1 anything else.
    """
    from doorstep.flows.position import PositionWish, position_folder
    from doorstep.kernels.run import Run

    wish = PositionWish(as_of, months, days, open_sites, sites_per_sku, demand)
    with bars(not as_json) as progress:
        run = Run(seed=seed, progress=progress)
        told = position_folder(folder, out_folder, wish, run=run, stopwatch=perf_counter, force=force)
    if as_json:
        print((out_folder / "summary.json").read_text(encoding="utf-8"), end="")
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name in ("sites", "skus", "placements", "units_target", "units_moved", "units_bought", "share_within"):
        value = told[name]
        table.add_row(name.replace("_", " "), ", ".join(value) if isinstance(value, list) else str(value))
    table.add_row("cost total", f"{told['cost_total']} {told['currency']}")
    print_table(table)
    out.print(f"open {out_folder / 'report.html'}")
