"""Expected lateness, to the minor unit, up to the dearest late parcel that brand.csv may name."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import cast

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from doorstep.domain.units import MICROS, PPM
from doorstep.files.kinds import MAX_MONEY
from doorstep.kernels.plan.quote import Terms, lateness_minor


@given(
    st.integers(0, MAX_MONEY * MICROS),
    st.lists(st.integers(0, PPM), min_size=1, max_size=5),
    st.sampled_from([1_000, 10_000, 1_000_000]),
)
def test_it_is_rounded_half_up_and_never_overflows(late_cost: int, on_time: list[int], per_minor: int) -> None:
    terms = cast(Terms, SimpleNamespace(late_cost_micros=late_cost, micros_per_minor=per_minor))
    found = lateness_minor(terms, np.array(on_time, np.int64)).tolist()
    exact = [Fraction(late_cost * (PPM - ppm), PPM * per_minor) for ppm in on_time]
    assert found == [(2 * one + 1).__floor__() // 2 for one in exact]
