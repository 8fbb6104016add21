"""`doorstep insight display-test` and `shown`: what quotes of the record show, by lot, and what was taken."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from doorstep.cli.options import Force, support_share
from doorstep.cli.record import BrandCode, OperatorCode, has_tables, now, scope_of, set_up
from doorstep.cli.terminal import notice, out

Share = Annotated[
    str, typer.Option("--share", metavar="P", callback=support_share, help="Share of quotes, 0 to 1; 0: none.")
]
OutFile = Annotated[Path, typer.Option("--out", metavar="FILE", help="Where choices.csv goes; .gz packs it.")]


def display_test(brand: BrandCode, share: Share, operator: OperatorCode = "operator") -> None:
    """Have a share of a brand's quotes tell an order of the options that is drawn by lot.

    The order and its chance are in each quote (display, propensity); a shop shows options so. What is learned from
    choices then does not hang on what stood on top.

    \b
    Example:
      doorstep insight display-test nordlicht --operator north --share 0.1

    Exit codes: 0 set, 2 it is refused, 1 anything else.
    """
    set_up()
    has_tables()
    scope, _ = scope_of(operator, brand)
    from doorstep.files.kinds import millionths
    from doorstep.flows.display_test import set_display_test

    set_display_test(scope, brand, millionths(share), now=now())
    out.print(f"{brand}: options of {float(share):.4g} of the quotes are shown in an order drawn by lot")


def shown(brand: BrandCode, out_file: OutFile, operator: OperatorCode = "operator", force: Force = False) -> None:
    """Write choices.csv of a brand: the options of each quote of which one was taken, and the chance of their display.

    Only quotes for which the shop said what the shopper was asked (asked_minor) are told. Nobody is named.

    \b
    Example:
      doorstep insight shown nordlicht --operator north --out my-shop/choices.csv

    Exit codes: 0 written, 2 it is refused, 1 anything else.
    """
    set_up()
    has_tables()
    scope, _ = scope_of(operator, brand)
    from doorstep.flows.shown_options import write_shown

    written, left_out = write_shown(scope, brand, out_file, force)
    if left_out:
        notice(f"left out {left_out:,} quotes: the shop did not say what the shopper was asked for each option")
    out.print(f"{out_file}: {written:,} quotes")
