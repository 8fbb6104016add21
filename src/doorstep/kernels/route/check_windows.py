"""The verifier's own look at stops with several windows: which one is said, and whether it is one of theirs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from doorstep.kernels.route.check_round import RouteFault
from doorstep.kernels.route.problem import RELOAD, RouteProblem
from doorstep.kernels.route.result import RouteResult


def windows_said(problem: RouteProblem, result: RouteResult) -> tuple[RouteProblem, list[RouteFault]]:
    """Hold each stop to the window that the result says; one that says none, or another stop's, is a fault."""
    of: dict[int, list[int]] = {}
    for row, (stop, _, _) in enumerate(problem.windows.tolist()):
        of.setdefault(stop, []).append(row)
    said, visits = result.window.tolist(), result.visit.tolist()
    if not of and all(row < 0 for row in said):
        return problem, []
    faults = []
    from_s, to_s = problem.stops.from_s.tolist(), problem.stops.to_s.tolist()
    for place, stop in enumerate(visits):
        row = said[place] if place < len(said) else -1
        if stop != RELOAD and row in of.get(stop, [-1]):
            if row >= 0:
                _, from_s[stop], to_s[stop] = problem.windows[row].tolist()
        elif stop != RELOAD or row >= 0:
            faults.append(RouteFault("window", f"visit {place}: window {row} is none of stop {stop}"))
    stops = replace(problem.stops, from_s=np.array(from_s, np.int64), to_s=np.array(to_s, np.int64))
    return RouteProblem(problem.travel, stops, problem.fleet), faults
