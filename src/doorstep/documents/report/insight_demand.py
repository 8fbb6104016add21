"""The report of foreseen demand: what will be asked for, how well that was known in the past, and what serves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from doorstep.documents.report.charts import Chart
from doorstep.documents.report.insight_charts import Line, lines
from doorstep.documents.report.page import dress, write_page
from doorstep.documents.report.tiles import Tile, Verdict
from doorstep.documents.report.wording import count, counted, day, decimal, percent
from doorstep.domain.demand import Brand
from doorstep.kernels.learn.demand_backtest import OURS, Backtest, BacktestRow
from doorstep.kernels.learn.demand_problem import DAYS, DemandProblem
from doorstep.kernels.learn.demand_result import DemandForecast

STYLES = ("page.css", "figures.css", "pack.css", "cartons.css", "record.css", "simulate.css", "print.css")
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
SHOWN = 25  # groups of a table; backtest.csv has them all
GRID = 10  # goods and regions of the table of both
BY = (("goods", "Category"), ("region", "Region"), ("week", "Week"), ("ahead", "Weeks ahead"))
NAMES = {
    "seasonal_naive": "seasonal-naive", "short_mean": "mean of 8 weeks", "long_mean": "mean of 26 weeks",
    "smoothed": "exponential smoothing", "damped": "damped trend", "croston_sba": "Croston, SBA", "tsb": "TSB",
    "pooled": "pooled", "pooled_year": "pooled, half of last year", "pooled_full_year": "pooled, last year",
    "pooled_holidays": "pooled, holidays",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemandReport:
    brand: Brand
    problem: DemandProblem
    found: DemandForecast
    tested: Backtest
    rows: Sequence[BacktestRow]
    data_version: str
    placed: Sequence[date] = ()  # of each order that was placed before the day asked for


def write_demand_report(path: Path, report: DemandReport) -> None:
    """Write one self-contained HTML page."""
    empty = not report.problem.series
    contents = {
        **dress(STYLES, ()),
        "report": report,
        "headline": headline(report),
        "selection": selection(report),
        "tiles": () if empty else tiles(report),
        "empty": empty,
        "tested": bool(report.tested.origins),
        "chart": None if empty else weeks_chart(report),
        "tables": [(name, *group_rows(report.rows, by)) for by, name in BY],
        "grid": grid(report),
        "classes": class_rows(report.found),
        "largest": largest_rows(report.found),
        "count": count,
        "counted": counted,
    }
    write_page(path, "insight_demand.html", contents)


def _two(rows: Sequence[BacktestRow]) -> list[tuple[BacktestRow, BacktestRow]]:
    """Rows of a group side by side: what was chosen, and seasonal-naive."""
    ours = {(row.by, row.key): row for row in rows if row.model == OURS}
    return [(ours[row.by, row.key], row) for row in rows if row.model != OURS]


def headline(report: DemandReport) -> str:
    """Say in a sentence what is coming, and how far that can be believed."""
    found = report.found
    if not found.series:
        return _why_empty(report.placed)
    words = f"{count(round(float(found.total_mean.sum())))} units are expected in {counted(_weeks(found), 'week')}."
    pair = next((pair for pair in _two(report.rows) if pair[0].by == "all"), None)
    if pair is None or pair[1].pinball <= 0:
        return f"{words} The past is too short to say how well that is known."
    less = 1 - pair[0].pinball / pair[1].pinball
    beside = f"{percent(abs(less), 0)} {'less' if less >= 0 else 'more'} than seasonal-naive"
    return f"{words} In the backtest the quantiles lost {beside}."


def _why_empty(placed: Sequence[date]) -> str:
    """Say of what past nothing could be foreseen."""
    if not placed:
        return "No order was placed before this day, so nothing can be foreseen."
    first, last = min(placed), max(placed)
    when = f"on {day(first)}" if first == last else f"from {day(first)} to {day(last)}"
    orders = f"{counted(len(placed), 'order')} before this day {'was' if len(placed) == 1 else 'were'} placed {when}"
    return f"{orders}: no whole week lies before it, so nothing can be foreseen."


def _weeks(found: DemandForecast) -> int:
    return int(found.mean.shape[1])


def selection(report: DemandReport) -> str:
    """From when to when, and by what."""
    first = date.fromordinal(EPOCH_ORDINAL + report.found.first_day)
    last = date.fromordinal(first.toordinal() + DAYS * _weeks(report.found) - 1)
    past = counted(report.problem.weeks, "week")
    return f"{day(first)} to {day(last)} · by {past} before it · {counted(len(report.found.series), 'series')}"


def tiles(report: DemandReport) -> tuple[Tile, ...]:
    """Give the figures at the top of the page."""
    found, verdict = report.found, report.found.verdict
    refused: Verdict = "" if verdict.published else "worse"
    state = "published" if verdict.published else f"refused: {NAMES.get(found.served, found.served.replace('_', ' '))}"
    shown = [
        Tile("Expected units", count(round(float(found.total_mean.sum()))), f"in {counted(_weeks(found), 'week')}"),
        Tile("What was learned", state, verdict.reason, refused),
    ]
    pair = next((pair for pair in _two(report.rows) if pair[0].by == "all"), None)
    if pair is None:
        return tuple(shown)
    ours, naive = pair
    level, below, at_or_below = next((one for one in ours.covered if one[0] == 900_000), ours.covered[-1])
    better: Verdict = "better" if ours.pinball < naive.pinball else "worse"
    scaled: Verdict = "" if ours.mase is None or naive.mase is None else "better" if ours.mase < naive.mase else "worse"
    beside = f"seasonal-naive {_figure(naive.mase)}; of medians {_figure(ours.mase_median)}"
    shown += [
        Tile("Pinball loss", decimal(ours.pinball, 4), f"seasonal-naive {decimal(naive.pinball, 4)}", better),
        Tile("MASE", _figure(ours.mase), beside, scaled),
        Tile(
            f"At or below q{level // 10_000}", percent(at_or_below), f"below it {percent(below)}: the level is between"
        ),
    ]
    return tuple(shown)


def _figure(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else decimal(value, digits)


def weeks_chart(report: DemandReport) -> Chart:
    """Units by week: what came, what was foreseen a week before, and what is foreseen now."""
    problem, tested, found = report.problem, report.tested, report.found
    length = problem.weeks + _weeks(found)
    came: list[float | None] = [*map(float, problem.units.sum(axis=0)), *[None] * _weeks(found)]
    before: list[float | None] = [None] * length
    naive: list[float | None] = [None] * length
    for at, origin in enumerate(tested.origins):
        before[origin] = float(tested.models[0].mean[at, :, 0].sum())
        naive[origin] = float(tested.models[1].mean[at, :, 0].sum())
    before[problem.weeks :] = [float(value) for value in found.mean.sum(axis=0)]
    labels = [day_of(problem.first_day + DAYS * week) for week in range(length)]
    drawn = (
        Line("came", "s0", came),
        Line("foreseen", "s1", before),
        Line("seasonal-naive, a week ahead", "s2", naive),
    )
    off = [abs(b - c) for b, c in zip(before, came, strict=True) if b is not None and c is not None]
    takeaway = "Past weeks as they were foreseen one week ahead; the weeks to come from today."
    if off:
        takeaway += f" The sum of all was off by {count(round(float(np.mean(off))))} units a week."
    rows = tuple(
        (label, *("–" if v is None else count(round(v)) for v in values))
        for label, *values in zip(labels, came, before, naive, strict=True)
    )
    title = "Units a week"
    drawing = lines("weeks", title, takeaway, labels, drawn)
    return Chart("weeks", title, takeaway, drawing, ("Week", "Came", "Foreseen", "Seasonal-naive"), rows)


def day_of(number: int) -> str:
    """Write a day since 1970-01-01 as a date."""
    return date.fromordinal(EPOCH_ORDINAL + number).isoformat()


def group_rows(rows: Sequence[BacktestRow], by: str) -> tuple[list[tuple[str, ...]], int]:
    """Rows of a table of groups, those with most units first, and how many are not shown; losses are marked."""
    pairs = [pair for pair in _two(rows) if pair[0].by == by]
    if by in ("goods", "region"):
        pairs.sort(key=lambda pair: (-pair[0].units, pair[0].key))
    else:
        pairs.sort(key=lambda pair: int(pair[0].key))
    shown: list[tuple[str, ...]] = [
        (
            day_of(int(ours.key)) if by == "week" else ours.key,
            count(ours.units),
            count(round(ours.foreseen)),
            _figure(ours.mase),
            _figure(naive.mase),
            decimal(ours.pinball, 4),
            decimal(naive.pinball, 4),
            _covered(ours),
            "worse" if ours.pinball > naive.pinball else "",
        )
        for ours, naive in pairs[: SHOWN if by in ("goods", "region") else None]
    ]
    return shown, len(pairs) - len(shown)


def _covered(row: BacktestRow) -> str:
    found = next(((low, high) for level, low, high in row.covered if level == 900_000), None)
    return "–" if found is None else f"{decimal(found[0] * 100, 1)} to {percent(found[1])}"


def grid(report: DemandReport) -> tuple[list[str], list[tuple[str, list[tuple[str, str]]]]]:
    """Loss over that of seasonal-naive, by goods and region: heads, and rows of cells with their shade."""
    pairs = {pair[0].key: pair for pair in _two(report.rows) if pair[0].by == "pair"}

    def top(by: str) -> list[str]:
        ranked = sorted((row for row in report.rows if row.by == by and row.model == OURS), key=lambda r: -r.units)
        return [row.key for row in ranked[:GRID]]

    regions = top("region")
    shown: list[tuple[str, list[tuple[str, str]]]] = []
    for name in top("goods"):
        cells = []
        for region in regions:
            ours, naive = pairs[f"{name} {region}"]
            if naive.pinball <= 0:
                cells.append(("–", "shade-0"))
                continue
            ratio = ours.pinball / naive.pinball
            shade = "worse" if ratio > 1 else f"shade-{min(5, int((1 - ratio) * 8))}"
            cells.append((decimal(ratio, 2), shade))
        shown.append((name, cells))
    return regions, shown


def class_rows(found: DemandForecast) -> list[tuple[str, ...]]:
    """Rows of the classes: how many series, what serves them, and what the methods lost there."""
    return [
        (
            one.name,
            count(one.series),
            NAMES.get(one.method, one.method),
            "Poisson" if one.size == 0 else decimal(one.size, 2),
            "; ".join(f"{NAMES.get(n, n)} {decimal(v, 4)}" for n, v in sorted(one.losses, key=lambda pair: pair[1])),
        )
        for one in found.classes
    ]


def largest_rows(found: DemandForecast) -> list[tuple[str, ...]]:
    """Rows of the series of which most is expected."""
    order = sorted(range(len(found.series)), key=lambda row: (-found.total_mean[row], row))[:SHOWN]
    places = [found.quantiles_ppm.index(level) for level in (100_000, 500_000, 900_000) if level in found.quantiles_ppm]
    return [
        (
            f"{found.series[row].name}",
            found.series[row].kind,
            found.series[row].region,
            decimal(float(found.total_mean[row]), 1),
            *(count(round(float(found.total_quantile[row, at]))) for at in places),
        )
        for row in order
    ]
