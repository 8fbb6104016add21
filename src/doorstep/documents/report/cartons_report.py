"""The report of a choice of cartons: the set, what each one saves, and what more or fewer would cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from doorstep.documents.report.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, Chart
from doorstep.documents.report.histogram import round_step
from doorstep.documents.report.page import dress, write_page
from doorstep.documents.report.tiles import Tile, Verdict
from doorstep.documents.report.wording import amount, count, counted, decimal, inside, percent
from doorstep.documents.svg import element, picture
from doorstep.domain.catalog import Carton
from doorstep.domain.demand import Brand
from doorstep.domain.money import Currency
from doorstep.domain.packing import CartonSet, StockedCarton

STYLES = ("page.css", "figures.css", "pack.css", "cartons.css", "print.css")
WIDE = 360


@dataclass(frozen=True, slots=True)
class CartonsReport:
    brand: Brand
    chosen: Sequence[StockedCarton]  # what saves most first
    curve: Sequence[CartonSet]  # of 1, 2, ... cartons
    today: Sequence[Carton]
    today_parcels: Sequence[int]  # in each of them
    summary: Mapping[str, object]  # as it is written

    @property
    def best(self) -> CartonSet:
        return self.curve[len(self.chosen) - 1]

    @property
    def today_objective_minor(self) -> int:
        scale = int(10**self.brand.currency.digits)
        return round(float(str(self.summary["today_objective"])) * scale)


def write_cartons_report(path: Path, report: CartonsReport) -> None:
    """Write one self-contained HTML page."""
    currency = report.brand.currency
    contents: dict[str, Any] = {
        **dress(STYLES, ()),
        "report": report,
        "headline": headline(report),
        "tiles": tiles(report),
        "chosen": [_chosen(one, currency) for one in report.chosen],
        "today": [_today(*one, currency) for one in zip(report.today, report.today_parcels, strict=True)],
        "chart": curve_chart(report),
        "count": count,
        "counted": counted,
        "decimal": decimal,
    }
    write_page(path, "cartons.html", contents)


def headline(report: CartonsReport) -> str:
    chosen, saving = report.best, report.best.saving
    kept = sum(one.kept for one in report.chosen)
    sizes = counted(len(report.chosen), "carton size")
    of_use = f", {kept} of them in use today," if kept else ""
    if not saving:
        return (
            f"{sizes}{of_use} cost as much as today’s {count(len(report.today))} on {counted(chosen.orders, 'order')}."
        )
    verb = "save" if saving > 0 else "cost"
    than = "of" if saving > 0 else "more than"
    return (
        f"{sizes}{of_use} {verb} {percent(abs(saving))} {than} what today’s {count(len(report.today))} cost on"
        f" {counted(chosen.orders, 'order')}."
    )


def tiles(report: CartonsReport) -> tuple[Tile, ...]:
    chosen, currency = report.best, report.brand.currency
    per = round(chosen.objective_minor / chosen.orders)
    per_today = round(report.today_objective_minor / chosen.orders)
    left, gap = chosen.orders - chosen.packed, float(str(report.summary["choice_gap_pct"])) / 100
    today_left = chosen.orders - int(str(report.summary["today_packed"]))
    better: Verdict = "better" if chosen.saving > 0 else "worse" if chosen.saving < 0 else ""
    return (
        Tile(
            "Saved" if chosen.saving >= 0 else "Lost",
            amount(currency, abs(report.today_objective_minor - chosen.objective_minor)),
            f"{percent(abs(chosen.saving), 2)} of today’s {amount(currency, report.today_objective_minor)}",
            better,
        ),
        Tile("Cost per order", amount(currency, per), f"today: {amount(currency, per_today)}"),
        Tile(
            "In one box",
            percent(chosen.undivided / chosen.orders),
            f"of all orders; today: {percent(float(str(report.summary['today_one_box_rate'])))}",
        ),
        Tile("Not packed whole", count(left), f"today: {count(today_left)}", "worse" if left > today_left else ""),
        Tile(
            "Choice", f"within {percent(gap, 2)}", "of the best set of so many among the sizes looked at, as reckoned"
        ),
    )


def _chosen(one: StockedCarton, currency: Currency) -> tuple[str, ...]:
    price = amount(currency, currency.minor(one.carton.cost_micros))
    use = "in use" if one.kept else "new"
    return (one.carton.carton, use, inside(one.carton), price, count(one.parcels), amount(currency, one.saves_minor))


def _today(carton: Carton, parcels: int, currency: Currency) -> tuple[str, ...]:
    return (carton.carton, inside(carton), amount(currency, currency.minor(carton.cost_micros)), count(parcels))


def curve_chart(report: CartonsReport) -> Chart:
    """Cost per order by the number of cartons, beside today's."""
    currency, orders = report.brand.currency, report.best.orders
    values = [one.objective_minor / orders for one in report.curve]
    today = report.today_objective_minor / orders
    rows = tuple(
        (
            counted(len(one.cartons), "carton"),
            amount(currency, round(one.objective_minor / orders)),
            percent(one.saving, 2),
            percent(one.undivided / orders),
            count(one.orders - one.packed),
        )
        for one in report.curve
    )
    takeaway = _takeaway(report, values)
    drawing = picture(
        WIDE, HEIGHT, "Cost per order", takeaway, _curve(values, today, len(report.chosen), currency), "curve"
    )
    heads = ("Stocked", "Cost per order", "Saving", "In one box", "Not packed whole")
    return Chart(
        "curve", f"Cost per order, {currency.code}, by the number of cartons stocked", takeaway, drawing, heads, rows
    )


def _takeaway(report: CartonsReport, values: Sequence[float]) -> str:
    place, currency = len(report.chosen) - 1, report.brand.currency
    if place + 1 >= len(values):
        return "No further size was looked at."
    more = values[place] - values[place + 1]
    if more <= 0.5:
        return "One carton more would save less than the smallest amount per order."
    return f"One carton more would save another {amount(currency, round(more))} per order."


def _curve(values: Sequence[float], today: float, chosen: int, currency: Currency) -> list[Markup]:
    low, high = min(*values, today), max(*values, today)
    step = round_step(max(1, round(high - low)), 4)
    floor, top = int(low // step) * step, -int(-high // step) * step
    top = max(top, floor + step)
    left = LEFT + 14

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * (value - floor) / (top - floor)

    def x(size: int) -> float:
        return left + (WIDE - RIGHT - left) * (size - 0.5) / len(values)

    parts = []
    for tick in range(floor, top + 1, step):
        style = "axis" if tick == floor else "grid"
        parts.append(element("line", x1=left, x2=WIDE - RIGHT, y1=y(tick), y2=y(tick), class_=style))
        text = currency.text(tick)
        parts.append(element("text", text, x=left - 6, y=y(tick) + 4, class_="label end"))
    parts.append(element("line", x1=left, x2=WIDE - RIGHT, y1=y(today), y2=y(today), class_="target"))
    above = y(today) - 5 if y(today) > TOP + 12 else y(today) + 14
    if abs(values[-1] - today) >= abs(values[0] - today):  # where the curve leaves room
        parts.append(element("text", "today", x=WIDE - RIGHT, y=above, class_="label end"))
    else:
        parts.append(element("text", "today", x=left + 2, y=above, class_="label"))
    line = " ".join(f"{x(size):.1f},{y(value):.1f}" for size, value in enumerate(values, start=1))
    parts.append(element("polyline", points=line, class_="curve"))
    for size, value in enumerate(values, start=1):
        tip = element("title", f"{counted(size, 'carton')}: {amount(currency, round(value))} per order")
        style = "point chosen" if size == chosen else "point"
        parts.append(element("circle", tip, cx=x(size), cy=y(value), r=5 if size == chosen else 3.5, class_=style))
        weight = "label middle strong" if size == chosen else "label middle"
        parts.append(element("text", str(size), x=x(size), y=HEIGHT - 8, class_=weight))
    return parts
