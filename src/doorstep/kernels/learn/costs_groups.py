"""Traced costs added up by customer, sku, country or whatever else a row says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from doorstep.kernels.learn.costs_problem import CostResult, CostRow, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Rows added up. `amount_minor` [parts]."""

    by: str
    key: str
    orders: int
    units: int
    amount_minor: IntArray

    @property
    def total_minor(self) -> int:
        """All parts together."""
        return int(self.amount_minor.sum())


def grouped(result: CostResult, by: str, of: Callable[[CostRow], str]) -> list[Group]:
    """Add up amounts, orders and units by what `of` says of a row; those that cost most first, months by their name."""
    amounts: dict[str, IntArray] = {}
    orders: dict[str, set[str]] = {}
    units: Counter[str] = Counter()
    for row, minor in zip(result.rows, result.amount_minor, strict=True):
        key = of(row)
        amounts[key] = amounts[key] + minor if key in amounts else minor.copy()
        orders.setdefault(key, set()).add(row.order)
        units[key] += row.units
    found = [Group(by, key, len(orders[key]), units[key], amounts[key]) for key in amounts]
    if by == "month":
        return sorted(found, key=lambda one: one.key)
    return sorted(found, key=lambda one: (-one.total_minor, one.key))
