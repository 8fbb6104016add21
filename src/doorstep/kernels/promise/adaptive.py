"""Promises that follow the carriers as they drift: the method in force where nothing else is asked for.

Handling and transit are hazard models on the days at risk. Boosted trees tell parcels apart by what was known at their
placing; every day the pace of the last two weeks, deliveries observed over expected, moves all curves at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.promise.as_of import HANDLING, TRANSIT, surroundings
from doorstep.kernels.promise.calendars import IntArray
from doorstep.kernels.promise.click_to_door import StageRisk, chain_curves
from doorstep.kernels.promise.history import FloatArray, History
from doorstep.kernels.promise.methods import HORIZON_DAYS, Span
from doorstep.kernels.promise.offsets import OffsetParams, Told, shifted
from doorstep.kernels.promise.pace import SHARES, SPREAD
from doorstep.kernels.promise.relative_risk import RelativeRisk, TreeParams, fit_risk
from doorstep.kernels.promise.stages import (
    Baseline,
    Stage,
    baseline,
    day_classes,
    known_called_off,
    never_arrive,
    stages_of,
)
from doorstep.kernels.run import Run


@dataclass(frozen=True, slots=True)
class AdaptiveParams:
    """How the method learns, each with its default here and nowhere else.

    Attributes
    ----------
    refit_days
        Trees are grown anew so often; the pace is taken every day.
    half_life_days
        What lies so long back counts half.
    look_back_days
        Nothing older is learned from.
    least_parcels
        Known hand-overs that a fit needs.
    most_parcels
        Of a longer history, so many parcels are drawn to grow the trees; baseline and pace use all.
    pace_days, pace_prior
        Pace r = (O + prior) / (E + prior) over so many days before; the prior is in parcels.
    handling_power
        Handling follows its pace to this power: it changes less from week to week than transit does.
    pace_spread
        Standard deviation of the logarithm of the pace to come, given today's: the curve is the mean over it.
    most_pace
        A pace above this, or below its inverse, is not believed.
    warm_up_days
        Before the first fit of a walk, fits so many days earlier promise what was placed since, so that there are
        promises to learn the offsets of regions from.
    most_told
        Promises kept for that.
    """

    refit_days: int = 14
    half_life_days: int = 240
    look_back_days: int = 720
    least_parcels: int = 200
    most_parcels: int = 150_000
    pace_days: int = 14
    pace_prior: float = 15.0
    handling_power: float = 0.5
    pace_spread: float = 0.3
    most_pace: float = 3.0
    warm_up_days: tuple[int, ...] = (168, 112, 56)
    most_told: int = 30_000
    trees: TreeParams = field(default_factory=TreeParams)
    offsets: OffsetParams = field(default_factory=OffsetParams)


LEAST_END = 1e-3  # where a curve ends below, nothing is known to arrive


class Adaptive:
    """The method."""

    name = "adaptive"

    def __init__(self, params: AdaptiveParams | None = None) -> None:
        self.params = params or AdaptiveParams()

    def on(self, history: History, span: Span) -> AdaptiveLearner:
        """Begin to learn; of the span, only the first day of the test matters: scales are taken of what lay before."""
        return AdaptiveLearner(history, self.params, span.test_from)


class AdaptiveLearner:
    """One history, laid out once: all that is laid out for a parcel was known before its placing."""

    def __init__(self, history: History, params: AdaptiveParams, first_day: int) -> None:
        if not len(history):
            raise InvalidProblem("the history is empty: there is nothing to learn from")
        self.told: Told | None = None
        self.history, self.params, self.refit_days = history, params, params.refit_days
        self.stages = stages_of(history)
        before = history.placed_day < first_day
        weighed = history.weight[before & (history.weight > 0)]
        self.unit = float(np.median(weighed)) if len(weighed) else 1.0
        self.share_told = min(1.0, params.most_told / max(int(before.sum()), 1))
        found = surroundings(history, self.stages, self.unit)
        self.figures = tuple(np.column_stack([found[name] for name in names]) for names in (HANDLING, TRANSIT))
        first, last = int(history.placed_day[0]), int(history.placed_day[-1]) + HORIZON_DAYS
        self.classes = tuple(day_classes(stage.calendar, first, last) for stage in self.stages)

    def fit(self, day: int, run: Run) -> AdaptiveFitted:
        """Fit by the days at risk before `day`; the first time, look back at what would have been promised."""
        if self.told is None:
            self.told = Told(self.history, HORIZON_DAYS + 1, self.share_told, run.seed)
            self._warm_up(day, run)
        return self._fit(day, run)

    def _warm_up(self, day: int, run: Run) -> None:
        ends = (*self.params.warm_up_days[1:], 0)
        for done, (start, end) in enumerate(zip(self.params.warm_up_days, ends, strict=True)):
            run.progress("looking back", done, len(ends))
            placed = self.history.placed_day
            rows = np.flatnonzero((placed >= day - start) & (placed < day - end))
            try:
                fitted = self._fit(day - start, run)
            except InvalidProblem:  # the history begins later
                continue
            for one in np.unique(placed[rows]):
                fitted.curves(rows[placed[rows] == one], int(one))

    def _fit(self, day: int, run: Run) -> AdaptiveFitted:
        params = self.params
        known = known_called_off(self.history, day)
        drawn = self._drawn(day, run.seed)
        bases: list[Baseline] = []
        risks: list[RelativeRisk] = []
        for stage, figures in zip(self.stages, self.figures, strict=True):
            use = (stage.day < day) & (stage.day >= day - params.look_back_days) & ~known[stage.row]
            cells = np.flatnonzero(use)
            if np.sum(self._ended(stage, cells)) < params.least_parcels:
                raise InvalidProblem(
                    f"adaptive needs {params.least_parcels} parcels with a weight that are known to have ended their"
                    f" {stage.name}: too few to learn from; method lane needs fewer, and no hand-overs"
                )
            near = cells[stage.day[cells] >= day - params.half_life_days]
            if np.sum(self._ended(stage, near)) < params.least_parcels:  # a gap lies behind
                near = cells
            base = baseline(stage, near, self.history.weight[stage.row[near]])
            cells = cells[drawn[stage.row[cells]]]
            faded = np.exp2((stage.day[cells] - day) / params.half_life_days)
            weight = self.history.weight[stage.row[cells]] / self.unit * faded
            bases.append(base)
            risks.append(fit_risk(stage, cells, weight, base, figures, params.trees, run.seed))
        lost = never_arrive(self.history, day, self.unit)
        return AdaptiveFitted(self, (bases[0], bases[1]), (risks[0], risks[1]), lost)

    def _ended(self, stage: Stage, cells: IntArray) -> npt.NDArray[np.bool_]:
        return np.asarray(stage.ended[cells] & (self.history.weight[stage.row[cells]] > 0))

    def _drawn(self, day: int, seed: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Parcels that trees grow on: all, or a draw of the latest."""
        placed = np.flatnonzero(self.history.placed_day < day)
        chosen = np.zeros(len(self.history), dtype=np.bool_)
        if len(placed) <= self.params.most_parcels:
            chosen[placed] = True
            return chosen
        faded = np.exp2((self.history.placed_day[placed] - day) / self.params.half_life_days)
        order = np.random.default_rng(seed).random(len(placed)) ** (1.0 / faded)
        chosen[placed[np.argsort(-order, kind="stable")[: self.params.most_parcels]]] = True
        return chosen


class AdaptiveFitted:
    """Baselines and trees of one fit; the pace of each day is taken from what was known on it."""

    def __init__(
        self,
        learner: AdaptiveLearner,
        bases: tuple[Baseline, Baseline],
        risks: tuple[RelativeRisk, RelativeRisk],
        never: float,
    ) -> None:
        self.learner, self.bases, self.risks, self.never = learner, bases, risks, never
        size = len(learner.history)
        self._risk = [np.full((size, risk.bands), np.nan, dtype=np.float32) for risk in risks]

    def curves(self, rows: IntArray, day: int) -> FloatArray:
        """See `methods.Fitted`."""
        learner, params = self.learner, self.learner.params
        handling, transit = (self._risks(stage, rows) for stage in (0, 1))
        paces = [self.pace(stage, day) for stage in (0, 1)]
        spread = np.exp(params.pace_spread * SPREAD)
        found = np.zeros((len(rows), HORIZON_DAYS + 1))
        ahead = learner.history.placed_day[rows][:, None] + np.arange(HORIZON_DAYS + 1)
        classes = [
            table.of(stage.calendar.code[rows][:, None], ahead)
            for table, stage in zip(learner.classes, learner.stages, strict=True)
        ]
        one, other = (
            StageRisk(risk, day_class, base.among_arriving(), base.by_class, stage.bands)
            for risk, day_class, base, stage in zip(
                (handling, transit), classes, self.bases, learner.stages, strict=True
            )
        )
        chain_curves(one, other, paces[0] ** params.handling_power, paces[1] * spread, SHARES, found)
        found /= np.maximum(found[:, -1:], LEAST_END)
        assert learner.told is not None
        region = learner.history.region.code[rows]
        offset = learner.told.by_region(day, learner.unit, self.never, params.offsets)[region]
        learner.told.tell(rows, found)
        return (1.0 - self.never) * shifted(found, offset)

    def pace(self, stage: int, day: int) -> float:
        """Return events observed over expected in the days before `day`; 1: as the fit has it."""
        params, days = self.learner.params, self.learner.stages[stage]
        history = self.learner.history
        recent = np.flatnonzero((days.day < day) & (days.day >= day - params.pace_days))
        recent = recent[~known_called_off(history, day)[days.row[recent]]]
        if not len(recent):
            return 1.0
        rows, inverse = np.unique(days.row[recent], return_inverse=True)
        risk = self._risks(stage, rows)[inverse, days.bands[days.age[recent]]]
        expected = np.minimum(self.bases[stage].of(days.age[recent], days.day_class[recent]) * risk, 0.97)
        weight = history.weight[rows][inverse] / self.learner.unit
        observed = float((weight * days.ended[recent]).sum())
        pace = (observed + params.pace_prior) / (float((weight * expected).sum()) + params.pace_prior)
        return float(np.clip(pace, 1 / params.most_pace, params.most_pace))

    def _risks(self, stage: int, rows: IntArray) -> FloatArray:
        kept = self._risk[stage]
        new = rows[np.isnan(kept[rows, 0])]
        if len(new):
            kept[new] = self.risks[stage].of(self.learner.figures[stage][new])
        return kept[rows].astype(np.float64)
