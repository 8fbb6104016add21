"""What traced costs write: costs.csv, costs_by.csv, changes.csv and summary.json's object."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from doorstep.domain.money import Currency
from doorstep.files.plan_out import major
from doorstep.kernels.learn.costs_change import Change
from doorstep.kernels.learn.costs_groups import Group
from doorstep.kernels.learn.costs_problem import PARTS, CostResult, CostRow, IntArray

ORDER_COLUMNS = ("order", "customer", "country", "month", "units", *PARTS, "cost")
BY_COLUMNS = ("by", "key", "orders", "units", *PARTS, "cost", "cost_per_order")
CHANGE_COLUMNS = ("part", "before", "volume", "mix", "price", "after")


def write_costs(
    folder: Path, result: CostResult, groups: Iterable[Group], changed: Iterable[Change], currency: Currency
) -> None:
    """Write costs.csv, costs_by.csv and changes.csv into a folder that exists."""
    _write(folder / "costs.csv", ORDER_COLUMNS, _orders(result, currency))
    _write(folder / "costs_by.csv", BY_COLUMNS, (_group(one, currency) for one in groups if one.by != "order"))
    _write(folder / "changes.csv", CHANGE_COLUMNS, (_change(one, currency) for one in changed))


def _orders(result: CostResult, currency: Currency) -> Iterable[tuple[object, ...]]:
    heads: dict[str, CostRow] = {}
    units: dict[str, int] = {}
    amounts: dict[str, IntArray] = {}
    for row, minor in zip(result.rows, result.amount_minor, strict=True):
        heads.setdefault(row.order, row)
        units[row.order] = units.get(row.order, 0) + row.units
        amounts[row.order] = amounts[row.order] + minor if row.order in amounts else minor.copy()
    for order, head in heads.items():
        yield order, head.customer, head.country, head.month, units[order], *_texts(amounts[order], currency)


def _group(one: Group, currency: Currency) -> tuple[object, ...]:
    each = currency.text((2 * one.total_minor + one.orders) // (2 * one.orders)) if one.orders else ""
    return one.by, one.key, one.orders, one.units, *_texts(one.amount_minor, currency), each


def _texts(amounts: IntArray, currency: Currency) -> tuple[str, ...]:
    """Parts and their sum."""
    return (*(currency.text(int(amount)) for amount in amounts), currency.text(int(amounts.sum())))


def _change(one: Change, currency: Currency) -> tuple[object, ...]:
    amounts = (one.before_minor, one.volume_minor, one.mix_minor, one.price_minor, one.after_minor)
    return one.part, *map(currency.text, amounts)


def _write(path: Path, columns: Sequence[str], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        writer.writerows(rows)


def costs_object(
    result: CostResult, changed: Sequence[Change], months: tuple[str, str], currency: Currency
) -> dict[str, object]:
    """Say traced costs as summary.json has them; amounts in major units."""
    orders = len({row.order for row in result.rows})
    parts = result.amount_minor.sum(axis=0)
    return {
        "orders": orders,
        "units": sum(row.units for row in result.rows),
        "cost": major(result.total_minor, currency),
        "cost_per_order": round(result.total_minor / orders / 10**currency.digits, 6) if orders else None,
        "parts": {part: major(int(amount), currency) for part, amount in zip(PARTS, parts, strict=True)},
        "month_before": months[0],
        "month": months[1],
        "changes": [
            {
                "part": one.part,
                "before": major(one.before_minor, currency),
                "volume": major(one.volume_minor, currency),
                "mix": major(one.mix_minor, currency),
                "price": major(one.price_minor, currency),
                "after": major(one.after_minor, currency),
            }
            for one in changed
        ],
        "currency": currency.code,
    }
