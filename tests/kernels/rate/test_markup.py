from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.rate.scenes import EUR, MONDAY
from tests.kernels.rate.test_compare import E, X, quotes

from doorstep.domain.carriage import MARKUP_KINDS, Markup
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.money import Currency
from doorstep.kernels.rate.check_markup import check_markup
from doorstep.kernels.rate.markup import marked_up

FIRST = date(1970, 1, 1) + timedelta(days=MONDAY)
TENTH = Markup("shop", "", "percent", 10_000_000, 1)


def marked(prices: list[int], *rules: Markup, day: int = MONDAY) -> list[int]:
    """What a client pays on service A and on service B, which take all parcels."""
    result = quotes([[E, E]] * len(prices), [[price, price] for price in prices])
    days = np.full(len(prices), day)
    given_prices = marked_up(result, ("A", "B"), days, rules, EUR)
    assert check_markup(result, ("A", "B"), days, rules, EUR, given_prices) == ()
    return [int(price) for price in given_prices[:, 0]]


def test_a_percent_sees_lower_sequences_and_is_rounded_half_up() -> None:
    fixed = Markup("shop", "", "fixed", 500_000, 0)
    assert marked([500, 505], TENTH) == [550, 556]
    assert marked([500], TENTH, fixed) == [605]
    assert marked([500], TENTH, replace(fixed, sequence=1)) == [600]
    assert marked([500], replace(TENTH, amount_micros=-10_000_000)) == [450]


def test_a_floor_brings_the_price_up_and_another_service_is_left_alone() -> None:
    floor = Markup("shop", "", "floor", 6_000_000, 2)
    assert marked([500, 580], TENTH, floor) == [600, 638]
    assert marked([500], replace(TENTH, service="B")) == [500]


def test_a_markup_holds_from_its_first_to_its_last_day() -> None:
    rule = replace(TENTH, valid_from=FIRST, valid_to=FIRST)
    assert [marked([500], rule, day=MONDAY + late) for late in (-1, 0, 1)] == [[500], [550], [500]]


def test_what_a_service_does_not_take_costs_nothing() -> None:
    result = quotes([[X, E]], [[0, 500]])
    assert marked_up(result, ("A", "B"), np.array([MONDAY]), (TENTH,), EUR).tolist() == [[0, 550]]


def test_prices_that_cannot_be_added_exactly_are_refused() -> None:
    with pytest.raises(InvalidProblem, match="client shop"):
        marked([10**13], TENTH)


RULES = st.builds(
    Markup,
    client=st.just("shop"),
    service=st.sampled_from(("", "A", "B")),
    kind=st.sampled_from(MARKUP_KINDS),
    amount_micros=st.sampled_from((-33_333_333, 0, 5_000, 995_000, 12_500_000, 99_999_999)),
    sequence=st.integers(0, 2),
    valid_from=st.sampled_from((None, FIRST)),
    valid_to=st.sampled_from((None, FIRST)),
)
PRICES = st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 99), st.sampled_from((E, X))), min_size=1, max_size=5)


@settings(deadline=None)
@given(st.lists(RULES, max_size=6), PRICES, st.sampled_from(("EUR", "JPY", "KWD")), st.integers(-1, 1))
def test_random_markups_are_as_decimal_arithmetic_has_them(
    rules: list[Markup], rows: list[tuple[int, int, int]], code: str, late: int
) -> None:
    result = quotes([[reason, E] for _, _, reason in rows], [[one, other] for one, other, _ in rows])
    days = np.full(len(rows), MONDAY + late)
    currency = Currency(code)
    paid = marked_up(result, ("A", "B"), days, rules, currency)
    assert check_markup(result, ("A", "B"), days, rules, currency, paid) == ()
    wrong = paid.copy()
    wrong[0, 1] += 1
    assert len(check_markup(result, ("A", "B"), days, rules, currency, wrong)) == 1
