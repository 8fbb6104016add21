"""What less carbon is worth, as the plan weighs it. Amounts in cents."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from tests.kernels.plan.builders import Shape, problem
from tests.kernels.plan.hauling import with_linehauls
from tests.kernels.plan.scenes import HAMBURG, MUNICH, cents, order, product, rate, scene, service, site

from doorstep.domain.bids import BidPrices, CarbonValue
from doorstep.domain.emission import EmissionFactor
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.place import Place
from doorstep.files.emissions import with_defaults
from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.plan import PlanProblem, plan

FACTORS: tuple[EmissionFactor, ...] = with_defaults(())
HIDDEN = Place("DE", "BY", "Muenchen", "80331")


def shop(place: Place = MUNICH) -> PlanProblem:
    """A parcel by air for 5.00, by road for 5.40."""
    air, road = replace(service("air"), mode="air"), replace(service("road"), mode="road")
    asked = scene(
        [replace(order("o", "pot"), place=place)],
        {"berlin": {"pot": 2}},
        [product("pot", weight=4_000)],
        services=[air, road],
        rates=[rate("air", 500), rate("road", 540)],
    )
    return replace(asked, emission_factors=FACTORS)


def worth(amount: float, asked: PlanProblem) -> PlanProblem:
    return replace(asked, bid_prices=BidPrices(carbon=(CarbonValue("", cents(amount)),)))


def test_the_cleaner_way_is_taken_as_far_as_it_is_worth() -> None:
    asked = shop()
    (cheap,) = plan(asked).plan.parcels
    (clean,) = plan(worth(100_000, asked)).plan.parcels
    assert (cheap.service, clean.service) == ("air", "road")
    assert cheap.footprint is not None
    assert clean.footprint is not None
    less = cheap.footprint.mid_g - clean.footprint.mid_g
    assert less > 0
    for more, taken in ((-2, "air"), (2, "road")):
        trying = worth((40 + more) * 1000 / less, asked)
        result = plan(trying)
        assert [one.service for one in result.plan.parcels] == [taken]
        assert check(trying, result.plan) == ()


def test_the_receipt_names_it_and_nobody_pays_it() -> None:
    asked = worth(1_000, shop())
    result = plan(asked)
    (decision,), (parcel,) = result.decisions(), result.plan.parcels
    assert parcel.footprint is not None
    grams = parcel.footprint.mid_g
    assert [(one.what, one.amount_minor) for one in decision.weights] == [(f"{grams} g of CO2e", grams)]
    assert decision.cost_minor == parcel.cost.total_minor == result.plan.figures.cost_minor
    assert result.plan.figures.weighed_minor == result.plan.figures.cost_minor + grams == result.lower_bound_minor
    assert decision.flip is None


def test_what_nobody_knows_does_not_pass_for_clean() -> None:
    """Of an order whose place is not located no way is known: carbon says nothing of it, and all of its neighbour."""
    hidden = worth(100_000, shop(HIDDEN))
    result = plan(hidden)
    assert [(one.service, one.footprint) for one in result.plan.parcels] == [("air", None)]
    assert result.plan.figures.bids_minor == 0
    both = replace(hidden, orders=(*hidden.orders, replace(shop().orders[0], order="p")))
    made = plan(both)
    assert {one.orders[0]: one.service for one in made.plan.parcels} == {"o": "air", "p": "road"}
    assert check(both, made.plan) == ()


def test_the_nearer_site_is_worth_something() -> None:
    asked = scene(
        [replace(order("o", "pot"), place=HAMBURG)],
        {"near": {"pot": 1}, "far": {"pot": 1}},
        [product("pot", weight=4_000)],
        sites=[site("near", HAMBURG, order_fee=30), site("far", MUNICH)],
        services=[service("post")],
        rates=[rate("post", 500)],
    )
    asked = replace(asked, emission_factors=FACTORS)
    assert [one.site for one in plan(asked).plan.parcels] == ["far"]
    assert [one.site for one in plan(worth(100_000, asked)).plan.parcels] == ["near"]


def test_no_value_makes_leaving_an_order_cheaper() -> None:
    asked = worth(90_000_000, shop())
    result = plan(asked)
    assert result.plan.figures.planned == 1
    assert check(asked, result.plan) == ()
    nowhere = replace(asked, stock=())
    assert check(nowhere, plan(nowhere).plan) == ()


@pytest.mark.parametrize("seed", range(20))
def test_random_plans_are_verified_and_lie_above_their_bound(seed: int) -> None:
    rng = Random(f"carbon {seed}")
    asked = problem(Random(seed), Shape(orders=8, lines=3, stock=4, capacity=0.5))
    if seed % 2:
        asked = with_linehauls(rng, asked)
    common = CarbonValue("", rng.randint(0, 40_000_000))
    own = CarbonValue(asked.orders[0].order, rng.randint(0, 90_000_000))
    asked = replace(asked, emission_factors=FACTORS, bid_prices=BidPrices(carbon=(common, own)))
    result = plan(asked)
    assert check(asked, result.plan) == ()
    assert result.lower_bound_minor <= result.plan.figures.weighed_minor
    wrong = replace(result.plan, figures=replace(result.plan.figures, bids_minor=result.plan.figures.bids_minor + 1))
    assert check(asked, wrong)


@pytest.mark.parametrize("seed", range(10))
def test_an_order_alone_weighs_what_its_bound_says(seed: int) -> None:
    asked = problem(Random(seed), Shape(orders=1, lines=3, stock=4, faults=0))
    asked = worth(3_000, replace(asked, emission_factors=FACTORS))
    result = plan(asked)
    assert result.lower_bound_minor == result.plan.figures.weighed_minor


def test_orders_that_share_weigh_what_is_worth_most_to_one_of_them_once() -> None:
    asked = shop()
    first = replace(asked.orders[0], customer="c")
    asked = replace(asked, orders=(first, replace(first, order="p")))
    values = BidPrices(carbon=(CarbonValue("o", cents(100)), CarbonValue("p", cents(300))))
    asked = replace(asked, bid_prices=values)
    result = plan(asked)
    (parcel,) = result.plan.parcels
    assert parcel.orders == ("o", "p")
    assert check(asked, result.plan) == ()
    assert parcel.footprint is not None
    assert result.plan.figures.bids_minor == (parcel.footprint.mid_g * 300 + 500) // 1000


def test_a_value_below_nothing_and_one_without_factors_are_refused() -> None:
    with pytest.raises(InvalidProblem, match="value of carbon of all orders"):
        worth(-1, shop())
    with pytest.raises(InvalidProblem, match="emission factors"):
        replace(worth(1, shop()), emission_factors=())
