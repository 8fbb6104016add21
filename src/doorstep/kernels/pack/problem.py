"""What is packed, into what, how hard to try, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.errors import InvalidProblem

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
VerdictArray = NDArray[np.uint8]

NO = 0
"""Proven: the load does not fit."""
FITS = 1
"""A layout was found."""
UNPROVEN = 2
"""No layout was found, which proves nothing."""

MAX_SIZE_MM = 100_000
MAX_WEIGHT_G = 10**9
MAX_LOAD_UNITS = 10**6


@dataclass(frozen=True, slots=True)
class PackProblem:
    """n items, m loads of them, c cartons; sizes in mm, weights in g.

    Parameters
    ----------
    item_size_mm
        [n, 3] length, width, height as the product stands; 1 to 100,000.
    item_weight_g
        [n] 0 to 10^9.
    item_upright
        [n] this side up: may only turn about the vertical.
    item_fragile
        [n] nothing may lie above it.
    item_max_load_g
        [n] weight that may lie above it; -1: anything.
    item_class
        [n] hazmat class, 0: none; two different classes never share a parcel.
    load_start
        [m + 1] load i owns the lines `load_start[i]` to `load_start[i + 1]` (exclusive), at least one.
    load_item
        [k] item of a line; in any order, also repeated.
    load_quantity
        [k] units of it, at least 1; at most 10^6 in a load.
    carton_inner_mm
        [c, 3] length, width, height; 1 to 100,000.
    carton_tare_g
        [c]
    carton_max_weight_g
        [c] gross.

    Raises
    ------
    InvalidProblem
        If shapes or values contradict this.
    """

    item_size_mm: IntArray
    item_weight_g: IntArray
    item_upright: BoolArray
    item_fragile: BoolArray
    item_max_load_g: IntArray
    item_class: IntArray
    load_start: IntArray
    load_item: IntArray
    load_quantity: IntArray
    carton_inner_mm: IntArray
    carton_tare_g: IntArray
    carton_max_weight_g: IntArray

    def __post_init__(self) -> None:
        items, lines, cartons = len(self.item_size_mm), len(self.load_item), len(self.carton_inner_mm)
        _shaped("item_size_mm", self.item_size_mm, (items, 3), 1, MAX_SIZE_MM)
        _shaped("item_weight_g", self.item_weight_g, (items,), 0, MAX_WEIGHT_G)
        _shaped("item_max_load_g", self.item_max_load_g, (items,), -1, None)
        _shaped("item_class", self.item_class, (items,), 0, None)
        for name, flags in (("item_upright", self.item_upright), ("item_fragile", self.item_fragile)):
            if flags.shape != (items,) or flags.dtype != np.bool_:
                raise InvalidProblem(f"{name} must be {items} booleans")
        _shaped("load_item", self.load_item, (lines,), 0, items - 1)
        _shaped("load_quantity", self.load_quantity, (lines,), 1, MAX_LOAD_UNITS)
        _shaped("carton_inner_mm", self.carton_inner_mm, (cartons, 3), 1, MAX_SIZE_MM)
        _shaped("carton_tare_g", self.carton_tare_g, (cartons,), 0, MAX_WEIGHT_G)
        _shaped("carton_max_weight_g", self.carton_max_weight_g, (cartons,), 0, None)
        _shaped("load_start", self.load_start, (max(len(self.load_start), 1),), 0, lines)
        if self.load_start[0] != 0 or self.load_start[-1] != lines or (np.diff(self.load_start) < 1).any():
            raise InvalidProblem("load_start must rise from 0 to the number of lines, each load owning a line")
        if self.loads and self.load_units().max() > MAX_LOAD_UNITS:
            raise InvalidProblem(f"a load has more than {MAX_LOAD_UNITS} units")

    @property
    def loads(self) -> int:
        """Number of loads, m."""
        return len(self.load_start) - 1

    @property
    def cartons(self) -> int:
        """Number of cartons, c."""
        return len(self.carton_inner_mm)

    def load_units(self) -> IntArray:
        """Units of each load, [m]."""
        total = np.concatenate(([0], np.cumsum(self.load_quantity, dtype=np.int64)))
        return np.asarray(np.diff(total[self.load_start]), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class PackParams:
    """How hard to try, and whether units must rest on something.

    Parameters
    ----------
    exact_units
        Loads of at most so many units are searched exhaustively; of larger ones, the biggest so many units are, to
        prove that they alone do not fit. 1 to 8.
    exact_nodes
        Nodes after which the search gives up.
    passes
        Constructive passes tried at most, 1 to 12.
    max_units
        Larger loads are only refused, or packed when they are all of one product.
    support_ppm
        Share of a unit's base that must lie on the floor or on tops of units; 0: no rule.

    Raises
    ------
    InvalidProblem
        If a value is out of its range.
    """

    exact_units: int = 6
    exact_nodes: int = 5_000
    passes: int = 12
    max_units: int = 200
    support_ppm: int = 0

    def __post_init__(self) -> None:
        for name, value, least, most in (
            ("exact_units", self.exact_units, 1, 8),
            ("exact_nodes", self.exact_nodes, 1, 10**9),
            ("passes", self.passes, 1, 12),
            ("max_units", self.max_units, 1, 10_000),
            ("support_ppm", self.support_ppm, 0, 1_000_000),
        ):
            if not least <= value <= most:
                raise InvalidProblem(f"{name} must be {least} to {most}, not {value}")


@dataclass(frozen=True, slots=True)
class PackResult:
    """Verdicts [m, c] of every load in every carton: NO, FITS or UNPROVEN."""

    verdict: VerdictArray


def _shaped(name: str, array: IntArray, shape: tuple[int, ...], least: int, most: int | None) -> None:
    if array.shape != shape:
        raise InvalidProblem(f"{name} must have shape {shape}, not {array.shape}")
    if not np.issubdtype(array.dtype, np.integer):
        raise InvalidProblem(f"{name} must hold integers, not {array.dtype}")
    if array.size and (array.min() < least or (most is not None and array.max() > most)):
        bounds = f"at least {least}" if most is None else f"{least} to {most}"
        raise InvalidProblem(f"{name} must be {bounds}")
