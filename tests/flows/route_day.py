"""A day of a few stops as files, and a clock that tells what it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from doorstep.flows.route_clock import Clock

STOPS = """stop,latitude,longitude,service_seconds,window_from,window_to,weight_g,name
a,41.15,-8.61,120,08:00,12:00,4000,"Rua das Flores 1, Porto"
b,41.16,-8.62,120,,,6000,
c,41.17,-8.60,60,,10:00,3000,
heavy,41.14,-8.63,60,,,90000,
"""
VEHICLES = """vehicle,depot_latitude,depot_longitude,capacity_g,shift_from,shift_to,cost_per_km,cost_per_hour,count
van,41.18,-8.66,10000,08:00,16:00,0.3,18,2
"""


@dataclass
class Watching:
    """A watcher that writes down what it is told."""

    ages: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    noticed: list[str] = field(default_factory=list)

    def at(self, age_s: float) -> None:
        self.ages.append(age_s)

    def better(self, told: str) -> None:
        self.told.append(told)

    def notice(self, text: str) -> None:
        self.noticed.append(text)


def clock(watching: Watching, age: Callable[[], float] = lambda: 1.0, ended: bool = False) -> Clock:
    return Clock(age, 10.0, lambda: ended, watching)


def written(folder: Path, stops: str = STOPS, vehicles: str = VEHICLES) -> tuple[Path, Path]:
    (folder / "monday.csv").write_text(stops, encoding="utf-8")
    (folder / "vans.csv").write_text(vehicles, encoding="utf-8")
    return folder / "monday.csv", folder / "vans.csv"
