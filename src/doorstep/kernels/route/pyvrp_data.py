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
_USUAL = 100_000
"""PyVRP's own highest penalty of a unit of load, a second or a metre too much."""
_SUM = 2**61  # costs and penalties together stay below it
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
    hardest
        The highest penalty of a unit too much. PyVRP begins with half of it, which is twice the highest prize.
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
    hardest: int
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
    `row` [places] in `Travel`; `start`, `end`, `reload` [w], `stop` [n]: the places of vans and stops.
    """

    vans: IntArray
    profile: IntArray
    speed: IntArray
    reaches: BoolArray
    row: IntArray
    start: IntArray
    end: IntArray
    reload: IntArray
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
    depots = [fleet.start[vans], fleet.end[vans], fleet.reload_at[vans]]
    keys = np.vstack([np.concatenate([*depots, stops.location]), np.hstack([everyone, everyone, everyone, reaches])])
    places, of = np.unique(keys, axis=1, return_inverse=True)
    start, end, reload, stop = np.split(of.ravel(), np.arange(1, 4) * len(vans))
    return _Ground(vans, profile.ravel(), maps[:, 0], places[1:] == 1, places[0], start, end, reload, stop)


def translated(problem: RouteProblem, costs: IntArray, all_required: bool) -> Translated:
    """Tell PyVRP all that it understands of the problem; stops that nobody can serve it is not told of.

    `costs` [n]: what leaving a stop costs. `all_required`: who has no prize must be served; else leaving costs that.
    """
    from pyvrp import Location, ProblemData

    on, stops, travel = _ground(problem), problem.stops, problem.travel
    since = int(problem.fleet.from_s[on.vans].min())
    metres, seconds = _ways(problem, on)
    able, can = _able(problem, on, metres, seconds)
    first = together(stops)
    reached = np.zeros(stops.count, np.bool_)
    reached[first[can]] = True
    must = (stops.prize == REQUIRED) & all_required & reached[first]
    hardest = _hardest(problem, seconds, int(costs[~must].max(initial=0)))
    distance, duration, most_m = _maps(problem, on, metres, seconds, hardest)
    pairs = stops.pairs[able[stops.pairs].all(1)].tolist()
    able[stops.pairs.ravel()] = False
    alone = np.flatnonzero(able).tolist()
    wanted = _Wanted(np.where(must, 0, np.minimum(costs, hardest // 4)).tolist(), must.tolist(), since)
    clients, groups = _clients(problem, on, alone, wanted)
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
            _shipments(problem, on, pairs, wanted),
        ),
        kind_of=on.vans.tolist(),
        type_of={kind: at for at, kind in enumerate(on.vans.tolist())},
        client_of={stop: at for at, stop in enumerate(alone)},
        shipment_of={stop: at for at, pair in enumerate(pairs) for stop in pair},
        client_stop=alone,
        shipment_stops=pairs,
        reload_of=reload_of,
        hardest=hardest,
        costs=costs,
        first=first,
        required=stops.prize == REQUIRED,
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """[n] prizes and who must be served; and from when on time is counted."""

    prizes: list[int]
    must: list[bool]
    since: int


def _ways(problem: RouteProblem, on: _Ground) -> tuple[IntArray, IntArray]:
    """[places, places] metres, [q, places, places] seconds on each road map; NEVER where there is no way."""
    metres, plain = block(problem.travel, on.row, on.row)
    shut = (metres >= NEVER) | (plain >= NEVER)
    seconds = np.stack([np.where(shut, NEVER, at_speed(plain, int(speed))) for speed in on.speed])
    return np.where(shut, NEVER, metres), seconds


def _able(problem: RouteProblem, on: _Ground, metres: IntArray, seconds: IntArray) -> tuple[BoolArray, BoolArray]:
    """[n] whom some van might serve, as far as skills, load, window and shift tell; and whom one can, and nobody else.

    The second is no more than a hint: where ways are odd, a stop may be nearer by way of another.
    """
    stops, fleet = problem.stops, problem.fleet
    might, can = np.zeros((2, stops.count), np.bool_)
    for start, end, profile, kind in zip(on.start, on.end, on.profile, on.vans, strict=True):
        out, home = seconds[profile, start, on.stop], seconds[profile, on.stop, end]
        fits = on.reaches[profile, on.stop] & (np.maximum(stops.delivery, stops.pickup) <= fleet.capacity[kind]).all(1)
        fits &= np.maximum(fleet.from_s[kind], stops.from_s) <= np.minimum(fleet.to_s[kind], stops.to_s)
        begin = np.maximum(fleet.from_s[kind] + out, stops.from_s)
        far = metres[start, on.stop] + metres[on.stop, end]
        within = (np.maximum(out, home) < NEVER) & (begin <= stops.to_s) & (far <= fleet.max_distance_m[kind])
        within &= begin + stops.service_s + home <= fleet.to_s[kind]
        might |= fits
        can |= fits & within & (out + stops.service_s + home <= fleet.max_duration_s[kind])
    first, last = stops.pairs.T
    in_turn = stops.from_s[first] <= stops.to_s[last]
    might[first] = might[last] = might[first] & might[last] & in_turn
    can[first] = can[last] = can[first] & can[last] & in_turn
    return might, can


def _hardest(problem: RouteProblem, seconds: IntArray, prize: int) -> int:
    """A penalty well above the highest prize, or else a broken constraint would be worth another stop."""
    stops, fleet = problem.stops, problem.fleet
    times = np.concatenate([stops.from_s, stops.to_s, fleet.to_s])
    longest = int(seconds[seconds < NEVER].max(initial=0)) + int(stops.service_s.max(initial=0))
    span = int(np.ptp(times[times < NEVER])) if (times < NEVER).any() else 0
    loads = int((stops.delivery + stops.pickup).astype(np.float64).sum(0).max(initial=0.0))
    worst = max(stops.count * (longest + span), loads, 1)
    return max(_USUAL, min(4 * prize, _SUM // worst))


def _maps(
    problem: RouteProblem, on: _Ground, metres: IntArray, seconds: IntArray, hardest: int
) -> tuple[list[Any], list[Any], int]:
    """Distances and durations of each road map, and how far a van may go at most so that it stays on its map.

    Where a van may not go it is farther than any round that it could drive; with no such place, as far as it likes.
    """
    there = metres < NEVER
    if there.all() and on.reaches.all():
        return [metres] * len(on.speed), list(seconds), NEVER
    n = problem.stops.count
    most = (2 * n + 2) * int(metres[there].max(initial=0)) + 1
    most = min(most, _SUM // (hardest * (n + 2)))
    distances: list[Any] = []
    durations: list[Any] = []
    for reached, long in zip(on.reaches, seconds, strict=True):
        here = there & reached[:, None] & reached[None, :]
        np.fill_diagonal(here, True)
        distances.append(np.where(here, metres, most + 1))
        durations.append(np.where(here, long, 0))
    return distances, durations, most


def _clients(
    problem: RouteProblem, on: _Ground, alone: list[int], wanted: _Wanted
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
                *_window(problem, stop, wanted.since),
                prize=wanted.prizes[stop],
                required=wanted.must[stop] and group is None,
                group=group,
            )
        )
    return clients, [ClientGroup(of, wanted.must[alone[of[0]]]) for of in groups]


def _shipments(problem: RouteProblem, on: _Ground, pairs: list[list[int]], wanted: _Wanted) -> list[Shipment]:
    from pyvrp import Shipment

    stops = problem.stops
    return [
        Shipment(
            int(on.stop[first]),
            int(on.stop[last]),
            *_window(problem, first, wanted.since),
            int(stops.service_s[first]),
            *_window(problem, last, wanted.since),
            int(stops.service_s[last]),
            stops.pickup[first].tolist(),
            prize=wanted.prizes[first],
            required=wanted.must[first],
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
            key = int(on.reload[at]), int(problem.fleet.reload_s[kind])
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
