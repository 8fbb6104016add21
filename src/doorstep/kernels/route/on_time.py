"""How sure a promised window is: rounds driven many times with chance in their ways and services.

Ways and services are lognormal, for they cannot be negative and are late more than they are early, with what is
planned as their mean; a factor of the day, lognormal too, lengthens or shortens all ways of a round together, so that
delays do not average out. A van leaves as planned and waits for windows; who is late is served late.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.route.pace import Pace, pace
from doorstep.kernels.route.problem import NEVER, RELOAD, FloatArray, IntArray, RouteProblem
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.route.schedule import Schedule, ways
from doorstep.kernels.route.windows import narrowed

_MILLION = 1_000_000
_OVER_S = 2**38  # beyond all instants of a day


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """How far days differ from their plan; what is measured of one's own rounds is better than these.

    Parameters
    ----------
    way_cv_ppm
        Standard deviation of a way by its mean: lights, parking and finding the door; a quarter.
    day_cv_ppm
        Of the factor common to all ways of a round: weather, traffic and the driver; a tenth.
    service_cv_ppm
        Of a service: most are short, some wait for a lift or an answer; a half.
    low_ppm, high_ppm
        Which quantiles an interval of arrival spans; the middle eight tenths.
    draws
        Days that are driven. A probability is then within about 1.6 percentage points of the true one (one standard
        deviation at a half; 0.9 at nine tenths).
    """

    way_cv_ppm: int = 250_000
    day_cv_ppm: int = 100_000
    service_cv_ppm: int = 500_000
    low_ppm: int = 100_000
    high_ppm: int = 900_000
    draws: int = 1_000

    def __post_init__(self) -> None:
        if min(self.way_cv_ppm, self.day_cv_ppm, self.service_cv_ppm) < 0 or self.draws < 1:
            raise InvalidProblem("a deviation below 0, or no draws")
        if not 0 <= self.low_ppm <= self.high_ppm <= _MILLION:
            raise InvalidProblem("low_ppm, high_ppm: 0 <= low <= high <= 1,000,000")


USUAL = Uncertainty()


@dataclass(frozen=True, slots=True)
class OnTime:
    """Of k visits, in the order of the result; reloads are visits too.

    Parameters
    ----------
    on_time_ppm
        [k] how often service begins by the end of the window; 1,000,000 where there is none.
    early_s, median_s, late_s
        [k] quantiles of when service begins.
    """

    on_time_ppm: IntArray
    early_s: IntArray
    median_s: IntArray
    late_s: IntArray


def on_time(
    problem: RouteProblem, result: RouteResult, planned: Schedule, by: Uncertainty = USUAL, seed: int = 0
) -> OnTime:
    """Reckon probabilities and intervals by driving each round `by.draws` times.

    Parameters
    ----------
    problem
        With its periods, and with the windows that were promised.
    result, planned
        Rounds, and their schedule; that of the problem with a margin, if the search had one.
    by
        How far days differ from their plan.
    seed
        Of the chance; a round's does not depend on other rounds.

    Returns
    -------
    OnTime
        For every visit.
    """
    begins = drawn_begins(problem, result, planned, by, seed)
    to_s = np.where(result.visit == RELOAD, NEVER, narrowed(problem, result).stops.to_s[result.visit])
    held = (begins <= to_s[:, None]).mean(1) if len(begins) else np.zeros(0)
    span = [by.low_ppm / _MILLION, 0.5, by.high_ppm / _MILLION]
    quantiles = np.quantile(begins, span, axis=1) if len(begins) else np.zeros((3, 0))
    early, median, late = np.rint(quantiles).astype(np.int64)
    return OnTime(np.rint(held * _MILLION).astype(np.int64), early, median, late)


def with_margin(problem: RouteProblem, margin_s: int) -> RouteProblem:
    """The problem whose windows end so much earlier, though never before they begin: for search and schedule.

    A window keeps its end where none is set.
    """
    stops, windows = problem.stops, problem.windows.copy()
    to_s = _sooner(stops.from_s, stops.to_s, margin_s)
    windows[:, 2] = _sooner(windows[:, 1], windows[:, 2], margin_s)
    to_s[windows[:, 0]] = windows[:, 2]  # by stop and in order: the last one stays
    return replace(problem, stops=replace(stops, to_s=to_s), windows=windows)


def _sooner(from_s: IntArray, to_s: IntArray, margin_s: int) -> IntArray:
    return np.where(to_s < NEVER, np.maximum(from_s, to_s - margin_s), to_s)


def margin(
    problem: RouteProblem,
    result: RouteResult,
    planned: Schedule,
    target_ppm: int,
    by: Uncertainty = USUAL,
    seed: int = 0,
) -> int:
    """Seconds by which windows should end earlier in the search, for each to be kept with probability `target_ppm`.

    It is the delay against the schedule that the visit with the most doubtful arrival stays within so often. Plan once
    without, ask, and plan again `with_margin`: the delays of the second plan are much like those of the first.
    """
    if not 0 <= target_ppm <= _MILLION:
        raise InvalidProblem("target_ppm: 0 to 1,000,000")
    promised = (result.visit != RELOAD) & (narrowed(problem, result).stops.to_s[result.visit] < NEVER)
    if not promised.any():
        return 0
    delay = (drawn_begins(problem, result, planned, by, seed) - planned.begin_s[:, None])[promised]
    return max(0, int(np.ceil(np.quantile(delay, target_ppm / _MILLION, axis=1).max())))


def drawn_begins(
    problem: RouteProblem, result: RouteResult, planned: Schedule, by: Uncertainty = USUAL, seed: int = 0
) -> FloatArray:
    """[k, draws] when service begins, day after day."""
    problem = narrowed(problem, result)
    found = np.zeros((len(result.visit), by.draws))
    way_s, service_s = ways(problem, result)[1] / _MILLION, planned.end_s - planned.begin_s
    from_s = np.where(result.visit == RELOAD, -NEVER, problem.stops.from_s[result.visit])
    day = pace(problem.travel)
    for at, (a, b) in enumerate(zip(result.start[:-1].tolist(), result.start[1:].tolist(), strict=True)):
        rng = np.random.default_rng((seed, at))
        common = _factors(rng, by.day_cv_ppm, (1, by.draws))
        way = way_s[a + at : b + at, None] * (common * _factors(rng, by.way_cv_ppm, (b - a, by.draws)))
        service = service_s[a:b, None] * _factors(rng, by.service_cv_ppm, (b - a, by.draws))
        pause = _pause(problem, result, planned, at)
        now = np.full(by.draws, float(planned.departure_s[at]))
        for row in range(a, b):
            now = _arrivals(day, now, way[row - a])
            if row == pause[0]:
                now = np.maximum(now, pause[2]) + pause[1]
            found[row] = now = np.maximum(now, from_s[row])
            now = now + service[row - a]
    return found


def _pause(problem: RouteProblem, result: RouteResult, planned: Schedule, at: int) -> tuple[int, int, int]:
    fleet, kind = problem.fleet, int(result.vehicle[at])
    return int(planned.pause_at[at]), int(fleet.break_s[kind]), int(fleet.break_from_s[kind])


def _factors(rng: np.random.Generator, cv_ppm: int, shape: tuple[int, int]) -> FloatArray:
    """Lognormal, of mean 1."""
    variance = np.log1p((cv_ppm / _MILLION) ** 2)
    return np.asarray(np.exp(np.sqrt(variance) * rng.standard_normal(shape) - variance / 2), np.float64)


def _arrivals(day: Pace, leaving_s: FloatArray, way_s: FloatArray) -> FloatArray:
    """When ways end that begin then, through all periods; not rounded."""
    if len(day.begin) == 1:
        return leaving_s + way_s
    begin = np.array([day.begin[0] - _OVER_S, *day.begin[1:], day.begin[-1] + _OVER_S], np.float64)
    driven = [-_OVER_S, *(one / _MILLION for one in day.driven[1:])]
    driven.append(driven[-1] + _OVER_S * day.rate[-1] / _MILLION)
    return np.interp(np.interp(leaving_s, begin, driven) + way_s, driven, begin)
