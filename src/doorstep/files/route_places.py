"""Stops that lie where no van goes: in the sea, at 0,0, or with latitude and longitude exchanged.

A stop is told apart by its distance to the nearest depot, not to other stops: exchanged coordinates lie together.
"""

from __future__ import annotations

import numpy as np

from doorstep.domain.place import EARTH_RADIUS_M
from doorstep.files.route_instance import NoticeCode
from doorstep.kernels.route.problem import FloatArray

FAR_M = 500_000.0
"""A stop farther away is looked at twice: it is a stray unless a good part of the others is as far."""
NEAR_M = 50_000.0
"""A stop as near is no stray, however near all others are."""
TIMES_MEDIAN = 20
TIMES_MEDIAN_FAR = 3


def nearest_m(latitude: FloatArray, longitude: FloatArray, depots: FloatArray) -> FloatArray:
    """[n] great-circle metres to the nearest of the [d, 2] depots (latitude, longitude)."""
    best = np.full(len(latitude), np.inf)
    phi, theta = np.radians(latitude), np.radians(longitude)
    for depot_phi, depot_theta in np.radians(depots):
        chord = np.sin((phi - depot_phi) / 2) ** 2
        chord += np.cos(phi) * np.cos(depot_phi) * np.sin((theta - depot_theta) / 2) ** 2
        best = np.minimum(best, 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(chord, 1.0))))
    return best


def exchanged(latitude: FloatArray, longitude: FloatArray, depots: FloatArray) -> bool:
    """Whether the columns as a whole are: most stops are far away, and would be near the other way round."""
    if not len(latitude) or np.abs(longitude).max() > 90:
        return False
    here, there = nearest_m(latitude, longitude, depots), nearest_m(longitude, latitude, depots)
    return bool(np.median(here) > FAR_M and np.median(there) < NEAR_M)


def strays(latitude: FloatArray, longitude: FloatArray, depots: FloatArray) -> dict[int, tuple[NoticeCode, str]]:
    """Rows of the stops that are set aside, and why."""
    if not len(latitude):
        return {}
    away = nearest_m(latitude, longitude, depots)
    median = float(np.median(away))
    far = away > max(TIMES_MEDIAN * median, NEAR_M)
    far |= (away > FAR_M) & (away > TIMES_MEDIAN_FAR * median)
    found: dict[int, tuple[NoticeCode, str]] = {}
    for row in np.flatnonzero(far).tolist():
        why = f"lies {away[row] / 1000:,.0f} km from the nearest depot, half of all within {median / 1000:,.1f} km"
        turned = np.inf
        if abs(longitude[row]) <= 90:
            turned = float(nearest_m(longitude[row : row + 1], latitude[row : row + 1], depots)[0])
        if turned <= max(TIMES_MEDIAN_FAR * median, NEAR_M):
            why += f"; with latitude and longitude exchanged it would be {turned / 1000:,.1f} km"
            found[row] = ("position_swapped", why)
        else:
            found[row] = ("position_far", why)
    return found
