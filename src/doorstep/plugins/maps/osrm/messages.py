"""Between places and OSRM's HTTP API, version 1. Pure, both ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from doorstep.plugins.maps.base import NEVER, FloatArray, IntArray, MapRefused, MapUnreachable, Points, Way
from doorstep.plugins.maps.polyline import decoded
from doorstep.plugins.maps.tables import numbers

USUAL_PROFILE = "driving"  # what it is called in the address; a server has one profile, whatever is said
NO_WAY = frozenset({"NoRoute", "NoSegment"})


def table_path(profile: str, sources: Points, targets: Points) -> str:
    """Ask for a matrix; a place that is on both sides is said once."""
    places: dict[str, int] = {}
    rows, columns = (
        [places.setdefault(_said(place), len(places)) for place in side.tolist()] for side in (sources, targets)
    )
    said = [*places, *places] if len(places) == 1 else [*places]  # OSRM wants two at least
    return (
        f"/table/v1/{profile}/{';'.join(said)}?annotations=duration,distance&generate_hints=false"
        f"&sources={_listed(rows)}&destinations={_listed(columns)}"
    )


def route_path(profile: str, points: Points) -> str:
    """Ask for a way. A van may turn round where it stops, as the matrix takes for granted."""
    places = ";".join(_said(place) for place in points.tolist())
    return (
        f"/route/v1/{profile}/{places}?overview=full&geometries=polyline6&steps=false&generate_hints=false"
        "&continue_straight=false"
    )


def nearest_path(profile: str = USUAL_PROFILE) -> str:
    """Ask for as little as can be asked for; what its data are OSRM says with every answer."""
    return f"/nearest/v1/{profile}/0,0?generate_hints=false"


def read_table(told: Mapping[str, Any], rows: int, columns: int) -> tuple[FloatArray, FloatArray, IntArray, IntArray]:
    """Distances, durations (NaN: no way), and metres to the nearest road, of sources and targets."""
    _said_ok(told)
    distance, duration = (_matrix(told.get(name), rows, columns, name) for name in ("distances", "durations"))
    off = [_off_road(told.get(side), count) for side, count in (("sources", rows), ("destinations", columns))]
    return distance, duration, off[0], off[1]


def read_route(told: Mapping[str, Any], legs: int) -> tuple[Way | None, IntArray]:
    """Give the way, and metres from each place to its road; None: there is no way."""
    if told.get("code") in NO_WAY:
        return None, np.full(legs + 1, NEVER)
    _said_ok(told)
    try:
        route = told["routes"][0]
        each = [(round(float(leg["distance"])), round(float(leg["duration"]))) for leg in route["legs"]]
        line = decoded(route["geometry"])
    except (KeyError, IndexError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise MapUnreachable(f"OSRM answers with a way that cannot be read: {type(error).__name__}") from error
    if len(each) != legs or any(min(leg) < 0 for leg in each) or not line:
        raise MapUnreachable("OSRM answers with another way than was asked for")
    way = Way(line, tuple(distance for distance, _ in each), tuple(duration for _, duration in each))
    return way, _off_road(told.get("waypoints"), legs + 1)


def data_version(told: Mapping[str, Any]) -> str:
    """What OSRM says of its data, if the graph was made with a word for that."""
    found = told.get("data_version")
    return found if isinstance(found, str) else ""


def fault_of(status: int, told: Mapping[str, Any]) -> str:
    """Why OSRM does not answer, in its words; empty: it does."""
    code = told.get("code")
    if code == "Ok" or code in NO_WAY:
        return ""
    said = str(told.get("message") or code or status)[:200]
    if code == "TooBig":
        return f"OSRM takes fewer places at a time ({said}); say side=N, or start it with a larger --max-table-size"
    return f"OSRM answers: {said}"


def _said(place: Sequence[float]) -> str:
    return f"{place[1]:.6f},{place[0]:.6f}"


def _listed(rows: Sequence[int]) -> str:
    return ";".join(map(str, rows))


def _said_ok(told: Mapping[str, Any]) -> None:
    if told.get("code") != "Ok":
        raise MapRefused(fault_of(0, told))


def _matrix(told: Any, rows: int, columns: int, name: str) -> FloatArray:
    """[rows, columns] numbers, NaN for null; whatever else stands there is not believed."""
    try:
        array = numbers(told)
    except (ValueError, TypeError) as error:
        raise MapUnreachable(f"OSRM's {name} cannot be read") from error
    if array.shape != (rows, columns):
        raise MapUnreachable(f"OSRM's {name} are not {rows} x {columns} numbers")
    return array


def _off_road(told: Any, count: int) -> IntArray:
    try:
        metres = np.array([NEVER if one is None else one["distance"] for one in told], np.float64)
    except (TypeError, KeyError, ValueError) as error:
        raise MapUnreachable("OSRM does not say to which road a place belongs") from error
    if len(metres) != count or not (metres >= 0).all():
        raise MapUnreachable("OSRM says of other places to which road they belong")
    return np.minimum(np.ceil(metres), NEVER).astype(np.int64)
