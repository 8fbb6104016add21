"""What is driven, and on what: the instance as it was read, with the ways of real roads where they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from doorstep.domain.errors import Conflict, Fault, InputRefused
from doorstep.domain.rounds import Point
from doorstep.files.route_in import read_instance
from doorstep.files.route_instance import Convention, Instance
from doorstep.flows.roads import lines_of, roads, travel_of
from doorstep.flows.route_clock import Clock
from doorstep.kernels.route.problem import RELOAD
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.run import Run
from doorstep.plugins.maps.base import RoadMap


@dataclass(frozen=True, slots=True)
class Files:
    """What is read."""

    stops: Path
    vehicles: Path | None = None
    convention: Convention = ""
    roads: str | None = None  # what stands behind `--roads`; None: the great circle, made longer as roads are
    traffic: Path | None = None

    @property
    def read(self) -> tuple[Path, ...]:
        return tuple(one for one in (self.stops, self.vehicles, self.traffic) if one is not None)


@dataclass(frozen=True, slots=True)
class Ground:
    instance: Instance
    clock: Clock
    engine: RoadMap | None = None

    @property
    def draws(self) -> bool:
        """Whether lines of rounds follow roads."""
        return self.engine is not None and self.engine.capabilities.draws

    @property
    def credit(self) -> str:
        return "" if self.engine is None else self.engine.capabilities.attribution

    def lines(self, result: RouteResult) -> list[tuple[Point, ...]]:
        """The line of each round; none where nobody can tell, for rounds that were found are worth more than that."""
        if self.engine is None or not self.draws:
            return []
        try:
            lines = lines_of(self.engine, [self._corners(kind, visits) for kind, visits in _rounds(result)])
        except Conflict as error:
            self.clock.watcher.notice(f"rounds are drawn straight: {error}")
            return []
        return [tuple((longitude, latitude) for latitude, longitude in line) for line in lines]

    def _corners(self, kind: int, visits: list[int]) -> list[tuple[float, float]]:
        """Latitude and longitude of wherever a round comes."""
        travel, stops, fleet = (self.instance.problem.travel, self.instance.problem.stops, self.instance.problem.fleet)
        yard = int(fleet.start[kind])
        between = (yard if stop == RELOAD else int(stops.location[stop]) for stop in visits)
        return [(float(travel.y[at]), float(travel.x[at])) for at in (yard, *between, int(fleet.end[kind]))]


def _rounds(result: RouteResult) -> Iterator[tuple[int, list[int]]]:
    yield from zip(result.vehicle.tolist(), (visits.tolist() for visits in result.rounds()), strict=True)


@contextmanager
def driven_on(files: Files, clock: Clock, run: Run) -> Iterator[Ground]:
    """Read what is driven; with `--roads` the engine stays open for the lines. Raises InputRefused, Conflict."""
    instance = read_instance(files.stops, files.vehicles, files.convention, traffic=files.traffic)
    if instance.research:
        if files.roads is not None:
            why = "is an instance with distances of its own; --roads is for STOPS.csv"
            raise InputRefused((Fault(str(files.stops), 0, "", "", why),), 1)
        yield Ground(instance, clock)
        return
    with on_roads(instance, files.roads, clock, run) as ground:
        yield ground


@contextmanager
def on_roads(instance: Instance, where: str | None, clock: Clock, run: Run) -> Iterator[Ground]:
    """Put a day on roads; `where` is what stands behind `--roads`. Raises Conflict."""
    with roads(where or "", progress=run.progress, told=clock.watcher.notice) as engine:
        points = instance.problem.travel
        travel = travel_of(engine, points.y, points.x)
        travel = replace(travel, period_from_s=points.period_from_s, period_pace_ppm=points.period_pace_ppm)
        problem = replace(instance.problem, travel=travel)
        yield Ground(replace(instance, problem=problem), clock, engine)
