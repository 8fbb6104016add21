"""What rating says of every parcel on every service."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from doorstep.kernels.rate import compiled

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


class Reason(IntEnum):
    """Why a service does not take a parcel. Where several hold, the lowest number is reported."""

    ELIGIBLE = compiled.ELIGIBLE
    NO_ZONE = compiled.NO_ZONE
    WRONG_DESTINATION_KIND = compiled.WRONG_DESTINATION_KIND
    TOO_SLOW = compiled.TOO_SLOW
    TOO_HEAVY = compiled.TOO_HEAVY
    TOO_LONG = compiled.TOO_LONG
    GIRTH = compiled.GIRTH
    NO_SIGNATURE = compiled.NO_SIGNATURE
    NO_SATURDAY = compiled.NO_SATURDAY
    NO_RATE = compiled.NO_RATE


def reason_text(reason: int | np.uint8) -> str:
    """Write a reason as its stable code, such as `too_long`."""
    return Reason(int(reason)).name.lower()


@dataclass(frozen=True, slots=True, eq=False)
class RateResult:
    """Quotes of n parcels on s services, all arrays [n, s].

    Attributes
    ----------
    reason
        `Reason`; 0 where the service takes the parcel.
    freight_minor, surcharges_minor
        Sums of rounded charge lines, in minor units; 0 where ineligible.
    billed_weight_g
        The larger of gross and volumetric weight; given for every pair.
    zone
        Index into the tables' `zone_names`; -1: not served.
    """

    reason: NDArray[np.uint8]
    freight_minor: IntArray
    surcharges_minor: IntArray
    billed_weight_g: IntArray
    zone: NDArray[np.int32]

    @property
    def eligible(self) -> BoolArray:
        """Where the service takes the parcel, [n, s]."""
        taken: BoolArray = self.reason == Reason.ELIGIBLE
        return taken

    @property
    def price_minor(self) -> IntArray:
        """Freight plus surcharges, [n, s]."""
        return self.freight_minor + self.surcharges_minor
