"""What the promise kernel is asked: legs over a compiled network."""

from __future__ import annotations

from collections.abc import Mapping
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
        least = {"site": 0, "service": 0, "destination": 0, "shift": 0, "not_before": -1, "promised_by": -1}
        refuse_columns("legs", {one.name: getattr(self, one.name) for one in fields(self)}, least)

    def __len__(self) -> int:
        return len(self.site)


@dataclass(frozen=True, slots=True)
class PromiseProblem:
    """Legs whose indices the tables know."""

    tables: PromiseTables
    legs: Legs

    def __post_init__(self) -> None:
        refuse_strangers("legs", self.tables, self.legs.site, self.legs.service, self.legs.destination)


def refuse_columns(noun: str, columns: Mapping[str, IntArray], least: Mapping[str, int]) -> None:
    """Raise InvalidProblem for columns that are not whole numbers, of unequal lengths, or too small somewhere."""
    size: int | None = None
    for name, values in columns.items():
        if not isinstance(values, np.ndarray) or values.ndim != 1 or values.dtype.kind != "i":
            raise InvalidProblem(f"{noun}: {name} is not a column of whole numbers")
        size = len(values) if size is None else size
        if len(values) != size:
            raise InvalidProblem(f"{noun}: {name} has another length than {next(iter(columns))}")
    for name, bound in least.items():
        if size and columns[name].min() < bound:
            raise InvalidProblem(f"{noun}: {name} < {bound} not understood")


def refuse_strangers(
    noun: str, tables: PromiseTables, site: IntArray, service: IntArray, destination: IntArray
) -> None:
    """Raise InvalidProblem for an index that the network does not have."""
    sites, services = tables.pair.shape
    asked = (
        ("site", site, sites),
        ("service", service, services),
        ("destination", destination, len(tables.destination_area)),
    )
    for name, values, size in asked:
        if len(values) and values.max() >= size:
            raise InvalidProblem(f"{noun}: a {name} is not in the network")
