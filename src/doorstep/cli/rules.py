"""`doorstep rules check` and `dry-run`."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from doorstep.cli.options import AsJson, BrandFolder, Seed
from doorstep.cli.plan import First, Until, Workers
from doorstep.cli.terminal import EXIT_REFUSED, bars, notice, out, print_table
from doorstep.domain.errors import InputRefused

if TYPE_CHECKING:
    from doorstep.flows.plan_folder import Selection
    from doorstep.flows.rules_dry_run import Difference, DryRun

rules = typer.Typer(no_args_is_help=True, help="Check the operator's rules, and try out what they would change.")
RulesFile = Annotated[
    Path | None,
    typer.Option(
        "--rules", metavar="FILE", help="Rules to try against the folder's own; without it, its own against none."
    ),
]
SHOWN = 20  # orders newly left, in a terminal; JSON has them all


@rules.command()
def check(folder: BrandFolder, first: First = None, until: Until = None, as_json: AsJson = False) -> None:
    """Validate rules.toml of a brand folder; say in words what each rule does, and how many orders it concerns.

    \b
    Examples:
      doorstep rules check my-shop
      doorstep rules check my-shop --from 2026-10-12 --to 2026-10-19 --json

    Exit codes: 0 no fault, 2 the folder or its rules are refused, 1 anything else.
    """
    from doorstep.flows.rules_check import check_rules
    from doorstep.kernels.run import Run

    selection = _selection(first, until)
    try:
        with bars(not as_json) as progress:
            found = check_rules(folder, selection, Run(progress=progress))
    except InputRefused as error:
        if not as_json:
            raise
        print(json.dumps({"fault_count": error.count, "faults": [asdict(fault) for fault in error.faults]}))
        raise typer.Exit(EXIT_REFUSED) from None
    if as_json:
        told = {"fault_count": 0, "faults": [], "orders": found.orders, "rules": [asdict(one) for one in found.rules]}
        print(json.dumps(told))
        return
    if not found.rules:
        out.print(f"{folder}: no rules; they are written in {folder / 'rules.toml'}")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("rule", "does", "reason"):
        table.add_column(name, no_wrap=True)
    table.add_column(f"of {found.orders:,} orders", justify="right", no_wrap=True)
    for one in found.rules:
        table.add_row(one.rule, one.does, one.reason, f"{one.orders:,}")
    print_table(table)


@rules.command("dry-run")
def dry_run(
    folder: BrandFolder,
    file: RulesFile = None,
    first: First = None,
    until: Until = None,
    each: Annotated[bool, typer.Option(help="Try each rule that differs by itself as well.")] = True,
    seed: Seed = 0,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Plan the same orders under the rules in force and under others, and say what would change. Nothing is written.

    \b
    Examples:
      doorstep rules dry-run my-shop --from 2026-10-12 --to 2026-10-19
      doorstep rules dry-run my-shop --rules new-rules.toml --from 2026-10-12 --to 2026-10-19 --json

    Exit codes: 0 compared, 2 the folder or the rules are refused, 1 anything else.
    """
    from doorstep.cli.at_work import at_work
    from doorstep.flows.rules_dry_run import as_json as told
    from doorstep.flows.rules_dry_run import dry_run as compare

    selection = _selection(first, until)
    with at_work(workers, not as_json, seed) as run:
        found = compare(folder, file, selection, run, each)
    if as_json:
        print(json.dumps(told(found)))
    else:
        _say(found)


def _selection(first: date | None, until: date | None) -> Selection:
    from doorstep.flows.plan_folder import Selection

    if first and until and first >= until:
        raise typer.BadParameter(f"{until} is not after --from {first}", param_hint="'--to'")
    return Selection(first, until)


def _say(found: DryRun) -> None:
    if not found.before.orders:
        notice("no order is among those asked for")
    print_table(_totals(found))
    if found.rules:
        out.print()
        print_table(_by_rule(found))
    left = found.total.newly_unplanned
    if left:
        out.print()
    for one in left[:SHOWN]:
        out.print(f"{one.order} would be left: {one.detail}")
    if len(left) > SHOWN:
        out.print(f"... and {len(left) - SHOWN:,} more; --json tells them all")
    changed, concerned = found.total.changed, found.total.changed_concerned
    out.print(
        f"\n{changed:,} of {found.before.orders:,} orders would be sent otherwise: {concerned:,} that a rule concerns,"
        f" {changed - concerned:,} for what these leave"
    )


def _totals(found: DryRun) -> Table:
    from doorstep.documents.report.wording import amount, change, count, decimal, percent

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for name in ("before", "after", "change"):
        table.add_column(name, justify="right", no_wrap=True)
    a, b, by, money = found.before, found.after, found.total, found.currency
    plain = [one.objective_minor for one in (a, b)]
    table.add_row("unplanned", count(a.unplanned), count(b.unplanned), _signed(b.unplanned - a.unplanned))
    table.add_row("parcels", count(a.parcels), count(b.parcels), _signed(b.parcels - a.parcels))
    table.add_row("split orders", count(a.split_orders), count(b.split_orders), _signed(by.splits))
    table.add_row("cost", amount(money, a.cost_minor), amount(money, b.cost_minor), change(money, by.cost_minor))
    table.add_row("objective", *(amount(money, one) for one in plain), change(money, by.objective_minor))
    table.add_row(
        "mean promised days", decimal(a.mean_promised_days), decimal(b.mean_promised_days), f"{by.promised_days:+.2f}"
    )
    table.add_row(
        "expected on time", percent(a.expected_on_time), percent(b.expected_on_time), f"{100 * by.on_time:+.2f} %"
    )
    return table


def _by_rule(found: DryRun) -> Table:
    from doorstep.documents.report.wording import change, count

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("by itself", no_wrap=True)
    for name in ("concerns", "changed", "cost", "objective", "splits", "days", "on time", "newly left"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in found.rules:
        by: Difference = one.difference
        table.add_row(
            f"{one.rule} ({one.what})",
            count(one.concerned),
            count(by.changed),
            change(found.currency, by.cost_minor),
            change(found.currency, by.objective_minor),
            _signed(by.splits),
            f"{by.promised_days:+.2f}",
            f"{100 * by.on_time:+.2f} %",
            count(len(by.newly_unplanned)),
        )
    return table


def _signed(number: int) -> str:
    return f"{number:+,}" if number else "0"
