"""`doorstep check`, `new`, `demo-brand`, `import olist`."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from doorstep.cli.terminal import bars, out
from doorstep.files.blank import new_folder
from doorstep.files.demo import demo_brand as generate
from doorstep.files.folder import read_folder
from doorstep.files.importers.olist import import_olist

importers = typer.Typer(no_args_is_help=True, help="Turn public data into a brand folder.")


def check(
    folder: Annotated[Path, typer.Argument(help="The brand folder.")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Validate a brand folder; list every fault at once."""
    with bars(not as_json) as progress:
        found = read_folder(folder, progress)
    counts = {
        "products": len(found.products),
        "sites": len(found.sites),
        "services": len(found.tariff.services),
        "cartons": len(found.cartons),
        "orders": len(found.orders),
        "history": len(found.history),
    }
    if as_json:
        print(json.dumps(counts | {"data_version": found.data_version}))
    else:
        out.print(f"{folder}: no fault; " + ", ".join(f"{n:,} {name}" for name, n in counts.items()), soft_wrap=True)


def new(
    folder: Annotated[Path, typer.Argument(help="The folder to make.")],
    force: Annotated[bool, typer.Option(help="Replace what is there.")] = False,
) -> None:
    """Write an empty, commented brand folder."""
    new_folder(folder, force)
    out.print(
        f"{folder}: fill in the tables that its README.md describes, then: doorstep check {folder}", soft_wrap=True
    )


def demo_brand(
    folder: Annotated[Path, typer.Argument(help="The folder to make.")],
    orders: Annotated[int, typer.Option(min=1)] = 2000,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    force: Annotated[bool, typer.Option(help="Replace what is there.")] = False,
) -> None:
    """Generate a demonstration brand: several countries, sites and carriers, and a day of orders."""
    with bars() as progress:
        made = generate(folder, orders, seed, progress, force)
    out.print(
        f"{folder}: {made.orders:,} orders of {made.customers:,} customers,"
        f" {made.products:,} products at {made.sites} sites, {made.services} services",
        soft_wrap=True,
    )


@importers.command("olist")
def olist(
    source: Annotated[Path, typer.Argument(help="Folder with the public Olist tables.")],
    folder: Annotated[Path, typer.Argument(help="The brand folder to make.")],
    sites: Annotated[int, typer.Option(min=1, help="Fulfilment centres to place.")],
    as_of: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Nothing later is used for stock and rates.")],
    scale: Annotated[int | None, typer.Option(min=1, help="Draw so many orders instead of the real ones.")] = None,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    force: Annotated[bool, typer.Option(help="Replace what is there.")] = False,
) -> None:
    """Turn the public Olist data into a brand folder: real products, places, orders and deliveries."""
    with bars(not as_json) as progress:
        report = import_olist(source, folder, sites, as_of.date(), scale, seed, progress, force)
    if as_json:
        print(json.dumps(asdict(report), default=str))
    else:
        out.print(report)
