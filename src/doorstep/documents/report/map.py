"""The map: sites, and destinations gathered on a grid, over country outlines. Drawn here; the page only moves it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import floor, sqrt

import numpy as np
from markupsafe import Markup

from doorstep.documents.report.hauls import HaulRow, handed_over, haul_lines, haul_rows
from doorstep.documents.report.plan_report import PlanReport
from doorstep.documents.report.tally import Tally
from doorstep.documents.report.wording import amount, count, counted
from doorstep.documents.report.world import WORLD, Box, land, project
from doorstep.documents.svg import element
from doorstep.domain.supply import Site

WIDTH, HEIGHT = 760, 520
COLOURS = 8  # sites with a colour of their own; the others share one
CELLS = 84  # across the first view
OUTLYING = 0.005  # share of the orders beyond each edge that the first view may leave out
LEAST_DEGREES = 3.0


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A line of the table that says what the map shows."""

    site: str
    name: str
    place: str
    colour: str
    parcels: str
    orders: str
    cost_per_parcel: str


@dataclass(frozen=True, slots=True)
class SiteMap:
    drawing: Markup
    rows: tuple[SiteRow, ...]
    description: str
    notes: tuple[str, ...]
    hauls: tuple[HaulRow, ...] = ()


@dataclass(slots=True)
class Cell:
    x: float = 0.0
    y: float = 0.0
    sites: Counter[str] = field(default_factory=Counter)  # "" counts orders left unplanned
    cities: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Destination:
    x: float
    y: float
    site: str
    city: str


def site_map(report: PlanReport, tallied: Tally) -> SiteMap | None:
    """None: nothing has coordinates."""
    destinations = _destinations(report, tallied)
    used = _used(report, tallied)
    spots = {s.site: _spot(s) for s in used}
    if not destinations and not spots:
        return None
    colours = _colours(report.sites, tallied)
    everything = _extent([*((d.x, d.y) for d in destinations), *spots.values()])
    home = _first_view(destinations, list(spots.values()), everything)
    scale = WIDTH / home.width
    reach = everything.joined(home)
    frame = reach.grown(reach.width * 0.6, reach.height * 0.6).within(WORLD)
    canvas = _Canvas(home, scale)
    outside = _count_outside(destinations, home)
    description = _description(destinations, len(used), bool(tallied.hauls))
    drawing = element(
        "svg",
        element("title", "Map of sites and destinations", id="map-title"),
        element("desc", description, id="map-desc"),
        _land(canvas, home, frame),
        element("g", *haul_lines(report, tallied, spots, canvas.at), class_="hauls") if tallied.hauls else Markup(""),
        element("g", *_dots(canvas, destinations, colours), class_="dots"),
        element("g", *_markers(canvas, used, spots, tallied, colours), class_="sites"),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_labelledby="map-title map-desc",
        id="map-drawing",
        data_all=" ".join(f"{v:.1f}" for v in canvas.view(_shaped(reach))),
    )
    notes = []
    if outside:
        notes.append(f"{counted(outside, 'order')} outside the first view: press “All” to see everything.")
    missing = len(report.orders) - len(destinations)
    if missing:
        notes.append(f"{counted(missing, 'order')} without coordinates, not on the map.")
    rows = _rows(report, tallied, colours)
    return SiteMap(drawing, rows, description, tuple(notes), haul_rows(report, tallied))


def _used(report: PlanReport, tallied: Tally) -> list[Site]:
    """Sites that send parcels or hand them over; all, if none does."""
    located, depots = [s for s in report.sites if s.place.located], handed_over(tallied)
    return [s for s in located if not tallied.sites or s.site in tallied.sites or s.site in depots] or located


@dataclass(frozen=True, slots=True)
class _Canvas:
    """From the projected plane to the drawing, whose first view is (0, 0) to (WIDTH, HEIGHT)."""

    home: Box
    scale: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        return (x - self.home.left) * self.scale, (y - self.home.top) * self.scale

    def view(self, box: Box) -> tuple[float, float, float, float]:
        return (*self.at(box.left, box.top), box.width * self.scale, box.height * self.scale)


def _spot(site: Site) -> tuple[float, float]:
    return project(site.place.longitude or 0.0, site.place.latitude or 0.0)


def _destinations(report: PlanReport, tallied: Tally) -> list[Destination]:
    found = []
    for order in report.orders:
        place = order.place
        if place.latitude is None or place.longitude is None:
            continue
        parcels = tallied.parcels_of.get(order.order)
        x, y = project(place.longitude, place.latitude)
        found.append(Destination(x, y, parcels[0].site if parcels else "", place.city))
    return found


def _colours(sites: tuple[Site, ...], tallied: Tally) -> dict[str, str]:
    """The busiest sites have colours of their own."""
    ranked = sorted(sites, key=lambda s: (-(tallied.sites[s.site].parcels if s.site in tallied.sites else 0), s.site))
    return {s.site: f"c{rank}" if rank < COLOURS else "c-other" for rank, s in enumerate(ranked)}


def _extent(points: Iterable[tuple[float, float]]) -> Box:
    listed = list(points)
    xs, ys = [x for x, _ in listed], [y for _, y in listed]
    return _padded(Box(min(xs), min(ys), max(xs), max(ys)))


def _padded(box: Box) -> Box:
    across = max(box.width * 0.07, (LEAST_DEGREES - box.width) / 2)
    down = max(box.height * 0.07, (LEAST_DEGREES - box.height) / 2)
    return box.grown(across, down)


def _shaped(box: Box) -> Box:
    """Grown to the shape of the drawing."""
    width = max(box.width, box.height * WIDTH / HEIGHT)
    height = width * HEIGHT / WIDTH
    return box.grown((width - box.width) / 2, (height - box.height) / 2)


def _first_view(destinations: list[Destination], spots: list[tuple[float, float]], everything: Box) -> Box:
    """Where nearly all orders and all sites are; everything, unless outliers would make the rest small."""
    trim = int(len(destinations) * OUTLYING)
    if trim:
        xs, ys = sorted(d.x for d in destinations), sorted(d.y for d in destinations)
        core = Box(xs[trim], ys[trim], xs[-trim - 1], ys[-trim - 1])
        busy = _padded(core.joined(_tight(spots))) if spots else _padded(core)
        shaped, whole = _shaped(busy), _shaped(everything)
        if shaped.width < 0.7 * whole.width:
            return shaped
    return _shaped(everything)


def _tight(points: list[tuple[float, float]]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Box(min(xs), min(ys), max(xs), max(ys))


def _count_outside(destinations: list[Destination], home: Box) -> int:
    return sum(not (home.left <= d.x <= home.right and home.top <= d.y <= home.bottom) for d in destinations)


def _land(canvas: _Canvas, home: Box, frame: Box) -> Markup:
    """Finely around the first view, coarsely beyond."""
    near = home.grown(home.width * 0.5, home.height * 0.5)
    fine, coarse = 0.5 / canvas.scale, max(2.5 / canvas.scale, frame.width / 1500)
    paths = []
    for ring in land(frame, fine):
        west, north = ring.min(axis=0)
        east, south = ring.max(axis=0)
        if not Box(west, north, east, south).touches(near):
            if max(east - west, south - north) < coarse:
                continue
            ring = ring[:: max(1, int(coarse / fine / 2))]
            if len(ring) < 3:
                continue
        tenths = np.rint((ring - (home.left, home.top)) * (canvas.scale * 10)).astype(np.int64)
        steps = np.diff(tenths, axis=0)
        moved = steps[steps.any(axis=1)].ravel().tolist()
        if len(moved) >= 4:
            paths.append(f"M{_run(tenths[0].tolist())}l{_run(moved)}z")
    return element("path", d="".join(paths), class_="land", transform="scale(.1)")


def _run(numbers: list[int]) -> str:
    """Integers side by side, with a space only where no minus parts them."""
    return "".join(str(n) if n < 0 else f" {n}" for n in numbers).strip()


def _dots(canvas: _Canvas, destinations: list[Destination], colours: dict[str, str]) -> list[Markup]:
    """One dot per grid cell, at the middle of its orders, in the colour of the site that ships most of them."""
    size = canvas.home.width / CELLS
    cells: dict[tuple[int, int], Cell] = defaultdict(Cell)
    for d in destinations:
        cell = cells[floor(d.x / size), floor(d.y / size)]
        cell.x += d.x
        cell.y += d.y
        cell.sites[d.site] += 1
        cell.cities[d.city] += 1
    if not cells:
        return []
    most = max(cell.sites.total() for cell in cells.values())
    drawn = []
    for cell in sorted(cells.values(), key=lambda c: (-c.sites.total(), c.x, c.y)):
        orders = cell.sites.total()
        site = min(cell.sites, key=lambda s: (-cell.sites[s], s))
        city = min(cell.cities, key=lambda c: (-cell.cities[c], c))
        x, y = canvas.at(cell.x / orders, cell.y / orders)
        shares = ", ".join(f"{name or 'not planned'} {n}" for name, n in cell.sites.most_common(4))
        near = f"Near {city}" if city else "Here"
        tip = element("title", f"{near}: {counted(orders, 'order')} ({shares})")
        radius = 1.8 + 7.2 * sqrt(orders / most) if most > 1 else 3.0
        style = colours.get(site, "c-other") if site else "c-unplanned"
        drawn.append(element("circle", tip, cx=x, cy=y, r=radius, class_=style))
    return drawn


def _markers(
    canvas: _Canvas, sites: list[Site], spots: dict[str, tuple[float, float]], tallied: Tally, colours: dict[str, str]
) -> list[Markup]:
    """Squares sized by parcels, with names where they do not cover one another."""
    most = max((use.parcels for use in tallied.sites.values()), default=0)
    taken: list[Box] = []
    drawn, depots = [], handed_over(tallied)
    for site in sorted(sites, key=lambda s: (-_parcels(tallied, s.site), s.site)):
        parcels = _parcels(tallied, site.site)
        half = 5.0 + 5.0 * (sqrt(parcels / most) if most else 0.0)
        x, y = canvas.at(*spots[site.site])
        name = site.name or site.site
        shown = name if len(name) <= 22 else name[:21] + "…"
        parts = _marker(site, name, parcels, depots[site.site], half, colours[site.site])
        box = Box(x - half, y - half, x + half, y + half)
        for dx, dy, anchor in (
            (half + 5, 4.0, "start"),
            (-half - 5, 4.0, "end"),
            (0.0, -half - 6, "middle"),
            (0.0, half + 14, "middle"),
        ):
            wide = 7.2 * len(shown)
            left = x + dx - {"start": 0.0, "end": wide, "middle": wide / 2}[anchor]
            label = Box(left, y + dy - 11, left + wide, y + dy + 3)
            if not any(label.touches(other) for other in taken) and label.left > 0 and label.right < WIDTH:
                taken.append(label)
                parts.append(element("text", shown, x=dx, y=dy, text_anchor=anchor))
                break
        taken.append(box)
        drawn.append(element("g", *parts, transform=f"translate({x:.1f} {y:.1f})"))
    return drawn[::-1]


def _marker(site: Site, name: str, parcels: int, handed: int, half: float, colour: str) -> list[Markup]:
    """A square; for a depot that sends nothing itself a diamond."""
    here = f"{name} ({site.site})"
    if handed and not parcels:
        tip = element("title", f"{here}: {counted(handed, 'parcel')} handed over to local services")
        points = f"0,{-half - 1} {half + 1},0 0,{half + 1} {-half - 1},0"
        return [tip, element("polygon", points=points, class_="depot")]
    more = f", {counted(handed, 'parcel')} handed over" if handed else ""
    tip = element("title", f"{here}: {counted(parcels, 'parcel')}{more}")
    return [tip, element("rect", x=-half, y=-half, width=2 * half, height=2 * half, rx=2, class_=colour)]


def _parcels(tallied: Tally, site: str) -> int:
    return tallied.sites[site].parcels if site in tallied.sites else 0


def _rows(report: PlanReport, tallied: Tally, colours: dict[str, str]) -> tuple[SiteRow, ...]:
    currency = report.brand.currency
    rows = []
    depots = handed_over(tallied)
    for site in sorted(report.sites, key=lambda s: (-_parcels(tallied, s.site), s.site)):
        if site.site in depots and not _parcels(tallied, site.site):
            continue  # it stands among the linehauls
        use = tallied.sites.get(site.site)
        parcels = use.parcels if use else 0
        rows.append(
            SiteRow(
                site.site,
                site.name,
                ", ".join(p for p in (site.place.city, site.place.country) if p and p not in site.name),
                colours[site.site],
                count(parcels),
                count(use.orders if use else 0),
                amount(currency, round(use.cost_minor / parcels)).split()[0] if use and parcels else "–",
            )
        )
    return tuple(rows)


def _description(destinations: list[Destination], sites: int, hauled: bool) -> str:
    hauls = "Dashed lines are linehauls to depots, which are diamonds. " if hauled else ""
    return (
        f"{counted(sites, 'site')} as squares and {counted(len(destinations), 'order')} as dots at their destinations, "
        f"in the colour of the site that ships them. {hauls}The table beside it gives the same in figures."
    )
