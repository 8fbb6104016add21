"""The linear relaxation over whole ways of orders, by column generation with HiGHS: what Lagrangian prices can reach.

Master: mixtures of the ways of orders, rows of stock and capacity shared. Pricing: of each order the cheapest way under
the duals of the rows, of all that `brute.py` lists. Its optimum is that of the Lagrangian dual (Geoffrion 1974).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csc_matrix
from tests.kernels.plan.brute import Brute

SLACK = 1e-7  # of a reduced cost


@dataclass(frozen=True)
class Ways:
    """Ways w of all orders, order by order; the last of each leaves it."""

    start: NDArray[np.int64]  # [N + 1]
    cost: NDArray[np.float64]  # [W]
    use: csc_matrix  # [rows, W]
    limit: NDArray[np.float64]  # [rows]


def list_ways(brute: Brute) -> Ways:
    ways = [brute.ways(i) for i in range(len(brute.problem.orders))]
    flat = [way for of_order in ways for way in of_order]
    rows = {row: n for n, row in enumerate(sorted({row for way in flat for row, _ in way.usage}))}
    entries = [(rows[row], w, units) for w, way in enumerate(flat) for row, units in way.usage]
    at, column, units = np.array(entries, np.int64).reshape(-1, 3).T
    return Ways(
        start=np.cumsum([0, *(len(of_order) for of_order in ways)]),
        cost=np.array([way.cost for way in flat], np.float64),
        use=csc_matrix((units.astype(np.float64), (at, column)), shape=(len(rows), len(flat))),
        limit=np.array([brute.limit(row) for row in rows], np.float64),
    )


def linear_optimum(ways: Ways) -> float:
    """Least cost of mixtures of ways."""
    orders = len(ways.start) - 1
    of = np.repeat(np.arange(orders), np.diff(ways.start))
    held = ways.start[1:] - 1  # leaving every order is possible
    while True:
        convex = csc_matrix((np.ones(len(held)), (of[held], np.arange(len(held)))), shape=(orders, len(held)))
        found = linprog(
            ways.cost[held],
            A_ub=ways.use[:, held],
            b_ub=ways.limit,
            A_eq=convex,
            b_eq=np.ones(orders),
            method="highs",
        )
        assert found.success, found.message
        priced = ways.cost - ways.use.T @ found.ineqlin.marginals
        reduced = priced - found.eqlin.marginals[of]
        least = np.minimum.reduceat(reduced, ways.start[:-1])
        new = np.flatnonzero((reduced == least[of]) & (reduced < -SLACK))
        if len(new) == 0:
            return float(found.fun)
        held = np.union1d(held, new)
