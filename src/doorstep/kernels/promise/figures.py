"""Outcomes of promises as columns, and the figures of any part of them."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from doorstep.domain.units import PPM
from doorstep.kernels.promise.recorded import Figures
from doorstep.kernels.promise.walked import Walked

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """n promises and what became of them.

    Attributes
    ----------
    promised, arrived
        [n] days from placing; arrived means nothing where not delivered.
    stated
        [n] probability; NaN where none was stated.
    delivered, decided, passed, on_time
        [n] delivered; delivered or past its promise; past its promise; delivered by its promise.
    weight
        [n] sample weights.
    """

    promised: IntArray
    arrived: IntArray
    stated: FloatArray
    delivered: BoolArray
    decided: BoolArray
    passed: BoolArray
    on_time: BoolArray
    weight: FloatArray

    @property
    def late(self) -> BoolArray:
        """Decided against it: [n]."""
        return self.decided & ~self.on_time


def outcomes(walked: Walked, promised: npt.NDArray[np.int16] | IntArray, stated: FloatArray) -> Outcomes:
    """Settle one promised date of each parcel; `promised` in days from placing, `stated` as a probability, both [n]."""
    days = promised.astype(np.int64)
    delivered = walked.arrived_days >= 0
    passed = walked.known_days > days
    return Outcomes(
        promised=days,
        arrived=walked.arrived_days,
        stated=stated,
        delivered=delivered,
        decided=delivered | passed,
        passed=passed,
        on_time=delivered & (walked.arrived_days <= days),
        weight=walked.weight,
    )


def outcomes_at(walked: Walked, at: int) -> Outcomes:
    """Settle the promises of one target, given by its place among them."""
    return outcomes(walked, walked.promised_days[:, at], walked.stated_ppm[:, at] / PPM)


def take(result: Outcomes, rows: IntArray) -> Outcomes:
    """Keep some parcels."""
    return Outcomes(**{column.name: getattr(result, column.name)[rows] for column in fields(result)})


def share(weight: FloatArray, values: FloatArray | BoolArray | IntArray, rows: BoolArray) -> float | None:
    """Weighted mean of the rows; None where they weigh nothing."""
    total = float(weight[rows].sum())
    return float((weight[rows] * values[rows]).sum() / total) if total > 0 else None


def effective(weight: FloatArray) -> float:
    """Tell how many parcels of equal weight would be as good: (sum w)^2 / sum w^2."""
    squares = float((weight * weight).sum())
    return float(weight.sum()) ** 2 / squares if squares > 0 else 0.0


def figures(result: Outcomes, excused: BoolArray, target_ppm: int) -> Figures:
    """Reckon the figures of some promises; `excused` [n]: met what excuses being late."""
    weight, target = result.weight, target_ppm / PPM
    delivered, decided, late = result.delivered, result.decided, result.late
    ahead = (result.promised - result.arrived).astype(np.float64)
    behind = np.maximum(0.0, -ahead)
    pinball = np.where(ahead < 0, -target * ahead, (1 - target) * ahead)
    told = decided & ~np.isnan(result.stated)
    return Figures(
        n=len(weight),
        delivered=int(delivered.sum()),
        decided=int(decided.sum()),
        open=int((~decided).sum()),
        late=int(late.sum()),
        excused=int((late & excused).sum()),
        weight=float(weight[decided].sum()),
        effective_n=effective(weight[decided]),
        on_time_rate=share(weight, result.on_time, decided),
        on_time_rate_delivered=share(weight, result.on_time, delivered),
        on_time_rate_passed=share(weight, result.on_time, result.passed),
        on_time_rate_without_excused=share(weight, result.on_time, decided & ~(late & excused)),
        stated=share(weight, result.stated, told),
        brier=share(weight, (result.stated - result.on_time) ** 2, told),
        mean_promised_days=share(weight, result.promised, np.ones(len(weight), dtype=np.bool_)),
        mean_early_days=share(weight, ahead, delivered),
        mean_late_days=share(weight, behind, delivered),
        pinball_loss=share(weight, pinball, delivered),
    )
