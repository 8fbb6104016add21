"""The map: sites as squares, parcel destinations as dots gathered on a grid, over country outlines."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import atan, ceil, degrees, floor, radians, sinh, sqrt

import numpy as np
from markupsafe import Markup

from doorstep.core.network.queries import SiteRow
from doorstep.core.parcels.narrowing import Place
from doorstep.core.parcels.queries import Spot
from doorstep.documents.report.wording import counted
from doorstep.documents.report.world import WORLD, Box, land, project
from doorstep.documents.svg import element, linked

WIDTH, HEIGHT = 760, 380
CELLS = 84  # across
COLOURS = 8  # sites with a colour of their own; the others share one
LEAST_DEGREES = 3.0
LISTED = 12  # places beside the map
OUTLYING = 0.005  # share of the parcels beyond each edge that the view may leave out


@dataclass(frozen=True, slots=True)
class Legend:
    site: str
    name: str
    style: str
    parcels: int


@dataclass(frozen=True, slots=True)
class Gathered:
    """Parcels that go to places near one another, which share a dot."""

    near: str
    parcels: int
    to: str


@dataclass(frozen=True, slots=True)
class PlacesMap:
    drawing: Markup
    legend: tuple[Legend, ...]  # the busiest sites first
    outside: int  # parcels beyond the edges
    edges: Place
    busiest: tuple[Gathered, ...]
    places: int  # dots in all


@dataclass(slots=True)
class _Cell:
    x: float = 0.0
    y: float = 0.0
    sites: Counter[str] = field(default_factory=Counter)
    cities: Counter[str] = field(default_factory=Counter)
    latitudes: list[float] = field(default_factory=list)
    longitudes: list[float] = field(default_factory=list)

    @property
    def city(self) -> str:
        return min(self.cities, key=lambda one: (-self.cities[one], one))

    @property
    def place(self) -> Place:
        """What holds its parcels, and as the cells lie beside one another, no others."""
        return Place(min(self.latitudes), min(self.longitudes), max(self.latitudes), max(self.longitudes))


@dataclass(frozen=True, slots=True)
class View:
    box: Box

    @property
    def scale(self) -> float:
        return WIDTH / self.box.width

    def at(self, point: tuple[float, float]) -> tuple[float, float]:
        return (point[0] - self.box.left) * self.scale, (point[1] - self.box.top) * self.scale

    @property
    def edges(self) -> Place:
        return Place(_latitude(self.box.bottom), self.box.left, _latitude(self.box.top), self.box.right)


To = Callable[[Place], str]  # the address of what goes there


def places_map(
    sites: Sequence[SiteRow], spots: Sequence[Spot], to: To, of_site: Callable[[str], str]
) -> PlacesMap | None:
    """Draw sites and where their parcels go, each leading to those. None: there is nothing to show."""
    if not sites:
        return None
    busy = Counter(spot.site for spot in spots)
    ranked = sorted(sites, key=lambda site: (-busy[site.site], site.site))
    styles = {site.site: f"c{rank}" if rank < COLOURS else "c-other" for rank, site in enumerate(ranked)}
    points = [project(spot.longitude, spot.latitude) for spot in spots]
    homes = {site.site: project(site.longitude, site.latitude) for site in ranked if busy[site.site] or not spots}
    view = View(frame(points, list(homes.values())))
    cells = _cells(view, list(zip(points, spots, strict=True)))
    dots = _dots(view, cells, styles, to)
    markers = _markers(view, [site for site in ranked if site.site in homes], homes, busy, styles, of_site)
    described = f"{counted(len(homes), 'site')} and {counted(len(spots), 'parcel')} at their destinations."
    drawing = element(
        "svg",
        element("title", "Map of sites and destinations", id="map-title"),
        element("desc", described, id="map-desc"),
        drawn_land(view.box),
        element("g", *dots, class_="dots"),
        element("g", *markers, class_="sites"),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="group",
        aria_labelledby="map-title map-desc",
    )
    legend = tuple(Legend(s.site, s.name or s.site, styles[s.site], busy[s.site]) for s in ranked[:COLOURS])
    edges = view.edges
    busiest = tuple(Gathered(one.city, one.sites.total(), to(one.place)) for one in cells[:LISTED])
    return PlacesMap(drawing, legend, sum(not _in(edges, spot) for spot in spots), edges, busiest, len(cells))


def frame(points: Sequence[tuple[float, float]], homes: Sequence[tuple[float, float]]) -> Box:
    """Take in all sites in use and nearly all destinations, in whole degrees, so that the land is cut but once."""
    trim = int(len(points) * OUTLYING)
    xs, ys = sorted(p[0] for p in points), sorted(p[1] for p in points)
    xs, ys = xs[trim : len(xs) - trim], ys[trim : len(ys) - trim]
    xs, ys = [*xs, *(p[0] for p in homes)], [*ys, *(p[1] for p in homes)]
    box = Box(min(xs), min(ys), max(xs), max(ys))
    box = box.grown(max(box.width * 0.07, LEAST_DEGREES / 2), max(box.height * 0.07, LEAST_DEGREES / 2))
    box = Box(floor(box.left), floor(box.top), ceil(box.right), ceil(box.bottom))
    width = max(box.width, box.height * WIDTH / HEIGHT)
    return box.grown((width - box.width) / 2, (width * HEIGHT / WIDTH - box.height) / 2)


@lru_cache(maxsize=32)
def drawn_land(view: Box) -> Markup:
    scale = WIDTH / view.width
    paths = []
    for ring in land(view.grown(view.width * 0.02, view.height * 0.02).within(WORLD), 0.5 / scale):
        tenths = np.rint((ring - (view.left, view.top)) * (scale * 10)).astype(np.int64)
        steps = np.diff(tenths, axis=0)
        moved = steps[steps.any(axis=1)].ravel().tolist()
        if len(moved) >= 4:
            start = tenths[0].tolist()
            paths.append(f"M{start[0]} {start[1]}l{' '.join(map(str, moved))}z")
    return element("path", d="".join(paths), class_="land", transform="scale(.1)")


def _latitude(y: float) -> float:
    """The reverse of the projection."""
    return degrees(atan(sinh(radians(-y))))


def _in(place: Place, spot: Spot) -> bool:
    return place.south <= spot.latitude <= place.north and place.west <= spot.longitude <= place.east


def _cells(view: View, spots: Sequence[tuple[tuple[float, float], Spot]]) -> list[_Cell]:
    """Gather parcels on a grid, the fullest cell first."""
    size = view.box.width / CELLS
    cells: dict[tuple[int, int], _Cell] = defaultdict(_Cell)
    for (x, y), spot in spots:
        cell = cells[floor(x / size), floor(y / size)]
        cell.x += x
        cell.y += y
        cell.sites[spot.site] += 1
        cell.cities[spot.city] += 1
        cell.latitudes.append(spot.latitude)
        cell.longitudes.append(spot.longitude)
    return sorted(cells.values(), key=lambda c: (-c.sites.total(), c.x, c.y))


def _dots(view: View, cells: Sequence[_Cell], styles: Mapping[str, str], to: To) -> list[Markup]:
    most = max((cell.sites.total() for cell in cells), default=1)
    drawn = []
    for cell in cells:
        parcels = cell.sites.total()
        site = min(cell.sites, key=lambda s: (-cell.sites[s], s))
        x, y = view.at((cell.x / parcels, cell.y / parcels))
        tip = f"{f'Near {cell.city}' if cell.city else 'Here'}: {counted(parcels, 'parcel')}"
        radius = 1.8 + 7.2 * sqrt(parcels / most) if most > 1 else 3.0
        dot = element("circle", element("title", tip), cx=x, cy=y, r=radius, class_=styles.get(site, "c-other"))
        drawn.append(linked(to(cell.place), tip, dot))
    return drawn


def _markers(
    view: View,
    sites: Sequence[SiteRow],
    homes: Mapping[str, tuple[float, float]],
    busy: Counter[str],
    styles: Mapping[str, str],
    to: Callable[[str], str],
) -> list[Markup]:
    """Squares sized by parcels, with names where they do not cover one another."""
    most = max((busy[site.site] for site in sites), default=0)
    taken: list[Box] = []
    drawn = []
    for site in sites:
        half = 5.0 + 5.0 * (sqrt(busy[site.site] / most) if most else 0.0)
        x, y = view.at(homes[site.site])
        name = site.name or site.site
        tip = f"{name} ({site.site}): {counted(busy[site.site], 'parcel')}"
        parts = [
            element("title", tip),
            element("rect", x=-half, y=-half, width=2 * half, height=2 * half, rx=2, class_=styles[site.site]),
        ]
        shown = name if len(name) <= 22 else f"{name[:21]}…"
        wide = 7.2 * len(shown)
        for dx, anchor in ((half + 5, "start"), (-half - 5, "end")):
            left = x + dx - (wide if anchor == "end" else 0.0)
            label = Box(left, y - 8, left + wide, y + 7)
            if label.left > 0 and label.right < WIDTH and not any(label.touches(other) for other in taken):
                taken.append(label)
                parts.append(element("text", shown, x=dx, y=4, text_anchor=anchor))
                break
        taken.append(Box(x - half, y - half, x + half, y + half))
        drawn.append(element("g", linked(to(site.site), tip, *parts), transform=f"translate({x:.1f} {y:.1f})"))
    return drawn[::-1]
