"""Rounds as TSPLIB and VRPLIB write them, in the dialects of CVRPLIB, LKH-3 and PyVRP.

Understood are capacitated rounds, with time windows, of several depots, of a mixed fleet, with deliveries and pick-ups,
with pairs, with prizes and with groups of which one is served. A field or section that is not understood is refused: it
might change what the instance means.

References
----------
Helsgaun (2017), An extension of the Lin-Kernighan-Helsgaun TSP solver for constrained travelling salesman and vehicle
routing problems, report, Roskilde University: PICKUP_AND_DELIVERY_SECTION, SCALE, EXACT_2D, FLOOR_2D.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from doorstep.files import route_vrplib_parts as taken
from doorstep.files.route_described import LARGEST_MATRIX, Described, Rounding, Vans, plain
from doorstep.files.route_instance import Notice
from doorstep.files.route_lines import MOST, Lines
from doorstep.files.route_vrplib_parts import Parts
from doorstep.kernels.route.problem import ANY, REQUIRED, FloatArray

_UNTIL = 10_000_000  # LKH writes this, or more, where a node is open for ever
_ROUNDINGS: dict[str, Rounding] = {"EUC_2D": "plain", "EXACT_2D": "nearest", "FLOOR_2D": "down", "CEIL_2D": "up"}


def described(lines: Lines, otherwise: str) -> Described | None:
    """Read the lines of a file; None, and faults, where they cannot be understood."""
    parts = taken.take_apart(lines)
    nodes = _dimension(parts)
    _words(parts)
    if nodes is None:
        return None
    depots = taken.depots(parts, nodes)
    vehicles = _vehicles(parts, nodes - len(depots))
    cells = plain(parts.word("NAME", otherwise) or otherwise, "vrplib", nodes)
    cells |= _weights(parts, nodes) | _nodes(parts, nodes, depots)
    cells |= _pickups(parts, nodes) | _choices(parts, nodes)
    fleet = _fleet(parts, vehicles, nodes, depots)
    _check(parts, cells, depots)
    if lines.faults.count:
        return None
    return Described(**cells, depots=tuple(depots), fleet=fleet, rows=taken.rows_of_nodes(parts))


def _dimension(parts: Parts) -> int | None:
    if "DIMENSION" not in parts.fields:
        parts.lines.wrong(0, "DIMENSION", "", "is missing")
        return None
    number = parts.number("DIMENSION", -1)
    return parts.lines.whole(parts.row("DIMENSION"), "DIMENSION", number, 1, taken.MOST_NODES)


def _words(parts: Parts) -> None:
    known = {"TYPE": taken.TYPES, "EDGE_WEIGHT_TYPE": taken.WEIGHTS, "EDGE_WEIGHT_FORMAT": taken.FORMATS}
    for name, words in known.items():
        if name in parts.fields and parts.word(name) not in words:
            why = f"is not one of {', '.join(words)}"
            parts.lines.wrong(parts.row(name), name, parts.word(name), why)


def _vehicles(parts: Parts, stops: int) -> int:
    """As many as the file says, and as there are stops where it says nothing."""
    number = parts.number("VEHICLES", max(stops, 1))
    count = parts.lines.whole(parts.row("VEHICLES"), "VEHICLES", number, 0, taken.MOST_NODES)
    if count == 0:
        parts.lines.wrong(parts.row("VEHICLES"), "VEHICLES", "0", "leaves nobody to drive")
    return count or 1


def _weights(parts: Parts, nodes: int) -> dict[str, Any]:
    """How far all is apart."""
    kind = parts.word("EDGE_WEIGHT_TYPE", "EXPLICIT" if "EDGE_WEIGHT" in parts.sections else "EUC_2D")
    points = taken.of_nodes(parts, "NODE_COORD", nodes)
    found: dict[str, Any] = {"x": np.zeros(nodes), "y": np.zeros(nodes), "scale": 1}
    if points is not None:
        found |= {"x": points[:, 0], "y": points[:, 1]}
    if kind == "EXPLICIT":
        square = taken.matrix(parts, nodes)
        if square is None and "EDGE_WEIGHT" not in parts.sections:
            parts.lines.wrong(0, "EDGE_WEIGHT_SECTION", "", "is missing")
        if square is not None:
            found |= _square(parts, square)
        return found
    if points is None:
        parts.lines.wrong(0, "NODE_COORD_SECTION", "", "is missing")
    rounding = _ROUNDINGS.get(kind, "plain")
    scale = parts.number("SCALE", 1000 if kind == "EXACT_2D" else 1)
    whole = parts.lines.whole(parts.row("SCALE"), "SCALE", scale, 1, 1_000_000)
    tabled = rounding == "up" or (rounding == "down" and whole != 10)
    if tabled and nodes > LARGEST_MATRIX:
        why = f"is read for up to {LARGEST_MATRIX} nodes at this scale"
        parts.lines.wrong(parts.row("EDGE_WEIGHT_TYPE"), "EDGE_WEIGHT_TYPE", kind, why)
    return found | {"rounding": rounding, "scale": whole or 1}


def _square(parts: Parts, square: FloatArray) -> dict[str, Any]:
    found: dict[str, Any] = {"matrix": square, "rounding": "matrix"}
    if np.diagonal(square).any():
        square = square.copy()
        np.fill_diagonal(square, 0)
        row = parts.rows("EDGE_WEIGHT")[0]
        why = "the way from a place to itself is not 0 in EDGE_WEIGHT_SECTION; it is taken to be"
        found |= {"matrix": square, "notices": (Notice("", row, "diagonal", why),)}
    if (found["matrix"] != np.floor(found["matrix"])).any():
        found["scale"] = 1000
    return found


def _nodes(parts: Parts, nodes: int, depots: list[int]) -> dict[str, Any]:
    """Demand, windows and service."""
    found: dict[str, Any] = {}
    demand = taken.of_nodes(parts, "DEMAND", nodes)
    linehaul = taken.of_nodes(parts, "LINEHAUL", nodes)
    if demand is None:
        demand = linehaul
    if demand is not None:
        found["delivery"] = demand[:, 0]
    backhaul = taken.of_nodes(parts, "BACKHAUL", nodes)
    if backhaul is not None:
        found["pickup"] = backhaul[:, 0]
    windows = taken.of_nodes(parts, "TIME_WINDOW", nodes)
    if windows is not None:
        found |= {"opens": windows[:, 0], "closes": np.where(windows[:, 1] >= MOST, MOST, windows[:, 1])}
    service = taken.of_nodes(parts, "SERVICE_TIME", nodes)
    uniform = np.full(nodes, parts.number("SERVICE_TIME", 0))
    uniform[depots] = 0
    return found | {"service": uniform if service is None else service[:, 0]}


def _pickups(parts: Parts, nodes: int) -> dict[str, Any]:
    """PICKUP_AND_DELIVERY_SECTION: demand, window, service, and then what TYPE says: two amounts, or two nodes."""
    both = taken.of_nodes(parts, "PICKUP_AND_DELIVERY", nodes)
    if both is None:
        return {}
    opens, closes, service = both[:, 1], both[:, 2], both[:, 3]
    closes = np.where(closes >= _UNTIL, MOST, closes)
    found: dict[str, Any] = {"opens": opens, "closes": closes, "service": service}
    if parts.word("TYPE") not in ("PDPTW", "PDVRP"):
        return found | {"pickup": both[:, 4], "delivery": both[:, 5]}
    pairs = []
    amount = np.abs(both[:, 0])
    pickup, delivery = np.zeros(nodes), np.zeros(nodes)
    for node, (_, _, _, _, before, after) in enumerate(both.tolist()):
        if after and not before:
            other = parts.lines.whole(0, "PICKUP_AND_DELIVERY_SECTION", after, 1, nodes)
            if other is None or both[other - 1, 4] != node + 1:
                why = f"is delivered at node {after:g}, which does not say so"
                parts.lines.wrong(parts.row("TYPE"), "PICKUP_AND_DELIVERY_SECTION", str(node + 1), why)
                continue
            pairs.append((node, other - 1))
            pickup[node] = delivery[other - 1] = amount[node]
    return found | {"pairs": tuple(pairs), "pickup": pickup, "delivery": delivery}


def _choices(parts: Parts, nodes: int) -> dict[str, Any]:
    """Prizes, where 0 means required as in PyVRP's instances, and groups."""
    found: dict[str, Any] = {}
    prizes = taken.of_nodes(parts, "PRIZE", nodes)
    if prizes is not None:
        found["prize"] = np.where(prizes[:, 0] > 0, prizes[:, 0], REQUIRED)
    if "MUTUALLY_EXCLUSIVE_GROUP" in parts.sections:
        group = np.full(nodes, ANY)
        for number, group_nodes in enumerate(taken.members(parts, nodes)):
            if len(group_nodes) > 1:
                group[group_nodes] = number
        found["group"] = group
    return found


def _fleet(parts: Parts, vehicles: int, nodes: int, depots: list[int]) -> tuple[Vans, ...]:
    """Vans that are alike, told once; their names say which of the file's vehicles they are."""

    def each(section: str, otherwise: float) -> list[float]:
        given = taken.of_vehicles(parts, section, vehicles)
        return [otherwise] * vehicles if given is None else given

    duration = parts.number("VEHICLES_MAX_DURATION", 0) or parts.number("DISTANCE", 0) or MOST
    distance = parts.number("VEHICLES_MAX_DISTANCE", 0) or MOST
    if len(depots) > 1 and "VEHICLES_DEPOT" not in parts.sections:
        why = "is missing: with several depots somebody must say where vehicles start"
        parts.lines.wrong(0, "VEHICLES_DEPOT_SECTION", "", why)
    if "CAPACITY" not in parts.fields and "CAPACITY" not in parts.sections:
        parts.lines.wrong(0, "CAPACITY", "", "is missing")
    rows = zip(
        each("CAPACITY", parts.number("CAPACITY", MOST)),
        each("VEHICLES_FIXED_COST", 0),
        each("VEHICLES_UNIT_DISTANCE_COST", 1),
        each("VEHICLES_DEPOT", depots[0] + 1),
        each("VEHICLES_MAX_DURATION", duration),
        each("VEHICLES_MAX_DISTANCE", distance),
        strict=True,
    )
    count = Counter(rows)
    fleet, first = [], 1
    for (capacity, fixed, unit, depot, longest, furthest), many in count.items():
        node = parts.lines.whole(0, "VEHICLES_DEPOT_SECTION", depot, 1, nodes)
        per_unit = parts.lines.whole(0, "VEHICLES_UNIT_DISTANCE_COST_SECTION", unit, 0, 10**6)
        if min(capacity, fixed, longest, furthest) < 0:
            parts.lines.wrong(0, "VEHICLES", str(first), "has a number below 0")
        if node is not None and node - 1 not in depots:
            parts.lines.wrong(0, "VEHICLES_DEPOT_SECTION", str(node), "is no depot")
        fleet.append(
            Vans(str(first), many, capacity, fixed, per_unit or 0, (node or 1) - 1, longest or MOST, furthest or MOST)
        )
        first += many
    return tuple(fleet)


def _check(parts: Parts, cells: dict[str, Any], depots: list[int]) -> None:
    """No number below 0 where there cannot be one, and depots that are open."""
    names = {"delivery": "DEMAND", "pickup": "PICKUP", "service": "SERVICE_TIME"}
    for cell, name in names.items():
        for node in np.flatnonzero(cells[cell] < 0).tolist():
            parts.lines.wrong(0, name, str(node + 1), f"has {cells[cell][node]:g}, which is below 0")
    for depot in depots:
        if cells["closes"][depot] < cells["opens"][depot]:
            parts.lines.wrong(0, "TIME_WINDOW_SECTION", str(depot + 1), "is a depot that closes before it opens")
