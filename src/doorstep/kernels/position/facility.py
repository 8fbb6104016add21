"""Which sites to use: facility location with capacities, single- and multi-sourced, with a proof of how good it is."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from math import ceil, comb, floor

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.position.branch import Searched, search
from doorstep.kernels.position.compiled import transport
from doorstep.kernels.position.core import open_pairs, solve_core
from doorstep.kernels.position.incumbent import Incumbent
from doorstep.kernels.position.lagrangian import Relaxation
from doorstep.kernels.position.problem import (
    BoolArray,
    FacilityParams,
    FacilityProblem,
    FacilityResult,
    FloatArray,
)
from doorstep.kernels.run import Run

MOST_SETS = 3_000
USUAL = FacilityParams()
PLAIN_RUN = Run()


def facility(problem: FacilityProblem, params: FacilityParams = USUAL, run: Run = PLAIN_RUN) -> FacilityResult:
    """Choose sites and who serves whom, at the least cost of both.

    Multi-sourced: bounds by relaxed demand, transport problems for sets of sites, and branches until nothing is
    better. Single-sourced: the same at the root, with knapsacks of whole customers; what it leaves open is solved by
    HiGHS. The search stops early when `run.spent()` reaches 1; the bound then tells how far it came.

    Raises
    ------
    InvalidProblem
        No single-sourced answer was found: customers are too large for the sites, or nearly so.
    """
    incumbent = Incumbent(problem)
    if not problem.customers:
        nothing = np.zeros(problem.sites, np.bool_)
        return FacilityResult(nothing, np.zeros((problem.sites, 0)), 0, 0, 0, 0)
    first = replace(params, nodes=1) if problem.single_source else params
    searched = search(problem, incumbent, first, run)
    lower = searched.lower
    if problem.single_source and incumbent.cost - lower > 1e-9 * abs(lower):
        lower = _finish(problem, incumbent, searched, params)
    if not np.isfinite(incumbent.cost):
        raise InvalidProblem("no way was found to give every customer one site with room for it")
    used = np.asarray(incumbent.share.any(axis=1))
    cost = float(problem.fixed_cost_minor[used].sum()) + float((incumbent.share * problem.cost_minor).sum())
    cost_minor = int(np.floor(cost + 0.5))
    round_bound = ceil if problem.single_source else floor  # whole customers cost whole minor units
    bound = min(round_bound(lower - 1e-9 * abs(lower)), cost_minor)
    return FacilityResult(used, incumbent.share, cost_minor, bound, searched.nodes, searched.steps)


def _finish(problem: FacilityProblem, incumbent: Incumbent, searched: Searched, params: FacilityParams) -> float:
    """Solve the core and take its answer over; returns the bound that holds then."""
    pairs = open_pairs(Relaxation(problem), searched.root, searched.bound, incumbent.cost)
    if not pairs.any() or int(pairs.sum()) > params.core_columns:
        return incumbent.cost if not pairs.any() else searched.lower
    solved = solve_core(problem, searched.root, pairs, params.core_seconds)
    if solved is None:
        return searched.lower
    used, share, bound = solved
    if share.any():
        cost = float(problem.fixed_cost_minor[used].sum()) + float((share * problem.cost_minor).sum())
        incumbent.take(cost, used, share)
    return max(searched.lower, min(bound, incumbent.cost))


def at_most(problem: FacilityProblem, most: int) -> FacilityResult:
    """Choose the best `most` sites where few sites may be used; multi-sourced, every set of them tried.

    Where there are more than `MOST_SETS` such sets, the largest are swapped for others as long as that is cheaper; the
    bound is 0 then.

    Raises
    ------
    InvalidProblem
        No such set can serve the demand.
    """
    if most >= problem.sites:
        return facility(problem)
    incumbent = Incumbent(problem)
    tried = comb(problem.sites, most) <= MOST_SETS
    if tried:
        for members in combinations(range(problem.sites), most):
            incumbent.try_set(_set_of(problem, members))
    else:
        members = tuple(np.argsort(-problem.capacity_units, kind="stable")[:most].tolist())
        incumbent.try_set(_set_of(problem, members))
        incumbent.swap()
    if not np.isfinite(incumbent.cost):
        raise InvalidProblem(f"no {most} sites can serve the demand")
    cost_minor = int(np.floor(incumbent.cost + 0.5))
    used = np.asarray(incumbent.share.any(axis=1))
    return FacilityResult(used, incumbent.share, cost_minor, cost_minor if tried else 0, 1, 0)


def served_by(problem: FacilityProblem) -> FloatArray:
    """Serve all demand from all sites at the least cost, split where it must be: shares [m, n]."""
    cost = problem.cost_minor.astype(np.float64)
    units = transport(cost, problem.demand_units, problem.capacity_units)
    return np.asarray(units / problem.demand_units)


def _set_of(problem: FacilityProblem, members: tuple[int, ...]) -> BoolArray:
    found = np.zeros(problem.sites, np.bool_)
    found[list(members)] = True
    return found
