"""Weights as the plan takes them: bid prices, commitment prices, the values of speed and carbon; see `weigh`.

Everything here is None where nothing weighs, so that a plan without weights does nothing for them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.worth import NEXT_DAY
from doorstep.kernels.plan.grams import CarbonScale

IntArray = NDArray[np.int64]
MOST_DAYS = 60  # of waiting that speed is valued for


@dataclass(frozen=True, slots=True)
class QuoteScales:
    """What differs between the parcels of one block and site, for a chunk's orders i; small enough to travel."""

    service_minor: IntArray  # [K, V]
    commitment_minor: IntArray  # [V]
    speed_micros: IntArray  # [i]
    next_day_micros: IntArray  # [i]
    placed_day: IntArray  # [i]
    units: IntArray  # [i]
    micros_per_minor: int
    carbon: CarbonScale | None = None  # where it has a value

    def speed_minor(self, order: IntArray, units: IntArray, promised_day: IntArray) -> IntArray:
        """What it weighs that so many units of orders come on these days: each parcel by its share of the order."""
        days = np.clip(promised_day - self.placed_day[order], 0, MOST_DAYS)
        micros = waiting_micros(days, self.speed_micros[order], self.next_day_micros[order])
        whole = self.micros_per_minor * self.units[order]
        sure, rest = np.divmod(micros, whole)  # else many units of what is worth much are beyond 64 bits
        found: IntArray = sure * units + (2 * rest * units + whole) // (2 * whole)
        return found


@dataclass(frozen=True, slots=True)
class Scales:
    """Weights of a market; what an order may weigh at most is added to the price of leaving it."""

    stock_micros: IntArray  # [K, J] of a unit
    site_minor: IntArray  # [K] of picking an order
    service_minor: IntArray  # [K, V] of room for a parcel
    commitment_minor: IntArray  # [V] of a parcel
    speed_micros: IntArray  # [N] of a day
    next_day_micros: IntArray  # [N] of more than one day
    placed_day: IntArray  # [N]
    units: IntArray  # [N]
    leaving_minor: IntArray  # [N] nothing where orders may be left for what they weigh
    micros_per_minor: int
    carbon: CarbonScale | None = None  # of all orders; where it has a value

    def of_quotes(self, lo: int, hi: int) -> QuoteScales | None:
        """What of it differs between the parcels of one site and block; of orders lo to hi."""
        speed = self.speed_micros.any() or self.next_day_micros.any()
        carbon = None if self.carbon is None else self.carbon.part(lo, hi)
        if not (speed or carbon is not None or self.service_minor.any() or self.commitment_minor.any()):
            return None
        return QuoteScales(
            self.service_minor,
            self.commitment_minor,
            self.speed_micros[lo:hi],
            self.next_day_micros[lo:hi],
            self.placed_day[lo:hi],
            self.units[lo:hi],
            self.micros_per_minor,
            carbon,
        )

    def goods_minor(self, use_start: IntArray, use_sku: IntArray, use_quantity: IntArray) -> IntArray:
        """Bid prices [B, K] of what blocks hold, wherever they may lie; usage rows as in `Blocks`."""
        blocks = len(use_start) - 1
        micros = np.zeros((blocks, len(self.stock_micros)), np.int64)
        np.add.at(
            micros, np.repeat(np.arange(blocks), np.diff(use_start)), (self.stock_micros[:, use_sku] * use_quantity).T
        )
        return half_up(micros, self.micros_per_minor)


def waiting_micros(days: IntArray, day_micros: IntArray, next_day_micros: IntArray) -> IntArray:
    """What so many days weigh: each of them, and once that they are more than one."""
    return days * day_micros + np.where(days > NEXT_DAY, next_day_micros, 0)


def half_up(numerator: IntArray, denominator: int) -> IntArray:
    """Divide with halves going up."""
    return (2 * numerator + denominator) // (2 * denominator)
