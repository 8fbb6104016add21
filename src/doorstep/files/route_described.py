"""An instance of research as its file describes it, and the problem that follows from it.

Three conventions are in use for distances between points of a plane, and best known values hold under one only:
whole units, to the nearest (TSPLIB EUC_2D); tenths, cut off (DIMACS challenge 2021-22, for instances with windows);
thousandths, to the nearest (LKH's EXACT_2D, PyVRP's "exact"). Times are scaled along with distances, since an hour
and a mile are one unit in all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from doorstep.files.route_instance import Convention, Form, Instance, Notice
from doorstep.files.route_lines import MOST
from doorstep.files.route_notices import hopeless
from doorstep.kernels.route.problem import (
    ANY,
    NEVER,
    REQUIRED,
    Fleet,
    FloatArray,
    IntArray,
    RouteProblem,
    Stops,
    Travel,
    plain_fleet,
    plain_stops,
)

Rounding = Literal["plain", "nearest", "down", "up", "matrix"]
"""Of distances: "plain" leaves the convention to this module; the others are what a file asks for at its scale."""
LARGEST_MATRIX = 5_000
"""Locations up to which a rule without a twin in `Travel` is written out."""
_SCALES: dict[Convention, int] = {"rounded": 1, "dimacs": 10, "exact": 1000}
_MEASURES = {
    "nearest": "Euclidean distance x {scale}, rounded to the nearest",
    "down": "Euclidean distance x {scale}, cut off",
    "up": "Euclidean distance x {scale}, rounded up",
    "matrix": "distance of the matrix x {scale}",
}


@dataclass(frozen=True, slots=True)
class Vans:
    """Vans that are alike."""

    name: str
    count: int
    capacity: float = MOST
    fixed: float = 0
    per_unit: int = 1
    depot: int = 0  # row among the nodes
    max_duration: float = MOST
    max_distance: float = MOST


@dataclass(frozen=True, slots=True)
class Described:
    """m nodes, depots among them, in the units of the file; MOST is never."""

    name: str
    form: Form
    x: FloatArray
    y: FloatArray
    depots: tuple[int, ...]
    delivery: FloatArray
    fleet: tuple[Vans, ...]
    pickup: FloatArray
    opens: FloatArray
    closes: FloatArray
    service: FloatArray
    prize: FloatArray  # REQUIRED, or what leaving it costs
    group: IntArray
    pairs: tuple[tuple[int, int], ...] = ()
    rounding: Rounding = "plain"
    scale: int = 1
    matrix: FloatArray | None = None
    labels: tuple[str, ...] = ()  # of the nodes; empty: their rows
    rows: tuple[int, ...] = ()  # of the file, for notices
    notices: tuple[Notice, ...] = field(default=())

    @property
    def windows(self) -> bool:
        """Whether any stop is not open all the time."""
        inner = self.inner()
        return bool((self.opens[inner] > 0).any() or (self.closes[inner] < self.closes[self.depots[0]]).any())

    def inner(self) -> IntArray:
        """Rows of the nodes that are no depots."""
        return np.setdiff1d(np.arange(len(self.x)), np.array(self.depots))


def plain(name: str, form: Form, nodes: int) -> dict[str, Any]:
    """What nodes have when their file says nothing else."""
    zero = np.zeros(nodes)
    return {
        "name": name, "form": form, "delivery": zero, "pickup": zero, "opens": zero, "closes": np.full(nodes, MOST),
        "service": zero, "prize": np.full(nodes, float(REQUIRED)), "group": np.full(nodes, ANY),
    }  # fmt: skip


def settled(given: Described, convention: Convention) -> Described:
    """Settle rounding and scale, by the convention asked for or else by what the numbers look like."""
    if given.rounding != "plain" and (not convention or given.matrix is not None):
        return given
    if not convention:
        parts = (given.x, given.y, given.opens, given.closes, given.service)
        convention = "dimacs" if given.windows else "rounded"
        if given.windows and not all(_whole(part) for part in parts):
            convention = "exact"
    return replace(given, rounding="down" if convention == "dimacs" else "nearest", scale=_SCALES[convention])


def instance_of(given: Described, convention: Convention, data_version: str) -> Instance:
    """Make the problem of what a file describes."""
    given = settled(given, convention)
    aside = _aside(given)
    stops = np.array([node for node in given.inner().tolist() if node not in aside], np.int64)
    load = 1 if _whole(given.delivery) and _whole(given.pickup) else 1000
    problem = RouteProblem(_travel(given), _stops(given, stops, load), _fleet(given, load))
    labels = given.labels or tuple(map(str, range(len(given.x))))
    ids = tuple(labels[node] for node in stops.tolist())
    rows = [given.rows[node] for node in stops.tolist()] if given.rows else []
    scale = given.scale
    lost = hopeless(problem, ids, rows, lambda at: "any time" if at >= NEVER else f"{at / scale:g}")
    return Instance(
        problem=problem,
        name=given.name,
        form=given.form,
        stops=ids,
        labels=ids,
        numbers=tuple(stops.tolist()),
        vehicles=tuple(vans.name for vans in given.fleet),
        notices=given.notices + tuple(sorted((*aside.values(), *lost), key=lambda notice: notice.row)),
        scale=given.scale,
        measure=_MEASURES[given.rounding].format(scale=given.scale),
        data_version=data_version,
    )


def _aside(given: Described) -> dict[int, Notice]:
    labels, rows = given.labels, given.rows

    def notice(node: int, code: Literal["window_ends_first", "partner_set_aside"], why: str) -> Notice:
        row = rows[node] if rows else 0
        return Notice(labels[node] if labels else str(node), row, code, why, aside=True)

    found = {
        node: notice(node, "window_ends_first", f"its window ends before it begins at {given.opens[node]:g}")
        for node in given.inner().tolist()
        if given.closes[node] < given.opens[node]
    }
    for pair in given.pairs:
        gone = [node for node in pair if node in found]
        for node in set(pair) - set(found) if gone else ():
            found[node] = notice(node, "partner_set_aside", "the other stop of its pair is set aside")
    return found


def _whole(numbers: FloatArray) -> bool:
    return bool((numbers == np.floor(numbers)).all())


def _times(given: Described, numbers: FloatArray) -> IntArray:
    """Scale as distances are scaled; never stays never."""
    scaled = numbers * given.scale + (0.5 if given.rounding != "down" else 0)
    return np.where(numbers >= MOST, NEVER, np.floor(np.minimum(scaled, NEVER))).astype(np.int64)


def _travel(given: Described) -> Travel:
    scale, x, y = given.scale, given.x, given.y
    if given.matrix is not None:
        metres = np.floor(np.minimum(given.matrix * scale + 0.5, NEVER)).astype(np.int64)
        return Travel("matrix", x, y, distance=metres, duration=metres)
    if given.rounding == "nearest":
        return Travel("rounded", x * scale, y * scale)
    if given.rounding == "down" and scale == 10:
        return Travel("truncated", x, y)
    exact = scale * np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
    metres = (np.floor(exact) if given.rounding == "down" else np.ceil(exact)).astype(np.int64)
    return Travel("matrix", x, y, distance=metres, duration=metres)


def _stops(given: Described, nodes: IntArray, load: int) -> Stops:
    place = {node: stop for stop, node in enumerate(nodes.tolist())}
    pairs = [(place[a], place[b]) for a, b in given.pairs if a in place and b in place]
    prize = given.prize[nodes]
    return plain_stops(
        nodes,
        _loads(given.delivery[nodes], load),
        pickup=_loads(given.pickup[nodes], load),
        service_s=_times(given, given.service[nodes]),
        from_s=_times(given, np.maximum(given.opens[nodes], 0)),
        to_s=_times(given, given.closes[nodes]),
        pairs=np.array(pairs, np.int64).reshape(-1, 2),
        group=given.group[nodes],
        prize=np.where(prize == REQUIRED, REQUIRED, _times(given, prize)).astype(np.int64),
    )


def _loads(numbers: FloatArray, load: int) -> IntArray:
    return np.floor(numbers * load + 0.5).astype(np.int64)[:, None]


def _fleet(given: Described, load: int) -> Fleet:
    def each(numbers: Iterable[float]) -> FloatArray:
        return np.array(list(numbers), np.float64)

    fleet = given.fleet
    depot = np.array([vans.depot for vans in fleet], np.int64)
    capacity = np.minimum(np.floor(each(vans.capacity for vans in fleet) * load), NEVER).astype(np.int64)
    return plain_fleet(
        np.array([vans.count for vans in fleet], np.int64),
        capacity[:, None],
        start=depot,
        end=depot,
        from_s=_times(given, np.maximum(given.opens[depot], 0)),
        to_s=_times(given, given.closes[depot]),
        fixed=_times(given, each(vans.fixed for vans in fleet)),
        per_m=np.array([vans.per_unit for vans in fleet], np.int64),
        max_distance_m=_times(given, each(vans.max_distance for vans in fleet)),
        max_duration_s=_times(given, each(vans.max_duration for vans in fleet)),
    )
