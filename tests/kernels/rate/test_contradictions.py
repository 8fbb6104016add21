"""Ranges that overlap and name two zones are found wherever they are; others are not refused."""

from __future__ import annotations

from contextlib import nullcontext
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernels.rate.scenes import SERVICE

from doorstep.domain.carriage import RateBreak, Tariff, ZoneRule
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.money import Currency
from doorstep.kernels.rate import compile_tariff
from doorstep.kernels.rate import zones as zone_kernel

Ends = tuple[int, int]
SPANS = st.tuples(st.integers(0, 8), st.integers(0, 3)).map(lambda one: (one[0], one[0] + one[1]))
RULES = st.lists(st.tuples(SPANS, SPANS, st.sampled_from("ab")), min_size=1, max_size=8, unique_by=lambda one: one[:2])


def overlap(one: Ends, other: Ends) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def tariff(rules: list[tuple[Ends, Ends, str]]) -> Tariff:
    zones = tuple(
        ZoneRule(SERVICE.service, "NL", f"{10 + start[0]}", "NL", f"{10 + end[0]}", zone, False,
                 f"{10 + start[1]}", f"{10 + end[1]}")
        for start, end, zone in rules
    )  # fmt: skip
    return Tariff((SERVICE,), zones, tuple(RateBreak(SERVICE.service, zone, 1_000, 1) for zone in "ab"), ())


@pytest.mark.parametrize("most_cells", [zone_kernel._MOST_CELLS, 0], ids=["painted", "swept"])
@given(rules=RULES)
def test_only_rules_that_contradict_one_another_are_refused(
    rules: list[tuple[Ends, Ends, str]], most_cells: int
) -> None:
    wrong = any(
        overlap(one[0], other[0]) and overlap(one[1], other[1]) and one[2] != other[2]
        for one, other in combinations(rules, 2)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zone_kernel, "_MOST_CELLS", most_cells)
        with pytest.raises(InvalidProblem, match="two zones for") if wrong else nullcontext():
            compile_tariff(tariff(rules), Currency("EUR"), (), ())
