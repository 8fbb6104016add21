"""The report of costs to serve: where the money goes, and why that changed since the month before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from markupsafe import Markup

from doorstep.documents.report.charts import Chart
from doorstep.documents.report.page import dress, write_page
from doorstep.documents.report.tiles import Tile, Verdict
from doorstep.documents.report.wording import amount, change, count, counted, percent
from doorstep.documents.svg import element, picture
from doorstep.domain.demand import Brand
from doorstep.domain.money import Currency
from doorstep.kernels.learn.costs_change import Change
from doorstep.kernels.learn.costs_groups import Group
from doorstep.kernels.learn.costs_problem import PARTS, CostResult

STYLES = (
    "page.css",
    "figures.css",
    "pack.css",
    "cartons.css",
    "record.css",
    "simulate.css",
    "insight.css",
    "print.css",
)
SHOWN = 25  # groups of a table; costs_by.csv has them all
TREE = 8  # branches of a branch
NAMES = {
    "storage": "Storage", "pick": "Picking", "pack": "Packing", "carton": "Cartons", "freight": "Freight",
    "surcharges": "Surcharges", "duty_tax": "Duty and tax", "failed_attempt": "Failed attempts", "return": "Returns",
    "lateness": "Lateness, expected",
}  # fmt: skip
BY = (("country", "Country"), ("category", "Category"), ("sku", "Sku"), ("customer", "Customer"), ("month", "Month"))
WIDE, ROW, LEFT, RIGHT = 760, 26, 150, 130


@dataclass(frozen=True, slots=True)
class CostReport:
    brand: Brand
    result: CostResult
    changed: Sequence[Change]
    months: tuple[str, str]
    groups: Sequence[Group]
    left_out: int
    from_plans: int
    data_version: str


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch of the tree: its name, amount, share of the whole, and what it is made of."""

    name: str
    amount: str
    share: str
    branches: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A bar of a waterfall from one amount to another; a whole one stands on the ground."""

    name: str
    start_minor: int
    end_minor: int
    whole: bool = False


def write_costs_report(path: Path, report: CostReport) -> None:
    """Write one self-contained HTML page."""
    empty = not report.result.rows
    contents = {
        **dress(STYLES, ()),
        "report": report,
        "headline": headline(report),
        "empty": empty,
        "tiles": () if empty else tiles(report),
        "parts": None if empty else parts_chart(report),
        "changed": changes_chart(report) if report.changed else None,
        "change_rows": change_rows(report),
        "tree": tree(report),
        "tables": [(name, *group_rows(report, by)) for by, name in BY],
        "count": count,
        "counted": counted,
    }
    write_page(path, "insight_costs.html", contents)


def _orders(report: CostReport) -> int:
    return len({row.order for row in report.result.rows})


def headline(report: CostReport) -> str:
    """Say in a sentence where the money goes."""
    currency, total = report.brand.currency, report.result.total_minor
    if not report.result.rows:
        return "No order of the past tells what it cost: give the output of a plan, or history with freight paid."
    sums = report.result.amount_minor.sum(axis=0)
    first = int(np.argmax(sums))
    words = f"{counted(_orders(report), 'order')} cost {amount(currency, total)} to serve"
    words += f", {percent(int(sums[first]) / total, 0)} of it {NAMES[PARTS[first]].lower()}." if total else "."
    if not report.changed:
        return words
    gap = sum(one.after_minor - one.before_minor for one in report.changed)
    return f"{words} {report.months[1]} cost {change(currency, gap)} against {report.months[0]}."


def tiles(report: CostReport) -> tuple[Tile, ...]:
    """Give the figures at the top of the page."""
    currency, total, orders = report.brand.currency, report.result.total_minor, _orders(report)
    units = sum(row.units for row in report.result.rows)
    each = f"{amount(currency, round(total / units))} a unit"
    shown = [
        Tile("Cost to serve", amount(currency, total), counted(orders, "order")),
        Tile("Per order", amount(currency, round(total / orders)), each),
        Tile("Told of by plans", count(report.from_plans), f"orders; {count(report.left_out)} left out: nothing tells"),
    ]
    for at, name in enumerate(("volume", "mix", "price")):
        effect = sum((one.volume_minor, one.mix_minor, one.price_minor)[at] for one in report.changed)
        verdict: Verdict = "" if name != "price" or not effect else "worse" if effect > 0 else "better"
        if report.changed:
            shown.append(
                Tile(f"By {name}", change(currency, effect), f"{report.months[0]} to {report.months[1]}", verdict)
            )
    return tuple(shown)


def parts_chart(report: CostReport) -> Chart:
    """The waterfall of an order's cost by part."""
    currency, orders = report.brand.currency, _orders(report)
    sums = report.result.amount_minor.sum(axis=0)
    steps, reached = [], 0
    for part, minor in zip(PARTS, sums.tolist(), strict=True):
        if minor:
            steps.append(Step(NAMES[part], reached, reached + minor))
            reached += minor
    steps.append(Step("All parts", 0, reached, whole=True))
    largest = NAMES[PARTS[int(np.argmax(sums))]]
    takeaway = f"{largest} is the largest part; an order costs {amount(currency, round(reached / orders))}."
    rows = tuple(
        (
            one.name,
            amount(currency, one.end_minor - one.start_minor),
            percent((one.end_minor - one.start_minor) / max(1, reached)),
        )
        for one in steps
    )
    drawing = picture(WIDE, ROW * len(steps) + 8, "Where the money goes", takeaway, waterfall(steps, currency), "parts")
    return Chart("parts", "Where the money goes", takeaway, drawing, ("Part", "Amount", "Share"), rows)


def changes_chart(report: CostReport) -> Chart:
    """The waterfall from one month to the next: volume and mix of all parts, then the price of each."""
    currency = report.brand.currency
    before = sum(one.before_minor for one in report.changed)
    moves = [("More or fewer units", sum(one.volume_minor for one in report.changed))]
    moves.append(("Other goods and countries", sum(one.mix_minor for one in report.changed)))
    moves += [(f"{NAMES[one.part]} a unit", one.price_minor) for one in report.changed]
    steps, reached = [Step(report.months[0], 0, before, whole=True)], before
    for name, minor in moves:
        steps.append(Step(name, reached, reached + minor))
        reached += minor
    steps.append(Step(report.months[1], 0, reached, whole=True))
    largest = max(moves, key=lambda move: abs(move[1]))
    takeaway = f"{largest[0]} moved most: {change(currency, largest[1])}. The steps add up to the minor unit."
    rows = tuple(
        (one.name, amount(currency, one.end_minor) if one.whole else change(currency, one.end_minor - one.start_minor))
        for one in steps
    )
    title = "Why it changed"
    drawing = picture(WIDE, ROW * len(steps) + 8, title, takeaway, waterfall(steps, currency), "changes")
    return Chart("changes", title, takeaway, drawing, ("Step", "Amount"), rows)


def waterfall(steps: Sequence[Step], currency: Currency) -> list[Markup]:
    """Bars from where the last one ended, downwards; the least and the greatest amount fill the width."""
    ends = [0, *(end for one in steps for end in (one.start_minor, one.end_minor))]
    low, high = min(ends), max(max(ends), 1)
    # Where wholes dwarf the steps between them, the ground is cut off, as far as no bar would be.
    inner = [end for one in steps if not one.whole for end in (one.start_minor, one.end_minor)]
    wholes = [one for one in steps if one.whole]
    if len(wholes) == 2 and inner and low == 0:
        low = max(0, min(inner) - 3 * max(1, max(inner) - min(inner)))
    parts: list[Markup] = []
    reach = WIDE - LEFT - RIGHT

    def x(minor: int) -> float:
        return LEFT + reach * (max(minor, low) - low) / max(1, high - low)

    for at, one in enumerate(steps):
        y, gap = 4 + at * ROW, one.end_minor - one.start_minor
        left, right = sorted((x(one.start_minor), x(one.end_minor)))
        style = "bar" if one.whole else "step-up" if gap >= 0 else "step-down"
        text = amount(currency, one.end_minor) if one.whole else change(currency, gap)
        parts.append(
            element("text", one.name, x=LEFT - 8, y=y + 15, class_=f"label end{' strong' if one.whole else ''}")
        )
        tip = element("title", f"{one.name}: {text}")
        parts.append(element("rect", tip, x=left, y=y + 3, width=max(1.0, right - left), height=16, class_=style))
        parts.append(element("text", text, x=right + 6, y=y + 15, class_="label number"))
    return parts


def change_rows(report: CostReport) -> list[tuple[str, ...]]:
    """Rows of parts: before, the three effects, after; and their sums."""
    currency = report.brand.currency
    table: list[tuple[str, list[int]]] = [
        (NAMES[one.part], [one.before_minor, one.volume_minor, one.mix_minor, one.price_minor, one.after_minor])
        for one in report.changed
    ]
    if table:
        table.append(("All parts", [sum(column) for column in zip(*(row for _, row in table), strict=True)]))
    return [
        (name, amount(currency, before), *(change(currency, one) for one in effects), amount(currency, after))
        for name, (before, *effects, after) in table
    ]


def tree(report: CostReport) -> tuple[Branch, ...]:
    """Countries, in them categories, in them parts; branches beyond the first few are one."""
    keyed: list[tuple[tuple[str, ...], int]] = [
        ((row.country, row.category, NAMES[part]), int(minor))
        for row, amounts in zip(report.result.rows, report.result.amount_minor.tolist(), strict=True)
        for part, minor in zip(PARTS, amounts, strict=True)
        if minor
    ]
    return _branches(keyed, report.brand.currency, max(1, report.result.total_minor))


def _branches(keyed: list[tuple[tuple[str, ...], int]], currency: Currency, whole: int) -> tuple[Branch, ...]:
    if not keyed or not keyed[0][0]:
        return ()
    keyed.sort(key=lambda one: one[0])
    grouped = [(name, list(these)) for name, these in groupby(keyed, key=lambda one: one[0][0])]
    sums = [(name, sum(minor for _, minor in these), these) for name, these in grouped]
    sums.sort(key=lambda one: (-one[1], one[0]))
    shown, rest = (sums, []) if len(sums) <= TREE else (sums[: TREE - 1], sums[TREE - 1 :])
    found = [
        Branch(
            name, amount(currency, total), percent(total / whole),
            _branches([(key[1:], minor) for key, minor in these], currency, whole),
        )
        for name, total, these in shown
    ]  # fmt: skip
    if rest:
        total = sum(one[1] for one in rest)
        found.append(Branch(f"{len(rest)} others", amount(currency, total), percent(total / whole)))
    return tuple(found)


def group_rows(report: CostReport, by: str) -> tuple[list[str], list[tuple[str, ...]], int]:
    """Heads and rows of a table of groups, parts that are nowhere left out, and how many groups are not shown."""
    currency = report.brand.currency
    mine = [one for one in report.groups if one.by == by]
    used = [at for at in range(len(PARTS)) if any(int(one.amount_minor[at]) for one in mine)]
    rows = [
        (
            one.key or "not recorded",
            count(one.orders),
            count(one.units),
            amount(currency, one.total_minor),
            amount(currency, round(one.total_minor / one.orders)),
            *(percent(int(one.amount_minor[at]) / max(1, one.total_minor), 0) for at in used),
        )
        for one in (mine if by == "month" else mine[:SHOWN])
    ]
    return ["Orders", "Units", "Cost", "Per order", *(NAMES[PARTS[at]] for at in used)], rows, len(mine) - len(rows)
