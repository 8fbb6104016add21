"""`doorstep roads`: real roads on this machine, built from an extract of OpenStreetMap."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.cli.options import AsJson, Force
from doorstep.cli.terminal import EXIT_FAILED, err, notice, out

if TYPE_CHECKING:
    from doorstep.plugins.maps.base import RoadMap

roads = typer.Typer(no_args_is_help=True, help="Real roads: build them from an extract, serve them, look at them.")

Extract = Annotated[Path, typer.Argument(metavar="EXTRACT.osm.pbf", help="An extract of OpenStreetMap.")]
OutFolder = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the roads go.")]
Profile = Annotated[
    str, typer.Option(metavar="NAME", help="Who drives: car, bicycle, foot, or the path of a .lua file.")
]
Quick = Annotated[
    bool, typer.Option("--quick", help="Build sooner, answer matrices several times slower (MLD in place of CH).")
]
Threads = Annotated[int, typer.Option(metavar="N", min=0, max=256, help="Threads; 0: as many as there are cores.")]
Roads = Annotated[str, typer.Argument(metavar="DIR|URL", help="As behind --roads; empty: the great circle.")]
Place = Annotated[str, typer.Option(metavar="LAT,LON", help="Degrees, as 41.1579,-8.6291.")]


@roads.command()
def install() -> None:
    """Fetch OSRM's programs with pip, from the index that pip is set to, for this user alone.

    They are those of the package osrm-bindings (BSD-2-Clause), 21 MB, unpacked below ~/.local/share/doorstep.

    \b
    Example:
      doorstep roads install
    """
    from doorstep.flows.roads_build import install_programs

    programs, release = install_programs()
    out.print(f"OSRM {release} is in {programs.folder}")


@roads.command()
def build(
    extract: Extract,
    out_folder: OutFolder,
    profile: Profile = "car",
    quick: Quick = False,
    threads: Threads = 0,
    as_json: AsJson = False,
    force: Force = False,
) -> None:
    """Build the roads of an extract into DIR, for `--roads DIR`. A city takes a minute or two.

    \b
    Example:
      doorstep roads build porto.osm.pbf --out roads

    Exit codes: 0 built, 2 the extract is refused, 1 anything else.
    """
    from doorstep.flows.roads_build import build_roads

    begun = perf_counter()
    graph = build_roads(extract, profile, "mld" if quick else "ch", out_folder, force=force, threads=threads)
    seconds = perf_counter() - begun
    if as_json:
        print(json.dumps({**asdict(graph), "seconds": round(seconds, 3)}, indent=2))
    else:
        out.print(f"{out_folder}: roads of {graph.extract} for {graph.profile}, in {seconds:,.0f} s")


@roads.command()
def serve(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="What `doorstep roads build` made.")],
    port: Annotated[int, typer.Option(metavar="P", min=0, max=65_535, help="Where to listen; 0: any free one.")] = 5000,
    threads: Threads = 0,
) -> None:
    """Serve roads to this machine until Ctrl-C, for several commands at a time: `--roads http://127.0.0.1:5000`.

    \b
    Example:
      doorstep roads serve roads --port 5000
    """
    import os

    from doorstep.flows.roads_build import serving

    routed, graph = serving(folder, port, threads or os.cpu_count() or 1)
    try:
        out.print(f"the roads of {graph.extract} for {graph.profile} are at {routed.address}")
        out.print("stop it with Ctrl-C")
        ended = routed.wait()
    finally:
        routed.stop()
    err.print(f"osrm-routed ended by itself ({ended})")
    raise typer.Exit(EXIT_FAILED)


@roads.command()
def check(setting: Roads = "", origin: Place = "", to: Place = "", as_json: AsJson = False) -> None:
    """Say whether an engine answers, which data it has, and how far it is from one place to another.

    \b
    Examples:
      doorstep roads check roads --origin 41.1456,-8.6109 --to 41.1621,-8.6220
      doorstep roads check valhalla+http://127.0.0.1:8002

    Exit codes: 0 it answers, 3 there is no way between the places, 1 anything else.
    """
    from doorstep.flows import roads as flow

    if bool(origin) != bool(to):
        raise typer.BadParameter("both are needed for a way", param_hint="'--origin', '--to'")
    ends = [_place(text, name) for text, name in ((origin, "--origin"), (to, "--to")) if text]
    with flow.roads(setting, told=notice) as engine:
        told = _looked_at(engine, ends)
    if as_json:
        print(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        for name, value in told.items():
            out.print(f"{name.replace('_', ' ')}: {value if value is not None else 'none'}")
    if ends and told["distance_m"] is None:
        raise typer.Exit(3)


def _looked_at(engine: RoadMap, ends: list[tuple[float, float]]) -> dict[str, object]:
    from doorstep.plugins.maps.base import NEVER, points_of

    told: dict[str, object] = {"engine": engine.capabilities.name}
    told["data"] = engine.version or "not said, so nothing is kept; name it by ?version="
    if ends:
        points = points_of([y for y, _ in ends], [x for _, x in ends])
        off = [None if metres == NEVER else metres for metres in engine.snap(points).tolist()]
        way = engine.path(points)
        told |= {"origin_to_road_m": off[0], "to_road_m": off[1]}
        told |= {"distance_m": way.distance_m if way else None, "duration_s": way.duration_s if way else None}
    return told


def _place(text: str, name: str) -> tuple[float, float]:
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter("latitude and longitude, with a comma between", param_hint=f"'{name}'") from None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise typer.BadParameter("no such place on Earth", param_hint=f"'{name}'")
    return latitude, longitude
