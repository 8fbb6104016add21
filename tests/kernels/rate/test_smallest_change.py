"""The smallest change that is told makes a service eligible, and one unit less of it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.kernels.rate.scenes import BREAKS, SERVICE, TARIFF, Rated, day, parcel, rated

from doorstep.domain.carriage import DivisorRule, RateBreak, Tariff
from doorstep.domain.units import girth_mm
from doorstep.kernels.rate import RateProblem, RateResult
from doorstep.kernels.rate.obstacles import refusals_of

OPEN = (RateBreak("PARCEL", "near", 1_000, 5_000_000, per_extra_kg_micros=1_000_000),)
CLOSED = (RateBreak("PARCEL", "near", 2_000, 5_000_000),)


def changes(outcome: Rated, at: int = 0) -> dict[str, str]:
    told = refusals_of(outcome.problem, outcome.result, 0)[1][at]
    return dict(one.partition(":")[::2] for one in told.split())


def takes(tariff: Tariff, **changed: object) -> bool:
    return bool(rated(tariff, parcel(**changed)).result.eligible[0, 0])


def limited(weight_g: int = 99_999, length_mm: int = 9_999, girth: int | None = None, divisor: int = 0) -> Tariff:
    service = replace(
        SERVICE, max_weight_g=weight_g, max_length_mm=length_mm, max_girth_mm=girth, dim_divisor_cm3_per_kg=divisor
    )
    return replace(TARIFF, services=(service,), rates=OPEN)


@settings(deadline=None)
@given(st.integers(0, 5_000), st.integers(1, 5_000), st.sampled_from((OPEN, CLOSED)))
def test_of_weight(most: int, excess: int, rates: tuple[RateBreak, ...]) -> None:
    """Whether the service or its last rate is the limit."""
    tariff = replace(limited(weight_g=most), rates=rates)
    weight = max(most, 2_000 if rates is CLOSED else 0) + excess
    less = -int(changes(rated(tariff, parcel(weight_g=weight)))["weight_g"])
    assert takes(tariff, weight_g=weight - less)
    assert not takes(tariff, weight_g=weight - less + 1)


@settings(deadline=None)
@given(st.integers(100, 500), st.integers(1, 300), st.permutations((0, 1, 2)))
def test_of_length(most: int, excess: int, turned: list[int]) -> None:
    tariff, sides = limited(length_mm=most), (most + excess, 100, 50)
    size = tuple(sides[k] for k in turned)
    less = -int(changes(rated(tariff, parcel(size_mm=size)))["length_mm"])
    for shorter, taken in ((less, True), (less - 1, False)):
        now = (most + excess - shorter, 100, 50)
        assert takes(tariff, size_mm=tuple(now[k] for k in turned)) is taken


@settings(deadline=None)
@given(st.integers(500, 1_500), st.integers(1, 200), st.integers(1, 100), st.integers(1, 100))
def test_of_girth(most: int, excess: int, second: int, third: int) -> None:
    longest = most + excess - 2 * (second + third)
    assume(longest - excess >= max(second, third))
    tariff = limited(girth=most)
    told = changes(rated(tariff, parcel(size_mm=(longest, second, third))))
    less = -int(told["girth_mm"])
    assert girth_mm(longest, second, third) - less == most
    assert takes(tariff, size_mm=(longest - less, second, third))
    assert not takes(tariff, size_mm=(longest - less + 1, second, third))


@settings(deadline=None)
@given(st.integers(1, 4_000), st.integers(2_001, 4_000), st.sampled_from((None, 1_500, 2_500)))
def test_of_bulk_and_weight_beyond_the_last_rate(weight: int, bulk: int, heavy: int | None) -> None:
    """Also where the divisor changes with the weight, and where the bulk is hidden behind a greater weight."""
    rule = (DivisorRule("PARCEL", "over_weight_g", heavy, 2_000, 1),) if heavy else ()
    tariff = replace(limited(divisor=1_000), rates=CLOSED, divisors=rule)
    size = (1_000, 1, bulk)  # of so many grams by the service's divisor
    told = changes(rated(tariff, parcel(weight_g=weight, size_mm=size)))
    lighter = weight + int(told.get("weight_g", 0))
    outcome = rated(tariff, parcel(weight_g=lighter, size_mm=size))
    billed = int(outcome.result.billed_weight_g[0, 0])
    less = -int(told.get("volumetric_g", 0))
    assert billed - less <= 2_000
    assert (billed - less == 2_000) if less else bool(outcome.result.eligible[0, 0])
    if "weight_g" in told:
        assert lighter == 2_000


def test_of_several_measures_all_are_told() -> None:
    told = changes(rated(limited(30_000, 1_200, 3_000), parcel(weight_g=30_180, size_mm=(1_212, 900, 10))))
    assert told == {"weight_g": "-180", "length_mm": "-12", "girth_mm": "-32"}


def test_what_is_asked_and_cannot_be_had_is_told_with_what_can() -> None:
    asked = parcel(accepts=6, slowest=2, signature=True, saturday=True, destination=1)
    told = refusals_of(*_both(rated(TARIFF, asked)), 0)[1][0]
    assert told == "route delivers_to:home speed:standard signature:0 saturday:0"
    late = rated(replace(TARIFF, rates=(replace(BREAKS[0], valid_to=date(2026, 1, 1)),)), parcel())
    assert refusals_of(*_both(late), 0)[1] == ["ship_date"]


def _both(outcome: Rated) -> tuple[RateProblem, RateResult]:
    return outcome.problem, outcome.result


def test_of_what_is_eligible_nothing_is_told() -> None:
    outcome = rated(TARIFF, parcel(ship_day=day(2026, 3, 2)))
    assert refusals_of(outcome.problem, outcome.result, 0) == ([""], [""])


def test_bulk_behind_a_greater_weight_is_told_too() -> None:
    """Lighter alone it would still not be carried."""
    tariff = replace(limited(divisor=1_000), rates=CLOSED)
    outcome = rated(tariff, parcel(weight_g=4_000, size_mm=(1_000, 1, 3_000)))
    text, change = (one[0] for one in refusals_of(outcome.problem, outcome.result, 0))
    assert change == "weight_g:-2000 volumetric_g:-1000"
    assert "volumetric weight 1000 g beyond the last rate" in text


def test_where_service_and_last_rate_both_are_too_light_the_greater_change_counts() -> None:
    for most, less in ((1_500, 2_500), (3_000, 2_000)):
        tariff = replace(limited(weight_g=most, length_mm=100), rates=CLOSED)
        outcome = rated(tariff, parcel(weight_g=4_000, size_mm=(112, 10, 10)))
        assert changes(outcome) == {"weight_g": f"-{less}", "length_mm": "-12"}
        assert takes(tariff, weight_g=4_000 - less, size_mm=(100, 10, 10))
