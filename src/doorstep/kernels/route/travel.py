"""How far it is between locations, and how long it takes: blocks of both, by the rule of the problem."""

from __future__ import annotations

import numpy as np

from doorstep.domain.place import EARTH_RADIUS_M
from doorstep.kernels.route.problem import IntArray, Travel


def block(travel: Travel, rows: IntArray, columns: IntArray) -> tuple[IntArray, IntArray]:
    """[r, c] distances and plain durations from each of `rows` to each of `columns`."""
    return pairwise(travel, rows[:, None], columns[None, :])


def pairwise(travel: Travel, a: IntArray, b: IntArray) -> tuple[IntArray, IntArray]:
    """Distances and plain durations from each of `a` to the one of `b` beside it; the shapes are broadcast."""
    if travel.rule == "matrix":
        assert travel.distance is not None
        assert travel.duration is not None
        return travel.distance[a, b], travel.duration[a, b]
    distance = _distance(travel, a, b)
    return distance, (2 * distance * travel.seconds_per_km + 1000) // 2000


def _distance(travel: Travel, a: IntArray, b: IntArray) -> IntArray:
    x, y = travel.x, travel.y
    if travel.rule == "haversine":
        phi_a, phi_b = np.radians(y[a]), np.radians(y[b])
        half = np.sin((phi_b - phi_a) / 2) ** 2
        half = half + np.cos(phi_a) * np.cos(phi_b) * np.sin(np.radians(x[b] - x[a]) / 2) ** 2
        metres = 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(1.0, np.sqrt(half)))
        return np.asarray(np.floor(metres * (travel.detour_ppm / 1_000_000) + 0.5), np.int64)
    plain = np.sqrt((x[a] - x[b]) ** 2 + (y[a] - y[b]) ** 2)
    return np.asarray(np.floor(plain + 0.5 if travel.rule == "rounded" else 10 * plain), np.int64)
