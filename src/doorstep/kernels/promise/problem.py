"""What the promise kernel is asked: legs over a compiled network."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.promise.calendars import IntArray
from doorstep.kernels.promise.tables import PromiseTables


@dataclass(frozen=True, slots=True)
class Legs:
    """n journeys of a parcel from a site to a destination, as columns of whole numbers.

    Attributes
    ----------
    site, service, destination
        [n] indices into the network.
    ready_at
        [n] epoch seconds: when the order was placed, or now, if later.
    shift
        [n] 0: the earliest collection; k: the first one of the k-th later day with a collection.
    not_before
        [n] day before which the shopper does not want it, local at the destination; -1: none.
    promised_by
        [n] day promised already, local at the destination; -1: none. The same as `not_before`: a nominated day, which
        is a wish, and promised only if it is in reach.
    """

    site: IntArray
    service: IntArray
    destination: IntArray
    ready_at: IntArray
    shift: IntArray
    not_before: IntArray
    promised_by: IntArray

    def __post_init__(self) -> None:
        for column in fields(self):
            values = getattr(self, column.name)
            if not isinstance(values, np.ndarray) or values.ndim != 1 or values.dtype.kind != "i":
                raise InvalidProblem(f"legs: {column.name} is not a column of whole numbers")
            if len(values) != len(self.site):
                raise InvalidProblem(f"legs: {column.name} has another length than site")
        for name in ("site", "service", "destination", "shift"):
            if self and getattr(self, name).min() < 0:
                raise InvalidProblem(f"legs: {name} < 0 not understood")
        for name in ("not_before", "promised_by"):
            if self and getattr(self, name).min() < -1:
                raise InvalidProblem(f"legs: {name} < -1 not understood")

    def __len__(self) -> int:
        return len(self.site)


@dataclass(frozen=True, slots=True)
class PromiseProblem:
    """Legs whose indices the tables know."""

    tables: PromiseTables
    legs: Legs

    def __post_init__(self) -> None:
        sites, services = self.tables.pair.shape
        sizes = {"site": sites, "service": services, "destination": len(self.tables.destination_area)}
        for name, size in sizes.items():
            if self.legs and getattr(self.legs, name).max() >= size:
                raise InvalidProblem(f"legs: a {name} is not in the network")
