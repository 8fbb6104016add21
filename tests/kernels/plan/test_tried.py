"""Orders that try a service: drawn by their ids, as soon and as sure as without it, and within their bound."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from tests.kernels.plan.builders import Shape, problem
from tests.kernels.plan.scenes import UNLEARNED, cents, order, product, rate, scene, service

from doorstep.domain.bids import BidPrices, CommitmentPrice
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.exploration import Exploration, ServiceTrial
from doorstep.domain.rules import Rule
from doorstep.kernels.learn.explore import draw
from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.plan import PlanProblem, plan

SHARE = 300_000
NEW = ServiceTrial("new", SHARE, cents(60))


def shop(orders: int = 40, days: tuple[int, int] = (1, 1), *trials: ServiceTrial, price: float = 550) -> PlanProblem:
    """One site; post costs 5.00 and takes a day, and new what is told."""
    asked = scene(
        [order(f"o{n}", "mug") for n in range(orders)],
        {"berlin": {"mug": orders}},
        [product("mug")],
        services=[service("post"), service("new", days=days)],
        rates=[rate("post", 500), rate("new", price)],
    )
    return replace(asked, exploration=Exploration(trials or (NEW,)))


def drawn(asked: PlanProblem) -> list[str]:
    assert asked.exploration is not None
    shares = [(one.service, one.share_ppm) for one in asked.exploration.trials]
    names = (one.order for one in asked.orders)
    return [name for name in names if draw(name, shares, asked.exploration.seed) == "new"]


def test_who_draws_it_tries_it_and_the_receipt_says_what_that_costs() -> None:
    asked = shop()
    result, without = plan(asked), plan(replace(asked, exploration=None))
    assert check(asked, result.plan) == ()
    names = drawn(asked)
    assert 4 <= len(names) <= 20  # 12 are to be expected
    assert [one.order for one in result.plan.tried] == names
    assert {one.orders[0] for one in result.plan.parcels if one.service == "new"} == set(names)
    more = result.plan.figures.cost_minor - without.plan.figures.cost_minor
    assert more == sum(one.extra_minor for one in result.plan.tried) == 50 * len(names)
    assert result.lower_bound_minor == without.lower_bound_minor == 500 * 40
    for decision in result.decisions():
        trial = decision.trial
        assert (trial is not None) == (decision.order in names)
        if trial is not None:
            assert (trial.service, trial.instead, trial.extra_minor, trial.propensity_ppm) == ("new", "post", 50, SHARE)
            assert decision.cost_minor == 550
            assert decision.flip is None
            assert [one.constraint for one in decision.rejected if one.cost_minor == 500] == [
                "this order tries new, so that it gets measured"
            ]


def test_the_same_seed_gives_the_same_answer_and_another_one_another() -> None:
    asked = shop()
    again = replace(asked, orders=asked.orders[::-1])
    other = replace(asked, exploration=Exploration((NEW,), seed=1))
    tried = {one.order for one in plan(asked).plan.tried}
    assert {one.order for one in plan(again).plan.tried} == tried != {one.order for one in plan(other).plan.tried}


@pytest.mark.parametrize(
    "asked",
    [
        shop(40, (2, 2)),  # a day later
        shop(price=561),  # beyond the bound
        replace(shop(), rules=(Rule("not-new", "never_services", services=("new",)),)),
        replace(shop(), exploration=Exploration()),
    ],
)
def test_nobody_is_served_later_nor_beyond_the_bound_nor_against_a_rule(asked: PlanProblem) -> None:
    result = plan(asked)
    assert drawn(replace(asked, exploration=Exploration((NEW,))))
    assert result.plan.tried == ()
    assert check(asked, result.plan) == ()
    assert {one.service for one in result.plan.parcels} == {"post"}


def test_a_service_that_is_promised_sooner_must_be_as_sure_of_the_later_day() -> None:
    """Of two services that come within three days one is thought to come a day sooner, and is tried."""
    asked = shop(40, (1, 2))
    slow = replace(
        asked, tariff=replace(asked.tariff, services=(service("post", days=(2, 3)), asked.tariff.services[1]))
    )
    result = plan(slow)
    assert check(slow, result.plan) == ()
    assert [one.order for one in result.plan.tried] == drawn(slow)
    one = result.plan.tried[0]
    (sent,) = (parcel for parcel in result.plan.parcels if parcel.orders == (one.order,))
    assert sent.promised_by < one.instead.promised_by


def test_what_weighs_is_bounded_as_what_is_paid() -> None:
    asked = shop()
    loyal = BidPrices(commitments=(CommitmentPrice("post", "", -cents(20)),))  # new then weighs 70 more
    assert plan(replace(asked, bid_prices=loyal)).plan.tried == ()
    mild = BidPrices(commitments=(CommitmentPrice("post", "", -cents(9)),))
    result = plan(replace(asked, bid_prices=mild))
    assert check(replace(asked, bid_prices=mild), result.plan) == ()
    assert {one.extra_minor for one in result.plan.tried} == {50}


def test_a_day_with_little_room_is_not_overfilled() -> None:
    asked = shop()
    calls = tuple(replace(one, daily_parcel_capacity=3) if one.service == "new" else one for one in asked.collections)
    result = plan(replace(asked, collections=calls))
    assert check(replace(asked, collections=calls), result.plan) == ()
    assert len(result.plan.tried) == 3


WIDE = Shape(orders=24, fewest_orders=20, lines=2, services=4, sites=2, stock=40, faults=0, wishes=0.05, many=0)


def trying(seed: int) -> tuple[PlanProblem, PlanProblem]:
    """A random problem in which half of the orders draw a service, and the same without."""
    asked = problem(Random(seed), WIDE)
    if seed % 2:  # all are thought to take as long: dates do not stand in the way
        alike = [replace(one, delivers_to="home", min_days=1, max_days=2) for one in asked.tariff.services]
        asked = replace(asked, tariff=replace(asked.tariff, services=tuple(alike)), transit=UNLEARNED)
    services = [one.service for one in asked.tariff.services]
    trials = tuple(ServiceTrial(one, 500_000 // len(services), 900_000_000) for one in services)
    return replace(asked, exploration=Exploration(trials, seed)), asked


@pytest.mark.parametrize("seed", range(12))
def test_random_plans_are_verified_and_dearer_by_what_their_trials_say(seed: int) -> None:
    with_trials, asked = trying(seed)
    result, without = plan(with_trials), plan(asked)
    assert check(with_trials, result.plan) == ()
    extra = sum(one.extra_minor for one in result.plan.tried)
    assert result.plan.figures.cost_minor == without.plan.figures.cost_minor + extra
    assert result.lower_bound_minor == without.lower_bound_minor
    assert sum(one.trial is not None for one in result.decisions()) == len(result.plan.tried)


def test_some_random_plans_do_try_something() -> None:
    tried = [one for seed in range(12) for one in plan(trying(seed)[0]).plan.tried]
    assert len(tried) >= 5


def test_a_forged_trial_is_found() -> None:
    asked = shop()
    made = plan(asked).plan
    one, *rest = made.tried
    for other in (
        replace(one, extra_minor=49),
        replace(one, propensity_ppm=1),
        replace(one, service="post"),
        replace(one, instead=replace(one.instead, on_time_ppm=1_000_000)),
    ):
        assert check(asked, replace(made, tried=(other, *rest)))
    assert check(replace(asked, exploration=Exploration((NEW,), seed=7)), made)


@pytest.mark.parametrize(
    "bad", [replace(NEW, service="none"), replace(NEW, share_ppm=0), replace(NEW, share_ppm=500_001)]
)
def test_what_cannot_be_tried_is_refused(bad: ServiceTrial) -> None:
    with pytest.raises(InvalidProblem):
        shop(1, (1, 1), bad)
