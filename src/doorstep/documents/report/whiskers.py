"""A chart of figures with their intervals, one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from doorstep.documents.report.charts import Chart
from doorstep.documents.svg import element, picture

WIDTH, LABELS, RIGHT, TOP, PITCH, BOTTOM = 460, 168, 92, 12, 30, 26
LONGEST = 24  # characters of a label


@dataclass(frozen=True, slots=True)
class Whisker:
    """A figure; without ends its interval is not bounded, or not known."""

    label: str
    value: float
    low: float | None
    high: float | None
    text: str  # the figure as people read it


def whiskers_chart(
    key: str,
    title: str,
    takeaway: str,
    whiskers: Sequence[Whisker],
    columns: tuple[str, ...],
    rows: tuple[tuple[str, ...], ...],
    zero: bool = True,
) -> Chart:
    """Draw a row for each figure; with `zero` the axis shows where nothing is."""
    ends = [one.value for one in whiskers]
    ends += [end for one in whiskers for end in (one.low, one.high) if end is not None]
    low, high = min([*ends, *([0.0] if zero else [])]), max([*ends, *([0.0] if zero else [])])
    spread = (high - low) or 1.0
    low, high = low - 0.04 * spread, high + 0.04 * spread

    def x(value: float) -> float:
        return LABELS + (WIDTH - RIGHT - LABELS) * (value - low) / (high - low)

    floor = TOP + PITCH * len(whiskers)
    parts: list[Markup] = [element("line", x1=LABELS, x2=WIDTH - RIGHT, y1=floor, y2=floor, class_="axis")]
    if zero:
        parts.append(element("line", x1=x(0.0), x2=x(0.0), y1=TOP, y2=floor, class_="target"))
        parts.append(element("text", "0", x=x(0.0), y=floor + 16, class_="label middle"))
    for place, one in enumerate(whiskers):
        y = TOP + PITCH * (place + 0.5)
        label = one.label if len(one.label) <= LONGEST else one.label[: LONGEST - 1] + "…"
        parts.append(element("text", label, x=0, y=y + 4, class_="label strong"))
        if one.low is not None and one.high is not None:
            parts.append(element("line", x1=x(one.low), x2=x(one.high), y1=y, y2=y, class_="whisker"))
        parts.append(element("circle", element("title", f"{one.label}: {one.text}"), cx=x(one.value), cy=y, r=4.5,
                             class_="point" if one.low is not None else "point open"))  # fmt: skip
        parts.append(element("text", one.text, x=WIDTH, y=y + 4, class_="label number end"))
    drawing = picture(WIDTH, floor + BOTTOM, title, takeaway, parts, key)
    return Chart(key, title, takeaway, drawing, columns, rows)
