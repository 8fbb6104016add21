"""What an earlier date is worth, as the plan weighs it: against trying everything, and by hand. Amounts in cents."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from tests.kernels.plan.brute import Brute
from tests.kernels.plan.builders import Shape, problem
from tests.kernels.plan.scenes import cents
from tests.kernels.plan.test_bids import chosen, two_services

from doorstep.domain.bids import BidPrices, SpeedValue
from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.offer import offer
from doorstep.kernels.plan.plan import plan
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.plan.scales import QuoteScales

ALONE = Shape(orders=1, lines=4, stock=4, capacity=0.6)
SHARED = Shape(orders=4, lines=3, stock=3, capacity=0.5)


def valued(seed: int, shape: Shape) -> PlanProblem:
    """All orders have a value of a day, the first one another of its own, and of the next day."""
    rng = Random(f"speed {seed}")
    asked = problem(Random(seed), shape)
    common = SpeedValue("", rng.randint(0, 1_500_000), rng.choice((0, rng.randint(0, 4_000_000))))
    own = SpeedValue(asked.orders[0].order, rng.randint(0, 3_000_000), rng.randint(0, 3_000_000))
    return replace(asked, bid_prices=BidPrices(speed=(common, own)))


@pytest.mark.parametrize("seed", range(14))
def test_an_order_alone_is_decided_exactly(seed: int) -> None:
    asked = valued(seed, ALONE)
    result = plan(asked)
    assert check(asked, result.plan) == ()
    assert result.lower_bound_minor == Brute(asked).optimum() == result.plan.figures.weighed_minor


@pytest.mark.parametrize("seed", range(14))
def test_the_best_plan_lies_between_the_bound_and_what_the_plan_weighs(seed: int) -> None:
    asked = valued(seed, SHARED)
    result, best = plan(asked), Brute(asked).optimum()
    assert check(asked, result.plan) == ()
    assert result.lower_bound_minor <= best <= result.plan.figures.weighed_minor


def test_the_next_day_is_bought_as_far_as_it_is_worth() -> None:
    asked = two_services((3, 1))  # for 500 after three days, for 560 on the next one
    assert chosen(asked, BidPrices(speed=(SpeedValue("", 0, cents(59)),))) == ("slow", 500, 59)
    assert chosen(asked, BidPrices(speed=(SpeedValue("", 0, cents(61)),))) == ("fast", 560, 0)
    both = SpeedValue("", cents(20), cents(21))  # two days and the next day: 61
    assert chosen(asked, BidPrices(speed=(both,))) == ("fast", 560, 20)
    later = two_services((3, 2))
    assert chosen(later, BidPrices(speed=(SpeedValue("", 0, cents(900)),))) == ("slow", 500, 900)


def test_the_receipt_names_it_and_the_cost_is_what_is_paid() -> None:
    asked = replace(two_services((3, 1)), bid_prices=BidPrices(speed=(SpeedValue("", cents(7), cents(9)),)))
    result = plan(asked)
    (decision,) = result.decisions()
    assert [(one.what, one.amount_minor) for one in decision.weights] == [
        ("3 days until it is promised", 21),
        ("it is not promised for the next day", 9),
    ]
    (parcel,) = result.plan.parcels
    assert parcel.cost.total_minor == decision.cost_minor == result.plan.figures.objective_minor == 500
    assert result.plan.figures.weighed_minor == 530


def test_no_value_of_the_next_day_makes_leaving_an_order_cheaper() -> None:
    asked = two_services((3, 2))
    dear = BidPrices(speed=(SpeedValue("", 0, cents(90_000)),))
    assert plan(replace(asked, bid_prices=dear)).plan.figures.planned == 1


def test_why_an_order_is_left_is_told_though_others_have_values_of_their_own() -> None:
    asked = two_services((3, 1))
    second = replace(asked.orders[0], order="o2")  # one mug is there
    speed = (SpeedValue("o", cents(7)), SpeedValue("o2", cents(9), cents(1)))
    asked = replace(asked, orders=(*asked.orders, second), bid_prices=BidPrices(speed=speed))
    result = plan(asked)
    (left,) = result.conflicts()
    assert left.reason == "stock_taken"
    nowhere = replace(asked, stock=())
    assert [one.why is not None for one in offer(nowhere)] == [True, True]


def test_a_value_below_nothing_is_refused() -> None:
    with pytest.raises(InvalidProblem, match="value of speed of all orders"):
        replace(two_services((3, 1)), bid_prices=BidPrices(speed=(SpeedValue("", 0, -1),)))


def test_many_units_of_what_is_worth_much_are_weighed_exactly() -> None:
    """A day at a million and an order of three hundred thousand units: their product is beyond 64 bits."""
    none, day, units = np.zeros((1, 1), np.int64), 1_000_000_000_007, np.array([300_000])
    scales = QuoteScales(none, none[0], np.array([day]), np.array([0]), np.array([0]), units, 10_000)
    for own in (1, 99_999, 300_000):
        true = (2 * 60 * day * own + 3_000_000_000) // 6_000_000_000
        assert scales.speed_minor(np.array([0]), np.array([own]), np.array([60])).tolist() == [true]
