"""Another packer, packing orders one by one: runs in the peers' environment and imports nothing of Doorstep.

Reads one JSON document from standard input (peer, cap_s, support, cartons, orders) and writes one line per order: CPU
seconds of this process and its children, and parcels as [carton, rows of item, x, y, z, dx, dy, dz], or an error.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

Size = tuple[int, int, int]
Row = list[float]
Parcel = tuple[int, list[Row]]
GRACE_S = 60
BOX = 10**9  # price of a box where a peer minimises money: above any sum of volumes in ml
SOLVER_SECONDS = 0.2


@dataclass(frozen=True)
class Carton:
    """Inner size in mm, and grams that it may hold."""

    size: Size
    payload: int


@dataclass(frozen=True)
class Line:
    """So many units of an item."""

    item: int
    size: Size
    weight: int
    upright: bool
    quantity: int


Pack = Callable[[list[Line], list[Carton], float], list[Parcel]]


def volume(size: Size) -> int:
    """Volume in mm3."""
    return size[0] * size[1] * size[2]


def py3dbp(lines: list[Line], cartons: list[Carton], _support: float) -> list[Parcel]:
    """One carton at a time: the smallest that takes all that is left, else the one that takes most of it."""
    left = [line for line in lines for _ in range(line.quantity)]
    ascending = sorted(range(len(cartons)), key=lambda at: volume(cartons[at].size))
    parcels: list[Parcel] = []
    while left:
        best: tuple[int, list[Row], list[int]] | None = None
        most = 0
        for carton in ascending:
            rows, taken = _py3dbp_one(left, cartons[carton])
            filled = sum(volume(left[at].size) for at in taken)
            if filled > most:
                best, most = (carton, rows, taken), filled
            if len(taken) == len(left):
                break
        if best is None:
            break
        parcels.append((best[0], best[1]))
        gone = set(best[2])
        left = [line for at, line in enumerate(left) if at not in gone]
    return parcels


def _py3dbp_one(units: list[Line], carton: Carton) -> tuple[list[Row], list[int]]:
    module: Any = import_module("py3dbp")
    packer = module.Packer()
    packer.add_bin(module.Bin("0", *carton.size, carton.payload))
    for at, unit in enumerate(units):
        packer.add_item(module.Item(str(at), *unit.size, unit.weight))
    packer.pack(bigger_first=True, number_of_decimals=0)
    rows: list[Row] = []
    taken: list[int] = []
    for item in packer.bins[0].items:
        at = int(item.name)
        taken.append(at)
        rows.append([units[at].item, *map(int, item.position), *map(int, item.get_dimension())])
    return rows, taken


def packer3d(lines: list[Line], cartons: list[Carton], support: float) -> list[Parcel]:
    """Support by contact, its loosest rule but one; with ours on, by the whole base, its only rule as strict."""
    return _packer3d(lines, cartons, "full_base" if support else "contact")


def packer3d_free(lines: list[Line], cartons: list[Carton], _support: float) -> list[Parcel]:
    """Without any rule of support."""
    return _packer3d(lines, cartons, "geometric")


def _packer3d(lines: list[Line], cartons: list[Carton], mode: str) -> list[Parcel]:
    packer: Any = import_module("packer3d").Packer()
    for at, carton in enumerate(cartons):
        width, length, height = carton.size
        packer.add_box(id=str(at), width=width, length=length, height=height, max_weight=carton.payload)
    for at, line in enumerate(lines):
        width, length, height = line.size
        packer.add_item(
            id=str(at), width=width, length=length, height=height, weight=line.weight, quantity=line.quantity,
            rotation="flat" if line.upright else "any", diagonal=False,
        )  # fmt: skip
    result = packer.set_options(support_mode=mode).pack()
    return [(int(box["type_id"]), [_packer3d_row(unit, lines) for unit in box["items"]]) for box in result["bins"]]


def _packer3d_row(unit: dict[str, Any], lines: list[Line]) -> Row:
    item = lines[int(unit["id"])].item
    if "center" in unit:
        size = _turned((unit["width"], unit["length"], unit["height"]), unit["orientation"])
        return [item, *(middle - edge / 2 for middle, edge in zip(unit["center"], size, strict=True)), *size]
    width, length, height = unit["width"], unit["length"], unit["height"]
    if unit["angle"] % 180 == 90:
        width, length = length, width
    return [item, unit["x"] - width / 2, unit["y"] - length / 2, unit["z"], width, length, height]


def _turned(size: Size, orientation: list[float]) -> Row:
    """Extent of a box turned by a quaternion; of a slanted one, of the box around it, which the check refuses."""
    x, y, z, w = orientation
    matrix = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)),
        (2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)),
        (2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)),
    )
    return [sum(abs(share) * edge for share, edge in zip(row, size, strict=True)) for row in matrix]


def packvium(lines: list[Line], cartons: list[Carton], support: float) -> list[Parcel]:
    """Its balanced profile."""
    return _packvium(lines, cartons, support, "balanced")


def packvium_fast(lines: list[Line], cartons: list[Carton], support: float) -> list[Parcel]:
    """Its fast profile."""
    return _packvium(lines, cartons, support, "fast")


def _packvium(lines: list[Line], cartons: list[Carton], support: float, profile: str) -> list[Parcel]:
    module: Any = import_module("packvium")
    mm = module.Dimensions.mm
    config = getattr(module.PackingConfig, profile)(minimum_support_ratio=support)
    items = [
        module.Item.create(str(at), mm(*line.size), f"{line.weight} g", quantity=line.quantity,
                    keep_upright=line.upright)
        for at, line in enumerate(lines)
    ]  # fmt: skip
    boxes = [
        # The default objective is fewest unpacked, fewest containers, then least cost.
        module.Container.create(str(at), mm(*one.size), max_payload=f"{one.payload} g", cost_minor=volume(one.size))
        for at, one in enumerate(cartons)
    ]
    result = module.Packer(config).pack(items=items, containers=boxes)
    parcels: list[Parcel] = []
    for box in result.containers:
        rows: list[Row] = []
        for placed in box.placements:
            at, size = placed.position, placed.dimensions
            edges = (at.x, at.y, at.z, size.length.ticks, size.width.ticks, size.height.ticks)
            rows.append([lines[int(placed.instance.item.id)].item, *(edge / 16_000 for edge in edges)])
        parcels.append((int(box.container.id), rows))
    return parcels


def packingsolver3d(lines: list[Line], cartons: list[Carton], _support: float) -> list[Parcel]:
    """Bins of several sizes at the least cost, within a limit of seconds an order."""
    module: Any = import_module("packingsolver3d")
    stands = (module.Rotation.XYZ, module.Rotation.YXZ)
    units = sum(line.quantity for line in lines)
    instance = module.Instance(
        bin_types=[
            module.BinType(*one.size, cost=BOX + volume(one.size) / 1_000, copies=units, maximum_weight=one.payload)
            for one in cartons
        ],
        item_types=[
            module.ItemType(*line.size, weight=line.weight, copies=line.quantity,
                     rotations=stands if line.upright else module.ALL_ROTATIONS)
            for line in lines
        ],
        objective=module.Objective.VARIABLE_SIZED_BIN_PACKING,
    )  # fmt: skip
    result = module.box.solve(instance, time_limit=SOLVER_SECONDS)
    parcels: list[Parcel] = []
    for packed in result.bins:
        rows: list[Row] = [[lines[p.item_type_id].item, p.x, p.y, p.z, p.lx, p.ly, p.lz] for p in packed.placements]
        parcels += [(packed.bin_type_id, rows)] * packed.copies
    return parcels


PEERS: dict[str, Pack] = {
    "py3dbp": py3dbp,
    "packer3d": packer3d,
    "packer3d_free": packer3d_free,
    "packvium": packvium,
    "packvium_fast": packvium_fast,
    "packingsolver3d": packingsolver3d,
}


def cpu_seconds() -> float:
    """Of this process and of its children that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    """Pack orders until the cap is reached."""
    task = json.load(sys.stdin)
    pack, cap = PEERS[task["peer"]], float(task["cap_s"])
    cartons = [Carton(tuple(one["size"]), one["payload"]) for one in task["cartons"]]
    orders = [[Line(**{**line, "size": tuple(line["size"])}) for line in order] for order in task["orders"]]
    limit = int(cap) + GRACE_S  # an order that never ends must not hold up the rest
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    pack([Line(0, (1, 1, 1), 1, False, 1)], [Carton((10, 10, 10), 1_000)], task["support"])  # imports are not timed
    begun = cpu_seconds()
    for number, lines in enumerate(orders):
        before, error = cpu_seconds(), ""
        if before - begun > cap:
            break
        parcels: list[Parcel] = []
        started = time.perf_counter()
        try:
            parcels = pack(lines, cartons, task["support"])
        except Exception as fault:  # whatever a peer raises is its answer to that order
            error = f"{type(fault).__name__}: {fault}"
        answer = {
            "order": number, "cpu_s": cpu_seconds() - before, "wall_s": time.perf_counter() - started,
            "parcels": parcels, "error": error,
        }  # fmt: skip
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
