"""PyVRP 0.14 alone: its own model of each set, its own defaults."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

pyvrp: Any = import_module("pyvrp")
NEVER = 2**40


class Until:
    """Stops when the time of the whole process is used up, reading and set-up included."""

    def __init__(self, task: Any) -> None:
        self._task = task

    def __call__(self, _best_cost: int) -> bool:
        return bool(self._task.left() <= 0)


def solve(task: Any) -> list[tuple[int, list[int]]]:
    """Build the data, search, and read the best solution; nothing if that is not feasible."""
    data, clients, shipments = _data(task)
    found = pyvrp.solve(data, Until(task), seed=task.seed, collect_stats=False, display=False)
    if not found.best.is_feasible():
        raise ValueError("no feasible solution")
    return [(route.vehicle_type(), _visits(route, clients, shipments)) for route in found.best.routes()]


def _visits(route: Any, clients: list[int], shipments: list[tuple[int, int]]) -> list[int]:
    visits = []
    for one in route:
        if one.is_client():
            visits.append(clients[one.idx])
        elif one.is_pickup():
            visits.append(shipments[one.idx][0])
        elif one.is_delivery():
            visits.append(shipments[one.idx][1])
    return visits


def _data(task: Any) -> tuple[Any, list[int], list[tuple[int, int]]]:
    distance, duration = task.matrices()
    x, y = task["travel.x"].tolist(), task["travel.y"].tolist()
    stops = {name: task[f"stops.{name}"].tolist() for name in (
        "location", "service_s", "from_s", "to_s", "delivery", "pickup", "prize", "group")}  # fmt: skip
    pairs = [(first, second) for first, second in task["stops.pairs"].tolist()]
    paired = {stop for pair in pairs for stop in pair}
    groups = {number: pyvrp.ClientGroup() for number in sorted(set(stops["group"]) - {-1})}
    index = {number: at for at, number in enumerate(groups)}
    clients = [stop for stop in range(len(stops["location"])) if stop not in paired]
    made = []
    for at, stop in enumerate(clients):
        group = stops["group"][stop]
        if group >= 0:
            groups[group].add_client(at)
        prize = stops["prize"][stop]
        made.append(
            pyvrp.Client(
                stops["location"][stop], stops["delivery"][stop], stops["pickup"][stop], stops["service_s"][stop],
                stops["from_s"][stop], _late(stops["to_s"][stop]), prize=max(prize, 0),
                required=prize < 0 and group < 0, group=index.get(group),
            )
        )  # fmt: skip
    shipments = [
        pyvrp.Shipment(
            stops["location"][a], stops["location"][b], stops["from_s"][a], _late(stops["to_s"][a]),
            stops["service_s"][a], stops["from_s"][b], _late(stops["to_s"][b]), stops["service_s"][b],
            stops["pickup"][a],
        )
        for a, b in pairs
    ]  # fmt: skip
    places = sorted({*task["fleet.start"].tolist(), *task["fleet.end"].tolist()})
    data = pyvrp.ProblemData(
        [pyvrp.Location(a, b) for a, b in zip(x, y, strict=True)], made, [pyvrp.Depot(place) for place in places],
        _vehicles(task, places), [distance], [duration], list(groups.values()), shipments,
    )  # fmt: skip
    return data, clients, pairs


def _late(to_s: int) -> int:
    return int(np.iinfo(np.int64).max) if to_s >= NEVER else to_s


def _vehicles(task: Any, places: list[int]) -> list[Any]:
    fleet = {name.removeprefix("fleet."): cell.tolist() for name, cell in task.cells.items() if name[:6] == "fleet."}
    depot = {place: at for at, place in enumerate(places)}
    return [
        pyvrp.VehicleType(
            num_available=fleet["count"][kind],
            capacity=fleet["capacity"][kind],
            start_depot=depot[fleet["start"][kind]],
            end_depot=depot[fleet["end"][kind]],
            fixed_cost=fleet["fixed"][kind],
            tw_early=fleet["from_s"][kind],
            tw_late=_late(fleet["to_s"][kind]),
            shift_duration=_late(fleet["max_duration_s"][kind]),
            max_distance=_late(fleet["max_distance_m"][kind]),
            unit_distance_cost=fleet["per_m"][kind],
            unit_duration_cost=fleet["per_s"][kind],
        )
        for kind in range(len(fleet["count"]))
    ]
