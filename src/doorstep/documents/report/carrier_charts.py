"""The charts of carriers: rates with their intervals one below the other, and sums of weeks against their limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from doorstep.documents.report.charts import Chart
from doorstep.documents.report.wording import count, decimal, percent
from doorstep.documents.svg import element, picture
from doorstep.domain.days import day_of
from doorstep.kernels.learn import carrier_record as told

WIDE, LEFT, RIGHT, TOP, ROW = 720, 170, 60, 10, 26
NARROW, TALL, BOTTOM = 360, 200, 26
SHOWN = 20


def day(number: int) -> str:
    """Write a day as a date."""
    return day_of(number).isoformat()


def span(one: told.Credible | None) -> str:
    """Write the interval of a share."""
    return "" if one is None else f"{decimal(one.low * 100, 1)} to {decimal(one.high * 100, 1)} %"


def forest(standings: Sequence[told.Standing], level: float) -> Chart:
    """Draw on-time rates of ranked services, the best first: point, interval, and the raw share as a ring."""
    ranked = [one for one in standings if one.on_time is not None][:SHOWN]
    rates = [one.on_time for one in ranked if one.on_time is not None]
    lows = [*(one.low for one in rates), *(one.raw for one in ranked if one.raw is not None)]
    floor = max(0.0, min(lows) // 0.05 * 0.05)
    height = TOP + ROW * len(ranked) + 30

    def x(share: float) -> float:
        return LEFT + (WIDE - LEFT - RIGHT) * (share - floor) / max(1e-9, 1 - floor)

    parts = [
        mark
        for tick in (floor, (floor + 1) / 2, 1.0)
        for mark in (
            element("line", x1=x(tick), x2=x(tick), y1=TOP, y2=height - 24, class_="grid"),
            element("text", percent(tick, 1), x=x(tick), y=height - 6, class_="label middle"),
        )
    ]
    for place, (one, rate) in enumerate(zip(ranked, rates, strict=True)):
        y = TOP + ROW * (place + 0.5)
        tip = element("title", f"{one.service}: {percent(rate.mean)}, {span(rate)}; raw {_share(one.raw)}")
        parts.append(element("text", _cut(one.service), x=0, y=y + 4, class_="label"))
        parts.append(element("line", x1=x(rate.low), x2=x(rate.high), y1=y, y2=y, class_="whisker"))
        if one.raw is not None:
            parts.append(element("circle", cx=x(one.raw), cy=y, r=4, class_="point open"))
        parts.append(element("circle", tip, cx=x(rate.mean), cy=y, r=4, class_="point"))
        parts.append(element("text", percent(rate.mean), x=WIDE, y=y + 4, class_="label end"))
    best = ranked[0]
    takeaway = f"{best.service} ranks first; that it is the best is {percent(best.best or 0.0, 0)} sure."
    if len({one.group for one in ranked}) > 1:
        takeaway = "Not all of them share lanes, so ranks are within groups."
    title = "On time, of the common mix"
    rows = tuple(
        (one.service, percent(rate.mean), span(rate), _share(one.raw)) for one, rate in zip(ranked, rates, strict=True)
    )
    drawing = picture(WIDE, height, title, takeaway, parts, "forest")
    heads = ("Service", "Adjusted", f"{percent(level, 0)} interval", "Raw")
    return Chart("forest", title, takeaway, drawing, heads, rows)


@dataclass(frozen=True, slots=True)
class WatchedWeek:
    """A week of a control chart by its Monday, days since 1970; `total`: the sum up to it."""

    first_day: int
    due: int
    late: int
    expected: float
    total: float


def control(chart: told.Chart, key: str) -> Chart:
    """Draw the watched weeks of a service: the sum against its limit."""
    weeks = [
        WatchedWeek(one.first_day, one.due, one.late, one.expected, one.sum)
        for one in chart.weeks
        if one.sum is not None
    ]
    return sums_of_weeks(chart.service, weeks, chart.limit, chart.alarm_day, key)


def sums_of_weeks(service: str, weeks: Sequence[WatchedWeek], limit: float, alarm_day: int | None, key: str) -> Chart:
    """Draw sums of weeks, at least one, against their limit."""
    top = max([limit * 1.2, *(one.total for one in weeks)]) or 1.0
    first, last = weeks[0].first_day, max(weeks[-1].first_day, weeks[0].first_day + 7)

    def x(number: int) -> float:
        return 34 + (NARROW - 34 - 14) * (number - first) / (last - first)

    def y(value: float) -> float:
        return TALL - BOTTOM - (TALL - BOTTOM - 14) * value / top

    line = " ".join(f"{x(one.first_day):.1f},{y(one.total):.1f}" for one in weeks)
    parts = [
        element("line", x1=34, x2=NARROW - 14, y1=y(0), y2=y(0), class_="axis"),
        element("line", x1=34, x2=NARROW - 14, y1=y(limit), y2=y(limit), class_="target"),
        element("text", "limit", x=34, y=y(limit) - 4, class_="label"),
        element("text", "0", x=28, y=y(0) + 4, class_="label end"),
        element("text", decimal(top, 0), x=28, y=18, class_="label end"),
        element("polyline", points=line, class_="curve"),
    ]
    for one in weeks:
        tip = element("title", f"week of {day(one.first_day)}: {_week(one)}")
        style = "point over" if one.total > limit else "point"
        parts.append(element("circle", tip, cx=x(one.first_day), cy=y(one.total), r=3.5, class_=style))
    parts.append(element("text", day(first), x=34, y=TALL - 8, class_="label"))
    parts.append(element("text", day(last), x=NARROW - 14, y=TALL - 8, class_="label end"))
    takeaway = "Within its limit." if alarm_day is None else f"Alarm of {day(alarm_day)}."
    rows = tuple(
        (day(one.first_day), count(one.due), count(one.late), decimal(one.expected, 1), decimal(one.total, 1))
        for one in weeks
    )
    drawing = picture(NARROW, TALL, f"Sum of weeks, {service}", takeaway, parts, key)
    heads = ("Week of", "Due", "Late", "Expected", "Sum")
    return Chart(key, service, takeaway, drawing, heads, rows)


def _week(one: WatchedWeek) -> str:
    return f"{count(one.late)} of {count(one.due)} late, {decimal(one.expected, 1)} expected"


def _share(value: float | None) -> str:
    return "–" if value is None else percent(value)


def _cut(text: str) -> str:
    return text if len(text) <= 22 else text[:21] + "…"
