"""Demand as it is foreseen, how well that went in the past, and whether it may take over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from doorstep.kernels.learn.demand_problem import FloatArray, IntArray, Part, Recipe, SeriesKey

Cause = Literal["first", "not_worse", "too_few", "worse_than_seasonal_naive", "worse_than_in_force"]
Served = Literal["candidate", "in_force", "seasonal_naive"]
PUBLISHED: frozenset[Cause] = frozenset({"first", "not_worse"})


@dataclass(frozen=True, slots=True)
class Rival:
    """Losses of the challenger and of another on the same weeks: means of pinball loss per series, week and quantile.

    `worse_by`: ends of the interval of the challenger's less the other's, by origins.
    """

    challenger: float
    other: float
    worse_by: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether what was chosen may serve, and why."""

    cause: Cause
    reason: str
    origins: int
    seasonal_naive: Rival | None = None
    in_force: Rival | None = None

    @property
    def published(self) -> bool:
        """Whether the candidate serves."""
        return self.cause in PUBLISHED


@dataclass(frozen=True, slots=True)
class ClassChoice:
    """A class of series, what was chosen for it, and the loss of every method tried on it by its best size."""

    name: str
    series: int
    method: str
    size: float
    total_size: float
    losses: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class DemandForecast:
    """S series x H weeks x Q quantiles.

    Attributes
    ----------
    series
        [S] keys, as in the problem.
    first_day
        First day of the first week foreseen, in days since 1970-01-01.
    quantiles_ppm
        [Q] ascending.
    mean
        [S, H] units per week; sums of means are means of sums.
    quantile
        [S, H, Q] whole units, as floats: the least n with P(demand <= n) >= q.
    total_mean, total_quantile
        [S], [S, Q] of the sum of all H weeks; quantiles of sums are not sums of quantiles.
    size, total_size
        [S] r of the negative binomial around a mean m, of variance m + m^2 / r; 0: Poisson. A part of share p of a
        series is negative binomial with mean p * m and the same r (thinned), so parts of series are foreseen as well.
    class_of
        [S] index into `classes`.
    served
        What the figures come from: the candidate, the recipe in force, or seasonal-naive.
    recipe
        The candidate.
    """

    series: tuple[SeriesKey, ...]
    first_day: int
    quantiles_ppm: tuple[int, ...]
    mean: FloatArray
    quantile: FloatArray
    total_mean: FloatArray
    total_quantile: FloatArray
    size: FloatArray
    total_size: FloatArray
    class_of: IntArray
    classes: tuple[ClassChoice, ...]
    served: Served
    verdict: Verdict
    recipe: Recipe
    parts: tuple[Part, ...] = field(default=())
