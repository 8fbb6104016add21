"""OSRM over HTTP: matrices in blocks that the server takes, and ways with their lines."""

from __future__ import annotations

from typing import Any

import numpy as np

from doorstep.plugins.maps.answers import WAITS_S, Asker
from doorstep.plugins.maps.base import (
    NEVER,
    Block,
    Capabilities,
    FloatArray,
    IntArray,
    MapRefused,
    MapUnreachable,
    Points,
    Settings,
    Way,
    block_of,
)
from doorstep.plugins.maps.joined import in_blocks, in_stretches
from doorstep.plugins.maps.osrm import messages

USUAL_SIDE = 100  # --max-table-size as it is delivered
MOST_STRETCH = 100  # places of one way; --max-viaroute-size is 500 as delivered
MOST_MENDED = 1_000  # distances of a block
OPENSTREETMAP = "© OpenStreetMap contributors"


class OsrmMap:
    capabilities = Capabilities("OSRM", OPENSTREETMAP)

    def __init__(self, settings: Settings, waits_s: tuple[float, ...] = WAITS_S) -> None:
        self._settings = settings
        self._asker = Asker(settings.where, settings.timeout_s, waits_s)
        self._profile = settings.profile or messages.USUAL_PROFILE
        if not self._profile.replace("-", "").replace("_", "").isalnum():
            raise MapRefused(f"{self._profile} is no name of a profile")
        self._side = settings.most_side or USUAL_SIDE
        self._data: str | None = None  # as the server said first

    @property
    def version(self) -> str:
        data = self._settings.version or self.data_said()
        return f"osrm {data} {self._profile} snap {self._settings.snap_m}" if data else ""

    def data_said(self) -> str:
        """What the server says of its data; empty: nothing."""
        if self._data is None:
            self._told(messages.nearest_path(self._profile))
        return self._data or ""

    def matrix(self, sources: Points, targets: Points) -> Block:
        return in_blocks(self._block, sources, targets, self._side, self._side)

    def path(self, points: Points) -> Way | None:
        return in_stretches(self._stretch, points, MOST_STRETCH)

    def snap(self, points: Points) -> IntArray:
        near = np.zeros(len(points), np.int64)
        for start in range(0, len(points), self._side):
            part = points[start : start + self._side]
            told = self._told(messages.table_path(self._profile, part[:1], part))
            near[start : start + self._side] = messages.read_table(told, 1, len(part))[3]
        return np.where(near > self._settings.snap_m, NEVER, near)

    def close(self) -> None:
        self._asker.close()

    def _block(self, sources: Points, targets: Points) -> Block:
        told = self._told(messages.table_path(self._profile, sources, targets))
        distance, duration, off_s, off_t = messages.read_table(told, len(sources), len(targets))
        far = (off_s > self._settings.snap_m)[:, None] | (off_t > self._settings.snap_m)
        self._mend(distance, np.argwhere((distance < 0) & ~far), sources, targets)
        return block_of(np.where(far, np.nan, distance), duration, sources, targets)

    def _mend(self, distance: FloatArray, below_zero: IntArray, sources: Points, targets: Points) -> None:
        """Ask for a way by itself where the matrix says that it is shorter than nothing.

        OSRM's matrices do so now and then for places that are close to each other, or far (its issues 5855 and 7269);
        the duration is right, and so is the way when it is asked for alone.
        """
        if len(below_zero) > MOST_MENDED:
            raise MapUnreachable(f"OSRM answers with {len(below_zero):,} distances below zero")
        for row, column in below_zero.tolist():
            way = self._stretch(np.stack((sources[row], targets[column])))
            distance[row, column] = way.distance_m if way is not None else np.nan

    def _stretch(self, points: Points) -> Way | None:
        way, off = messages.read_route(self._told(messages.route_path(self._profile, points)), len(points) - 1)
        return None if (off > self._settings.snap_m).any() else way

    def _told(self, path: str) -> dict[str, Any]:
        """Raise MapRefused for what the server will not do, and if its data are no longer those it began with."""
        answer = self._asker.get(path)
        fault = messages.fault_of(answer.status, answer.told)
        if "code" not in answer.told:
            raise MapUnreachable(f"{self._asker.address} answers {answer.status}, and not as OSRM does")
        if fault:
            raise MapRefused(fault)
        data = messages.data_version(answer.told)
        if self._data is None:
            self._data = data
        elif data != self._data:
            raise MapUnreachable("OSRM has been given other data in the middle; ask again")
        return answer.told


def make(settings: Settings) -> OsrmMap:
    return OsrmMap(settings)
