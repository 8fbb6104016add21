"""`doorstep promise fit`, and how a verdict is told."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from doorstep.cli.options import AsJson, BrandFolder, Seed, day, instant
from doorstep.cli.promise_backtest import probability_ppm
from doorstep.cli.terminal import EXIT_SOME_UNPLANNED, bars, notice, out, print_table

if TYPE_CHECKING:
    from doorstep.kernels.promise.publish import Comparison, Verdict

EXIT_NOT_PUBLISHED = EXIT_SOME_UNPLANNED


def _moment(text: str) -> datetime:
    """An instant; of a date its beginning in UTC."""
    if len(text) > len("2026-10-15"):
        return instant(text)
    begins: date = day(text)
    return datetime(begins.year, begins.month, begins.day, tzinfo=UTC)


AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        metavar="D",
        parser=_moment,
        help="Learn what was known when this day began in UTC; when history.csv ends.",
    ),
]
Target = Annotated[
    str | None,
    typer.Option("--target", metavar="P", help="Probability the judged promises have to reach; the brand's."),
]
By = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who decides, for durations.jsonl; who is logged in.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Learn and judge, and write nothing.")]


def fit(
    folder: BrandFolder,
    as_of: AsOf = None,
    target: Target = None,
    by: By = None,
    seed: Seed = 0,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Learn durations from history.csv, and publish them unless they are worse than those in force.

    Judged on the parcels of the last eight weeks. What is published goes to durations.json, by which plan and quote
    promise from then on; every decision is kept in durations.jsonl.

    \b
    Examples:
      doorstep promise fit my-shop
      doorstep promise fit my-shop --as-of 2026-10-01 --target 0.95 --dry-run --json

    Exit codes: 0 published, 3 refused and what was in force still is, 2 the input is refused, 1 anything else.
    """
    from doorstep.files.durations_in import DURATIONS_FILE
    from doorstep.flows.promise_fit import FitWish, promise_fit
    from doorstep.kernels.run import Run

    target_ppm = None if target is None else probability_ppm(target)
    wish = FitWish(as_of, target_ppm, _who() if by is None else by.strip()[:100], dry_run)
    with bars(not as_json) as progress:
        found = promise_fit(folder, wish, run=Run(seed=seed, progress=progress), now=datetime.now(UTC))
    if as_json:
        print(json.dumps(found.told))
    else:
        would = ("would be published", "would be refused")
        say_verdict(found.verdict, *(would if dry_run else (f"published in {folder / DURATIONS_FILE}",)))
    if not found.verdict.published:
        raise typer.Exit(EXIT_NOT_PUBLISHED)


def _who() -> str:
    """Name of who is logged in; a process without a user has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def say_verdict(verdict: Verdict, published: str, refused: str = "refused, and what was in force still is") -> None:
    """Say figures and decision to people."""
    named = (("trial", verdict.trial), ("candidate", verdict.candidate))
    compared = [(name, one) for name, one in named if one is not None]
    if compared:
        print_table(_table(compared))
    out.print(
        f"learned as of {verdict.as_of.isoformat(sep=' ', timespec='minutes')}: {verdict.lanes:,} lanes,"
        f" {verdict.handled_sites:,} sites"
    )
    if verdict.published:
        out.print(f"{published}: {verdict.reason}")
    else:
        notice(f"{refused}: {verdict.reason}")


def _table(compared: list[tuple[str, Comparison]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for name in ("since", "parcels", "known", "loss, days", "in force", "worse by", "on time", "in force"):
        table.add_column(name, justify="right", no_wrap=True)
    for name, one in compared:
        theirs = one.in_force
        table.add_row(
            name,
            f"{one.since:%Y-%m-%d}",
            f"{one.parcels:,}",
            f"{one.known:,}",
            f"{one.challenger.loss_days:.3f}",
            f"{theirs.loss_days:.3f}" if theirs else "-",
            " to ".join(f"{end:+.3f}" for end in one.worse_by) if one.worse_by else "-",
            _percent(one.challenger.on_time),
            _percent(theirs.on_time if theirs else None),
        )
    return table


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"
