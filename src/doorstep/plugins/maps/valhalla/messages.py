"""Between places and Valhalla's HTTP API. Pure, both ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from doorstep.plugins.maps.base import NEVER, FloatArray, IntArray, MapUnreachable, Points, Way
from doorstep.plugins.maps.crow import crow_m
from doorstep.plugins.maps.polyline import decoded
from doorstep.plugins.maps.tables import numbers

NO_WAY = frozenset({170, 442})
OUT_OF_REACH = frozenset({154, 171})  # a place is too far from the others, or from any road
TOO_BIG = frozenset({150, 151, 152, 153})


def matrix_request(costing: str, sources: Points, targets: Points, snap_m: int) -> dict[str, Any]:
    return {
        "sources": _said(sources, snap_m),
        "targets": _said(targets, snap_m),
        "costing": costing,
        "units": "kilometers",
        "verbose": False,
    }


def route_request(costing: str, points: Points, snap_m: int) -> dict[str, Any]:
    """Ask for a way that may turn round at each place, without directions for a driver."""
    return {
        "locations": [{**one, "type": "break"} for one in _said(points, snap_m)],
        "costing": costing,
        "units": "kilometers",
        "directions_type": "none",
    }


def locate_request(costing: str, points: Points, snap_m: int) -> dict[str, Any]:
    return {"locations": _said(points, snap_m), "costing": costing, "verbose": False}


def read_matrix(told: Mapping[str, Any], rows: int, columns: int) -> tuple[FloatArray, FloatArray]:
    """Metres and seconds, NaN where there is no way. Releases differ in whether they give lists or objects."""
    found = told.get("sources_to_targets")
    try:
        if isinstance(found, Mapping):
            kilometres, seconds = numbers(found["distances"]), numbers(found["durations"])
        else:
            assert isinstance(found, Sequence)
            kilometres = numbers([[one["distance"] for one in row] for row in found])
            seconds = numbers([[one["time"] for one in row] for row in found])
    except (AssertionError, KeyError, TypeError, ValueError) as error:
        raise MapUnreachable("Valhalla's matrix cannot be read") from error
    if kilometres.shape != (rows, columns) or seconds.shape != (rows, columns):
        raise MapUnreachable(f"Valhalla's matrix is not {rows} x {columns}")
    return kilometres * 1000, seconds


def read_route(told: Mapping[str, Any], legs: int) -> Way:
    try:
        found = told["trip"]["legs"]
        lines = [decoded(leg["shape"]) for leg in found]
        metres = tuple(round(1000 * float(leg["summary"]["length"])) for leg in found)
        seconds = tuple(round(float(leg["summary"]["time"])) for leg in found)
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise MapUnreachable(f"Valhalla answers with a way that cannot be read: {type(error).__name__}") from error
    if len(metres) != legs or min(metres + seconds) < 0 or not all(lines):
        raise MapUnreachable("Valhalla answers with another way than was asked for")
    line = list(lines[0])
    for one in lines[1:]:
        line += one if one[0] != line[-1] else one[1:]
    return Way(tuple(line), metres, seconds)


def read_located(told: Mapping[str, Any], points: Points) -> IntArray:
    """[n] metres from each place to what it was correlated with; NEVER: to nothing."""
    found = told.get("list")
    if not isinstance(found, list) or len(found) != len(points):
        raise MapUnreachable("Valhalla says of other places to which road they belong")
    near = np.full(len(points), NEVER)
    try:
        for row, one in enumerate(found):
            edges = [(edge["correlated_lat"], edge["correlated_lon"]) for edge in one.get("edges") or ()]
            nodes = [(node["lat"], node["lon"]) for node in one.get("nodes") or ()]
            if edges or nodes:
                metres = crow_m(points[row], np.array([*edges, *nodes], np.float64))
                near[row] = int(np.ceil(metres.min()))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise MapUnreachable("Valhalla does not say to which road a place belongs") from error
    return near


def fault_of(status: int, told: Mapping[str, Any]) -> str:
    """Why Valhalla does not answer, in its words; empty: it does, or there is no way."""
    code = told.get("error_code")
    if code is None and status == 200:
        return ""
    if code in NO_WAY or code in OUT_OF_REACH:
        return ""
    said = str(told.get("error") or status)[:200]
    if code in TOO_BIG:
        return f"Valhalla takes fewer places at a time ({said}); say side=N, or raise max_matrix_location_pairs"
    return f"Valhalla answers: {said}"


def _said(points: Points, snap_m: int) -> list[dict[str, float]]:
    return [
        {"lat": round(latitude, 6), "lon": round(longitude, 6), "search_cutoff": snap_m}
        for latitude, longitude in points.tolist()
    ]
