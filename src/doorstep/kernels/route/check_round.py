"""One round for the verifier: what is on board, where it goes, and when; see `check` for the conventions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from doorstep.kernels.route.check_travel import Roads
from doorstep.kernels.route.problem import NEVER, RELOAD, Fleet, RouteProblem

_TOO_LATE = 4 * NEVER


@dataclass(frozen=True, slots=True)
class RouteFault:
    """One thing wrong with a plan: a stable code, and a sentence."""

    code: str
    why: str

    def __str__(self) -> str:
        return f"{self.code}: {self.why}"


@dataclass(slots=True)
class Driven:
    """What a round comes to; None where that cannot be told, since there is no way or no time for it."""

    distance_m: int | None = None
    duration_s: int | None = None
    faults: list[RouteFault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Call:
    stop: int  # or RELOAD
    location: int
    from_s: int
    to_s: int
    takes_s: int


def drive(problem: RouteProblem, roads: Roads, number: int, vehicle: int, visits: list[int]) -> Driven:
    """Drive one round, from its first departure to its return."""
    driven = Driven()
    driven.faults += _loads(problem, number, vehicle, visits)
    fleet = problem.fleet
    calls = [_call(problem, vehicle, visit) for visit in visits]
    places = [int(fleet.start[vehicle]), *(call.location for call in calls), int(fleet.end[vehicle])]
    legs = list(pairwise(places))
    metres = [roads.distance(a, b) for a, b in legs]
    driving = [roads.driving(a, b, int(fleet.speed_ppm[vehicle])) for a, b in legs]
    for (a, b), far, long in zip(legs, metres, driving, strict=True):
        if max(far, long) >= NEVER:
            driven.faults.append(RouteFault("no_way", f"round {number}: no way from location {a} to {b}"))
    if max(*metres, *driving) >= NEVER:
        return driven
    driven.distance_m = sum(metres)
    if driven.distance_m > fleet.max_distance_m[vehicle]:
        most = int(fleet.max_distance_m[vehicle])
        driven.faults.append(RouteFault("distance", f"round {number}: {driven.distance_m} m, {most} at most"))
    _times(driven, _Clock(roads, fleet, vehicle, calls, driving), number)
    return driven


def _call(problem: RouteProblem, vehicle: int, visit: int) -> _Call:
    if visit == RELOAD:
        return _Call(RELOAD, int(problem.fleet.start[vehicle]), 0, NEVER, int(problem.fleet.reload_s[vehicle]))
    stops = problem.stops
    return _Call(
        visit,
        int(stops.location[visit]),
        int(stops.from_s[visit]),
        int(stops.to_s[visit]),
        int(stops.service_s[visit]),
    )


def trips(visits: list[int]) -> Iterator[list[int]]:
    """The stops between two reloads."""
    trip: list[int] = []
    for visit in visits:
        if visit == RELOAD:
            yield trip
            trip = []
        else:
            trip.append(visit)
    yield trip


def _loads(problem: RouteProblem, number: int, vehicle: int, visits: list[int]) -> Iterator[RouteFault]:
    stops = problem.stops
    capacity = problem.fleet.capacity[vehicle].tolist()
    from_partner = set(stops.pairs[:, 1].tolist())
    for trip in trips(visits):
        for dimension, most in enumerate(capacity):
            brought = stops.delivery[:, dimension]
            taken = stops.pickup[:, dimension]
            load = sum(int(brought[stop]) for stop in trip if stop not in from_partner)
            if load > most:
                yield RouteFault("capacity", f"round {number}: leaves with {load} of load {dimension}, {most} at most")
            for stop in trip:
                load += int(taken[stop]) - int(brought[stop])
                if load > most:
                    why = f"round {number}: {load} of load {dimension} on board after stop {stop}, {most} at most"
                    yield RouteFault("capacity", why)


def _times(driven: Driven, clock: _Clock, number: int) -> None:
    """Find the shortest of the schedules that hold, one for each place that the break may have."""
    found = [(back, pause) for pause in clock.pauses() if (back := clock.forward(pause)) is not None]
    if not found:
        late = clock.late(clock.nowhere)
        if late:
            driven.faults.append(RouteFault(late[0], f"round {number}: {late[1]}"))
        else:
            driven.faults.append(RouteFault("break", f"round {number}: its break fits nowhere"))
        return
    driven.duration_s = min(back - clock.backward(pause, back) for back, pause in found)
    if driven.duration_s > clock.longest:
        why = f"round {number}: {driven.duration_s} s, {clock.longest} at most"
        driven.faults.append(RouteFault("duration", why))


class _Clock:
    """A round's instants. `pause` is the call at which the break is taken, -1 before departure."""

    def __init__(self, roads: Roads, fleet: Fleet, vehicle: int, calls: list[_Call], driving: list[int]) -> None:
        self._roads, self._calls, self._driving = roads, calls, driving
        self._from, self._to = int(fleet.from_s[vehicle]), int(fleet.to_s[vehicle])
        self._break = int(fleet.break_s[vehicle])
        self._break_from, self._break_to = int(fleet.break_from_s[vehicle]), int(fleet.break_to_s[vehicle])
        self.longest = int(fleet.max_duration_s[vehicle])
        self.home = len(calls)  # after the return
        self.nowhere = self.home + 1

    def pauses(self) -> range | tuple[int, ...]:
        """Where the break may be."""
        return range(-1, self.home + 1) if self._break else (self.nowhere,)

    def forward(self, pause: int) -> int | None:
        """When it is back at the earliest; None: not with the break there."""
        back, late = self._walk(pause)
        return None if late else back

    def late(self, pause: int) -> tuple[str, str] | None:
        """What comes too late: a code and a sentence."""
        return self._walk(pause)[1]

    def _walk(self, pause: int) -> tuple[int, tuple[str, str] | None]:
        now = self._from
        if pause == -1:
            now = self._rested(now)
        for place, call in enumerate(self._calls):
            now = self._roads.arrival(now, self._driving[place])
            if call.stop == RELOAD:
                now += call.takes_s
                now = self._rested(now) if pause == place else now
                continue
            now = max(self._rested(now) if pause == place else now, call.from_s)
            if now > call.to_s:
                return now, ("window", f"stop {call.stop} is begun at {now}, at {call.to_s} at the latest")
            now += call.takes_s
        now = self._roads.arrival(now, self._driving[-1])
        if now > self._to:
            return now, ("shift", f"it is back at {now}, the shift ends at {self._to}")
        if pause == self.home and self._rested(now) > _TOO_LATE:
            return now, ("break", "its break begins too late")
        return now, None

    def _rested(self, now: int) -> int:
        """When the break is over; far too late if it begins too late."""
        begins = max(now, self._break_from)
        return begins + self._break if begins <= self._break_to else 2 * _TOO_LATE

    def backward(self, pause: int, back: int) -> int:
        """When it may leave at the latest and still be back then."""
        by = self._roads.leave_by(back, self._driving[-1])
        for place in range(self.home - 1, -1, -1):
            call = self._calls[place]
            by = min(by - call.takes_s, call.to_s) if call.stop != RELOAD else by
            if pause == place:
                by = min(by - self._break, self._break_to)
            by = by - call.takes_s if call.stop == RELOAD else by
            by = self._roads.leave_by(by, self._driving[place])
        return by
