from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.kernels.pack.loads import Item, problem
from tests.kernels.pack.orders import breaks, priced

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.pack.fit import fit
from doorstep.kernels.pack.problem import FITS, MOST_FILL, MOST_PRICE, NO, Breaks, Freight, PackParams

GOOD = problem([Item((10, 20, 30)), Item((5, 5, 5))], [[(0, 1), (1, 2)], [(1, 1)]], [(40, 40, 40)])
PRICED = priced(GOOD, freight=Freight(breaks((1_000, 5))))
NAN = float("nan")
ENORMOUS = 2**62


def array(*values: float | list[float]) -> NDArray[Any]:
    return np.array(values)


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("item_size_mm", array([10, 20, 0], [5, 5, 5]), "item_size_mm must be 1 to 100000"),
        ("item_size_mm", array([10, 20, 100_001], [5, 5, 5]), "item_size_mm must be 1 to 100000"),
        ("item_size_mm", array([10, 20, -1], [5, 5, 5]), "item_size_mm must be 1 to 100000"),
        ("item_size_mm", array([10, 20, ENORMOUS], [5, 5, 5]), "item_size_mm must be 1 to 100000"),
        ("item_size_mm", array([10, 20, NAN], [5, 5, 5]), "item_size_mm must hold integers"),
        ("item_size_mm", array([10, 20], [5, 5]), r"item_size_mm must have shape \(2, 3\)"),
        ("item_size_mm", array([10.5, 20, 30], [5, 5, 5]), "item_size_mm must hold integers"),
        ("item_weight_g", array(1, -1), "item_weight_g must be 0 to"),
        ("item_weight_g", array(1, ENORMOUS), "item_weight_g must be 0 to"),
        ("item_weight_g", array(1.0, NAN), "item_weight_g must hold integers"),
        ("item_weight_g", array(1), "item_weight_g must have shape"),
        ("item_upright", array(0, 1), "item_upright must be 2 booleans"),
        ("item_fragile", np.array([True]), "item_fragile must be 2 booleans"),
        ("item_max_load_g", array(-2, 0), "item_max_load_g must be at least -1"),
        ("item_max_load_g", array(NAN, 0), "item_max_load_g must hold integers"),
        ("item_class", array(-1, 0), "item_class must be 0 to 62"),
        ("item_class", array(63, 0), "item_class must be 0 to 62"),
        ("item_soft", array(1, 0), "item_soft must be 2 booleans"),
        ("class_apart", np.zeros((2, 3), np.bool_), "class_apart must be booleans"),
        ("class_apart", np.zeros((2, 2), np.int64), "class_apart must be booleans"),
        ("class_apart", np.array([[False, True], [True, False]]), "class_apart must be symmetrical"),
        ("load_item", array(0, 2, 1), "load_item must be 0 to 1"),
        ("load_quantity", array(1, 0, 1), "load_quantity must be 1 to"),
        ("load_quantity", array(10**6, 1, 1), "a load has more than 1000000 units"),
        ("load_start", array(0, 2), "load_start must rise"),
        ("load_start", array(0, 3, 3), "load_start must rise"),
        ("load_start", array(1, 2, 3), "load_start must rise"),
        ("load_start", np.empty(0, np.int64), "load_start must"),
        ("carton_inner_mm", array([0, 1, 1]), "carton_inner_mm must be 1 to"),
        ("carton_inner_mm", array([-3, 1, 1]), "carton_inner_mm must be 1 to"),
        ("carton_inner_mm", array([ENORMOUS, 1, 1]), "carton_inner_mm must be 1 to"),
        ("carton_inner_mm", array([NAN, 1, 1]), "carton_inner_mm must hold integers"),
        ("carton_tare_g", array(-1), "carton_tare_g must be 0 to"),
        ("carton_tare_g", array(ENORMOUS), "carton_tare_g must be 0 to"),
        ("carton_max_weight_g", array(-1), "carton_max_weight_g must be at least 0"),
    ],
)
def test_a_problem_that_contradicts_itself_is_refused(field: str, value: NDArray[Any], why: str) -> None:
    with pytest.raises(InvalidProblem, match=why):
        replace(GOOD, **{field: value})


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("carton_outer_mm", array([0, 40, 40]), "carton_outer_mm must be 1 to 100000"),
        ("carton_outer_mm", array([ENORMOUS, 40, 40]), "carton_outer_mm must be 1 to 100000"),
        ("carton_outer_mm", array([NAN, 40, 40]), "carton_outer_mm must hold integers"),
        ("carton_outer_mm", array([40, 40, 39]), "carton_outer_mm must be at least the inner size"),
        ("carton_outer_mm", array(40, 40, 40), "carton_outer_mm must have shape"),
        ("carton_price_minor", array(-1), "carton_price_minor must be 0 to"),
        ("carton_price_minor", array(MOST_PRICE + 1), "carton_price_minor must be 0 to"),
        ("carton_price_minor", array(0.5), "carton_price_minor must hold integers"),
        ("carton_price_minor", array(1, 2), "carton_price_minor must have shape"),
        ("carton_padding_mm", array(-1), "carton_padding_mm must be 0 to 100000"),
        ("carton_padding_mm", array(ENORMOUS), "carton_padding_mm must be 0 to 100000"),
        ("carton_padding_mm", array(NAN), "carton_padding_mm must hold integers"),
        ("carton_mailer", array(1), "carton_mailer must be 1 booleans"),
        ("item_own_box", np.array([True]), "item_own_box must be 2 booleans"),
        ("item_padding_mm", array(0, -1), "item_padding_mm must be 0 to 100000"),
        ("item_padding_mm", array(0, ENORMOUS), "item_padding_mm must be 0 to 100000"),
        ("item_padding_mm", array(0, NAN), "item_padding_mm must hold integers"),
        ("item_padding_mm", array(0), "item_padding_mm must have shape"),
        ("item_padding_mm", array(0, 49_998), "item_padding_mm makes an item larger than 100000"),
        ("load_freight", array(0, 1), "load_freight must be -1 to 0"),
        ("load_freight", array(-2, 0), "load_freight must be -1 to 0"),
        ("load_freight", array(0), "load_freight must have shape"),
        ("void_fill_micros_per_l", -1, "void_fill_micros_per_l must be 0 to"),
        ("void_fill_micros_per_l", MOST_FILL + 1, "void_fill_micros_per_l must be 0 to"),
        ("void_fill_micros_per_l", NAN, "void_fill_micros_per_l must be 0 to"),
    ],
)
def test_cartons_and_prices_out_of_range_are_refused(field: str, value: Any, why: str) -> None:
    with pytest.raises(InvalidProblem, match=why):
        replace(PRICED, **{field: value})


@pytest.mark.parametrize(
    ("limit", "price", "why"),
    [
        (array(), array(), "breaks need a step"),
        (array(-1), array(1), "limit must be 0 to"),
        (array(ENORMOUS), array(1), "limit must be 0 to"),
        (array(NAN), array(1), "limit must hold integers"),
        (array(1, 2), array(1), "price_minor must have shape"),
        (array(1), array(-1), "price_minor must be 0 to"),
        (array(1), array(ENORMOUS), "price_minor must be 0 to"),
        (array(1), array(NAN), "price_minor must hold integers"),
        (array(2, 2), array(1, 1), "limits must rise"),
        (array(2, 1), array(1, 1), "limits must rise"),
        (array(1, 2), array(2, 1), "prices must not fall"),
    ],
)
def test_breaks_that_contradict_themselves_are_refused(limit: NDArray[Any], price: NDArray[Any], why: str) -> None:
    with pytest.raises(InvalidProblem, match=why):
        Breaks(limit, price)


@pytest.mark.parametrize("divisor", [-1, 100_001, NAN])
def test_a_divisor_out_of_range_is_refused(divisor: int) -> None:
    with pytest.raises(InvalidProblem, match="divisor_mm3_per_g must be 0 to 100000"):
        Freight(breaks((1, 1)), divisor_mm3_per_g=divisor)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("exact_units", 0),
        ("exact_units", 9),
        ("exact_nodes", 0),
        ("passes", 13),
        ("max_units", 0),
        ("support_ppm", -1),
        ("starts", 0),
    ],
)
def test_parameters_out_of_range_are_refused(field: str, value: Any) -> None:
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
