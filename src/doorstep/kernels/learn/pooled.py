"""Shares of parcels by who carried them, partially pooled: a hierarchical logistic regression on counts.

    k_c ~ Binomial(n_c, p_c),  logit p_c = a + u[service] + v[lane] + b[band] + d[weekday] + s[month] + w[service, lane]

Each family of effects is normal around 0 with a variance of its own (Gelman & Hill 2007, chapters 12 and 14). Modes and
covariance are Laplace's; variances are found by the EM step that penalised quasi-likelihood uses (Breslow & Clayton
1993), with a weak scaled inverse chi-square prior, so that a family of two does not collapse. Parcels of one week share
its fate: where service-weeks scatter more than a binomial, counts are divided by the dispersion (McCullagh & Nelder
1989, section 4.5). Good carriers may be given hard lanes, and lanes drawn together as strongly as they scatter would
leave a part of each on whoever serves it (Mundlak 1978; Bell & Jones 2015): they are drawn three times less. The block
of w is diagonal, since a parcel is of one service and lane, and is eliminated (Schur).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.kernels.learn.carrier_problem import FloatArray, IntArray

FAMILIES = ("service", "lane", "band", "weekday", "month")
PRIOR_SD, PRIOR_WEIGHT = 0.5, 2.0  # of logits, with the weight of two effects; too wide harms less than too narrow
INTERCEPT_VARIANCE = 25.0
ROUNDS, STEPS, CLOSE = 40, 25, 1e-6
SATURATED = 30.0
LANE = 1  # place of a family
LOOSE = 9.0  # lanes' variance, where effects are read: so many times what was found
SPREAD_DRAWS = 200


@dataclass(frozen=True, slots=True)
class Cells:
    """c distinct cells.

    Attributes
    ----------
    tried, kept
        [c] float64 counts of parcels, and of those for which it went well.
    codes
        [c, 5] int64, in the order of `FAMILIES`.
    pair
        [c] int64: place of the cell's service and lane among the pairs; -1: too few parcels for an effect of its own.
    levels
        How many levels each family has.
    pairs
        [p, 2] int64: service and lane of each pair.
    """

    tried: FloatArray
    kept: FloatArray
    codes: IntArray
    pair: IntArray
    levels: tuple[int, ...]
    pairs: IntArray


@dataclass(frozen=True, slots=True)
class Pooled:
    """A fit.

    Attributes
    ----------
    main
        [m] mode: intercept, then the levels of each family.
    inner
        [p] mode of the pairs' effects.
    chol
        [m, m] lower factor of the precision of `main`, pairs eliminated.
    reach
        [p, m]: by how much the mode of a pair moves against `main`.
    inner_sd
        [p] of the pairs given `main`.
    sd
        By family, then of the pairs.
    dispersion
        By which counts were divided; at least 1.
    """

    cells: Cells
    main: FloatArray
    inner: FloatArray
    chol: FloatArray
    reach: FloatArray
    inner_sd: FloatArray
    sd: tuple[float, ...]
    dispersion: float

    def start(self, family: int) -> int:
        """Give the place of a family's first level in `main`."""
        return 1 + sum(self.cells.levels[:family])


def cells_of(codes: IntArray, good: IntArray, weight: FloatArray, levels: tuple[int, ...], least_pair: int) -> Cells:
    """Count parcels by their cells: `codes` [n, 5], `good` [n] 0 or 1, `weight` [n] what each counts."""
    if not len(codes):
        nothing = np.zeros(0)
        empty = np.zeros(0, np.int64)
        return Cells(nothing, nothing, codes.reshape(0, len(FAMILIES)), empty, levels, np.zeros((0, 2), np.int64))
    found, cell = np.unique(codes, axis=0, return_inverse=True)
    cell = cell.reshape(len(codes))
    tried = np.bincount(cell, weight).astype(np.float64)
    kept = np.bincount(cell, good * weight).astype(np.float64)
    key = found[:, 0] * levels[1] + found[:, 1]
    names, place = np.unique(key, return_inverse=True)
    place = place.reshape(len(key))
    own = np.bincount(place, weights=tried) >= least_pair
    number = np.where(own, np.cumsum(own) - 1, -1)
    pairs = np.stack([names[own] // levels[1], names[own] % levels[1]], axis=1)
    return Cells(tried, kept, found, number[place], levels, pairs)


def fit(cells: Cells, dispersion: float = 1.0, loose: float = LOOSE) -> Pooled:
    """Find modes, variances and precision.

    Parameters
    ----------
    cells
        Counts; none at all gives the prior.
    dispersion
        By how much counts scatter more than a binomial.
    loose
        By how much more than was found lanes may differ where effects are read.
    """
    families = len(FAMILIES)
    sizes = (*cells.levels, len(cells.pairs))
    variance = np.full(families + 1, PRIOR_SD**2)
    main, inner = np.zeros(1 + sum(cells.levels)), np.zeros(len(cells.pairs))
    share = (cells.kept.sum() + 1) / (cells.tried.sum() + 2)
    main[0] = np.log(share / (1 - share))
    for _ in range(ROUNDS):
        main, inner, parts = _mode(cells, dispersion, variance, main, inner)
        chol, reach, diagonal = parts
        inverse = np.linalg.inv(chol)
        covariance = inverse.T @ inverse
        own = np.diag(covariance)
        spread = 1.0 / diagonal + np.einsum("pm,pm->p", reach @ covariance, reach)
        at, found = 1, np.zeros_like(variance)
        for family, size in enumerate(sizes):
            last = family == families
            values = inner if last else main[at : at + size]
            moments = (values**2).sum() + (spread if last else own[at : at + size]).sum()
            found[family] = (moments + PRIOR_WEIGHT * PRIOR_SD**2) / (size + PRIOR_WEIGHT)
            at += size
        moved = np.abs(np.log(found / variance)).max()
        variance = found
        if moved < 0.01:
            break
    read = variance.copy()
    read[LANE] *= loose
    main, inner, (chol, reach, diagonal) = _mode(cells, dispersion, read, main, inner)
    sd = tuple(map(float, np.sqrt(variance)))
    return Pooled(cells, main, inner, chol, reach, 1 / np.sqrt(diagonal), sd, dispersion)


Parts = tuple[FloatArray, FloatArray, FloatArray]


def _mode(
    cells: Cells, dispersion: float, variance: FloatArray, main: FloatArray, inner: FloatArray
) -> tuple[FloatArray, FloatArray, Parts]:
    """Newton's method, halving a step that makes it worse."""
    prior = np.concatenate([[1 / INTERCEPT_VARIANCE], np.repeat(1 / variance[:-1], cells.levels)])
    within = 1 / variance[-1]
    value = _penalised(cells, dispersion, prior, within, main, inner)
    for _ in range(STEPS):
        slope_main, slope_inner, parts = _around(cells, dispersion, prior, within, main, inner)
        chol, reach, diagonal = parts
        right = slope_main - reach.T @ slope_inner
        step = np.linalg.solve(chol.T, np.linalg.solve(chol, right))
        inner_step = slope_inner / diagonal - reach @ step
        scale = 1.0
        while True:
            tried_main, tried_inner = main + scale * step, inner + scale * inner_step
            tried = _penalised(cells, dispersion, prior, within, tried_main, tried_inner)
            if tried >= value - 1e-9 or scale < 1e-4:
                break
            scale /= 2
        gained, value, main, inner = tried - value, tried, tried_main, tried_inner
        if gained < CLOSE:
            break
    return main, inner, _around(cells, dispersion, prior, within, main, inner)[2]


def predictor(cells: Cells, main: FloatArray, inner: FloatArray) -> FloatArray:
    """Give the logit of each cell: [c]."""
    at, eta = 1, np.full(len(cells.tried), main[0])
    for family, size in enumerate(cells.levels):
        eta += main[at + cells.codes[:, family]]
        at += size
    if len(inner):
        eta += np.where(cells.pair >= 0, inner[cells.pair], 0.0)
    return np.asarray(np.clip(eta, -SATURATED, SATURATED))


def _penalised(
    cells: Cells, dispersion: float, prior: FloatArray, within: float, main: FloatArray, inner: FloatArray
) -> float:
    eta = predictor(cells, main, inner)
    fitted = (cells.kept * eta - cells.tried * np.logaddexp(0, eta)).sum() / dispersion
    return float(fitted - 0.5 * (prior @ main**2 + within * (inner @ inner)))


def _around(
    cells: Cells, dispersion: float, prior: FloatArray, within: float, main: FloatArray, inner: FloatArray
) -> tuple[FloatArray, FloatArray, Parts]:
    """Slopes, and the curvature in its parts: the factor of the reduced precision, reach, and the pairs' diagonal."""
    share = 1 / (1 + np.exp(-predictor(cells, main, inner)))
    residual = (cells.kept - cells.tried * share) / dispersion
    weight = cells.tried * share * (1 - share) / dispersion
    sizes = (1, *cells.levels)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    columns = [np.zeros(len(weight), np.int64), *cells.codes.T]
    pairs, paired = len(inner), cells.pair >= 0
    slope = np.concatenate([np.bincount(c, residual, s) for c, s in zip(columns, sizes, strict=True)]) - prior * main
    square = np.zeros((starts[-1], starts[-1]))
    cross = np.zeros((pairs, starts[-1]))
    for i, (one, size) in enumerate(zip(columns, sizes, strict=True)):
        rows = slice(starts[i], starts[i + 1])
        for j in range(i, len(columns)):
            table = np.bincount(one * sizes[j] + columns[j], weight, size * sizes[j]).reshape(size, sizes[j])
            square[rows, starts[j] : starts[j + 1]] = table
            square[starts[j] : starts[j + 1], rows] = table.T
        if pairs:
            key = cells.pair[paired] * size + one[paired]
            cross[:, rows] = np.bincount(key, weight[paired], pairs * size).reshape(pairs, size)
    square[np.diag_indices_from(square)] += prior
    slope_inner = np.bincount(cells.pair[paired], residual[paired], pairs) - within * inner
    diagonal = np.bincount(cells.pair[paired], weight[paired], pairs) + within
    reach = cross / diagonal[:, None]
    chol = np.asarray(np.linalg.cholesky(square - cross.T @ reach), np.float64)
    return slope, slope_inner.astype(np.float64), (chol, reach.astype(np.float64), diagonal.astype(np.float64))


def draws(fitted: Pooled, number: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Draw effects from Laplace's normal: [number, m] and [number, p]."""
    rng = np.random.default_rng(seed)
    normal = rng.standard_normal((number, len(fitted.main)))
    moved = np.linalg.solve(fitted.chol.T, normal.T).T
    inner = fitted.inner - moved @ fitted.reach.T
    inner += fitted.inner_sd * rng.standard_normal((number, len(fitted.inner)))
    main = fitted.main + moved
    main_shift, inner_shift = _off_mode(fitted, main, inner)
    return main + main_shift, inner + inner_shift


def _off_mode(fitted: Pooled, main: FloatArray, inner: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Say by how much the mean lies off the mode, to first order: the posterior of a rare thing is skewed.

    With curvature V^-1 and third derivative t of a cell's log-likelihood: V X' t var(eta) / 2 (Rue, Martino & Chopin
    2009, section 3.2.3, for all effects at once); var(eta) is that of the draws.
    """
    cells = fitted.cells
    if not len(cells.tried):
        return np.zeros_like(fitted.main), np.zeros_like(fitted.inner)
    total, square = np.zeros(len(cells.tried)), np.zeros(len(cells.tried))
    few = min(len(main), SPREAD_DRAWS)
    for at in range(few):
        eta = predictor(cells, main[at], inner[at])
        total += eta
        square += eta**2
    spread = np.maximum(square / few - (total / few) ** 2, 0.0)
    share = 1 / (1 + np.exp(-predictor(cells, fitted.main, fitted.inner)))
    third = -cells.tried * share * (1 - share) * (1 - 2 * share) / fitted.dispersion
    pull = third * spread / 2
    columns = [np.zeros(len(pull), np.int64), *cells.codes.T]
    right = np.concatenate([np.bincount(c, pull, s) for c, s in zip(columns, (1, *cells.levels), strict=True)])
    paired = cells.pair >= 0
    within = np.bincount(cells.pair[paired], pull[paired], len(fitted.inner))
    step = np.linalg.solve(fitted.chol.T, np.linalg.solve(fitted.chol, right - fitted.reach.T @ within))
    return step, within * fitted.inner_sd**2 - fitted.reach @ step
