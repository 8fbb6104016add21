"""`doorstep slots`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from doorstep.cli.age import age_s
from doorstep.cli.options import AsJson, Force, Seed, amount, support_share
from doorstep.cli.replan import Now, RoundsOption, Vehicles
from doorstep.cli.route import ENOUGH, Roads, Traffic
from doorstep.cli.search_line import SearchLine
from doorstep.cli.terminal import EXIT_SOME_UNPLANNED, notice, out, print_table

if TYPE_CHECKING:
    from doorstep.files.route_day_in import DayFiles
    from doorstep.flows.route_slots import SlotsWish

MICROS = 1_000_000

Askers = Annotated[Path, typer.Argument(metavar="ASKED.csv", help="A row for each shopper: where, what is brought.")]
Windows = Annotated[Path, typer.Option("--windows", metavar="WINDOWS.csv", help="The windows that might be offered.")]
StopsOption = Annotated[Path, typer.Option("--stops", metavar="STOPS.csv", help="The stops of the day.")]
OutFolder = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the windows go.")]
Sure = Annotated[
    str, typer.Option("--sure", metavar="SHARE", callback=support_share, help="A window less sure is not offered.")
]
MostCost = Annotated[
    str | None,
    typer.Option("--most", metavar="AMOUNT", callback=amount, help="A dearer window is not offered."),
]
LateCost = Annotated[
    str | None,
    typer.Option("--late-cost", metavar="AMOUNT", callback=amount, help="What a window costs that is not kept."),
]


def slots(
    asked: Askers,
    windows: Windows,
    stops: StopsOption,
    vehicles: Vehicles,
    rounds: RoundsOption,
    out_folder: OutFolder,
    now: Now = "",
    sure: Sure = "0.9",
    most: MostCost = None,
    late_cost: LateCost = None,
    roads: Roads = None,
    traffic: Traffic = None,
    seed: Seed = 0,
    as_json: AsJson = False,
    force: Force = False,
) -> None:
    """Price windows for shoppers who ask: what each costs more beside the rounds as they are, and how sure it is.

    The rounds are those that `doorstep route` or `doorstep replan` wrote. Writes slots.csv, slots.html and summary.json
    into DIR.

    \b
    Examples:
      doorstep slots asked.csv --windows windows.csv --stops stops.csv --vehicles vans.csv --rounds monday --out slots

    Exit codes: 0 everyone can be offered a window, 3 some cannot, 2 the input is refused, 1 anything else.
    """
    from doorstep.files.route_day_in import DayFiles
    from doorstep.flows.route_slots import SlotsWish

    files = DayFiles(stops, vehicles, rounds, None, traffic)
    dearest = None if most is None else _micros(most)
    wish = SlotsWish(_micros(sure), dearest, _micros(late_cost or "0"), now, roads)
    told = _priced(files, asked, windows, out_folder, wish, seed, force)
    if as_json:
        print((out_folder / "summary.json").read_text(encoding="utf-8"), end="")
    else:
        _say(told)
        out.print(f"open {out_folder / 'slots.html'}")
    if told["without_offer"]:
        raise typer.Exit(EXIT_SOME_UNPLANNED)


def _micros(text: str) -> int:
    whole, _, part = text.partition(".")
    return int(whole) * MICROS + int(part.ljust(6, "0") or 0)


def _priced(
    files: DayFiles, asked: Path, windows: Path, out_folder: Path, wish: SlotsWish, seed: int, force: bool
) -> dict[str, Any]:
    # Loaded here: compiled kernels take a second to load, and the other commands have no need of them.
    from doorstep.cli.first_run import NOTICE, must_compile
    from doorstep.flows.route_clock import Clock
    from doorstep.flows.route_slots import slots_files
    from doorstep.kernels.run import Run

    if must_compile(ENOUGH):
        notice(NOTICE)
    clock = Clock(age_s, float("inf"), lambda: False, SearchLine(None, 0.0))
    return slots_files(files, asked, windows, out_folder, wish, clock=clock, run=Run(seed=seed), force=force)


def _say(told: dict[str, Any]) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column("")
    table.add_column("", justify="right", style="bold", no_wrap=True)
    for key, words in (
        ("shoppers", "shoppers"), ("windows", "windows each"), ("possible", "with a place on a round"),
        ("offered", "offered"), ("without_offer", "shoppers without an offer"),
    ):  # fmt: skip
        table.add_row(words, f"{told[key]:,}")
    if "mean_cost" in told:
        table.add_row("cost more, mean", f"{told['mean_cost']:,.2f}")
        table.add_row("kept, expected", f"{told['mean_on_time']:.1%}")
    print_table(table)
