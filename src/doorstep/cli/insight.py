"""`doorstep insight`: a line for each command."""

from __future__ import annotations

import typer

from doorstep.cli.insight_costs import costs
from doorstep.cli.insight_customers import customers
from doorstep.cli.insight_demand import demand
from doorstep.cli.insight_shown import display_test, shown

insight = typer.Typer(no_args_is_help=True, help="Insights: what is learned from what happened.")
insight.command()(costs)
insight.command()(customers)
insight.command()(demand)
insight.command("display-test")(display_test)
insight.command()(shown)
