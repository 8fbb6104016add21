"""Control charts of services: risk-adjusted weekly sums that know how much weeks scatter, and what they open.

Before the watch it is learned what is usual; each week of the watch then has z = (late - expected) / deviation, divided
by Laney's sigma of z (Laney 2002: weeks of many parcels scatter more than a binomial, and plain p-charts cry wolf), and
a one-sided cumulative sum C = max(0, C + z - 1/2) is kept (Page 1954; adjusted for risk as Steiner et al. 2000 do). Its
limit is simulated with the very weeks at hand, the scatter and how little the past may have told of what is usual.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from doorstep.kernels.learn.adjusted import OTHERS, Coding, fit_outcome, places, predicted, week_of
from doorstep.kernels.learn.carrier_problem import BoolArray, CarrierProblem, FloatArray, IntArray
from doorstep.kernels.learn.carrier_record import CarrierParams, Chart, Investigation, Week
from doorstep.kernels.learn.pooled import LANE, Pooled

ALLOWED = 0.5  # of a deviation, tolerated each week
PATHS, LONG_PATHS, LONG_WEEKS = 4000, 200, 520
RANGE_TO_SIGMA = 1.128  # a moving range of two over its sigma
LEAST_VARIANCE = 0.25  # of a week that says anything
EVIDENCE_LANES, EVIDENCE_PARCELS = 5, 50
Expected = FloatArray


@dataclass(frozen=True, slots=True)
class Weeks:
    """Weeks of a service: [w] Mondays' numbers, parcels due, late, expected late and its variance."""

    number: IntArray
    due: IntArray
    late: IntArray
    expected: FloatArray
    variance: FloatArray


def charts(
    problem: CarrierProblem, coding: Coding, params: CarrierParams, seed: int
) -> tuple[tuple[Chart, Expected], ...]:
    """Draw a chart of every service with parcels enough, each with the [n] lateness expected of parcels."""
    week = week_of(problem.promised_day + 1)  # when it is known
    last = int(week_of(np.array([problem.as_of_day]))[0])  # not over yet
    first_watched = last - params.watch_weeks
    in_time = ~problem.shipper_late
    before = in_time & (week < first_watched)
    # Parcels are counted as they are: what a sample leaves out, it leaves out in every week.
    plain = replace(problem, weight=np.ones(len(problem)))
    # What is expected is told best by lanes as they scatter: no service is compared with another.
    fitted = fit_outcome(coding, before, problem.kept.astype(np.int64), plain, params, loose=1.0)
    expected = 1 - predicted(fitted, coding.codes)
    counts = np.bincount(coding.codes[in_time & (week < last), 0], minlength=len(coding.names))
    found = []
    for at, name in enumerate(coding.names):
        if counts[at] < params.least_parcels or name == OTHERS:
            continue
        own = in_time & (week < last) & (coding.codes[:, 0] == at)
        weeks = _weeks(week[own], ~problem.kept[own], expected[own])
        unsure = _unsure(fitted, coding.codes[own])
        found.append((_chart(name, weeks, first_watched, unsure, params, (seed, at)), expected))
    return tuple(found)


def _unsure(fitted: Pooled, codes: IntArray) -> float:
    """Give the deviation of the mean logit of parcels: how little the past has told of them."""
    ask, inner = np.zeros(len(fitted.main)), np.zeros(len(fitted.inner))
    ask[0] = 1.0
    for family, size in enumerate(fitted.cells.levels):
        start = fitted.start(family)
        ask[start : start + size] = np.bincount(codes[:, family], minlength=size) / len(codes)
    place = places(fitted)[codes[:, 0], codes[:, LANE]]
    np.add.at(inner, place[place >= 0], 1 / len(codes))
    given = np.linalg.solve(fitted.chol, ask - fitted.reach.T @ inner)
    return float(np.hypot(np.linalg.norm(given), np.linalg.norm(inner * fitted.inner_sd)))


def _weeks(week: IntArray, late: BoolArray, expected: FloatArray) -> Weeks:
    number, place = np.unique(week, return_inverse=True)
    place = place.reshape(len(week))
    return Weeks(
        number,
        np.bincount(place).astype(np.int64),
        np.bincount(place, late).astype(np.int64),
        np.bincount(place, expected).astype(np.float64),
        np.bincount(place, expected * (1 - expected)).astype(np.float64),
    )


def _chart(
    name: str, weeks: Weeks, first_watched: int, unsure: float, params: CarrierParams, seed: tuple[int, int]
) -> Chart:
    telling = weeks.variance >= LEAST_VARIANCE
    base = telling & (weeks.number < first_watched)
    watched = telling & (weeks.number >= first_watched)
    score = np.divide(weeks.late - weeks.expected, np.sqrt(weeks.variance), out=np.zeros(len(telling)), where=telling)
    if base.sum() < params.least_weeks or not watched.any():
        told = _told(weeks, first_watched, score, np.full(len(score), np.nan))
        return Chart(name, "too few weeks", told, 1.0, 0.0, None, None, None, None)
    scatter = max(1.0, float(np.abs(np.diff(score[base])).mean()) / RANGE_TO_SIGMA)
    score = score / scatter
    sums = np.full(len(score), np.nan)
    sums[watched] = _summed(score[watched][None, :])[0]
    rng = np.random.default_rng(seed)
    year = 1 - (1 - params.false_alarms_a_year) ** (params.watch_weeks / 52)
    drawn = _drawn(rng, weeks, watched, scatter, unsure, PATHS, 0.0)
    limit = float(np.quantile(_summed(drawn).max(axis=1), 1 - year))
    over = np.flatnonzero(watched & (np.nan_to_num(sums) > limit))
    alarm = int(over[0]) if len(over) else None
    long = rng.choice(np.flatnonzero(base | watched), LONG_WEEKS)
    lengths = [
        _run_length(_drawn(rng, weeks, long, scatter, unsure, LONG_PATHS, shift), limit)
        for shift in (0.0, float(np.log(params.worse_odds)))
    ]
    return Chart(
        name,
        "in control" if alarm is None else "alarm",
        _told(weeks, first_watched, score, sums),
        scatter,
        limit,
        None if alarm is None else _monday(int(weeks.number[alarm]) + 1),
        None if alarm is None else _monday(int(weeks.number[_since(sums, alarm)])),
        *lengths,
    )


def _told(weeks: Weeks, first_watched: int, score: FloatArray, sums: FloatArray) -> tuple[Week, ...]:
    return tuple(
        Week(
            _monday(int(weeks.number[at])),
            int(weeks.due[at]),
            int(weeks.late[at]),
            float(weeks.expected[at]),
            float(weeks.variance[at]),
            bool(weeks.number[at] >= first_watched),
            float(score[at]),
            None if np.isnan(sums[at]) else float(sums[at]),
        )
        for at in range(len(score))
    )


def _monday(number: int) -> int:
    return number * 7 - 3


def _summed(score: FloatArray) -> FloatArray:
    """Sum up along the weeks: [paths, w]."""
    total, found = np.zeros(len(score)), np.empty_like(score)
    for at in range(score.shape[1]):
        total = np.maximum(0.0, total + score[:, at] - ALLOWED)
        found[:, at] = total
    return found


def _since(sums: FloatArray, alarm: int) -> int:
    at = alarm
    while at > 0 and sums[at - 1] > 0:  # NaN is not
        at -= 1
    return at


def _drawn(
    rng: np.random.Generator, weeks: Weeks, which: BoolArray | IntArray, scatter: float, unsure: float, paths: int,
    shift: float,
) -> FloatArray:  # fmt: skip
    """Draw scores of weeks like these: [paths, w]; beta-binomial, each path with its own error of what is usual."""
    due, expected, variance = weeks.due[which], weeks.expected[which], weeks.variance[which]
    usual = np.clip(expected / due, 1e-6, 1 - 1e-6)
    logit = np.log(usual / (1 - usual)) + shift + unsure * rng.standard_normal((paths, 1))
    share = 1 / (1 + np.exp(-logit))
    extra = np.clip((scatter**2 - 1) / np.maximum(due - 1, 1), 0.0, 0.9)
    if extra.max() > 0:
        strength = np.maximum((1 - extra) / np.maximum(extra, 1e-9), 1e-3)
        share = rng.beta(np.maximum(share * strength, 1e-9), np.maximum((1 - share) * strength, 1e-9))
    late = rng.binomial(due, share)
    return np.asarray((late - expected) / np.sqrt(variance) / scatter)


def _run_length(score: FloatArray, limit: float) -> float | None:
    """Weeks simulated over alarms raised, a path ending with its first; None: there was none."""
    over = _summed(score) > limit
    raised = over.any(axis=1)
    length = np.where(raised, over.argmax(axis=1) + 1, score.shape[1])
    return float(length.sum() / raised.sum()) if raised.any() else None


def investigations(
    problem: CarrierProblem, coding: Coding, found: tuple[tuple[Chart, Expected], ...]
) -> tuple[Investigation, ...]:
    """Open a case for every alarm: what fell due since the sum began to grow, where, and which parcels."""
    week = week_of(problem.promised_day + 1)
    end = int(week_of(np.array([problem.as_of_day]))[0])
    cases = []
    for chart, expected in found:
        if chart.alarm_day is None or chart.since_day is None:
            continue
        at = coding.names.index(chart.service)
        own = ~problem.shipper_late & (coding.codes[:, 0] == at)
        own &= (week >= (chart.since_day + 3) // 7) & (week < end)
        late = own & ~problem.kept
        order = sorted(np.flatnonzero(late).tolist(), key=lambda i: (-int(problem.promised_day[i]), problem.parcel[i]))
        parcels = tuple(problem.parcel[i] for i in order[:EVIDENCE_PARCELS])
        counts = int(own.sum()), int(late.sum()), float(expected[own].sum())
        lanes = _worst_lanes(problem, coding, own, late, expected)
        cases.append(Investigation(chart.service, chart.alarm_day, chart.since_day, *counts, lanes, parcels))
    return tuple(cases)


def _worst_lanes(
    problem: CarrierProblem, coding: Coding, own: BoolArray, late: BoolArray, expected: FloatArray
) -> tuple[tuple[str, int, int, float], ...]:
    lane, size = coding.codes[:, LANE], coding.levels[LANE]
    due, failed = np.bincount(lane[own], minlength=size), np.bincount(lane[late], minlength=size)
    usual = np.bincount(lane[own], expected[own], minlength=size)
    order = sorted(range(size), key=lambda at: (-(failed[at] - usual[at]), problem.lane.names[at]))
    return tuple(
        (problem.lane.names[at], int(due[at]), int(failed[at]), float(usual[at]))
        for at in order[:EVIDENCE_LANES]
        if failed[at] > usual[at]
    )
