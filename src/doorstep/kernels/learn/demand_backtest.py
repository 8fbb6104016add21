"""How well demand would have been foreseen: from each of the last origins by what was known there, beside rivals.

References
----------
R. J. Hyndman and A. B. Koehler, "Another look at measures of forecast accuracy", Int. J. of Forecasting 22 (2006): the
mean absolute scaled error; here the errors of a group and their scales are summed before they are divided, as most
scales of sparse series are nearly nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from doorstep.domain.units import PPM
from doorstep.kernels.learn.demand_methods import NAIVE
from doorstep.kernels.learn.demand_problem import DAYS, DemandParams, DemandProblem, FloatArray, IntArray
from doorstep.kernels.learn.demand_spread import pinball, quantiles
from doorstep.kernels.learn.demand_trial import Trial, by_recipe, known_by, recipe_as_of, try_methods
from doorstep.kernels.run import Run

OURS = "chosen"
BY = ("all", "ahead", "week", "goods", "region", "pair")


@dataclass(frozen=True, slots=True, eq=False)
class Foreseen:
    """What one model foresaw from O origins. `mean` [O, S, H], `quantile` [O, S, H, Q]."""

    name: str
    mean: FloatArray
    quantile: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """Models on the same weeks.

    Attributes
    ----------
    problem
        The past, all of it.
    origins
        [O] weeks known.
    came
        [O, S, H] units.
    scale
        [O, S] mean absolute change from week to week that was known at the origin.
    models
        The choice of each origin first.
    """

    problem: DemandProblem
    origins: tuple[int, ...]
    came: FloatArray
    scale: FloatArray
    models: tuple[Foreseen, ...]


@dataclass(frozen=True, slots=True)
class BacktestRow:
    """A model on a group of series and weeks.

    Attributes
    ----------
    by, key, model
        The group and the model.
    n
        Series times weeks foreseen, those without demand among them.
    units, foreseen
        That were asked for, and sums of means.
    mase, mase_median
        Absolute errors of means and of medians over their scales; None where no series of the group ever changed.
    pinball
        Mean over series, weeks and quantiles, units.
    covered
        By quantile: shares of n with demand below it, and at or below it. Of whole numbers the level lies between.
    """

    by: str
    key: str
    model: str
    n: int
    units: int
    foreseen: float
    mase: float | None
    mase_median: float | None
    pinball: float
    covered: tuple[tuple[int, float, float], ...]


def backtest(problem: DemandProblem, params: DemandParams | None = None, run: Run | None = None) -> Backtest:
    """Foresee from the last `trial_origins` weeks whose weeks are over, choosing anew at each by what was known.

    Parameters
    ----------
    problem
        Units per series and week.
    params
        Defaults when None.
    run
        Progress is reported.

    Returns
    -------
    Backtest
        Of what was chosen, and of seasonal-naive with a spread chosen likewise; no origins where the past is short.
    """
    params, run = params or DemandParams(), run or Run()
    trial = try_methods(problem, params, run)
    over = known_by(trial, problem.weeks, replace(params, origins=params.trial_origins))
    places = [at for at in over if len(known_by(trial, trial.origins[at], params)) >= params.least_origins]
    models = tuple(_model(problem, trial, places, params, only, name) for only, name in (("", OURS), (NAIVE, NAIVE)))
    origins = tuple(trial.origins[at] for at in places)
    return Backtest(problem, origins, came_after(problem, origins), scales(problem, origins), models)


def _model(
    problem: DemandProblem, trial: Trial, places: list[int], params: DemandParams, only: str, name: str
) -> Foreseen:
    shape = (len(places), len(problem.series), problem.horizon)
    mean, found = np.zeros(shape), np.zeros((*shape, len(problem.quantiles_ppm)))
    for row, at in enumerate(places):
        recipe = recipe_as_of(trial, trial.origins[at], params, only=only)
        mean[row], size, _ = by_recipe(trial, at, recipe)
        found[row] = quantiles(mean[row], size[:, None], problem.quantiles_ppm)
    return Foreseen(name, mean, found)


def came_after(problem: DemandProblem, origins: tuple[int, ...]) -> FloatArray:
    """Units of the H weeks after each origin. [O, S, H]."""
    shape = (len(origins), len(problem.series), problem.horizon)
    came = [problem.units[:, origin : origin + problem.horizon] for origin in origins]
    return np.array(came, dtype=np.float64).reshape(shape)


def scales(problem: DemandProblem, origins: tuple[int, ...]) -> FloatArray:
    """Mean absolute change from week to week in the life of a series up to each origin. [O, S]."""
    steps = np.abs(np.diff(problem.units, axis=1)).astype(np.float64)
    steps[np.arange(1, problem.weeks) <= problem.since[:, None]] = 0.0
    found = np.zeros((len(origins), len(problem.series)))
    for at, origin in enumerate(origins):
        found[at] = steps[:, : origin - 1].sum(axis=1) / np.maximum(origin - problem.since - 1, 1)
    return found


def groups(test: Backtest) -> Iterator[tuple[str, str, IntArray]]:
    """Each grouping: its name, and by key which cells [O, S, H] are in it, as flat places."""
    shape = test.came.shape
    series = test.problem.series
    origin, row, ahead = (one.ravel() for one in np.indices(shape))
    goods = np.array([one.name for one in series], dtype=object)
    region = np.array([one.region for one in series], dtype=object)
    weeks = np.array(test.origins, dtype=np.int64)[origin] + ahead if len(test.origins) else origin
    first = [test.problem.first_day + DAYS * int(week) for week in range(test.problem.weeks)]
    labels = {
        "all": np.full(origin.shape, "", dtype=object),
        "ahead": ahead + 1,
        "week": np.array(first, dtype=np.int64)[weeks] if len(first) else weeks,
        "goods": goods[row],
        "region": region[row],
        "pair": np.array([f"{one.name} {one.region}" for one in series], dtype=object)[row],
    }
    for by in BY:
        for key in sorted(set(labels[by].tolist())):
            yield by, str(key), np.flatnonzero(labels[by] == key)


def rows(test: Backtest, by: tuple[str, ...] = BY) -> list[BacktestRow]:
    """Figures of each model for each group of the named groupings; an empty backtest has none."""
    losses = {
        model.name: pinball(model.quantile, test.came, np.array(test.problem.quantiles_ppm) / PPM).ravel()
        for model in test.models
    }
    return [
        _row(test, model, losses[model.name], name, key, cells)
        for name, key, cells in groups(test)
        if name in by
        for model in test.models
    ]


def _row(test: Backtest, model: Foreseen, losses: FloatArray, by: str, key: str, cells: IntArray) -> BacktestRow:
    came = test.came.ravel()[cells]
    mean = model.mean.ravel()[cells]
    levels = test.problem.quantiles_ppm
    foreseen = model.quantile.reshape(-1, len(levels))[cells]
    scale = float(np.repeat(test.scale.ravel(), test.problem.horizon)[cells].sum())
    middle = foreseen[:, levels.index(PPM // 2)] if PPM // 2 in levels else None
    covered = tuple(
        (level, float((came < foreseen[:, at]).mean()), float((came <= foreseen[:, at]).mean()))
        for at, level in enumerate(levels)
    )
    return BacktestRow(
        by, key, model.name, len(cells), int(came.sum()), float(mean.sum()),
        float(np.abs(came - mean).sum()) / scale if scale else None,
        float(np.abs(came - middle).sum()) / scale if scale and middle is not None else None,
        float(losses[cells].mean()), covered,
    )  # fmt: skip
