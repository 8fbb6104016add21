"""OR-Tools routing: guided local search after its cheapest insertion, matrices compiled in, as its manual advises."""

from __future__ import annotations

from importlib import import_module
from typing import Any

pywrapcp: Any = import_module("ortools.constraint_solver.pywrapcp")
enums: Any = import_module("ortools.constraint_solver.routing_enums_pb2")
NEVER = 2**40


class Model:
    """The routing model of a task: nodes are stops, then a start and an end for each kind of van."""

    def __init__(self, task: Any) -> None:
        self.task = task
        self.kinds = [kind for kind, many in enumerate(task.vans()) for _ in range(many)]
        self.stops, self.timed = len(task["stops.location"]), False
        self.places = task["stops.location"].tolist()
        ends = {}
        for name in ("start", "end"):
            for place in task[f"fleet.{name}"].tolist():
                if place not in ends:
                    ends[place] = len(self.places)
                    self.places.append(place)
        start, end = (task[f"fleet.{name}"].tolist() for name in ("start", "end"))
        self.manager = pywrapcp.RoutingIndexManager(
            len(self.places), len(self.kinds), [ends[start[k]] for k in self.kinds], [ends[end[k]] for k in self.kinds]
        )
        self.routing = pywrapcp.RoutingModel(self.manager)
        distance, self.duration = task.matrices()
        place = self.places
        self.distance = distance[place][:, place]
        self.duration = self.duration[place][:, place]

    def vans(self, name: str) -> list[int]:
        """A column of the fleet for each van."""
        column = self.task[f"fleet.{name}"].tolist()
        return [column[kind] for kind in self.kinds]

    def index(self, stop: int) -> int:
        """Of a stop."""
        return int(self.manager.NodeToIndex(stop))

    def build(self) -> None:
        """Costs, loads, times, pairs, and a price for leaving anybody."""
        evaluators: dict[int, int] = {}
        for van, per_m in enumerate(self.vans("per_m")):
            if per_m not in evaluators:
                evaluators[per_m] = self.routing.RegisterTransitMatrix((self.distance * per_m).tolist())
            self.routing.SetArcCostEvaluatorOfVehicle(evaluators[per_m], van)
        for van, fixed in enumerate(self.vans("fixed")):
            self.routing.SetFixedCostOfVehicle(fixed, van)
        pairs = self.task["stops.pairs"].tolist()
        for dimension in range(self.task["fleet.capacity"].shape[1]):
            self._load(dimension, bool(pairs))
        self._limits()
        self._times()
        for first, second in pairs:
            self._pair(self.index(first), self.index(second))
        price = int(10 * self.distance.max() * max(self.vans("per_m")) + max(self.vans("fixed")) + 1)
        for stop in range(self.stops):
            self.routing.AddDisjunction([self.index(stop)], price)

    def _load(self, dimension: int, paired: bool) -> None:
        ends = [0] * (len(self.places) - self.stops)
        brought = self.task["stops.delivery"][:, dimension].tolist() + ends
        taken = self.task["stops.pickup"][:, dimension].tolist() + ends
        capacity = [
            min(room, NEVER) for room in (self.task["fleet.capacity"][kind][dimension].item() for kind in self.kinds)
        ]
        if not any(taken):
            unary = self.routing.RegisterUnaryTransitVector(brought)
            self.routing.AddDimensionWithVehicleCapacity(unary, 0, capacity, True, f"load {dimension}")
            return
        net = self.routing.RegisterUnaryTransitVector([up - down for up, down in zip(taken, brought, strict=True)])
        self.routing.AddDimensionWithVehicleCapacity(net, 0, capacity, paired, f"load {dimension}")
        if paired:
            return
        to_give = self.routing.RegisterUnaryTransitVector([-one for one in brought])
        self.routing.AddDimensionWithVehicleCapacity(to_give, 0, capacity, False, f"to give {dimension}")
        on_board = self.routing.GetDimensionOrDie(f"load {dimension}")
        given = self.routing.GetDimensionOrDie(f"to give {dimension}")
        for van in range(len(self.kinds)):
            first = self.routing.Start(van)
            given.CumulVar(self.routing.End(van)).SetRange(0, 0)
            self.routing.solver().Add(on_board.CumulVar(first) >= given.CumulVar(first))

    def _limits(self) -> None:
        most = self.vans("max_distance_m")
        if min(most) < NEVER:
            matrix = self.routing.RegisterTransitMatrix(self.distance.tolist())
            self.routing.AddDimensionWithVehicleCapacity(matrix, 0, [min(one, NEVER) for one in most], True, "metres")

    def _times(self) -> None:
        begin, end, longest = self.vans("from_s"), self.vans("to_s"), self.vans("max_duration_s")
        opens, closes = self.task["stops.from_s"].tolist(), self.task["stops.to_s"].tolist()
        if min(*closes, *end, *longest) >= NEVER and not any(opens) and not any(self.vans("per_s")):
            return
        self.timed = True
        service = self.task["stops.service_s"].tolist() + [0] * (len(self.places) - self.stops)
        matrix = self.duration.copy()
        for node, takes in enumerate(service):
            matrix[node] += takes
            matrix[node, node] = 0
        transit = self.routing.RegisterTransitMatrix(matrix.tolist())
        horizon = min(max(end), sum(service) + int(self.duration.max()) * len(self.places))
        self.routing.AddDimension(transit, horizon, horizon, False, "time")
        time = self.routing.GetDimensionOrDie("time")
        for stop, (early, late) in enumerate(zip(opens, closes, strict=True)):
            time.CumulVar(self.index(stop)).SetRange(early, min(late, horizon))
        for van, (early, late, most, per_s) in enumerate(zip(begin, end, longest, self.vans("per_s"), strict=True)):
            time.CumulVar(self.routing.Start(van)).SetRange(early, min(late, horizon))
            time.CumulVar(self.routing.End(van)).SetRange(early, min(late, horizon))
            if most < NEVER:
                time.SetSpanUpperBoundForVehicle(most, van)
            if per_s:
                time.SetSpanCostCoefficientForVehicle(per_s, van)

    def _pair(self, first: int, second: int) -> None:
        routing, solver = self.routing, self.routing.solver()
        routing.AddPickupAndDelivery(first, second)
        solver.Add(routing.VehicleVar(first) == routing.VehicleVar(second))
        time = routing.GetDimensionOrDie("time")
        solver.Add(time.CumulVar(first) <= time.CumulVar(second))


def solve(task: Any) -> list[tuple[int, list[int]]]:
    """Search until the time is used up."""
    model = Model(task)
    model.build()
    search = pywrapcp.DefaultRoutingSearchParameters()
    first = enums.FirstSolutionStrategy
    search.first_solution_strategy = first.PARALLEL_CHEAPEST_INSERTION if model.timed else first.PATH_CHEAPEST_ARC
    search.local_search_metaheuristic = enums.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    left = task.left()
    if left <= 0:
        raise TimeoutError("the model was not built in time")
    search.time_limit.FromMilliseconds(int(1000 * left))
    found = model.routing.SolveWithParameters(search)
    if found is None:
        raise ValueError("no solution")
    rounds = []
    for van, kind in enumerate(model.kinds):
        at, visits = found.Value(model.routing.NextVar(model.routing.Start(van))), []
        while not model.routing.IsEnd(at):
            visits.append(model.manager.IndexToNode(at))
            at = found.Value(model.routing.NextVar(at))
        if visits:
            rounds.append((kind, visits))
    return rounds
