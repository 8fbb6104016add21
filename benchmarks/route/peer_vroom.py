"""VROOM by its Python binding: deepest exploration, as many threads as cores."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

import numpy as np

vroom: Any = import_module("vroom")
NEVER = 2**40


def solve(task: Any) -> list[tuple[int, list[int]]]:
    """A profile for each price of a metre, since costs of its own know no kind of van."""
    distance, duration = task.matrices()
    stops = {name: task[f"stops.{name}"].tolist() for name in (
        "location", "service_s", "from_s", "to_s", "delivery", "pickup")}  # fmt: skip
    timed = min(stops["to_s"]) < NEVER or max(stops["from_s"]) > 0
    if not timed:
        duration = np.minimum(duration, 2**31)
    given = vroom.Input()
    kinds = _vans(task, given, timed)
    for per_m in {int(one) for one in task["fleet.per_m"]}:
        given.set_durations_matrix(str(per_m), duration)
        given.set_distances_matrix(str(per_m), distance)
        given.set_costs_matrix(str(per_m), distance * per_m)
    pairs = task["stops.pairs"].tolist()
    paired = {stop for pair in pairs for stop in pair}
    for stop in range(len(stops["location"])):
        if stop not in paired:
            given.add_job(
                vroom.Job(
                    stop, stops["location"][stop], default_service=stops["service_s"][stop],
                    delivery=stops["delivery"][stop], pickup=stops["pickup"][stop], time_windows=_window(stops, stop),
                )
            )  # fmt: skip
    for first, second in pairs:
        steps = [
            vroom.ShipmentStep(
                stop, stops["location"][stop], default_service=stops["service_s"][stop],
                time_windows=_window(stops, stop),
            )
            for stop in (first, second)
        ]  # fmt: skip
        given.add_shipment(*steps, amount=vroom.Amount(stops["pickup"][first]))
    if task.left() <= 0:
        raise TimeoutError("the input was not built in time")
    found = given.solve(5, nb_threads=task.cores, timeout=timedelta(seconds=task.left())).to_dict()
    return [
        (kinds[route["vehicle"]], [step["id"] for step in route["steps"] if "id" in step]) for route in found["routes"]
    ]


def _window(stops: dict[str, Any], stop: int) -> list[Any]:
    begin, end = stops["from_s"][stop], stops["to_s"][stop]
    return [] if end >= NEVER and not begin else [vroom.TimeWindow(begin, min(end, 2**32 - 1))]


def _vans(task: Any, given: Any, timed: bool) -> dict[int, int]:
    fleet = {name.removeprefix("fleet."): cell.tolist() for name, cell in task.cells.items() if name[:6] == "fleet."}
    kinds: dict[int, int] = {}
    for kind, many in enumerate(task.vans()):
        begin, end = fleet["from_s"][kind], fleet["to_s"][kind]
        if fleet["max_duration_s"][kind] < NEVER:
            if timed:
                raise ValueError("has no limit on a round's duration")
            end = min(end, begin + fleet["max_duration_s"][kind])  # without windows nothing is waited for
        for _ in range(many):
            number = len(kinds)
            kinds[number] = kind
            given.add_vehicle(
                vroom.Vehicle(
                    number, fleet["start"][kind], fleet["end"][kind], profile=str(fleet["per_m"][kind]),
                    capacity=[min(room, 2**40) for room in fleet["capacity"][kind]],
                    time_window=None if end >= NEVER else vroom.TimeWindow(begin, end),
                    costs=vroom.VehicleCosts(fixed=fleet["fixed"][kind]),
                )
            )  # fmt: skip
    return kinds
