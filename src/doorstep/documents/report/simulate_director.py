"""One page for who decides: what was asked, what it changes and how sure that is, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from doorstep.documents.report.charts import Chart
from doorstep.documents.report.page import dress, write_page
from doorstep.documents.report.simulate_advice import Advice, advise, sureness
from doorstep.documents.report.simulate_charts import NAMES, Drawn, ratio
from doorstep.documents.report.simulate_report import (
    SimulateReport,
    ends_of,
    figure_text,
    selection,
    signed,
)
from doorstep.documents.report.simulate_words import changes
from doorstep.documents.report.tiles import Tile
from doorstep.documents.report.totals import NONE
from doorstep.documents.report.wording import decimal, percent
from doorstep.kernels.simulate.compare import Change

STYLES = ("page.css", "figures.css", "pack.css", "simulate.css", "print.css")
TILES = (
    ("cost_per_placed_order", "Cost of an order"),
    ("mean_promised_days", "Days promised"),
    ("realised_on_time", "On time"),
    ("co2e_kg", "Carbon, kg CO2e"),
)
ROWS = (
    ("orders", "Orders placed"),
    ("planned", "Orders sent"),
    ("stockouts", "Lost for want of goods"),
    ("cost_total", "Cost of the orders sent"),
    ("supply_cost", "Ordering and holding goods"),
    ("objective", "With what orders left cost"),
    ("cost_per_order", "Cost of an order sent"),
    ("expected_on_time", "On time, as promised"),
    ("split_rate", "In several parcels"),
    ("distance_km", "Distance, km"),
)


@dataclass(frozen=True, slots=True)
class DirectorReport:
    """A simulation under a scenario, and what the scenario changes."""

    simulated: SimulateReport
    change: Change


@dataclass(frozen=True, slots=True)
class Row:
    words: str
    before: str
    after: str
    difference: str
    interval: str


def write_director_report(path: Path, report: DirectorReport) -> None:
    """Write one self-contained HTML page."""
    simulated = report.simulated
    empty = not placed(report.change)
    advice = told(report)
    contents = {
        **dress(STYLES, ()),
        "report": simulated,
        "headline": advice.headline,
        "advice": advice,
        "selection": selection(simulated),
        "asked": changes(simulated.scenario, [one.policy for one in simulated.result.outcomes]),
        "tiles": () if empty else tiles(report),
        "rows": () if empty else rows(report),
        "charts": () if empty else by_day(report),
        "empty": empty,
        "served_by": NAMES[report.change.policy],
        "about_days": bool(report.change.differences["objective"].over_days),
    }
    write_page(path, "director.html", contents)


def placed(change: Change) -> bool:
    """Whether there are orders, with the change or without it."""
    return bool(change.before.figures["orders"] or change.after.figures["orders"])


def told(report: DirectorReport) -> Advice:
    """Give the advice for a report; without orders there is none."""
    if not placed(report.change):
        return Advice("Nothing to decide by: no order was placed in these days.", ())
    return advise(report.change, report.simulated.scenario, report.simulated.brand.currency)


def tiles(report: DirectorReport) -> tuple[Tile, ...]:
    """Cost, days, on time and carbon, as they would be, with the change and its interval."""
    currency, found = report.simulated.brand.currency, []
    for name, words in TILES:
        difference = report.change.differences[name]
        value = figure_text(name, report.change.after.figures[name], currency)
        if difference.value is None:
            found.append(Tile(words, value, "nothing to tell a change by"))
            continue
        note = f"{signed(name, difference.value, currency)} against {_before(report, name)}"
        ends = ends_of(name, difference.over_days or difference.over_seeds, currency)
        found.append(Tile(words, value, f"{note}; 95 %: {ends}" if ends else note, sureness(name, difference)))
    return tuple(found)


def _before(report: DirectorReport, name: str) -> str:
    return figure_text(name, report.change.before.figures[name], report.simulated.brand.currency)


def rows(report: DirectorReport) -> tuple[Row, ...]:
    """Give the figures behind the tiles."""
    currency, found = report.simulated.brand.currency, []
    for name, words in ROWS:
        after = figure_text(name, report.change.after.figures[name], currency)
        difference = report.change.differences.get(name)
        if difference is None or difference.value is None:
            found.append(Row(words, _before(report, name), after, NONE, ""))
            continue
        ends = ends_of(name, difference.over_days or difference.over_seeds, currency)
        found.append(Row(words, _before(report, name), after, signed(name, difference.value, currency), ends))
    return tuple(found)


def by_day(report: DirectorReport) -> tuple[Chart, ...]:
    """Cost of an order and share on time, by the day of placing, with and without the change."""
    result, currency = report.simulated.result, report.simulated.brand.currency
    placed = result.until_day - result.first_day
    both = [report.change.after.days, report.change.before.days]
    drawn = Drawn(result.first_day, ("With the change", "As it is"))
    cost = [
        ratio((one.objective_minor + one.supply_minor)[:placed] / 10**currency.digits, one.orders[:placed])
        for one in both
    ]
    kept = [ratio(one.kept[:placed], one.orders[:placed]) for one in both]
    return (
        drawn.chart(
            "cost",
            f"Cost of an order, {currency.code}",
            "By the day of placing; an order left costs what the brand says it does.",
            cost,
            lambda v: decimal(v, min(2, currency.digits)),
        ),
        drawn.chart(
            "kept",
            "On time",
            "By the day of placing, of all orders; what was not sent counts as late.",
            kept,
            lambda v: percent(v, 1),
            shares=True,
        ),
    )
