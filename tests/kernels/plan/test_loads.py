"""What a load declares is the sum of its lines, each rounded once, however dear its goods are."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import floor

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.plan.scenes import order, product, scene

from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.loads import LoadBook
from doorstep.kernels.plan.market import open_market
from doorstep.kernels.rate.bounds import MAX_VALUE_MINOR
from doorstep.kernels.run import Run

UNITS = st.integers(1, 40)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.one_of(st.integers(0, 10**8), st.integers(10**16, 10**19)), min_size=2, max_size=4),
    st.lists(st.lists(UNITS, min_size=1, max_size=4), min_size=1, max_size=4),
)
def test_each_line_is_rounded_once_to_the_minor_unit(values: list[int], loads: list[list[int]]) -> None:
    goods = [replace(product(f"sku-{n}"), value_micros=value) for n, value in enumerate(values)]
    asked = scene([order("A", "sku-0")], {"hamburg": {one.sku: 1 for one in goods}}, goods)
    book = LoadBook(open_market(asked), PackParams(max_units=1))
    keys = {tuple(enumerate(load[: len(goods)])) for load in loads}
    numbers = {book.add(key): key for key in sorted(keys)}
    book.pack_new(Run())
    for number, key in numbers.items():
        lines = [floor(Fraction(values[j] * units, 10_000) + Fraction(1, 2)) for j, units in key]
        assert book.value_minor[number] == min(sum(lines), MAX_VALUE_MINOR)
