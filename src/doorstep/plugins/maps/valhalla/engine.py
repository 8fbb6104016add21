"""Valhalla over HTTP: matrices in blocks that the server takes, and ways with their lines."""

from __future__ import annotations

from typing import Any

import numpy as np

from doorstep.plugins.maps.answers import Asker
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
from doorstep.plugins.maps.valhalla import messages

USUAL_COSTING = "auto"
USUAL_SIDE = 50  # max_matrix_location_pairs is 2,500 as delivered
MOST_STRETCH = 20  # max_locations of a route by car as delivered
MOST_LOCATED = 20
OUT_OF_REACH = "these places are further apart than Valhalla is set to answer for (max_matrix_distance, max_distance)"


class ValhallaMap:
    capabilities = Capabilities("Valhalla", "© OpenStreetMap contributors")

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._asker = Asker(settings.where, settings.timeout_s)
        self._costing = settings.profile or USUAL_COSTING
        self._side = settings.most_side or USUAL_SIDE
        self._data: str | None = None

    @property
    def version(self) -> str:
        if self._data is None:
            told = self._told("/status", {})
            self._data = f"{told.get('version', '')} {told.get('tileset_last_modified', '')}".strip()
        data = f"{self._settings.version} {self._data}".strip()
        return f"valhalla {data} {self._costing} snap {self._settings.snap_m}" if data else ""

    def matrix(self, sources: Points, targets: Points) -> Block:
        return in_blocks(self._block, sources, targets, self._side, self._side)

    def path(self, points: Points) -> Way | None:
        return in_stretches(self._stretch, points, MOST_STRETCH)

    def snap(self, points: Points) -> IntArray:
        near = np.zeros(len(points), np.int64)
        for start in range(0, len(points), MOST_LOCATED):
            part = points[start : start + MOST_LOCATED]
            told = self._told("/locate", messages.locate_request(self._costing, part, self._settings.snap_m))
            near[start : start + MOST_LOCATED] = messages.read_located(told, part)
        return np.where(near > self._settings.snap_m, NEVER, near)

    def close(self) -> None:
        self._asker.close()

    def _block(self, sources: Points, targets: Points) -> Block:
        """Ask for all; for one place that is out of reach Valhalla refuses all, so ask again without those."""
        found = self._numbers(sources, targets)
        if found is not None:
            return block_of(*found, sources, targets)
        rows, columns = (np.flatnonzero(self.snap(side) < NEVER) for side in (sources, targets))
        distance, duration = (np.full((len(sources), len(targets)), np.nan) for _ in range(2))
        if len(rows) and len(columns):
            again = self._numbers(sources[rows], targets[columns])
            if again is None:
                raise MapRefused(OUT_OF_REACH)
            for whole, part in zip((distance, duration), again, strict=True):
                whole[np.ix_(rows, columns)] = part
        return block_of(distance, duration, sources, targets)

    def _numbers(self, sources: Points, targets: Points) -> tuple[FloatArray, FloatArray] | None:
        request = messages.matrix_request(self._costing, sources, targets, self._settings.snap_m)
        told = self._told("/sources_to_targets", request)
        if told.get("error_code") in messages.NO_WAY:
            none = np.full((len(sources), len(targets)), np.nan)
            return none, none
        return None if "error_code" in told else messages.read_matrix(told, len(sources), len(targets))

    def _stretch(self, points: Points) -> Way | None:
        told = self._told("/route", messages.route_request(self._costing, points, self._settings.snap_m))
        if told.get("error_code") in messages.OUT_OF_REACH and (self.snap(points) < NEVER).all():
            raise MapRefused(OUT_OF_REACH)
        return None if "error_code" in told else messages.read_route(told, len(points) - 1)

    def _told(self, path: str, request: dict[str, Any]) -> dict[str, Any]:
        """Raise MapRefused for what the server will not do."""
        answer = self._asker.post(path, request)
        fault = messages.fault_of(answer.status, answer.told)
        if answer.status != 200 and "error_code" not in answer.told:
            raise MapUnreachable(f"{self._asker.address} answers {answer.status}, and not as Valhalla does")
        if fault:
            raise MapRefused(fault)
        return answer.told


def make(settings: Settings) -> ValhallaMap:
    return ValhallaMap(settings)
