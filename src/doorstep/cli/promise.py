"""`doorstep promise`: a line for each command."""

from __future__ import annotations

import typer

from doorstep.cli.promise_backtest import backtest
from doorstep.cli.promise_fit import fit
from doorstep.cli.promise_options import options
from doorstep.cli.promise_quote import quote
from doorstep.cli.promise_record import record
from doorstep.cli.promise_remaining import remaining

promise = typer.Typer(no_args_is_help=True, help="Promises: what can be kept, and how sure that is.")
promise.command()(backtest)
promise.command()(fit)
promise.command()(options)
promise.command()(quote)
promise.command()(record)
promise.command()(remaining)
