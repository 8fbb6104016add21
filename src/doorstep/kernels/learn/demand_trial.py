"""Methods tried from many weeks of the past, and what would have been chosen at each of them.

Everything is computed once for all origins: the means of each method, and what each would have lost by each size. A
choice as of a week then adds up the losses of the origins whose weeks were over by then.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.learn.demand_classes import CLASSES, classes
from doorstep.kernels.learn.demand_methods import METHODS, NAIVE, past_of
from doorstep.kernels.learn.demand_problem import Choice, DemandParams, DemandProblem, FloatArray, IntArray, Recipe
from doorstep.kernels.learn.demand_spread import SIZES, SpreadTable
from doorstep.kernels.run import Run

ENOUGH = 30  # series and origins of a class; with fewer it takes the choice of all series together
ALL = "all"


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Methods at origins, the last of which is now.

    Attributes
    ----------
    names
        [M] of the methods.
    origins
        [O] weeks known; ascending.
    mean
        [O, M, S, H].
    class_of
        [O, S] index into `CLASSES`.
    lost, lost_total
        [O, M, sizes, C] sums over the series of a class of the mean loss of their weeks, and of the sum of their
        weeks; 0 where the weeks are not all over.
    series
        [O, C] series of each class.
    """

    names: tuple[str, ...]
    origins: tuple[int, ...]
    horizon: int
    mean: FloatArray
    class_of: IntArray
    lost: FloatArray
    lost_total: FloatArray
    series: IntArray


def try_methods(problem: DemandProblem, params: DemandParams, run: Run, *, also: Recipe | None = None) -> Trial:
    """Foresee from the last origins by every method, and weigh what came; the last origin is the end of the past.

    `also`: a recipe whose methods are tried as well. Raises InvalidProblem for a method or a size that is not known.
    """
    names = _names(params, also)
    first = max(0, problem.weeks - problem.horizon - params.origins - params.trial_origins + 1)
    over = range(first, problem.weeks - problem.horizon + 1)
    origins = (*over, problem.weeks) if not over or over[-1] != problem.weeks else tuple(over)
    past = past_of(problem, origins, params)
    means = []
    for at, name in enumerate(names):
        run.progress("trying methods", at, len(names))
        means.append(METHODS[name](past))
    mean = np.stack(means, axis=1)
    class_of = classes(problem, origins)
    lost, lost_total = _lost(problem, origins, mean, class_of, run)
    series = np.stack([np.bincount(row, minlength=len(CLASSES)) for row in class_of])
    return Trial(names, origins, problem.horizon, mean, class_of, lost, lost_total, series)


def _names(params: DemandParams, also: Recipe | None) -> tuple[str, ...]:
    choices = () if also is None else also.choices
    names = tuple(dict.fromkeys((NAIVE, *(params.methods or METHODS), *(one.method for _, one in choices))))
    unknown = [name for name in names if name not in METHODS]
    if unknown:
        raise InvalidProblem(f"no method {', '.join(unknown)}; there are {', '.join(METHODS)}")
    if any(size not in SIZES for _, one in choices for size in (one.size, one.total_size)):
        raise InvalidProblem("a size of the recipe in force is none that is tried")
    if choices and ALL not in dict(choices):
        raise InvalidProblem("the recipe in force has no choice for all series")
    return names


def _lost(
    problem: DemandProblem, origins: tuple[int, ...], mean: FloatArray, class_of: IntArray, run: Run
) -> tuple[FloatArray, FloatArray]:
    most = float(mean.sum(axis=3).max(initial=0.0))
    table = SpreadTable(most, problem.quantiles_ppm)
    shape = (len(origins), mean.shape[1], len(SIZES), len(CLASSES))
    lost, lost_total = np.zeros(shape), np.zeros(shape)
    for at, origin in enumerate(origins):
        run.progress("weighing methods", at, len(origins))
        if origin + problem.horizon > problem.weeks:
            continue
        came = problem.units[:, origin : origin + problem.horizon].astype(np.float64)
        for method in range(mean.shape[1]):
            weeks = table.losses(mean[at, method], came).mean(axis=2)
            total = table.losses(mean[at, method].sum(axis=1), came.sum(axis=1))
            for size in range(len(SIZES)):
                lost[at, method, size] = np.bincount(class_of[at], weeks[size], len(CLASSES))
                lost_total[at, method, size] = np.bincount(class_of[at], total[size], len(CLASSES))
    return lost, lost_total


def known_by(trial: Trial, week: int, params: DemandParams) -> list[int]:
    """Places of the last origins whose weeks were all over as a week began."""
    over = [at for at, origin in enumerate(trial.origins) if origin + trial.horizon <= week]
    return over[-params.origins :]


def recipe_as_of(trial: Trial, week: int, params: DemandParams, *, only: str = "") -> Recipe:
    """Choose for each class the method and sizes that lost least by what was known as a week began.

    `only`: this method, and of sizes alone is chosen.
    """
    places = known_by(trial, week, params)
    if len(places) < params.least_origins:
        return Recipe(((ALL, Choice(NAIVE, 1.0, 1.0)),))
    methods = [trial.names.index(only)] if only else list(range(len(trial.names)))
    weeks, totals = trial.lost[places].sum(axis=0), trial.lost_total[places].sum(axis=0)
    counts = trial.series[places].sum(axis=0)
    found = [(ALL, _choice(trial, methods, weeks.sum(axis=2), totals.sum(axis=2)))]
    for at, name in enumerate(CLASSES):
        if counts[at] >= ENOUGH:
            found.append((name, _choice(trial, methods, weeks[:, :, at], totals[:, :, at])))
    return Recipe(tuple(found))


def _choice(trial: Trial, methods: list[int], weeks: FloatArray, totals: FloatArray) -> Choice:
    """The method whose best size lost least over weeks; equal losses: the earlier name, the greater spread."""
    best = min(methods, key=lambda method: (float(weeks[method].min()), method))
    size = SIZES[int(weeks[best].argmin())]
    return Choice(trial.names[best], size, SIZES[int(totals[best].argmin())])


def by_recipe(trial: Trial, at: int, recipe: Recipe) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Means [S, H] and sizes [S], [S] that a recipe gives at the origin of place `at`."""
    choices = dict(recipe.choices)
    rest = choices[ALL]
    mean = np.zeros(trial.mean.shape[2:])
    size, total_size = np.zeros(len(mean)), np.zeros(len(mean))
    for number, name in enumerate(CLASSES):
        rows = trial.class_of[at] == number
        choice = choices.get(name, rest)
        mean[rows] = trial.mean[at, trial.names.index(choice.method), rows]
        size[rows], total_size[rows] = choice.size, choice.total_size
    return mean, size, total_size


def lost_by(trial: Trial, at: int, recipe: Recipe) -> float:
    """Loss of a recipe at an origin: the mean over series, weeks and quantiles."""
    choices, total = dict(recipe.choices), 0.0
    for number, name in enumerate(CLASSES):
        choice = choices.get(name, choices[ALL])
        total += float(trial.lost[at, trial.names.index(choice.method), SIZES.index(choice.size), number])
    return total / max(1, int(trial.series[at].sum()))
