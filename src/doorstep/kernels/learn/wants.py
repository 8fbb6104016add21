"""What shoppers want of a delivery, in money, from the options that they were shown and took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from doorstep.domain.customer import OptionShown
from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.learn.choice import ChoiceFit, fit_choice
from doorstep.kernels.learn.choice_problem import ChoiceProblem
from doorstep.kernels.learn.mixed import MixedFit, MixedParams, fit_mixed
from doorstep.kernels.learn.money import MoneyValue, money_value
from doorstep.kernels.learn.pooling import fit_groups
from doorstep.kernels.run import Run

PRICE, BOUGHT = "price", "bought"
WORTHS = ("day_sooner", "next_day", "pickup", "carbon_kg_less", "place_higher")
FEATURES = (PRICE, *WORTHS, BOUGHT)
MOST_WEIGHT = 50.0  # of a choice: rarer displays count no more (E. Ionides, JCGS 17 (2008) 295-311: truncated weights)
LEAST_FOR_MIXED = 300  # choices
MOST_FOR_MIXED = 4_000
DRAWS = 100


@dataclass(frozen=True, slots=True)
class WantsOf:
    """What a group's shoppers pay for; `worth` is empty where the group is too small or has no estimate."""

    kind: str  # all, segment, country
    group: str
    choices: int
    shoppers: int
    worth: dict[str, MoneyValue]
    why_not: str = ""  # too_few, separated, no_price, no_difference
    buying: MoneyValue | None = None  # of taking any option instead of leaving; None: nobody was seen to leave
    scatter: float | None = (
        None  # money that makes an option e times as likely; None: no interval of a value is bounded
    )


@dataclass(frozen=True, slots=True)
class Spread:
    """How a worth differs between shoppers: the middle one's, its standard deviation, and the share above 0."""

    middle: float
    deviation: float
    above_zero: float


@dataclass(frozen=True, slots=True, eq=False)
class Wants:
    """What was learned of wants.

    `quotes` are all that were shown, `left` those of which nothing was taken, `told_nothing` those of one option that
    could not be left; `randomised` have a propensity below 1, `truncated` a weight that was cut. `gain` is the
    log-likelihood a choice above chance.
    """

    quotes: int
    left: int
    told_nothing: int
    randomised: int
    truncated: int
    overall: WantsOf
    groups: tuple[WantsOf, ...]
    gain: float | None
    spreads: dict[str, Spread]
    unidentified: tuple[str, ...]
    separated: tuple[str, ...]


def learn_wants(shown: Sequence[OptionShown], micros_per_unit: int, least_shoppers: int, run: Run) -> Wants:
    """Fit what makes an option be taken, over all and by segment and country, and put it in money.

    Parameters
    ----------
    shown
        Rows of choices.csv, in any order.
    micros_per_unit
        Of the unit in which values are told: 1,000,000 for the major unit of the currency.
    least_shoppers
        Groups of fewer are not told.
    """
    quotes = [list(rows) for _, rows in groupby(sorted(shown, key=lambda one: (one.quote, one.option)), _quote)]
    left = sum(not any(one.taken for one in rows) for rows in quotes)
    useful = [rows for rows in quotes if left or len(rows) > 1]
    weights, truncated = _weights(useful)
    randomised = sum(rows[0].propensity < 1 for rows in quotes)
    counts = (len(quotes), left, len(quotes) - len(useful), randomised, truncated)
    if not useful:
        return Wants(*counts, WantsOf("all", "", 0, 0, {}, "too_few"), (), None, {}, (), ())
    problem = choice_problem(useful, weights, micros_per_unit, outside=left > 0)
    if problem.shoppers < least_shoppers:
        overall = WantsOf("all", "", len(problem), problem.shoppers, {}, "too_few")
        return Wants(*counts, overall, (), None, {}, (), ())
    fit = fit_choice(problem)
    overall = _wants_of("all", "", fit, run.seed)
    groups: list[WantsOf] = []
    for kind in ("segment", "country"):
        names = [str(getattr(rows[0], kind)) for rows in useful]
        if len(set(names)) > 1:
            groups.extend(_groups(kind, problem, names, least_shoppers, run.seed))
    gain = (fit.log_likelihood - fit.log_likelihood_null) / float(problem.weight.sum()) if fit.sound else None
    spreads = _spreads(problem, fit, run) if not overall.why_not else {}
    return Wants(*counts, overall, tuple(groups), gain, spreads, fit.unidentified, fit.separated)


def _quote(one: OptionShown) -> str:
    return one.quote


def _weights(quotes: Sequence[Sequence[OptionShown]]) -> tuple[list[float], int]:
    """Inverse propensities, on average 1, and how many were cut."""
    inverse = [1 / rows[0].propensity for rows in quotes]
    cut = [min(one, MOST_WEIGHT) for one in inverse]
    total = sum(cut) / len(cut) if cut else 1.0
    return [one / total for one in cut], sum(one > MOST_WEIGHT for one in inverse)


def choice_problem(
    quotes: Sequence[Sequence[OptionShown]], weights: Sequence[float], micros_per_unit: int, outside: bool
) -> ChoiceProblem:
    """Choice sets of quotes; with `outside`, each also holds the option to take none, all of whose features are 0."""
    rows: list[tuple[float, ...]] = []
    offsets: list[float] = []
    start, taken = [0], []
    numbers: dict[str, int] = {}
    shoppers = []
    for options in quotes:
        chosen = len(rows) + len(options)  # the outside option, unless one is taken
        carbon = all(one.co2e_g is not None for one in options)  # else unknown would pass for none at all
        places = all(one.position is not None for one in options)
        for one in options:
            if one.taken:
                chosen = len(rows)
            rows.append(_features(one, micros_per_unit, carbon, places))
            offsets.append(-float(np.log(one.sampled_at)))
        if outside:
            rows.append((0.0,) * len(FEATURES))
            offsets.append(0.0)
        start.append(len(rows))
        taken.append(chosen)
        who = options[0].customer
        shoppers.append(numbers.setdefault(f"c {who}" if who else f"q {options[0].quote}", len(numbers)))
    return ChoiceProblem(
        FEATURES,
        np.array(rows, dtype=np.float64).reshape(-1, len(FEATURES)),
        np.array(start, dtype=np.int64),
        np.array(taken, dtype=np.int64),
        np.array(weights, dtype=np.float64),
        np.array(offsets, dtype=np.float64),
        np.array(shoppers, dtype=np.int64),
    )


def _features(one: OptionShown, micros_per_unit: int, carbon: bool, places: bool) -> tuple[float, ...]:
    return (
        one.price_micros / micros_per_unit,
        -float(one.days),
        float(one.next_day),
        float(one.pickup),
        -(one.co2e_g or 0) / 1_000 if carbon else 0.0,
        -float(one.position or 0) if places else 0.0,
        1.0,
    )


def _wants_of(kind: str, group: str, fit: ChoiceFit, seed: int) -> WantsOf:
    if fit.separated:
        return WantsOf(kind, group, fit.choices, fit.shoppers, {}, "separated")
    if PRICE in fit.unidentified:
        why = "no_price" if fit.sound else "no_difference"
        return WantsOf(kind, group, fit.choices, fit.shoppers, {}, why)
    worth = {name: _money(fit, name, seed) for name in WORTHS if name not in fit.unidentified}
    buying = None if BOUGHT in fit.unidentified else _money(fit, BOUGHT, seed)
    slope = fit.of(PRICE)
    bounded = _money(fit, PRICE, seed).bounded
    return WantsOf(kind, group, fit.choices, fit.shoppers, worth, "", buying, -1 / slope if bounded else None)


def _money(fit: ChoiceFit, name: str, seed: int) -> MoneyValue:
    price = FEATURES.index(PRICE)
    return money_value(fit.coefficient, fit.covariance, FEATURES.index(name), price, seed=seed)


def _groups(kind: str, problem: ChoiceProblem, names: Sequence[str], least: int, seed: int) -> list[WantsOf]:
    pooled = fit_groups(problem, names, least)
    if not pooled.overall.sound:
        return []
    return [
        WantsOf(kind, one.group, one.choices, one.shoppers, {}, "too_few")
        if one.fit is None
        else _wants_of(kind, one.group, one.fit, seed)
        for one in pooled.groups
    ]


def _spreads(problem: ChoiceProblem, fit: ChoiceFit, run: Run) -> dict[str, Spread]:
    """How the worth of a day and of a locker differs between shoppers; nothing where that does not settle."""
    varying = tuple(name for name in ("day_sooner", "pickup") if name not in fit.unidentified)
    if len(problem) < LEAST_FOR_MIXED or not varying:
        return {}
    kept = np.array([name not in fit.unidentified for name in problem.names])
    some = _some(problem, run.seed)
    slim = ChoiceProblem(
        tuple(name for name, keep in zip(problem.names, kept, strict=True) if keep),
        some.features[:, kept],
        some.start,
        some.taken,
        some.weight,
        some.offset,
        some.shopper,
    )
    try:
        mixed = fit_mixed(slim, MixedParams(varying, DRAWS), run)
    except InvalidProblem:  # of the few that were drawn, something is not identified any more
        return {}
    price = float(mixed.mean[mixed.names.index(PRICE)])
    return {name: _spread(mixed, name, price) for name in varying} if mixed.converged and price < 0 else {}


def _some(problem: ChoiceProblem, seed: int) -> ChoiceProblem:
    """The choices of so many shoppers as a mixed logit has time for."""
    if len(problem) <= MOST_FOR_MIXED:
        return problem
    numbers, count = np.unique(problem.shopper, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(numbers))
    drawn = numbers[order[np.cumsum(count[order]) <= MOST_FOR_MIXED]]
    return problem.part(np.isin(problem.shopper, drawn))


def _spread(mixed: MixedFit, name: str, price: float) -> Spread:
    from statistics import NormalDist

    middle = -float(mixed.mean[mixed.names.index(name)]) / price
    deviation = float(mixed.spread[mixed.varying.index(name)]) / abs(price)
    above = NormalDist().cdf(middle / deviation) if deviation > 0 else float(middle > 0)
    return Spread(middle, deviation, above)
