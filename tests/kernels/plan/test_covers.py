"""Covers hold for whatever orders are left, and say more than the units that are lacking."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from doorstep.kernels.plan.covers import Cover, Lacking, covers_against


def cover_of(units: list[int], lacking: int, left: list[float]) -> Cover | None:
    good = Lacking(np.arange(len(units)), np.array(units, np.int64), lacking)
    found = covers_against([good], np.array(left, np.float64))
    return found[0] if found else None


def weighed(cover: Cover, left: list[float]) -> float:
    return float(cover.weight @ np.array(left)[cover.order])


def test_a_tenth_of_a_large_order_is_a_whole_order() -> None:
    """One unit is lacking; of the order for ten a tenth was left."""
    found = cover_of([10, 2], 1, [0.1, 0.0])
    assert found is not None
    assert dict(zip(found.order.tolist(), found.weight.tolist(), strict=True)) == {0: 1, 1: 1}
    assert found.least == 1


def test_nothing_is_said_against_whole_orders() -> None:
    assert cover_of([10, 2], 1, [0.0, 1.0]) is None
    assert cover_of([3, 3, 3], 4, [1.0, 0.0, 1.0]) is None


def test_lumps_are_counted_whole() -> None:
    """Four units in threes are two orders, though one and a third would do by units."""
    found = cover_of([3, 3, 3], 4, [1.0, 1 / 3, 0.0])
    assert found is not None
    assert weighed(found, [1, 0, 0]) < found.least <= weighed(found, [1, 1, 0])


@given(st.data())
def test_whoever_leaves_enough_units_keeps_every_cover(data: st.DataObject) -> None:
    units = data.draw(st.lists(st.integers(1, 9), min_size=1, max_size=7))
    lacking = data.draw(st.integers(1, sum(units)))
    shares = st.floats(0, 1).map(lambda share: round(share, 2))
    left = data.draw(st.lists(shares, min_size=len(units), max_size=len(units)))
    found = cover_of(units, lacking, left)
    if found is None:
        return
    assert weighed(found, left) < found.least
    for gone in product((0, 1), repeat=len(units)):
        if sum(q * y for q, y in zip(units, gone, strict=True)) >= lacking:
            assert weighed(found, list(map(float, gone))) >= found.least
