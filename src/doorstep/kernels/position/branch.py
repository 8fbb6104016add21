"""Branch and bound over which sites are used, with the bound of the relaxation at each branch."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

import numpy as np

from doorstep.kernels.position.incumbent import Incumbent
from doorstep.kernels.position.lagrangian import Bound, Branch, Relaxation, ascend, forced
from doorstep.kernels.position.problem import FacilityParams, FacilityProblem, FloatArray
from doorstep.kernels.run import Run


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """What the search ends with: a bound, and its effort."""

    lower: float
    nodes: int
    steps: int


def search(problem: FacilityProblem, incumbent: Incumbent, params: FacilityParams, run: Run) -> Searched:
    """Look through the branches, the lowest bound first, until no branch can be better than the incumbent."""
    relaxation = Relaxation(problem)
    nothing = np.zeros(problem.sites, np.bool_)
    tree = _Tree(relaxation, incumbent)
    incumbent.try_set(~nothing)
    root, bound = tree.bounded(Branch(nothing, nothing), relaxation.first_prices(), params.ascent_steps // 4, 1.0)
    incumbent.improve(root.free, run)
    root, bound = tree.bounded(root, bound.price, params.ascent_steps, 1.0)  # steps are as long as the gap is wide
    nodes = 1
    tree.push(root, bound)
    while tree.heap and nodes < params.nodes and run.spent() < 1:
        lowest, _, branch, found = heappop(tree.heap)
        if lowest >= incumbent.enough(params.gap_ppm):
            heappush(tree.heap, (lowest, 0, branch, found))
            break
        for child in children(branch, found):
            nodes += 1
            tree.push(*tree.bounded(child, found.price, params.node_steps, 0.3))
    lower = min([incumbent.cost, *(one[0] for one in tree.heap)])
    return Searched(lower, nodes, tree.steps)


class _Tree:
    """Branches that are still open, and how one is bounded."""

    def __init__(self, relaxation: Relaxation, incumbent: Incumbent) -> None:
        self.relaxation = relaxation
        self.incumbent = incumbent
        self.heap: list[tuple[float, int, Branch, Bound]] = []
        self.steps = 0
        self._order = count(1)

    def push(self, branch: Branch, bound: Bound) -> None:
        if bound.value < self.incumbent.enough():
            heappush(self.heap, (bound.value, next(self._order), branch, bound))

    def bounded(self, branch: Branch, price: FloatArray, steps: int, length: float) -> tuple[Branch, Bound]:
        """Bound a branch, try the sites it would use, and fix what cannot be otherwise."""
        bound = ascend(self.relaxation, branch, price, self.incumbent.cost, steps, length)
        self.steps += bound.steps
        if bound.value >= self.incumbent.enough():
            return branch, bound
        self.incumbent.try_set((branch.used | (bound.often > 0.5)) & ~branch.barred)
        if not branch.free.any():
            value = self.incumbent.try_set(branch.used)
            return branch, Bound(value, bound.price, bound.gain, bound.often, bound.steps)
        return self.fixed(branch, bound)

    def fixed(self, branch: Branch, bound: Bound) -> tuple[Branch, Bound]:
        """Fix sites whose other choice is dearer than the incumbent by the bound's prices."""
        limit = self.incumbent.enough()
        found = with_fixed(self.relaxation, branch, bound, limit)
        if found is None:
            return branch, Bound(limit, bound.price, bound.gain, bound.often, bound.steps)
        if not found.free.any() and branch.free.any():
            value = self.incumbent.try_set(found.used)
            return found, Bound(max(value, bound.value), bound.price, bound.gain, bound.often, bound.steps)
        return found, bound


def with_fixed(relaxation: Relaxation, branch: Branch, bound: Bound, limit: float) -> Branch | None:
    """Fix sites whose other choice costs `limit` by the bound's prices; None where the whole branch does."""
    if bound.value >= limit:
        return None
    if_used, if_barred = forced(relaxation, branch, bound)
    bar, use = if_used >= limit, if_barred >= limit
    return None if (bar & use).any() else Branch(branch.used | use, branch.barred | bar)


def children(branch: Branch, bound: Bound) -> tuple[Branch, Branch]:
    """Split at the free site about which the relaxation is least sure."""
    free = np.flatnonzero(branch.free)
    site = free[np.argmin(np.abs(bound.often[free] - 0.5))]
    here = np.zeros_like(branch.used)
    here[site] = True
    return Branch(branch.used | here, branch.barred), Branch(branch.used, branch.barred | here)
