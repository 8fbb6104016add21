"""A problem in PyVRP's words, and its rounds in ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from doorstep.kernels.route.leave import together
from doorstep.kernels.route.pace import at_speed
from doorstep.kernels.route.problem import ANY, NEVER, RELOAD, REQUIRED, IntArray, RouteProblem
from doorstep.kernels.route.travel import block

if TYPE_CHECKING:
    from pyvrp import Activity, Client, ClientGroup, Depot, ProblemData, Shipment, VehicleType

BoolArray = NDArray[np.bool_]
_DEAREST = 2**62
_HARDEST = 100_000  # PyVRP's highest penalty for a metre too far
_FOREVER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Translated:
    """PyVRP's problem, and what its numbers stand for.

    Parameters
    ----------
    problem
        PyVRP's.
    kind_of, type_of
        Row of `Fleet` of each vehicle type, and the other way round.
    client_of, shipment_of
        Of a stop: its client, or its shipment.
    client_stop, shipment_stops
        [c] stop of each client, [p, 2] stops of each shipment.
    reload_of
        Of a row of `Fleet`: the depot of its reloads.
    costs, first, required
        [n] what leaving costs those that are left together with a stop, the first of them, and whether it is required.
    """

    problem: ProblemData
    kind_of: list[int]
    type_of: dict[int, int]
    client_of: dict[int, int]
    shipment_of: dict[int, int]
    client_stop: list[int]
    shipment_stops: list[list[int]]
    reload_of: dict[int, int]
    costs: IntArray
    first: IntArray
    required: BoolArray

    def stop_of(self, activity: Activity) -> int:
        """Whom an activity serves."""
        if activity.is_client():
            return self.client_stop[activity.idx]
        return self.shipment_stops[activity.idx][int(activity.is_delivery())]

    def activities(self, kind: int, visits: list[int]) -> list[Activity]:
        """A round's visits, those left out that PyVRP was not told of."""
        from pyvrp import Activity, ActivityType

        found = []
        for visit in visits:
            if visit == RELOAD:
                found.append(Activity(ActivityType.DEPOT, self.reload_of[kind]))
            elif visit in self.client_of:
                found.append(Activity(ActivityType.CLIENT, self.client_of[visit]))
            elif visit in self.shipment_of:
                which = self.shipment_of[visit]
                last = visit == self.shipment_stops[which][1]
                found.append(Activity(ActivityType.DELIVERY if last else ActivityType.PICKUP, which))
        return found

    def left(self, served: set[int]) -> tuple[int, int]:
        """What leaving all others costs, and how many of them had to be served."""
        done = np.zeros(len(self.first), np.bool_)
        done[self.first[[stop for stop in served if stop != RELOAD]]] = True
        missing = ~done[self.first]
        cost = int(self.costs[missing & (self.first == np.arange(len(self.first)))].sum())
        return cost, int((missing & self.required).sum())


@dataclass(frozen=True, slots=True)
class _Ground:
    """Places as PyVRP needs them: one for each pair of a location and the road maps on which it can be reached.

    `vans` [w] rows of the fleet in use; `profile` [w] their road map; `speed` [q] and `reaches` [q, places] of each;
    `row` [places] in `Travel`; `depot` and `stop`: the places of the vans' starts and ends, and of stops.
    """

    vans: IntArray
    profile: IntArray
    speed: IntArray
    reaches: BoolArray
    row: IntArray
    start: IntArray
    end: IntArray
    stop: IntArray


def cells(problem: RouteProblem) -> int:
    """How many there are in its matrices."""
    on = _ground(problem)
    return len(on.speed) * len(on.row) ** 2


def _ground(problem: RouteProblem) -> _Ground:
    fleet, stops = problem.fleet, problem.stops
    vans = np.flatnonzero(fleet.count)
    able = (stops.skills[None, :] & ~fleet.skills[vans, None]) == 0
    able &= (stops.only[None, :] == ANY) | (stops.only[None, :] == vans[:, None])
    maps, profile = np.unique(
        np.column_stack([fleet.speed_ppm[vans], able.astype(np.int64)]), axis=0, return_inverse=True
    )
    reaches = maps[:, 1:]
    everyone = np.ones((len(maps), len(vans)), np.int64)
    keys = np.vstack(
        [
            np.concatenate([fleet.start[vans], fleet.end[vans], stops.location]),
            np.hstack([everyone, everyone, reaches]),
        ]
    )
    places, of = np.unique(keys, axis=1, return_inverse=True)
    start, end, stop = np.split(of.ravel(), [len(vans), 2 * len(vans)])
    return _Ground(vans, profile.ravel(), maps[:, 0], places[1:] == 1, places[0], start, end, stop)


def translated(problem: RouteProblem, costs: IntArray) -> Translated:
    """Tell PyVRP all that it understands of the problem; stops that nobody can serve it is not told of."""
    from pyvrp import Location, ProblemData

    on, stops, travel = _ground(problem), problem.stops, problem.travel
    distance, duration, most_m = _maps(problem, on)
    since = int(problem.fleet.from_s[on.vans].min())
    able = on.reaches[:, on.stop].any(0) & (stops.to_s >= since)
    first = together(stops)
    pairs = [pair for pair in stops.pairs.tolist() if able[pair].all()]
    paired = np.zeros(stops.count, np.bool_)
    paired[stops.pairs.ravel()] = True
    alone = np.flatnonzero(able & ~paired).tolist()
    prizes = np.minimum(costs, _DEAREST // (2 * stops.count)).tolist()
    clients, groups = _clients(problem, on, alone, prizes, since)
    depots, where, reload_of = _depots(problem, on)
    return Translated(
        problem=ProblemData(
            [Location(float(travel.x[row]), float(travel.y[row])) for row in on.row],
            clients,
            depots,
            _vehicles(problem, on, where, reload_of, most_m, since),
            distance,
            duration,
            groups,
            _shipments(problem, on, pairs, prizes, since),
        ),
        kind_of=on.vans.tolist(),
        type_of={kind: at for at, kind in enumerate(on.vans.tolist())},
        client_of={stop: at for at, stop in enumerate(alone)},
        shipment_of={stop: at for at, pair in enumerate(pairs) for stop in pair},
        client_stop=alone,
        shipment_stops=pairs,
        reload_of=reload_of,
        costs=costs,
        first=first,
        required=stops.prize == REQUIRED,
    )


def _maps(problem: RouteProblem, on: _Ground) -> tuple[list[Any], list[Any], int]:
    """Distances and durations of each road map, and how far a van may go at most so that it stays on its map.

    Where a van may not go it is farther than any round that it could drive; with no such place, as far as it likes.
    """
    metres, plain = block(problem.travel, on.row, on.row)
    open_ways = (metres < NEVER) & (plain < NEVER)
    if open_ways.all() and on.reaches.all():
        return [metres] * len(on.speed), [at_speed(plain, int(speed)) for speed in on.speed], NEVER
    n = problem.stops.count
    most = (2 * n + 2) * int(metres[open_ways].max(initial=0)) + 1
    most = min(most, _DEAREST // (4 * _HARDEST * (n + 2)))
    distances: list[Any] = []
    durations: list[Any] = []
    for reached, speed in zip(on.reaches, on.speed.tolist(), strict=True):
        there = open_ways & reached[:, None] & reached[None, :]
        np.fill_diagonal(there, True)
        distances.append(np.where(there, metres, most + 1))
        durations.append(np.where(there, at_speed(plain, speed), 0))
    return distances, durations, most


def _clients(
    problem: RouteProblem, on: _Ground, alone: list[int], prizes: list[int], since: int
) -> tuple[list[Client], list[ClientGroup]]:
    from pyvrp import Client, ClientGroup

    stops = problem.stops
    numbers, members = np.unique(stops.group[alone], return_counts=True)
    group_of = {number: at for at, number in enumerate(numbers[(numbers != ANY) & (members > 1)].tolist())}
    groups: list[list[int]] = [[] for _ in group_of]
    clients = []
    for at, stop in enumerate(alone):
        group = group_of.get(int(stops.group[stop]))
        if group is not None:
            groups[group].append(at)
        clients.append(
            Client(
                int(on.stop[stop]),
                stops.delivery[stop].tolist(),
                stops.pickup[stop].tolist(),
                int(stops.service_s[stop]),
                *_window(problem, stop, since),
                prize=prizes[stop],
                required=False,
                group=group,
            )
        )
    return clients, [ClientGroup(of, required=False) for of in groups]


def _shipments(
    problem: RouteProblem, on: _Ground, pairs: list[list[int]], prizes: list[int], since: int
) -> list[Shipment]:
    from pyvrp import Shipment

    stops = problem.stops
    return [
        Shipment(
            int(on.stop[first]),
            int(on.stop[last]),
            *_window(problem, first, since),
            int(stops.service_s[first]),
            *_window(problem, last, since),
            int(stops.service_s[last]),
            stops.pickup[first].tolist(),
            prize=prizes[first],
            required=False,
        )
        for first, last in pairs
    ]


def _window(problem: RouteProblem, stop: int, since: int) -> tuple[int, int]:
    """Seconds from the beginning of the first shift."""
    from_s, to_s = int(problem.stops.from_s[stop]), int(problem.stops.to_s[stop])
    return max(0, from_s - since), _FOREVER if to_s >= NEVER else to_s - since


def _depots(problem: RouteProblem, on: _Ground) -> tuple[list[Depot], dict[int, int], dict[int, int]]:
    """Depots, which of them lies at a place, and which is for the reloads of a row of the fleet."""
    from pyvrp import Depot

    places = np.unique(np.concatenate([on.start, on.end])).tolist()
    depots = [Depot(place) for place in places]
    reload_of: dict[int, int] = {}
    known: dict[tuple[int, int], int] = {}
    for at, kind in enumerate(on.vans.tolist()):
        if problem.fleet.max_trips[kind] > 1:
            key = int(on.start[at]), int(problem.fleet.reload_s[kind])
            if key not in known:
                known[key] = len(depots)
                depots.append(Depot(key[0], service_duration=key[1]))
            reload_of[kind] = known[key]
    return depots, {place: at for at, place in enumerate(places)}, reload_of


def _vehicles(
    problem: RouteProblem, on: _Ground, where: dict[int, int], reload_of: dict[int, int], most_m: int, since: int
) -> list[VehicleType]:
    from pyvrp import VehicleType

    fleet, found = problem.fleet, []
    for at, kind in enumerate(on.vans.tolist()):
        far, long = min(int(fleet.max_distance_m[kind]), most_m), int(fleet.max_duration_s[kind])
        until = int(fleet.to_s[kind])
        found.append(
            VehicleType(
                min(int(fleet.count[kind]), problem.stops.count),
                fleet.capacity[kind].tolist(),
                where[int(on.start[at])],
                where[int(on.end[at])],
                int(fleet.fixed[kind]),
                int(fleet.from_s[kind]) - since,
                _FOREVER if until >= NEVER else until - since,
                _FOREVER if long >= NEVER else long,
                _FOREVER if far >= NEVER else far,
                int(fleet.per_m[kind]),
                int(fleet.per_s[kind]),
                int(on.profile[at]),
                reload_depots=[reload_of[kind]] if kind in reload_of else [],
                max_reloads=int(fleet.max_trips[kind]) - 1,
            )
        )
    return found
