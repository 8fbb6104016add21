"""The charts of a simulation: how each day went under each policy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, log10

from markupsafe import Markup

from doorstep.documents.report.charts import Chart
from doorstep.documents.report.wording import amount, count, decimal, percent
from doorstep.documents.svg import element, picture
from doorstep.domain.money import Currency
from doorstep.kernels.simulate.days import EPOCH_ORDINAL
from doorstep.kernels.simulate.problem import Policy
from doorstep.kernels.simulate.result import FloatArray, SimulateResult

NAMES: dict[Policy, str] = {
    "plan": "Plan",
    "nearest": "Nearest site",
    "priority": "Priority of sites",
    "fewest_splits": "Fewest splits",
    "distance_then_rate": "Distance, then rate",
    "plan_alone": "Order by order",
    "plan_priced": "Order by order, with prices",
    "fast": "Plan, fast mode",
}
WIDE, TALL = 560, 260
LEFT, RIGHT, TOP, BOTTOM = 58, 12, 46, 26
LABELS = 6  # days named on the axis, about
MOST_ROWS = 120  # of the figures of a chart; days.csv has them all
Values = Sequence[float | None]
Text = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class _Axis:
    low: float
    high: float
    step: float

    def y(self, value: float) -> float:
        return TALL - BOTTOM - (TALL - BOTTOM - TOP) * (value - self.low) / (self.high - self.low)

    @property
    def ticks(self) -> list[float]:
        return [self.low + self.step * n for n in range(round((self.high - self.low) / self.step) + 1)]


def charts(result: SimulateResult, currency: Currency) -> tuple[Chart, ...]:
    """Cost, what is on the shelves, who waits, and what came on time."""
    names = [NAMES[one.policy] for one in result.outcomes]
    days = [one.days for one in result.outcomes]
    placed = result.until_day - result.first_day
    money = [ratio(one.cost_minor[:placed] / 10**currency.digits, one.planned[:placed]) for one in days]
    kept = [ratio(one.kept[:placed], one.orders[:placed]) for one in days]
    shelves = [one.stock_units.tolist() for one in days]
    waits = [one.waiting.tolist() for one in days]
    drawn = Drawn(result.first_day, names)
    digits = 10**currency.digits
    least = [min(one) for one in shelves]
    most = max(max(one) for one in waits)
    return (
        drawn.chart(
            "cost",
            f"Cost per planned order, {currency.code}",
            "By the day of placing. " + _spread(money, names, lambda v: amount(currency, round(v * digits)), "dearest"),
            money,
            lambda v: decimal(v, min(2, currency.digits)),
        ),
        drawn.chart(
            "stock",
            "Units on hand",
            f"At the end of each day, all sites together. At the least {count(round(min(least)))}.",
            shelves,
            lambda v: decimal(v, 0),
        ),
        drawn.chart(
            "waiting",
            "Orders that wait",
            f"At the end of each day, left for want of goods. At most {count(round(most))}.",
            waits,
            lambda v: decimal(v, 0 if v == round(v) else 1),
        ),
        drawn.chart(
            "kept",
            "On time",
            "By the day of placing, of all orders; what was not planned counts as late.",
            kept,
            lambda v: percent(v, 1),
            shares=True,
        ),
    )


def ratio(above: FloatArray, below: FloatArray) -> list[float | None]:
    return [a / b if b else None for a, b in zip(above.tolist(), below.tolist(), strict=True)]


def _spread(series: Sequence[Values], names: Sequence[str], text: Text, word: str) -> str:
    found = [(value, name) for line, name in zip(series, names, strict=True) for value in line if value]
    if not found:
        return "Nothing is planned."
    value, name = max(found)
    return f"The {word} day costs {text(value)}, under {name.lower()}."


@dataclass(frozen=True, slots=True)
class Drawn:
    """Draws lines over days, one for each policy."""

    first_day: int
    names: Sequence[str]

    def chart(
        self, key: str, title: str, takeaway: str, series: Sequence[Values], text: Text, shares: bool = False
    ) -> Chart:
        days = max(map(len, series), default=0)
        known = [value for line in series for value in line if value is not None]
        axis = _axis(known, shares)
        parts = [*self._legend(), *_grid(axis, text), *self._days(days)]
        for number, line in enumerate(series):
            parts += self._line(number, line, days, axis, text)
        rows = tuple(
            (self._day(at), *("–" if line[at] is None else text(line[at] or 0.0) for line in series))
            for at in range(min(days, MOST_ROWS))
        )
        drawing = picture(WIDE, TALL, title, takeaway, parts, key)
        return Chart(key, title, takeaway, drawing, ("Day", *self.names), rows)

    def _day(self, at: int) -> str:
        return date.fromordinal(EPOCH_ORDINAL + self.first_day + at).isoformat()

    def _legend(self) -> list[Markup]:
        parts = []
        for number, name in enumerate(self.names):
            x, y = (number % 3) * 185, 10 + (number // 3) * 17
            parts.append(element("line", x1=x, x2=x + 26, y1=y, y2=y, class_=f"series s{number}"))
            parts.append(element("text", name, x=x + 33, y=y + 4, class_="label"))
        return parts

    def _days(self, days: int) -> list[Markup]:
        step = max(1, ceil(days / LABELS))
        return [
            element("text", self._day(at)[5:], x=_x(at, days), y=TALL - 8, class_="label middle")
            for at in range(0, days, step)
        ]

    def _line(self, number: int, line: Values, days: int, axis: _Axis, text: Text) -> list[Markup]:
        """A line for each run of days that have a value, a dot where a day stands alone."""
        parts, run = [], list[tuple[float, float]]()
        for at, value in enumerate([*line, None]):
            if value is not None:
                run.append((_x(at, days), axis.y(value)))
                continue
            if len(run) > 1:
                points = " ".join(f"{x:.1f},{y:.1f}" for x, y in run)
                parts.append(element("polyline", points=points, class_=f"series s{number}"))
            elif run:
                tip = element("title", f"{self.names[number]}: {text(line[at - 1] or 0.0)}")
                parts.append(element("circle", tip, cx=run[0][0], cy=run[0][1], r=3.5, class_=f"dot s{number}"))
            run = []
        return parts


def _x(at: int, days: int) -> float:
    return LEFT + 10 + (WIDE - RIGHT - LEFT - 20) * (at / (days - 1) if days > 1 else 0.5)


def _axis(known: Sequence[float], shares: bool) -> _Axis:
    """Round ends; from 0 on, but for shares, which end at 1."""
    if shares:
        span = max(0.01, 1 - min(known, default=0.9))
        step = next((one for one in (0.01, 0.02, 0.05, 0.1) if one * 6 >= span), 0.2)
        return _Axis(1 - step * ceil(span / step - 1e-9), 1.0, step)
    most = max(known, default=1.0) or 1.0
    scale = 10.0 ** floor(log10(most / 4))
    step = next(scale * digit for digit in (1, 2, 5, 10) if scale * digit * 5 >= most)
    return _Axis(0.0, step * ceil(most / step - 1e-9), step)


def _grid(axis: _Axis, text: Text) -> list[Markup]:
    parts = []
    for tick in axis.ticks:
        style = "axis" if tick == axis.low else "grid"
        parts.append(element("line", x1=LEFT, x2=WIDE - RIGHT, y1=axis.y(tick), y2=axis.y(tick), class_=style))
        parts.append(element("text", text(tick), x=LEFT - 6, y=axis.y(tick) + 4, class_="label end"))
    return parts
