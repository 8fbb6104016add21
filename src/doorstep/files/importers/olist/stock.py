"""How many units of each product the shop owns on a day, and at which site each lies. Nothing later is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from doorstep.files.importers.olist.assumptions import StockRules
from doorstep.files.importers.olist.demand import Floats, Ints, Sold, further_units, monthly_rate

LEAST_CHANCE = 1e-5  # units less likely to be asked for are not looked at
LEAST_KNOWN_CHANCE = 1e-3  # the same where the rate is known


@dataclass(frozen=True, slots=True)
class Level:
    """Units by product, and the rule that set them."""

    units: Ints
    threshold: float  # a second or further unit is held when the chance that it is asked for is at least this
    months_walked: int


def month_later(day: date, months: int = 1) -> date:
    """The same day of another month, or its last day where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def stock_level(sold: Sold, day: date, rules: StockRules) -> Level:
    """One unit of everything; further units by their chance, down to the threshold that served the months before.

    Each of the last months before `day` is walked: the rates as they were known on its first day, then what it asked
    for. The threshold is the highest with which the stock would have covered the target share of those units.
    """
    served: list[Floats] = []
    for back in range(1, rules.walk_months + 1):
        first, after = month_later(day, -back), month_later(day, 1 - back)
        if (sold.day < first.toordinal()).sum() < rules.first_walk_orders:
            break
        served.append(_chances_of_asked(sold, first, after, rules))
    pooled = np.sort(np.concatenate(served))[::-1] if served else np.zeros(0)
    threshold = rules.default_threshold
    if len(pooled):
        threshold = max(
            LEAST_CHANCE, float(pooled[min(len(pooled), int(np.ceil(rules.target_cover * len(pooled)))) - 1])
        )
    further, chances = further_units(monthly_rate(sold, day, rules), _tail(sold, rules), min(threshold, 1.0))
    units = 1 + np.bincount(further[chances >= threshold], minlength=len(sold.category_of))
    return Level(units.astype(np.int64), threshold, len(served))


def _chances_of_asked(sold: Sold, first: date, after: date, rules: StockRules) -> Floats:
    """For each unit asked for in the month the chance it had been given: 1 for a product's first, 0 if hopeless."""
    asked = sold.asked(first, after)
    products, chances = further_units(monthly_rate(sold, first, rules), _tail(sold, rules), LEAST_CHANCE)
    order = np.argsort(products, kind="stable")
    products, chances = products[order], chances[order]
    rank = np.arange(len(products)) - np.searchsorted(products, products)  # 0: the second unit
    given = chances[rank + 2 <= asked[products]]
    ones = np.ones(int((asked > 0).sum()))
    return np.concatenate((ones, given, np.zeros(int(asked.sum()) - len(ones) - len(given))))


def _tail(sold: Sold, rules: StockRules) -> Floats:
    return np.full(len(sold.category_of), rules.tail_shape)


def level_of_known_rate(rate: Floats, clump: float, rules: StockRules) -> Level:
    """The stock for demand of a known rate: greatest chance first until the target share is expected to be covered.

    Units come in baskets, so the variance of a product's demand is `clump` times its mean: the mean square of a line's
    quantity over its mean.
    """
    shape = np.maximum(rate, 1e-9) / max(clump - 1, 0.05)
    further, chances = further_units(rate, shape, LEAST_KNOWN_CHANCE)
    first = 1 - (shape / (shape + rate)) ** shape
    falling = np.argsort(-chances, kind="stable")
    covered = first.sum() + np.cumsum(chances[falling])
    taken = falling[: int(np.searchsorted(covered, rules.target_cover * rate.sum())) + 1]
    threshold = float(chances[taken[-1]]) if len(taken) else 1.0
    units = 1 + np.bincount(further[taken], minlength=len(rate))
    return Level(units.astype(np.int64), threshold, 0)


def allocate(units: Ints, category_of: Ints, shares: Floats) -> Ints:
    """Units (product x site) with the given totals.

    `shares` (category x site) sum to 1. Of each product the whole part of its share lies at each site; what is left
    goes, unit by unit, to the site furthest behind its share of the category so far. So a product of one unit lies at
    one site, and the category as a whole lies as its customers do.
    """
    wanted = units[:, None] * shares[category_of]
    held = np.floor(wanted + 1e-9).astype(np.int64)
    behind = np.zeros(shares.shape)
    for product in range(len(units)):
        lag = behind[category_of[product]]
        lag += wanted[product] - held[product]
        for _ in range(int(units[product] - held[product].sum())):
            site = int(np.argmax(lag))
            held[product, site] += 1
            lag[site] -= 1
    return held


def covered_units(units: Ints, asked: Ints) -> int:
    """Of the units asked for, how many the total stock holds."""
    return int(np.minimum(units, asked).sum())
