"""`doorstep replay-decision`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import orjson
import typer

from doorstep.cli.options import AsJson, BrandFolder, folder
from doorstep.cli.terminal import EXIT_FAILED, bars, out

Planned = Annotated[Path, typer.Argument(metavar="OUT", parser=folder, help="What `doorstep plan` wrote.")]
Order = Annotated[str, typer.Argument(metavar="ORDER", help="An order of it, planned or not.")]


def replay_decision(brand: BrandFolder, planned: Planned, order: Order, as_json: AsJson = False) -> None:
    """Plan a brand folder again as it was planned, and compare an order's answer with the stored one, to the byte.

    Prints every change that would flip a planned order.

    \b
    Examples:
      doorstep replay-decision my-shop plan 1000234
      doorstep replay-decision my-shop plan 1000234 --json

    Exit codes: 0 the answer is the same, 1 it differs, 2 refused: the folder has changed, or there is no such order.
    """
    # Loaded here: compiled kernels take a second to load, and the other commands have no need of them.
    from doorstep.files.plan_out import flip_record
    from doorstep.flows.replay_decision import replay_decision as replay
    from doorstep.kernels.run import Run

    with bars(not as_json) as progress:
        found = replay(brand, planned, order, Run(progress=progress))
    if as_json:
        told = {
            "order": order,
            "same": found.same,
            "stored": orjson.loads(found.stored),
            "again": orjson.loads(found.again or b"null"),
            "flips": [flip_record(flip) for flip in found.flips],
        }
        print(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
    elif found.same:
        out.print(f"{order}: the same answer, byte for byte")
        out.print(found.again.decode())
    else:
        out.print(f"{order}: another answer")
        out.print(f"stored {found.stored.decode()}")
        out.print(f"now    {found.again.decode() or 'none'}")
    if not as_json:
        for flip in found.flips:
            out.print(f"would flip it: {flip.change}, {flip.amount} -> {flip.to}")
    if not found.same:
        raise typer.Exit(EXIT_FAILED)
