"""What every road engine is to Doorstep: distances and durations between places, and the line of a way.

Places are rows of latitude and longitude, WGS 84 degrees. Distances are whole metres, durations whole seconds, both of
the way that is driven in the least time; a matrix holds them from row to column, and the way back may be another. An
engine that cannot answer raises: nothing is ever filled in from another engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.errors import Conflict

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
Points = NDArray[np.float64]
"""[n, 2] latitude, longitude."""

NEVER = 2**40
"""Where there is no way, in metres and in seconds. That of the route kernel; a test compares the two."""
SNAP_M = 1_000
"""How far a place may lie from the nearest road, unless the setting says otherwise."""


class MapRefused(Conflict):
    """The engine, the graph or the setting is not what it must be; asking again would not help."""

    code = "roads_refused"


class MapUnreachable(Conflict):
    """There was no answer, or none that can be believed."""

    code = "roads_unreachable"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a plug-in is opened with.

    `where` is an address or a folder. `version` states which data a server has that does not say so itself. `most_side`
    is how many places one request may hold on each side; 0: what such engines allow as they are delivered.
    `executables` is the folder of the engine's programs, where it is one that is started.
    """

    where: str = ""
    profile: str = ""  # empty: the engine's usual one, for cars
    version: str = ""
    snap_m: int = SNAP_M
    most_side: int = 0
    timeout_s: float = 60.0
    executables: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can do."""

    name: str
    attribution: str = ""  # who must be named where its lines are drawn
    draws: bool = True  # its lines follow roads; else they are straight
    worth_keeping: bool = True  # reading an answer from a disk is quicker than asking again


@dataclass(frozen=True, slots=True)
class Block:
    """[s, t] from each source to each target; NEVER, in both, where there is no way.

    Raises MapUnreachable for arrays that cannot be an answer.
    """

    distance_m: IntArray
    duration_s: IntArray

    def __post_init__(self) -> None:
        for array in (self.distance_m, self.duration_s):
            if array.dtype != np.int64 or array.ndim != 2 or array.shape != self.distance_m.shape:
                raise MapUnreachable("the engine answers with a matrix of another form")
            if array.size and (array.min() < 0 or array.max() > NEVER):
                raise MapUnreachable("the engine answers with a distance or duration below zero")
        if not np.array_equal(self.distance_m == NEVER, self.duration_s == NEVER):
            raise MapUnreachable("the engine answers with a distance without its duration")


@dataclass(frozen=True, slots=True)
class Way:
    """A way through places in their order: its line as (latitude, longitude), and what each leg of it takes."""

    line: tuple[tuple[float, float], ...]
    leg_distances_m: tuple[int, ...]
    leg_durations_s: tuple[int, ...]

    @property
    def distance_m(self) -> int:
        return sum(self.leg_distances_m)

    @property
    def duration_s(self) -> int:
        return sum(self.leg_durations_s)


class RoadMap(Protocol):
    """Every method may raise MapRefused or MapUnreachable, and is safe to be called again. Close it."""

    @property
    def capabilities(self) -> Capabilities: ...

    @property
    def version(self) -> str:
        """Engine, data and profile: while it is the same, so are the answers. Empty: the engine does not know."""
        ...

    def matrix(self, sources: Points, targets: Points) -> Block:
        """Give the ways from each source to each target. From a place to itself it is 0, wherever it lies."""
        ...

    def path(self, points: Points) -> Way | None:
        """Give the way through these places, at least two, turning round at each where that is quicker.

        None: there is none. Its legs are those of `matrix`, but for a rounding.
        """
        ...

    def snap(self, points: Points) -> IntArray:
        """[n] metres to the nearest road that the engine knows; NEVER beyond what the setting allows."""
        ...

    def close(self) -> None:
        """End what was started for it; a second time nothing happens."""
        ...


class Make(Protocol):
    """What an entry point of the group `doorstep.maps` names."""

    def __call__(self, settings: Settings) -> RoadMap: ...


def points_of(latitudes: Sequence[float] | FloatArray, longitudes: Sequence[float] | FloatArray) -> Points:
    """Put places together. Raises MapRefused, naming the first row that is no place on Earth."""
    points = np.column_stack((np.asarray(latitudes, np.float64), np.asarray(longitudes, np.float64)))
    wrong = ~(np.isfinite(points).all(axis=1) & (np.abs(points[:, 0]) <= 90) & (np.abs(points[:, 1]) <= 180))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise MapRefused(f"place {row + 1}: {points[row, 0]:g}, {points[row, 1]:g} is no latitude and longitude")
    return points


def block_of(distance_m: FloatArray, duration_s: FloatArray, sources: Points, targets: Points) -> Block:
    """Round what an engine answered, half up; NaN in either is NEVER in both, and a place to itself is 0."""
    none = np.isnan(distance_m) | np.isnan(duration_s)
    same = (sources[:, None, :] == targets[None, :, :]).all(axis=2)
    rounded = []
    for array in (distance_m, duration_s):
        if (array >= NEVER).any():
            raise MapUnreachable("the engine answers with a distance or duration beyond all measure")
        whole = np.floor(np.where(none, 0.0, array) + 0.5).astype(np.int64)
        rounded.append(np.where(same, 0, np.where(none, NEVER, whole)))
    return Block(rounded[0], rounded[1])
