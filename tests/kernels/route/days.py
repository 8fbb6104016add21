"""Small problems, and rounds by name, for the tests of routes."""

from __future__ import annotations

from typing import Any

import numpy as np

from doorstep.kernels.route.problem import Fleet, IntArray, RouteProblem, Stops, Travel, plain_fleet, plain_stops
from doorstep.kernels.route.result import RouteResult


def ints(*values: int) -> IntArray:
    return np.array(values, np.int64)


def matrix(seconds: list[list[int]], metres: list[list[int]] | None = None, **given: Any) -> Travel:
    """Ways as they are listed; as many metres as seconds, if not said otherwise."""
    nowhere = np.zeros(len(seconds))
    duration = np.array(seconds, np.int64)
    distance = duration if metres is None else np.array(metres, np.int64)
    return Travel("matrix", nowhere, nowhere, distance=distance, duration=duration, **given)


def line(*x: int, **given: Any) -> Travel:
    """Places along a road, at so many metres, each driven in a second."""
    far = np.abs(np.subtract.outer(x, x)).tolist()
    return matrix(far, **given)


def stops(*location: int, **given: Any) -> Stops:
    """One each at these places, a unit each in one dimension, if not said otherwise."""
    delivery = given.pop("delivery", np.ones((len(location), 1), np.int64))
    return plain_stops(ints(*location), delivery, **{name: np.asarray(one, np.int64) for name, one in given.items()})


def vans(*count: int, **given: Any) -> Fleet:
    """So many of each kind, ten units each in one dimension, if not said otherwise."""
    capacity = given.pop("capacity", [[10]] * len(count))
    arrays = {name: np.asarray(one, np.int64) for name, one in given.items()}
    return plain_fleet(ints(*count), np.array(capacity, np.int64), **arrays)


def result(*rounds: tuple[int, list[int]]) -> RouteResult:
    """Rounds as (row of the fleet, visits)."""
    visits = [visit for _, visit in rounds]
    return RouteResult(
        vehicle=ints(*[kind for kind, _ in rounds]),
        start=np.cumsum(ints(0, *map(len, visits))),
        visit=ints(*[one for visit in visits for one in visit]),
        unserved=ints(),
        left=ints(),
        cost=0,
        objective=0,
        iterations=0,
        engine="own",
    )


def problem(travel: Travel, stops: Stops, fleet: Fleet) -> RouteProblem:
    return RouteProblem(travel, stops, fleet)
