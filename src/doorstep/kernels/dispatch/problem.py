"""What is to be picked, how much a cart holds, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.errors import InvalidProblem

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DispatchProblem:
    """p parcels of one site, and the k picks that fill them.

    Parameters
    ----------
    parcel_leaves_s
        [p] when the carrier takes it, in seconds since 1970.
    parcel_priority
        [p] the greater goes first.
    pick_parcel
        [k] parcel of a pick, 0 to p - 1.
    pick_units
        [k] units, at least 1.
    pick_bin
        [k] names of bins; what they mean is told in docs/algorithms/dispatch.md.

    Raises
    ------
    InvalidProblem
        If shapes or values contradict this.
    """

    parcel_leaves_s: IntArray
    parcel_priority: IntArray
    pick_parcel: IntArray
    pick_units: IntArray
    pick_bin: tuple[str, ...]

    def __post_init__(self) -> None:
        parcels, picks = len(self.parcel_leaves_s), len(self.pick_bin)
        for name, array, length in (
            ("parcel_leaves_s", self.parcel_leaves_s, parcels),
            ("parcel_priority", self.parcel_priority, parcels),
            ("pick_parcel", self.pick_parcel, picks),
            ("pick_units", self.pick_units, picks),
        ):
            if array.shape != (length,) or not np.issubdtype(array.dtype, np.integer):
                raise InvalidProblem(f"{name} must hold {length} integers")
        if picks and (self.pick_parcel.min() < 0 or self.pick_parcel.max() >= parcels):
            raise InvalidProblem("pick_parcel must name parcels")
        if picks and self.pick_units.min() < 1:
            raise InvalidProblem("pick_units must be at least 1")


@dataclass(frozen=True, slots=True)
class DispatchParams:
    """What a picker's cart holds.

    Parameters
    ----------
    cart_parcels
        Totes on a cart, one for each parcel; at least 1.
    cart_units
        Units that it carries; a parcel with more has a cart of its own. At least 1.

    Raises
    ------
    InvalidProblem
        If a value is out of its range.
    """

    cart_parcels: int = 12
    cart_units: int = 120

    def __post_init__(self) -> None:
        if self.cart_parcels < 1 or self.cart_units < 1:
            raise InvalidProblem("a cart holds at least one parcel and one unit")


@dataclass(frozen=True, slots=True)
class DispatchResult:
    """Waves, each one round of one cart.

    Parameters
    ----------
    wave
        [p] of each parcel, from 0; earlier collections first.
    slot
        [p] its tote on the cart, from 0.
    stop
        [k] when in its wave's round a pick comes, from 0; picks of one bin follow one another.
    """

    wave: IntArray
    slot: IntArray
    stop: IntArray
