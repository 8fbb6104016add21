"""Cells of parcels: never more than any way to part the atoms costs, and exactly that where nothing is too heavy."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.kernels.plan.compiled import NEVER
from doorstep.kernels.plan.lines import STEPS, Cells, no_lines
from doorstep.kernels.plan.stepped import Bench, Goods, Stairs, cells_cost, stairs_of

SITES, ROOMS = 3, 3


def drawn(rng: np.random.Generator, atoms: int, light: bool) -> tuple[Cells, Goods]:
    """Costs that rise with weight, in three rooms; of goods that are light, all go into any cell."""
    need = rng.integers(1, 40, (2, atoms)).astype(float)
    whole = need.sum(axis=1)
    rises = rng.integers(0, 2, (1, STEPS, SITES, ROOMS)) * rng.integers(0, 200, (1, STEPS, SITES, ROOMS))
    cost = 300 + rises.cumsum(axis=1)
    cost[:, STEPS - rng.integers(0, STEPS // 2) :, rng.integers(SITES)] = NEVER
    until_g = np.full((1, STEPS), whole[0]) if light else whole[0] * np.arange(1, STEPS + 1)[None] / STEPS
    until_mm3 = np.sort(rng.integers(0, 2 * whole[1], (1, ROOMS))).astype(float)
    until_mm3 = np.full((1, ROOMS), whole[1]) if light else np.minimum(until_mm3, whole[1])
    price = rng.integers(0, 300, (SITES, atoms)).astype(float)
    price[rng.random((SITES, atoms)) < 0.1] = np.inf
    return Cells(cost, until_g, until_mm3), Goods(price, need, rng.integers(1, 2**ROOMS, atoms), whole)


def told(cells: Cells, goods: Goods, at: list[int], enough: float) -> float:
    stairs = stairs_of(no_lines(1)._replace(cells=cells), 0, np.zeros(SITES))
    atoms = len(goods.rooms)
    bench = Bench(np.zeros(3, np.int64), np.zeros(atoms, np.int64), np.zeros(atoms))
    return float(cells_cost(stairs, goods, np.array(at), 50.0, enough, bench))


def cheapest(cells: Cells, goods: Goods, at: list[int]) -> float:
    """Of all ways to part the atoms among parcels from the sites, each in its cheapest cell."""
    best = np.inf
    for where in np.array(list(product(range(len(at)), repeat=len(goods.rooms)))):
        cost = 50.0
        for p, k in enumerate(at):
            mine = where == p
            cost += goods.price[k, mine].sum() + parcel(cells, goods, k, mine)
        best = min(best, cost)
    return best


def parcel(cells: Cells, goods: Goods, site: int, mine: np.ndarray) -> float:
    """Cheapest cell at a site for some atoms."""
    weight, volume = goods.need[:, mine].sum(axis=1)
    rooms = np.array([((goods.rooms[mine] >> r) & 1).all() for r in range(ROOMS)]) & (cells.until_mm3[0] >= volume)
    some = cells.cost[0, cells.until_g[0] >= weight, site][:, rooms]
    return float(some.min()) if some.min(initial=NEVER) < NEVER else float("inf")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 9_999), st.integers(1, 6), st.sampled_from(([0, 1], [1, 1], [2, 1, 0], [2, 2, 0], [1, 1, 1])))
def test_no_way_to_part_the_atoms_costs_less(seed: int, atoms: int, at: list[int]) -> None:
    cells, goods = drawn(np.random.default_rng(seed), atoms, light=False)
    best = cheapest(cells, goods, at)
    assert told(cells, goods, at, np.inf) <= best + 1e-6
    assert told(cells, goods, at, 700.0) <= min(best + 1e-6, 700.0)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 9_999), st.integers(1, 5), st.sampled_from(([0, 1], [1, 1], [2, 1, 0], [2, 2, 0])))
def test_where_nothing_is_too_heavy_or_too_large_it_is_what_the_best_way_costs(
    seed: int, atoms: int, at: list[int]
) -> None:
    cells, goods = drawn(np.random.default_rng(seed), atoms, light=True)
    assert told(cells, goods, at, np.inf) == cheapest(cells, goods, at)


def test_what_is_too_much_for_a_cell_leaves_it_for_the_next_best() -> None:
    """Two atoms of 10 g are cheapest at the first site, whose one cell bears 15 g: half an atom pays 8 more, or 4."""
    bears = np.array([[[15.0, 99.0]], [[20.0, 99.0]]])
    stairs = Stairs(np.array([1, 1]), np.array([[100.0], [100.0]]), bears, np.zeros((2, 1), np.int64))
    price, need = np.array([[1.0, 2.0], [9.0, 11.0]]), np.array([[10.0, 10.0], [1.0, 1.0]])
    goods = Goods(price, need, np.array([1, 1]), need.sum(axis=1))
    bench = Bench(np.zeros(3, np.int64), np.zeros(2, np.int64), np.zeros(2))
    assert cells_cost(stairs, goods, np.array([0, 1]), 0.0, np.inf, bench) == 200 + 3 + 0.5 * 8
