"""`doorstep shopper`: what is on record of a shopper, and to have it erased."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer

from doorstep.cli.record import BrandCode, OperatorCode, has_tables, now, scope_of, set_up
from doorstep.cli.terminal import out
from doorstep.domain.shopper import Shopper

shopper = typer.Typer(no_args_is_help=True, help="Hand a shopper's data out, or erase them.")
Email = Annotated[str, typer.Option("--email", metavar="ADDRESS", help="All orders of this address.")]
Order = Annotated[str, typer.Option("--order", metavar="CODE", help="This order alone.")]
File = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to write it; left out: printed.")]
WhenDone = Annotated[bool, typer.Option("--when-done", help="Erase orders under way when they have ended.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask again.")]


@shopper.command()
def export(
    brand: BrandCode, email: Email = "", order: Order = "", to: File = None, operator: OperatorCode = "operator"
) -> None:
    """Write all that is on record of a shopper as one JSON document.

    \b
    Example:
      doorstep shopper export nordlicht --email ann@example.com --out ann.json
    """
    who = _named(email, order)
    set_up()
    has_tables()
    scope, brand_id = scope_of(operator, brand)
    from doorstep.flows.export_person import export_person

    told = export_person(scope, [brand_id], who, now=now())
    content = orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)
    if to is None:
        sys.stdout.write(content.decode())
    else:
        _write(to, content)
        out.print(f"{to}: {len(told['orders']):,} orders")


@shopper.command()
def erase(
    brand: BrandCode,
    email: Email = "",
    order: Order = "",
    when_done: WhenDone = False,
    yes: Yes = False,
    operator: OperatorCode = "operator",
) -> None:
    """Erase a shopper's data for good; goods, amounts and facts stay.

    \b
    Example:
      doorstep shopper erase nordlicht --email ann@example.com --when-done
    """
    who = _named(email, order)
    set_up()
    has_tables()
    scope, brand_id = scope_of(operator, brand)
    from doorstep.flows.erase import erase as flow

    if not yes:
        typer.confirm(f"Erase the shopper of {email or order} at {brand} for good?", abort=True)
    done = flow(scope, [brand_id], who, now=now(), when_done=when_done)
    if not done.orders and not done.waiting:
        out.print("nothing was left to erase")
        return
    counted = ", ".join(f"{number:,} {what}" for what, number in done.rows.items())
    out.print(f"erased from {len(done.orders):,} orders{f': {counted}' if counted else ''}")
    if done.waiting:
        out.print(f"under way, and erased when they have ended: {', '.join(done.waiting)}")


def _write(to: Path, content: bytes) -> None:
    """For its owner alone, and in place of nothing: what is there may be another person's."""
    try:
        handle = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise typer.BadParameter(f"{to} is there already; name another file") from None
    with os.fdopen(handle, "wb") as file:
        file.write(content)


def _named(email: str, order: str) -> Shopper:
    if bool(email) == bool(order):
        raise typer.BadParameter("name the shopper by --email or by --order, and not by both")
    return Shopper(email, order)
