"""The carbon kernel: grams of CO2e of parcels on services."""

from __future__ import annotations

import numpy as np

from doorstep.domain.emission import MODES
from doorstep.kernels.carbon.problem import (
    ANY_MODE,
    ANYWHERE_M,
    UNKNOWN,
    BoolArray,
    CarbonProblem,
    CarbonTables,
    IntArray,
)
from doorstep.kernels.carbon.result import CarbonResult, grams_of

ROAD, AIR = MODES.index("road"), MODES.index("air")


def carbon(problem: CarbonProblem) -> CarbonResult:
    """Reckon every parcel on every service.

    A line haul depends on the service by its mode alone, so it is reckoned once for each mode in use.

    Parameters
    ----------
    problem
        The parcels, and the factors compiled for the services.

    Returns
    -------
    CarbonResult
        Milligrams of each leg, with their bounds; `grams` adds them up.
    """
    tables = problem.tables
    far = np.maximum(problem.distance_m, 0)
    haul = np.zeros((3, len(problem.weight_g), len(tables.mode)), np.int64)
    for mode in np.unique(tables.mode).tolist():
        by = _by(np.full(len(far), mode, np.int64), problem.overseas)
        haul[:, :, tables.mode == mode] = line_haul_mg(tables, by, problem.weight_g, far)[:, :, None]
    return CarbonResult(
        known=problem.distance_m != UNKNOWN,
        line_haul_mg=haul,
        hub_mg=_hub_mg(tables, problem.weight_g),
        last_mile_mg=tables.last_mile_g * 1000,
    )


def carbon_of_pairs(problem: CarbonProblem, service: IntArray) -> IntArray:
    """Reckon each parcel on one service alone: grams [3, n], 0 where the distance is not known."""
    tables = problem.tables
    by = _by(tables.mode[service], problem.overseas)
    total = line_haul_mg(tables, by, problem.weight_g, np.maximum(problem.distance_m, 0))
    total += _hub_mg(tables, problem.weight_g) + tables.last_mile_g[:, service] * 1000
    known: IntArray = grams_of(total) * (problem.distance_m != UNKNOWN)
    return known


def line_haul_mg(tables: CarbonTables, mode: IntArray, weight_g: IntArray, distance_m: IntArray) -> IntArray:
    """Milligrams [3, n] of the way: grams per tonne-kilometre x tonnes x kilometres, rounded once.

    Split at whole kilometres, so that the heaviest parcel on the longest way stays within 64 bits.
    """
    band = np.searchsorted(tables.key, mode * ANYWHERE_M + distance_m)
    way_m = (distance_m * (100 + tables.add_pct[band]) + 50) // 100 + tables.add_m[band]
    km, rest_m = np.divmod(way_m, 1000)
    per_km = tables.line_haul_g[:, band] * weight_g  # in 10**-6 g
    whole, left = np.divmod(per_km * km, 1000)
    rounded: IntArray = whole + (left * 1000 + per_km * rest_m + 500_000) // 1_000_000
    return rounded


def _by(mode: IntArray, overseas: BoolArray) -> IntArray:
    return np.where(mode == ANY_MODE, np.where(overseas, AIR, ROAD), mode)


def _hub_mg(tables: CarbonTables, weight_g: IntArray) -> IntArray:
    rounded: IntArray = (tables.hub_g[:, None] * weight_g + 500) // 1000
    return rounded
