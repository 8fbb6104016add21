"""Distances and arrivals for the verifier of rounds: one leg at a time, in whole numbers and fractions."""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction
from math import atan2, cos, floor, radians, sin, sqrt

from doorstep.domain.place import EARTH_RADIUS_M
from doorstep.kernels.route.problem import NEVER, Travel

MILLION = 1_000_000


def half_up(above: int, below: int) -> int:
    """Divide and round to the nearest whole, halves up."""
    return (2 * above + below) // (2 * below)


class Roads:
    """Reckons legs between locations; see `check` for the conventions."""

    def __init__(self, travel: Travel) -> None:
        self._travel = travel
        self._x, self._y = travel.x.tolist(), travel.y.tolist()
        self._from, self._pace = travel.period_from_s.tolist(), travel.period_pace_ppm.tolist()
        self._slowest = max([MILLION, *self._pace])

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

    def driving(self, a: int, b: int, speed_ppm: int) -> int:
        """Seconds at the van's speed and the plain pace; NEVER: there is no way."""
        travel = self._travel
        if travel.rule == "matrix":
            assert travel.duration is not None
            plain = int(travel.duration[a, b])
        else:
            plain = half_up(self.distance(a, b) * travel.seconds_per_km, 1000)
        return NEVER if plain >= NEVER else half_up(plain * MILLION, speed_ppm)

    def arrival(self, leaves: int, driving: int) -> int:
        """When a leg that takes `driving` at the plain pace ends, through all periods that it touches."""
        if not self._from or not driving:
            return leaves + driving
        now, left = Fraction(leaves), Fraction(driving)
        period = bisect_right(self._from, leaves) - 1
        while True:
            pace = Fraction(self._pace[period] if period >= 0 else MILLION, MILLION)
            ends = now + left * pace
            if period + 1 == len(self._from) or ends <= self._from[period + 1]:
                return half_up(ends.numerator, ends.denominator)
            left -= (self._from[period + 1] - now) / pace
            now = Fraction(self._from[period + 1])
            period += 1

    def leave_by(self, arrives: int, driving: int) -> int:
        """Find the latest instant of leaving from which such a leg ends by `arrives`."""
        if not self._from or not driving:
            return arrives - driving
        low, high = arrives - half_up(driving * self._slowest, MILLION) - 1, arrives
        while low < high:
            middle = (low + high + 1) // 2
            if self.arrival(middle, driving) <= arrives:
                low = middle
            else:
                high = middle - 1
        return low
