"""Method "lane": how long parcels of a lane take from click to doorstep, fine lanes leaning on coarse ones.

Of the parcels placed before a day, some have arrived and the others are still open: they count as not arrived by the
day before (right-censored), never as absent. Levels go from the service to the pair of postcode areas; the chance of
arriving on each day after placing, among those not there yet, is that of the level above, corrected by what the lane
itself has seen.

References
----------
E. L. Kaplan and P. Meier, "Nonparametric estimation from incomplete observations", JASA 53 (1958) 457-481.
B. Efron, "Logistic regression, survival analysis, and the Kaplan-Meier curve", JASA 83 (1988) 414-425.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.promise.calendars import IntArray
from doorstep.kernels.promise.history import FloatArray, History
from doorstep.kernels.promise.journeys import NOT_YET
from doorstep.kernels.promise.methods import HORIZON_DAYS, Fitted, Span
from doorstep.kernels.promise.stages import known_called_off
from doorstep.kernels.run import Run

SPAN_DAYS = HORIZON_DAYS + 1
# Where a parcel goes says more than where it comes from: on Olist, May to August 2017, a pinball loss 3% lower.
LEVELS = (("service",), ("region",), ("origin_region",), ("origin_area", "area"))


@dataclass(frozen=True, slots=True)
class LaneParams:
    """How lanes are learned from click to doorstep.

    Attributes
    ----------
    half_life_days
        A parcel placed so many days earlier counts half.
    prior_parcels
        A lane's own chance and that of the level above weigh alike when so many of its parcels are left to arrive.
    refit_days
        How often a walk fits anew.
    """

    half_life_days: int = 60
    prior_parcels: int = 10  # on the same months: 1 to 2% lower than with 30, and 3 to 4% than with 100
    refit_days: int = 7

    def __post_init__(self) -> None:
        if min(self.half_life_days, self.prior_parcels, self.refit_days) < 1:
            raise InvalidProblem("parameters of lanes are at least 1")


@dataclass(frozen=True, slots=True)
class LaneMethod:
    """Empirical-Bayes quantiles per lane."""

    params: LaneParams = LaneParams()
    name: str = "lane"

    def on(self, history: History, span: Span) -> LaneLearner:
        """Begin to learn; the days of the span do not matter."""
        del span
        return LaneLearner(history, self.params)


class LaneLearner:
    """Lanes of one history, numbered once.

    Attributes
    ----------
    levels
        Of each level, [n] the lane of every parcel; a lane lies in one lane of the level above.
    """

    def __init__(self, history: History, params: LaneParams) -> None:
        self.refit_days = params.refit_days
        self.params = params
        self.history = history
        self.levels: list[IntArray] = []
        lane = np.zeros(len(history), dtype=np.int64)
        for words in LEVELS:
            for word in words:
                column = getattr(history, word)
                lane = lane * len(column.names) + column.code
                lane = np.unique(lane, return_inverse=True)[1].astype(np.int64).reshape(-1)
            self.levels.append(lane)

    def fit(self, day: int, run: Run) -> Fitted:
        """Fit by what was known before `day`; raises InvalidProblem where nothing was."""
        del run
        history, params = self.history, self.params
        rows = np.flatnonzero((history.placed_day < day) & (history.weight > 0) & ~known_called_off(history, day))
        if not len(rows):
            raise InvalidProblem("the history has no parcel placed before the first day to learn from")
        ages, arrived = ages_known(history, rows, day)
        faded = history.weight[rows] * np.exp2((history.placed_day[rows] - (day - 1)) / params.half_life_days)
        weight = faded / np.median(history.weight[rows])  # what most parcels weigh counts as one
        at = np.zeros(len(rows), dtype=np.int64)  # of each parcel, its row in `hazards`
        hazards = anywhere = _hazards(at, ages, arrived, weight, np.zeros((1, SPAN_DAYS)), 0)
        tables: list[tuple[IntArray, FloatArray]] = []
        for level in self.levels:
            lanes, lane = np.unique(level[rows], return_inverse=True)
            lane = lane.reshape(-1)
            above = np.zeros(len(lanes), dtype=np.int64)
            above[lane] = at
            hazards = _hazards(lane, ages, arrived, weight, hazards[above], params.prior_parcels)
            at = lane
            tables.append((lanes, hazards))
        return FittedLanes(self.levels, tables, anywhere)


@dataclass(frozen=True, slots=True)
class FittedLanes:
    """Chances of arriving, by lane and day after placing.

    Attributes
    ----------
    levels
        As those of the learner.
    tables
        Of each level, the lanes known [L] and the chance of arriving on each day among those not there yet
        [L, HORIZON_DAYS + 1].
    anywhere
        [1, HORIZON_DAYS + 1] the same of all parcels, for a service that was never seen.
    """

    levels: list[IntArray]
    tables: list[tuple[IntArray, FloatArray]]
    anywhere: FloatArray

    def curves(self, rows: IntArray, day: int) -> FloatArray:
        """Return P(arrived by k days after placing), [m, HORIZON_DAYS + 1], by the finest lane known."""
        del day
        hazards = np.repeat(self.anywhere, len(rows), axis=0)
        for level, (lanes, table) in zip(self.levels, self.tables, strict=True):
            asked = level[rows]
            place = np.minimum(np.searchsorted(lanes, asked), len(lanes) - 1)
            known = lanes[place] == asked
            hazards[known] = table[place[known]]
        return np.asarray(1.0 - np.cumprod(1.0 - hazards, axis=1))


def ages_known(history: History, rows: IntArray, day: int) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """Say how far parcels placed before `day` had come by then.

    Returns
    -------
    tuple
        [m] int64 the days after placing up to which each was followed, at most HORIZON_DAYS, and [m] bool whether it
        arrived on the last of them.
    """
    placed, delivered = history.placed_day[rows], history.delivered_day[rows]
    arrived = (delivered != NOT_YET) & (delivered < day)
    ages = np.where(arrived, delivered, day - 1) - placed
    return np.minimum(ages, HORIZON_DAYS), arrived & (ages <= HORIZON_DAYS)


def _hazards(
    lane: IntArray, ages: IntArray, arrived: npt.NDArray[np.bool_], weight: FloatArray, above: FloatArray, prior: int
) -> FloatArray:
    """Return [L, HORIZON_DAYS + 1] arrivals over parcels at risk, drawn towards the lane above by `prior` parcels."""
    size, cell = above.size, lane * SPAN_DAYS + ages
    came = np.bincount(cell[arrived], weights=weight[arrived], minlength=size).reshape(above.shape)
    last = np.bincount(cell, weights=weight, minlength=size).reshape(above.shape)
    at_risk = np.cumsum(last[:, ::-1], axis=1)[:, ::-1] + prior
    hazards = np.divide(came + prior * above, at_risk, out=np.zeros_like(above), where=at_risk > 1e-12)
    return np.clip(hazards, 0.0, 1.0)
