"""Great-circle metres between many places at once."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.place import EARTH_RADIUS_M, Place

Floats = NDArray[np.float64]


def radians_of(places: Iterable[Place]) -> Floats:
    """Latitudes and longitudes [n, 2]; of a place that is not located something, which nobody may use."""
    return np.radians([(one.latitude or 0.0, one.longitude or 0.0) for one in places]).reshape(-1, 2)


def great_circle_m(to: Floats, at: Floats) -> NDArray[np.int64]:
    """Distances by the haversine formula between places in radians, [..., 2] latitude and longitude, broadcast."""
    half = np.sin((to - at) / 2) ** 2
    chord = half[..., 0] + np.cos(to[..., 0]) * np.cos(at[..., 0]) * half[..., 1]
    metres: NDArray[np.float64] = np.rint(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0))))
    return metres.astype(np.int64)
