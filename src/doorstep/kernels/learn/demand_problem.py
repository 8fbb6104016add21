"""Weekly demand of the past whose future is asked for, and how it is to be foreseen."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.errors import InvalidProblem
from doorstep.domain.units import PPM

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

Kind = Literal["sku", "category"]
DAYS = 7  # of a week
MOST_WEEKS = 104  # that can be foreseen
QUANTILES_PPM = (100_000, 250_000, 500_000, 750_000, 900_000, 950_000, 990_000)


@dataclass(frozen=True, slots=True, order=True)
class SeriesKey:
    """What a series counts: the units of a sku, or of a category less its skus that have series of their own."""

    kind: Kind
    name: str
    region: str


@dataclass(frozen=True, slots=True)
class Part:
    """A sku without a series of its own: its share of each series of its category. Shares of a category sum to one."""

    sku: str
    category: str
    share: float


@dataclass(frozen=True, slots=True, eq=False)
class DemandProblem:
    """S series over T weeks of the past, of which H weeks of the future are asked for.

    Attributes
    ----------
    series
        [S] keys, ascending and each once.
    units
        [S, T] asked for per week, whole numbers >= 0; the last week ends as the forecast begins.
    since
        [S] first week of the life of a series: nothing before it speaks of it.
    first_day
        First day of week 0, in days since 1970-01-01.
    horizon
        H >= 1.
    days_off
        [S, T + H] public holidays of each week where the goods are asked for; None: not known.
    quantiles_ppm
        [Q] ascending.
    parts
        How the series of categories divide among skus.
    """

    series: tuple[SeriesKey, ...]
    units: IntArray
    since: IntArray
    first_day: int
    horizon: int
    days_off: FloatArray | None = None
    quantiles_ppm: tuple[int, ...] = QUANTILES_PPM
    parts: tuple[Part, ...] = ()

    def __post_init__(self) -> None:
        units = np.asarray(self.units, dtype=np.int64)
        since = np.asarray(self.since, dtype=np.int64)
        object.__setattr__(self, "units", units)
        object.__setattr__(self, "since", since)
        count = len(self.series)
        if units.ndim != 2 or units.shape[0] != count or since.shape != (count,):
            raise InvalidProblem("units or since do not fit the series")
        if (units < 0).any() or (since < 0).any() or (since > units.shape[1]).any():
            raise InvalidProblem("units < 0, or a life that begins outside the weeks, not understood")
        if not 1 <= self.horizon <= MOST_WEEKS:
            raise InvalidProblem(f"a horizon of 1 to {MOST_WEEKS} weeks is understood, not {self.horizon}")
        if any(one >= other for one, other in pairwise(self.series)):
            raise InvalidProblem("series are not ascending, or one is there twice")
        _check_levels(self.quantiles_ppm)
        self._check_days_off()

    def _check_days_off(self) -> None:
        if self.days_off is None:
            return
        off = np.asarray(self.days_off, dtype=np.float64)
        object.__setattr__(self, "days_off", off)
        if off.shape != (len(self.series), self.weeks + self.horizon):
            raise InvalidProblem("days_off do not fit series and weeks")
        if not ((off >= 0) & (off <= DAYS)).all():
            raise InvalidProblem("days_off outside 0 to 7 not understood")

    @property
    def weeks(self) -> int:
        """T, the weeks of the past."""
        return int(self.units.shape[1])

    def until(self, week: int) -> DemandProblem:
        """Give the problem as it stood when a week began: nothing of that week or later is in it."""
        off = None if self.days_off is None else self.days_off[:, : week + self.horizon]
        return DemandProblem(
            self.series, self.units[:, :week], np.minimum(self.since, week), self.first_day, self.horizon, off,
            self.quantiles_ppm, self.parts,
        )  # fmt: skip


def _check_levels(levels: tuple[int, ...]) -> None:
    if not levels or levels[0] <= 0 or levels[-1] >= PPM:
        raise InvalidProblem("quantiles lie between 0 and 1")
    if any(low >= high for low, high in pairwise(levels)):
        raise InvalidProblem("quantiles are not ascending")


@dataclass(frozen=True, slots=True)
class DemandParams:
    """How demand is foreseen, each with its default here and nowhere else.

    Attributes
    ----------
    methods
        Names of `demand_methods.METHODS` among which is chosen; empty: all.
    origins
        Weeks of the past from which the methods are tried, the last ones; each only by what it knew.
    trial_origins
        Of the last of them the choice itself is judged.
    least_origins
        With fewer to choose by, seasonal-naive serves.
    season_weeks
        Length of a year.
    worse_ppm
        A loss that is greater by no more than this share is no reason to refuse: nobody would notice.
    level
        Of the interval of a difference.
    """

    methods: tuple[str, ...] = ()
    origins: int = 26
    trial_origins: int = 8
    least_origins: int = 4
    season_weeks: int = 52
    worse_ppm: int = 10_000
    level: float = 0.95

    def __post_init__(self) -> None:
        if min(self.origins, self.trial_origins, self.least_origins, self.season_weeks) < 1:
            raise InvalidProblem("origins, trial_origins, least_origins or season_weeks < 1 not understood")
        if self.worse_ppm < 0 or not 0 < self.level < 1:
            raise InvalidProblem("worse_ppm or level not understood")


@dataclass(frozen=True, slots=True)
class Choice:
    """What foresees a class of series: a method, and the size of the negative binomial around its mean.

    Attributes
    ----------
    size
        r of the variance m + m^2 / r of a week; 0: Poisson.
    total_size
        The same of the sum of all weeks asked for.
    """

    method: str
    size: float
    total_size: float


@dataclass(frozen=True, slots=True)
class Recipe:
    """Choices by class of series; equal recipes foresee alike."""

    choices: tuple[tuple[str, Choice], ...] = field(default=())

    def of(self, name: str) -> Choice | None:
        """Give the choice of a class; None: it has none."""
        return dict(self.choices).get(name)
