from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.kernels.rate.scenes import BREAKS, DESTINATIONS, EUR, ORIGINS, TARIFF, parcel, parcels, surcharge

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.rate import Parcels, RateProblem, compile_tariff

TABLES = compile_tariff(TARIFF, EUR, ORIGINS, DESTINATIONS)
ONE = parcels(parcel())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weight_g": np.array([-1])}, "weight_g of parcel 0 is -1, not 0 to"),
        ({"weight_g": np.array([1.5])}, "weight_g must hold integers"),
        ({"weight_g": np.array([1, 2])}, r"weight_g has shape \(2,\), not \(1,\)"),
        ({"size_mm": np.array([[1, 0, 1]])}, r"size_mm of parcel 0 is \[1, 0, 1\]"),
        ({"size_mm": np.array([1, 1, 1])}, "size_mm has shape"),
        ({"ship_day": np.zeros((2, 1), np.int64)}, "ship_day has shape"),
        ({"residential": np.array([1])}, "residential must hold booleans"),
        ({"ship_day": np.array([3_000_000])}, "ship_day of parcel 0 is 3000000"),
        ({"accepts": np.array([8])}, "accepts of parcel 0 is 8"),
        ({"slowest": np.array([4])}, "slowest of parcel 0 is 4"),
        ({"origin": np.zeros((1, 1), np.int64)}, "origin has shape"),
    ],
)
def test_malformed_parcels_are_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidProblem, match=words):
        replace(ONE, **changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"origin": np.array([1])}, "origin of parcel 0 is 1, not 0 to 0"),
        ({"destination": np.array([-1])}, "destination of parcel 0 is -1"),
        ({"ship_day": np.zeros((1, 2), np.int64)}, "2 columns for 1 services"),
    ],
)
def test_parcels_must_fit_the_tables(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidProblem, match=words):
        RateProblem(TABLES, replace(ONE, **changes))


def test_narrow_integers_and_lists_are_taken_over_as_64_bits() -> None:
    taken = Parcels(*([value] for value in (0, 0, 0, 5, [1, 2, 3], True, False, False, 1, 0)))  # type: ignore[arg-type]
    assert taken.weight_g.dtype == np.int64
    assert replace(ONE, weight_g=np.array([5], np.uint16)).weight_g.dtype == np.int64


def test_amounts_that_leave_64_bits_are_refused() -> None:
    heavy = replace(ONE, size_mm=np.array([[10**6, 1, 1]]))
    dear = replace(
        TARIFF,
        services=(replace(TARIFF.services[0], max_length_mm=10**6, dim_divisor_cm3_per_kg=1),),
        rates=(replace(BREAKS[0], per_extra_kg_micros=10**9),),
    )
    with pytest.raises(InvalidProblem, match=r"PARCEL.*more than can be added exactly"):
        RateProblem(compile_tariff(dear, EUR, ORIGINS, DESTINATIONS), heavy)
    steep = replace(TARIFF, surcharges=(surcharge("fuel", percent=True, amount_micros=2**53),) * 2)
    with pytest.raises(InvalidProblem, match=r"PARCEL.*more than can be added exactly"):
        RateProblem(compile_tariff(steep, EUR, ORIGINS, DESTINATIONS), ONE)
