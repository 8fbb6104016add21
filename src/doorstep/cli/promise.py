"""`doorstep promise`: one line for each command."""

from __future__ import annotations

import typer

from doorstep.cli.promise_backtest import backtest

promise = typer.Typer(no_args_is_help=True, help="Promise dates by what history tells, and show how they were kept.")
promise.command()(backtest)


@promise.callback()
def commands() -> None:
    """Promise dates by what history tells, and show how they were kept."""
