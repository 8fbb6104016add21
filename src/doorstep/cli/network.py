"""`doorstep network`."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer
from rich.table import Table

from doorstep.cli.options import AsJson, BrandFolder, Force, Seed
from doorstep.cli.position import AsOf, Days, Demand, OutFolder
from doorstep.cli.terminal import bars, out, print_table

Candidates = Annotated[
    Path | None, typer.Option("--candidates", metavar="FILE", help="Places to look at; by default candidates.csv.")
]


def network(
    folder: BrandFolder,
    as_of: AsOf,
    out_folder: OutFolder,
    days: Days = 3,
    candidates: Candidates = None,
    demand: Demand = None,
    seed: Seed = 0,
    as_json: AsJson = False,
    force: Force = False,
) -> None:
    """Say where the next site should be, and how much it may cost to be worth it.

    Candidates: those of candidates.csv (name, latitude, longitude, country), or else the regions with most orders.

    \b
    Examples:
      doorstep network my-shop --as-of 2026-10-01 --out network
      doorstep network my-shop --as-of 2026-10-01 --candidates places.csv --days 2 --out network
      doorstep network my-shop --as-of 2026-10-01 --demand demand --out network

    Exit codes: 0 told, 2 the input is refused, 1 anything else.
    """
    from doorstep.flows.network import NetworkWish, network_folder
    from doorstep.kernels.run import Run

    wish = NetworkWish(as_of, days, candidates, demand)
    with bars(not as_json) as progress:
        run = Run(seed=seed, progress=progress)
        told = network_folder(folder, out_folder, wish, run=run, stopwatch=perf_counter, force=force)
    if as_json:
        print((out_folder / "summary.json").read_text(encoding="utf-8"), end="")
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name in ("sites_today", "share_within", "candidates", "best"):
        table.add_row(name.replace("_", " "), str(told[name]))
    print_table(table)
    out.print(f"open {out_folder / 'report.html'}")
