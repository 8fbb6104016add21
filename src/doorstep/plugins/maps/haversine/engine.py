"""Distances without a map: the great circle, made longer as roads are."""

from __future__ import annotations

import numpy as np

from doorstep.plugins.maps.base import (
    Block,
    Capabilities,
    IntArray,
    MapRefused,
    Points,
    Settings,
    Way,
    block_of,
)
from doorstep.plugins.maps.crow import crow_m
from doorstep.plugins.maps.haversine.calibration import Band, Calibration
from doorstep.plugins.maps.joined import in_blocks

SIDE = 1_000  # of what is reckoned at once
# The mean of fits to three extracts of OpenStreetMap, as OSRM 26.10 drives them by car with streets empty; what it is
# off by stands in benchmarks/RESULTS.md.
USUAL = Calibration(
    (
        Band(0, 1_762_000, 141),
        Band(1_000, 1_540_000, 81),
        Band(3_000, 1_503_000, 77),
        Band(10_000, 1_334_000, 60),
    ),
    1_747_000,
    124,
    "OSRM 26.10, profile car, on Porto, Heidelberg and Porto Alegre, each the same weight (2026-11-28)",
)


class HaversineMap:
    capabilities = Capabilities("Haversine", draws=False, worth_keeping=False)

    def __init__(self, calibration: Calibration = USUAL) -> None:
        self.calibration = calibration

    @property
    def version(self) -> str:
        bands = ",".join(f"{one.from_m}:{one.detour_ppm}:{one.seconds_per_km}" for one in self.calibration.bands)
        return f"haversine {bands}"

    def matrix(self, sources: Points, targets: Points) -> Block:
        return in_blocks(self._block, sources, targets, SIDE, SIDE)

    def _block(self, sources: Points, targets: Points) -> Block:
        distance, duration = self.calibration.road(crow_m(sources[:, None, :], targets[None, :, :]))
        return block_of(distance, duration, sources, targets)

    def path(self, points: Points) -> Way:
        if len(points) < 2:
            raise MapRefused("a way leads through two places at least")
        distance, duration = self.calibration.road(crow_m(points[:-1], points[1:]))
        legs = [tuple(int(one) for one in np.floor(array + 0.5)) for array in (distance, duration)]
        return Way(tuple((float(y), float(x)) for y, x in points), legs[0], legs[1])

    def snap(self, points: Points) -> IntArray:
        return np.zeros(len(points), np.int64)

    def close(self) -> None:
        pass


def make(settings: Settings) -> HaversineMap:
    if settings.where or settings.profile:
        raise MapRefused("the great circle has neither an address nor a profile")
    return HaversineMap()
