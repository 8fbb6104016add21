"""Facility location: sets of sites tried one by one agree with it, and the verifier rejects what is broken."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.position.check import check
from doorstep.kernels.position.facility import facility
from doorstep.kernels.position.problem import FacilityParams, FacilityProblem, IntArray
from doorstep.kernels.run import Run


def problem_of(seed: int, sites: int, customers: int, single: bool) -> FacilityProblem:
    rng = np.random.default_rng(seed)
    demand = rng.integers(1, 20, customers)
    capacity = rng.integers(1, 30, sites) + (3 * demand.sum()) // (2 * sites) + 20
    fixed, cost = rng.integers(0, 400, sites), rng.integers(0, 200, (sites, customers))
    return FacilityProblem(capacity, fixed, demand, cost, single)


def least(problem: FacilityProblem) -> float:
    """Every set of sites, and in it the transport problem or every way to give customers a site."""
    best = float("inf")
    for bits in product((False, True), repeat=problem.sites):
        rows = np.flatnonzero(bits)
        if problem.capacity_units[rows].sum() >= problem.demand_units.sum():
            fixed = float(problem.fixed_cost_minor[rows].sum())
            best = min(best, fixed + (whole if problem.single_source else split)(problem, rows))
    return best


def split(problem: FacilityProblem, rows: IntArray) -> float:
    sites, customers = len(rows), problem.customers
    serve = np.tile(np.eye(customers), sites)
    hold = np.kron(np.eye(sites), problem.demand_units.astype(float))
    cost = problem.cost_minor[rows].ravel().astype(float)
    return float(linprog(cost, hold, problem.capacity_units[rows], serve, np.ones(customers)).fun)


def whole(problem: FacilityProblem, rows: IntArray) -> float:
    best = float("inf")
    for at in product(range(len(rows)), repeat=problem.customers):
        load = np.bincount(at, problem.demand_units, len(rows))
        if (load <= problem.capacity_units[rows]).all():
            best = min(best, float(problem.cost_minor[rows[list(at)], np.arange(problem.customers)].sum()))
    return best


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(1, 8))
def test_split_agrees_with_every_set_of_sites(seed: int, sites: int, customers: int) -> None:
    problem = problem_of(seed, sites, customers, single=False)
    result = facility(problem)
    assert check(problem, result) == ()
    assert result.cost_minor == pytest.approx(least(problem), abs=0.51)
    assert result.gap_ppm < 1 or result.cost_minor - result.lower_bound_minor <= 1


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3), st.integers(1, 5))
def test_whole_agrees_with_every_assignment(seed: int, sites: int, customers: int) -> None:
    problem = problem_of(seed, sites, customers, single=True)
    result = facility(problem)
    assert check(problem, result) == ()
    assert result.cost_minor == least(problem)
    assert result.lower_bound_minor == result.cost_minor


@pytest.mark.parametrize("single", [False, True])
def test_the_bound_holds_where_the_search_stops_early(single: bool) -> None:
    problem = problem_of(7, 5, 7 if not single else 5, single)
    early = facility(problem, FacilityParams(ascent_steps=3, nodes=1, core_columns=0), Run(spent=lambda: 1.0))
    assert check(problem, early) == ()
    assert early.lower_bound_minor <= least(problem) <= early.cost_minor


def test_the_verifier_rejects_what_is_broken() -> None:
    problem = problem_of(3, 4, 6, single=False)
    result = facility(problem)
    share = result.share.copy()
    share[:, 0] = 0.0
    assert "customer 0 is served 0" in check(problem, replace(result, share=share))[0]
    assert any("is not used" in one for one in check(problem, replace(result, open_sites=~result.open_sites)))
    assert any("it costs" in one for one in check(problem, replace(result, cost_minor=result.cost_minor + 5)))
    assert any("bound" in one for one in check(problem, replace(result, lower_bound_minor=result.cost_minor + 1)))
    tight = FacilityProblem(np.array([5, 5]), np.zeros(2, int), np.array([4, 4]), np.array([[0, 0], [1, 1]]))
    packed = replace(facility(tight), share=np.array([[1.0, 1.0], [0.0, 0.0]]))
    assert any("serves 8.0 of 5" in one for one in check(tight, packed))
    torn = replace(problem, single_source=True)
    half = np.zeros_like(share)
    half[:2] = 0.5
    assert any("is split" in one for one in check(torn, replace(result, share=half)))


def test_a_problem_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(InvalidProblem, match="cannot serve the demand"):
        FacilityProblem([1], [0], [2], [[0]])  # type: ignore[arg-type]
    with pytest.raises(InvalidProblem, match="shapes"):
        FacilityProblem([1], [0, 1], [1], [[0]])  # type: ignore[arg-type]
    with pytest.raises(InvalidProblem, match="cost_minor holds -1"):
        FacilityProblem([1], [0], [1], [[-1]])  # type: ignore[arg-type]
    with pytest.raises(InvalidProblem, match="one site with room"):
        facility(FacilityProblem([3, 3], [0, 0], [2, 2, 2], np.zeros((2, 3)), single_source=True))  # type: ignore[arg-type]
