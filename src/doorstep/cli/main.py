"""The command tree, and what a failure looks like."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from doorstep import __version__
from doorstep.cli import folders
from doorstep.cli.plan import plan
from doorstep.cli.terminal import err, print_error
from doorstep.domain.errors import DoorstepError

app = typer.Typer(
    name="doorstep",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The last mile of an online shop: a date it can keep, at the lowest cost, and the reason why.",
)
app.command()(plan)
app.command()(folders.check)
app.command()(folders.new)
app.command("demo-brand")(folders.demo_brand)
app.add_typer(folders.importers, name="import")


def _version(asked: bool) -> None:
    if asked:
        print(f"doorstep {__version__}")
        raise typer.Exit


@app.callback()
def doorstep(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options of all commands."""


def run() -> None:
    """Entry point of the `doorstep` script."""
    try:
        app()
    except DoorstepError as error:
        sys.exit(print_error(error))
    except KeyboardInterrupt:
        err.print("stopped; nothing was written")
        sys.exit(130)


if __name__ == "__main__":
    run()
