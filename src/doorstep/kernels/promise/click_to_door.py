"""The compiled step from the two stages to the curve from click to doorstep."""

from __future__ import annotations

from math import exp, log1p
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from doorstep.kernels.compiled import compiled

if TYPE_CHECKING:
    from numpy import float64, int8, integer
    from numpy.typing import NDArray


class StageRisk(NamedTuple):
    """What ends a stage of m parcels.

    Attributes
    ----------
    relative
        [m, B] risk relative to the baseline in each band of ages.
    day_class
        [m, D + 1] class of the calendar days from placing on.
    by_age, by_class
        [H + 1] and [classes] factors of the baseline.
    band
        [H + 1] band of each age.
    """

    relative: NDArray[float64]
    day_class: NDArray[int8]
    by_age: NDArray[float64]
    by_class: NDArray[float64]
    band: NDArray[integer]


LEAST_SHARE = 1e-6  # hand-overs rarer than this are left out


@compiled
def chain_curves(
    handling: StageRisk,
    transit: StageRisk,
    handling_pace: float,
    paces: NDArray[float64],
    shares: NDArray[float64],
    curves: NDArray[float64],
) -> None:
    """Write [m, D + 1] the chance of having arrived k days after placing.

    `paces` [K] of transit, by which its daily log-survival is multiplied, have the chances `shares`. With h the chance
    of the hand-over on day i and S the survival in transit from then on, P(k) = sum_i h_i (1 - S_i(k)).
    """
    days, ages, classes = curves.shape[1], transit.by_age.shape[0], transit.by_class.shape[0]
    # What stays under way over one day, by age, class of the day and pace: looked up for every day of hand-over.
    stays_on = np.empty((ages, classes, paces.shape[0]))
    for n in range(curves.shape[0]):
        for age in range(ages):
            for c in range(classes):
                q = transit.by_age[age] * transit.by_class[c] * transit.relative[n, transit.band[age]]
                log_stay = log1p(-min(q, 0.97))
                for j in range(paces.shape[0]):
                    stays_on[age, c, j] = exp(log_stay * paces[j])
        curves[n, :] = 0.0
        left = 1.0
        for i in range(min(days, handling.by_age.shape[0])):
            p = handling.by_age[i] * handling.by_class[handling.day_class[n, i]]
            stays = exp(log1p(-min(p * handling.relative[n, handling.band[i]], 0.97)) * handling_pace)
            leaves = left * (1.0 - stays)
            left *= stays
            if leaves < LEAST_SHARE:
                continue
            under_way = shares * leaves
            arrived = 0.0
            for age in range(days - i):
                if age < ages:
                    arrived = leaves
                    for j in range(paces.shape[0]):
                        under_way[j] *= stays_on[age, transit.day_class[n, i + age], j]
                        arrived -= under_way[j]
                curves[n, i + age] += arrived
