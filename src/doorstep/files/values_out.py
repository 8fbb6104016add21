"""What was learned of wants, as values.csv of a brand folder: `plan` and the options that are shown go by it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from doorstep.files.schema_worth import MOST_WORTH
from doorstep.files.write import write_csv
from doorstep.kernels.learn.wants import Wants, WantsOf

COLUMNS = ("worth", "segment", "country", "value")
DECIMALS = 6
MICROS = 10**DECIMALS
Row = tuple[str, str, str, float]


def write_values(folder: Path, wants: Wants) -> int:
    """Write values.csv, of what is sure enough to have an interval; returns its rows.

    Where the price itself may not matter, or shoppers would pay to pay, no value is bounded and none is written.
    """
    rows = [row for one in (wants.overall, *wants.groups) for row in _rows(one)]
    write_csv(folder / "values.csv", COLUMNS, rows)
    return len(rows)


def learned_rows(wants: Wants) -> tuple[tuple[str, int, str, str], ...]:
    """Give the same rows as `LearnedValue` holds them: worth, millionths of the major unit, segment, country."""
    rows = (row for one in (wants.overall, *wants.groups) for row in _rows(one))
    return tuple((name, round(value * MICROS), segment, country) for name, segment, country, value in rows)


def _rows(one: WantsOf) -> Iterator[Row]:
    if one.scatter is None or not one.scatter > 0:
        return
    whose = {"segment": (one.group, ""), "country": ("", one.group)}.get(one.kind, ("", ""))
    if one.kind != "all" and not one.group:
        return  # customers of no segment are like all
    told = {name: value.value for name, value in one.worth.items() if value.bounded}
    if one.buying is not None and one.buying.bounded:
        told["buying"] = one.buying.value
    told["scatter"] = one.scatter
    for name, value in told.items():
        short = round(value, DECIMALS)
        if abs(short) <= MOST_WORTH and (name != "scatter" or short > 0):
            yield name, *whose, short
