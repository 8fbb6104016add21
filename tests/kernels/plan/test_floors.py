"""The cheapest sites are the cheapest of all sets, by the lines that tell most of each."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.kernels.plan.compiled import NO_DAY, NO_LIMIT
from doorstep.kernels.plan.floors import cheapest_rows, fewest_sites
from doorstep.kernels.plan.lines import TOUCHES
from doorstep.kernels.plan.stepped import Goods, Stairs

NOBODY = np.zeros(0, np.int64)
NO_GOODS = Goods(np.zeros((0, 0)), np.zeros((2, 0)), NOBODY, np.zeros(2))
NO_STAIRS = Stairs(NOBODY, np.zeros((0, 0)), np.zeros((0, 0, 2)), np.zeros((0, 0), np.int64))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_cheapest_sites_are_the_cheapest_of_all_sets(data: st.DataObject) -> None:
    sites, atoms, parcels = (data.draw(st.integers(*span)) for span in ((1, 4), (1, 5), (1, 3)))
    rng = np.random.default_rng(data.draw(st.integers(0, 9_999)))
    fixed = rng.integers(0, 500, (len(TOUCHES), sites)).astype(float)
    fee = rng.integers(0, 200, sites).astype(float)
    atom = rng.integers(0, 500, (len(TOUCHES), sites, atoms)).astype(float)
    atom[:, rng.random((sites, atoms)) < 0.2] = np.inf
    enough = data.draw(st.sampled_from((400.0, 900.0, np.inf)))
    sets: list[tuple[int, ...]] = [(k, k) for k in range(sites)]
    for size in range(2, parcels + 1):
        sets += combinations(range(sites), size)
    costs = [fee[sorted(set(some))].sum() + most_of(fixed, atom, some) for some in (sets if parcels > 1 else [])]
    found = fewest_sites(fixed, fee, atom, np.full(atoms, 1 / atoms), parcels, enough, NO_GOODS, NO_STAIRS)
    assert found == min([enough, *costs])


def most_of(fixed: np.ndarray, atom: np.ndarray, some: tuple[int, ...]) -> float:
    """Most that lines tell of a set of sites."""
    told = []
    for lines in product(range(len(TOUCHES)), repeat=len(some)):
        rows = np.array([atom[t, k] for t, k in zip(lines, some, strict=True)])
        told.append(sum(fixed[t, k] for t, k in zip(lines, some, strict=True)) + rows.min(axis=0).sum())
    return float(max(told))


def cheapest(rows: list[int]) -> list[float]:
    least = np.full(2, np.inf)
    cheapest_rows(np.array(rows), np.array([0, 0, 1]), np.array([7.0, 5.0, 9.0]), least)
    return [float(one) for one in least]


def test_a_site_costs_what_its_cheapest_day_does_and_nothing_where_no_day_is_limited() -> None:
    assert cheapest([0, 1, 2]) == [5.0, 9.0]
    assert cheapest([0, NO_DAY, 2]) == [7.0, 9.0]
    assert cheapest([0, NO_LIMIT, NO_DAY]) == [0.0, np.inf]
