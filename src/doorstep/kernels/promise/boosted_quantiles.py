"""Method "boosted": quantiles of days to the door by gradient boosting, shifted by what the last months fell short.

It is fitted once: on parcels placed before `calibrate_from` and delivered before `train_until`. Each quantile is then
shifted by a whole part of a day, the same for all parcels, so that it would have held as often as it says for those
placed in [calibrate_from, train_until), by what was known at the end of these days.

References
----------
R. Koenker and G. Bassett, "Regression quantiles", Econometrica 46 (1978) 33-50.
Y. Romano, E. Patterson and E. Candès, "Conformalized quantile regression", NeurIPS 2019.
E. Candès, L. Lei and Z. Ren, "Conformalized survival analysis", JRSS B 85 (2023) 24-45: scores known as bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.promise.calendars import EPOCH_ORDINAL, IntArray, weekdays
from doorstep.kernels.promise.history import FloatArray, History
from doorstep.kernels.promise.journeys import NOT_YET
from doorstep.kernels.promise.lanes_learned import SPAN_DAYS
from doorstep.kernels.promise.methods import HORIZON_DAYS, Fitted, Span
from doorstep.kernels.promise.scores import score_quantiles
from doorstep.kernels.promise.stages import known_called_off
from doorstep.kernels.run import Run

NUMBERS = (
    "distance_km",
    "weight_g",
    "freight",
    "latitude",
    "longitude",
    "origin_latitude",
    "origin_longitude",
)
WORDS = ("service", "region", "origin_region", "category")
MOST_WORDS = 250  # that the trees tell apart; rarer ones are as if not told
YEAR_DAYS = 365.25


@dataclass(frozen=True, slots=True)
class BoostedParams:
    """How quantiles are boosted.

    Attributes
    ----------
    levels_ppm
        Quantiles that are fitted, ascending; between them a curve rises evenly.
    trees, leaves, least_in_leaf, learning_rate_ppm
        Of each quantile.
    most_parcels
        The last so many are learned from.
    least_parcels
        Fewer are not learned from, nor calibrated with.
    """

    levels_ppm: tuple[int, ...] = (50_000, 250_000, 500_000, 750_000, 850_000, 900_000, 950_000, 975_000, 990_000)
    trees: int = 150
    leaves: int = 15
    least_in_leaf: int = 40
    learning_rate_ppm: int = 60_000
    most_parcels: int = 200_000
    least_parcels: int = 30

    def __post_init__(self) -> None:
        levels = np.array(self.levels_ppm)
        if not len(levels) or np.any(np.diff(levels) <= 0) or levels[0] <= 0 or levels[-1] >= 1_000_000:
            raise InvalidProblem("levels of quantiles ascend between 0 and 1, both excluded")


@dataclass(frozen=True, slots=True)
class BoostedMethod:
    """Boosted quantiles with a conformal shift, fitted once."""

    params: BoostedParams = BoostedParams()
    name: str = "boosted"

    def on(self, history: History, span: Span) -> BoostedLearner:
        """Begin to learn; raises InvalidProblem if there is too little to learn from or to calibrate with."""
        return BoostedLearner(history, span, self.params)


class BoostedLearner:
    """Fits once, whatever the day: by what was known before `train_until`."""

    refit_days = 0

    def __init__(self, history: History, span: Span, params: BoostedParams) -> None:
        self.history, self.span, self.params = history, span, params
        known = (history.weight > 0) & (history.delivered_day != NOT_YET) & (history.delivered_day < span.train_until)
        self.learned = np.flatnonzero(known & (history.placed_day < span.calibrate_from))[-params.most_parcels :]
        placed = (history.placed_day >= span.calibrate_from) & (history.placed_day < span.train_until)
        self.calibrated = np.flatnonzero(placed & (history.weight > 0) & ~known_called_off(history, span.train_until))
        if len(self.learned) < params.least_parcels:
            raise InvalidProblem(f"{len(self.learned)} parcels placed before the calibration and delivered are too few")
        if len(self.calibrated) < params.least_parcels:
            raise InvalidProblem(f"{len(self.calibrated)} parcels placed in the days of the calibration are too few")

    def fit(self, day: int, run: Run) -> Fitted:
        """Fit and shift every quantile; `day` does not matter."""
        del day
        history, rows, levels = self.history, self.learned, self.params.levels_ppm
        known_words = [_known_words(getattr(history, word).code[rows]) for word in WORDS]
        seen = _features(history, rows, known_words)
        used = np.flatnonzero(~np.isnan(seen).all(axis=0))  # trees cannot take a column that is told of nobody
        seen = seen[:, used]
        days = history.delivered_day[rows] - history.placed_day[rows]
        trees: list[Any] = []
        for done, level in enumerate(levels):
            run.progress("boosting", done, len(levels))
            trees.append(_boosted(seen, np.log1p(days), history.weight[rows], level / 1e6, self.params))
        run.progress("boosting", len(levels), len(levels))
        shifts = np.zeros(len(levels))
        fitted = FittedQuantiles(history, known_words, used, trees, np.array(levels) / 1e6, shifts)
        raw = fitted.quantiles(self.calibrated)
        for index, level in enumerate(levels):
            shifts[index] = self._shift(raw[:, index], level / 1e6)
        return fitted

    def _shift(self, quantile: FloatArray, level: float) -> float:
        """Return the days to add, infinite if no shift would do.

        A promise is the next whole day, so a parcel that took y days is kept by every shift above y - 1 - quantile.
        """
        history, rows = self.history, self.calibrated
        last = self.span.train_until - 1
        came = (history.delivered_day[rows] != NOT_YET) & (history.delivered_day[rows] <= last)
        days = np.where(came, history.delivered_day[rows] - 1, last) - history.placed_day[rows]
        return float(score_quantiles(days - quantile, came, history.weight[rows], np.array([level]))[0])


@dataclass(frozen=True, slots=True)
class FittedQuantiles:
    """Trees of Q quantiles on the columns `used`, and what each is shifted by, in days."""

    history: History
    known_words: list[IntArray]
    used: IntArray
    trees: list[Any]
    levels: FloatArray
    shifts: FloatArray

    def quantiles(self, rows: IntArray) -> FloatArray:
        """Return days to the door at each level, rising and not shifted, [m, Q]."""
        seen = _features(self.history, rows, self.known_words)[:, self.used]
        found = np.stack([np.expm1(np.asarray(tree.predict(seen))) for tree in self.trees], axis=1)
        return np.maximum.accumulate(found, axis=1)

    def curves(self, rows: IntArray, day: int) -> FloatArray:
        """Return P(arrived by k days after placing), [m, HORIZON_DAYS + 1]; it ends with the last level that is met."""
        del day
        met = np.isfinite(self.shifts)
        if not met.any():
            return np.zeros((len(rows), SPAN_DAYS))
        ends = np.maximum.accumulate(self.quantiles(rows)[:, met] + self.shifts[met], axis=1)
        return between(np.clip(ends, 0.0, HORIZON_DAYS), self.levels[met])


def between(ends: FloatArray, levels: FloatArray) -> FloatArray:
    """Return curves that reach each level at its day and rise evenly between, [m, HORIZON_DAYS + 1]; ends [m, Q]."""
    days = np.arange(SPAN_DAYS)
    curves = np.zeros((len(ends), SPAN_DAYS))
    before, below = np.full(len(ends), -1.0), 0.0
    for end, level in zip(ends.T, levels, strict=True):
        part = (days - before[:, None]) / np.maximum(end - before, 1e-9)[:, None]
        rising = below + np.minimum(part, 1.0) * (level - below)
        # At its day the level is reached exactly: what is added up piece by piece would miss it by a rounding.
        curves = np.where(days >= end[:, None], level, np.where(days > before[:, None], rising, curves))
        before, below = end, float(level)
    return curves


def _boosted(seen: FloatArray, days: FloatArray, weight: FloatArray, level: float, params: BoostedParams) -> Any:
    # It takes a second to load, and nothing else here needs it.
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(
        loss="quantile",
        quantile=level,
        max_iter=params.trees,
        max_leaf_nodes=params.leaves,
        min_samples_leaf=params.least_in_leaf,
        learning_rate=params.learning_rate_ppm / 1e6,
        categorical_features=list(range(len(WORDS))),
        early_stopping=False,
        random_state=0,
    ).fit(seen, days, sample_weight=weight)


def _known_words(codes: IntArray) -> IntArray:
    """Return the codes of the most frequent words, ascending: what was never learned from is not told apart."""
    found, counts = np.unique(codes, return_counts=True)
    return np.sort(found[np.argsort(-counts, kind="stable")[:MOST_WORDS]])


def _features(history: History, rows: IntArray, known_words: list[IntArray]) -> FloatArray:
    """Return [m, F]: the words, then the numbers; NaN: not told."""
    columns: list[FloatArray] = []
    for word, known in zip(WORDS, known_words, strict=True):
        codes = getattr(history, word).code[rows]
        place = np.minimum(np.searchsorted(known, codes), len(known) - 1)
        columns.append(np.where(known[place] == codes, place, np.nan))
    columns.extend(getattr(history, name)[rows] for name in NUMBERS)
    placed = history.placed_day[rows]
    columns.append(history.placed_s[rows] / 3600.0)
    columns.append(weekdays(placed).astype(np.float64))
    columns.append(np.mod(placed + EPOCH_ORDINAL, YEAR_DAYS))
    return np.stack(columns, axis=1)
