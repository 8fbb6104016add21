"""The charts of a promise record: week by week, by stated probability, and by target."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from markupsafe import Markup

from doorstep.documents.report.charts import Chart
from doorstep.documents.report.wording import amount, count, decimal, percent, percent_ppm
from doorstep.documents.svg import element, picture
from doorstep.domain.money import Currency
from doorstep.domain.units import PPM
from doorstep.kernels.promise.calendars import EPOCH_ORDINAL
from doorstep.kernels.promise.recorded import Alarm, Group, Interval, Record

WIDE, NARROW, TALL = 760, 360, 240
LEFT, RIGHT, TOP, BOTTOM = 44, 10, 18, 26
Scale = Callable[[float], float]


def span(interval: Interval | None) -> str:
    """Write an interval of a share."""
    if interval is None:
        return ""
    return f"{decimal(interval.low * 100, 1)} to {percent(interval.high)}"


def weeks_chart(record: Record) -> Chart:
    """On time by week of placing, with intervals, what was stated, the target, and the spans of alarms."""
    weeks = [group for group in record.of("week") if group.figures.on_time_rate is not None]
    short = sum(group.gap_interval is not None and group.gap_interval.high < 0 for group in weeks)
    over = sum(group.gap_interval is not None and group.gap_interval.low > 0 for group in weeks)
    takeaway = f"Of {count(len(weeks))} weeks, {count(short)} surely kept fewer dates than stated, {count(over)} more."
    rows = tuple(
        (
            group.key,
            count(group.figures.decided),
            percent(group.figures.on_time_rate or 0.0),
            span(group.interval),
            percent(group.figures.stated or 0.0),
            count(group.figures.open),
        )
        for group in weeks
    )
    heads = ("Week", "Parcels", "On time", "95 % interval", "Stated", "Open")
    drawing = picture(WIDE, TALL, "On time by week", takeaway, _weeks(record, weeks), "weeks")
    return Chart("weeks", "On time by week of placing", takeaway, drawing, heads, rows)


def _weeks(record: Record, weeks: Sequence[Group]) -> list[Markup]:
    target = record.target_ppm / PPM
    lows = [group.interval.low for group in weeks if group.interval]
    floor = max(0.0, min([target - 0.05, *lows]) // 0.1 * 0.1)
    days = [_monday(group.key) for group in weeks]
    first, last = days[0], max(days[-1], days[0] + 7)

    def x(day: float) -> float:
        return LEFT + 8 + (WIDE - RIGHT - LEFT - 16) * min(1.0, max(0.0, (day - first) / (last - first)))

    y = _upright(floor, 1.0)
    parts = [
        element("rect", element("title", _told(one)), x=x(one.since_day), y=TOP, height=TALL - BOTTOM - TOP,
                width=max(3.0, x(one.cleared_day or last) - x(one.since_day)), class_=f"alarm alarm-{one.direction}")
        for one in alarms_of(record)
    ]  # fmt: skip
    parts += _shares(floor, y, WIDE)
    parts.append(element("line", x1=LEFT, x2=WIDE - RIGHT, y1=y(target), y2=y(target), class_="target"))
    ends = [(x(day), y(g.interval.low), y(g.interval.high)) for day, g in zip(days, weeks, strict=True) if g.interval]
    band = [f"{at:.1f},{high:.1f}" for at, _, high in ends] + [f"{at:.1f},{low:.1f}" for at, low, _ in reversed(ends)]
    parts.append(element("polygon", points=" ".join(band), class_="band"))
    for style, values in (("curve-pale", [g.figures.stated for g in weeks]),
                          ("curve", [g.figures.on_time_rate for g in weeks])):  # fmt: skip
        line = " ".join(f"{x(day):.1f},{y(v or 0.0):.1f}" for day, v in zip(days, values, strict=True))
        parts.append(element("polyline", points=line, class_=style))
    for day, group in zip(days, weeks, strict=True):
        rate = group.figures.on_time_rate or 0.0
        tip = element(
            "title", f"{group.key}: {percent(rate)} of {count(group.figures.decided)}, {span(group.interval)}"
        )
        style = "point open" if group.figures.open else "point"
        parts.append(element("circle", tip, cx=x(day), cy=y(rate), r=3, class_=style))
    every = max(1, -(-len(weeks) // 8))
    for place, (day, group) in enumerate(list(zip(days, weeks, strict=True))[::every]):
        style = "label" if not place else "label middle" if place % 4 == 0 else "label middle spare"
        parts.append(element("text", group.key, x=x(day) - (0 if place else 8), y=TALL - 8, class_=style))
    return parts


def alarms_of(record: Record) -> tuple[Alarm, ...]:
    """Alarms of the chart of all parcels."""
    return tuple(alarm for chart in record.drift if chart.by == "all" for alarm in chart.alarms)


def _told(alarm: Alarm) -> str:
    raised = date.fromordinal(EPOCH_ORDINAL + alarm.raised_day).isoformat()
    return f"Alarm of {raised}: {'fewer' if alarm.direction == 'later' else 'more'} dates kept than stated"


def _monday(key: str) -> int:
    year, week = key.split("-W")
    return date.fromisocalendar(int(year), int(week), 1).toordinal() - EPOCH_ORDINAL


def _upright(floor: float, top: float) -> Scale:
    return lambda value: TALL - BOTTOM - (TALL - BOTTOM - TOP) * (value - floor) / (top - floor)


def _shares(floor: float, y: Scale, width: int) -> list[Markup]:
    """Lines and labels of an axis of shares up to 100 %."""
    parts = []
    step = 0.2 if floor < 0.5 else 0.1 if floor < 0.85 else 0.05
    tick = 1.0
    while tick >= floor - 1e-9:
        style = "axis" if tick - step < floor - 1e-9 else "grid"
        parts.append(element("line", x1=LEFT, x2=width - RIGHT, y1=y(tick), y2=y(tick), class_=style))
        parts.append(element("text", percent(tick, 0), x=LEFT - 6, y=y(tick) + 4, class_="label end"))
        tick -= step
    return parts


def reliability_chart(record: Record) -> Chart:
    """Stated probabilities against the shares that held; on the diagonal, what was said is true."""
    bins = record.reliability
    error = record.calibration_error or 0.0
    takeaway = f"On average the share that held lies {decimal(error * 100, 1)} points from what was stated."
    floor = max(0.0, min([one.from_ppm / PPM for one in bins] + [one.interval.low for one in bins]) // 0.1 * 0.1)
    y = _upright(floor, 1.0)

    def x(value: float) -> float:
        return LEFT + (NARROW - RIGHT - LEFT) * (value - floor) / (1 - floor)

    parts = _shares(floor, y, NARROW)
    parts.append(element("line", x1=x(floor), y1=y(floor), x2=x(1), y2=y(1), class_="target"))
    for one in bins:
        at = x(one.stated)
        tip = element("title", f"stated {percent(one.stated)}, held {percent(one.observed)}, {span(one.interval)}")
        parts.append(element("line", x1=at, x2=at, y1=y(one.interval.low), y2=y(one.interval.high), class_="whisker"))
        parts.append(element("circle", tip, cx=at, cy=y(one.observed), r=4, class_="point"))
    for tick in (floor, (floor + 1) / 2, 1.0):
        style = "label end" if tick == 1.0 else "label middle"
        parts.append(element("text", percent(tick, 0), x=x(tick), y=TALL - 8, class_=style))
    rows = tuple(
        (
            f"{percent(one.from_ppm / PPM)} to {percent(one.to_ppm / PPM)}",
            count(one.n),
            percent(one.stated),
            percent(one.observed),
            span(one.interval),
        )
        for one in bins
    )
    drawing = picture(NARROW, TALL, "Whether 90 % means 90 %", takeaway, parts, "reliability")
    heads = ("Stated between", "Dates", "Stated", "Held", "95 % interval")
    return Chart("reliability", "Whether 90 % means 90 %", takeaway, drawing, heads, rows)


def choices_chart(record: Record, currency: Currency) -> Chart:
    """Days promised against dates kept, a point for each target."""
    told = [one for one in record.what_if if one.figures.on_time_rate is not None]
    points = [(one.figures.mean_promised_days or 0.0, one.figures.on_time_rate or 0.0, one.target_ppm) for one in told]
    cheapest = record.cheapest_ppm
    takeaway = f"As costs are given, {percent_ppm(cheapest or 0)} is the cheapest target."
    floor = max(0.0, min(rate for _, rate, _ in points) // 0.1 * 0.1)
    most = max(1.0, max(days for days, _, _ in points)) * 1.06
    y = _upright(floor, 1.0)

    def x(days: float) -> float:
        return LEFT + (NARROW - RIGHT - LEFT) * days / most

    parts = _shares(floor, y, NARROW)
    line = " ".join(f"{x(days):.1f},{y(rate):.1f}" for days, rate, _ in points)
    parts.append(element("polyline", points=line, class_="curve"))
    for days, rate, ppm in points:
        tip = element("title", f"target {percent_ppm(ppm)}: {decimal(days, 1)} days, {percent(rate)} on time")
        own = ppm == record.target_ppm
        style = "point chosen" if own else "point"
        parts.append(element("circle", tip, cx=x(days), cy=y(rate), r=5 if own else 3.5, class_=style))
        if own:
            parts.append(element("text", "in force", x=x(days) + 9, y=y(rate) + 16, class_="label strong"))
    for tick in range(0, int(most) + 1, max(1, int(most) // 5)):
        parts.append(element("text", str(tick), x=x(tick), y=TALL - 8, class_="label middle"))
    parts.append(element("text", "days promised", x=NARROW - RIGHT, y=TALL + 8, class_="label end"))
    rows = tuple(
        (
            percent_ppm(one.target_ppm),
            decimal(one.figures.mean_promised_days or 0.0, 1),
            percent(one.figures.on_time_rate or 0.0),
            amount(currency, currency.minor(one.late_cost_micros)),
            amount(currency, currency.minor(one.cost_micros)),
            "" if one.implied_day_micros is None else _signed(currency, one.implied_day_micros),
        )
        for one in told
    )
    title = "What another target would have meant"
    drawing = picture(NARROW, TALL + 14, title, takeaway, parts, "choices")
    heads = ("Target", "Days", "On time", "Lateness a parcel", "Cost a parcel", "A day must be worth")
    return Chart("choices", title, takeaway, drawing, heads, rows)


def _signed(currency: Currency, micros: int) -> str:
    minor = currency.minor(abs(micros))
    return amount(currency, -minor if micros < 0 else minor)
