"""Series of sales: what has a series of its own, how a category divides, and nothing of the future."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.learn.demands import drawn

from doorstep.kernels.learn.costs_problem import CostProblem, CostResult
from doorstep.kernels.learn.demand_backtest import backtest, rows
from doorstep.kernels.learn.demand_problem import DemandParams, DemandProblem, SeriesKey
from doorstep.kernels.learn.demand_result import DemandForecast
from doorstep.kernels.learn.demand_series import Sale, SeriesParams, series_of
from doorstep.kernels.learn.learn import learn

AS_OF = 17_500
CATEGORIES = {"mug": "kitchen", "plate": "kitchen", "jug": "kitchen", "lamp": "light", "bulb": ""}
SALES = st.lists(
    st.builds(
        Sale, st.integers(AS_OF - 100, AS_OF + 20), st.sampled_from([*CATEGORIES, "gone"]),
        st.sampled_from(("DE-BE", "DE-BY", "AT")), st.integers(1, 9),
    ),
    max_size=40,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(SALES)
def test_every_unit_of_whole_weeks_is_counted_once(sales: list[Sale]) -> None:
    problem = series_of(sales, CATEGORIES, AS_OF, 2, SeriesParams(own_units=20, own_weeks=8))
    first = AS_OF - 7 * problem.weeks
    assert problem.first_day == first
    assert problem.units.sum() == sum(one.units for one in sales if first <= one.day < AS_OF)
    sums: dict[str, float] = {}
    for part in problem.parts:
        sums[part.category] = sums.get(part.category, 0.0) + part.share
    assert all(total == pytest.approx(1.0) for total in sums.values())


@settings(max_examples=25, deadline=None)
@given(SALES, SALES)
def test_nothing_of_the_day_asked_for_or_later_is_read(sales: list[Sale], later: list[Sale]) -> None:
    past = [one for one in sales if one.day < AS_OF]
    one = series_of(past, CATEGORIES, AS_OF, 2)
    other = series_of([*past, *(sale for sale in later if sale.day >= AS_OF)], CATEGORIES, AS_OF, 2)
    assert (one.series, one.parts, one.units.tolist()) == (other.series, other.parts, other.units.tolist())


def test_what_sells_often_has_a_series_and_the_rest_divide_their_category() -> None:
    sales = [Sale(AS_OF - 7 * week - 1, "mug", "DE", 3) for week in range(10)]
    sales += [Sale(AS_OF - 9, "plate", "DE", 1), Sale(AS_OF - 10, "lamp", "DE", 4)]
    problem = series_of(sales, CATEGORIES, AS_OF, 2)
    names = [(key.kind, key.name) for key in problem.series]
    assert ("sku", "mug") in names
    assert ("category", "kitchen") in names
    shares = {part.sku: part.share for part in problem.parts}
    assert "mug" not in shares
    # One unit in all, of what was seen once: what has never been seen is as likely as can be.
    assert shares["plate"] == 0.0
    assert shares["jug"] == 1.0
    assert shares["lamp"] == 1.0


def test_regions_fold_into_countries_when_there_would_be_too_many_series() -> None:
    sales = [Sale(AS_OF - days, "mug", region, 1) for region in ("DE-BE", "DE-BY", "AT") for days in (3, 8)]
    problem = series_of(sales, {"mug": "kitchen"}, AS_OF, 1, SeriesParams(most_series=2))
    assert [key.region for key in problem.series] == ["AT", "DE"]


def test_a_backtest_knows_at_each_origin_what_a_forecast_would() -> None:
    from doorstep.kernels.learn.demand import forecast

    problem = drawn(3, weeks=40)
    params = DemandParams(origins=5, trial_origins=3)
    tested = backtest(problem, params)
    last = tested.origins[-1]
    assert last == problem.weeks - problem.horizon
    again = forecast(problem.until(last), params)
    assert (tested.models[0].mean[-1] == again.mean).all() or not again.verdict.published
    table = rows(tested)
    whole = {row.model: row for row in table if row.by == "all"}
    for by in ("goods", "region", "week", "ahead", "pair"):
        mine = [row for row in table if row.by == by and row.model == "chosen"]
        assert sum(row.units for row in mine) == whole["chosen"].units
        assert sum(row.n for row in mine) == whole["chosen"].n
        assert sum(row.foreseen for row in mine) == pytest.approx(whole["chosen"].foreseen)
    assert all(low <= high for row in table for _, low, high in row.covered)


def test_one_door_leads_to_both() -> None:
    assert isinstance(learn(drawn(1, weeks=6)), DemandForecast)
    assert isinstance(learn(CostProblem((), ())), CostResult)


def test_a_past_that_is_too_short_has_an_empty_backtest() -> None:
    problem = drawn(1, weeks=4)
    assert backtest(problem).origins == ()
    assert rows(backtest(problem)) == []
    assert isinstance(problem, DemandProblem)
    assert SeriesKey("sku", "a", "b") > SeriesKey("category", "z", "z")
