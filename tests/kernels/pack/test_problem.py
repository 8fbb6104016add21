from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.kernels.pack.loads import Item, problem

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.pack.fit import fit
from doorstep.kernels.pack.problem import FITS, NO, PackParams

GOOD = problem([Item((10, 20, 30)), Item((5, 5, 5))], [[(0, 1), (1, 2)], [(1, 1)]], [(40, 40, 40)])


def array(*values: float | list[float]) -> NDArray[Any]:
    return np.array(values)


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("item_size_mm", array([10, 20, 0], [5, 5, 5]), "item_size_mm must be 1 to 100000"),
        ("item_size_mm", array([10, 20, 100_001], [5, 5, 5]), "item_size_mm must be 1 to 100000"),
        ("item_size_mm", array([10, 20], [5, 5]), r"item_size_mm must have shape \(2, 3\)"),
        ("item_size_mm", array([10.5, 20, 30], [5, 5, 5]), "item_size_mm must hold integers"),
        ("item_weight_g", array(1, -1), "item_weight_g must be 0 to"),
        ("item_weight_g", array(1.0, float("nan")), "item_weight_g must hold integers"),
        ("item_weight_g", array(1), "item_weight_g must have shape"),
        ("item_upright", array(0, 1), "item_upright must be 2 booleans"),
        ("item_fragile", np.array([True]), "item_fragile must be 2 booleans"),
        ("item_max_load_g", array(-2, 0), "item_max_load_g must be at least -1"),
        ("item_class", array(-1, 0), "item_class must be 0 to 62"),
        ("load_item", array(0, 2, 1), "load_item must be 0 to 1"),
        ("load_quantity", array(1, 0, 1), "load_quantity must be 1 to"),
        ("load_quantity", array(10**6, 1, 1), "a load has more than 1000000 units"),
        ("load_start", array(0, 2), "load_start must rise"),
        ("load_start", array(0, 3, 3), "load_start must rise"),
        ("load_start", array(1, 2, 3), "load_start must rise"),
        ("load_start", np.empty(0, np.int64), "load_start must"),
        ("carton_inner_mm", array([0, 1, 1]), "carton_inner_mm must be 1 to"),
        ("carton_tare_g", array(-1), "carton_tare_g must be 0 to"),
        ("carton_max_weight_g", array(-1), "carton_max_weight_g must be at least 0"),
    ],
)
def test_a_problem_that_contradicts_itself_is_refused(field: str, value: NDArray[Any], why: str) -> None:
    with pytest.raises(InvalidProblem, match=why):
        replace(GOOD, **{field: value})


@pytest.mark.parametrize(
    ("field", "value"),
    [("exact_units", 0), ("exact_units", 9), ("exact_nodes", 0), ("passes", 13), ("max_units", 0), ("support_ppm", -1)],
)
def test_parameters_out_of_range_are_refused(field: str, value: int) -> None:
    with pytest.raises(InvalidProblem, match=f"{field} must be"):
        replace(PackParams(), **{field: value})


def test_units_of_each_load_are_counted() -> None:
    assert GOOD.load_units().tolist() == [3, 1]
    assert (GOOD.loads, GOOD.cartons) == (2, 1)


def test_read_only_and_narrow_arrays_serve_as_well() -> None:
    size: NDArray[Any] = np.asfortranarray(GOOD.item_size_mm.astype(np.int16))
    size.flags.writeable = False
    start = GOOD.load_start.copy()
    start.flags.writeable = False
    carton: NDArray[Any] = np.array([[20, 30, 15]], np.int32)
    narrow = replace(GOOD, item_size_mm=size, load_start=start, carton_inner_mm=carton)
    assert fit(narrow).verdict.tolist() == [[FITS], [FITS]]
    assert fit(replace(narrow, carton_inner_mm=carton - [0, 0, 6])).verdict.tolist() == [[NO], [FITS]]
