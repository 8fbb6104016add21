"""The best plan of a day as a mixed-integer program, solved to optimality by HiGHS.

Parcels, their prices and what they take are those of `brute.py`; which of them are sent is left to the solver, so days
are reached that trying every combination cannot reach.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix
from tests.kernels.plan.brute import Brute, Way, partitions


class Program:
    """Binary variables and rows that hold a sum of them between two numbers."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.entries: list[tuple[int, int, float]] = []  # row, variable, factor
        self.low: list[float] = []
        self.high: list[float] = []

    def variable(self, cost: float = 0.0) -> int:
        self.cost.append(cost)
        return len(self.cost) - 1

    def row(self, terms: list[tuple[int, float]], low: float, high: float) -> None:
        self.entries += [(len(self.low), variable, factor) for variable, factor in terms]
        self.low.append(low)
        self.high.append(high)

    def least(self, seconds: float) -> int:
        """Cost of the optimum; raises when it is not proven in time."""
        row, variable, factor = zip(*self.entries, strict=True)
        matrix = coo_matrix((factor, (row, variable)), shape=(len(self.low), len(self.cost))).tocsr()
        found = milp(
            np.array(self.cost),
            integrality=np.ones(len(self.cost)),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(matrix, np.array(self.low), np.array(self.high)),
            options={"mip_rel_gap": 0.0, "time_limit": seconds},
        )
        assert found.success, found.message
        return round(float(found.fun))


def optimum(brute: Brute, seconds: float = 60.0) -> int:
    """Least objective of all orders together. Nominated days are not looked at: take them out of the orders before."""
    program, taken = Program(), defaultdict[tuple[str, ...], list[tuple[int, float]]](list)
    for i in range(len(brute.problem.orders)):
        _order(program, brute, i, taken)
    for row, terms in taken.items():
        program.row(terms, 0, brute.limit(row))
    return program.least(seconds)


def _order(program: Program, brute: Brute, i: int, taken: dict[tuple[str, ...], list[tuple[int, float]]]) -> None:
    """One of: leave the order, or a partition, each block of it in one parcel, each site and day of these paid once."""
    atoms = brute.atoms(brute.problem.orders[i])
    splits = sorted(set(partitions(atoms))) if atoms else []
    parcels = brute.parcels(i, sorted({load for split in splits for load in split}), insists=False)
    splits = [split for split in splits if all(parcels[load] for load in split)]
    chosen = [program.variable() for _ in splits]
    program.row([(one, 1) for one in [*chosen, program.variable(brute.unplanned)]], 1, 1)
    groups: dict[tuple[str, int], int] = {}
    for load in sorted({load for split in splits for load in split}):
        times = [(one, -float(split.count(load))) for one, split in zip(chosen, splits, strict=True) if load in split]
        copies = max(round(-count) for _, count in times)
        sent = [_parcel(program, brute, way, groups, taken) for way in parcels[load] for _ in range(copies)]
        program.row([*((one, 1.0) for one in sent), *times], 0, 0)


def _parcel(
    program: Program,
    brute: Brute,
    way: Way,
    groups: dict[tuple[str, int], int],
    taken: dict[tuple[str, ...], list[tuple[int, float]]],
) -> int:
    sent = program.variable(way.cost)
    if way.fee not in groups:
        groups[way.fee] = program.variable(brute.picking(way.fee[0]))
        for row in brute.picked_orders(way.fee):
            taken[row].append((groups[way.fee], 1.0))
    program.row([(sent, 1.0), (groups[way.fee], -1.0)], -1, 0)
    for row, units in way.usage:
        taken[row].append((sent, float(units)))
    return sent
