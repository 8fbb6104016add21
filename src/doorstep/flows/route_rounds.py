"""What a search found, in the words of whoever reads it: ids for rows, times for the order of visits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from doorstep.domain.rounds import Loads, Measure, NotServed, Point, Round, Rounds, Visit
from doorstep.files.route_instance import Instance, Notice
from doorstep.kernels.route.problem import NEVER, RELOAD, IntArray
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.route.schedule import Schedule

UNITS = ("g", "cm3")  # that a measure may end in

BESIDE = ("fleet", "no van has room or time for it beside the others", "add a van")
REMEDIES = {
    "load_over_every_van": "send a larger van, or share it out over several stops",
    "window_outside_shifts": "move its window into a shift, or let a shift begin sooner or end later",
    "no_van_has_skill": "give a van the skill, or the stop none",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What others have to say of a result. Of visits: by their row; of stops: by theirs in the problem."""

    why: Mapping[int, str] = field(default_factory=dict)  # of a visit
    on_time_ppm: IntArray | None = None  # [k] of the visits; below 0: nobody has said
    reasons: Mapping[int, tuple[str, str, str]] = field(default_factory=dict)  # of a stop: code, detail, remedy
    lines: Sequence[tuple[Point, ...]] = ()  # [r] as the rounds are driven
    credit: str = ""


def rounds_of(instance: Instance, result: RouteResult, timed: Schedule, said: Said) -> Rounds:
    reader = _Reader(instance, result, timed, said)
    return Rounds(
        name=instance.name,
        rounds=tuple(reader.rounds()),
        not_served=tuple(reader.not_served()),
        measures=tuple(map(measure, instance.loads)),
        stops=len(instance.stops) + len(instance.aside),
        on_earth=not instance.research,
        clocked=not instance.research,
        timed=not instance.research or _has_times(instance),
        scale=instance.scale if instance.research else 1,
        origin=instance.origin,
        credit=said.credit,
    )


def measure(name: str) -> Measure:
    unit = name.rpartition("_")[2]
    return Measure(name, unit if unit in UNITS else "")


def vehicle_names(instance: Instance, vehicle: IntArray) -> list[str]:
    """A name for each round: the id of the van; where there are several of a kind, with a running number."""
    used: Counter[int] = Counter()
    names = []
    for kind in vehicle.tolist():
        used[kind] += 1
        name = "vehicle" if instance.research and len(instance.vehicles) == 1 else instance.vehicles[kind]
        names.append(name if instance.problem.fleet.count[kind] == 1 else f"{name}-{used[kind]}")
    return names


def _has_times(instance: Instance) -> bool:
    stops = instance.problem.stops
    return bool(stops.service_s.any() or stops.from_s.any() or (stops.to_s < NEVER).any())


class _Reader:
    """Arrays as lists: a day is read value by value."""

    def __init__(self, instance: Instance, result: RouteResult, timed: Schedule, said: Said) -> None:
        problem = instance.problem
        stops, fleet, travel = problem.stops, problem.fleet, problem.travel
        self.instance, self.result, self.timed, self.said = instance, result, timed, said
        self.points: list[Point] = list(zip(travel.x.tolist(), travel.y.tolist(), strict=True))
        self.at = [self.points[place] for place in stops.location.tolist()]
        self.start = [self.points[place] for place in fleet.start.tolist()]
        self.end = [self.points[place] for place in fleet.end.tolist()]
        self.capacity: list[Loads] = _rows(fleet.capacity)
        self.windows = [_window(*ends) for ends in zip(stops.from_s.tolist(), stops.to_s.tolist(), strict=True)]
        self.delivered, self.collected, self.load = _rows(stops.delivery), _rows(stops.pickup), _rows(timed.load)
        arrival, begin, end, leave = (
            column.tolist() for column in (timed.arrival_s, timed.begin_s, timed.end_s, timed.leave_s)
        )
        self.times: list[tuple[int, int, int, int]] = list(zip(arrival, begin, end, leave, strict=True))
        self.pauses = {
            at: int(fleet.break_s[kind])
            for at, kind in zip(timed.pause_at.tolist(), result.vehicle.tolist(), strict=True)
            if at >= 0
        }
        self.chances = None if said.on_time_ppm is None else said.on_time_ppm.tolist()

    def rounds(self) -> Iterator[Round]:
        result, timed, lines = self.result, self.timed, self.said.lines
        names = vehicle_names(self.instance, result.vehicle)
        first = _rows(timed.first_load)
        for place, kind in enumerate(result.vehicle.tolist()):
            yield Round(
                number=place + 1,
                vehicle=names[place],
                start=self.start[kind],
                end=self.end[kind],
                departs_s=int(timed.departure_s[place]),
                returns_s=int(timed.return_s[place]),
                distance_m=int(timed.distance_m[place]),
                capacity=self.capacity[kind],
                load=first[place],
                visits=tuple(self.visits(int(result.start[place]), int(result.start[place + 1]), kind)),
                line=lines[place] if lines else (),
            )

    def visits(self, begin: int, end: int, kind: int) -> Iterator[Visit]:
        trip, position = 1, 0
        nothing = (0,) * self.instance.problem.dimensions
        for row, stop in enumerate(self.result.visit[begin:end].tolist(), start=begin):
            if stop == RELOAD:
                trip += 1
                yield Visit(
                    "", 0, trip, 0, self.start[kind], *self.times[row], self.pauses.get(row, 0), (None, None), nothing,
                    nothing, self.load[row], None,
                )  # fmt: skip
                continue
            position += 1
            yield Visit(
                self.instance.stops[stop], self.instance.numbers[stop], trip, position, self.at[stop],
                *self.times[row], self.pauses.get(row, 0), self.windows[stop],
                self.delivered[stop], self.collected[stop], self.load[row],
                self.chance(row), self.said.why.get(row, ""),
            )  # fmt: skip

    def chance(self, row: int) -> int | None:
        return None if self.chances is None or self.chances[row] < 0 else self.chances[row]

    def not_served(self) -> Iterator[NotServed]:
        """Of the problem, by row; then those that the reader has set aside."""
        optional = set(self.result.left.tolist())
        told = {one.stop: one for one in self.instance.notices if one.stop}
        for stop in np.union1d(self.result.unserved, self.result.left).tolist():
            name, number = self.instance.stops[stop], self.instance.numbers[stop]
            if stop in optional:
                why = "serving it would cost more than its prize"
                yield NotServed(name, number, self.at[stop], "left", "not_worth_it", why, "raise its prize")
                continue
            alone = (told[name].code, told[name].why, REMEDIES.get(told[name].code, "")) if name in told else BESIDE
            yield NotServed(name, number, self.at[stop], "unserved", *self.said.reasons.get(stop, alone))
        yield from map(nowhere, self.instance.aside)


def nowhere(one: Notice) -> NotServed:
    """A stop that the reader has set aside."""
    return NotServed(one.stop, 0, None, "unserved", one.code, one.why, f"mend row {one.row} of the file")


def _rows(of: IntArray) -> list[Loads]:
    return [tuple(row) for row in of.tolist()]


def _window(begin: int, end: int) -> tuple[int | None, int | None]:
    return (begin if begin > 0 else None, end if end < NEVER else None)
