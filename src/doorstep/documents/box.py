"""A parcel's box, from the corner, from above and from the side; unit by unit, the farthest painted first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, pi

from markupsafe import Markup

from doorstep.documents.svg import element
from doorstep.domain.catalog import mailer_thickness_mm
from doorstep.domain.parcel import Placement

COLOURS = 8
MOST_UNITS = 150  # drawn, those on top; painting compares every two of them
_COS = cos(pi / 6)
Point = tuple[float, float]
Size = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Mark:
    """A letter and a colour for a sku of the parcel."""

    letter: str
    style: str


@dataclass(frozen=True, slots=True)
class BoxDrawing:
    corner: Markup
    top: Markup
    side: Markup
    units: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Wrap:
    """What lies between the goods and the carton's walls.

    `padding_mm` is kept free along every wall. A mailer (`mailer`) is drawn around its contents, as thick as it is
    filled: its seam runs half-way up, and stands out by half the thickness. `top_mm` is how high the units reach when
    all of them are in; 0: as high as those that are drawn.
    """

    padding_mm: int = 0
    mailer: bool = False
    top_mm: int = 0


@dataclass(frozen=True, slots=True)
class _Unit:
    low: Size
    high: Size
    sku: str
    step: int = 0  # when it is put in, from 1


BARE = Wrap()


def marks(skus: Iterable[str]) -> dict[str, Mark]:
    listed = list(dict.fromkeys(skus))
    return {
        sku: Mark(chr(65 + place % 26) + (str(place // 26) if place >= 26 else ""), f"u{place % COLOURS}")
        for place, sku in enumerate(listed)
    }


def box_drawing(
    placements: Sequence[Placement], inner_mm: Size | None, marked: dict[str, Mark], wrap: Wrap = BARE
) -> BoxDrawing | None:
    """Draw the units inside `inner_mm`; without it inside the room that they take. None: nothing is placed.

    `inner_mm` of a mailer is flat. Every unit carries, as `data-step`, its place in the order of `placements`, so that
    a page can show the box as it fills.
    """
    units = [_unit(placement, step) for step, placement in enumerate(placements, start=1)]
    if not units:
        return None
    reach = (max(unit.high[0] for unit in units), max(unit.high[1] for unit in units), top_mm(placements))
    size = room_mm(inner_mm, wrap, reach[2]) if inner_mm else reach
    shown = sorted(units, key=lambda u: (-u.low[2], -(u.low[0] + u.low[1]), -u.low[0]))[:MOST_UNITS]
    placed = f"{len(units)} units in place" if len(units) > 1 else "1 unit in place"
    name = "Mailer" if wrap.mailer else "Box"
    return BoxDrawing(
        corner=_corner_view(shown, size, marked, f"{name} from the corner, {placed}", wrap),
        top=_flat_view(shown, (0, 1, 2), size, marked, f"{name} from above"),
        side=_flat_view(shown, (0, 2, 1), size, marked, f"{name} from the side"),
        units=len(units),
        left_out=len(units) - len(shown),
    )


def in_loading_order(placements: Iterable[Placement]) -> tuple[Placement, ...]:
    """From the bottom up and from the far corner on: every unit finds what carries it in place."""
    return tuple(sorted(placements, key=lambda p: (p.z_mm, p.x_mm + p.y_mm, p.x_mm, p.sku, p.unit)))


def top_mm(placements: Iterable[Placement]) -> int:
    """How high units reach."""
    return max((one.z_mm + one.height_mm for one in placements), default=0)


def room_mm(inner_mm: Size, wrap: Wrap, reached_mm: int) -> Size:
    """The inside as it is filled: of a mailer what its sheets leave when it is as thick as that."""
    if not wrap.mailer:
        return inner_mm
    length, width, most = inner_mm
    thick = mailer_thickness_mm(most, wrap.padding_mm, max(wrap.top_mm, reached_mm))
    return (length - thick, width - thick, thick)


def _unit(one: Placement, step: int) -> _Unit:
    high = (one.x_mm + one.length_mm, one.y_mm + one.width_mm, one.z_mm + one.height_mm)
    return _Unit((one.x_mm, one.y_mm, one.z_mm), high, one.sku, step)


def _at(x: float, y: float, z: float) -> Point:
    """Seen from (+x, +y, +z): x runs down to the right, y down to the left, z up."""
    return (x - y) * _COS, (x + y) / 2 - z


def _covers(a: _Unit, b: _Unit) -> bool:
    """Two units cover one another on the screen only if they do so along all three directions across the view."""
    return all(
        a.low[i] - a.high[j] < b.high[i] - b.low[j] and b.low[i] - b.high[j] < a.high[i] - a.low[j]
        for i, j in ((0, 1), (0, 2), (1, 2))
    )


def behind(a: _Unit, b: _Unit) -> bool:
    return _covers(a, b) and any(a.high[axis] <= b.low[axis] for axis in range(3))


def painted(units: Sequence[_Unit]) -> list[_Unit]:
    """Order units so that the farthest comes first; those that hide one another in a ring go by their depth."""
    left = list(range(len(units)))
    hides = {i: [j for j in left if j != i and behind(units[i], units[j])] for i in left}
    waits = [0] * len(units)
    for covered in hides.values():
        for j in covered:
            waits[j] += 1
    depth = [sum(unit.low) + sum(unit.high) for unit in units]
    order = []
    while left:
        place = min(left, key=lambda i: (waits[i], depth[i]))
        left.remove(place)
        order.append(units[place])
        for j in hides[place]:
            waits[j] -= 1
    return order


def _corner_view(units: Sequence[_Unit], size: Size, marked: dict[str, Mark], label: str, wrap: Wrap) -> Markup:
    length, width, height = size
    text = sum(size) / 26
    parts = [_sheet(0, 0, length, width, 0, "floor")]
    padding = wrap.padding_mm
    if padding:
        parts.append(_sheet(padding, padding, length - padding, width - padding, padding, "room"))
    solids = [_solid(unit, marked[unit.sku], text) for unit in painted(units)]
    out = height / 2 if wrap.mailer else 0.0
    if wrap.mailer:
        seam = _sheet(-out, -out, length + out, width + out, height / 2, "seam")
        parts += [seam, *solids, _edges(_rim(length, width, height / 2, out), "edge-seam")]
    else:
        parts += [_edges(_far(size), "edge-far"), *solids, _edges(_near(size), "edge-near")]
    wide = length + width + 4 * out
    frame = (-(width + 2 * out) * _COS, -float(height), wide * _COS, (length + width) / 2 + height)
    return _framed(parts, frame, label)


def _sheet(x: float, y: float, right: float, front: float, z: float, style: str) -> Markup:
    """A level rectangle."""
    corners = [_at(x, y, z), _at(right, y, z), _at(right, front, z), _at(x, front, z)]
    return element("polygon", points=_points(corners), class_=style)


def _far(size: Size) -> list[tuple[Point, Point]]:
    length, width, height = size
    return [(_at(0, 0, 0), end) for end in (_at(length, 0, 0), _at(0, width, 0), _at(0, 0, height))]


def _near(size: Size) -> list[tuple[Point, Point]]:
    length, width, height = size
    return [
        (_at(length, 0, 0), _at(length, width, 0)), (_at(0, width, 0), _at(length, width, 0)),
        (_at(length, 0, 0), _at(length, 0, height)), (_at(0, width, 0), _at(0, width, height)),
        (_at(length, width, 0), _at(length, width, height)), (_at(0, 0, height), _at(length, 0, height)),
        (_at(0, 0, height), _at(0, width, height)), (_at(length, 0, height), _at(length, width, height)),
        (_at(0, width, height), _at(length, width, height)),
    ]  # fmt: skip


def _rim(length: float, width: float, z: float, out: float) -> list[tuple[Point, Point]]:
    """The two near sides of a mailer's seam, in front of what is in it."""
    near = _at(length + out, width + out, z)
    return [(_at(length + out, -out, z), near), (_at(-out, width + out, z), near)]


def _solid(unit: _Unit, mark: Mark, text: float) -> Markup:
    (x, y, z), (right, front, top) = unit.low, unit.high
    faces = (
        ("face-left", [_at(x, front, top), _at(right, front, top), _at(right, front, z), _at(x, front, z)]),
        ("face-right", [_at(right, y, top), _at(right, front, top), _at(right, front, z), _at(right, y, z)]),
        ("face-top", [_at(x, y, top), _at(right, y, top), _at(right, front, top), _at(x, front, top)]),
    )
    parts = [element("polygon", points=_points(points), class_=style) for style, points in faces]
    if min(right - x, front - y) > text * 0.9:
        centre, middle = _at((x + right) / 2, (y + front) / 2, top)
        parts.append(_letter(mark, centre, middle, text))
    return element("g", *parts, class_=f"unit {mark.style}", data_step=unit.step)


def _flat_view(
    units: Sequence[_Unit], axes: tuple[int, int, int], size: Size, marked: dict[str, Mark], label: str
) -> Markup:
    """`axes` are the one across, the one up or down, and the one looked along."""
    across, up, along = axes
    wide, high = size[across], size[up]
    text = (wide + high) / 14
    parts = [element("rect", width=wide, height=high, class_="floor")]
    for unit in sorted(units, key=lambda u: u.high[along]):
        width, height = unit.high[across] - unit.low[across], unit.high[up] - unit.low[up]
        x, y = unit.low[across], high - unit.high[up] if up == 2 else unit.low[up]
        mark = marked[unit.sku]
        inside = [element("rect", x=x, y=y, width=width, height=height, class_="face-top")]
        if min(width, height) > text * 1.1:
            inside.append(_letter(mark, x + width / 2, y + height / 2, text))
        parts.append(element("g", *inside, class_=f"unit {mark.style}", data_step=unit.step))
    parts.append(element("rect", width=wide, height=high, class_="edge-near"))
    return _framed(parts, (0.0, 0.0, float(wide), float(high)), label)


def _letter(mark: Mark, x: float, y: float, size: float) -> Markup:
    return element("text", mark.letter, x=x, y=y + size * 0.35, font_size=size, text_anchor="middle")


def _points(points: Iterable[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _edges(lines: Iterable[tuple[Point, Point]], style: str) -> Markup:
    path = "".join(f"M{a[0]:.1f} {a[1]:.1f}L{b[0]:.1f} {b[1]:.1f}" for a, b in lines)
    return element("path", d=path, class_=style)


def _framed(parts: Iterable[Markup], frame: tuple[float, float, float, float], label: str) -> Markup:
    x, y, width, height = frame
    pad = max(width, height) * 0.03
    view = f"{x - pad:.1f} {y - pad:.1f} {width + 2 * pad:.1f} {height + 2 * pad:.1f}"
    return element("svg", *parts, viewBox=view, role="img", aria_label=label)
