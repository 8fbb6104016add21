"""Small problems of rounds with right plans, made by a driver who knows nothing of the verifier."""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt
from typing import Any

import numpy as np
from hypothesis import strategies as st

from doorstep.kernels.route.problem import (
    FloatArray,
    IntArray,
    RouteProblem,
    Travel,
    plain_fleet,
    plain_stops,
)
from doorstep.kernels.route.result import RouteResult


def whole(*numbers: int) -> IntArray:
    return np.array(numbers, np.int64)


def line(*places: float, **given: Any) -> Travel:
    """Places on a line; a unit is a metre and a second."""
    x: FloatArray = np.array(places, np.float64)
    return Travel("rounded", x, np.zeros(len(x)), **given)


def result(
    rounds: Sequence[tuple[int, Sequence[int]]], cost: int, unserved: Sequence[int] = (), left: Sequence[int] = (),
    objective: int | None = None, lower_bound: int | None = None,
) -> RouteResult:  # fmt: skip
    visits = [visit for _, of_round in rounds for visit in of_round]
    return RouteResult(
        vehicle=whole(*(vehicle for vehicle, _ in rounds)),
        start=np.cumsum([0, *(len(of_round) for _, of_round in rounds)]).astype(np.int64),
        visit=whole(*visits),
        unserved=whole(*unserved),
        left=whole(*left),
        cost=cost,
        objective=cost if objective is None else objective,
        iterations=0,
        engine="own",
        lower_bound=lower_bound,
    )


@st.composite
def plans(draw: st.DrawFn) -> tuple[RouteProblem, RouteResult]:
    """A plan drawn first, and a problem under which it is right: windows and loads as they come about."""
    n = draw(st.integers(1, 8))
    point = st.integers(-50, 50)
    travel = Travel(
        draw(st.sampled_from(["rounded", "truncated"])),
        np.array(draw(st.lists(point, min_size=n + 1, max_size=n + 1)), np.float64),
        np.array(draw(st.lists(point, min_size=n + 1, max_size=n + 1)), np.float64),
    )
    order = draw(st.permutations(range(n)))
    cuts = sorted(draw(st.sets(st.integers(1, n - 1), max_size=2))) if n > 1 else []
    rounds = [list(order[a:b]) for a, b in zip([0, *cuts], [*cuts, n], strict=True)]
    delivery, pickup, service = (draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)) for _ in range(3))
    early, late = (draw(st.lists(st.integers(0, 60), min_size=n, max_size=n)) for _ in range(2))
    fixed, per_s = draw(st.integers(0, 5)), draw(st.integers(0, 2))
    opens, closes, cost, most, longest = [0] * n, [0] * n, 0, 0, 0
    for visits in rounds:
        now, place, metres, load, begun = 0, 0, 0, sum(delivery[stop] for stop in visits), []
        most = max(most, load)
        for stop in visits:
            leg = _leg(travel, place, stop + 1)
            now, metres, place = now + leg, metres + leg, stop + 1
            opens[stop], closes[stop] = max(0, now + early[stop] - 30), now + max(early[stop] - 30, 0) + late[stop]
            begun.append(max(now, opens[stop]))
            now = begun[-1] + service[stop]
            load += pickup[stop] - delivery[stop]
            most = max(most, load)
        leg = _leg(travel, place, 0)
        now, metres = now + leg, metres + leg
        leaves = _latest(travel, visits, service, closes, now)
        longest = max(longest, now - leaves)
        cost += fixed + metres + per_s * (now - leaves)
    stops = plain_stops(
        np.arange(1, n + 1), whole(*delivery)[:, None], pickup=whole(*pickup)[:, None], service_s=whole(*service),
        from_s=whole(*opens), to_s=whole(*closes),
    )  # fmt: skip
    fleet = plain_fleet(
        whole(len(rounds)), whole(most)[:, None], fixed=whole(fixed), per_s=whole(per_s), max_duration_s=whole(longest)
    )
    return RouteProblem(travel, stops, fleet), result([(0, visits) for visits in rounds], cost)


def _leg(travel: Travel, a: int, b: int) -> int:
    """By integers alone, from twice or ten times the distance."""
    square = int(travel.x[a] - travel.x[b]) ** 2 + int(travel.y[a] - travel.y[b]) ** 2
    return (isqrt(4 * square) + 1) // 2 if travel.rule == "rounded" else isqrt(100 * square)


def _latest(travel: Travel, visits: list[int], service: list[int], closes: list[int], back: int) -> int:
    """By trying: the latest departure that is back by then and late nowhere; windows only ever make one wait less."""
    leaves = back
    while True:
        now, place, good = leaves, 0, True
        for stop in visits:
            now += _leg(travel, place, stop + 1)
            place = stop + 1
            good = good and now <= closes[stop]
            now += service[stop]
        if good and now + _leg(travel, place, 0) <= back:
            return leaves
        leaves -= 1
