"""The charts of cost and promise, drawn here so that they show without a script, each with its figures as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from doorstep.documents.report.histogram import Bin, histogram, quantile, round_step
from doorstep.documents.report.plan_report import PlanReport
from doorstep.documents.report.tally import PARTS, CartonUse, Tally
from doorstep.documents.report.wording import amount, count, percent, percent_ppm
from doorstep.documents.svg import element, linked, picture
from doorstep.domain.money import Currency
from doorstep.domain.parcel import OWN_BOX
from doorstep.domain.units import PPM

WIDTH, HEIGHT = 360, 196
LEFT, RIGHT, TOP, BOTTOM = 40, 8, 14, 24
CARTONS_SHOWN = 8
To = Callable[[int | None, int | None], str]  # from, below -> the address of what lies between


@dataclass(frozen=True, slots=True)
class Chart:
    key: str
    title: str
    takeaway: str
    drawing: Markup
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    links: tuple[str, ...] = ()  # where each row leads; none: nowhere

    @property
    def linked_rows(self) -> list[tuple[tuple[str, ...], str]]:
        return list(zip(self.rows, self.links or ("",) * len(self.rows), strict=True))


@dataclass(frozen=True, slots=True)
class Column:
    """A bar of a histogram: its label on the axis, its full name in the table, what it counts."""

    label: str
    name: str
    count: int
    low: int | None
    high: int | None  # the first that is not counted any more
    style: str = "bar"


def charts(report: PlanReport, counted: Tally) -> tuple[Chart, ...]:
    """Nothing planned: nothing drawn."""
    if not counted.parcel_costs_minor:
        return ()
    return (
        cost_parts(report, counted),
        cost_per_parcel(report.brand.currency, counted.parcel_costs_minor),
        promised_days(counted.promised_days),
        on_time(counted.on_time_ppm, report.brand.on_time_target_ppm),
        carton_use(counted),
    )


def cost_parts(report: PlanReport, counted: Tally) -> Chart:
    """The plan's parts in one bar; of the rule only the total is known, drawn to the same scale."""
    currency, figures, rule = report.brand.currency, report.figures, report.baseline
    total = sum(counted.cost_parts_minor.values())
    shown = [(key, name, counted.cost_parts_minor[key]) for key, name in PARTS if counted.cost_parts_minor[key] > 0]
    per_order = [total / max(1, figures.planned), rule.cost_minor / max(1, rule.planned)]
    longest = max(*per_order, 1.0)
    reach = WIDTH - 2.0
    parts, x = [element("text", "Plan", x=0, y=14, class_="label strong")], 0.0
    parts.append(element("text", f"{_each(currency, per_order[0])} per order", x=WIDTH, y=14, class_="label end"))
    for key, name, minor in shown:
        width = reach * (minor / max(1, figures.planned)) / longest
        bar = element("title", f"{name}: {amount(currency, minor)}")
        parts.append(element("rect", bar, x=x, y=22, width=max(0.5, width - 1), height=34, class_=f"part-{key}"))
        x += width
    parts.append(element("text", "Nearest-site rule", x=0, y=86, class_="label strong"))
    parts.append(element("text", f"{_each(currency, per_order[1])} per order", x=WIDTH, y=86, class_="label end"))
    parts.append(element("rect", x=0, y=94, width=reach * per_order[1] / longest, height=34, class_="bar-rule"))
    x = 0.0
    for place, (key, name, _) in enumerate(shown):
        across, down = place % 3, place // 3
        parts.append(element("rect", x=across * 122, y=148 + down * 20, width=10, height=10, class_=f"part-{key}"))
        parts.append(element("text", name, x=across * 122 + 15, y=157 + down * 20, class_="label"))
    largest = max(shown, key=lambda part: part[2], default=("", "Nothing", 0))
    share = percent(largest[2] / total, 0) if total else "0 %"
    takeaway = f"{largest[1]} makes {share} of the cost of {amount(currency, total)}."
    if rule.unplanned != figures.unplanned:
        takeaway += f" The rule leaves {count(rule.unplanned)} orders unplanned, the plan {count(figures.unplanned)}."
    rows = tuple(
        (name, amount(currency, minor), percent(minor / total) if total else "0.0 %")
        for name, minor in ((name, counted.cost_parts_minor[key]) for key, name in PARTS)
    )
    rows += (("All parts", amount(currency, total), "100.0 %"),)
    rows += (("Nearest-site rule, all parts", amount(currency, rule.cost_minor), ""),)
    drawing = picture(WIDTH, HEIGHT, "What an order costs", takeaway, parts, "parts")
    return Chart("parts", "What an order costs", takeaway, drawing, ("Part", "Amount", "Share"), rows)


def cost_per_parcel(currency: Currency, costs_minor: Sequence[int], to: To | None = None) -> Chart:
    ordered = sorted(costs_minor)
    half, tenth = quantile(ordered, 0.5), quantile(ordered, 0.9)
    takeaway = (
        f"Half of the parcels cost {amount(currency, half)} or less, one in ten more than {_money(currency, tenth)}."
    )
    columns = [_cost_column(currency, b) for b in histogram(ordered, 14)]
    title = f"Cost per parcel, {currency.code}"
    return _histogram_chart("costs", title, takeaway, columns, ("Cost", "Parcels"), to=to)


def promised_days(days: Sequence[int], to: To | None = None, noun: str = "Orders") -> Chart:
    ordered = sorted(days)
    most = quantile(ordered, 0.9)
    takeaway = (
        f"Nine in ten {noun.lower()} are promised within {most} days of placing, half within {quantile(ordered, 0.5)}."
    )
    columns = []
    for b in histogram(ordered, 16):
        name = f"{b.low} or more" if b.open_above else str(b.low) if b.high - b.low == 1 else f"{b.low} to {b.high - 1}"
        label, high = (f"{b.low}+", None) if b.open_above else (str(b.low), b.high)
        columns.append(Column(label, name, b.count, b.low or None, high))  # what was promised too early counts as 0
    return _histogram_chart("days", "Days from placing to the promise", takeaway, columns, ("Days", noun), to=to)


def on_time(on_time_ppm: Sequence[int], target_ppm: int, to: To | None = None) -> Chart:
    """Bins of the probability that a parcel keeps its promise; those below the target stand out."""
    # Binned by the miss, so that the long tail is at the low end; certainty belongs to the best bin.
    misses = [max(0, PPM - ppm - 1) for ppm in on_time_ppm]
    met = sum(ppm >= target_ppm for ppm in on_time_ppm)
    takeaway = (
        f"{percent(met / len(on_time_ppm))} of the parcels reach the target of {percent_ppm(target_ppm)} on their own."
    )
    columns, mark = [], None
    bins = tuple(reversed(histogram(misses, 14, least_step=1000)))
    for place, b in enumerate(bins):
        low, high = PPM - b.high, PPM - b.low
        edge = percent_ppm(high if b.open_above else low).removesuffix(" %").removesuffix(".0")
        name = f"below {edge} %" if b.open_above else f"{edge} % to {percent_ppm(high).replace('.0 %', ' %')}"
        reached = not b.open_above and low >= target_ppm
        label, least, below = (
            f"<{edge}" if b.open_above else edge,
            None if b.open_above else low,
            high if b.low else None,
        )
        columns.append(Column(label, name, b.count, least, below, "bar" if reached else "bar-low"))
        if low <= target_ppm <= high:
            mark = place + (target_ppm - low) / (high - low)
    title = "Chance that a parcel is on time, %"
    return _histogram_chart("ontime", title, takeaway, columns, ("On time", "Parcels"), mark, to)


def carton_use(counted: Tally) -> Chart:
    """Parcels per carton as bars, each filled as far as goods fill the carton."""
    ranked = sorted(counted.cartons.items(), key=lambda item: (-item[1].parcels, item[0]))
    boxed = [use for _, use in ranked if use.inner_mm3]
    inner = sum(use.inner_mm3 for use in boxed)
    fill = sum(use.filled_mm3 for use in boxed) / inner if inner else 0.0
    own = counted.cartons[OWN_BOX].parcels if OWN_BOX in counted.cartons else 0
    takeaway = f"Goods fill {percent(fill, 0)} of the boxes' volume." if boxed else "No parcel needs a box."
    if own:
        takeaway += f" {count(own)} parcels travel in the product's own box."
    shown = ranked if len(ranked) <= CARTONS_SHOWN else [*ranked[: CARTONS_SHOWN - 1], _others(ranked)]
    most = max(use.parcels for _, use in shown)
    parts, pitch = [], max(24, min(40, HEIGHT // len(shown)))
    for row, (name, use) in enumerate(shown):
        y, width = 8 + row * pitch, 170 * use.parcels / most
        full = not use.inner_mm3  # a mailer, or the product's own box
        parts.append(element("text", _shortened(_carton_name(name), 15), x=0, y=y + 12, class_="label"))
        parts.append(element("rect", x=98, y=y, width=max(1.0, width), height=16, class_="bar-pale"))
        parts.append(element("rect", x=98, y=y, width=width * (1 if full else use.fill), height=16, class_="bar"))
        note = count(use.parcels) if full else f"{count(use.parcels)} · {percent(use.fill, 0)}"
        parts.append(element("text", note, x=98 + max(1.0, width) + 6, y=y + 12, class_="label number"))
    rows = tuple(
        (_carton_name(name), count(use.parcels), percent(use.fill) if use.inner_mm3 else "") for name, use in ranked
    )
    height = max(HEIGHT, 16 + pitch * len(shown))
    title = "Cartons used, and how full"
    drawing = picture(WIDTH, height, title, takeaway, parts, "cartons")
    return Chart("cartons", title, takeaway, drawing, ("Carton", "Parcels", "Fill"), rows)


def _others(ranked: list[tuple[str, CartonUse]]) -> tuple[str, CartonUse]:
    rest = [use for _, use in ranked[CARTONS_SHOWN - 1 :]]
    total = CartonUse(sum(u.parcels for u in rest), sum(u.filled_mm3 for u in rest), sum(u.inner_mm3 for u in rest))
    return f"{len(rest)} others", total


def _histogram_chart(
    key: str,
    title: str,
    takeaway: str,
    columns: list[Column],
    heads: tuple[str, str],
    mark: float | None = None,
    to: To | None = None,
) -> Chart:
    total = sum(column.count for column in columns)
    rows = tuple((c.name, count(c.count), percent(c.count / total)) for c in columns)
    links = tuple(to(c.low, c.high) if to and c.count else "" for c in columns)
    bars = _bars(columns, mark, links)
    drawing = picture(WIDTH, HEIGHT, title, takeaway, bars, key, role="group" if any(links) else "img")
    return Chart(key, title, takeaway, drawing, (*heads, "Share"), rows, links)


def _bars(columns: list[Column], mark: float | None, links: Sequence[str]) -> list[Markup]:
    """Bars over labels; `mark` sets a line at the target, in columns from the left."""
    most = max(column.count for column in columns)
    step = round_step(most, 4)
    top = step * -(-most // step)
    floor, tall = HEIGHT - BOTTOM, HEIGHT - BOTTOM - TOP
    parts = []
    for value in range(0, top + 1, step):
        y = floor - tall * value / top
        parts.append(element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="axis" if value == 0 else "grid"))
        parts.append(element("text", count(value), x=LEFT - 6, y=y + 4, class_="label end"))
    pitch = (WIDTH - RIGHT - LEFT) / len(columns)
    width = min(pitch - 2, 48)
    labelled = max(1, -(-max(len(c.label) for c in columns) * 7 // int(max(1, pitch))))
    for place, column in enumerate(columns):
        centre = LEFT + pitch * (place + 0.5)
        height = tall * column.count / top
        if column.count:
            height = max(1.0, height)
        tip = f"{column.name}: {count(column.count)}"
        left = centre - width / 2
        bar = element("rect", x=left, y=floor - height, width=width, height=height, class_=column.style)
        reach = element("rect", x=left, y=TOP, width=width, height=tall, class_="reach") if links[place] else Markup("")
        parts.append(linked(links[place], tip, element("g", element("title", tip), reach, bar)))
        if place % labelled == 0:
            parts.append(element("text", column.label, x=centre, y=HEIGHT - 8, class_="label middle"))
    if mark is not None:
        x = LEFT + pitch * mark
        parts.append(element("line", x1=x, x2=x, y1=TOP - 2, y2=floor, class_="target"))
        left = x > WIDTH / 2
        text = element("text", "target", x=x + (-4 if left else 4), y=TOP + 7, class_=f"label {'end' if left else ''}")
        parts.append(text)
    return parts


def _cost_column(currency: Currency, b: Bin) -> Column:
    low = _money(currency, b.low)
    if b.open_above:
        return Column(f"{low}+", f"{low} or more", b.count, b.low, None)
    return Column(low, f"{low} to {_money(currency, b.high - 1)}", b.count, b.low, b.high)


def _money(currency: Currency, minor: int) -> str:
    return amount(currency, minor).removesuffix(f" {currency.code}").removesuffix(".00").removesuffix(".000")


def _each(currency: Currency, minor: float) -> str:
    return amount(currency, round(minor))


def _carton_name(carton: str) -> str:
    return "Own box" if carton == OWN_BOX else carton


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
