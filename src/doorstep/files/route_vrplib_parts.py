"""A text after TSPLIB and VRPLIB, taken apart: its fields, and the lines of its sections."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches

import numpy as np

from doorstep.files.route_lines import MOST, Lines
from doorstep.kernels.route.problem import FloatArray

TYPES = (
    "CVRP", "DCVRP", "VRPTW", "CVRPTW", "HFVRP", "HVRP", "MDVRP", "MDVRPTW", "VRPSPD", "VRPSPDTW", "MVRPB", "VRPMPD",
    "VRPMPDTW", "PDPTW", "PDVRP", "PCVRPTW", "PCVRP", "VRPGZ",
)  # fmt: skip
WEIGHTS = ("EUC_2D", "EXACT_2D", "FLOOR_2D", "CEIL_2D", "EXPLICIT")
FORMATS = ("FULL_MATRIX", "LOWER_ROW", "LOWER_DIAG_ROW", "UPPER_ROW", "UPPER_DIAG_ROW")
NUMBERS = (
    "DIMENSION", "CAPACITY", "VEHICLES", "SERVICE_TIME", "DISTANCE", "SCALE", "VEHICLES_MAX_DURATION",
    "VEHICLES_MAX_DISTANCE",
)  # fmt: skip
WORDS = ("NAME", "TYPE", "COMMENT", "EDGE_WEIGHT_TYPE", "EDGE_WEIGHT_FORMAT", "NODE_COORD_TYPE", "DISPLAY_DATA_TYPE")
OF_NODES = {  # numbers of a line after the node's
    "NODE_COORD": 2, "DEMAND": 1, "TIME_WINDOW": 2, "SERVICE_TIME": 1, "PICKUP_AND_DELIVERY": 6, "BACKHAUL": 1,
    "LINEHAUL": 1, "PRIZE": 1,
}  # fmt: skip
OF_VEHICLES = (
    "CAPACITY", "VEHICLES_FIXED_COST", "VEHICLES_UNIT_DISTANCE_COST", "VEHICLES_DEPOT", "VEHICLES_MAX_DURATION",
    "VEHICLES_MAX_DISTANCE",
)  # fmt: skip
OTHERS = ("EDGE_WEIGHT", "DEPOT", "MUTUALLY_EXCLUSIVE_GROUP")
_KEY = re.compile(r"\s*([A-Z][A-Z0-9_]*)\s*(?::(.*))?")
MOST_NODES = 1_000_001


@dataclass(slots=True)
class Parts:
    """Fields with their rows, sections with the rows of their lines."""

    lines: Lines
    fields: dict[str, tuple[str, int]] = field(default_factory=dict)
    sections: dict[str, range] = field(default_factory=dict)  # rows of the lines, without the section's own

    def word(self, name: str, otherwise: str = "") -> str:
        """A field as written."""
        return self.fields.get(name, (otherwise, 0))[0]

    def row(self, name: str) -> int:
        """The row of a field; 0: it is not there."""
        return self.fields.get(name, ("", 0))[1]

    def number(self, name: str, otherwise: float) -> float:
        """A field that is a number."""
        if name not in self.fields:
            return otherwise
        text, row = self.fields[name]
        found = self.lines.number(row, name, text)
        return otherwise if found is None else found

    def rows(self, name: str) -> range:
        """The rows of a section's lines; empty: it is not there."""
        return self.sections.get(name, range(0))


def take_apart(lines: Lines) -> Parts:
    """Find fields and sections; what is not understood is a fault, since it may change what the instance means."""
    parts = Parts(lines)
    section, begun = "", 0
    for row, line in enumerate([*lines.lines, "EOF"], start=1):
        match = _KEY.fullmatch(line.rstrip())
        if not match:
            if not section and line.strip() and line.strip() != "-1":
                lines.wrong(row, "", line.strip(), "stands in no section")
            continue
        if section:
            parts.sections[section] = range(begun, row)
            section = ""
        key = match[1]
        if key == "EOF":
            break
        if key.endswith("_SECTION"):
            section, begun = key.removesuffix("_SECTION"), row + 1
            _known(parts, row, section, (*OF_NODES, *OF_VEHICLES, *OTHERS), parts.sections, "section")
        else:
            _known(parts, row, key, (*NUMBERS, *WORDS), parts.fields, "field")
            parts.fields[key] = ((match[2] or "").strip(), row)
    return parts


def _known(
    parts: Parts, row: int, key: str, known: tuple[str, ...], there: dict[str, range] | dict[str, tuple[str, int]],
    what: str,
) -> None:  # fmt: skip
    if key not in known:
        near = get_close_matches(key, known, n=1)
        parts.lines.wrong(row, "", key, f"is no {what} that is understood" + (f"; is {near[0]} meant?" if near else ""))
    elif key in there:
        parts.lines.wrong(row, "", key, "is there twice")


def of_nodes(parts: Parts, name: str, nodes: int) -> FloatArray | None:
    """[nodes, k] numbers of a section with a line for each node; None: it is not there."""
    if name not in parts.sections:
        return None
    lines, width = parts.lines, OF_NODES[name]
    found = np.zeros((nodes, width))
    seen: dict[int, int] = {}
    for row in parts.rows(name):
        if not lines.lines[row - 1].strip():
            continue
        numbers = lines.numbers(row, f"{name}_SECTION", width + 1, width + 1)
        if numbers is None:
            cell = lines.lines[row - 1].split()[0]
            if cell.isdecimal():
                seen.setdefault(int(cell), row)  # its number is told, though the rest is not
            continue
        node = lines.whole(row, f"{name}_SECTION", numbers[0], 1, nodes)
        if node is None:
            continue
        if node in seen:
            lines.wrong(row, f"{name}_SECTION", str(node), f"repeats row {seen[node]}: a node is there once")
        seen.setdefault(node, row)
        found[node - 1] = numbers[1:]
    for node in range(1, nodes + 1) if len(seen) < nodes else ():
        if node not in seen:
            lines.wrong(_end(parts, name), f"{name}_SECTION", str(node), "is missing among the nodes")
    return found


def rows_of_nodes(parts: Parts) -> tuple[int, ...]:
    """Where a node is first told of, for notices."""
    for name in ("TIME_WINDOW", "DEMAND", "PICKUP_AND_DELIVERY", "NODE_COORD"):
        rows = [row for row in parts.rows(name) if parts.lines.lines[row - 1].strip()]
        if rows:
            by_node = {int(float(parts.lines.lines[row - 1].split()[0])): row for row in rows}
            return tuple(by_node[node] for node in sorted(by_node))
    return ()


def of_vehicles(parts: Parts, name: str, vehicles: int) -> list[float] | None:
    """[vehicles] numbers of a section with a line for each; None: it is not there."""
    if name not in parts.sections:
        return None
    lines = parts.lines
    found = [0.0] * vehicles
    seen = set()
    for row in parts.rows(name):
        if not lines.lines[row - 1].strip():
            continue
        numbers = lines.numbers(row, f"{name}_SECTION", 2, 2)
        one = lines.whole(row, f"{name}_SECTION", numbers[0], 1, vehicles) if numbers else None
        if numbers is None or one is None:
            continue
        if one in seen:
            lines.wrong(row, f"{name}_SECTION", str(one), "is there twice")
        seen.add(one)
        found[one - 1] = numbers[1]
    if len(seen) < vehicles and not lines.faults.count:
        lines.wrong(_end(parts, name), f"{name}_SECTION", str(len(seen)), f"vehicles are there of {vehicles}")
    return found


def members(parts: Parts, nodes: int) -> list[list[int]]:
    """Rows of the nodes of each group of which exactly one is served."""
    name, lines = "MUTUALLY_EXCLUSIVE_GROUP", parts.lines
    groups = []
    for row in parts.rows(name):
        if lines.lines[row - 1].strip():
            numbers = lines.numbers(row, f"{name}_SECTION", 2, MOST_NODES) or [0.0]
            found = [lines.whole(row, f"{name}_SECTION", one, 1, nodes) for one in numbers[1:]]
            groups.append([one - 1 for one in found if one is not None])
    return groups


def depots(parts: Parts, nodes: int) -> list[int]:
    """Rows of the depots; the first node where nothing is said."""
    found: list[int] = []
    for row in parts.rows("DEPOT"):
        for cell in parts.lines.lines[row - 1].split():
            number = parts.lines.number(row, "DEPOT_SECTION", cell)
            if number == -1:
                return found or [0]
            node = None if number is None else parts.lines.whole(row, "DEPOT_SECTION", number, 1, nodes)
            if node is not None and node - 1 not in found:
                found.append(node - 1)
    return found or [0]


def matrix(parts: Parts, nodes: int) -> FloatArray | None:
    """[nodes, nodes] weights as written, whichever half of them is; None: it is not there, or faulty."""
    rows, shape = parts.rows("EDGE_WEIGHT"), parts.word("EDGE_WEIGHT_FORMAT", "FULL_MATRIX")
    if not rows or shape not in FORMATS:
        return None
    name, lines = "EDGE_WEIGHT_SECTION", parts.lines
    cells = " ".join(lines.lines[rows[0] - 1 : rows[-1]]).split()
    wanted = nodes * nodes
    if shape != "FULL_MATRIX":
        wanted = (nodes * (nodes + 1) if "DIAG" in shape else nodes * (nodes - 1)) // 2
    if len(cells) != wanted:
        lines.wrong(rows[0], name, str(len(cells)), f"numbers are there where {shape} of {nodes} nodes has {wanted}")
        return None
    try:
        flat = np.array(cells, np.float64)
        if not np.isfinite(flat).all() or (flat < 0).any():
            raise ValueError
    except ValueError:
        for row in rows:
            for cell in lines.lines[row - 1].split():
                number = lines.number(row, name, cell)
                if number is not None and number < 0:
                    lines.wrong(row, name, cell, "is below 0")
        return None
    flat = np.minimum(flat, MOST)
    if shape == "FULL_MATRIX":
        return flat.reshape(nodes, nodes)
    full = np.zeros((nodes, nodes))
    step = 0 if "DIAG" in shape else 1
    half = np.tril_indices(nodes, -step) if shape.startswith("LOWER") else np.triu_indices(nodes, step)
    full[half] = flat
    return np.maximum(full, full.T)


def _end(parts: Parts, name: str) -> int:
    rows = parts.rows(name)
    return rows[-1] if rows else 0
