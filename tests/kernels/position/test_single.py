"""Facility location of one site a customer: whatever the effort, bound and plan enclose what every way costs."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.domain.errors import DoorstepError
from doorstep.kernels.position.check import check
from doorstep.kernels.position.facility import facility
from doorstep.kernels.position.problem import FacilityParams, FacilityProblem

EFFORTS = (
    FacilityParams(),
    FacilityParams(core_nodes=1, core_seconds=0.5),
    FacilityParams(core_columns=2),
    FacilityParams(nodes=1),
    FacilityParams(ascent_steps=3, node_steps=1),
    FacilityParams(ascent_steps=3, node_steps=1, core_columns=0),
)


def tight(seed: int, sites: int, customers: int) -> FacilityProblem:
    """Little room, many costs alike or 0, and all of them multiples of one number: where bounds are rounded."""
    rng = np.random.default_rng(seed)
    step = int(rng.choice([1, 1, 5, 10]))
    demand = rng.integers(1, 10, customers)
    share = int(demand.sum()) // sites
    capacity = rng.integers(max(1, share - 2), share + 9, sites)
    cost = rng.integers(0, 31, (sites, customers)) * rng.integers(0, 2, (sites, customers)) * step
    fixed = rng.integers(0, 41, sites) * rng.integers(0, 2, sites) * step
    return FacilityProblem(capacity, fixed, demand, cost, single_source=True)


def least(problem: FacilityProblem) -> float:
    """Every way to give each customer a site; infinite: there is none."""
    at = np.array(list(product(range(problem.sites), repeat=problem.customers)))
    chosen = at[:, :, None] == np.arange(problem.sites)
    fits = ((chosen * problem.demand_units[None, :, None]).sum(1) <= problem.capacity_units).all(1)
    cost = problem.cost_minor[at, np.arange(problem.customers)].sum(1) + chosen.any(1) @ problem.fixed_cost_minor
    return float(cost[fits].min()) if fits.any() else float("inf")


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 1_000_000), st.integers(1, 4), st.integers(1, 6), st.sampled_from(EFFORTS))
def test_bound_and_plan_enclose_the_least(seed: int, sites: int, customers: int, effort: FacilityParams) -> None:
    try:
        problem = tight(seed, sites, customers)
    except DoorstepError:
        return  # the sites together cannot hold it
    best = least(problem)
    if best == float("inf"):
        with pytest.raises(DoorstepError):
            facility(problem, effort)
        return
    try:
        found = facility(problem, effort)
    except DoorstepError:
        assert effort.core_columns <= 100, "there is a plan, and it was looked for with full effort"
        return
    assert found.lower_bound_minor <= best <= found.cost_minor
    assert check(problem, found) == ()
