"""What comes out: rounds, and what was left."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from doorstep.kernels.route.problem import IntArray


@dataclass(frozen=True, slots=True)
class RouteResult:
    """r rounds over k visits.

    Parameters
    ----------
    vehicle
        [r] row of `Fleet`; a row is not used more often than it has vans.
    start
        [r + 1] round i owns the visits `start[i]` to `start[i + 1]` (exclusive), at least one.
    visit
        [k] stop, or RELOAD between two trips.
    unserved
        Stops that had to be served and are not: all of a group, both of a pair; ascending.
    left
        Optional stops that were not worth it; ascending.
    cost
        Of the rounds: fixed, metres, seconds.
    objective
        `cost` plus prizes of what was left plus the leave cost of what is unserved.
    iterations
        Done by the search; a run with as many and the same seed gives the same rounds.
    engine
        "own" or "pyvrp".
    lower_bound
        Of `objective`, where one is known; else None.
    window
        [k] which row of `RouteProblem.windows` service begins in, ANY at a stop of one window; empty: all are such.
    """

    vehicle: IntArray
    start: IntArray
    visit: IntArray
    unserved: IntArray
    left: IntArray
    cost: int
    objective: int
    iterations: int
    engine: str
    lower_bound: int | None = None
    window: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))

    def rounds(self) -> list[IntArray]:
        """The visits of each round."""
        return [self.visit[a:b] for a, b in zip(self.start[:-1], self.start[1:], strict=True)]
