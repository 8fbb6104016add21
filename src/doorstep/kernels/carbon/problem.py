"""Parcels whose carbon is asked for, and the factors compiled for the services at hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.carriage import Service
from doorstep.domain.emission import MODES, EmissionFactor
from doorstep.domain.errors import InvalidProblem

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

MAX_FACTOR_G = 100_000
MAX_WEIGHT_G = 10**9
MAX_DISTANCE_M = 25_000_000
MAX_ADD_PCT = 200
MAX_ADD_KM = 10_000
UNKNOWN = -1  # a distance
ANY_MODE = -1  # of a service that does not say: road, or air where none leads
ANYWHERE_M = np.int64(1) << 40  # above every distance
BOUNDS = ("low_g", "mid_g", "high_g")


@dataclass(frozen=True, slots=True, eq=False)
class CarbonTables:
    """Factors as arrays; the first axis of those of grams is low, middle, high.

    Attributes
    ----------
    mode
        [s] index into `MODES`, or `ANY_MODE`.
    last_mile_g
        [3, s] per parcel.
    hub_g
        [3] per tonne.
    key
        [b] of line hauls: mode x `ANYWHERE_M` + the great-circle distance up to which it holds, ascending.
    line_haul_g
        [3, b] per tonne-kilometre.
    add_pct, add_m
        [b] what the way is longer than the great circle.
    """

    mode: IntArray
    last_mile_g: IntArray
    hub_g: IntArray
    key: IntArray
    line_haul_g: IntArray
    add_pct: IntArray
    add_m: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class CarbonProblem:
    """n parcels; integers of any width and lists are taken over as int64 arrays.

    Attributes
    ----------
    weight_g
        [n] gross weight, packaging included, 0 to 10**9.
    distance_m
        [n] great circle from where it leaves to where it goes, 0 to 25,000,000; `UNKNOWN`: nobody knows.
    overseas
        [n] whether no road leads there.

    Raises
    ------
    InvalidProblem
        Shapes disagree or a value is out of range.
    """

    tables: CarbonTables
    weight_g: IntArray
    distance_m: IntArray
    overseas: BoolArray

    def __post_init__(self) -> None:
        for name, kind in (("weight_g", np.int64), ("distance_m", np.int64), ("overseas", np.bool_)):
            object.__setattr__(self, name, np.ascontiguousarray(getattr(self, name), kind))
        shapes = {getattr(self, one.name).shape for one in fields(self) if one.name != "tables"}
        if shapes != {(len(self.weight_g),)}:
            raise InvalidProblem(f"weights, distances and overseas have shapes {sorted(shapes)}")
        _within("weight_g", self.weight_g, 0, MAX_WEIGHT_G)
        _within("distance_m", self.distance_m, UNKNOWN, MAX_DISTANCE_M)


def compile_factors(factors: Iterable[EmissionFactor], services: Sequence[Service]) -> CarbonTables:
    """Compile factors for these services.

    Raises
    ------
    InvalidProblem
        A leg has no factor for some mode or distance, or two for the same, or a figure is out of range.
    """
    of: dict[tuple[str, str], list[EmissionFactor]] = {}
    for one in factors:
        _refuse_unless_sound(one)
        of.setdefault((one.leg, one.mode), []).append(one)
    bands = [_bands(of, mode) for mode in MODES]
    flat = [one for some in bands for one in some]
    reach = [ANYWHERE_M - 1 if one.up_to_km is None else one.up_to_km * 1000 for one in flat]
    rank = [mode for mode, some in enumerate(bands) for _ in some]
    hub, last = _only(of, "hub", ""), [_only(of, "last_mile", service.delivers_to) for service in services]
    return CarbonTables(
        mode=np.array([MODES.index(s.mode) if s.mode else ANY_MODE for s in services], np.int64),
        last_mile_g=_grams(last),
        hub_g=_grams([hub])[:, 0],
        key=np.array(rank, np.int64) * ANYWHERE_M + np.array(reach, np.int64),
        line_haul_g=_grams(flat),
        add_pct=np.array([one.distance_add_pct for one in flat], np.int64),
        add_m=np.array([one.distance_add_km * 1000 for one in flat], np.int64),
    )


def _grams(factors: Sequence[EmissionFactor]) -> IntArray:
    return np.array([[getattr(one, bound) for one in factors] for bound in BOUNDS], np.int64).reshape(3, -1)


def _only(of: dict[tuple[str, str], list[EmissionFactor]], leg: str, mode: str) -> EmissionFactor:
    found = of.get((leg, mode), [])
    if len(found) != 1:
        raise InvalidProblem(f"{len(found)} emission factors of {leg} {mode}".rstrip() + ", not one")
    return found[0]


def _bands(of: dict[tuple[str, str], list[EmissionFactor]], mode: str) -> list[EmissionFactor]:
    found = sorted(of.get(("line_haul", mode), []), key=lambda one: (one.up_to_km is None, one.up_to_km or 0))
    ends = [one.up_to_km for one in found]
    if not found or ends[-1] is not None or len(set(ends)) < len(ends):
        raise InvalidProblem(f"emission factors of line_haul {mode} do not hold for every distance once")
    return found


def _refuse_unless_sound(one: EmissionFactor) -> None:
    if not 0 <= one.low_g <= one.mid_g <= one.high_g <= MAX_FACTOR_G:
        raise InvalidProblem(f"an emission factor of {one.leg} {one.mode} is not low <= mid <= high")
    if not (0 <= one.distance_add_pct <= MAX_ADD_PCT and 0 <= one.distance_add_km <= MAX_ADD_KM):
        raise InvalidProblem(f"an emission factor of {one.leg} {one.mode} adds too much to the distance")


def _within(name: str, values: IntArray, low: int, high: int) -> None:
    if values.size and (values.min() < low or values.max() > high):
        at = int(np.flatnonzero((values < low) | (values > high))[0])
        raise InvalidProblem(f"{name} of parcel {at} is {int(values[at])}, not {low} to {high}")
