"""One outcome of parcels, fitted, and asked of any mix of parcels: direct standardisation by draws of the posterior."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.kernels.learn.carrier_problem import BANDS_G, BoolArray, CarrierProblem, FloatArray, IntArray
from doorstep.kernels.learn.carrier_record import CarrierParams, Credible
from doorstep.kernels.learn.pooled import LANE, LOOSE, Pooled, cells_of, draws, fit

OTHERS = "(others)"
FIRST_OTHER = 2  # place of a family: those from it on do not depend on who carries it
LEAST_CELLS = 20  # service-weeks with parcels enough, for a dispersion to be told


@dataclass(frozen=True, slots=True)
class Coding:
    """Parcels as codes.

    Attributes
    ----------
    names
        Services told apart, then all others together.
    codes
        [n, 5] int64 in the order of `pooled.FAMILIES`.
    levels
        Of each family.
    """

    names: tuple[str, ...]
    codes: IntArray
    levels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Draws of a fit: `main` [d, m], `inner` [d, p], `unmet` [d, services]: the effect on a lane never served."""

    fitted: Pooled
    main: FloatArray
    inner: FloatArray
    unmet: FloatArray
    place: IntArray  # [services, lanes] of a pair, -1: none


def coding_of(problem: CarrierProblem, params: CarrierParams) -> Coding:
    """Code parcels; services beyond the most frequent ones are one."""
    count = np.bincount(problem.service.code, minlength=len(problem.service.names))
    ranked = sorted(range(len(count)), key=lambda at: (-count[at], problem.service.names[at]))
    told = sorted(ranked[: params.most_services])
    code = np.full(len(count), len(told), np.int64)
    code[told] = np.arange(len(told))
    names = tuple(problem.service.names[at] for at in told) + ((OTHERS,) if len(told) < len(count) else ())
    service = code[problem.service.code] if len(count) else problem.service.code
    codes = np.stack([service, problem.lane.code, problem.band, problem.weekday, problem.month], axis=1)
    return Coding(names, codes, (len(names), len(problem.lane.names), len(BANDS_G) + 1, 7, 12))


def fit_outcome(
    coding: Coding,
    rows: BoolArray,
    good: IntArray,
    problem: CarrierProblem,
    params: CarrierParams,
    loose: float = LOOSE,
) -> Pooled:
    """Fit those `rows`; where service-weeks scatter more than the fit lets expect, fit again with their dispersion."""
    weight = problem.weight[rows]
    # Weights that vary make parcels say less than their number (Kish 1965).
    weight = weight * (weight.sum() / (weight**2).sum()) if len(weight) else weight
    cells = cells_of(coding.codes[rows], good[rows], weight, coding.levels, params.least_pair)
    first = fit(cells, loose=loose)
    expected = predicted(first, coding.codes[rows])
    week = week_of(problem.promised_day[rows] + 1)
    scatter = dispersion(coding.codes[rows, 0], week, good[rows], expected, problem.weight[rows])
    return first if scatter <= 1 else fit(cells, scatter, loose)


def week_of(day: IntArray) -> IntArray:
    """Number weeks from Monday on; day 0 is a Thursday."""
    return (day + 3) // 7


def dispersion(service: IntArray, week: IntArray, good: IntArray, expected: FloatArray, weight: FloatArray) -> float:
    """Mean square of standardised service-weeks of which two parcels at least are expected to fail; 1: too few."""
    if not len(service):
        return 1.0
    _, place = np.unique(np.stack([service, week], axis=1), axis=0, return_inverse=True)
    place = place.reshape(len(service))
    variance = np.bincount(place, weight**2 * expected * (1 - expected))
    gap = np.bincount(place, weight * (good - expected))
    enough = np.bincount(place, expected * (1 - expected)) >= 2
    return max(1.0, float((gap[enough] ** 2 / variance[enough]).mean())) if enough.sum() >= LEAST_CELLS else 1.0


def predicted(fitted: Pooled, codes: IntArray) -> FloatArray:
    """Give the probability that it goes well, by the mode: [n]."""
    eta = np.full(len(codes), fitted.main[0])
    for family in range(codes.shape[1]):
        eta += fitted.main[fitted.start(family) + codes[:, family]]
    place = places(fitted)[codes[:, 0], codes[:, LANE]] if len(codes) else np.zeros(0, np.int64)
    own = place >= 0
    eta[own] += fitted.inner[place[own]]
    return sigmoid(eta)


def sigmoid(eta: FloatArray) -> FloatArray:
    """Give the probability of a logit."""
    return np.asarray(1 / (1 + np.exp(-np.clip(eta, -30, 30))))


def places(fitted: Pooled) -> IntArray:
    """Where the effect of a service on a lane stands: [services, lanes], -1: it has none."""
    found = np.full(fitted.cells.levels[:2], -1, np.int64)
    found[fitted.cells.pairs[:, 0], fitted.cells.pairs[:, 1]] = np.arange(len(fitted.cells.pairs))
    return found


def adjusted(fitted: Pooled, params: CarrierParams, seed: int) -> Adjusted:
    """Draw from a fit."""
    main, inner = draws(fitted, params.draws, seed)
    rng = np.random.default_rng((seed, 1))
    unmet = rng.standard_normal((params.draws, fitted.cells.levels[0])) * fitted.sd[-1]
    return Adjusted(fitted, main, inner, unmet, places(fitted))


def mix_of(codes: IntArray, most: int) -> tuple[IntArray, FloatArray]:
    """Take cells of a mix with their shares: all of them, or every k-th parcel of them in their order."""
    ordered = codes[np.lexsort(codes[:, ::-1].T)][:, LANE:]
    found, count = np.unique(ordered, axis=0, return_counts=True)
    if len(found) > most:
        step = len(ordered) / most
        ordered = ordered[(np.arange(most) * step + step / 2).astype(np.int64)]
        found, count = np.unique(ordered, axis=0, return_counts=True)
    return found, count / count.sum()


def rates(drawn: Adjusted, service: int, cells: IntArray, shares: FloatArray) -> FloatArray:
    """Draw the share that goes well, had a service carried all of a mix: [d]; cells as `mix_of` gives them."""
    fitted = drawn.fitted
    eta = (drawn.main[:, 0] + drawn.main[:, fitted.start(0) + service])[:, None]
    for family in range(LANE, 5):
        eta = eta + drawn.main[:, fitted.start(family) + cells[:, family - LANE]]
    place = drawn.place[service, cells[:, 0]]
    own = np.broadcast_to(drawn.unmet[:, service][:, None], eta.shape).copy()
    met = place >= 0
    own[:, met] = drawn.inner[:, place[met]]
    return sigmoid(eta + own) @ shares


def credible(drawn: FloatArray, level: float) -> Credible:
    """Sum up draws."""
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Credible(float(drawn.mean()), float(low), float(high))
