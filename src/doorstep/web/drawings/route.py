"""A parcel's way on a small map: from its site by the depots whose place is known to about where it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from markupsafe import Markup

from doorstep.documents.report.world import Box, project
from doorstep.documents.svg import element
from doorstep.web.drawings.places import HEIGHT, WIDTH, View, drawn_land, frame

LETTER = 16.0  # as wide as a letter of a name is at most, nearly


@dataclass(frozen=True, slots=True)
class Stop:
    """`end` is where it goes: only about there, since whoever has the link sees it."""

    name: str
    latitude: float
    longitude: float
    kind: Literal["start", "depot", "end"]


def about(degrees: float) -> float:
    """A tenth of a degree: a town, no street."""
    return round(degrees, 1)


def route_map(stops: Sequence[Stop], reached: int, key: str) -> Markup:
    """Draw the way; what follows the stop `reached` is still to come."""
    points = [project(stop.longitude, stop.latitude) for stop in stops]
    view = View(frame((), points))
    at = [view.at(point) for point in points]
    lines = [
        element("line", x1=one[0], y1=one[1], x2=two[0], y2=two[1], class_="way" if place < reached else "way-ahead")
        for place, (one, two) in enumerate(pairwise(at))
    ]
    said = "; ".join(f"{stop.name}{'' if place <= reached else ', still to come'}" for place, stop in enumerate(stops))
    return element(
        "svg",
        element("title", "Its way on the map", id=f"{key}-title"),
        element("desc", said, id=f"{key}-desc"),
        drawn_land(view.box),
        *lines,
        *(_stop(stop, *at[place], now=place == reached) for place, stop in enumerate(stops)),
        *_names(stops, at),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_labelledby=f"{key}-title {key}-desc",
        class_="route",
    )


def _stop(stop: Stop, x: float, y: float, *, now: bool) -> Markup:
    style = f"stop stop-{stop.kind}{' stop-now' if now else ''}"
    return element("circle", cx=x, cy=y, r=14 if now else 9, class_=style)


def _names(stops: Sequence[Stop], at: Sequence[tuple[float, float]]) -> list[Markup]:
    """Each name beside its stop where it covers no other one and no stop; the one that is most in the way is left."""
    taken = [Box(x - 14, y - 14, x + 14, y + 14) for x, y in at]
    drawn = []
    for stop, (x, y) in zip(stops, at, strict=True):
        wide = LETTER * len(stop.name)
        for left, base in ((x + 20, y + 9), (x - 20 - wide, y + 9), (x - wide / 2, y - 24), (x - wide / 2, y + 42)):
            label = Box(left, base - 22, left + wide, base + 6)
            inside = label.left > 4 and label.right < WIDTH - 4 and label.top > 4 and label.bottom < HEIGHT - 4
            if inside and not any(label.touches(other) for other in taken):
                taken.append(label)
                drawn.append(element("text", stop.name, x=left, y=base, class_="stop-name"))
                break
    return drawn
