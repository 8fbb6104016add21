"""`doorstep route`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer
from rich.table import Table

from doorstep.cli.age import age_s
from doorstep.cli.options import MOST_WORKERS, AsJson, Force, Seed, finite, some
from doorstep.cli.search_line import search_line
from doorstep.cli.stopping import ending_first
from doorstep.cli.terminal import EXIT_SOME_UNPLANNED, notice, out, print_table

if TYPE_CHECKING:
    from doorstep.flows.route_files import Routed
    from doorstep.flows.route_ground import Files
    from doorstep.kernels.route.problem import RouteParams

MOST_SECONDS = 7 * 86_400
NOTICES_SHOWN = 20
ENOUGH = 0.1  # of the kernels: one engine is compiled
ENGINES: dict[str, Literal["", "own", "pyvrp"]] = {"own": "own", "pyvrp": "pyvrp", "": ""}
CONVENTIONS: dict[str, Literal["", "rounded", "dimacs", "exact"]] = {
    "rounded": "rounded",
    "dimacs": "dimacs",
    "exact": "exact",
    "": "",
}
T = TypeVar("T")

Stops = Annotated[Path, typer.Argument(metavar="FILE", help="STOPS.csv, or an instance: VRPLIB, Solomon, Li & Lim.")]
Vehicles = Annotated[Path | None, typer.Option("--vehicles", metavar="VEHICLES.csv", help="The vans of STOPS.csv.")]
Seconds = Annotated[
    float,
    typer.Option(
        metavar="T",
        min=0.1,
        max=MOST_SECONDS,
        callback=finite,
        help="Wall time of the whole command, starting included.",
    ),
]
OutFolder = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the rounds go.")]
Iterations = Annotated[
    int | None,
    typer.Option(metavar="N", min=0, callback=some, help="Search steps, for rounds that are the same every time."),
]
Engine = Annotated[str, typer.Option(metavar="NAME", help="own or pyvrp; unless said, the better one for the case.")]
Workers = Annotated[int, typer.Option(metavar="N", min=1, max=MOST_WORKERS, help="Processes that search.")]
Distances = Annotated[
    str, typer.Option("--convention", metavar="NAME", help="How an instance measures: rounded, dimacs or exact.")
]
Roads = Annotated[
    str | None,
    typer.Option(metavar="DIR|URL", help="Real roads: what `doorstep roads build` made, or an OSRM or Valhalla."),
]
Traffic = Annotated[
    Path | None, typer.Option(metavar="TRAFFIC.csv", help="How fast the roads of STOPS.csv are at which time of day.")
]
Documents = Annotated[bool, typer.Option(help="Write map.html, and sheets.pdf for a day of STOPS.csv.")]


def route(
    stops: Stops,
    out_folder: OutFolder,
    seconds: Seconds,
    vehicles: Vehicles = None,
    seed: Seed = 0,
    iterations: Iterations = None,
    engine: Engine = "",
    roads: Roads = None,
    traffic: Traffic = None,
    convention: Distances = "",
    documents: Documents = True,
    workers: Workers = 2,
    as_json: AsJson = False,
    force: Force = False,
) -> None:
    """Find the rounds of least cost for the stops of a file, within so many seconds.

    Writes solution.sol, routes.csv, rounds.csv, unserved.csv, left.csv, routes.geojson, map.html, sheets.pdf and
    summary.json into DIR. Ctrl-C ends the search and writes the best rounds; a second one stops at once.

    \b
    Examples:
      doorstep route stops.csv --vehicles vehicles.csv --seconds 60 --out monday
      doorstep route stops.csv --vehicles vehicles.csv --roads porto-roads --seconds 60 --out monday
      doorstep route X-n1001-k43.vrp --seconds 30 --out x1001 --json

    Exit codes: 0 every stop is served, 3 some are not, 2 the input is refused, 1 anything else.
    """
    from doorstep.flows.route_ground import Files
    from doorstep.kernels.route.problem import RouteParams

    params = RouteParams(engine=_one_of(ENGINES, engine, "--engine"))
    files = Files(stops, vehicles, _one_of(CONVENTIONS, convention, "--convention"), roads, traffic)
    routed = _routed(files, out_folder, seconds, params, seed, iterations, workers, documents, not as_json, force)
    _warn(routed)
    if as_json:
        print((out_folder / "summary.json").read_text(encoding="utf-8"), end="")
    else:
        _say(out_folder, routed, documents)
    if routed.summary["unserved"]:
        raise typer.Exit(EXIT_SOME_UNPLANNED)


def _one_of(known: dict[str, T], name: str, option: str) -> T:
    if name not in known:
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(filter(None, known))}", param_hint=f"'{option}'")
    return known[name]


def _routed(
    files: Files,
    out_folder: Path,
    seconds: float,
    params: RouteParams,
    seed: int,
    iterations: int | None,
    workers: int,
    documents: bool,
    shown: bool,
    force: bool,
) -> Routed:
    # Loaded here: compiled kernels take a second to load, and the other commands have no need of them.
    from doorstep.cli.first_run import NOTICE, must_compile
    from doorstep.compute import thread_map
    from doorstep.flows.route_clock import Clock
    from doorstep.flows.route_files import route_files
    from doorstep.kernels.run import Run

    cold = must_compile(ENOUGH)
    if cold:
        notice(f"{NOTICE}; the seconds count from then on")
    with (
        search_line(seconds, shown) as line,
        ending_first(line.ending) as ended,
        thread_map(workers) as spread,
    ):
        return route_files(
            files,
            out_folder,
            clock=Clock(age_s, seconds, ended, line),
            params=params,
            run=Run(seed=seed, iterations=iterations, map=spread, width=workers),
            documents=documents,
            force=force,
            rehearsed=cold,
        )


def _warn(routed: Routed) -> None:
    """Say what the reader has put right or set aside, and what could not be drawn."""
    notices = routed.instance.notices
    for one in notices[:NOTICES_SHOWN]:
        place = f"row {one.row}" + (f", stop {one.stop}" if one.stop else "") if one.row else one.stop
        notice(f"{place}: {one.why}" if place else one.why)
    if len(notices) > NOTICES_SHOWN:
        notice(f"... and {len(notices) - NOTICES_SHOWN:,} more, in notices.csv")
    if routed.without_sheets:
        notice('sheets.pdf is left out: what draws it comes with pip install "doorstep[server]"')


def _say(folder: Path, routed: Routed, documents: bool) -> None:
    from doorstep.documents.round_words import distance, duration
    from doorstep.flows.route_summary import people_cost

    rounds, instance, summary = routed.rounds, routed.instance, routed.summary
    if not rounds.stops:
        notice("the file names no stop; there is nowhere to go")
    rows = [
        ("stops", f"{rounds.stops:,}"),
        ("rounds", f"{len(rounds.rounds):,}"),
        ("not served", f"{len(rounds.unserved):,}"),
        ("distance", distance(sum(one.distance_m for one in rounds.rounds), rounds)),
    ]
    if rounds.clocked:
        rows.append(("time", duration(sum(one.duration_s for one in rounds.rounds))))
    if "on_time" in summary:
        rows.append(("expected on time, of all windows", f"{float(str(summary['on_time'])):.1%}"))
    rows.append(("cost", people_cost(routed.result.cost, instance)))
    if routed.result.lower_bound is not None:
        rows.append(("lower bound", people_cost(routed.result.lower_bound, instance)))
        rows.append(("gap to it", f"{summary['gap_pct']} %"))
    rows.append(("seconds", f"{summary['seconds']}"))
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column("")
    table.add_column("", justify="right", style="bold", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    print_table(table)
    if rounds.unserved:
        out.print(f"{len(rounds.unserved):,} not served, each with its reason: {folder / 'unserved.csv'}")
    if documents:
        out.print(f"open {folder / 'map.html'}")
