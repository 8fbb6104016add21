"""How long driving takes at which time of day.

The speed of a van changes in steps, and with it how long the rest of a way takes, not only how long a way takes that
begins then. Who leaves earlier arrives no later (Ichoua, Gendreau & Potvin 2003,
https://doi.org/10.1016/S0377-2217(02)00147-9).

All is whole numbers, so that whoever reckons anew comes to the same second: a way is so many millionths of a second of
plain driving (`driving_us`), a second of a period drives `10**12 // period_pace_ppm` of them, and the arrival is the
first whole second by which all are driven. Without periods a duration is divided by the van's speed, and rounded up.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace

import numpy as np

from doorstep.kernels.route.problem import NEVER, IntArray, RouteProblem, Travel

MILLION = 1_000_000
FAR_S = 2**38  # beyond it nobody looks at the time of day, and products stay within 64 bits
_SLOWEST_US, _FASTEST_US = 10_000, 10_000_000
GRID_S = 60
"""With periods a round leaves so many whole seconds after its shift begins, times a whole number."""


def at_speed(duration_s: IntArray, speed_ppm: IntArray | int) -> IntArray:
    """Seconds that a way of so many plain seconds takes a van of this speed, without periods; rounded up."""
    seconds: IntArray = -(-np.asarray(np.minimum(duration_s, NEVER), np.int64) * MILLION // speed_ppm)
    return np.asarray(np.minimum(seconds, NEVER), np.int64)


def driving_us(duration_s: IntArray, speed_ppm: IntArray | int) -> IntArray:
    """Millionths of a second of plain driving that a way of so many plain seconds asks of a van of this speed."""
    plain = np.asarray(np.minimum(duration_s, NEVER), np.int64) * MILLION
    whole = np.minimum(plain // speed_ppm, 2 * NEVER)
    return np.asarray(whole * MILLION - (-(plain % speed_ppm) * MILLION // speed_ppm), np.int64)


@dataclass(frozen=True, slots=True)
class Pace:
    """The periods of a day; row 0 is the time before the first.

    Parameters
    ----------
    begin
        Instants at which they begin; of row 0 the one at which it ends.
    driven
        Millionths of a second of plain driving from `begin[0]` to `begin`.
    rate
        How many a second drives.
    """

    begin: tuple[int, ...]
    driven: tuple[int, ...]
    rate: tuple[int, ...]

    def arrival(self, leaving_s: int, way_us: int) -> int:
        """When a way ends that begins then."""
        if leaving_s >= FAR_S:
            return leaving_s - (-way_us // MILLION)
        row = bisect_right(self.begin, leaving_s, 1) - 1
        upto = self.driven[row] + (leaving_s - self.begin[row]) * self.rate[row] + way_us
        row = bisect_right(self.driven, upto, 1) - 1
        return self.begin[row] - (self.driven[row] - upto) // self.rate[row]

    def leaving(self, by_s: int, way_us: int) -> int:
        """The last whole second at which a way may begin that is to end by then."""
        row = bisect_right(self.begin, by_s, 1) - 1
        since = self.driven[row] + (by_s - self.begin[row]) * self.rate[row] - way_us
        row = bisect_right(self.driven, since, 1) - 1
        return self.begin[row] + (since - self.driven[row]) // self.rate[row]

    def arrivals(self, leaving_s: IntArray, way_us: IntArray | int) -> IntArray:
        """`arrival` of many; the shapes are broadcast."""
        plain = leaving_s - np.asarray(-np.asarray(way_us, np.int64) // MILLION, np.int64)
        if len(self.begin) == 1:
            return plain
        begin, driven, rate = (np.array(one, np.int64) for one in (self.begin, self.driven, self.rate))
        soon = np.minimum(leaving_s, FAR_S)
        row = np.searchsorted(begin[1:], soon, "right")
        upto = driven[row] + (soon - begin[row]) * rate[row] + way_us
        row = np.searchsorted(driven[1:], upto, "right")
        found = begin[row] - (driven[row] - upto) // rate[row]
        return np.asarray(np.where(leaving_s < FAR_S, found, plain), np.int64)

    def slowest(self, from_s: int, to_s: int) -> int:
        """The least rate between two instants."""
        first, last = (bisect_right(self.begin, one, 1) - 1 for one in (from_s, to_s))
        return min(self.rate[first : last + 1])


def pace(travel: Travel) -> Pace:
    """The periods of `travel`; one row alone if it has none."""
    begin, driven, rate = [0], [0], [MILLION]
    if len(travel.period_from_s):
        begin[0] = int(travel.period_from_s[0])
    for since, ppm in zip(travel.period_from_s.tolist(), travel.period_pace_ppm.tolist(), strict=True):
        driven.append(driven[-1] + (since - begin[-1]) * rate[-1])
        begin.append(since)
        rate.append(min(max(MILLION * MILLION // ppm, _SLOWEST_US), _FASTEST_US))
    return Pace(tuple(begin), tuple(driven), tuple(rate))


def searched(problem: RouteProblem) -> RouteProblem:
    """The problem without periods: each van drives at the slowest pace of its shift all day.

    What is feasible in it is feasible in truth: it is the van's speed that is lowered, so that each way takes at least
    as long as it ever does; and a minute is taken off its longest day, since with periods a round leaves on a grid of
    minutes.
    """
    if not len(problem.travel.period_from_s):
        return problem
    fleet, day = problem.fleet, pace(problem.travel)
    speeds = [
        max(1, speed * day.slowest(since, until) // MILLION)
        for speed, since, until in zip(
            fleet.speed_ppm.tolist(), fleet.from_s.tolist(), fleet.to_s.tolist(), strict=True
        )
    ]
    longest = np.where(fleet.max_duration_s < NEVER, np.maximum(fleet.max_duration_s - (GRID_S - 1), 0), NEVER)
    nothing = np.zeros(0, np.int64)
    return replace(
        problem,
        travel=replace(problem.travel, period_from_s=nothing, period_pace_ppm=nothing),
        fleet=replace(fleet, speed_ppm=np.array(speeds, np.int64), max_duration_s=longest),
    )
