"""Lines under what weight costs: they lie under it, they touch it, and the cheapest sites are the cheapest."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.kernels.plan.compiled import NEVER, NO_DAY, NO_LIMIT
from doorstep.kernels.plan.lines import STEPS, TOUCHES, cheapest_rows, fewest_sites, lines_under

TOTAL_G = 6_000
WEIGHT_G = np.array([[max(200, TOTAL_G * step // STEPS) for step in range(STEPS)]], np.int64)


def under(cost: list[int]) -> np.ndarray:
    """Lines [T, 2] of one order and one site."""
    return lines_under(np.array(cost, np.int64).reshape(1, STEPS, 1), WEIGHT_G, np.array([TOTAL_G]))[0, :, 0]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 3_000), min_size=STEPS, max_size=STEPS), st.integers(0, STEPS))
def test_lines_lie_under_what_any_weight_costs(steps: list[int], too_heavy: int) -> None:
    cost = sorted(steps)
    cost[STEPS - too_heavy :] = [int(NEVER)] * too_heavy
    for fixed, slope in under(cost):
        assert slope >= 0
        assert fixed >= 0
        if too_heavy == STEPS:
            assert np.isinf(fixed)
            continue
        for weight in range(200, TOTAL_G + 1, 50):
            step = int(np.flatnonzero(WEIGHT_G[0] <= weight)[-1])
            assert fixed + slope * weight <= cost[step] + 1e-3


def test_lines_of_a_tariff_by_the_gram_are_a_step_below_it() -> None:
    cost = [400 + int(weight) // 10 for weight in WEIGHT_G[0]]
    for share, (fixed, slope) in zip(TOUCHES, under(cost), strict=True):
        assert fixed + slope * share * TOTAL_G >= 400 + share * TOTAL_G / 10 - TOTAL_G / STEPS / 10 - 1e-6


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_the_cheapest_sites_are_the_cheapest_of_all_sets(data: st.DataObject) -> None:
    sites, atoms, parcels = (data.draw(st.integers(*span)) for span in ((1, 5), (1, 5), (1, 3)))
    cost = st.integers(0, 500)
    fixed = np.array(data.draw(st.lists(cost, min_size=sites, max_size=sites)), float)
    fee = np.array(data.draw(st.lists(cost, min_size=sites, max_size=sites)), float)
    rows = [data.draw(st.lists(st.one_of(cost, st.just(np.inf)), min_size=atoms, max_size=atoms)) for _ in fixed]
    atom = np.array(rows, float)
    best = np.inf
    for size in range(1, parcels + 1):
        for some in combinations(range(sites), size) if parcels > 1 else ():
            paid = sum(fixed[k] + fee[k] for k in some) + (fixed[some[0]] if size == 1 else 0)
            best = min(best, paid + atom[list(some)].min(axis=0).sum())
    assert fewest_sites(fixed, fee, atom, float(atom.min(axis=0).sum()), parcels) == best


def cheapest(rows: list[int]) -> list[float]:
    least = np.full(2, np.inf)
    cheapest_rows(np.array(rows), np.array([0, 0, 1]), np.array([7.0, 5.0, 9.0]), least)
    return [float(one) for one in least]


def test_a_site_costs_what_its_cheapest_day_does_and_nothing_where_no_day_is_limited() -> None:
    assert cheapest([0, 1, 2]) == [5.0, 9.0]
    assert cheapest([0, NO_DAY, 2]) == [7.0, 9.0]
    assert cheapest([0, NO_LIMIT, NO_DAY]) == [0.0, np.inf]
