"""Weekly demand foreseen with its spread, by the method that served best for series of its class."""

from __future__ import annotations

from doorstep.kernels.learn.demand_classes import CLASSES
from doorstep.kernels.learn.demand_methods import NAIVE
from doorstep.kernels.learn.demand_problem import DAYS, DemandParams, DemandProblem, Recipe
from doorstep.kernels.learn.demand_result import ClassChoice, DemandForecast, Served, Verdict
from doorstep.kernels.learn.demand_spread import quantiles
from doorstep.kernels.learn.demand_trial import (
    ALL,
    Trial,
    by_recipe,
    known_by,
    recipe_as_of,
    try_methods,
)
from doorstep.kernels.learn.demand_verdict import judge
from doorstep.kernels.run import Run


def forecast(
    problem: DemandProblem,
    params: DemandParams | None = None,
    run: Run | None = None,
    *,
    in_force: Recipe | None = None,
) -> DemandForecast:
    """Foresee weekly demand, and say how it may be relied on.

    For each class of series the method and the spread are those that lost least (pinball) from the last origins of the
    past. Whether that choosing pays is judged on origins after those it chose by: where it did worse than
    seasonal-naive, or than the recipe in force, it is refused and the better of the two serves instead.

    Parameters
    ----------
    problem
        Units per series and week; the last week ends as the forecast begins.
    params
        Defaults when None.
    run
        Progress is reported; nothing is drawn.
    in_force
        What serves until now; None: nothing.

    Returns
    -------
    DemandForecast
        Equal for equal input.

    Raises
    ------
    InvalidProblem
        For a method that is not known.
    """
    params, run = params or DemandParams(), run or Run()
    trial = try_methods(problem, params, run, also=in_force)
    candidate = recipe_as_of(trial, problem.weeks, params)
    verdict = judge(trial, params, problem.weeks, in_force)
    recipe, served = candidate, _served(verdict, in_force)
    if served == "in_force" and in_force is not None:
        recipe = in_force
    elif served == "seasonal_naive":
        recipe = recipe_as_of(trial, problem.weeks, params, only=NAIVE)
    return _foreseen(problem, trial, recipe, served, verdict, candidate, params)


def _served(verdict: Verdict, in_force: Recipe | None) -> Served:
    """Give what serves; where the candidate is refused, the better of those it was held against."""
    if verdict.published:
        return "candidate"
    naive, other = verdict.seasonal_naive, verdict.in_force
    if in_force is None or (naive is not None and other is not None and naive.other < other.other):
        return "seasonal_naive"
    return "in_force"


def _foreseen(
    problem: DemandProblem,
    trial: Trial,
    recipe: Recipe,
    served: Served,
    verdict: Verdict,
    candidate: Recipe,
    params: DemandParams,
) -> DemandForecast:
    now = len(trial.origins) - 1
    mean, size, total_size = by_recipe(trial, now, recipe)
    total = mean.sum(axis=1)
    return DemandForecast(
        series=problem.series,
        first_day=problem.first_day + DAYS * problem.weeks,
        quantiles_ppm=problem.quantiles_ppm,
        mean=mean,
        quantile=quantiles(mean, size[:, None], problem.quantiles_ppm),
        total_mean=total,
        total_quantile=quantiles(total, total_size, problem.quantiles_ppm),
        size=size,
        total_size=total_size,
        class_of=trial.class_of[now],
        classes=_told(trial, recipe, problem.weeks, params),
        served=served,
        verdict=verdict,
        recipe=candidate,
        parts=problem.parts,
    )


def _told(trial: Trial, recipe: Recipe, week: int, params: DemandParams) -> tuple[ClassChoice, ...]:
    """What serves each class, beside the loss of every method there."""
    places = known_by(trial, week, params)
    choices, found = dict(recipe.choices), []
    tried = trial.lost[places].sum(axis=0).min(axis=1)  # [M, C]
    counts = trial.series[places].sum(axis=0)
    for at, name in enumerate(CLASSES):
        choice = choices.get(name, choices[ALL])
        losses = tuple(
            (method, float(tried[row, at]) / float(counts[at])) for row, method in enumerate(trial.names) if counts[at]
        )
        number = int((trial.class_of[-1] == at).sum())
        found.append(ClassChoice(name, number, choice.method, choice.size, choice.total_size, losses))
    return tuple(found)
