"""No group of few people is told, and none can be worked out from what is told beside it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.learn.shops import shop

from doorstep.domain.demand import Order
from doorstep.kernels.learn.customers import learn_customers
from doorstep.kernels.learn.customers_problem import CustomersParams
from doorstep.kernels.learn.privacy import told_apart, told_within

COUNTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 60), max_size=6)


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from("ABCD"), COUNTS, max_size=4), st.integers(2, 30))
def test_nothing_small_is_left_over(parts: dict[str, dict[str, int]], least: int) -> None:
    named = {whole: {f"{whole} {name}": count for name, count in some.items()} for whole, some in parts.items()}
    whole = {name: sum(some.values()) for name, some in named.items()}
    told, inner = told_apart(whole, least), told_within(whole, named, least)
    for name, some in named.items():
        left = sum(count for part, count in some.items() if part not in inner)
        assert left == 0 or left >= least or name not in told
        assert name in told or not inner & some.keys()
        assert all(some[part] >= least for part in inner & some.keys())


def test_a_region_is_not_the_rest_of_its_country() -> None:
    problem = shop(300)
    one = problem.orders[0]

    def order(number: int, country: str, region: str) -> Order:
        place = replace(one.place, country=country, region=region)
        return replace(one, order=f"x{number}", customer=f"x{number}", place=place)

    regions = ["Wien"] * 40 + ["Tirol"] * 5
    orders = tuple(order(number, "AT", region) for number, region in enumerate(regions))
    others = tuple(order(100 + number, "DE", f"R{number % 12}") for number in range(120))  # each of ten people
    told = learn_customers(replace(problem, orders=(*orders, *others))).buying
    assert {place.name: place.customers for place in told.countries} == {"AT": 45, "DE": 120}
    assert "AT Wien" not in {place.name for place in told.regions}  # 45 less 40 would tell five people


def test_scores_outcomes_and_answers_of_few_are_not_told() -> None:
    problem = shop(300)
    called = tuple(
        replace(one, outcome="flowers for Mrs Example") if at == 0 else one for at, one in enumerate(problem.contacts)
    )
    silent = tuple(replace(one, satisfied=None if at else True) for at, one in enumerate(problem.replies))
    told = learn_customers(replace(problem, contacts=called, replies=silent), CustomersParams(20)).voice
    assert all("flowers" not in " ".join(one.outcomes) for one in told.reasons)
    assert told.reasons[0].outcomes
    assert told.wished[0].satisfied.value is None
    assert [one for one in told.lateness.spans if one.score.value is not None]
    assert all(one.score.n >= 20 for one in told.lateness.spans if one.score.value is not None)
    few = learn_customers(replace(problem, history=problem.history[:30])).voice
    assert few.lateness.late < 20
    assert few.lateness.plain.value is None
    assert all(one.score.value is None for one in few.lateness.spans)
    assert all(one.broken.value is None for one in few.reasons)


def test_days_between_orders_of_few_are_not_told() -> None:
    problem = shop(300)
    firsts = {one.customer: one for one in problem.orders}
    again = replace(problem.orders[0], order="again")
    told = learn_customers(replace(problem, orders=(*firsts.values(), again))).buying
    assert sum(told.frequency.times[1:]) == 1
    assert told.frequency.median_days_between is None
