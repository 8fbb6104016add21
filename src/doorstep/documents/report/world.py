"""Country outlines for the backdrop of the map: read once, projected, clipped and thinned to what is looked at."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import asinh, degrees, radians, tan
from typing import TypeAlias

import numpy as np
import orjson
from numpy.typing import NDArray

Points: TypeAlias = NDArray[np.float64]  # (n, 2)
MAX_LATITUDE = 84.0  # Mercator has no poles


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the projected plane; y grows to the south, as on a screen."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def grown(self, across: float, down: float) -> Box:
        return Box(self.left - across, self.top - down, self.right + across, self.bottom + down)

    def joined(self, other: Box) -> Box:
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def within(self, other: Box) -> Box:
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def touches(self, other: Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


WORLD = Box(-180.0, -degrees(asinh(tan(radians(MAX_LATITUDE)))), 180.0, degrees(asinh(tan(radians(MAX_LATITUDE)))))


def project(longitude: float, latitude: float) -> tuple[float, float]:
    """Mercator in degrees of the equator."""
    kept = max(-MAX_LATITUDE, min(MAX_LATITUDE, latitude))
    return longitude, -degrees(asinh(tan(radians(kept))))


@cache
def outlines() -> tuple[Points, ...]:
    """The rings of all countries, projected."""
    packed = files("doorstep.documents.report").joinpath("world.json.gz").read_bytes()
    countries = orjson.loads(gzip.decompress(packed))["countries"]
    return tuple(_projected(ring) for country in countries for ring in country["rings"])


def _projected(differences: list[int]) -> Points:
    degrees_east_north = np.cumsum(np.asarray(differences, dtype=np.float64).reshape(-1, 2), axis=0) / 100
    latitude = np.radians(np.clip(degrees_east_north[:, 1], -MAX_LATITUDE, MAX_LATITUDE))
    return np.column_stack((degrees_east_north[:, 0], -np.degrees(np.arcsinh(np.tan(latitude)))))


def land(within: Box, tolerance: float) -> tuple[Points, ...]:
    """The rings inside `within`, cut at its edges, without points nearer than `tolerance` to the last kept one."""
    kept = []
    for ring in outlines():
        west, north = ring.min(axis=0)
        east, south = ring.max(axis=0)
        extent = Box(west, north, east, south)
        if not extent.touches(within) or max(extent.width, extent.height) < tolerance:
            continue
        inside = west >= within.left and east <= within.right and north >= within.top and south <= within.bottom
        cut = thinned(ring if inside else clipped(ring, within), tolerance)
        if len(cut) >= 3:
            kept.append(cut)
    return tuple(kept)


def clipped(ring: Points, within: Box) -> Points:
    """The part of a ring inside a rectangle, edge by edge (Sutherland and Hodgman 1974)."""
    points = [(float(x), float(y)) for x, y in ring]
    for axis, edge, sign in ((0, within.left, 1), (0, within.right, -1), (1, within.top, 1), (1, within.bottom, -1)):
        points = _cut(points, axis, edge, sign)
        if not points:
            break
    return np.asarray(points, dtype=np.float64).reshape(-1, 2)


def _cut(points: list[tuple[float, float]], axis: int, edge: float, sign: int) -> list[tuple[float, float]]:
    kept: list[tuple[float, float]] = []
    previous = points[-1]
    was_inside = sign * (previous[axis] - edge) >= 0
    for point in points:
        is_inside = sign * (point[axis] - edge) >= 0
        if is_inside != was_inside:
            along = (edge - previous[axis]) / (point[axis] - previous[axis])
            crossing = [p + along * (q - p) for p, q in zip(previous, point, strict=True)]
            crossing[axis] = edge
            kept.append((crossing[0], crossing[1]))
        if is_inside:
            kept.append(point)
        previous, was_inside = point, is_inside
    return kept


def thinned(ring: Points, tolerance: float) -> Points:
    """Drop points nearer than `tolerance` to the last one kept."""
    kept: list[int] = []
    last_x = last_y = float("inf")
    for place, (x, y) in enumerate(ring.tolist()):
        if abs(x - last_x) >= tolerance or abs(y - last_y) >= tolerance:
            kept.append(place)
            last_x, last_y = x, y
    return ring[kept]
