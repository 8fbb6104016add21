"""How far stops are apart, as the route kernel takes it, and the lines of rounds; on roads, or as the crow flies.

What a command says behind `--roads` is one of:

    (nothing), haversine      the great circle, made longer as roads are
    a folder                  roads that `doorstep roads build` made: OSRM as a process of our own
    http://host:5000          an OSRM that somebody runs
    valhalla+http://host      a Valhalla; so with any plug-in, by its name

and behind a `?` how: profile=truck & snap_m=300 & side=1000 & version=2026-11 & timeout_s=60.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl

from doorstep.kernels.route.problem import FloatArray, Travel
from doorstep.kernels.run import Progress, silent
from doorstep.plugins.maps.base import MapRefused, Points, RoadMap, Settings, points_of
from doorstep.plugins.maps.haversine.engine import HaversineMap
from doorstep.plugins.maps.kept import Kept
from doorstep.plugins.maps.registry import names, open_map
from doorstep.plugins.maps.store import Store

EMBEDDED, HAVERSINE, OSRM = "osrm-embedded", "haversine", "osrm"
PROGRAMS, STORE = "DOORSTEP_OSRM", "DOORSTEP_ROADS_STORE"  # variables of the environment
NOT_KEPT = "off"  # of the second
STAGE = "roads"
MOST_PLACES = 5_000  # of a matrix: 400 MB
BANDED = 2_000  # places up to which the great circle is a matrix by bands; beyond, one detour and one pace
WHOLE = {"snap_m": (1, 100_000), "side": (1, 10_000), "timeout_s": (1, 3_600)}
Line = tuple[tuple[float, float], ...]
Degrees = Sequence[float] | FloatArray
Told = Callable[[str], None]


def untold(_text: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class RoadsSetting:
    """Which plug-in, and what it is opened with."""

    plugin: str
    settings: Settings


def setting_of(text: str, environment: Mapping[str, str] = os.environ) -> RoadsSetting:
    """Read what stands behind `--roads`. Raises MapRefused for what cannot be understood."""
    where, _, options = text.partition("?") if not Path(text).is_dir() else (text, "", "")
    plugin, plus, address = where.partition("+")
    if where in ("", HAVERSINE):
        found = RoadsSetting(HAVERSINE, Settings())
    elif plus and plugin in names():
        found = RoadsSetting(plugin, Settings(address))
    elif where.startswith(("http://", "https://")):
        found = RoadsSetting(OSRM, Settings(where))
    elif "://" in where:
        raise MapRefused(f"{where}: no road engine has such an address; there are {', '.join(names())}")
    else:
        found = RoadsSetting(EMBEDDED, Settings(where, executables=environment.get(PROGRAMS, "")))
    return replace(found, settings=_with(found.settings, options))


@contextmanager
def roads(
    text: str = "",
    *,
    environment: Mapping[str, str] = os.environ,
    progress: Progress = silent,
    told: Told = untold,
) -> Iterator[RoadMap]:
    """Open the engine that the setting names, with what is kept of its answers, and close it in the end.

    `told` hears what is worth a notice, such as a damaged store. Raises MapRefused, MapUnreachable, NotFound.
    """
    setting = setting_of(text, environment)
    engine = open_map(setting.plugin, setting.settings)
    try:
        path = store_path(environment)
        if path is not None and engine.capabilities.worth_keeping:
            engine = Kept(engine, Store(path, told=told), lambda done, total: progress(STAGE, done, total))
        yield engine
    finally:
        engine.close()


def store_path(environment: Mapping[str, str]) -> Path | None:
    """Where answers are kept; None: nowhere."""
    named = environment.get(STORE, "")
    if named == NOT_KEPT:
        return None
    cache = environment.get("XDG_CACHE_HOME", "")
    return Path(named) if named else (Path(cache) if cache else Path.home() / ".cache") / "doorstep" / "roads.sqlite3"


def travel_of(engine: RoadMap, latitudes: Degrees, longitudes: Degrees) -> Travel:
    """How far these places are apart, by rule "matrix"; the great circle of many places by rule "haversine".

    Raises MapRefused for what is no place, and for more places than a matrix may hold.
    """
    points = points_of(latitudes, longitudes)
    if isinstance(engine, HaversineMap) and len(points) > BANDED:
        return _plain(engine, points)
    if len(points) > MOST_PLACES:
        raise MapRefused(
            f"{len(points):,} places: on roads at most {MOST_PLACES:,} at a time; more by the great circle"
        )
    block = engine.matrix(points, points)
    y, x = points.T.copy()
    return Travel("matrix", x, y, distance=block.distance_m, duration=block.duration_s)


def _plain(engine: HaversineMap, points: Points) -> Travel:
    """With one detour and one pace for all distances, which needs no matrix."""
    of = engine.calibration
    y, x = points.T.copy()
    return Travel("haversine", x, y, seconds_per_km=of.seconds_per_km, detour_ppm=of.detour_ppm)


def travel_on_roads(
    latitudes: Degrees,
    longitudes: Degrees,
    setting: str = "",
    *,
    progress: Progress = silent,
    told: Told = untold,
) -> Travel:
    """Open the engine, ask how far these places are apart, and close it. See `roads` and `travel_of`."""
    with roads(setting, progress=progress, told=told) as engine:
        return travel_of(engine, latitudes, longitudes)


def lines_of(engine: RoadMap, rounds: Sequence[Sequence[tuple[float, float]]]) -> list[Line]:
    """The line of each round through its (latitude, longitude), for drawing: straight where there is no way."""
    return [_line(engine, one) for one in rounds]


def geometry(setting: str, rounds: Sequence[Sequence[tuple[float, float]]], *, told: Told = untold) -> list[Line]:
    """Open the engine, ask for the line of each round, and close it. See `roads` and `lines_of`."""
    with roads(setting, told=told) as engine:
        return lines_of(engine, rounds)


def _line(engine: RoadMap, places: Sequence[tuple[float, float]]) -> Line:
    if len(places) < 2:
        return tuple(places)
    points = points_of([y for y, _ in places], [x for _, x in places])
    whole = engine.path(points)
    if whole is not None:
        return whole.line
    if len(places) == 2:
        return tuple(places)
    legs = [_line(engine, places[at : at + 2]) for at in range(len(places) - 1)]
    return (*legs[0], *(point for leg in legs[1:] for point in leg))


def _with(settings: Settings, options: str) -> Settings:
    """Raise MapRefused for an option that there is not, or a value that cannot be."""
    changes: dict[str, str | int | float] = {}
    for name, value in parse_qsl(options, keep_blank_values=True):
        if name in ("profile", "version"):
            changes[name] = value
        elif name in WHOLE:
            least, most = WHOLE[name]
            if not value.isdecimal() or not least <= int(value) <= most:
                raise MapRefused(f"{name}={value}: a whole number from {least} to {most:,}")
            changes["most_side" if name == "side" else name] = int(value)
        else:
            raise MapRefused(f"{name}: no option of --roads; there are profile, version, {', '.join(WHOLE)}")
    return replace(settings, **changes)  # type: ignore[arg-type]
