"""Rounds as Solomon, Gehring and Homberger write them, and pairs as Li and Lim do.

References
----------
Solomon (1987), Algorithms for the vehicle routing and scheduling problems with time window constraints, Operations
Research 35(2). Gehring and Homberger (1999), A parallel hybrid evolutionary metaheuristic for the vehicle routing
problem with time windows, EUROGEN99. Li and Lim (2003), A metaheuristic for the pickup and delivery problem with time
windows,
International Journal on Artificial Intelligence Tools 12(2).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from doorstep.files.route_described import Described, Vans, plain
from doorstep.files.route_lines import Lines

CUSTOMERS = ("CUST NO.", "XCOORD.", "YCOORD.", "DEMAND", "READY TIME", "DUE DATE", "SERVICE TIME")
TASKS = ("TASK", "X", "Y", "DEMAND", "EARLIEST", "LATEST", "SERVICE", "PICKUP", "DELIVERY")
MOST_VANS = 1_000_000
MOST_NUMBER = 10**9


def solomon(lines: Lines, otherwise: str) -> Described | None:
    """Read a name, VEHICLE with its numbers, CUSTOMER with a line for each; the first one is the depot."""
    heads = {line.split()[0].upper(): row for row, line in enumerate(lines.lines, start=1) if line.split()}
    vehicle, customer = heads.get("VEHICLE"), heads.get("CUSTOMER")
    if vehicle is None or customer is None:
        lines.wrong(0, "", "", "has no lines VEHICLE and CUSTOMER")
        return None
    head = next((row for row in range(vehicle + 1, customer) if _numeric(lines.lines[row - 1])), None)
    if head is None:
        lines.wrong(vehicle, "VEHICLE", "", "is followed by no number of vehicles and capacity")
    fleet = _vans(lines, head, "VEHICLE") if head else None
    name = lines.lines[0].strip() or otherwise
    if vehicle == 1:
        name = otherwise
    rows = [row for row in range(customer + 1, len(lines.lines) + 1) if _body(lines.lines[row - 1])]
    found = _table(lines, rows, CUSTOMERS, "CUSTOMER")
    if found is None or fleet is None or lines.faults.count:
        return None
    table, rows = found
    cells = plain(name, "solomon", len(table)) | _columns(table)
    cells |= {"delivery": table[:, 3], "labels": _labels(table), "rows": tuple(rows)}
    return Described(**cells, depots=(0,), fleet=fleet)


def li_lim(lines: Lines, otherwise: str) -> Described | None:
    """Read vehicles, capacity and speed, then a line for each task; the first one is the depot."""
    rows = [row for row, line in enumerate(lines.lines, start=1) if line.strip()]
    fleet = _vans(lines, rows[0], "VEHICLES") if rows else None
    found = _table(lines, rows[1:], TASKS, "TASKS")
    if found is None or fleet is None or lines.faults.count:
        return None
    table, rows = found
    place = {int(number): node for node, number in enumerate(table[:, 0].tolist())}
    pairs = []
    for node, (row, before, after) in enumerate(zip(rows, *table[:, 7:9].T.tolist(), strict=True)):
        if node == 0:
            continue
        partner = place.get(int(before or after))
        if bool(before) == bool(after):
            lines.wrong(row, "PICKUP", f"{before:g} {after:g}", "is neither a pick-up nor a delivery: name one partner")
        elif partner is None or partner == 0 or table[partner, 8 if before else 7] != table[node, 0]:
            lines.wrong(row, "PICKUP", f"{before or after:g}", "is no task that names this one as its partner")
        elif after:
            pairs.append((node, partner))
            if table[node, 3] < 0 or table[node, 3] != -table[partner, 3]:
                lines.wrong(row, "DEMAND", f"{table[node, 3]:g}", f"is not what is delivered at {after:g}")
    if lines.faults.count:
        return None
    cells = plain(otherwise, "lilim", len(table)) | _columns(table)
    cells |= {"pickup": np.maximum(table[:, 3], 0), "delivery": np.maximum(-table[:, 3], 0)}
    cells |= {"labels": _labels(table), "rows": tuple(rows), "pairs": tuple(pairs)}
    return Described(**cells, depots=(0,), fleet=fleet)


def _numeric(line: str) -> bool:
    return bool(line.strip()) and line.strip()[0].isdecimal()


def _body(line: str) -> bool:
    """Whether a line is one of numbers, or garbled, and not the heading of the columns."""
    return bool(line.strip()) and not line.strip().upper().startswith("CUST")


def _vans(lines: Lines, row: int, column: str) -> tuple[Vans, ...] | None:
    numbers = lines.numbers(row, column, 2, 3)
    if numbers is None:
        return None
    count = lines.whole(row, column, numbers[0], 0, MOST_VANS)
    if count == 0:
        lines.wrong(row, column, "0", "leaves nobody to drive")
    if numbers[1] < 0:
        lines.wrong(row, column, f"{numbers[1]:g}", "is a capacity below 0")
    return (Vans("1", count, numbers[1]),) if count else None


def _table(lines: Lines, rows: list[int], columns: tuple[str, ...], section: str) -> tuple[Any, list[int]] | None:
    """Numbers of the rows, and which rows they are; None, and faults, where there are none."""
    if not rows:
        lines.wrong(0, section, "", "has no line; not even a depot")
        return None
    table, kept, seen = [], [], dict[int, int]()
    for row in rows:
        numbers = lines.numbers(row, section, len(columns), len(columns))
        number = lines.whole(row, columns[0], numbers[0], 0, MOST_NUMBER) if numbers else None
        if numbers is None or number is None:
            continue
        if number in seen:
            lines.wrong(row, columns[0], str(number), f"repeats row {seen[number]}: each number is there once")
        seen.setdefault(number, row)
        for column, cell in ((6, numbers[6]), (3, numbers[3] if len(columns) == 7 else 0)):
            if cell < 0:
                lines.wrong(row, columns[column], f"{cell:g}", "is below 0")
        table.append(numbers)
        kept.append(row)
    if table and kept[0] == rows[0] and table[0][5] < table[0][4]:
        lines.wrong(rows[0], columns[5], f"{table[0][5]:g}", "is a depot that closes before it opens")
    return (np.array(table), kept) if table else None


def _columns(table: Any) -> dict[str, object]:
    return {"x": table[:, 1], "y": table[:, 2], "opens": table[:, 4], "closes": table[:, 5], "service": table[:, 6]}


def _labels(table: Any) -> tuple[str, ...]:
    return tuple(f"{number:g}" if number < 10**5 else str(int(number)) for number in table[:, 0].tolist())
