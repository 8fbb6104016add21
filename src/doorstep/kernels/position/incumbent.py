"""The best answer of facility location so far: sets of sites, what they cost, and better sets nearby."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from doorstep.kernels.position.compiled import transport
from doorstep.kernels.position.compiled_single import exchange, mend
from doorstep.kernels.position.problem import BoolArray, FacilityProblem, FloatArray
from doorstep.kernels.run import Run

LARGEST_SETS = 4_000
SHARE_OF_TIME = 0.25  # that looking nearby may take
CLOSE = 1e-9  # of a cost: nearer than this is as good as equal


class Incumbent:
    """Prices sets of used sites, each once, and keeps the cheapest."""

    def __init__(self, problem: FacilityProblem) -> None:
        self.problem = problem
        self.cost = float("inf")
        self.used: BoolArray = np.ones(problem.sites, np.bool_)
        self.share: FloatArray = np.zeros(problem.cost_minor.shape)
        self._costs = problem.cost_minor.astype(np.float64)
        self._total = int(problem.demand_units.sum())
        # Whole customers cost multiples of this; what is split may cost anything.
        every = np.append(problem.cost_minor, problem.fixed_cost_minor)
        self.grain = int(np.gcd.reduce(every)) if problem.single_source else 0
        self._known: dict[bytes, float] = {}

    def try_set(self, used: BoolArray) -> float:
        """Price a set of sites; infinite where they cannot hold the demand."""
        key = np.packbits(used).tobytes()
        if key in self._known:
            return self._known[key]
        value, share = self._served(used)
        self._known[key] = value
        self.take(value, used, share)
        return value

    def enough(self, gap_ppm: int = 0) -> float:
        """Give the bound from which on nothing better can be found that counts."""
        hair = self.cost * CLOSE if np.isfinite(self.cost) else 0.0
        return self.cost - max(hair, self.grain - hair, self.cost * gap_ppm * 1e-6 if hair else 0.0)

    def take_whole(self, share: FloatArray) -> None:
        """Keep an answer of whole customers, with those sites that serve any, if it is the cheapest so far."""
        used = np.asarray(share.any(axis=1))
        self.take(self._fixed(used) + float((share * self._costs).sum()), used, share)

    def take(self, cost: float, used: BoolArray, share: FloatArray) -> None:
        """Keep an answer if it is the cheapest so far."""
        if cost < self.cost:
            self.cost, self.used, self.share = cost, used.copy(), share

    def _served(self, used: BoolArray) -> tuple[float, FloatArray]:
        problem = self.problem
        rows = np.flatnonzero(used)
        share = np.zeros(problem.cost_minor.shape)
        if int(problem.capacity_units[rows].sum()) < self._total:
            return float("inf"), share
        cost, capacity = self._costs[rows], problem.capacity_units[rows]
        units = transport(cost, problem.demand_units, capacity)
        if not problem.single_source:
            share[rows] = units / problem.demand_units
        else:
            at = mend(cost, problem.demand_units, capacity, units)
            if (at < 0).any():
                return float("inf"), share
            at = exchange(cost, problem.demand_units, capacity, at)
            share[rows[at], np.arange(problem.customers)] = 1.0
        return self._fixed(used) + float((share[rows] * self._costs[rows]).sum()), share

    def _fixed(self, used: BoolArray) -> float:
        return float(self.problem.fixed_cost_minor[used].sum())

    def improve(self, free: BoolArray, run: Run) -> None:
        """Close, open and swap sites as long as that is cheaper; `free`: those about which anything is open.

        It ends when a quarter of the time is spent: with hundreds of sites there are more swaps than time.
        """
        better = True
        while better and len(self._known) < LARGEST_SETS:
            before = self.cost
            for some in _nearby(self.used, np.flatnonzero(free)):
                if run.spent() >= SHARE_OF_TIME:
                    return
                self.try_set(_flipped(self.used, some))
            better = self.cost < before * (1 - 1e-12)

    def swap(self) -> None:
        """Swap one site for another as long as that is cheaper; their number stays."""
        better = True
        while better and len(self._known) < LARGEST_SETS:
            before = self.cost
            for opened in np.flatnonzero(~self.used):
                for closed in np.flatnonzero(self.used):
                    self.try_set(_flipped(self.used, [opened, closed]))
            better = self.cost < before * (1 - 1e-12)


def _nearby(used: BoolArray, sites: NDArray[np.intp]) -> Iterator[list[np.intp]]:
    """Sites to close or open: each by itself, then one of either for one of the other."""
    for site in sites:
        yield [site]
    for opened in sites[~used[sites]]:
        for closed in sites[used[sites]]:
            yield [opened, closed]


def _flipped(used: BoolArray, sites: list[np.intp]) -> BoolArray:
    found = used.copy()
    found[sites] = ~found[sites]
    return found
