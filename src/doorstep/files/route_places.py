"""Places where no van goes: in the sea, at 0,0, or with latitude and longitude exchanged.

A place is told apart by its distance to the nearest depot, not to other stops: exchanged coordinates lie together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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


@dataclass(frozen=True, slots=True)
class Reach:
    """Where the places of a day may lie.

    Parameters
    ----------
    depots
        [d, 2] latitude and longitude, degrees.
    median_m
        So far from the nearest of them, at most, are half of its stops.
    """

    depots: FloatArray
    median_m: float

    def is_far(self, away_m: FloatArray) -> NDArray[np.bool_]:
        """[n] whether places so far from the nearest depot are strays."""
        far = away_m > max(TIMES_MEDIAN * self.median_m, NEAR_M)
        return np.asarray(far | ((away_m > FAR_M) & (away_m > TIMES_MEDIAN_FAR * self.median_m)))

    def stray(self, latitude: float, longitude: float) -> tuple[NoticeCode, str] | None:
        """Why no van can be there; None: one can."""
        here = nearest_m(np.array([latitude]), np.array([longitude]), self.depots)
        return self.why(latitude, longitude, float(here[0])) if self.is_far(here)[0] else None

    def why(self, latitude: float, longitude: float, away_m: float) -> tuple[NoticeCode, str]:
        """Say how far a stray is away, and whether it would not be the other way round."""
        why = f"lies {away_m / 1000:,.0f} km from the nearest depot, half of all within {self.median_m / 1000:,.1f} km"
        turned = np.inf
        if abs(longitude) <= 90:
            turned = float(nearest_m(np.array([longitude]), np.array([latitude]), self.depots)[0])
        if turned <= max(TIMES_MEDIAN_FAR * self.median_m, NEAR_M):
            why += f"; with latitude and longitude exchanged it would be {turned / 1000:,.1f} km"
            return "position_swapped", why
        return "position_far", why


def strays(latitude: FloatArray, longitude: FloatArray, depots: FloatArray) -> dict[int, tuple[NoticeCode, str]]:
    """Rows of the stops that are set aside, and why."""
    if not len(latitude):
        return {}
    away = nearest_m(latitude, longitude, depots)
    reach = Reach(depots, float(np.median(away)))
    far = np.flatnonzero(reach.is_far(away)).tolist()
    return {row: reach.why(float(latitude[row]), float(longitude[row]), float(away[row])) for row in far}
