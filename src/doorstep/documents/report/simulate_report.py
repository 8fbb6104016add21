"""The report of a simulation: policies side by side, how sure their differences are, and how the days went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from doorstep.documents.report.page import dress, write_page
from doorstep.documents.report.simulate_charts import NAMES, charts
from doorstep.documents.report.simulate_words import changes
from doorstep.documents.report.tiles import Tile
from doorstep.documents.report.totals import NONE
from doorstep.documents.report.wording import amount, change, count, counted, day, decimal, percent
from doorstep.domain.demand import Brand
from doorstep.domain.money import Currency
from doorstep.kernels.simulate.days import EPOCH_ORDINAL
from doorstep.kernels.simulate.figures import MONEY
from doorstep.kernels.simulate.problem import SimulateParams
from doorstep.kernels.simulate.result import Difference, Interval, Outcome, SimulateResult
from doorstep.kernels.simulate.scenario import Scenario

STYLES = ("page.css", "figures.css", "pack.css", "simulate.css", "print.css")
SHOWN = (
    ("orders", "orders"),
    ("planned", "planned"),
    ("objective", "objective"),
    ("cost_per_order", "cost per planned order"),
    ("cost_per_placed_order", "objective and supply, per order placed"),
    ("mean_promised_days", "mean promised days"),
    ("expected_on_time", "expected on time, of all orders"),
    ("realised_on_time", "realised on time, of all orders"),
    ("split_rate", "split, of planned orders"),
    ("stockouts", "lost for want of goods"),
    ("planned_later", "planned on a later day"),
    ("distance_km", "distance, km"),
    ("co2e_kg", "carbon, kg CO2e"),
    ("supply_cost", "ordering and holding goods"),
    ("units_received", "units that came in"),
)
FAST_SHOWN = (
    ("objective", "Objective of a day"),
    ("cost_per_order", "Cost per planned order"),
    ("planned", "Orders planned of a day"),
    ("mean_promised_days", "Promised days"),
    ("expected_on_time", "Expected on time"),
    ("co2e_kg", "Carbon of a day, kg CO2e"),
)
RATES = frozenset({"expected_on_time", "realised_on_time", "split_rate"})
DECIMAL = frozenset({"mean_promised_days"})
MORE_IS_BETTER = frozenset({"planned", "expected_on_time", "realised_on_time"})
NEITHER = frozenset(
    {"split_rate", "planned_later", "cost_per_order", "units_received", "units_ordered"}
)  # of unequal orders, or no aim by itself
Verdict = Literal["better", "worse", ""]


@dataclass(frozen=True, slots=True)
class SimulateReport:
    """A simulation and what it was asked for; `scenario` None: the world as the folder says."""

    brand: Brand
    result: SimulateResult
    params: SimulateParams
    scenario: Scenario | None
    data_version: str
    seed: int


@dataclass(frozen=True, slots=True)
class Cell:
    value: str
    difference: str = ""
    days: str = ""  # the interval over days
    seeds: str = ""  # that over seeds
    verdict: Verdict = ""


def write_simulate_report(path: Path, report: SimulateReport) -> None:
    """Write one self-contained HTML page."""
    result = report.result
    empty = not result.world.problem.orders
    contents = {
        **dress(STYLES, ()),
        "report": report,
        "headline": headline(report),
        "selection": selection(report),
        "tiles": () if empty else tiles(report),
        "empty": empty,
        "names": [NAMES[one.policy] for one in result.outcomes],
        "rows": [(words[0].upper() + words[1:], cells(report, name)) for name, words in SHOWN],
        "charts": () if empty else charts(result, report.brand.currency),
        "changes": changes(report.scenario, [one.policy for one in report.result.outcomes]),
        "fast": fast_words(report),
        "count": count,
        "counted": counted,
    }
    write_page(path, "simulate.html", contents)


def fast_words(report: SimulateReport) -> list[str]:
    """Say what the fast mode is, and how far it lies from the full one."""
    error, currency = report.result.fast, report.brand.currency
    if error is None:
        return []
    classes = "1 class" if error.classes == 1 else f"{count(error.classes)} classes"
    found = [f"{percent(error.by_table_ppm / 10**6)} of the parcels were sent by tables of {classes} of orders."]
    if not error.days:
        return [*found, "It was not held against the full mode: no day was sampled."]
    found.append(f"{counted(error.orders, 'order')} of {counted(len(error.days), 'day')} were decided in both modes.")
    for name, words in FAST_SHOWN:
        one, full = error.differences[name], error.full[name]
        if one.value is None:
            continue
        line = f"{words}: {signed(name, one.value, currency)} against {figure_text(name, full, currency)} in full"
        ends = ends_of(name, one.over_days, currency)
        found.append(f"{line}; 95 % over the days: {ends}." if ends else f"{line}.")
    return found


def figure_text(name: str, value: float | None, currency: Currency) -> str:
    """Write a figure as people read it."""
    if value is None:
        return NONE
    if name in MONEY:
        return amount(currency, round(value))
    if name in RATES:
        return percent(value, 2)
    return decimal(value, 2 if name in DECIMAL or value != round(value) else 0)


def signed(name: str, value: float, currency: Currency) -> str:
    if name in MONEY:
        return change(currency, round(value))
    text = decimal(value * 100, 2) if name in RATES else decimal(value, 2 if name in DECIMAL else 0)
    return ("+" if value > 0 else "") + text + (" points" if name in RATES else "")


def ends_of(name: str, interval: Interval | None, currency: Currency) -> str:
    if interval is None:
        return ""
    ends = (signed(name, end, currency) for end in (interval.low, interval.high))
    low, high = (one.removesuffix(f" {currency.code}").removesuffix(" points") for one in ends)
    return f"{low} to {high}"


def cells(report: SimulateReport, name: str) -> list[Cell]:
    """Give a figure of every policy, with its difference to the first one's."""
    currency = report.brand.currency
    found = []
    for one in report.result.outcomes:
        value = figure_text(name, one.figures[name], currency)
        difference = (one.differences or {}).get(name)
        if difference is None or difference.value is None:
            found.append(Cell(value))
            continue
        found.append(
            Cell(
                value,
                signed(name, difference.value, currency),
                ends_of(name, difference.over_days, currency),
                ends_of(name, difference.over_seeds, currency),
                verdict_of(name, difference),
            )
        )
    return found


def verdict_of(name: str, difference: Difference) -> Verdict:
    """Say what is surely better or worse; without an interval over days nothing is."""
    interval = difference.over_days
    if interval is None or name in NEITHER or interval.low <= 0 <= interval.high:
        return ""
    return "better" if (interval.low > 0) == (name in MORE_IS_BETTER) else "worse"


def headline(report: SimulateReport) -> str:
    """The simulation in one sentence."""
    result = report.result
    first, *others = result.outcomes
    if not result.world.problem.orders:
        return "No order was placed in this selection, so there is nothing to simulate."
    currency, objective = report.brand.currency, first.figures["objective"] or 0.0
    words = f"{NAMES[first.policy]} serves {count(round(first.figures['planned'] or 0))} of "
    words += f"{counted(round(first.figures['orders'] or 0), 'order')} at an objective of "
    words += amount(currency, round(objective))
    if not others:
        return f"{words}."
    best = min(others, key=lambda one: one.figures["objective"] or 0.0)
    return f"{words}. {_beside(first, best)}"


def _beside(first: Outcome, best: Outcome) -> str:
    mine, its = first.figures["objective"] or 0.0, best.figures["objective"] or 0.0
    difference = (best.differences or {})["objective"]
    name = f"The best of the others, {NAMES[best.policy].lower()},"
    if mine == its:
        return f"{name} does exactly as well."
    share = f"{percent(abs(its - mine) / mine)} {'above' if its > mine else 'below'}" if mine else "apart"
    interval = difference.over_days
    if interval is None:
        sure = "too few days to say how sure that is"
    elif interval.low <= 0 <= interval.high:
        sure = "which may be chance"
    else:
        sure = "surely more than chance"
    return f"{name} lies {share} it, {sure}."


def tiles(report: SimulateReport) -> tuple[Tile, ...]:
    """Give the objective of each policy at the top of the page."""
    currency, found = report.brand.currency, []
    for one in report.result.outcomes:
        difference = None if one.differences is None else one.differences["objective"]
        note = "what the others are compared with"
        verdict: Verdict = ""
        if difference is not None and difference.value is not None:
            note = signed("objective", difference.value, currency)
            ends = ends_of("objective", difference.over_days, currency)
            note += f"; 95 %: {ends}" if ends else ""
            verdict = verdict_of("objective", difference)
        found.append(
            Tile(NAMES[one.policy], figure_text("objective", one.figures["objective"], currency), note, verdict)
        )
    return tuple(found)


def selection(report: SimulateReport) -> str:
    """Which days, and how they were served."""
    result, params = report.result, report.params
    first, last = (date.fromordinal(EPOCH_ORDINAL + at) for at in (result.first_day, result.until_day - 1))
    words = f"Orders placed from {day(first)} to {day(last)}" if result.until_day > result.first_day else "No day"
    often = "once" if params.batches_per_day == 1 else counted(params.batches_per_day, "time")
    words += f" · planned {often} a day · patience {counted(params.patience_days, 'day')}"
    return f"{words} · {counted(params.seeds, 'seed')}"
