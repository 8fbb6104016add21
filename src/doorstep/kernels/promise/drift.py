"""Alarms when promises hold less, or more, often than stated; told by what was known on each day.

What is summed. A parcel is promised for several dates, one a target, each with a probability. As each date passes it is
known whether the parcel has come by it, and with that the chance that it keeps the date in force moves: to one, or to
(s - s_k) / (1 - s_k), where s is the probability stated for the date in force and s_k that of the date that passed. If
the stated probabilities hold, these moves have mean 0 whatever happened before (Doob's martingale), and the moves of a
parcel add up to its outcome less s. So a slow week is seen when its early dates pass, not when its promises do, and
nothing is gained by having fast parcels delivered first.

How it is judged. Moves are gathered until a point carries information enough, divided by their standard deviation under
the stated probabilities and rid of their skewness (Cornish and Fisher 1938); both directions are summed by Page's rule
(CUSUM, 1954). The limit follows from how rarely a chart may raise an alarm though promises hold (Siegmund 1985).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, sqrt

import numpy as np

from doorstep.domain.units import PPM
from doorstep.kernels.promise.figures import FloatArray, IntArray
from doorstep.kernels.promise.groups import group_keys
from doorstep.kernels.promise.recorded import Alarm, Direction, DriftChart, DriftPoint, GroupKind
from doorstep.kernels.promise.walked import Walked

OVERSHOOT = 1.166  # Siegmund: both limits of a random walk seen at steps are further away by half of this
MOST_SKEWED = 3.0  # beyond so many standard deviations the correction for skewness is not carried further


@dataclass(frozen=True, slots=True)
class DriftParams:
    """How the charts are set.

    Attributes
    ----------
    points_per_false_alarm
        A chart of promises that hold raises one alarm in so many points on average, of either direction.
    allowance
        Standard deviations that a point may deviate without being counted; half the shift that is found soonest.
    tolerance_ppm
        Deviation of the share of kept promises that is not called drift.
    least_variance
        Of the moves of a point, in parcels of equal weight; 3.0 is that of 33 parcels at 90%.
    """

    points_per_false_alarm: int = 1_000
    allowance: float = 0.5
    tolerance_ppm: int = 10_000
    least_variance: float = 3.0


@dataclass(frozen=True, slots=True)
class Moves:
    """[m] moves: the parcel, the day at whose end it is known, its size, variance, third moment, part of a promise."""

    parcel: IntArray
    day: IntArray
    size: FloatArray
    variance: FloatArray
    third: FloatArray
    part: FloatArray


def moves(walked: Walked, at: int) -> Moves:
    """Lay out the moves of the promises of one target, those that the history tells of."""
    dates = walked.promised_days[:, : at + 1].astype(np.int64)
    stated = walked.stated_ppm[:, : at + 1] / PPM
    stated = np.maximum.accumulate(stated, axis=1)
    final = stated[:, -1:]
    before = np.concatenate([np.zeros_like(final), stated[:, :-1]], axis=1)
    came = (walked.arrived_days[:, None] >= 0) & (walked.arrived_days[:, None] <= dates)
    waited = np.concatenate([np.ones((len(walked), 1), dtype=np.bool_), ~came[:, :-1]], axis=1)
    chance = np.divide(stated - before, 1 - before, out=np.ones_like(stated), where=before < 1)
    hope_before = np.divide(final - before, 1 - before, out=np.zeros_like(stated), where=before < 1)
    hope = np.divide(final - stated, 1 - stated, out=np.zeros_like(stated), where=stated < 1)
    size = np.where(waited, np.where(came, 1.0, hope) - hope_before, 0.0)
    spread = chance * (1 - chance) * (1 - hope) ** 2
    skew = spread * (1 - 2 * chance) * (1 - hope)
    known = walked.known_days[:, None] > dates
    parcel, _ = np.nonzero(known)
    part = np.divide(stated - before, final, out=np.zeros_like(stated), where=final > 0)
    day = walked.placed_day[:, None] + dates
    return Moves(parcel, day[known], size[known], (spread * waited)[known], (skew * waited)[known], part[known])


def drift(walked: Walked, at: int, params: DriftParams) -> tuple[tuple[DriftChart, ...], float]:
    """Run the charts of all parcels, each carrier and each service; give them with the false alarms to be expected."""
    found = moves(walked, at)
    charts = []
    for by in charted(walked):
        keys, place = np.unique(np.array(group_keys(walked, by), dtype=np.str_), return_inverse=True)
        order = np.argsort(place[found.parcel], kind="stable")
        bounds = np.searchsorted(place[found.parcel][order], np.arange(len(keys) + 1))
        for number, key in enumerate(keys):
            rows = order[bounds[number] : bounds[number + 1]]
            charts.append(_chart(by, str(key), list(_points(walked.weight, found, rows, params)), params))
    points = sum(len(chart.points) for chart in charts)
    return tuple(charts), points / params.points_per_false_alarm


def charted(walked: Walked) -> tuple[GroupKind, ...]:
    """Name the kinds of groups that have charts: no chart is another one under a second name."""
    carriers, services = set(walked.carrier), set(walked.service)
    pairs = set(zip(walked.carrier, walked.service, strict=True))
    kinds: tuple[GroupKind, ...] = ("all",)
    if len(carriers) > 1:
        kinds += ("carrier",)
    if len(services) > 1 and not len(pairs) == len(carriers) == len(services):
        kinds += ("service",)
    return kinds


@dataclass(frozen=True, slots=True)
class _Point:
    first: int  # day
    day: int  # at whose end it is complete
    size: float
    variance: float
    third: float
    promises: float  # sum of weights of parts of promises
    parcels: float  # the same unweighted


def _points(weight: FloatArray, found: Moves, rows: IntArray, params: DriftParams) -> Iterator[_Point]:
    """Gather whole days until they carry information enough. What is gathered at the end is not told yet."""
    days, place = np.unique(found.day[rows], return_inverse=True)
    own = weight[found.parcel[rows]]

    def by_day(values: FloatArray) -> FloatArray:
        return np.bincount(place, weights=values, minlength=len(days)).astype(np.float64)

    table = np.stack(
        [
            by_day(own * found.size[rows]),
            by_day(own**2 * found.variance[rows]),
            by_day(own**3 * found.third[rows]),
            by_day(own * found.part[rows]),
            by_day(found.part[rows]),
            by_day(own * found.variance[rows]),
        ]
    )
    gathered, first = np.zeros(len(table)), 0
    for at, day in enumerate(days):
        first = int(day) if not gathered.any() else first
        gathered = gathered + table[:, at]
        if gathered[1] > 0 and gathered[5] ** 2 / gathered[1] >= params.least_variance:
            yield _Point(first, int(day), *(float(value) for value in gathered[:5]))
            gathered = np.zeros(len(table))


def limit(params: DriftParams) -> float:
    """Find the sum at which an alarm is raised: by it one of the two sums errs once in twice the points asked for."""
    low, high = 0.0, 60.0
    for _ in range(60):
        middle = (low + high) / 2
        reach = 2 * params.allowance * (middle + OVERSHOOT)
        waits = (exp(reach) - reach - 1) / (2 * params.allowance**2)
        low, high = (middle, high) if waits < 2 * params.points_per_false_alarm else (low, middle)
    return high


def score(point: _Point, shift: float) -> float:
    """Standardise a point's sum, moved by the tolerance, and take the skewness of its moves out of it."""
    deviation = sqrt(point.variance)
    plain = (point.size + shift) / deviation
    near = max(-MOST_SKEWED, min(MOST_SKEWED, plain))
    return plain - point.third / point.variance / deviation * (near * near - 1) / 6


class _Sum:
    """One of the two sums of a chart, and the alarms that it raised."""

    def __init__(self, direction: Direction, params: DriftParams) -> None:
        self.direction: Direction = direction
        self.sign = -1.0 if direction == "later" else 1.0
        self.params, self.limit = params, limit(params)
        self.value, self.on = 0.0, False
        self.since, self.size, self.promises, self.parcels = 0, 0.0, 0.0, 0.0
        self.alarms: list[Alarm] = []

    def add(self, point: _Point) -> None:
        if self.value == 0.0:
            self.since, self.size, self.promises, self.parcels = point.first, 0.0, 0.0, 0.0
        tolerated = -self.sign * self.params.tolerance_ppm / PPM * point.promises
        raised = self.value + self.sign * score(point, tolerated) - self.params.allowance
        # Held at the limit: an alarm ends when what goes well makes up for what raised it, however long it lasted.
        self.value = min(max(0.0, raised), self.limit)
        self.size, self.promises = self.size + point.size, self.promises + point.promises
        self.parcels += point.parcels
        if self.value >= self.limit and not self.on:
            gap = self.size / self.promises if self.promises > 0 else 0.0
            self.alarms.append(Alarm(self.direction, self.since, point.day, None, gap, self.parcels))
            self.on = True
        elif self.value == 0.0 and self.on:
            last = self.alarms[-1]
            self.alarms[-1] = Alarm(last.direction, last.since_day, last.raised_day, point.day, last.gap, last.promises)
            self.on = False


def _chart(by: GroupKind, key: str, points: Sequence[_Point], params: DriftParams) -> DriftChart:
    later, earlier = _Sum("later", params), _Sum("earlier", params)
    drawn = []
    for point in points:
        later.add(point)
        earlier.add(point)
        drawn.append(DriftPoint(point.day, later.value / later.limit, earlier.value / earlier.limit))
    alarms = sorted([*later.alarms, *earlier.alarms], key=lambda one: (one.raised_day, one.direction))
    return DriftChart(by, key, tuple(drawn), tuple(alarms))


__all__ = ["DriftParams", "Moves", "drift", "limit", "moves"]
