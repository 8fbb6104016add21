"""Mixed logit: shoppers differ in what they want; each keeps the same wants over all of their choices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.learn.choice import fit_choice
from doorstep.kernels.learn.choice_problem import ChoiceProblem, FloatArray, IntArray
from doorstep.kernels.learn.logit import log_shares
from doorstep.kernels.run import Run

PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29)
SKIPPED = 50  # first draws of the sequence are alike over primes
BLOCK = 2_000_000  # cells of utilities at a time
CONVERGED = 1e-6  # slope over curvature, a shopper
HALVINGS = 20
NUDGE = 1e-4  # of scaled coefficients, for the curvature


@dataclass(frozen=True, slots=True)
class MixedParams:
    """Features whose coefficient varies normally over shoppers, draws for each shopper, and the most iterations."""

    varying: tuple[str, ...]
    draws: int = 100
    iterations: int = 60


@dataclass(frozen=True, slots=True, eq=False)
class MixedFit:
    """Means [K] and spreads [V] (standard deviations) of coefficients, with their robust covariance [K + V, K + V].

    `log_likelihood` is simulated; `converged` says whether the slope was gone at the end.
    """

    names: tuple[str, ...]
    varying: tuple[str, ...]
    mean: FloatArray
    spread: FloatArray
    covariance: FloatArray
    log_likelihood: float
    choices: int
    shoppers: int
    draws: int
    seed: int
    iterations: int
    converged: bool


def fit_mixed(problem: ChoiceProblem, params: MixedParams, run: Run | None = None) -> MixedFit:
    """Fit a mixed logit by simulated maximum likelihood over panels of shoppers.

    Raises InvalidProblem where a varying feature is not one, or where the plain logit has no finite estimate.

    References
    ----------
    K. Train, "Discrete Choice Methods with Simulation", 2nd ed., Cambridge 2009: chapter 6 (mixed logit, panels),
    9.3.3 (Halton draws), 8.3 (BHHH: E. Berndt, B. Hall, R. Hall, J. Hausman 1974), 10 (simulated likelihood).
    C. Bhat, Transportation Research B 37 (2003) 837-855: sequences shifted at random.
    D. Revelt, K. Train, Review of Economics and Statistics 80 (1998) 647-657: the price is the same to all, so that the
    value in money of what varies has a distribution of its own.
    """
    run = run or Run()
    known = set(params.varying) <= set(problem.names)
    if not known or not 1 <= len(params.varying) <= len(PRIMES) or params.draws < 1:
        raise InvalidProblem("varying coefficients are some of the features, 1 to 10, and draws at least 1")
    plain = fit_choice(problem)
    if not plain.sound or plain.unidentified:
        raise InvalidProblem(f"no estimate for {', '.join(plain.separated or plain.unidentified or plain.names)}")
    ground = _Panels(problem, params, run.seed)
    theta = np.concatenate([plain.coefficient * ground.scale, np.full(len(params.varying), 0.5)])
    theta, iterations, converged = _climb(ground, theta, params.iterations, run)
    covariance = _sandwich(ground, theta)
    units = np.concatenate([ground.scale, ground.scale[ground.places]])
    sign = np.concatenate([np.ones(len(problem.names)), np.sign(theta[len(problem.names) :]) + 0.0])
    return MixedFit(
        problem.names,
        params.varying,
        theta[: len(problem.names)] / ground.scale,
        np.abs(theta[len(problem.names) :]) / ground.scale[ground.places],
        covariance * np.outer(sign, sign) / np.outer(units, units),
        float(ground.evaluate(theta)[0].sum()),
        len(problem),
        problem.shoppers,
        params.draws,
        run.seed,
        iterations,
        converged,
    )


def halton(count: int, prime: int) -> FloatArray:
    """Return the first `count` numbers of the sequence of a prime, after 0: within (0, 1)."""
    number = np.arange(1, count + 1)
    found, share = np.zeros(count), 1.0
    while number.any():
        share /= prime
        found += share * (number % prime)
        number //= prime
    return found


def normal_draws(shoppers: int, draws: int, dimensions: int, seed: int) -> FloatArray:
    """[shoppers, draws, dimensions] of the standard normal: consecutive Halton numbers, each dimension shifted."""
    shift = np.random.default_rng(seed).random(dimensions)
    columns = [
        ((halton(SKIPPED + shoppers * draws, PRIMES[place])[SKIPPED:] + shift[place]) % 1.0)
        for place in range(dimensions)
    ]
    even = np.clip(np.stack(columns, axis=-1), 1e-9, 1 - 1e-9)
    return np.asarray(ndtri(even).reshape(shoppers, draws, dimensions), dtype=np.float64)


class _Panels:
    """The simulated likelihood of shoppers, over scaled features, block by block."""

    def __init__(self, problem: ChoiceProblem, params: MixedParams, seed: int) -> None:
        order = np.argsort(problem.shopper, kind="stable")
        sizes = np.diff(problem.start)
        rows = np.concatenate([np.arange(problem.start[one], problem.start[one + 1]) for one in order])
        self.scale = np.sqrt((problem.features**2).mean(axis=0))
        self.features = problem.features[rows] / self.scale
        self.offset = problem.offset[rows]
        self.start = np.concatenate([[0], np.cumsum(sizes[order])]).astype(np.int64)
        self.taken = self.start[:-1] + (problem.taken - problem.start[:-1])[order]
        self.weight = problem.weight[order]
        _, first = np.unique(problem.shopper[order], return_index=True)
        self.panel = np.append(first, len(order)).astype(np.int64)  # [shoppers + 1] first set of each
        self.places = np.array([problem.names.index(name) for name in params.varying], dtype=np.int64)
        self.draws = normal_draws(len(first), params.draws, len(self.places), seed)

    def evaluate(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Logarithms [shoppers] of the simulated probabilities, and their slopes [shoppers, K + V]."""
        parts = [self._block(theta, low, high) for low, high in self._blocks()]
        return np.concatenate([one for one, _ in parts]), np.concatenate([two for _, two in parts])

    def _blocks(self) -> Iterator[tuple[int, int]]:
        rows = self.start[self.panel]
        most = max(1, BLOCK // self.draws.shape[1])
        low = 0
        while low < len(self.panel) - 1:
            high = max(low + 1, int(np.searchsorted(rows, rows[low] + most, side="right")) - 1)
            yield low, high
            low = high

    def _block(self, theta: FloatArray, low: int, high: int) -> tuple[FloatArray, FloatArray]:
        sets = slice(self.panel[low], self.panel[high])
        first, last = self.start[self.panel[low]], self.start[self.panel[high]]
        x, start = self.features[first:last], self.start[self.panel[low] : self.panel[high] + 1] - first
        taken, weight = self.taken[sets] - first, self.weight[sets]
        panel = self.panel[low : high + 1] - self.panel[low]
        owner = np.repeat(np.arange(high - low), np.diff(start[panel]))
        z = self.draws[low:high]
        width = x.shape[1]
        utility = (x @ theta[:width] + self.offset[first:last])[:, None] + self._varied(x, theta[width:], z, owner)
        logs = log_shares(utility, start)
        by_draw = np.add.reduceat(logs[taken] * weight[:, None], panel[:-1], axis=0)
        top = by_draw.max(axis=1, keepdims=True)
        raised = np.exp(by_draw - top)
        total = raised.sum(axis=1, keepdims=True)
        chance = (top + np.log(total / z.shape[1]))[:, 0]
        residual = -np.exp(logs)
        residual[taken] += 1.0
        residual *= np.repeat(weight, np.diff(start))[:, None] * (raised / total)[owner]
        return chance, self._slopes(x, residual, z, owner, start[panel[:-1]])

    def _varied(self, x: FloatArray, spread: FloatArray, z: FloatArray, owner: IntArray) -> FloatArray:
        found = np.zeros((len(x), z.shape[1]))
        for place, feature in enumerate(self.places):
            found += (x[:, feature] * spread[place])[:, None] * z[owner, :, place]
        return found

    def _slopes(
        self, x: FloatArray, residual: FloatArray, z: FloatArray, owner: IntArray, first: IntArray
    ) -> FloatArray:
        of_mean = np.add.reduceat(x * residual.sum(axis=1)[:, None], first, axis=0)
        of_spread = [
            np.add.reduceat(x[:, feature] * (residual * z[owner, :, place]).sum(axis=1), first)
            for place, feature in enumerate(self.places)
        ]
        return np.hstack([of_mean, np.stack(of_spread, axis=1)])


def _climb(ground: _Panels, theta: FloatArray, iterations: int, run: Run) -> tuple[FloatArray, int, bool]:
    """Climb by BHHH: the curvature is that of the slopes' outer products."""
    logs, slopes = ground.evaluate(theta)
    for iteration in range(1, iterations + 1):
        run.progress("mixed logit", iteration - 1, iterations)
        slope = slopes.sum(axis=0)
        step = np.linalg.lstsq(slopes.T @ slopes, slope, rcond=1e-12)[0]
        if float(slope @ step) < CONVERGED * len(logs):
            return theta, iteration, True
        length = 1.0
        for _ in range(HALVINGS):
            tried, tried_slopes = ground.evaluate(theta + length * step)
            if tried.sum() > logs.sum():
                break
            length /= 2
        else:
            return theta, iteration, False
        theta, logs, slopes = theta + length * step, tried, tried_slopes
    return theta, iterations, False


def _sandwich(ground: _Panels, theta: FloatArray) -> FloatArray:
    """The robust covariance; the curvature by central differences of the exact slope."""
    width = len(theta)
    curved = np.zeros((width, width))
    for place in range(width):
        nudge = np.zeros(width)
        nudge[place] = NUDGE
        ahead, behind = ground.evaluate(theta + nudge)[1], ground.evaluate(theta - nudge)[1]
        curved[place] = -(ahead - behind).sum(axis=0) / (2 * NUDGE)
    inverse = np.linalg.pinv((curved + curved.T) / 2)
    slopes = ground.evaluate(theta)[1]
    count = len(slopes)
    return np.asarray(inverse @ (slopes.T @ slopes * (count / max(1, count - 1))) @ inverse)
