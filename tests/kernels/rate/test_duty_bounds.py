"""The largest duties and taxes: exact up to all that a file can say, and refused beyond, one consignment at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernels.rate.test_duty import agreed, one_item, paid, rule

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.rate.duty_loop import share_of

LARGEST = 10**11  # minor units of the most that a file can say of one amount


def test_the_largest_amounts_of_a_file_are_reckoned_exactly() -> None:
    everything = [
        rule("duty", "DE", percent=999.999999, with_freight=True, per_kg_micros=10**12, per_item_micros=10**15),
        rule("tax", "DE", percent=999.999999, with_freight=True, with_duty=True),
    ]
    rich = replace(
        one_item("CH", "DE", 3 * LARGEST - 3, freight=LARGEST - 1),
        item_start=np.array([0, 3]),
        item_kind=np.array([0, 1, 2]),
        item_value_minor=np.array([LARGEST, LARGEST - 1, LARGEST - 2]),
        item_weight_g=np.array([999_999, 1, 333_333]),
    )
    duty, tax = agreed(everything, rich)
    assert tax > duty > 10 * LARGEST


def test_one_rich_consignment_does_not_refuse_others() -> None:
    rules = [rule("duty", "DE", percent=30, with_freight=True)]
    two = replace(
        one_item("CH", "DE", 0),
        dispatch=np.array([2, 2]),
        destination=np.array([0, 0]),
        content=np.array([0, 1]),
        goods_minor=np.array([10**14, 10_000]),
        day=np.array([20_000, 20_000]),
        freight_minor=np.array([[1_000], [10**14]]),
        item_start=np.array([0, 1, 201]),
        item_kind=np.zeros(201, np.int64),
        item_value_minor=np.array([10**14] + [50] * 200),
        item_weight_g=np.ones(201, np.int64),
    )
    assert agreed(rules, two) == (3 * 10**13 + 300, 0)


@given(st.integers(0, 2**61), st.integers(1, 2**61), st.data())
def test_a_share_is_exact_however_large(freight: int, total: int, data: st.DataObject) -> None:
    seen = data.draw(st.integers(0, total))
    assert share_of(freight, seen, total) == (2 * freight * seen + total) // (2 * total)


def test_what_cannot_be_added_exactly_is_refused() -> None:
    with pytest.raises(InvalidProblem, match="consignment 0: duty or tax may be more than can be added exactly"):
        paid([rule("duty", "DE", percent=1_000)], one_item("CH", "DE", 10**18))
    assert paid([rule("duty", "DE", percent=1_000)], one_item("DE", "FR", 10**18)) == (0, 0)
