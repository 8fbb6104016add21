"""`doorstep rate`."""

from __future__ import annotations

import json
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer
from rich.table import Table

from doorstep.cli.options import AsJson
from doorstep.cli.terminal import out, print_table

ParcelsFile = Annotated[Path, typer.Argument(metavar="PARCELS.csv", help="Parcels with route, day, weight and size.")]
Tariffs = Annotated[
    Path,
    typer.Option("--tariffs", metavar="FOLDER", help="Services, zones, rates, surcharges; a brand folder will do."),
]
OutFile = Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the rates go; packed if it ends in .gz.")]
ForceFile = Annotated[bool, typer.Option("--force", help="Replace the file, whatever it holds.")]
Client = Annotated[str, typer.Option(metavar="NAME", help="Write, too, what this client of markups.csv pays.")]


def rate(
    parcels: ParcelsFile,
    tariffs: Tariffs,
    out_file: OutFile,
    client: Client = "",
    as_json: AsJson = False,
    force: ForceFile = False,
) -> None:
    """Rate every parcel of a file on every service of a tariff: the price, or why there is none.

    Writes a row for each parcel and service, with billed weight, zone, freight and surcharges; where a service does not
    take a parcel, the reason and all that would have to change.

    \b
    Examples:
      doorstep rate parcels.csv --tariffs my-shop --out rates.csv
      doorstep rate parcels.csv.gz --tariffs tariff-2026 --out rates.csv.gz --json

    Exit codes: 0 rated, 2 the input is refused, 1 anything else.
    """
    from doorstep.cli.at_work import at_work
    from doorstep.flows.rate_files import rate_files

    with at_work(1, not as_json) as run:
        done = rate_files(parcels, tariffs, out_file, run=run, stopwatch=perf_counter, client=client, force=force)
    if as_json:
        print(json.dumps(done))
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column("")
    table.add_column("", justify="right", style="bold", no_wrap=True)
    for label, key in (
        ("parcels", "parcels"),
        ("services", "services"),
        ("prices", "eligible"),
        ("parcels that no service takes", "parcels_without_service"),
        ("quotes per second", "quotes_per_second"),
    ):
        table.add_row(label, f"{done[key]:,}")
    print_table(table)
    out.print(f"each with its price or the reason why there is none: {out_file}")
