"""How long driving takes at which time of day.

The speed of a van changes in steps, and with it how long the rest of a way takes, not only how long a way takes that
begins then. Who leaves earlier arrives no later (Ichoua, Gendreau & Potvin 2003,
https://doi.org/10.1016/S0377-2217(02)00147-9).

All is reckoned in whole numbers, in a unit that every pace divides, and rounded once, at the arrival: to the second,
half up.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from math import lcm

import numpy as np

from doorstep.kernels.route.problem import NEVER, IntArray, RouteProblem, Travel

MILLION = 1_000_000


def at_speed(duration_s: IntArray, speed_ppm: IntArray | int) -> IntArray:
    """Seconds that ways of so many plain seconds take a van of this speed at the plain pace; half up."""
    plain = np.minimum(duration_s, NEVER)
    seconds = (2 * plain * MILLION + speed_ppm) // (2 * np.asarray(speed_ppm, np.int64))
    return np.asarray(np.where(plain < NEVER, seconds, NEVER), np.int64)


@dataclass(frozen=True, slots=True)
class Pace:
    """The periods of a day; row 0 is the time before the first.

    Parameters
    ----------
    begin
        Instants at which they begin; of row 0 the one at which it ends.
    driven
        What is driven from `begin[0]` to `begin`.
    rate
        What a second drives.
    second
        What a second drives at the plain pace.
    """

    begin: tuple[int, ...]
    driven: tuple[int, ...]
    rate: tuple[int, ...]
    second: int

    def arrival(self, leaving_s: int, way_s: int) -> int:
        """When a way ends that begins then and takes `way_s` at the plain pace."""
        if len(self.begin) == 1 or way_s >= NEVER:
            return leaving_s + way_s
        row = bisect_right(self.begin, leaving_s, 1) - 1
        upto = self.driven[row] + (leaving_s - self.begin[row]) * self.rate[row] + way_s * self.second
        row = bisect_right(self.driven, upto, 1) - 1
        return self.begin[row] + (2 * (upto - self.driven[row]) + self.rate[row]) // (2 * self.rate[row])

    def leaving(self, by_s: int, way_s: int) -> int:
        """The last whole second at which such a way may begin to end by then."""
        if len(self.begin) == 1 or way_s >= NEVER:
            return by_s - way_s
        row = bisect_right(self.begin, by_s, 1) - 1
        upto = 2 * (self.driven[row] + (by_s - self.begin[row]) * self.rate[row]) + self.rate[row] - 1
        since = upto // 2 - way_s * self.second  # less than half a second too late is in time
        row = bisect_right(self.driven, since, 1) - 1
        return self.begin[row] + (since - self.driven[row]) // self.rate[row]

    def slowest(self, from_s: int, to_s: int) -> int:
        """The least rate between two instants."""
        first, last = (bisect_right(self.begin, one, 1) - 1 for one in (from_s, to_s))
        return min(self.rate[first : last + 1])


def pace(travel: Travel) -> Pace:
    """The periods of `travel`; one row alone if it has none."""
    begins, paces = travel.period_from_s.tolist(), travel.period_pace_ppm.tolist()
    unit = lcm(MILLION, *paces)
    begin, driven, rate = begins[:1] or [0], [0], [unit // MILLION]
    for since, ppm in zip(begins, paces, strict=True):
        driven.append(driven[-1] + (since - begin[-1]) * rate[-1])
        begin.append(since)
        rate.append(unit // ppm)
    return Pace(tuple(begin), tuple(driven), tuple(rate), unit // MILLION)


def searched(problem: RouteProblem) -> RouteProblem:
    """The problem without periods: each van drives at the slowest pace of its shift all day.

    What is feasible in it is feasible in truth, for it is the van's speed that is lowered, rounded down, and no way
    takes longer than that at any time of the shift. Of a van whose speed is not the plain one that holds to a second
    a way, for its seconds are rounded before the pace is applied to them.
    """
    if not len(problem.travel.period_from_s):
        return problem
    fleet, day = problem.fleet, pace(problem.travel)
    shifts = zip(fleet.speed_ppm.tolist(), fleet.from_s.tolist(), fleet.to_s.tolist(), strict=True)
    speeds = [max(1, speed * day.slowest(since, until) // day.second) for speed, since, until in shifts]
    nothing = np.zeros(0, np.int64)
    return replace(
        problem,
        travel=replace(problem.travel, period_from_s=nothing, period_pace_ppm=nothing),
        fleet=replace(fleet, speed_ppm=np.array(speeds, np.int64)),
    )
