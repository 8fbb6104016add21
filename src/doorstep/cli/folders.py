"""`doorstep check`, `new` and `demo-brand`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from doorstep.cli.options import AsJson, BrandFolder, Force, NewFolder, Seed, some
from doorstep.cli.terminal import EXIT_REFUSED, bars, out
from doorstep.domain.errors import InputRefused


def check(folder: BrandFolder, as_json: AsJson = False) -> None:
    """Validate a brand folder; list every fault at once, with file, row, column, value and why.

    The first 1,000 faults are shown, all are counted.

    \b
    Examples:
      doorstep check my-shop
      doorstep check my-shop --json

    Exit codes: 0 no fault, 2 the folder is refused, 1 anything else.
    """
    from doorstep.files.check_folder import check_folder

    try:
        with bars(not as_json) as progress:
            found = check_folder(folder, progress)
    except InputRefused as error:
        if not as_json:
            raise
        print(json.dumps({"fault_count": error.count, "faults": [asdict(fault) for fault in error.faults]}))
        raise typer.Exit(EXIT_REFUSED) from None
    counts = {
        "products": len(found.products),
        "sites": len(found.sites),
        "services": len(found.tariff.services),
        "cartons": len(found.cartons),
        "orders": len(found.orders),
        "history": len(found.history),
    }
    if as_json:
        print(json.dumps({"fault_count": 0, "faults": [], **counts, "data_version": found.data_version}))
    else:
        out.print(f"{folder}: no fault; " + ", ".join(f"{n:,} {name}" for name, n in counts.items()))


def new(folder: NewFolder, force: Force = False) -> None:
    """Write an empty, commented brand folder: a header row in each file, and a README.md about every column.

    \b
    Example:
      doorstep new my-shop

    Exit codes: 0 written, 1 it cannot be written there.
    """
    from doorstep.files.blank import new_folder

    new_folder(folder, force)
    out.print(f"{folder}: fill in the tables that its README.md describes, then: doorstep check {folder}")


def demo_brand(
    folder: NewFolder,
    orders: Annotated[int, typer.Option(metavar="N", min=1, callback=some, help="How many orders.")] = 2000,
    seed: Seed = 0,
    as_json: AsJson = False,
    force: Force = False,
) -> None:
    """Generate a demonstration brand: several countries, sites and carriers, and a day of orders.

    Equal numbers and seeds give equal bytes. Some orders are made so that they cannot be planned.

    \b
    Examples:
      doorstep demo-brand demo
      doorstep demo-brand demo --orders 20000 --seed 7

    Exit codes: 0 written, 1 it cannot be written there.
    """
    from doorstep.files.demo import demo_brand as generate

    with bars(not as_json) as progress:
        made = generate(folder, orders, seed, progress, force)
    if as_json:
        print(json.dumps(asdict(made)))
    else:
        out.print(
            f"{folder}: {made.orders:,} orders of {made.customers:,} customers,"
            f" {made.products:,} products at {made.sites} sites, {made.services} services,"
            f" {made.history:,} past parcels"
        )
