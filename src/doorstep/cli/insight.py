"""`doorstep insight`: a line for each command."""

from __future__ import annotations

import typer

from doorstep.cli.insight_customers import customers

insight = typer.Typer(no_args_is_help=True, help="Insights: what is learned from what happened.")
insight.command()(customers)


@insight.callback()
def group() -> None:
    """Insights: what is learned from what happened."""
