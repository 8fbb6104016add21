"""Lines over weeks for the pages of insight, each with its figures as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from doorstep.documents.report.histogram import round_step
from doorstep.documents.report.wording import count
from doorstep.documents.svg import element, picture

WIDE, TALL = 760, 240
LEFT, RIGHT, TOP, BOTTOM = 52, 10, 30, 26


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its name, its style of `simulate.css`, and a value for each place; None: a gap."""

    name: str
    style: str
    values: Sequence[float | None]


def lines(key: str, title: str, description: str, labels: Sequence[str], drawn: Sequence[Line]) -> Markup:
    """Draw lines over the same places from nothing upwards, named above; labels stand below as far as they fit."""
    most = max((value for line in drawn for value in line.values if value is not None), default=0.0)
    step = round_step(max(1, round(most)), 4)
    top = step * max(1, -(-round(most) // step))
    pitch = (WIDE - LEFT - RIGHT) / max(1, len(labels) - 1)
    floor, tall = TALL - BOTTOM, TALL - BOTTOM - TOP
    parts: list[Markup] = []
    for value in range(0, top + 1, step):
        y = floor - tall * value / top
        parts.append(element("line", x1=LEFT, x2=WIDE - RIGHT, y1=y, y2=y, class_="axis" if value == 0 else "grid"))
        parts.append(element("text", count(value), x=LEFT - 6, y=y + 4, class_="label end"))
    every = max(1, -(-len(labels) // 7))
    for place in range(0, len(labels), every):
        x = LEFT + pitch * place
        style = "label" if place == 0 else "label end" if x > WIDE - 60 else "label middle"
        parts.append(element("text", labels[place], x=x, y=TALL - 8, class_=style))
    for number, line in enumerate(drawn):
        for run in _runs(line.values):
            points = " ".join(f"{LEFT + pitch * at:.1f},{floor - tall * value / top:.1f}" for at, value in run)
            parts.append(element("polyline", points=points, class_=f"series {line.style}"))
        if not line.name:  # the other end of a band that is named already
            continue
        x = LEFT + number * 230
        parts.append(element("line", x1=x, x2=x + 24, y1=10, y2=10, class_=f"series {line.style}"))
        parts.append(element("text", line.name, x=x + 30, y=14, class_="label"))
    return picture(WIDE, TALL, title, description, parts, key)


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Stretches without a gap."""
    found: list[list[tuple[int, float]]] = [[]]
    for at, value in enumerate(values):
        if value is None:
            found.append([])
        else:
            found[-1].append((at, value))
    return [run for run in found if run]
