"""What it costs to leave stops, and what a plan comes to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from doorstep.kernels.route.pace import at_speed
from doorstep.kernels.route.problem import ANY, NEVER, REQUIRED, IntArray, RouteParams, RouteProblem, Stops
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.route.schedule import schedule
from doorstep.kernels.route.travel import pairwise


def leave_cost(problem: RouteProblem, params: RouteParams) -> int:
    """What leaving a required stop of priority 0 costs; by default ten times the dearest round to one stop."""
    if params.leave_cost is not None:
        return params.leave_cost
    fleet, stops, dearest = problem.fleet, problem.stops, 1
    for kind in np.flatnonzero(fleet.count).tolist():
        out_m, out_s = pairwise(problem.travel, fleet.start[kind], stops.location)
        home_m, home_s = pairwise(problem.travel, stops.location, fleet.end[kind])
        speed = int(fleet.speed_ppm[kind])
        metres, seconds = out_m + home_m, at_speed(out_s, speed) + at_speed(home_s, speed) + stops.service_s
        reached = (metres < NEVER) & (seconds < NEVER)
        costs = fleet.fixed[kind] + fleet.per_m[kind] * metres[reached] + fleet.per_s[kind] * seconds[reached]
        dearest = max(dearest, int(costs.max(initial=0)))
    return 10 * dearest


def together(stops: Stops) -> IntArray:
    """[n] the first stop of those that are served or left together: of a group, of a pair; else the stop itself."""
    first = np.arange(stops.count)
    grouped = stops.group != ANY
    _, at, of = np.unique(stops.group[grouped], return_index=True, return_inverse=True)
    first[grouped] = np.flatnonzero(grouped)[at][of]
    first[stops.pairs[:, 1]] = stops.pairs[:, 0]
    return first


def leave_costs(problem: RouteProblem, params: RouteParams) -> IntArray:
    """[n] what leaving each costs, together with those it goes with: its prize, or by the highest priority of them."""
    stops = problem.stops
    first, priority = together(stops), np.zeros(stops.count, np.int64)
    np.maximum.at(priority, first, stops.priority)
    cost = leave_cost(problem, params)
    return np.where(stops.prize == REQUIRED, cost * (1 + priority[first]), stops.prize)


def priced(problem: RouteProblem, result: RouteResult, params: RouteParams) -> RouteResult:
    """The result with what is unserved or left, its cost and its objective reckoned from its rounds."""
    stops = problem.stops
    first, served = together(stops), np.zeros(stops.count, np.bool_)
    visited = result.visit[result.visit >= 0]
    served[first[visited]] = True
    missing = np.flatnonzero(~served[first])
    required = stops.prize[missing] == REQUIRED
    costs = leave_costs(problem, params)
    cost = schedule(problem, result).cost
    objective = cost + int(costs[missing[first[missing] == missing]].sum())
    return replace(result, unserved=missing[required], left=missing[~required], cost=cost, objective=objective)
