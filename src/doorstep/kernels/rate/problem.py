"""Parcels to be rated, as validated arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.carriage import DELIVERS_TO, SPEEDS
from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.rate.bounds import MAX_SIZE_MM, MAX_VALUE_MINOR, MAX_WEIGHT_G, overflow
from doorstep.kernels.rate.result import BoolArray, IntArray
from doorstep.kernels.rate.tables import TariffTables
from doorstep.kernels.rate.validity import DAY_ZERO

MIN_DAY = date.min.toordinal() - DAY_ZERO
MAX_DAY = date.max.toordinal() - DAY_ZERO

_NO_VALUES: IntArray = np.zeros(0, np.int64)
_PLAIN = ("origin", "destination", "weight_g", "accepts", "slowest", "value_minor")  # an integer of each parcel
_FLAGS = ("residential", "signature", "saturday")


@dataclass(frozen=True, slots=True, eq=False)
class Parcels:
    """n parcels. Integers of any width and lists are taken over as int64 arrays.

    Attributes
    ----------
    origin, destination
        [n] index into the tables' origins and destinations.
    ship_day
        [n], or [n, s] where it differs by service: local date of leaving, in days since 1970-01-01.
    weight_g
        [n] gross weight, 0 to 10**12.
    size_mm
        [n, 3] outer sizes in any order, 1 to 10**6.
    residential, signature, saturday
        [n] delivered to a home; signed for; Saturday delivery asked for.
    accepts
        [n] bit k set: `DELIVERS_TO[k]` is acceptable (1 home, 2 pickup_point, 4 locker).
    slowest
        [n] index into `SPEEDS`: slower services are not eligible; 0: any.
    value_minor
        [n] declared value in minor units, 0 to 10**12; left out: none declares any.

    Raises
    ------
    InvalidProblem
        Shapes disagree or a value is out of range.
    """

    origin: IntArray
    destination: IntArray
    ship_day: IntArray
    weight_g: IntArray
    size_mm: IntArray
    residential: BoolArray
    signature: BoolArray
    saturday: BoolArray
    accepts: IntArray
    slowest: IntArray
    value_minor: IntArray = field(default_factory=lambda: _NO_VALUES)

    def __post_init__(self) -> None:
        if self.value_minor is _NO_VALUES:
            object.__setattr__(self, "value_minor", np.zeros(len(self.origin), np.int64))
        for name in (*_PLAIN, "ship_day", "size_mm"):
            object.__setattr__(self, name, _integers(name, getattr(self, name)))
        for name in _FLAGS:
            object.__setattr__(self, name, _booleans(name, getattr(self, name)))
        count = len(self.origin)
        for name in (*_PLAIN, *_FLAGS):
            if getattr(self, name).shape != (count,):
                raise InvalidProblem(f"{name} has shape {getattr(self, name).shape}, not ({count},)")
        if self.size_mm.shape != (count, 3):
            raise InvalidProblem(f"size_mm has shape {self.size_mm.shape}, not ({count}, 3)")
        if self.ship_day.ndim not in (1, 2) or len(self.ship_day) != count:
            raise InvalidProblem(f"ship_day has shape {self.ship_day.shape}, not ({count},) or ({count}, services)")
        _within("ship_day", self.ship_day, MIN_DAY, MAX_DAY)
        _within("weight_g", self.weight_g, 0, MAX_WEIGHT_G)
        _within("size_mm", self.size_mm, 1, MAX_SIZE_MM)
        _within("value_minor", self.value_minor, 0, MAX_VALUE_MINOR)
        _within("accepts", self.accepts, 0, (1 << len(DELIVERS_TO)) - 1)
        _within("slowest", self.slowest, 0, len(SPEEDS) - 1)

    def __len__(self) -> int:
        return len(self.origin)


@dataclass(frozen=True, slots=True, eq=False)
class RateProblem:
    """Parcels and the tables that rate them.

    Raises
    ------
    InvalidProblem
        A parcel names a place that the tables do not hold, or an amount would not fit 64 bits.
    """

    tables: TariffTables
    parcels: Parcels

    def __post_init__(self) -> None:
        _within("origin", self.parcels.origin, 0, len(self.tables.origins) - 1)
        _within("destination", self.parcels.destination, 0, len(self.tables.destinations) - 1)
        services = len(self.tables.services)
        if self.parcels.ship_day.ndim == 2 and self.parcels.ship_day.shape[1] != services:
            raise InvalidProblem(f"ship_day has {self.parcels.ship_day.shape[1]} columns for {services} services")
        if len(self.parcels) and not self.tables.always_exact:
            self._refuse_overflow()

    def _refuse_overflow(self) -> None:
        tables, parcels = self.tables, self.parcels
        largest = (int(some.max()) for some in (parcels.weight_g, parcels.size_mm, parcels.value_minor))
        why = overflow(tables.services, tables.offers, tables.ladders, tables.charges, *largest)
        if why:
            raise InvalidProblem(why)


def _integers(name: str, values: Any) -> IntArray:
    array = np.asarray(values)
    if array.size and array.dtype.kind not in "iu":
        raise InvalidProblem(f"{name} must hold integers, not {array.dtype}")
    return np.ascontiguousarray(array, np.int64)


def _booleans(name: str, values: Any) -> BoolArray:
    array = np.asarray(values)
    if array.size and array.dtype.kind != "b":
        raise InvalidProblem(f"{name} must hold booleans, not {array.dtype}")
    return np.ascontiguousarray(array, np.bool_)


def _within(name: str, values: NDArray[np.int64], low: int, high: int) -> None:
    if values.size and (values.min() < low or values.max() > high):
        at = int(np.flatnonzero(((values < low) | (values > high)).reshape(len(values), -1).any(axis=1))[0])
        raise InvalidProblem(f"{name} of parcel {at} is {values[at].tolist()}, not {low} to {high}")
