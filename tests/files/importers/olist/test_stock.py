from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.files.importers.olist.assumptions import load_assumptions
from doorstep.files.importers.olist.demand import Sold, further_units, monthly_rate, unseen_share
from doorstep.files.importers.olist.stock import allocate, level_of_known_rate, month_later, stock_level

RULES = load_assumptions().stock
DAY = date(2018, 3, 1)


def sold(entries: list[tuple[int, date]], category_of: list[int]) -> Sold:
    categories = np.array(category_of)
    return Sold(
        np.array([product for product, _ in entries], dtype=np.int64),
        np.array([day.toordinal() for _, day in entries], dtype=np.int64),
        categories,
        np.bincount(categories),
        tuple(str(category) for category in range(max(category_of) + 1)),
    )


def test_the_chances_of_further_units_are_those_of_the_negative_binomial() -> None:
    products, chances = further_units(np.array([2.0]), np.array([1.0]), 0.05)  # shape 1: geometric with odds 2/3
    assert products.tolist() == [0] * len(chances)
    assert chances == pytest.approx([(2 / 3) ** units for units in range(2, 2 + len(chances))])
    assert len(chances) == 6  # (2/3)^7 = 0.0585, (2/3)^8 = 0.039


def test_a_great_rate_ends_near_its_mean() -> None:
    products, chances = further_units(np.array([50_000.0]), np.array([1e6]), 0.5)
    assert 48_000 < len(products) < 51_000
    assert (np.diff(chances) <= 1e-9).all()


def test_a_product_sold_often_is_expected_more_than_its_category_and_never_nothing() -> None:
    often = [(0, date(2018, 2, day)) for day in range(1, 21)]
    history = sold([(0, date(2018, 1, 5)), *often, (1, date(2018, 2, 9))], [0, 0, 1])
    rate = monthly_rate(history, DAY, RULES)
    assert rate[0] > rate[1] > rate[2] > 0
    assert rate.sum() == pytest.approx(21)


def test_the_unseen_share_is_that_of_products_not_sold_before() -> None:
    history = sold(
        [(0, date(2018, 1, 1)), (0, date(2018, 2, 10)), (1, date(2018, 2, 10)), (1, date(2018, 2, 11))], [0, 0]
    )
    assert unseen_share(history, DAY) == pytest.approx(2 / 3)


def test_stock_does_not_look_at_the_day_or_after() -> None:
    early = [(product, date(2018, 1, 1 + product)) for product in range(20)] * 20
    late = [(3, DAY), (3, date(2018, 3, 9))] * 50
    categories = [product % 4 for product in range(30)]
    known, more = (
        stock_level(sold(early, categories), DAY, RULES),
        stock_level(sold(early + late, categories), DAY, RULES),
    )
    assert known.units.tolist() == more.units.tolist()
    assert known.units.min() >= 1


def test_the_walk_reaches_its_target_on_the_months_walked() -> None:
    random = np.random.default_rng(7)
    days = [date(2017, month, 1 + int(random.integers(28))) for month in range(1, 13) for _ in range(200)]
    entries = [(int(random.zipf(1.6)) % 400, day) for day in days]
    history = sold(entries, [product % 5 for product in range(400)])
    level = stock_level(history, date(2018, 1, 1), RULES)
    assert level.months_walked == RULES.walk_months
    november = stock_level(history, date(2017, 12, 1), RULES)
    asked = history.asked(date(2017, 12, 1), date(2018, 1, 1))
    assert np.minimum(november.units, asked).sum() >= 0.85 * asked.sum()


def test_stock_for_a_known_rate_covers_the_target_and_not_much_more() -> None:
    rate = np.concatenate((np.full(10, 50.0), np.full(1000, 0.5)))
    level = level_of_known_rate(rate, 1.0, RULES)
    drawn = np.random.default_rng(1).poisson(rate)
    covered = np.minimum(level.units, drawn).sum() / drawn.sum()
    assert 0.90 <= covered <= 0.97
    assert level.units.min() >= 1


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 2)), min_size=1, max_size=60),
    st.lists(st.floats(0.01, 1), min_size=2, max_size=5),
)
def test_allocation_keeps_the_totals_and_follows_the_shares(
    products: list[tuple[int, int]], weights: list[float]
) -> None:
    shares = np.tile(np.array(weights) / sum(weights), (3, 1))
    units, category = np.array([each[0] for each in products]), np.array([each[1] for each in products])
    held = allocate(units, category, shares)
    assert (held >= 0).all()
    assert held.sum(axis=1).tolist() == units.tolist()
    for index in range(3):
        mine = category == index
        wanted = units[mine].sum() * shares[index]
        assert np.abs(held[mine].sum(axis=0) - wanted).max(initial=0) <= len(weights)


def test_single_units_spread_over_the_sites_as_their_customers_do() -> None:
    held = allocate(np.ones(1000, dtype=np.int64), np.zeros(1000, dtype=np.int64), np.array([[0.5, 0.3, 0.2]]))
    assert held.max() == 1
    assert held.sum(axis=0).tolist() == [500, 300, 200]


@pytest.mark.parametrize(
    ("day", "later"),
    [
        (date(2018, 1, 31), date(2018, 2, 28)),
        (date(2016, 1, 30), date(2016, 2, 29)),
        (date(2018, 12, 15), date(2019, 1, 15)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last(day: date, later: date) -> None:
    assert month_later(day) == later
    assert month_later(date(2018, 3, 1), -1) == date(2018, 2, 1)
