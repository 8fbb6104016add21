"""Cartons that could be stocked: those of today, and sizes drawn from what the baskets take up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median, median_low

from doorstep.domain.catalog import Carton
from doorstep.domain.packing import Basket, PackedParcel, Size

STEP_MM = 10
LONGEST_MM = 1_500
MOST = 240
GROWTHS = (100, 105, 110, 115, 120, 130, 140, 160, 200, 300)  # percent from one edge of the ladder to the next
FILL_PCT = 80  # how full a mixed box can be hoped to be


@dataclass(frozen=True, slots=True)
class Line:
    """What grows with the surface of a carton: `base`, and `rate` for every square metre outside."""

    base: float
    rate: float

    def at(self, outer: Size) -> int:
        return max(0, round(self.base + self.rate * surface(outer) / 10**6))


def surface(size: Size) -> int:
    """In mm2, both sides of each pair of walls."""
    length, width, height = size
    return 2 * (length * width + length * height + width * height)


def fitted(points: Sequence[tuple[int, int]]) -> Line:
    """Least squares through (surface in mm2, value); through the origin where the data say less than a line needs."""
    if not points:
        return Line(0.0, 0.0)
    areas = [area / 10**6 for area, _ in points]
    values = [value for _, value in points]
    mean_area, mean_value = sum(areas) / len(areas), sum(values) / len(values)
    spread = sum((area - mean_area) ** 2 for area in areas)
    if spread:
        rate = sum((a - mean_area) * (v - mean_value) for a, v in zip(areas, values, strict=True)) / spread
        base = mean_value - rate * mean_area
        if rate >= 0 and base >= 0:
            return Line(base, rate)
    return Line(0.0, mean_value / mean_area if mean_area else 0.0)


@dataclass(frozen=True, slots=True)
class Maker:
    """How a box of a new size would be made, learned from those of today; mailers teach nothing about walls."""

    cost: Line
    tare: Line
    walls: Size  # outer less inner
    padding_mm: int  # kept free along every wall, as it usually is today
    today: tuple[Carton, ...]

    def make(self, inner: Size) -> Carton:
        """A carton of that inner size; it bears what the one of today nearest in volume bears."""
        length, width, height = (edge + wall for edge, wall in zip(inner, self.walls, strict=True))
        outer = (length, width, height)
        room = inner[0] * inner[1] * inner[2]
        near = min(self.today, key=lambda one: (abs(_volume(one.inner_mm) - room), one.carton), default=None)
        bears = near.max_weight_g if near else 30_000
        tare = self.tare.at(outer)
        name, cost = "x".join(map(str, inner)), self.cost.at(outer)
        return Carton(name, inner, outer, tare, max(bears, tare), cost, padding_mm=self.padding_mm)


def maker_of(today: Sequence[Carton]) -> Maker:
    boxes = [one for one in today if not one.mailer]
    walls = [
        round(median([one.outer_mm[axis] - one.inner_mm[axis] for one in boxes])) if boxes else 6 for axis in range(3)
    ]
    return Maker(
        cost=fitted([(surface(one.outer_mm), one.cost_micros) for one in boxes]),
        tare=fitted([(surface(one.outer_mm), one.tare_g) for one in boxes]),
        walls=(walls[0], walls[1], walls[2]),
        padding_mm=median_low([one.padding_mm for one in boxes]) if boxes else 0,
        today=tuple(boxes),
    )


def candidates(baskets: Sequence[Basket], parcels: Iterable[PackedParcel], today: Sequence[Carton]) -> list[Carton]:
    """Today's cartons first, then at most MOST new sizes.

    Sizes are rounded up to a ladder of edges, 10 mm apart at first; while that gives too many, the steps grow with the
    edges.
    """
    wished = {size for basket in baskets for size in _rooms(basket)}
    wished |= {_extent(parcel) for parcel in parcels if parcel.placements}
    maker = maker_of(today)
    wished = {_padded(size, maker.padding_mm) for size in map(_descending, wished)}
    wished = {size for size in wished if size[0] <= LONGEST_MM}
    known = {_descending(one.inner_mm) for one in maker.today}
    sizes: set[Size] = set()
    for growth in GROWTHS:
        ladder = _ladder(growth)
        sizes = {_rounded(size, ladder) for size in wished} - known
        if len(sizes) <= MOST:
            break
    taken = {one.carton for one in today}
    new = [maker.make(size) for size in sorted(sizes)[:MOST]]
    return [*today, *(one for one in new if one.carton not in taken)]


def variants(chosen: Iterable[Carton], today: Sequence[Carton]) -> list[Carton]:
    """The new ones of `chosen` with one edge up to five steps shorter: what rounding up may have given away."""
    maker, taken = maker_of(today), {one.carton for one in today}
    made: dict[Size, Carton] = {}
    for carton in chosen:
        if carton.carton in taken:
            continue
        for axis in range(3):
            for steps in range(1, 6):
                edges = list(carton.inner_mm)
                edges[axis] -= steps * STEP_MM
                if edges[axis] > 2 * maker.padding_mm:
                    size = _descending((edges[0], edges[1], edges[2]))
                    made.setdefault(size, maker.make(size))
    return [carton for carton in made.values() if carton.carton not in taken]


def _rooms(basket: Basket) -> Iterator[Size]:
    """Boxes in which a basket may go: all flat on one another, all side by side, filled to a usual share, in a grid."""
    edges = [(_descending(_padded(good.size_mm, good.padding_mm)), quantity) for good, quantity in basket.lines]
    length = max(size[0] for size, _ in edges)
    width = max(size[1] for size, _ in edges)
    height = max(size[2] for size, _ in edges)
    yield (length, width, sum(size[2] * quantity for size, quantity in edges))
    yield (length, sum(size[1] * quantity for size, quantity in edges), height)
    volume = sum(_volume(size) * quantity for size, quantity in edges)
    yield (length, width, max(height, -(-volume * 100 // (FILL_PCT * length * width))))
    if len(edges) == 1 and edges[0][1] > 1:
        yield _grid(*edges[0])


def _grid(size: Size, units: int) -> Size:
    """The grid of units of one size with the least surface."""
    grids = []
    for along in range(1, min(units, 12) + 1):
        for across in range(1, min(units, 12) + 1):
            up = -(-units // (along * across))
            grids.append((size[0] * along, size[1] * across, size[2] * up))
    return min(grids, key=lambda grid: (surface(grid), grid))


def _extent(parcel: PackedParcel) -> Size:
    """How far the units of a parcel reach."""
    placed = parcel.placements
    return (
        max(one.x_mm + one.length_mm for one in placed) - min(one.x_mm for one in placed),
        max(one.y_mm + one.width_mm for one in placed) - min(one.y_mm for one in placed),
        max(one.z_mm + one.height_mm for one in placed) - min(one.z_mm for one in placed),
    )


def _ladder(growth_pct: int) -> list[int]:
    edges = [STEP_MM]
    while edges[-1] < LONGEST_MM:
        grown = -(-edges[-1] * growth_pct // (100 * STEP_MM)) * STEP_MM
        edges.append(max(edges[-1] + STEP_MM, grown))
    return edges


def _rounded(size: Size, ladder: Sequence[int]) -> Size:
    length, width, height = (next(edge for edge in ladder if edge >= side) for side in size)
    return (length, width, height)


def _descending(size: Size) -> Size:
    length, width, height = sorted(size, reverse=True)
    return (length, width, height)


def _padded(size: Size, padding_mm: int) -> Size:
    length, width, height = size
    return (length + 2 * padding_mm, width + 2 * padding_mm, height + 2 * padding_mm)


def _volume(size: Size) -> int:
    return size[0] * size[1] * size[2]
