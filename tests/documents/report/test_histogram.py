from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.documents.report.histogram import histogram, quantile, round_step


@settings(max_examples=60)
@given(st.lists(st.integers(-(10**6), 10**7), min_size=1, max_size=200), st.integers(2, 20))
def test_every_value_is_in_exactly_one_bin(values: list[int], bins: int) -> None:
    made = histogram(values, bins)
    assert sum(b.count for b in made) == len(values)
    for b in made:
        assert b.count == sum(b.low <= v < b.high for v in values)
    assert all(b.high == after.low for b, after in pairwise(made))


@settings(max_examples=40)
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=100), st.integers(2, 20))
def test_no_more_bins_than_asked_for_and_one_for_the_tail(values: list[int], bins: int) -> None:
    assert len(histogram(values, bins)) <= bins + 1


def test_a_long_tail_shares_one_open_bin() -> None:
    last = histogram([*range(100, 300), 99_999], 10)[-1]
    assert (last.open_above, last.count, last.high) == (True, 1, 100_000)


def test_steps_are_round() -> None:
    assert [round_step(span, 10) for span in (1, 10, 11, 37, 512, 5001)] == [1, 1, 2, 5, 100, 1000]
    assert round_step(3, 10, least=1000) == 1000


def test_a_quantile_is_one_of_the_values() -> None:
    assert [quantile([1, 2, 3, 4], share) for share in (0.0, 0.25, 0.5, 0.9, 1.0)] == [1, 1, 2, 4, 4]


def test_nothing_has_no_bins() -> None:
    assert histogram([], 10) == ()
