"""What the next month will ask for, product by product, seen from the orders before a day.

The counts are those of the orders as listed, not weighted by the sample's weights: the stock has to serve these very
orders, and whether an order was delivered in the end is not known on the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from doorstep.files.importers.olist.assumptions import StockRules
from doorstep.files.importers.olist.market import CatalogueItem, PastOrder

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
RECENT_DAYS = 30
MOST_LOG_ODDS = 600.0
SMOOTHING_UNITS = 0.5  # given to every category, so that none is impossible


@dataclass(frozen=True, slots=True)
class Sold:
    """Units as arrays, one entry each."""

    product: Ints
    day: Ints  # local day of placing, proleptic ordinal
    category_of: Ints  # by product
    in_category: Ints  # products by category
    categories: tuple[str, ...]

    def before(self, day: date) -> Sold:
        keep = self.day < day.toordinal()
        return Sold(self.product[keep], self.day[keep], self.category_of, self.in_category, self.categories)

    def asked(self, first: date, after_last: date) -> Ints:
        """Units by product in [first, after_last)."""
        inside = (self.day >= first.toordinal()) & (self.day < after_last.toordinal())
        return np.bincount(self.product[inside], minlength=len(self.category_of)).astype(np.int64)


def sold_units(products: Sequence[CatalogueItem], orders: Sequence[PastOrder]) -> Sold:
    categories = tuple(sorted({product.category for product in products}))
    index = {category: position for position, category in enumerate(categories)}
    category_of = np.array([index[product.category] for product in products], dtype=np.int64)
    return Sold(
        np.array([unit.product for order in orders for unit in order.units], dtype=np.int64),
        np.array([order.placed_at.date().toordinal() for order in orders for _ in order.units], dtype=np.int64),
        category_of,
        np.bincount(category_of, minlength=len(categories)).astype(np.int64),
        categories,
    )


def unseen_share(sold: Sold, day: date) -> float:
    """Share of the units of the last 30 days before `day` whose product had not been sold before those days."""
    start = day.toordinal() - RECENT_DAYS
    recent = sold.product[(sold.day >= start) & (sold.day < day.toordinal())]
    seen = np.bincount(sold.product[sold.day < start], minlength=len(sold.category_of)) > 0
    return float(1 - seen[recent].mean()) if len(recent) else 1.0


def monthly_rate(sold: Sold, day: date, rules: StockRules) -> Floats:
    """Expected units of each product in the 30 days from `day`.

    The pace is that of the last 30 days, or of all days before if that was faster. Of it, the share that went to
    products never sold before is spread over each category's products evenly, and the rest follows what was sold, older
    sales counting less.
    """
    before = sold.before(day)
    age = day.toordinal() - before.day
    counts = np.bincount(
        before.product, weights=0.5 ** (age / rules.history_half_life_days), minlength=len(sold.category_of)
    )
    by_category = np.bincount(sold.category_of, weights=counts, minlength=len(sold.categories)) + SMOOTHING_UNITS
    even = (by_category / by_category.sum() / np.maximum(1, sold.in_category))[sold.category_of]
    unseen = unseen_share(before, day)
    share = unseen * even + (1 - unseen) * counts / max(counts.sum(), 1e-9)
    recent = int((age <= RECENT_DAYS).sum())
    pace = max(recent, len(age) * RECENT_DAYS / max(RECENT_DAYS, int(age.max(initial=0))))
    return np.asarray(share * pace, dtype=np.float64)


def further_units(rate: Floats, shape: Floats, least: float) -> tuple[Ints, Floats]:
    """Chances that a product is asked for a 2nd, 3rd, ... unit, as far as they are `least` or more.

    Demand is negative binomial with the given means and shapes. Returns the product of each such unit, and its
    chance; the entries of one product follow one another by unit.
    """
    shape = _representable(rate, shape)
    alive = np.arange(len(rate))
    odds = rate / (rate + shape)
    mass = (1 - odds) ** shape
    chance = 1 - mass  # of at least one
    products, chances = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    sold = 0
    while len(alive):
        mass = mass * (sold + shape[alive]) / (sold + 1) * odds[alive]
        sold += 1
        chance = chance - mass
        keep = chance >= least
        alive, mass, chance = alive[keep], mass[keep], chance[keep]
        products.append(alive.astype(np.int64))
        chances.append(chance)
    return np.concatenate(products), np.concatenate(chances)


def _representable(rate: Floats, shape: Floats) -> Floats:
    """Shapes lowered where the chance of no sale at all would be too small for a number: it starts the recursion."""
    while (rare := shape * np.log1p(rate / shape) > MOST_LOG_ODDS).any():
        shape = np.where(rare, shape / 2, shape)
    return shape
