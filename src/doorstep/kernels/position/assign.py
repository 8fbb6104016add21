"""Whole customers assigned to a set of sites (the generalised assignment problem), with the bound of that set.

The bound of the set, its own prices raised, mostly says that no assignment is worth a try. Where it does not, HiGHS
assigns among the pairs of site and customer that an answer below a limit may hold. The limit begins little above
the bound, so the first programs are small; it is raised while they hold no answer below it. So the kernel is found
that kernel search ranks its variables for (Guastaroba & Speranza 2014), and what lies outside of it is known to hold
nothing below the limit.
"""

from __future__ import annotations

import numpy as np

from doorstep.kernels.position.core import open_pairs, solve_core
from doorstep.kernels.position.incumbent import Incumbent
from doorstep.kernels.position.lagrangian import Branch, Relaxation, ascend
from doorstep.kernels.position.problem import BoolArray, FacilityParams, FacilityProblem, FloatArray

LIMITS = (5e-4, 2e-3, np.inf)  # above the bound of a set, as shares of it; never above the best answer
SET_STEPS = 200  # to raise the prices of a set
LAST_NODES, LAST_SECONDS = 100, 3  # times as many, for programs whose set must be settled


class Assignments:
    """Sets of sites that were tried: the bound of each, and whether more can be found out."""

    def __init__(
        self, problem: FacilityProblem, relaxation: Relaxation, incumbent: Incumbent, params: FacilityParams
    ) -> None:
        self.problem, self.relaxation, self.incumbent, self.params = problem, relaxation, incumbent, params
        self.steps = 0
        self._known: dict[bytes, float] = {}
        self._total = int(problem.demand_units.sum())

    def settle(self, used: BoolArray, price: FloatArray, last: bool = False) -> float:
        """Bound what a set of sites costs, all of them used; what is found goes to the incumbent.

        `last`: it must be settled as far as the limits go; otherwise once, and with few nodes.
        """
        key = np.packbits(used).tobytes()
        if key in self._known and (not last or self._known[key] >= self.incumbent.enough()):
            return self._known[key]
        if int(self.problem.capacity_units[used].sum()) < self._total:
            lower = float("inf")
        else:
            self.incumbent.try_set(used)
            lower = self._assigned(Branch(used, ~used), price, last)
        self._known[key] = max(lower, self._known.get(key, -np.inf))
        return self._known[key]

    def _assigned(self, branch: Branch, price: FloatArray, last: bool) -> float:
        incumbent, params = self.incumbent, self.params
        bound = ascend(self.relaxation, branch, price, incumbent.cost, SET_STEPS, 0.5)
        self.steps += bound.steps
        lower = bound.value
        for share in LIMITS:
            if lower >= incumbent.enough():
                break
            limit = min(incumbent.cost, bound.value * (1 + share))
            pairs = open_pairs(self.relaxation, branch, bound, limit)
            if not pairs.any(axis=0).all():  # a customer fits nowhere below the limit
                lower = limit
                continue
            if int(pairs.sum()) > params.core_columns:
                break
            nodes = params.core_nodes * (LAST_NODES if last else 1)
            seconds = params.core_seconds * (LAST_SECONDS if last else 1)
            found = solve_core(self.problem, branch, pairs, seconds, nodes)
            if found.share is not None:
                incumbent.take_whole(found.share)
            lower = max(lower, min(found.bound, limit))
            if not found.ended or (found.share is not None and (not last or found.bound <= limit)):
                break
        return lower
