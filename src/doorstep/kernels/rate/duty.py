"""Duty and tax that goods owe at a border: an estimate from the rules of a tariff, exact to what they say.

What it follows: the Harmonized System (Convention of 1983), whose codes nest, so that the longest prefix says most;
valuation with or without carriage up to the border, as each customs authority chooses (Union Customs Code, Regulation
(EU) 952/2013, Art. 70 and 71: with; United States, 19 U.S.C. 1401a: without); tax on value, carriage and duty
(Directive 2006/112/EC, Art. 85 and 86); import with an IOSS number, free of tax at the border up to an intrinsic value
of 150 EUR (the same, Art. 143(1)(ca) and 369l to 369x), which is that of the goods without carriage (Delegated
Regulation (EU) 2015/2446, Art. 1(48)); a duty for each item of a consignment of little value (Regulation (EU)
2026/382). The figures stand in the rules, none in here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.rate.duty_loop import (
    GRAMS_PER_KG,
    PERCENT_MICROS,
    ConsignmentRows,
    Items,
    find_rule,
    levy_consignments,
    share_of,
)
from doorstep.kernels.rate.duty_tables import DutyTables
from doorstep.kernels.rate.result import IntArray

_SAFE = 2**61
TOO_MUCH = "duty or tax may be more than can be added exactly"
DUTY, TAX = range(2)


@dataclass(frozen=True, slots=True, eq=False)
class Consignments:
    """n consignments on s services.

    Attributes
    ----------
    dispatch, destination
        [n] index into the tables' countries: where it leaves, where it goes.
    content
        [n] which content it has; consignments may share one.
    goods_minor
        [n] value that thresholds look at: of the consignment's goods, or of more that was ordered with them.
    day
        [n], or [n, s]: days since 1970-01-01.
    freight_minor
        [n, s] what carriage costs.
    item_start
        [contents + 1] where the items of a content begin.
    item_kind, item_value_minor, item_weight_g
        [items] index into the tables' goods, value, net weight. An item is all goods of one HS code and one origin.
    """

    dispatch: IntArray
    destination: IntArray
    content: IntArray
    goods_minor: IntArray
    day: IntArray
    freight_minor: IntArray
    item_start: IntArray
    item_kind: IntArray
    item_value_minor: IntArray
    item_weight_g: IntArray

    def day_of(self, at: int, service: int) -> int:
        """The day of one consignment on one service."""
        return int(self.day[at] if self.day.ndim == 1 else self.day[at, service])


@dataclass(frozen=True, slots=True, eq=False)
class Owed:
    """Duty and tax at the border, [n, s] in minor units."""

    duty_minor: IntArray
    tax_minor: IntArray


@dataclass(frozen=True, slots=True)
class ItemCharge:
    """What one levy asks of one item, and by which rule."""

    levy: int  # DUTY, TAX
    item: int
    amount_minor: int
    rule: int  # row of the book; -1: none holds
    value_minor: int
    freight_minor: int  # the item's share
    duty_minor: int  # its own, of a tax


def owed(tables: DutyTables, consignments: Consignments) -> Owed:
    """Reckon duty and tax of every consignment on every service.

    The freight is divided among the items by value: of the items so far their share is rounded half up, and each gets
    what is new. Of an item, the percent, the amount by weight and the amount by item are each rounded once, half up.
    Consignments that stay in one customs territory owe nothing.

    Raises
    ------
    InvalidProblem
        An amount might not be added exactly.
    """
    if (at := too_much(tables, consignments)) is not None:
        raise InvalidProblem(f"consignment {at}: {TOO_MUCH}")
    shape = consignments.freight_minor.shape
    duty, tax = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    territory = tables.territory
    day = consignments.day if consignments.day.ndim == 2 else consignments.day[:, None]
    levy_consignments(
        tables.book.rows,
        tables.lists,
        len(tables.goods),
        len(tables.countries),
        _items(consignments),
        ConsignmentRows(
            territory[consignments.dispatch] != territory[consignments.destination],
            consignments.destination,
            consignments.content,
            consignments.goods_minor,
            np.ascontiguousarray(day),
            np.ascontiguousarray(consignments.freight_minor),
        ),
        tables.book.currency.micros_per_minor,
        duty,
        tax,
    )
    return Owed(duty, tax)


def itemise(tables: DutyTables, consignments: Consignments, at: int, service: int) -> tuple[ItemCharge, ...]:
    """Say what each item of one consignment owes; empty where it stays in its customs territory."""
    territory, country = tables.territory, int(consignments.destination[at])
    if territory[consignments.dispatch[at]] == territory[country]:
        return ()
    first, end = (int(consignments.item_start[consignments.content[at] + n]) for n in (0, 1))
    values = [int(one) for one in consignments.item_value_minor[first:end]]
    day, per_minor = consignments.day_of(at, service), tables.book.currency.micros_per_minor
    freight, goods = int(consignments.freight_minor[at, service]), int(consignments.goods_minor[at])
    found: list[ItemCharge] = []
    given = 0
    for n, value in enumerate(values):
        share = int(share_of(freight, sum(values[: n + 1]), sum(values))) - given
        given += share
        kind, weight_g = int(consignments.item_kind[first + n]), int(consignments.item_weight_g[first + n])
        duty = 0
        for levy in (DUTY, TAX):
            at_list = tables.list_of(levy, country, kind)
            amount, rule = find_rule(
                tables.book.rows, tables.lists, at_list, day, value, share, duty, weight_g, goods, freight, per_minor
            )
            found.append(ItemCharge(levy, first + n, int(amount), int(rule), value, share, duty))
            duty = int(amount)
    return tuple(found)


def _items(consignments: Consignments) -> Items:
    return Items(
        consignments.item_start, consignments.item_kind, consignments.item_value_minor, consignments.item_weight_g
    )


def too_much(tables: DutyTables, consignments: Consignments) -> int | None:
    """Find the first consignment of which an amount might not be added exactly; None: there is none.

    The largest of every column of the rules is applied to each. It is reckoned in floating point: what is safe leaves
    so much room that its rounding does not matter.
    """
    rows, start, content = tables.book.rows, consignments.item_start, consignments.content
    count = np.diff(start)
    of_content = np.repeat(np.arange(len(count)), count)

    def total(items: IntArray) -> NDArray[np.float64]:
        return np.bincount(of_content, items[: len(of_content)], len(count)).astype(np.float64)[content]

    value, freight = total(consignments.item_value_minor), consignments.freight_minor.max(axis=1, initial=0)
    percent = _largest(rows.percent) / PERCENT_MICROS
    per_gram = _largest(rows.per_kg_micros) / (GRAMS_PER_KG * tables.book.currency.micros_per_minor)
    fixed = count[content] * (_largest(rows.per_item_minor) + 2.0) + total(consignments.item_weight_g) * per_gram
    duty = (value + freight) * percent + fixed
    tax = (value + freight + duty) * percent + fixed
    crosses = tables.territory[consignments.dispatch] != tables.territory[consignments.destination]
    found = np.flatnonzero(crosses & (consignments.goods_minor + freight + value + duty + tax > _SAFE))
    return int(found[0]) if len(found) else None


def _largest(values: NDArray[np.int64]) -> float:
    return float(values.max(initial=0))
