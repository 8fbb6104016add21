"""Distances and arrivals for the verifier of rounds: one leg at a time, in whole numbers."""

from __future__ import annotations

from bisect import bisect_right
from math import atan2, cos, floor, radians, sin, sqrt

from doorstep.domain.place import EARTH_RADIUS_M
from doorstep.kernels.route.problem import Travel

MILLION = 1_000_000
SLOWEST, FASTEST = 10_000, 10_000_000
"""Millionths of a second of plain driving that a second drives, at the least and at the most."""


def up(above: int, below: int) -> int:
    """Divide and round up."""
    return -(-above // below)


class Roads:
    """Reckons legs between locations; see `check` for the conventions."""

    def __init__(self, travel: Travel) -> None:
        self._travel = travel
        self._x, self._y = travel.x.tolist(), travel.y.tolist()
        self.period_from: list[int] = travel.period_from_s.tolist()
        self._drives = [
            min(max(MILLION * MILLION // pace, SLOWEST), FASTEST) for pace in travel.period_pace_ppm.tolist()
        ]

    def distance(self, a: int, b: int) -> int:
        """Metres from location a to location b; NEVER: there is no way."""
        travel = self._travel
        if travel.rule == "matrix":
            assert travel.distance is not None
            return int(travel.distance[a, b])
        if travel.rule == "haversine":
            return self._great_circle(a, b)
        across, along = self._x[a] - self._x[b], self._y[a] - self._y[b]
        straight = sqrt(across * across + along * along)
        return floor(straight + 0.5) if travel.rule == "rounded" else floor(10 * straight)

    def _great_circle(self, a: int, b: int) -> int:
        phi_a, phi_b = radians(self._y[a]), radians(self._y[b])
        half_phi, half_lambda = (phi_b - phi_a) / 2, radians(self._x[b] - self._x[a]) / 2
        chord = min(1.0, sin(half_phi) ** 2 + cos(phi_a) * cos(phi_b) * sin(half_lambda) ** 2)
        metres = 2 * EARTH_RADIUS_M * atan2(sqrt(chord), sqrt(1 - chord))
        return floor(metres * (self._travel.detour_ppm / MILLION) + 0.5)

    def plain(self, a: int, b: int) -> int:
        """Seconds of plain driving; NEVER: there is no way."""
        travel = self._travel
        if travel.rule == "matrix":
            assert travel.duration is not None
            return int(travel.duration[a, b])
        return (2 * self.distance(a, b) * travel.seconds_per_km + 1000) // 2000

    def driving(self, a: int, b: int, speed_ppm: int) -> int:
        """Millionths of a second of plain driving that a leg asks of a van of this speed."""
        return up(self.plain(a, b) * MILLION * MILLION, speed_ppm)

    def arrival(self, leaves: int, driving: int) -> int:
        """When a leg of so much driving ends, through all periods that it touches."""
        now, left = leaves, driving
        period = bisect_right(self.period_from, leaves) - 1
        while True:
            drives = self._drives[period] if period >= 0 else MILLION
            if period + 1 == len(self.period_from):
                return now + up(left, drives)
            until = self.period_from[period + 1]
            if left <= (until - now) * drives:
                return now + up(left, drives)
            left -= (until - now) * drives
            now, period = until, period + 1
