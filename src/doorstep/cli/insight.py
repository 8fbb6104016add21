"""`doorstep insight`: a line for each command."""

from __future__ import annotations

import typer

from doorstep.cli.insight_costs import costs
from doorstep.cli.insight_demand import demand

insight = typer.Typer(no_args_is_help=True, help="Insight: what the past of a brand teaches.")
insight.command()(costs)
insight.command()(demand)
