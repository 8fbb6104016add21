"""What is learned of a shop whose customers are known; and that nothing of the future is looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.learn.shops import AS_OF, BEGINS, DAY_WORTH, shop

from doorstep.domain.customer import QuotesDecided
from doorstep.domain.errors import InvalidProblem
from doorstep.files.customers_out import customers_object
from doorstep.kernels.learn.check import check_customers
from doorstep.kernels.learn.customers import CustomersInsight, learn_customers
from doorstep.kernels.learn.customers_problem import CustomersParams, CustomersProblem, kept
from doorstep.kernels.learn.wants import FEATURES, choice_problem


@pytest.fixture(scope="module")
def told() -> CustomersInsight:
    return learn_customers(shop())


def test_segments_want_what_they_want(told: CustomersInsight) -> None:
    segments = {one.group: one.worth["day_sooner"] for one in told.wants.groups if one.kind == "segment"}
    for name, worth in DAY_WORTH.items():
        assert segments[name].low < worth < segments[name].high, name
    assert segments["calm"].high < segments["hasty"].low
    assert told.wants.overall.worth["pickup"].high < 0
    assert told.wants.overall.worth["place_higher"].value > 0
    assert told.wants.randomised == told.wants.quotes == 900
    assert told.wants.unidentified == ("carbon_kg_less",)
    assert told.wants.spreads["day_sooner"].deviation > 0.2


def test_a_small_country_is_told_nowhere(told: CustomersInsight) -> None:
    countries = {one.group: one for one in told.wants.groups if one.kind == "country"}
    assert countries["LU"].why_not == "too_few"
    assert sum(not one.why_not for one in countries.values()) == 1  # all less the two others would tell the third
    assert "LU" not in {one.name for one in told.buying.countries}
    assert "LU" not in {one.name.split()[0] for one in told.buying.regions}
    written = str(customers_object(told)["buying"])
    assert "LU" not in written


def test_what_they_say_is_joined_with_what_they_got(told: CustomersInsight) -> None:
    wished = {one.standing: one for one in told.voice.wished}
    assert wished["kept"].wishes["cheaper"].value == 1.0
    assert wished["broken"].wishes["faster"].value == 1.0
    assert wished["broken"].satisfied.value == 0.0
    reason = next(one for one in told.voice.reasons if one.reason == "where_is_it")
    assert reason.broken.low is not None
    assert reason.kept.high is not None
    assert reason.broken.low > 5 * reason.kept.high
    assert told.voice.lateness.adjusted.high is not None
    assert told.voice.lateness.adjusted.high < -1.5


def test_what_they_buy(told: CustomersInsight) -> None:
    buying = told.buying
    assert buying.orders == sum(one.orders for one in buying.countries)
    assert [(one.one, one.two) for one in buying.pairs] == [("mug", "tea")]
    assert buying.favourites[0].sku == "tea"
    assert sum(buying.frequency.times) == buying.customers
    assert buying.again_difference.value is not None
    fast, slow = buying.converted[0], buying.converted[-1]
    assert fast.quotes + slow.quotes == 900


def test_what_a_promise_sells_is_counted_of_quotes_taken_and_left() -> None:
    day = AS_OF.date() - timedelta(days=9)
    decided = (
        QuotesDecided(day, day + timedelta(days=3), 1, 40, 30),
        QuotesDecided(day, day + timedelta(days=3), 3, 60, 20),
        QuotesDecided(day, day + timedelta(days=3), 30, 5, 5),  # too few; and with them another span is not told
        QuotesDecided(AS_OF.date(), AS_OF.date(), 1, 999, 0),  # of today: not known yet
    )
    found = learn_customers(CustomersProblem(AS_OF, decided=decided), CustomersParams(20)).buying.converted
    assert [(one.first, one.quotes, round(one.taken.value or 0, 3)) for one in found] == [(2, 60, 0.333)]
    whole = (*decided[:2], replace(decided[2], quotes=25, taken=0))
    found = learn_customers(CustomersProblem(AS_OF, decided=whole), CustomersParams(20)).buying.converted
    assert [(one.first, one.quotes) for one in found] == [(0, 40), (2, 60), (29, 25)]
    assert found[2].taken.value == 0.0
    all_taken = tuple(replace(one, taken=one.quotes) for one in whole)
    assert learn_customers(CustomersProblem(AS_OF, decided=all_taken)).buying.converted == ()
    with pytest.raises(InvalidProblem):
        CustomersProblem(AS_OF, decided=(replace(decided[0], taken=41),))


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 120), st.integers(0, 1_000), st.integers(1, 200), st.integers(2, 30))
def test_the_verifier_accepts_what_is_learned(quotes: int, seed: int, day: int, least: int) -> None:
    problem = replace(shop(quotes, seed), as_of=BEGINS + timedelta(days=day))
    assert check_customers(problem, learn_customers(problem, CustomersParams(least))) == ()


def test_the_verifier_rejects_what_was_altered(told: CustomersInsight) -> None:
    problem = shop()
    assert check_customers(problem, told) == ()
    assert check_customers(replace(problem, orders=problem.orders[1:]), told)
    assert check_customers(replace(problem, contacts=problem.contacts[1:]), told)
    assert check_customers(replace(problem, shown=problem.shown[3:]), told)
    assert check_customers(problem, replace(told, least_people=10_000))
    late = replace(told.voice.lateness, late=told.voice.lateness.late + 1)
    assert check_customers(problem, replace(told, voice=replace(told.voice, lateness=late)))


def test_nothing_of_the_future_is_looked_at() -> None:
    whole = shop(300)
    at = BEGINS + timedelta(days=80)
    cut = replace(whole, as_of=at)
    later = replace(
        cut,
        orders=tuple(one for one in cut.orders if one.placed_at < at),
        shown=tuple(one for one in cut.shown if one.shown_at < at),
        replies=tuple(one for one in cut.replies if one.answered_at < at),
        contacts=tuple(one for one in cut.contacts if one.contacted_at < at),
        history=tuple(
            replace(one, delivered_at=one.delivered_at + timedelta(days=30), review_score=1)
            if one.delivered_at and one.delivered_at >= at
            else one
            for one in cut.history
            if one.placed_at < at
        ),
    )
    assert len(later.orders) < len(cut.orders)
    assert later.history != cut.history
    assert customers_object(learn_customers(later)) == customers_object(learn_customers(cut))


def test_a_promise_is_broken_when_its_day_is_over() -> None:
    parcel = replace(shop(20).history[0], delivered_at=None, status="shipped")
    assert parcel.promised_by is not None
    day = AS_OF.replace(year=parcel.promised_by.year, month=parcel.promised_by.month, day=parcel.promised_by.day)
    assert kept(parcel, day) is None
    assert kept(parcel, day + timedelta(days=1)) is False
    assert kept(replace(parcel, status="cancelled"), day + timedelta(days=9)) is None


def test_a_shop_that_knows_nothing() -> None:
    told = learn_customers(CustomersProblem(AS_OF))
    assert told.wants.overall.why_not == "too_few"
    assert (told.buying.orders, told.voice.orders, told.voice.lateness.late) == (0, 0, 0)


def test_wants_that_cannot_be_told_say_why() -> None:
    made = shop(200, left=False)
    one_price = replace(made, shown=tuple(replace(one, price_micros=5_000_000) for one in made.shown))
    assert learn_customers(one_price).wants.overall.why_not == "no_price"
    alone = replace(made, shown=tuple(one for one in made.shown if one.taken))
    assert learn_customers(alone).wants.told_nothing == 200


def test_what_contradicts_itself_is_refused() -> None:
    with pytest.raises(InvalidProblem):
        CustomersParams(1)
    with pytest.raises(InvalidProblem):
        CustomersProblem(AS_OF.replace(tzinfo=None))


def test_carbon_and_places_that_one_option_does_not_say_are_not_nothing() -> None:
    rows = [replace(one, co2e_g=2_000) for one in shop(20).shown[:3]]
    whole = choice_problem([rows], [1.0], 1_000_000, outside=False)
    part = choice_problem([[replace(rows[0], co2e_g=None, position=None), *rows[1:]]], [1.0], 1_000_000, outside=False)
    carbon, place = FEATURES.index("carbon_kg_less"), FEATURES.index("place_higher")
    assert set(whole.features[:, carbon]) == {-2.0}
    assert set(whole.features[:, place]) == {-1.0, -2.0, -3.0}
    assert not part.features[:, [carbon, place]].any()
