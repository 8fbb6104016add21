"""Rounds as CVRPLIB writes them, and what any rounds cost by the verifier's own reckoning."""

from __future__ import annotations

import gzip
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from doorstep.files.route_instance import Instance
from doorstep.kernels.route.check_round import drive
from doorstep.kernels.route.check_travel import Roads
from doorstep.kernels.route.problem import RELOAD, REQUIRED, RouteProblem
from doorstep.kernels.route.result import RouteResult

Rounds = Sequence[tuple[int, Sequence[int]]]
"""Vehicle and visits of each."""
_ROUTE = re.compile(r"Route #([0-9]+)\s*:(.*)")


def read_solution(path: Path, instance: Instance) -> RouteResult:
    """Read a .sol file; route i of a mixed fleet is driven by the file's vehicle i."""
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
    stop = {number: row for row, number in enumerate(instance.numbers)}
    kind = np.repeat(np.arange(instance.problem.fleet.kinds), instance.problem.fleet.count).tolist()
    rounds = []
    for match in _ROUTE.finditer(text):
        visits = [stop[int(cell)] for cell in match[2].split()]
        if visits:
            rounds.append((kind[int(match[1]) - 1], visits))
    return made(instance.problem, rounds)


def made(problem: RouteProblem, rounds: Rounds, engine: str = "own") -> RouteResult:
    """A result of rounds, its cost reckoned; stops in no round are unserved or left."""
    visits = [visit for _, of_round in rounds for visit in of_round]
    prize, group = problem.stops.prize, problem.stops.group
    served = set(visits) - {RELOAD}
    groups = {int(group[stop]) for stop in served} - {-1}
    missing = [stop for stop in range(problem.stops.count) if stop not in served and int(group[stop]) not in groups]
    cost = reckoned(problem, rounds)
    left = [stop for stop in missing if prize[stop] != REQUIRED]
    return RouteResult(
        vehicle=np.array([vehicle for vehicle, _ in rounds], np.int64),
        start=np.cumsum([0, *(len(of_round) for _, of_round in rounds)]).astype(np.int64),
        visit=np.array(visits, np.int64),
        unserved=np.array([stop for stop in missing if prize[stop] == REQUIRED], np.int64),
        left=np.array(left, np.int64),
        cost=cost,
        objective=cost
        + sum({int(group[stop]) if group[stop] >= 0 else -1 - stop: int(prize[stop]) for stop in left}.values()),
        iterations=0,
        engine=engine,
    )


def reckoned(problem: RouteProblem, rounds: Rounds) -> int:
    """What rounds cost: fixed, metres, seconds. What cannot be driven is counted as far as it can."""
    roads, fleet = Roads(problem.travel), problem.fleet
    cost = 0
    for number, (vehicle, visits) in enumerate(rounds):
        driven = drive(problem, roads, number, vehicle, list(visits))
        cost += int(fleet.fixed[vehicle]) + int(fleet.per_m[vehicle]) * (driven.distance_m or 0)
        cost += int(fleet.per_s[vehicle]) * (driven.duration_s or 0)
    return cost
