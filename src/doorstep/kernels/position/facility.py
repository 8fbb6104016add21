"""Which sites to use: facility location with capacities, single- and multi-sourced, with a proof of how good it is."""

from __future__ import annotations

from itertools import combinations
from math import ceil, comb, floor

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.position.branch import search
from doorstep.kernels.position.compiled import transport
from doorstep.kernels.position.incumbent import CLOSE, Incumbent
from doorstep.kernels.position.problem import (
    BoolArray,
    FacilityParams,
    FacilityProblem,
    FacilityResult,
    FloatArray,
)
from doorstep.kernels.position.single import search_whole
from doorstep.kernels.run import Run

MOST_SETS = 3_000
USUAL = FacilityParams()
PLAIN_RUN = Run()


def facility(problem: FacilityProblem, params: FacilityParams = USUAL, run: Run = PLAIN_RUN) -> FacilityResult:
    """Choose sites and who serves whom, at the least cost of both.

    Multi-sourced: bounds by relaxed demand, transport problems for sets of sites, and branches until nothing is
    better. Single-sourced: the same with knapsacks of whole customers, and HiGHS assigns them where a set of sites is
    worth it. The search stops early when `run.spent()` reaches 1; the bound then tells how far it came.

    Raises
    ------
    InvalidProblem
        No single-sourced answer was found: customers are too large for the sites, or nearly so.
    """
    incumbent = Incumbent(problem)
    if not problem.customers:
        nothing = np.zeros(problem.sites, np.bool_)
        return FacilityResult(nothing, np.zeros((problem.sites, 0)), 0, 0, 0, 0)
    searched = (search_whole if problem.single_source else search)(problem, incumbent, params, run)
    if not np.isfinite(incumbent.cost):
        raise InvalidProblem("no way was found to give every customer one site with room for it")
    used = np.asarray(incumbent.share.any(axis=1))
    cost = float(problem.fixed_cost_minor[used].sum()) + float((incumbent.share * problem.cost_minor).sum())
    cost_minor = int(np.floor(cost + 0.5))
    surely = searched.lower - CLOSE * abs(searched.lower)
    grain = incumbent.grain  # whole customers cost multiples of it
    bound = min(ceil(surely / grain) * grain if grain else floor(surely), cost_minor)
    return FacilityResult(used, incumbent.share, cost_minor, bound, searched.nodes, searched.steps)


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
