"""A map of sites and of the regions that they serve, over country outlines; it stands still."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from markupsafe import Markup

from doorstep.documents.report.wording import counted
from doorstep.documents.report.world import Box, land, project
from doorstep.documents.svg import element
from doorstep.domain.place import Place

WIDTH, HEIGHT = 760, 520
LETTER, LINE = 8.0, 14.0  # of a name, drawn
LEAST_DEGREES = 3.0
COLOURS = 8


@dataclass(frozen=True, slots=True)
class Spot:
    """A region, or a site: how much it weighs, and which site (by its number) serves it; -1: none."""

    name: str
    place: Place
    weight: float
    site: int


def sites_map(sites: Sequence[Spot], regions: Sequence[Spot], description: str) -> Markup | None:
    """Draw sites as squares and regions as dots in the colour of their site; None: nothing has coordinates."""
    points = [_at(one.place) for one in (*sites, *regions) if one.place.located]
    if not points:
        return None
    home = _view(points)
    scale = WIDTH / home.width
    parts = [element("path", d=_land(home, scale), class_="land")]
    most = max((one.weight for one in regions), default=1.0) or 1.0
    dots = []
    for one in sorted(regions, key=lambda region: -region.weight):
        if one.place.located:
            x, y = _drawn(one.place, home, scale)
            tip = element("title", f"{one.name}: {counted(round(one.weight), 'order')}")
            radius = 1.8 + 9 * sqrt(one.weight / most)
            dots.append(element("circle", tip, cx=x, cy=y, r=radius, class_=_colour(one.site)))
    parts.append(element("g", *dots, class_="dots"))
    markers = []
    others = [_drawn(one.place, home, scale) for one in sites if one.place.located]
    for number, one in enumerate(sites):
        if one.place.located:
            x, y = _drawn(one.place, home, scale)
            square = element("rect", x=-6, y=-6, width=12, height=12, rx=2, class_=_colour(number))
            left = _leftwards((x, y), one.name, others)
            label = element("text", one.name[:24], x=-11 if left else 11, y=4, text_anchor="end" if left else "start")
            tip = element("title", one.name)
            markers.append(element("g", tip, square, label, transform=f"translate({x:.1f} {y:.1f})"))
    parts.append(element("g", *markers, class_="sites"))
    return element(
        "svg",
        element("title", "Map of sites and regions", id="sites-map-title"),
        element("desc", description, id="sites-map-desc"),
        *parts,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_labelledby="sites-map-title sites-map-desc",
    )


def _leftwards(at: tuple[float, float], name: str, others: Sequence[tuple[float, float]]) -> bool:
    """Whether a name stands on the left of its site: there is no room on the right, or another site lies there."""
    x, y = at
    reach = LETTER * len(name[:24]) + 17
    meets = any(0 < across - x < reach and abs(down - y) < LINE for across, down in others)
    return x > WIDTH * 0.8 or (meets and x > reach)


def _colour(site: int) -> str:
    if site < 0:
        return "c-unplanned"
    return f"c{site}" if site < COLOURS else "c-other"


def _at(place: Place) -> tuple[float, float]:
    return project(place.longitude or 0.0, place.latitude or 0.0)


def _drawn(place: Place, home: Box, scale: float) -> tuple[float, float]:
    x, y = _at(place)
    return (x - home.left) * scale, (y - home.top) * scale


def _view(points: Sequence[tuple[float, float]]) -> Box:
    """Hold all points, with a margin, in the shape of the drawing."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    box = Box(min(xs), min(ys), max(xs), max(ys))
    width = max(box.width * 1.16, LEAST_DEGREES, box.height * 1.16 * WIDTH / HEIGHT)
    return box.grown((width - box.width) / 2, (width * HEIGHT / WIDTH - box.height) / 2)


def _land(home: Box, scale: float) -> str:
    paths = []
    for ring in land(home, 0.6 / scale):
        drawn = np.round((ring - (home.left, home.top)) * scale, 1).tolist()
        paths.append("M" + "L".join(f"{x:g} {y:g}" for x, y in drawn) + "z")
    return "".join(paths)
