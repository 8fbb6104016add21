"""Single sourcing: branches over which sites are used, and whole customers assigned under the sets that are worth it.

The bound of a branch is that of `lagrangian`. It closes most of the gap once it is known which sites are used, so the
branches are over sites alone, the lowest bound first; what remains of a set of sites is an assignment (`assign`).
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count

import numpy as np

from doorstep.kernels.position.assign import Assignments
from doorstep.kernels.position.branch import Searched, children, with_fixed
from doorstep.kernels.position.incumbent import Incumbent
from doorstep.kernels.position.lagrangian import Bound, Branch, Relaxation, ascend
from doorstep.kernels.position.problem import BoolArray, FacilityParams, FacilityProblem, FloatArray
from doorstep.kernels.run import Run

FINEST = 1e-4  # steps at the root are halved down to this: every branch below rests on its prices


def search_whole(problem: FacilityProblem, incumbent: Incumbent, params: FacilityParams, run: Run) -> Searched:
    """Look through the branches until none can hold a cheaper answer, or the time is spent."""
    relaxation = Relaxation(problem)
    nothing = np.zeros(problem.sites, np.bool_)
    incumbent.try_set(~nothing)
    tree = _Tree(relaxation, incumbent, Assignments(problem, relaxation, incumbent, params))
    tree.bounded(Branch(nothing, nothing), relaxation.first_prices(), params.ascent_steps, 1.0, FINEST)
    nodes = 1
    while tree.heap and nodes < params.nodes and run.spent() < 1:
        lowest, _, branch, found = tree.heap[0]
        if lowest >= incumbent.enough(params.gap_ppm):
            break
        heappop(tree.heap)
        if not branch.free.any():
            tree.leave(branch, found)
            continue
        for child in children(branch, found):
            nodes += 1
            tree.bounded(child, found.price, params.node_steps, 0.3)
    lower = min([incumbent.cost, *tree.left, *(one[0] for one in tree.heap)])
    return Searched(lower, nodes, tree.steps + tree.assignments.steps)


class _Tree:
    """Branches that are still open; `left`: bounds of sets of sites whose assignment was not solved to its end."""

    def __init__(self, relaxation: Relaxation, incumbent: Incumbent, assignments: Assignments) -> None:
        self.relaxation = relaxation
        self.incumbent = incumbent
        self.assignments = assignments
        self.heap: list[tuple[float, int, Branch, Bound]] = []
        self.left: list[float] = []
        self.steps = 0
        self._order = count()

    def bounded(self, branch: Branch, price: FloatArray, steps: int, length: float, finest: float = 2e-3) -> None:
        """Bound a branch, fix what cannot be otherwise, try the sites it would use, and keep it if it is open."""
        bound = ascend(self.relaxation, branch, price, self.incumbent.cost, steps, length, finest)
        self.steps += bound.steps
        fixed = with_fixed(self.relaxation, branch, bound, self.incumbent.enough())
        if fixed is None:
            return
        self.assignments.settle(self._likely(fixed, bound.often), bound.price)
        if bound.value < self.incumbent.enough():
            heappush(self.heap, (bound.value, next(self._order), fixed, bound))

    def _likely(self, branch: Branch, often: FloatArray) -> BoolArray:
        """Give the sites that a branch would use, those first that were used most often, until they hold the demand."""
        found = (branch.used | (often > 0.5)) & ~branch.barred
        others = np.flatnonzero(~found & ~branch.barred)
        others = others[np.argsort(-often[others], kind="stable")]
        capacity = self.relaxation.capacity
        ahead = float(capacity[found].sum()) + np.cumsum(capacity[others]) - capacity[others]
        found[others[ahead < self.relaxation.total]] = True
        return found

    def leave(self, branch: Branch, bound: Bound) -> None:
        """Solve the assignment of a branch in which every site is used or barred, as far as the limits go."""
        lower = max(bound.value, self.assignments.settle(branch.used, bound.price, last=True))
        if lower < self.incumbent.enough():
            self.left.append(lower)
