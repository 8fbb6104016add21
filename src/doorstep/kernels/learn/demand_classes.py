"""Classes of series by how often and how evenly they are asked for, each by its past alone.

References
----------
A. A. Syntetos, J. E. Boylan and J. D. Croston, "On the categorization of demand patterns", J. of the Operational
Research Society 56 (2005): intervals of 1.32 weeks and a squared variation of 0.49 divide.
"""

from __future__ import annotations

import numpy as np

from doorstep.kernels.learn.demand_problem import DemandProblem, IntArray

CLASSES = ("new", "sparse", "smooth", "erratic", "intermittent", "lumpy")
NEW_WEEKS = 8  # a life shorter than this is new
SPARSE = 4  # weeks with demand, fewer of them are sparse
LOOK_BACK = 52  # weeks
INTERVAL, VARIATION = 1.32, 0.49


def classes(problem: DemandProblem, origins: tuple[int, ...]) -> IntArray:
    """Index into `CLASSES` of each series at each origin. [O, S]."""
    found = np.zeros((len(origins), len(problem.series)), dtype=np.int64)
    weeks = np.arange(problem.weeks)
    for at, origin in enumerate(origins):
        first = np.maximum(problem.since, origin - LOOK_BACK)
        lived = origin - first
        seen = np.where((weeks < origin) & (weeks >= first[:, None]), problem.units, 0).astype(np.float64)
        times = (seen > 0).sum(axis=1)
        size = np.divide(seen.sum(axis=1), times, out=np.zeros(len(times)), where=times > 0)
        square = np.divide((seen**2).sum(axis=1), times, out=np.zeros(len(times)), where=times > 0)
        varied = np.divide(square - size**2, size**2, out=np.zeros(len(times)), where=size > 0) > VARIATION
        rare = lived > INTERVAL * times
        kind = np.where(rare, np.where(varied, 5, 4), np.where(varied, 3, 2))
        kind = np.where(times < SPARSE, 1, kind)
        found[at] = np.where((origin - problem.since < NEW_WEEKS), 0, kind)
    return found
