"""`doorstep replan`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from doorstep.cli.age import age_s
from doorstep.cli.options import AsJson, Force, Seed, finite
from doorstep.cli.route import ENOUGH, MOST_SECONDS, Roads, Traffic
from doorstep.cli.search_line import SearchLine, search_line
from doorstep.cli.stopping import ending_first
from doorstep.cli.terminal import EXIT_SOME_UNPLANNED, notice, out, print_table

if TYPE_CHECKING:
    from doorstep.files.route_day_in import DayFiles
    from doorstep.flows.route_replan import Asked, Replanned

MOST_TRIES = 10_000
SHOWN = 20  # changes on the terminal; changes.csv has them all
WORTH_SAYING = ("served", "refused", "gone", "nothing", "broken", "overtime", "unfit", "sent", "set_aside", "searched")

Stops = Annotated[Path, typer.Argument(metavar="STOPS.csv", help="All stops of the day, those that are new with them.")]
Vehicles = Annotated[Path, typer.Option("--vehicles", metavar="VEHICLES.csv", help="The vans of the day.")]
RoundsOption = Annotated[
    Path, typer.Option("--rounds", metavar="DIR", help="What route or replan wrote, or its routes.csv.")
]
Events = Annotated[Path | None, typer.Option(metavar="EVENTS.csv", help="What has happened until now.")]
Now = Annotated[
    str, typer.Option("--now", metavar="TIME", help="As the files write times; unless said, of the last event.")
]
OutFolder = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the rounds go; may be that of --rounds.")]
Tries = Annotated[
    int, typer.Option(metavar="N", min=0, max=MOST_TRIES, help="Of the search at each change; 0: nothing else moves.")
]
SearchFor = Annotated[
    float,
    typer.Option(
        "--search", metavar="SECONDS", min=0, max=MOST_SECONDS, callback=finite,
        help="Search all that is still to be driven for so long once the changes are in place; 0: do not.",
    ),
]  # fmt: skip
Documents = Annotated[bool, typer.Option(help="Write map.html, and why each stop is where it is.")]


def replan(
    stops: Stops,
    vehicles: Vehicles,
    rounds: RoundsOption,
    out_folder: OutFolder,
    events: Events = None,
    now: Now = "",
    roads: Roads = None,
    traffic: Traffic = None,
    tries: Tries = 15,
    search: SearchFor = 0.0,
    seed: Seed = 0,
    documents: Documents = True,
    as_json: AsJson = False,
    force: Force = False,
) -> None:
    """Plan a day under way anew: stops that are new, cancelled or done, vans that are late, seen or back.

    Promised windows are held unless a van is late; a new stop that has no place is refused, and told why. With --search
    all rounds are searched on behind that; Ctrl-C ends it, and the best rounds are written.
    Writes routes.csv, rounds.csv, vans_now.csv, events_known.csv, changes.csv, unserved.csv, routes.geojson, map.html
    and summary.json into DIR, which is read again by the next one.

    \b
    Examples:
      doorstep replan stops.csv --vehicles vehicles.csv --rounds monday --events events.csv --out monday

    Exit codes: 0 done, 3 a new stop has no place or a promised window is missed, 2 the input is refused, 1 anything
    else.
    """
    from doorstep.files.route_day_in import DayFiles
    from doorstep.flows.route_replan import Asked

    files = DayFiles(stops, vehicles, rounds, events, traffic)
    done = _replanned(files, out_folder, Asked(now, tries, roads), search, seed, documents, not as_json, force)
    if done.told.known:
        notice(f"{done.told.known:,} events are in the rounds already")
    if as_json:
        print((out_folder / "summary.json").read_text(encoding="utf-8"), end="")
    else:
        _say(out_folder, done, documents)
    if done.summary["refused"] or done.summary["broken_promised"]:
        raise typer.Exit(EXIT_SOME_UNPLANNED)


def _replanned(
    files: DayFiles, out_folder: Path, asked: Asked, search_s: float, seed: int, documents: bool, shown: bool,
    force: bool,
) -> Replanned:  # fmt: skip
    # Loaded here: compiled kernels take a second to load, and the other commands have no need of them.
    from doorstep.cli.first_run import NOTICE, must_compile
    from doorstep.flows.route_clock import Clock
    from doorstep.flows.route_replan import replan_files
    from doorstep.flows.route_search_on import Search
    from doorstep.kernels.run import Run

    cold = must_compile(ENOUGH)
    if cold:
        notice(NOTICE)
    run = Run(seed=seed)
    if not search_s:
        clock = Clock(age_s, float("inf"), lambda: False, SearchLine(None, 0.0))
        return replan_files(files, out_folder, asked, clock=clock, run=run, documents=documents, force=force)
    asked = replace(asked, search=Search(search_s, cold))
    with search_line(search_s, shown) as line, ending_first(line.ending) as ended:
        clock = Clock(age_s, float("inf"), ended, line)
        return replan_files(files, out_folder, asked, clock=clock, run=run, documents=documents, force=force)


def _say(folder: Path, done: Replanned, documents: bool) -> None:
    summary = done.summary
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column("")
    table.add_column("", justify="right", style="bold", no_wrap=True)
    for key, words in (
        ("served", "new stops served"), ("refused", "refused"), ("cancelled", "cancelled"),
        ("moved", "on another van now"), ("shifted", "served at another time"),
        ("broken_promised", "promised windows missed"), ("stops", "stops still to come"),
    ):  # fmt: skip
        table.add_row(words, f"{summary[key]:,}")
    table.add_row("cost more", f"{float(str(summary['cost_more'])):,.2f}")
    table.add_row("longest search, seconds", f"{summary['longest_seconds']}")
    if "search_moved" in summary:
        table.add_row("cost less by searching on", f"{float(str(summary['search_cost_less'])):,.2f}")
        table.add_row("on another van by that", f"{summary['search_moved']:,}")
    print_table(table)
    worth = [one for one in done.at.changes if one.effect in WORTH_SAYING]
    for one in worth[:SHOWN]:
        what = one.stop or one.vehicle or one.change
        out.print(f"{what}: {one.effect}. {one.why}", highlight=False, markup=False)
    if len(worth) > SHOWN:
        out.print(f"... and {len(worth) - SHOWN:,} more, in {folder / 'changes.csv'}")
    if documents:
        out.print(f"open {folder / 'map.html'}")
