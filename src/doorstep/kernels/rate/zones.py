"""Which zone a route falls in, and which areas a destination lies in.

Longest destination prefix, then longest origin prefix. A prefix, and likewise a range of prefixes, is a span of texts:
all from its first to before the first that comes after it. The ends of all spans cut the postcodes into cells; places
of one cell have the same answers, so a cell that is in use becomes a class. A rule paints one rectangle of the
class-by-class table, and painting in ascending order of precedence leaves the right rule on top.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.carriage import AreaRule, ZoneRule
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.place import Place
from doorstep.kernels.rate.compiled import Lanes

_DROPPED = str.maketrans("", "", " -")
_LAST = 0x10FFFF
MOST_AREAS = 62  # bits of a mask
_MOST_CELLS = 20_000_000  # of a table in which rules of one level are compared
Ids = NDArray[np.int64]
Name = tuple[str, str, str]  # country, prefix, end of the range


def route_key(country: str, code: str) -> str:
    """Write a postcode or prefix so that text order and `startswith` compare it; country included."""
    return f"{country.upper()} {code.upper().translate(_DROPPED)}"


def after_all(key: str) -> str:
    """Return the first text after all that begin with `key`."""
    last = ord(key[-1])
    return key[:-1] + chr(last + 1) if last < _LAST else key + chr(_LAST)


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells that the ends of spans cut one side of the routes into."""

    edges: list[str]

    def of(self, key: str) -> int:
        """Cell of a place; 0 lies before all spans."""
        return bisect_right(self.edges, key)


class _Spans:
    """The distinct spans of one side: each (country, prefix, end of the range) has a number."""

    def __init__(self, names: Iterable[Name]) -> None:
        self.names = {name: number for number, name in enumerate(dict.fromkeys(names))}
        self.starts: list[str] = []
        self.ends: list[str] = []
        self.length: list[int] = []
        for country, prefix, to in self.names:
            start = route_key(country, prefix)
            last = route_key(country, to) if to else start
            if to and (last < start or len(last) != len(start)):
                raise InvalidProblem(f"{country} {prefix} to {to} is no range: as many characters, and not less")
            self.starts.append(start)
            self.ends.append(after_all(last))
            self.length.append(len(start))

    def cut(self, also: Iterable[str] = ()) -> Cells:
        return Cells(sorted({*self.starts, *self.ends, *also}))

    def cells(self, cells: Cells) -> tuple[Ids, Ids]:
        """First cell of each span, and the first after it."""
        index = {edge: at + 1 for at, edge in enumerate(cells.edges)}
        first = np.array([index[start] for start in self.starts], np.int64)
        return first, np.array([index[end] for end in self.ends], np.int64)


@dataclass(frozen=True, slots=True)
class Painted:
    """Lanes of the routes, and how to find the class of a further place."""

    lanes: Lanes
    destinations: Cells


@dataclass(frozen=True, slots=True)
class _Rules:
    """Zone rules as columns."""

    service: Ids
    origin: Ids  # span
    destination: Ids  # span
    code: Ids  # 2 x lane + remote
    level: Ids  # of precedence; the strongest is the highest


def resolve_lanes(
    rules: Sequence[ZoneRule],
    areas: Sequence[AreaRule],
    services: Mapping[str, int],
    lane_of: Mapping[tuple[str, str], int],
    lane_zone: Sequence[int],
    origins: Sequence[Place],
    destinations: Sequence[Place] | None,
) -> Painted:
    """Resolve the lane of every route.

    Parameters
    ----------
    rules, areas
        In any order.
    services
        Index of each service.
    lane_of
        Index of each (service, zone) pair.
    lane_zone
        Zone index of each lane.
    origins, destinations
        The places that parcels leave from and go to; None: every cell is a class, and a destination of its own.

    Raises
    ------
    InvalidProblem
        Two rules of equal precedence contradict each other, a range is none, or there are too many areas.
    """
    froms = _Spans((rule.origin_country, rule.origin_prefix, rule.origin_to) for rule in rules)
    ends = _Spans((rule.destination_country, rule.destination_prefix, rule.destination_to) for rule in rules)
    inside = _Spans((area.country, area.prefix, area.prefix_to) for area in areas)
    columns = _columns(rules, froms, ends, services, lane_of)
    _refuse_contradictions(rules, columns, froms, ends)
    from_cells, end_cells = froms.cut(), ends.cut(chain(inside.starts, inside.ends))
    rows, origin_class = _classes(from_cells, origins)
    used, destination_class = _classes(end_cells, destinations)
    code = _paint(columns, _within(rows, froms.cells(from_cells)), _within(used, ends.cells(end_cells)),
                  (len(rows), len(used), len(services)))  # fmt: skip
    mask = np.zeros(len(used), np.int64)
    numbers = area_numbers(areas)
    first, last = _within(used, inside.cells(end_cells))
    for area in areas:
        span = inside.names[area.country, area.prefix, area.prefix_to]
        mask[first[span] : last[span]] |= 1 << numbers[area.area]
    lanes = Lanes(origin_class, destination_class, code, np.asarray(lane_zone, np.int32), mask)
    return Painted(lanes, end_cells)


def area_numbers(areas: Iterable[AreaRule]) -> dict[str, int]:
    """Number the areas. Raises InvalidProblem when there are more than a mask has bits for."""
    names = sorted({area.area for area in areas})
    if len(names) > MOST_AREAS:
        raise InvalidProblem(f"{len(names)} areas; {MOST_AREAS} are the most")
    return {name: number for number, name in enumerate(names)}


def _columns(
    rules: Sequence[ZoneRule],
    froms: _Spans,
    ends: _Spans,
    services: Mapping[str, int],
    lane_of: Mapping[tuple[str, str], int],
) -> _Rules:
    count = len(rules)

    def column(of: Callable[[ZoneRule], int]) -> Ids:
        return np.fromiter(map(of, rules), np.int64, count)

    origin = column(lambda rule: froms.names[rule.origin_country, rule.origin_prefix, rule.origin_to])
    end = column(lambda rule: ends.names[rule.destination_country, rule.destination_prefix, rule.destination_to])
    longest = max(froms.length, default=0) + 1
    level = np.array(ends.length, np.int64)[end] * longest + np.array(froms.length, np.int64)[origin]
    return _Rules(
        service=column(lambda rule: services[rule.service]),
        origin=origin,
        destination=end,
        code=column(lambda rule: 2 * lane_of[rule.service, rule.zone] + rule.remote),
        level=level,
    )


def _refuse_contradictions(rules: Sequence[ZoneRule], columns: _Rules, froms: _Spans, ends: _Spans) -> None:
    """Raise for two rules of one service and level that overlap and say different things.

    Prefixes of one length are equal or apart; only where a level has ranges must spans be compared.
    """
    ranged = np.array([bool(to) for _, _, to in ends.names], np.bool_)[columns.destination]
    ranged |= np.array([bool(to) for _, _, to in froms.names], np.bool_)[columns.origin]
    keys = np.stack([columns.level, columns.service], axis=1)
    order = np.lexsort((columns.origin, columns.destination, columns.service, columns.level))
    one, other = order[:-1], order[1:]
    same = (columns.origin[one] == columns.origin[other]) & (columns.destination[one] == columns.destination[other])
    same &= (keys[one] == keys[other]).all(axis=1)
    wrong = np.flatnonzero(same & (columns.code[one] != columns.code[other]))
    if len(wrong):
        raise InvalidProblem(_contradiction(rules[one[wrong[0]]], rules[other[wrong[0]]]))
    for level, service in sorted({(int(a), int(b)) for a, b in keys[ranged]}):
        members = np.flatnonzero((columns.level == level) & (columns.service == service))
        if not _agree(columns, froms, ends, members):
            _sweep(rules, columns, froms, ends, members.tolist())


def _agree(columns: _Rules, froms: _Spans, ends: _Spans, members: Ids) -> bool:
    """Whether none of these rules contradicts another; False, too, where the table to see it in would be too large.

    Each is painted over those before it. Where two that differ overlap, one of them does not find its own code again.
    """
    sides = []
    for spans, of in ((froms, columns.origin[members]), (ends, columns.destination[members])):
        used, place = np.unique(of, return_inverse=True)
        edges = sorted({text for span in used.tolist() for text in (spans.starts[span], spans.ends[span])})
        index = {edge: at for at, edge in enumerate(edges)}
        first = np.array([index[spans.starts[span]] for span in used.tolist()], np.int64)
        last = np.array([index[spans.ends[span]] for span in used.tolist()], np.int64)
        sides.append((len(edges), first[place].tolist(), last[place].tolist()))
    (height, top, bottom), (width, left, right) = sides
    if height * width > _MOST_CELLS:
        return False
    table = np.full((height, width), -1, np.int64)
    painted = list(zip(top, bottom, left, right, columns.code[members].tolist(), strict=True))
    for up, down, begin, end, code in painted:
        table[up:down, begin:end] = code
    return all((table[up:down, begin:end] == code).all() for up, down, begin, end, code in painted)


def _sweep(rules: Sequence[ZoneRule], columns: _Rules, froms: _Spans, ends: _Spans, members: list[int]) -> None:
    """Compare the spans of one level, by their start."""
    origin, destination = columns.origin.tolist(), columns.destination.tolist()
    members.sort(key=lambda at: ends.starts[destination[at]])
    active: list[int] = []
    for at in members:
        start = ends.starts[destination[at]]
        active = [one for one in active if ends.ends[destination[one]] > start]
        for one in active:
            apart = (
                froms.ends[origin[one]] <= froms.starts[origin[at]]
                or froms.ends[origin[at]] <= froms.starts[origin[one]]
            )
            if not apart and columns.code[one] != columns.code[at]:
                raise InvalidProblem(_contradiction(rules[min(one, at)], rules[max(one, at)]))
        active.append(at)


def _contradiction(one: ZoneRule, other: ZoneRule) -> str:
    says = [f"{rule.zone}{' remote' if rule.remote else ''}" for rule in (one, other)]
    routes = list(dict.fromkeys(_route(rule) for rule in (one, other)))
    return f"service {one.service}: two zones for {' and '.join(routes)}: {says[0]} and {says[1]}"


def _route(rule: ZoneRule) -> str:
    start = route_key(rule.origin_country, rule.origin_prefix).strip() + (
        f"-{rule.origin_to}" if rule.origin_to else ""
    )
    end = route_key(rule.destination_country, rule.destination_prefix).strip()
    return f"{start} to {end}" + (f"-{rule.destination_to}" if rule.destination_to else "")


def _classes(cells: Cells, places: Sequence[Place] | None) -> tuple[Ids, NDArray[np.int32]]:
    """Return the cells that are in use, ascending, and each place's class among them."""
    if places is None:
        every = np.arange(len(cells.edges) + 1)
        return every, every.astype(np.int32)
    known: dict[tuple[str, str], int] = {}
    found = []
    for place in places:
        route = (place.country, place.postcode)
        cell = known.get(route)
        if cell is None:
            cell = known[route] = cells.of(route_key(*route))
        found.append(cell)
    used, index = np.unique(np.array(found, np.int64), return_inverse=True)
    return used, index.astype(np.int32)


def _within(used: Ids, spans: tuple[Ids, Ids]) -> tuple[Ids, Ids]:
    """Turn spans of cells into spans of classes."""
    return np.searchsorted(used, spans[0]), np.searchsorted(used, spans[1])


def _paint(
    rules: _Rules, origins: tuple[Ids, Ids], destinations: tuple[Ids, Ids], shape: tuple[int, int, int]
) -> NDArray[np.int32]:
    """Paint the rectangles, the weakest first; those of a single class all at once."""
    code = np.full(shape, -1, np.int32)
    top, bottom = origins[0][rules.origin], origins[1][rules.origin]
    left, right = destinations[0][rules.destination], destinations[1][rules.destination]
    order = np.argsort(rules.level, kind="stable")
    order = order[(bottom > top)[order] & (right > left)[order]]
    for level in np.unique(rules.level[order]):
        of_level = order[rules.level[order] == level]
        single = (bottom - top == 1)[of_level] & (right - left == 1)[of_level]
        dots = of_level[single]
        code[top[dots], left[dots], rules.service[dots]] = rules.code[dots]
        for at in of_level[~single].tolist():
            code[top[at] : bottom[at], left[at] : right[at], rules.service[at]] = rules.code[at]
    return code
