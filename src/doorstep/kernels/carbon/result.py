"""What the carbon kernel says of every parcel on every service."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.kernels.carbon.problem import BoolArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class CarbonResult:
    """Grams of CO2e of n parcels on s services; the first axis is low, middle, high.

    Each leg is rounded once, half up, to the milligram, and their sum once, half up, to the gram. The bounds are sums
    of the legs' bounds: as if everything were at its best, or at its worst, together. They are wider than an interval
    of confidence would be.

    Attributes
    ----------
    known
        [n] whether the distance is; where it is not, grams are 0 and mean nothing.
    line_haul_mg
        [3, n, s] milligrams from where a parcel leaves to where it goes.
    hub_mg
        [3, n] in the hubs between.
    last_mile_mg
        [3, s] from the last hub to the door, the pickup point or the locker.
    """

    known: BoolArray
    line_haul_mg: IntArray
    hub_mg: IntArray
    last_mile_mg: IntArray

    @property
    def grams(self) -> IntArray:
        """All legs, [3, n, s]."""
        return np.stack([self.grams_on(service) for service in range(self.line_haul_mg.shape[2])], axis=2)

    def grams_on(self, service: int) -> IntArray:
        """All legs on one service, [3, n]."""
        total = self.line_haul_mg[:, :, service] + self.hub_mg + self.last_mile_mg[:, service, None]
        return grams_of(total) * self.known


def grams_of(milligrams: IntArray) -> IntArray:
    """Round half up."""
    rounded: IntArray = (milligrams + 500) // 1000
    return rounded
