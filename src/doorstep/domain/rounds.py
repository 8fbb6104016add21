"""Rounds as they are handed on: to a driver, to a file, to a map. Instants are seconds of a day, or of an instance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Point = tuple[float, float]  # x, y: longitude and latitude in degrees, or the units of an instance
Loads = tuple[int, ...]  # one for each measure


@dataclass(frozen=True, slots=True)
class Measure:
    """A dimension of load."""

    name: str  # as in a column: `weight_g`
    unit: str  # `g`, `cm3`; empty: units of the instance


@dataclass(frozen=True, slots=True)
class Visit:
    """A stop on a round, or a reload between two trips."""

    stop: str  # empty: a reload at the depot
    number: int  # of the stop in its file, from 1; 0: a reload
    trip: int  # from 1
    position: int  # in the round, from 1; 0: a reload
    at: Point
    arrival_s: int
    begins_s: int  # service, or a reload
    ends_s: int
    leaves_s: int
    pause_s: int  # a break taken here: before service, or after it, and then it leaves later than it ends
    window_s: tuple[int | None, int | None]  # when service may begin; None: open on this side
    delivered: Loads
    collected: Loads
    load: Loads  # on board when leaving
    on_time_ppm: int | None  # that service begins within the window; None: nobody has said
    why: str = ""

    @property
    def is_reload(self) -> bool:
        return not self.stop

    @property
    def pauses_after(self) -> bool:
        return self.pause_s > 0 and self.leaves_s > self.ends_s


@dataclass(frozen=True, slots=True)
class Round:
    number: int  # from 1
    vehicle: str
    start: Point
    end: Point
    departs_s: int
    returns_s: int
    distance_m: int
    capacity: Loads
    load: Loads  # on board when leaving the depot first
    visits: tuple[Visit, ...]
    line: tuple[Point, ...] = ()  # as it is driven; empty: straight from stop to stop
    under_way: bool = False  # it begins where the van is, and not at a depot

    @property
    def duration_s(self) -> int:
        return self.returns_s - self.departs_s

    @property
    def stops(self) -> tuple[Visit, ...]:
        return tuple(one for one in self.visits if not one.is_reload)

    @property
    def most(self) -> Loads:
        """The most of each measure that is ever on board."""
        return tuple(map(max, zip(self.load, *(one.load for one in self.visits), strict=True)))

    @property
    def trips(self) -> int:
        return self.visits[-1].trip if self.visits else 0

    @property
    def code(self) -> str:
        """What its bar code says."""
        return f"R{self.number:03d}"


@dataclass(frozen=True, slots=True)
class NotServed:
    stop: str
    number: int
    at: Point | None  # None: the file does not say
    kind: Literal["unserved", "left"]  # left: optional, and not worth it
    reason: str  # a code
    detail: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Rounds:
    """All rounds of a day, or of a research instance."""

    name: str
    rounds: tuple[Round, ...]
    not_served: tuple[NotServed, ...]
    measures: tuple[Measure, ...]
    stops: int  # asked for
    on_earth: bool  # points are degrees, distances metres; else units of an instance
    clocked: bool  # instants are seconds since midnight; else units of an instance
    timed: bool  # times mean something: there are windows, service times or a day
    scale: int = 1  # of an instance: distances and instants are so many times those of its file
    origin: datetime | None = None  # the instant of second 0; None: midnight of any day
    credit: str = ""  # whose roads these are

    @property
    def depots(self) -> list[Point]:
        """Where rounds begin and end, each place once, in order."""
        ends = {one.end for one in self.rounds}
        return sorted(ends | {one.start for one in self.rounds if not one.under_way})

    @property
    def since_midnight_s(self) -> int:
        """The time of day at second 0."""
        return 0 if self.origin is None else self.origin.hour * 3600 + self.origin.minute * 60 + self.origin.second

    @property
    def unserved(self) -> tuple[NotServed, ...]:
        return tuple(one for one in self.not_served if one.kind == "unserved")

    @property
    def left(self) -> tuple[NotServed, ...]:
        return tuple(one for one in self.not_served if one.kind == "left")
