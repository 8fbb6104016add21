"""The charts of volume commitments: accounts against their tiers, and periods that are over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from doorstep.documents.report.charts import Chart
from doorstep.documents.report.wording import amount, count, counted, percent
from doorstep.documents.svg import element, picture
from doorstep.domain.money import Currency

WIDE, ROW, LEFT, RIGHT, TOP = 760, 74, 12, 16, 10
LETTER = 6.5  # about as wide as a letter of a label
PERIOD, NOTE = 84, 330  # height of a period, and room for what stands beside its bars
Interval = tuple[float, float, float]  # tenth, mean, ninetieth of a hundred


@dataclass(frozen=True, slots=True)
class Account:
    """A commitment on its account: volumes in parcels or, `in_spend`, in minor units."""

    name: str
    whose: str
    kind: str
    in_spend: bool
    booked: float
    as_before: Interval
    as_planned: Interval
    tiers: tuple[float, ...]
    reached: float  # share of scenarios in which the plan reaches the tier it aims at; of a cap: keeps below
    worth_minor: float
    more_minor: float | None
    less_minor: float | None


@dataclass(frozen=True, slots=True)
class Past:
    """A period that is over: what it would have cost."""

    name: str
    parcels: float
    planned_minor: float
    greedy_minor: float
    hindsight_minor: float


def volume(one: Account, value: float, currency: Currency) -> str:
    """Write a volume."""
    return amount(currency, round(value)) if one.in_spend else count(round(value))


def accounts_chart(accounts: Sequence[Account], currency: Currency, key: str = "accounts") -> Chart:
    """Draw each commitment as a line: booked, where it ends as before and as planned, and its tiers."""
    parts: list[Markup] = []
    for row, one in enumerate(accounts):
        parts += _line(one, TOP + row * ROW, currency)
    minimums = [one for one in accounts if one.kind == "minimum"]
    before = sum(one.as_before[1] < one.tiers[0] for one in minimums)
    planned = sum(one.as_planned[1] < one.tiers[0] for one in minimums)
    takeaway = f"{counted(len(accounts), 'commitment')}, {counted(len(minimums), 'minimum')} among them"
    if minimums:
        takeaway += (
            f"; if parcels went on as before, {count(before)} of these would be missed, as planned {count(planned)}"
        )
    takeaway += "."
    rows = tuple(
        (
            one.name,
            volume(one, one.booked, currency),
            _span(one, one.as_before, currency),
            _span(one, one.as_planned, currency),
            ", ".join(volume(one, tier, currency) for tier in one.tiers),
        )
        for one in accounts
    )
    title = "Where each account stands"
    drawing = picture(WIDE, TOP + ROW * len(accounts), title, takeaway, parts, key)
    heads = ("Commitment", "Booked", "As before", "As planned", "Tiers")
    return Chart(key, title, takeaway, drawing, heads, rows)


def _span(one: Account, interval: Interval, currency: Currency) -> str:
    low, mean, high = (volume(one, value, currency) for value in interval)
    return f"{mean} ({low} to {high})"


def _line(one: Account, top: float, currency: Currency) -> list[Markup]:
    most = 1.08 * max(1.0, one.booked, one.as_before[2], one.as_planned[2], *one.tiers)

    def x(value: float) -> float:
        return LEFT + (WIDE - LEFT - RIGHT) * value / most

    bar, told = top + 24, f"{one.name} · {one.whose}"
    parts = [
        element("text", told, x=LEFT, y=top + 14, class_="label strong"),
        element("rect", x=LEFT, y=bar, width=WIDE - LEFT - RIGHT, height=18, class_="bar-pale"),
        element(
            "rect",
            element("title", f"booked {volume(one, one.booked, currency)}"),
            x=LEFT,
            y=bar,
            width=max(1.0, x(one.booked) - LEFT),
            height=18,
            class_="bar",
        ),
    ]
    for place, style, what, (low, mean, high) in (
        (bar + 24, "before", "as before", one.as_before),
        (bar + 32, "planned", "as planned", one.as_planned),
    ):
        tip = element("title", f"{what}: {_span(one, (low, mean, high), currency)}")
        parts.append(
            element("line", x1=x(low), x2=max(x(high), x(low) + 1), y1=place, y2=place, class_=f"ends {style}")
        )
        parts.append(element("circle", tip, cx=x(mean), cy=place, r=4, class_=f"end {style}"))
    for tier in one.tiers:
        tip = element("title", f"tier from {volume(one, tier, currency)}")
        parts.append(element("line", tip, x1=x(tier), x2=x(tier), y1=bar - 4, y2=bar + 38, class_="target"))
    parts.append(
        _last_tier(volume(one, one.tiers[-1], currency), x(one.tiers[-1]), LEFT + LETTER * len(told), top + 14)
    )
    return parts


def _last_tier(told: str, at: float, named_until: float, y: float) -> Markup:
    """Write the last tier before its dash, or behind the account's name where that reaches so far."""
    if at - 4 - LETTER * len(told) > named_until:
        return element("text", told, x=at - 4, y=y, class_="label end spare")
    return element("text", told, x=max(at, named_until) + 4, y=y, class_="label spare")


def periods_chart(past: Sequence[Past], currency: Currency) -> Chart:
    """Draw what each period that is over would have cost beyond hindsight: by prices, and the cheapest way."""
    most = max(1.0, *(max(one.planned_minor, one.greedy_minor) - one.hindsight_minor for one in past))
    parts: list[Markup] = []
    for row, one in enumerate(past):
        top = TOP + row * PERIOD
        parts.append(element("text", one.name, x=LEFT, y=top + 12, class_="label strong"))
        for place, style, what, cost in (
            (top + 20, "bar", "by prices", one.planned_minor),
            (top + 46, "bar-rule", "cheapest way", one.greedy_minor),
        ):
            regret = max(0.0, cost - one.hindsight_minor)
            width = max(1.0, (WIDE - LEFT - NOTE) * regret / most)
            told = f"{what} {amount(currency, round(regret))}"
            parts.append(element("rect", element("title", told), x=LEFT, y=place, width=width, height=18, class_=style))
            parts.append(element("text", told, x=LEFT + width + 6, y=place + 14, class_="label"))
    wins = sum(one.planned_minor < one.greedy_minor for one in past)
    takeaway = f"Cost beyond hindsight. In {count(wins)} of {counted(len(past), 'period')} "
    takeaway += "choosing by prices would have cost less."
    rows = tuple(
        (
            one.name,
            count(round(one.parcels)),
            amount(currency, round(one.planned_minor)),
            amount(currency, round(one.greedy_minor)),
            amount(currency, round(one.hindsight_minor)),
            percent((one.planned_minor - one.hindsight_minor) / max(1.0, abs(one.hindsight_minor)), 2),
            percent((one.greedy_minor - one.hindsight_minor) / max(1.0, abs(one.hindsight_minor)), 2),
        )
        for one in past
    )
    title = "Periods that are over, under the contracts of today"
    drawing = picture(WIDE, TOP + PERIOD * len(past), title, takeaway, parts, "periods")
    heads = ("Period", "Parcels", "By prices", "Cheapest way", "Hindsight", "Regret", "Cheapest way’s")
    return Chart("periods", title, takeaway, drawing, heads, rows)


__all__ = ["Account", "Past", "accounts_chart", "periods_chart"]
