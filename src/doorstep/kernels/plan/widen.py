"""More ways to part large orders, found by the prices of what is short.

The families of large orders follow from where stock lies. Once that is priced, each atom of an order has a site where
its weight and its price are least together: so the best pairs and triples of sites name partitions that no rule of
thumb would. It is column generation by a surrogate (Dantzig & Wolfe 1960, Decomposition principle for linear programs):
`lines` stand for what parcels cost, and the table that is set anew says what they do cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from doorstep.kernels.plan.atoms import Atoms
from doorstep.kernels.plan.board import Table
from doorstep.kernels.plan.compiled import FloatArray, Ledger
from doorstep.kernels.plan.least import Least
from doorstep.kernels.plan.lines import MIDDLE
from doorstep.kernels.plan.market import IntArray
from doorstep.kernels.plan.problem import PlanParams
from doorstep.kernels.plan.search import price
from doorstep.kernels.plan.wide import Partition
from doorstep.kernels.run import Run

SCALES = (1.0, 0.5)  # of the prices: those of a first look are too high for some
SETS = 12  # of sites, per order and scale
QUICK = 3  # a third of the rounds: a first look

Ways = dict[int, tuple[Partition, ...]]


def find_ways(table: Table, least: Least, atoms: Atoms, params: PlanParams, run: Run) -> Ways:
    """Partitions of the large orders that could draw on something short, by order."""
    large = np.flatnonzero(~table.blocks.exact & table.contested)
    if len(large) == 0 or params.max_parcels < 2:
        return {}
    ledger = price(table, least, params.price_rounds // QUICK, run).prices.ledger
    sets = _sets(table.ledger.stock.shape[0], params.max_parcels)
    found: Ways = {}
    for i in large.tolist():
        ways: dict[Partition, None] = {}
        for scale in SCALES:
            fixed, atom = _costs(ledger, least, i, atoms.of[i], scale)
            ways.update(dict.fromkeys(_cheapest(sets, fixed, atom)))
        found[i] = tuple(ways)
    return found


def _sets(sites: int, most: int) -> IntArray:
    """Sets of two or three sites [S, 3], the last of a pair twice."""
    rows = [(*some, some[-1])[:3] for size in range(2, most + 1) for some in combinations(range(sites), size)]
    return np.array(rows, np.int64).reshape(-1, 3)


def _costs(
    ledger: Ledger, least: Least, i: int, atoms: Sequence[tuple[int, int]], scale: float
) -> tuple[FloatArray, FloatArray]:
    """Costs [K] of sending anything from a site, and [K, atoms] of each atom there; infinite where it cannot be."""
    sku, units = np.array(atoms).T
    priced = scale * ledger.worth[ledger.worth_at[:, sku] + units]
    priced[ledger.stock[:, sku] < units] = np.inf
    lines, row = least.lines, int(least.lines.row[i])
    if row < 0:
        return np.zeros(len(priced)), priced
    part = slice(int(least.atom_start[i]), int(least.atom_start[i + 1]))
    sent = lines.per_gram[row, MIDDLE][:, None] * lines.atom_weight_g[part]
    sent = sent + lines.per_mm3[row, MIDDLE][:, None] * lines.atom_mm3[part]
    return lines.fixed[row, MIDDLE] + lines.fee, priced + sent + lines.atom_pick[part].T


def _cheapest(sets: IntArray, fixed: FloatArray, atom: FloatArray) -> list[Partition]:
    """Part the atoms among the sites of the cheapest sets."""
    each = atom[sets]  # [S, 3, atoms]
    paid = fixed[sets]
    paid[sets[:, 1] == sets[:, 2], 2] = 0.0
    cost = paid.sum(axis=1) + each.min(axis=1).sum(axis=1)
    best = np.argsort(cost, kind="stable")[:SETS]
    bits = 1 << np.arange(atom.shape[1], dtype=np.int64)
    found = []
    for at in best[np.isfinite(cost[best])].tolist():
        site = np.argmin(each[at], axis=0)
        masks = [int(bits[site == n].sum()) for n in range(3)]
        found.append(tuple(mask for mask in masks if mask))
    return found
