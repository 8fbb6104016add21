"""Lower bounds of facility location: the demand relaxed, a knapsack per site (Geoffrion & McBride 1978; Beasley 1988).

With a price v_j for serving customer j, each used site fills its capacity with the customers that pay most above
their cost, and those sites are used that this makes worth their fixed cost. Sites used must hold the whole demand
together: that keeps the choice among them a knapsack, of which the linear bound and the count are used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.kernels.position.compiled import fill
from doorstep.kernels.position.compiled_whole import fill_whole
from doorstep.kernels.position.problem import BoolArray, FacilityProblem, FloatArray, IntArray

SMOOTH = 0.3  # of each new direction; the rest is kept of the one before
PATIENCE = 15  # steps without a better bound until they are halved
SHORTEST = 2e-3
FARTHEST = 0.05  # above the best bound, as a share of it, is where the steps aim at most
LARGEST_TABLE = 4_000_000  # of capacity by customers, in a knapsack of whole ones


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """Sites that are used, and sites that are not; the others are still free."""

    used: BoolArray
    barred: BoolArray

    @property
    def free(self) -> BoolArray:
        """Neither used nor barred."""
        return ~(self.used | self.barred)


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """A bound with its prices [n], what using each site gains [m], and how often each was used on the way [m]."""

    value: float
    price: FloatArray
    gain: FloatArray
    often: FloatArray
    steps: int


class Relaxation:
    """A problem as the relaxation needs it: floats, and demands as floats."""

    def __init__(self, problem: FacilityProblem) -> None:
        self.cost = problem.cost_minor.astype(np.float64)
        self.fixed = problem.fixed_cost_minor.astype(np.float64)
        self.demand = problem.demand_units.astype(np.float64)
        self.capacity = problem.capacity_units.astype(np.float64)
        self.total = float(self.demand.sum())
        self.demand_units, self.capacity_units = problem.demand_units, problem.capacity_units
        table = int(problem.capacity_units.max()) * problem.customers
        self.whole = problem.single_source and table <= LARGEST_TABLE  # else parts of customers: a lower bound, too

    def first_prices(self) -> FloatArray:
        """Between the nearest and the second nearest, with a share of the fixed cost."""
        with np.errstate(divide="ignore"):
            rate = np.where(self.capacity > 0, self.fixed / self.capacity, np.inf)
        full = self.cost + self.demand * rate[:, None]
        full[self.capacity <= 0] = np.inf
        return np.asarray(full.min(axis=0))

    def fill(self, price: FloatArray, rows: IntArray) -> tuple[FloatArray, IntArray, IntArray, FloatArray]:
        """Fill sites `rows` at these prices; see `compiled.fill`."""
        if self.whole:
            return fill_whole(self.cost, self.demand_units, self.capacity_units, price, rows)
        return fill(self.cost, self.demand, self.capacity, price, rows)


def choose(relaxation: Relaxation, gain: FloatArray, rows: IntArray, must: BoolArray) -> tuple[float, FloatArray]:
    """Choose among sites by what each costs with its gain: a bound of the best choice, and a choice [r].

    All that gain, and as many more as hold the demand: by the linear bound of the knapsack or by count, whichever is
    higher.
    """
    worth = relaxation.fixed[rows] + gain
    capacity = relaxation.capacity[rows]
    taken = must | (worth < 0)
    value = float(worth[taken].sum())
    missing = relaxation.total - float(capacity[taken].sum())
    chosen = taken.astype(np.float64)
    if missing <= 0:
        return value, chosen
    rest = np.flatnonzero(~taken & (capacity > 0))
    if float(capacity[rest].sum()) < missing * (1 - 1e-12):
        return np.inf, chosen
    order = rest[np.argsort(worth[rest] / capacity[rest], kind="stable")]
    ahead = np.cumsum(capacity[order]) - capacity[order]
    part = np.clip((missing - ahead) / capacity[order], 0.0, 1.0)
    linear = float(part @ worth[order])
    biggest = np.cumsum(np.sort(capacity[rest])[::-1])
    least = int(np.searchsorted(biggest, missing * (1 - 1e-12))) + 1
    cheapest = np.argsort(worth[rest], kind="stable")[:least]
    counted = float(worth[rest[cheapest]].sum())
    if counted > linear:
        chosen[rest[cheapest]] = 1.0
        return value + counted, chosen
    chosen[order] = part
    return value + linear, chosen


def ascend(
    relaxation: Relaxation,
    branch: Branch,
    price: FloatArray,
    upper: float,
    steps: int,
    length: float = 1.0,
    finest: float = SHORTEST,
) -> Bound:
    """Raise the bound of a branch by subgradient steps (Held, Wolfe & Crowder 1974), directions smoothed.

    It ends where steps are shorter than `finest`, or the bound reaches `upper`.
    """
    rows = np.flatnonzero(~branch.barred)
    must = branch.used[rows]
    best, best_price, best_gain = -np.inf, price, np.zeros(len(rows))
    often = np.zeros(len(rows))
    direction = np.zeros(len(price))
    stalled = done = 0
    for done in range(1, steps + 1):
        gain, start, customer, part = relaxation.fill(price, rows)
        value, chosen = choose(relaxation, gain, rows, must)
        value += float(price.sum())
        if value > best:
            stalled = 0 if value > best + 1e-7 * abs(best) else stalled + 1
            best, best_price, best_gain = value, price, gain
        else:
            stalled += 1
        often = chosen if done == 1 else 0.9 * often + 0.1 * chosen
        if best >= upper or not np.isfinite(value):
            break
        if stalled >= PATIENCE:
            length, stalled = length / 2, 0
            price, direction = best_price, direction * 0.0
            if length < finest:
                break
        slack = 1.0 - np.bincount(customer, part * np.repeat(chosen, np.diff(start)), minlength=len(price))
        direction = np.asarray(slack) if not direction.any() else SMOOTH * slack + (1 - SMOOTH) * direction
        norm = float(direction @ direction)
        if norm < 1e-12:
            break
        target = min(upper, best + FARTHEST * abs(best))  # a poor answer must not make the steps long
        price = price + length * (1.02 * target - value) / norm * direction
    whole_gain, whole_often = np.zeros(len(branch.used)), np.zeros(len(branch.used))
    whole_gain[rows], whole_often[rows] = best_gain, often
    return Bound(best, best_price, whole_gain, whole_often, done)


def forced(relaxation: Relaxation, branch: Branch, bound: Bound) -> tuple[FloatArray, FloatArray]:
    """Bounds [m] should a free site be used, and should it be barred; -inf for the others."""
    if_used, if_barred = np.full(len(branch.used), -np.inf), np.full(len(branch.used), -np.inf)
    base = float(bound.price.sum())
    rows = np.flatnonzero(~branch.barred)
    must = branch.used[rows]
    for at, site in enumerate(rows.tolist()):
        if must[at]:
            continue
        with_it = must.copy()
        with_it[at] = True
        if_used[site] = base + choose(relaxation, bound.gain[rows], rows, with_it)[0]
        rest = np.delete(rows, at)
        if_barred[site] = base + choose(relaxation, bound.gain[rest], rest, np.delete(must, at))[0]
    return if_used, if_barred
