"""What was known of a parcel's surroundings when it was placed: how seller, lane and region had fared so far.

Every figure compares what was observed with what the ages of the open parcels let expect, so parcels under way count
as well as those that have arrived.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.kernels.promise.calendars import IntArray, weekdays
from doorstep.kernels.promise.fading import fading_sums
from doorstep.kernels.promise.history import FloatArray, History
from doorstep.kernels.promise.journeys import NOT_YET
from doorstep.kernels.promise.stages import CALLED_OFF_KNOWN_DAYS, Stage, baseline, known_called_off

BLOCK_DAYS = 28  # the expectation is fitted anew so often, always on earlier blocks
LOOK_BACK_DAYS = 240


@dataclass(frozen=True, slots=True)
class Surroundings:
    """One figure: log((O + prior) / (E + prior)) of a stage over a group, its past fading by a half-life."""

    name: str
    stage: int  # 0: handling, 1: transit
    group: str  # a word of the history, `lane`, or empty: all parcels
    half_life_days: int
    prior: int  # parcels


FIGURES = (
    Surroundings("handler", 0, "handler", 120, 3),
    Surroundings("handling now", 0, "", 5, 10),
    Surroundings("handling", 0, "", 30, 10),
    Surroundings("handling there", 0, "origin_area", 60, 10),
    Surroundings("transit now", 1, "", 5, 10),
    Surroundings("transit", 1, "", 30, 10),
    Surroundings("service", 1, "service", 45, 10),
    Surroundings("region", 1, "region", 45, 8),
    Surroundings("region now", 1, "region", 10, 8),
    Surroundings("lane", 1, "lane", 60, 6),
    Surroundings("area", 1, "area", 60, 6),
    Surroundings("transit of handler", 1, "handler", 120, 5),
    Surroundings("transit from there", 1, "origin_area", 30, 8),
)
OF_PARCEL = ("weight_g", "freight", "distance_km", "latitude", "longitude", "origin_latitude", "origin_longitude")
HANDLING = (
    "handler",
    "handling now",
    "handling",
    "handling there",
    "parcels of handler",
    "backlog",
    "surge",
    "weight_g",
    "freight",
    "hour",
    "weekday",
)
TRANSIT = (*(one.name for one in FIGURES if one.stage == 1), "handling now", "surge", "freight per km", *OF_PARCEL)


def surroundings(history: History, stages: tuple[Stage, Stage], unit: float) -> dict[str, FloatArray]:
    """Return every figure, [n] each, as known before the day of each parcel's placing.

    `unit` is the sample weight that counts as one parcel.
    """
    found: dict[str, FloatArray] = {}
    expected = [expected_so_far(history, stage) for stage in stages]
    for one in FIGURES:
        observed, hoped = _faded(history, stages[one.stage], expected[one.stage], one, unit)
        found[one.name] = np.log((observed + one.prior) / (hoped + one.prior))
        if one.name == "handler":
            found["parcels of handler"] = np.log1p(hoped)
    found["backlog"] = _backlog(history)
    found["surge"] = _surge(history, unit)
    found["hour"] = history.placed_s / 3600.0
    found["weekday"] = weekdays(history.placed_day).astype(np.float64)
    for name in OF_PARCEL:
        found[name] = getattr(history, name)
    found["freight per km"] = history.freight / np.maximum(history.distance_km, 50.0)
    return found


def expected_so_far(history: History, stage: Stage) -> FloatArray:
    """Return [C] the chance of ending of each day at risk by the baseline of earlier blocks; NaN: there was none."""
    expected = np.full(len(stage.day), np.nan)
    if not len(stage.day):
        return expected
    first = int(history.placed_day[0])
    for start in range(first + BLOCK_DAYS, int(stage.day.max()) + 1, BLOCK_DAYS):
        known = (stage.day < start) & (stage.day >= start - LOOK_BACK_DAYS)
        known &= ~known_called_off(history, start)[stage.row]
        before = np.flatnonzero(known)
        here = (stage.day >= start) & (stage.day < start + BLOCK_DAYS)
        if not len(before) or not here.any():
            continue
        fitted = baseline(stage, before, history.weight[stage.row[before]])
        expected[here] = fitted.of(stage.age[here], stage.day_class[here])
    return expected


def _faded(
    history: History, stage: Stage, expected: FloatArray, one: Surroundings, unit: float
) -> tuple[FloatArray, FloatArray]:
    """Sums of events and expectations of each parcel's group before its day, each halved every half-life. [n] twice."""
    group = _group(history, one.group)
    known = history.called_off[stage.row] & (stage.day >= history.placed_day[stage.row] + CALLED_OFF_KNOWN_DAYS)
    usable = np.flatnonzero(~np.isnan(expected) & ~known)
    rows, days = stage.row[usable], stage.day[usable].astype(np.int64)
    first = int(history.placed_day[0]) if len(history) else 0
    span = int(max(days.max(initial=first), history.placed_day.max(initial=first))) - first + 2
    key = group[rows] * span + (days - first)
    cells, inverse = np.unique(key, return_inverse=True)
    weight = history.weight[rows] / unit
    asked = group * span + (history.placed_day - first)
    through, begin = np.searchsorted(cells, asked), np.searchsorted(cells, group * span)
    last = np.maximum(through - 1, 0)
    sums = []
    for values in (weight * stage.ended[usable], weight * expected[usable]):
        faded = np.zeros(max(len(cells), 1))
        by_cell = np.bincount(inverse, values, len(cells)).astype(np.float64)  # of no cell it is whole numbers
        fading_sums(cells // span, cells % span, by_cell, one.half_life_days, faded)
        gone = history.placed_day - first - 1 - (cells % span if len(cells) else np.zeros(1))[last]
        sums.append(np.where(through > begin, faded[last] * np.exp2(-np.maximum(gone, 0) / one.half_life_days), 0.0))
    return sums[0], sums[1]


def _group(history: History, name: str) -> IntArray:
    if not name:
        return np.zeros(len(history), dtype=np.int64)
    if name == "lane":
        lanes = history.origin_region.code.astype(np.int64) * len(history.region.names) + history.region.code
        return np.asarray(np.unique(lanes, return_inverse=True)[1], dtype=np.int64)
    found: IntArray = getattr(history, name).code.astype(np.int64)
    return found


OPEN_DAYS = 40  # a parcel not handed over by then no longer counts as waiting


def _backlog(history: History) -> FloatArray:
    """Parcels of the same handler waiting for their hand-over on the eve of the placing. [n]."""
    handler, placed = history.handler.code.astype(np.int64), history.placed_day
    left = np.where(history.handed_over_day == NOT_YET, placed + OPEN_DAYS, history.handed_over_day)
    left = np.minimum(left, placed + OPEN_DAYS)
    span = int(left.max(initial=0)) + 2
    came, gone = np.sort(handler * span + placed), np.sort(handler * span + left)
    eve = handler * span + placed
    start = handler * span
    arrived = np.searchsorted(came, eve) - np.searchsorted(came, start)
    departed = np.searchsorted(gone, eve) - np.searchsorted(gone, start)
    return (arrived - departed).astype(np.float64)


def _surge(history: History, unit: float) -> FloatArray:
    """Log of the parcels placed in the five days before, over a seventh of those in the 35 days before. [n]."""
    running = np.concatenate([[0.0], np.cumsum(history.weight / unit)])

    def placed(days: int) -> FloatArray:
        until = np.searchsorted(history.placed_day, history.placed_day)
        since = np.searchsorted(history.placed_day, history.placed_day - days)
        return np.asarray(running[until] - running[since])

    return np.log((placed(5) + 5) / (placed(35) / 7 + 5))
