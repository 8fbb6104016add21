"""One round for the verifier: what is on board, where it goes, and when; see `check` for the conventions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from doorstep.kernels.route.check_travel import MILLION, Roads, up
from doorstep.kernels.route.problem import NEVER, RELOAD, Fleet, RouteProblem

TOO_LATE = 8 * NEVER
MINUTE = 60


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
    nowhere = [(a, b) for a, b in legs if max(roads.distance(a, b), roads.plain(a, b)) >= NEVER]
    if nowhere:
        driven.faults += [RouteFault("no_way", f"round {number}: no way from location {a} to {b}") for a, b in nowhere]
        return driven
    driven.distance_m = sum(metres)
    if driven.distance_m > fleet.max_distance_m[vehicle]:
        most = int(fleet.max_distance_m[vehicle])
        driven.faults.append(RouteFault("distance", f"round {number}: {driven.distance_m} m, {most} at most"))
    _times(driven, _Clock(roads, fleet, vehicle, calls, driving), number)
    return driven


def _call(problem: RouteProblem, vehicle: int, visit: int) -> _Call:
    if visit == RELOAD:
        return _Call(RELOAD, int(problem.fleet.reload_at[vehicle]), -NEVER, NEVER, int(problem.fleet.reload_s[vehicle]))
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
    driven.duration_s = clock.shortest()
    if driven.duration_s is None:
        late = clock.late()
        driven.faults.append(RouteFault(late[0], f"round {number}: {late[1]}"))
    elif driven.duration_s > clock.longest:
        why = f"round {number}: {driven.duration_s} s, {clock.longest} at most"
        driven.faults.append(RouteFault("duration", why))


class _Clock:
    """A round's instants."""

    def __init__(self, roads: Roads, fleet: Fleet, vehicle: int, calls: list[_Call], driving: list[int]) -> None:
        self._roads, self._calls, self._driving = roads, calls, driving
        self._from, self._to = int(fleet.from_s[vehicle]), int(fleet.to_s[vehicle])
        self._break = int(fleet.break_s[vehicle])
        self._break_from, self._break_to = int(fleet.break_from_s[vehicle]), int(fleet.break_to_s[vehicle])
        self.longest = int(fleet.max_duration_s[vehicle])

    def shortest(self) -> int | None:
        """Seconds of the shortest schedule that holds; None: there is none."""
        return self._by_minutes() if self._roads.period_from else self._by_places()

    def late(self) -> tuple[str, str]:
        """What comes too late if it leaves at once: a code and a sentence; without any fault, it is the break."""
        now, fault = self._walk(self._from, None)
        return fault or ("break", f"back at {now}, but its break fits nowhere")

    def _by_places(self) -> int | None:
        """Put the break here and there, leave at once, keep the return and put off the departure."""
        places = range(-1, len(self._calls)) if self._break else (None,)
        found = []
        for place in places:
            leaves = self._from if place != -1 else self._rested(self._from)
            back, fault = self._walk(leaves, place)
            if not fault and (place is None or place < 0 or self._calls[place].stop != RELOAD):
                found.append(back - self._departure(place, back))
        return min(found, default=None)

    def _walk(self, now: int, place: int | None) -> tuple[int, tuple[str, str] | None]:
        for at, call in enumerate(self._calls):
            now = self._roads.arrival(now, self._driving[at])
            now = max(self._rested(now) if at == place else now, call.from_s)
            if now > call.to_s:
                return now, ("window", f"stop {call.stop} is begun at {now}, at {call.to_s} at the latest")
            now += call.takes_s
        now = self._roads.arrival(now, self._driving[-1])
        if now > self._to:
            return now, ("shift", f"it is back at {now}, the shift ends at {self._to}")
        return now, None

    def _rested(self, now: int) -> int:
        """When the break is over; far too late if it begins too late."""
        begins = max(now, self._break_from)
        return begins + self._break if begins <= self._break_to else TOO_LATE

    def _departure(self, place: int | None, back: int) -> int:
        """When it may leave at the latest and still be back then."""
        by = back - up(self._driving[-1], MILLION)
        for at in range(len(self._calls) - 1, -1, -1):
            call = self._calls[at]
            by = min(by - call.takes_s, call.to_s)
            if at == place:
                by = min(by - self._break, self._break_to)
            by -= up(self._driving[at], MILLION)
        return by

    def _by_minutes(self) -> int | None:
        """Try departures until nothing is left to wait for, or windows close."""
        best, leaves = None, self._from
        rested = max(self._from, self._break_from) + self._break
        calm = max([*self._roads.period_from, rested, self._break_to, *(call.from_s for call in self._calls)])
        while leaves <= self._to:
            back = self._back(leaves)
            if back is None and leaves >= rested:
                break
            if back is not None and (best is None or back - leaves < best):
                best = back - leaves
            if leaves > calm:
                break
            leaves += MINUTE
        return best

    def _back(self, leaves: int) -> int | None:
        """When it is back at the earliest, its break taken wherever that hurts least."""
        hungry, fed = leaves, TOO_LATE
        begins = max(self._from, self._break_from)
        if not self._break or (begins <= self._break_to and begins + self._break <= leaves):
            fed = leaves
        for at, call in enumerate(self._calls):
            hungry = self._roads.arrival(hungry, self._driving[at])
            fed = self._roads.arrival(fed, self._driving[at])
            if self._break and call.stop != RELOAD:
                fed = min(fed, self._rested(hungry))
            hungry, fed = max(hungry, call.from_s) + call.takes_s, max(fed, call.from_s) + call.takes_s
            hungry = hungry if hungry <= call.to_s + call.takes_s else TOO_LATE
            fed = fed if fed <= call.to_s + call.takes_s else TOO_LATE
        back = self._roads.arrival(fed, self._driving[-1])
        return back if back <= self._to else None
