"""One price for each service, by which single parcels are chosen while a plan holds."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.position.commit_problem import BoolArray, CommitProblem, FloatArray
from doorstep.kernels.position.commit_result import CommitPlan, by_service
from doorstep.kernels.position.commit_settle import costs

SCALES = (0.0, 0.5, 0.8, 0.9, 1.0, 1.05, 1.1, 1.2, 1.35, 1.5, 2.0, 3.0)
PASSES = 2


def live_prices(problem: CommitProblem, plan: CommitPlan, lanes: BoolArray | None = None) -> FloatArray:
    """Give each service's commitment price in minor units, [s].

    A lane that the plan splits goes one way as a whole when its parcels are chosen by price, and the mean over lanes
    of what the plan weighs may fall short of what the last of them needs. So the means are scaled, all together and
    then each on its own, to the price at which choosing by it alone costs least in expectation; nothing at all is
    among what is tried. Of equals the nearest to the mean is kept.

    Parameters
    ----------
    lanes
        [n] lanes that the prices are for; all where left out. The others keep the plan's shares.
    """
    chosen = np.ones(len(problem.lanes), bool) if lanes is None else lanes
    heavy = problem.demand.mean(axis=0)[:, None] * problem.eligible * chosen[:, None]
    best = by_service(plan.bent, heavy)
    if not best.any():
        return best
    mean, least = best, _cost(problem, plan, chosen, best)
    order = sorted(SCALES, key=lambda one: (abs(one - 1), one))
    for scale in order:
        best, least = _better(problem, plan, chosen, mean * scale, best, least)
    for _ in range(PASSES):
        for s in np.flatnonzero(mean):
            for scale in order:
                tried = best.copy()
                tried[s] = mean[s] * scale
                best, least = _better(problem, plan, chosen, tried, best, least)
    return best


def _better(
    problem: CommitProblem, plan: CommitPlan, lanes: BoolArray, tried: FloatArray, best: FloatArray, least: float
) -> tuple[FloatArray, float]:
    cost = _cost(problem, plan, lanes, tried)
    return (tried, cost) if cost < least - 1e-6 * max(1.0, abs(least)) else (best, least)


def _cost(problem: CommitProblem, plan: CommitPlan, lanes: BoolArray, price: FloatArray) -> float:
    """What is expected if each of the lanes goes as a whole where its price with this is least."""
    share = plan.share.copy()
    weighed = np.where(problem.eligible, problem.price_minor + price, np.inf)
    share[lanes] = 0.0
    rows = np.flatnonzero(lanes)
    share[rows, weighed[rows].argmin(axis=1)] = 1.0
    return float(costs(problem, share).mean())
