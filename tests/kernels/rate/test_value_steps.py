"""Insurance as carriers sell it: so much for each begun 100 of the declared value above what is included."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.kernels.rate.scenes import DESTINATIONS, EUR, ORIGINS, TARIFF, parcel, parcels, rated, surcharge

from doorstep.domain.carriage import ExchangeRate
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.money import Currency
from doorstep.kernels.rate import RateProblem, charge_lines, compile_tariff

HUNDRED = 100_000_000
COVER = surcharge("cover", amount_micros=1_150_000, step_micros=HUNDRED, free_micros=HUNDRED, sequence=2)


def charged(line: Any, value: int, **changes: Any) -> int:
    outcome = rated(replace(TARIFF, surcharges=(line,), **changes), parcel(value_minor=value))
    lines = charge_lines(outcome.problem, outcome.result, 0, 0)
    total = int(outcome.result.surcharges_minor[0, 0])
    assert sum(one.amount_minor for one in lines[1:]) == total
    return total


@pytest.mark.parametrize(
    ("value", "wanted"),
    [(0, 0), (10_000, 0), (10_001, 115), (20_000, 115), (20_001, 230), (30_000, 230), (100_050, 1_150)],
)
def test_each_begun_hundred_above_what_is_free_costs(value: int, wanted: int) -> None:
    assert charged(COVER, value) == wanted


def test_a_minimum_holds_only_where_something_is_above_what_is_free() -> None:
    least = replace(COVER, least_micros=3_450_000)
    assert [charged(least, value) for value in (10_000, 10_001, 40_000, 50_000)] == [0, 345, 345, 460]


def test_the_line_is_rounded_once_not_each_step() -> None:
    assert charged(replace(COVER, amount_micros=345_000, free_micros=0), 30_000) == 104  # 3 x 0.345 = 1.035
    franc = replace(COVER, currency="CHF", free_micros=0)
    rates = (ExchangeRate("CHF", 1_050_000_000),)
    assert charged(franc, 31_500, exchange_rates=rates) == 362  # 100 CHF are 105.00; 3 x 1.15 x 1.05 = 3.6225


def test_above_a_threshold_the_whole_value_counts() -> None:
    whole = replace(COVER, when="over_value", threshold=300, free_micros=0)
    assert [charged(whole, value) for value in (30_000, 30_001)] == [0, 460]


def test_later_percents_see_the_line() -> None:
    fuel = surcharge("fuel", percent=True, amount_micros=10_000_000, sequence=3)
    outcome = rated(replace(TARIFF, surcharges=(COVER, fuel)), parcel(value_minor=20_000))
    assert int(outcome.result.surcharges_minor[0, 0]) == 115 + 62  # 10 % of 6.15


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (replace(COVER, step_micros=0), "steps of the value are above 0"),
        (replace(COVER, percent=True), "neither for a percent nor for a floor"),
        (replace(COVER, floor=True), "neither for a percent nor for a floor"),
        (replace(COVER, step_micros=None), "only of steps of the value a part is free"),
        (replace(COVER, free_micros=-1), "a part is free, and it is 0 or more"),
        (replace(COVER, step_micros=1_000), "less than the smallest coin"),
    ],
)
def test_steps_that_make_no_sense_are_refused(line: Any, words: str) -> None:
    with pytest.raises(InvalidProblem, match=words):
        compile_tariff(replace(TARIFF, surcharges=(line,)), EUR, ORIGINS, DESTINATIONS)


def test_what_cannot_be_added_exactly_is_refused() -> None:
    dear = replace(COVER, amount_micros=10**15, step_micros=10_000)
    tables = compile_tariff(replace(TARIFF, surcharges=(dear,)), Currency("EUR"), ORIGINS, DESTINATIONS)
    RateProblem(tables, parcels(parcel(value_minor=100_000)))
    with pytest.raises(InvalidProblem, match="added exactly"):
        RateProblem(tables, parcels(parcel(value_minor=10**12)))
