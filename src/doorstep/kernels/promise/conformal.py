"""Corrections on top of any method, by how its promises of the calibration days, or of the days just past, have held.

The *score* of a parcel is the probability that the method gave to its arriving before the day it arrived on: a promise
at a probability above it would have been kept. If scores are exchangeable, promising at their (n + 1) quantile keeps
at least the share asked for.

- `split`: fitted once at `calibrate_from`, corrected by the parcels of [calibrate_from, train_until).
- `group`: the same by region of destination, each drawn towards all.
- `aci`: the method walks from `calibrate_from` on, and after each day the level that is asked of it goes up a little
  for each promise that was broken, and down for each that was kept. A promise is judged once its date has passed, and
  not at its arrival, which comes early for the kept ones only; a parcel called off counts as not arrived. Levels move
  on the scale -log(1 - level), on which days grow about evenly: a step upwards never asks for certainty. Whatever
  happens, the share broken over T days comes as close to what was asked for as the whole way a level can go, over T.

References
----------
V. Vovk, A. Gammerman and G. Shafer, "Algorithmic learning in a random world" (2005).
I. Gibbs and E. Candès, "Adaptive conformal inference under distribution shift", NeurIPS 2021.
A. Angelopoulos, E. Candès and R. Tibshirani, "Conformal PID control for time series prediction", NeurIPS 2023: tracking
on another scale than that of levels.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.promise.calendars import IntArray
from doorstep.kernels.promise.history import FloatArray, History
from doorstep.kernels.promise.journeys import NOT_YET
from doorstep.kernels.promise.methods import HORIZON_DAYS, Fitted, Learner, Method, Span, earliest
from doorstep.kernels.promise.scores import score_shares
from doorstep.kernels.promise.stages import known_called_off
from doorstep.kernels.run import Run

KINDS = ("split", "group", "aci")
LEVELS = np.array([0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.875, 0.9, 0.925, 0.95, 0.975, 0.99])
MOST = 34.0  # -log(1 - level) of what a method says at most


@dataclass(frozen=True, slots=True)
class ConformalParams:
    """How promises are corrected.

    Attributes
    ----------
    prior_parcels
        A region's own correction and that of all weigh alike when it has so many parcels.
    settle_days
        Of `aci`: how long a lasting change takes to be followed for the most part; outcomes come with the delay of the
        delivery itself, so that much less would swing.
    """

    prior_parcels: int = 100
    settle_days: int = 90

    def __post_init__(self) -> None:
        if self.prior_parcels < 1 or self.settle_days < 1:
            raise InvalidProblem("prior_parcels < 1 or settle_days < 1 not understood")


@dataclass(frozen=True, slots=True)
class Conformal:
    """A method and a correction of it, named `lane+aci` and the like."""

    base: Method
    kind: str
    params: ConformalParams = field(default_factory=ConformalParams)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InvalidProblem(f"correction {self.kind!r} is not one of {', '.join(KINDS)}")

    @property
    def name(self) -> str:
        """The name of the method, then that of the correction."""
        return f"{self.base.name}+{self.kind}"

    def on(self, history: History, span: Span) -> Learner:
        """Begin to learn."""
        learner = self.base.on(history, span)
        if self.kind == "aci":
            return TrackingLearner(history, span, learner, self.params)
        return SplitLearner(history, span, learner, self.params, self.kind == "group")


@dataclass(frozen=True, slots=True)
class Corrected:
    """Curves of a method, their probabilities replaced by what they were worth.

    Attributes
    ----------
    group
        [n] of each parcel of the history.
    maps
        Of each group, the probabilities said, ascending, and what each is worth.
    """

    base: Fitted
    group: IntArray
    maps: list[tuple[FloatArray, FloatArray]]

    def curves(self, rows: IntArray, day: int) -> FloatArray:
        """Return P(arrived by k days after placing), [m, HORIZON_DAYS + 1]."""
        said = self.base.curves(rows, day)
        worth = np.empty_like(said)
        for group in np.unique(self.group[rows]):
            here = self.group[rows] == group
            at, value = self.maps[group]
            # A score equal to the probability is not below it: such a parcel comes too late.
            place = np.searchsorted(at, said[here] - 1e-12, side="left")
            worth[here] = np.concatenate(([0.0], value))[place]
        return worth


@dataclass(frozen=True, slots=True)
class Tracked:
    """Curves of a method, each of `LEVELS` reached where the method says the level asked of it.

    Attributes
    ----------
    asked
        [Q] -log(1 - level) asked of the method, not falling.
    """

    base: Fitted
    asked: FloatArray

    def curves(self, rows: IntArray, day: int) -> FloatArray:
        """Return P(arrived by k days after placing), [m, HORIZON_DAYS + 1]."""
        said = -np.log1p(-np.minimum(self.base.curves(rows, day), 1.0 - 1e-15))
        at, value = np.concatenate(([0.0], self.asked, [MOST])), np.concatenate(([0.0], LEVELS, [1.0]))
        keep = np.append(np.diff(at) > 0, True)  # the last of equals: the highest level that it is worth
        return np.asarray(np.interp(said, at[keep], value[keep]))


class SplitLearner:
    """Fits once, and corrects by the days of the calibration as they were known at their end."""

    refit_days = 0

    def __init__(
        self, history: History, span: Span, learner: Learner, params: ConformalParams, by_region: bool
    ) -> None:
        self.history, self.span, self.learner, self.params, self.by_region = history, span, learner, params, by_region

    def fit(self, day: int, run: Run) -> Fitted:
        """Fit by what was known before `calibrate_from`; `day` does not matter."""
        del day
        history, span = self.history, self.span
        fitted = self.learner.fit(span.calibrate_from, run)
        inside = (history.placed_day >= span.calibrate_from) & (history.placed_day < span.train_until)
        rows = np.flatnonzero(inside & ~known_called_off(history, span.train_until))
        scores, known = scores_by(history, fitted, rows, span.train_until)
        of_all = score_shares(scores, known, history.weight[rows])
        if not len(of_all[0]):
            raise InvalidProblem("no parcel of the days of the calibration had arrived at their end")
        if not self.by_region:
            return Corrected(fitted, np.zeros(len(history), dtype=np.int64), [of_all])
        maps = []
        code = history.region.code[rows]
        for region in range(len(history.region.names)):
            own = np.flatnonzero(code == region)
            maps.append(self._drawn(score_shares(scores[own], known[own], history.weight[rows][own]), len(own), of_all))
        return Corrected(fitted, history.region.code.astype(np.int64), maps)

    def _drawn(
        self, own: tuple[FloatArray, FloatArray], parcels: int, of_all: tuple[FloatArray, FloatArray]
    ) -> tuple[FloatArray, FloatArray]:
        """Mix the shares of a region and of all."""
        if not len(own[0]):
            return of_all
        at = np.union1d(own[0], of_all[0])
        mine, theirs = (
            np.concatenate(([0.0], share))[np.searchsorted(score, at, side="right")] for score, share in (own, of_all)
        )
        trust = parcels / (parcels + self.params.prior_parcels)
        return at, trust * mine + (1 - trust) * theirs


def scores_by(history: History, fitted: Fitted, rows: IntArray, day: int) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Return the scores of parcels, or the bounds they are above, and whether they are known before `day`; [m] each."""
    scores, known = np.zeros(len(rows)), np.zeros(len(rows), dtype=np.bool_)
    for placed in np.unique(history.placed_day[rows]):
        here = np.flatnonzero(history.placed_day[rows] == placed)
        curves = np.pad(fitted.curves(rows[here], int(placed)), ((0, 0), (1, 0)))  # column k: before day k
        delivered = history.delivered_day[rows[here]]
        came = (delivered != NOT_YET) & (delivered < day)
        took = np.minimum(np.where(came, delivered, day) - placed, HORIZON_DAYS + 1)
        scores[here], known[here] = curves[np.arange(len(here)), took], came
    return scores, known


class TrackingLearner:
    """Walks the method from `calibrate_from` on, and adds up how its corrected promises held.

    Attributes
    ----------
    asked
        [Q] -log(1 - level) asked of the method for each of `LEVELS`, from 0 to `MOST`.
    """

    refit_days = 1

    def __init__(self, history: History, span: Span, learner: Learner, params: ConformalParams) -> None:
        self.history, self.learner, self.params = history, learner, params
        self.next_day = span.calibrate_from
        self.asked = -np.log1p(-LEVELS)
        self._fitted: Fitted | None = None
        self._fitted_on = self.next_day
        self._due: dict[int, FloatArray] = {}  # by day: [2, Q] weights of the promises judged, and of those broken

    def fit(self, day: int, run: Run) -> Fitted:
        """Walk on to `day`; days must not go back."""
        if day < self.next_day and self._fitted is None:
            raise InvalidProblem("an adaptive correction begins with the days of the calibration")
        if day < self.next_day - 1:
            raise InvalidProblem("an adaptive correction cannot go back")
        while self.next_day <= day:
            self._step(self.next_day, run)
            self.next_day += 1
        assert self._fitted is not None
        return self._tracked(self._fitted)

    def _tracked(self, fitted: Fitted) -> Tracked:
        return Tracked(fitted, np.maximum.accumulate(self.asked))

    def _step(self, day: int, run: Run) -> None:
        every = self.learner.refit_days
        if self._fitted is None or (every and day - self._fitted_on >= every):
            self._fitted, self._fitted_on = self.learner.fit(day, run), day
        if day in self._due:
            due, broken = self._due.pop(day)
            rate = np.divide(broken, due, out=1 - LEVELS, where=due > 0)
            step = (rate - (1 - LEVELS)) / ((1 - LEVELS) * self.params.settle_days)
            self.asked = np.clip(self.asked + step, 0.0, MOST)
        history = self.history
        first, end = np.searchsorted(history.placed_day, [day, day + 1])
        rows = np.arange(first, end)
        if len(rows):
            self._promise(rows, day, self._tracked(self._fitted).curves(rows, day))

    def _promise(self, rows: IntArray, day: int, curves: FloatArray) -> None:
        """Note what the promises of a day come to on the day after each; what becomes of them is read, and not used."""
        history = self.history
        delivered = history.delivered_day[rows]
        for index, level in enumerate(LEVELS):
            promised = day + earliest(curves, float(level))
            late = (delivered == NOT_YET) | (delivered > promised)
            for known in np.unique(promised + 1):
                here = promised + 1 == known
                told = self._due.setdefault(int(known), np.zeros((2, len(LEVELS))))
                told[0, index] += history.weight[rows][here].sum()
                told[1, index] += history.weight[rows][here & late].sum()
