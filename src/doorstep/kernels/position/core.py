"""Whole customers and sites, as far as the bound leaves them open, for an exact solver (HiGHS).

Sites and pairs whose choice is dearer than the incumbent by the prices of the relaxation are left out; that loses
nothing but answers that are not cheaper.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, vstack

from doorstep.kernels.position.compiled_whole import gain_with
from doorstep.kernels.position.lagrangian import Bound, Branch, Relaxation, forced
from doorstep.kernels.position.problem import BoolArray, FacilityProblem, FloatArray, IntArray

SOLVED, INFEASIBLE = 0, 2  # what `milp` says


@dataclass(frozen=True, slots=True, eq=False)
class Core:
    """What was found: shares [m, n] if any, a bound (infinite: there is no answer), whether it came to an end."""

    share: FloatArray | None
    bound: float
    ended: bool


def open_pairs(relaxation: Relaxation, branch: Branch, bound: Bound, limit: float) -> BoolArray:
    """Pairs [m, n] of site and customer that may be part of an answer cheaper than `limit`.

    A site's knapsack is solved anew with each customer in it for certain; of parts of customers, at the worth of its
    last unit, which is a bound of that.
    """
    rows = np.flatnonzero(~branch.barred)
    if_used = np.where(branch.used, bound.value, np.maximum(forced(relaxation, branch, bound)[0], bound.value))
    found = np.zeros(relaxation.cost.shape, np.bool_)
    if relaxation.whole:
        gain = gain_with(relaxation.cost, relaxation.demand_units, relaxation.capacity_units, bound.price, rows)
        found[rows] = if_used[rows, None] + gain - bound.gain[rows, None] < limit
        return found
    _, start, customer, part = relaxation.fill(bound.price, rows)
    for at, site in enumerate(rows.tolist()):
        rate = (relaxation.cost[site] - bound.price) / relaxation.demand
        held = customer[start[at] : start[at + 1]]
        filled = float(part[start[at] : start[at + 1]] @ relaxation.demand[held])
        full = filled >= relaxation.capacity[site] * (1 - 1e-12) and len(held)
        worth = min(0.0, float(rate[held].max())) if full else 0.0
        extra = np.maximum(0.0, (rate - worth) * relaxation.demand)
        found[site] = (if_used[site] + extra < limit) & (relaxation.demand <= relaxation.capacity[site])
    return found


def solve_core(problem: FacilityProblem, branch: Branch, pairs: BoolArray, seconds: float, nodes: int) -> Core:
    """Solve what is left: every customer gets one site of its pairs, at the least cost with that of the sites."""
    rows = np.flatnonzero(~branch.barred)
    row, customer = np.nonzero(pairs[rows])
    count, sites = len(row), len(rows)
    objective = np.concatenate([problem.cost_minor[rows][row, customer], problem.fixed_cost_minor[rows]])
    scale = max(1.0, float(objective.max()))
    lowest = np.concatenate([np.zeros(count), branch.used[rows].astype(np.float64)])
    answer = milp(
        objective / scale,
        integrality=np.ones(count + sites),
        bounds=Bounds(lowest, np.ones(count + sites)),
        constraints=_constraints(problem, rows, row, customer),
        options={"time_limit": seconds, "mip_rel_gap": 0.0, "node_limit": nodes},
    )
    dual = answer.mip_dual_bound * scale if answer.mip_dual_bound is not None else -np.inf
    if answer.x is None:
        none = answer.status == INFEASIBLE
        return Core(None, np.inf if none else float(dual), none)
    share = np.zeros(pairs.shape)
    share[rows[row], customer] = np.rint(answer.x[:count])
    return Core(share, float(dual), answer.status == SOLVED)


def _constraints(problem: FacilityProblem, rows: IntArray, row: IntArray, customer: IntArray) -> list[LinearConstraint]:
    count, sites = len(row), len(rows)
    pair = np.arange(count)
    each = coo_array((np.ones(count), (customer, pair)), (problem.customers, count + sites))
    need = problem.demand_units[customer].astype(np.float64)
    room = problem.capacity_units[rows].astype(np.float64)
    held = coo_array(
        (np.append(need, -room), (np.append(row, np.arange(sites)), np.append(pair, count + np.arange(sites)))),
        (sites, count + sites),
    )
    ones = np.ones(count)
    strong = coo_array(
        (np.append(ones, -ones), (np.append(pair, pair), np.append(pair, count + row))), (count, count + sites)
    )
    whole = coo_array((room, (np.zeros(sites, np.int64), count + np.arange(sites))), (1, count + sites))
    total = float(problem.demand_units.sum())
    return [
        LinearConstraint(csr_array(each), 1, 1),
        LinearConstraint(csr_array(vstack([held, strong])), -np.inf, 0),
        LinearConstraint(csr_array(whole), total, np.inf),
    ]
