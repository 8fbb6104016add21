"""Why costs changed from one month to another: by how much was sold, of what, and at what cost a unit; it adds up.

References
----------
L. S. Shapley, "A value for n-person games" (1953).
J. W. Sun, "Changes in energy consumption and energy intensity: a complete decomposition model", Energy Economics 20
(1998), and B. W. Ang, H. C. Huang and A. R. Mu, "Properties and linkages of some index decomposition analysis methods",
Energy Policy 37 (2009): the Shapley value of an index decomposition leaves no residual and bears nothings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from math import floor

from doorstep.kernels.learn.costs_problem import PARTS, CostResult, CostRow, Part

FACTORS = ("volume", "mix", "price")


@dataclass(frozen=True, slots=True)
class Change:
    """A part's cost before and after, in minor units: before + volume + mix + price = after."""

    part: Part
    before_minor: int
    volume_minor: int
    mix_minor: int
    price_minor: int
    after_minor: int


@dataclass(frozen=True, slots=True)
class _Month:
    units: Mapping[str, int]
    cost: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.units.values())


def changes(result: CostResult, before: str, after: str, of: Callable[[CostRow], str]) -> tuple[Change, ...]:
    """Explain the change of each part from a month to another.

    Parameters
    ----------
    result
        Traced costs.
    before, after
        Months as rows name them.
    of
        What a kind of goods is: between kinds is the mix, within a kind the price.

    Returns
    -------
    tuple of Change
        One for each part that cost anything in either month. Cost of a part is units of all x share of a kind x cost
        of its unit, summed over kinds; each factor's effect is its Shapley value, rounded by largest remainders. A kind
        that is there in one month only has the other's unit cost, so it is mix and not price.
    """
    found = []
    for at, part in enumerate(PARTS):
        first, second = (_month(result, at, month, of) for month in (before, after))
        start, end = sum(first.cost.values()), sum(second.cost.values())
        if start or end:
            volume, mix, price = _rounded(_effects(first, second), end - start)
            found.append(Change(part, start, volume, mix, price, end))
    return tuple(found)


def _month(result: CostResult, part: int, month: str, of: Callable[[CostRow], str]) -> _Month:
    units: dict[str, int] = {}
    cost: dict[str, int] = {}
    for row, amounts in zip(result.rows, result.amount_minor, strict=True):
        if row.month == month:
            kind = of(row)
            units[kind] = units.get(kind, 0) + row.units
            cost[kind] = cost.get(kind, 0) + int(amounts[part])
    return _Month(units, cost)


def _effects(first: _Month, second: _Month) -> tuple[Fraction, Fraction, Fraction]:
    """Shapley values of the three factors, the mean over all orders in which they may change."""
    effects = [Fraction(0)] * 3
    orders = list(permutations(range(3)))
    for kind in sorted(first.units.keys() | second.units.keys()):
        ends = _factors(first, second, kind), _factors(second, first, kind)
        for order in orders:
            now = list(ends[0])
            for factor in order:
                was = now[0] * now[1] * now[2]
                now[factor] = ends[1][factor]
                effects[factor] += (now[0] * now[1] * now[2] - was) / len(orders)
    return effects[0], effects[1], effects[2]


def _factors(month: _Month, other: _Month, kind: str) -> tuple[Fraction, Fraction, Fraction]:
    """Units of all, share of a kind, cost of its unit; what the month does not tell is as in the other."""
    units = month.units.get(kind, 0)
    share = Fraction(units, month.total) if month.total else Fraction(other.units.get(kind, 0), other.total)
    price = Fraction(month.cost[kind], units) if units else Fraction(other.cost[kind], other.units[kind])
    return Fraction(month.total), share, price


def _rounded(effects: tuple[Fraction, ...], total: int) -> list[int]:
    """Round down, and give what is left to the largest remainders, so that the whole is kept."""
    found = [floor(one) for one in effects]
    order = sorted(range(len(found)), key=lambda at: (-(effects[at] - found[at]), at))
    for at in order[: total - sum(found)]:
        found[at] += 1
    return found
