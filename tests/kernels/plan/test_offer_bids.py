"""Options of carts under bid prices: what is scarce counts in the choice, and never in what is told to be paid."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from tests.kernels.plan.builders import Shape, problem
from tests.kernels.plan.scenes import cents
from tests.kernels.plan.test_bids import alone, near_and_far, random_bids

from doorstep.domain.bids import BidPrice, BidPrices
from doorstep.domain.plan import Plan
from doorstep.files.demo import demo_brand
from doorstep.files.folder import read_folder
from doorstep.flows.plan_folder import problem_of
from doorstep.kernels.plan.check_bids import bid_faults
from doorstep.kernels.plan.offer import Offer, Option, offer
from doorstep.kernels.plan.problem import PlanProblem

SHAPES = {"few": Shape(), "many services": Shape(orders=6, services=6, stock=4)}
CASES = [(name, seed) for name in SHAPES for seed in range(8)]


def weight(asked: PlanProblem, option: Option, like: Plan) -> int:
    """What an option weighs beside its cost, as the verifier of plans reckons it."""
    (order,) = asked.orders
    parcels: Any = tuple(
        SimpleNamespace(
            orders=(order.order,),
            site=one.site,
            service=one.service,
            ship_at=one.ship_at,
            promised_by=one.promised_by,
            contents=tuple(SimpleNamespace(sku=sku, quantity=units) for sku, units in one.contents),
        )
        for one in option.parcels
    )
    figures = replace(like.figures, bids_minor=-(10**15))
    (fault,) = bid_faults(asked, replace(like, parcels=parcels, unplanned=(), figures=figures))
    return int(fault.split(" weigh ")[1].split(" ")[0])


def assert_front(asked: PlanProblem, bids: BidPrices) -> int:
    """The first option is the plan of the cart alone, and each weighs less than the sooner ones. Gives how many."""
    count = 0
    for at, order in enumerate(asked.orders):
        cart = replace(asked, orders=(order,), bid_prices=bids)
        (told,), planned = offer(cart), alone(asked, at, bids).plan
        assert bool(told.options) == bool(planned.parcels)
        weighed = [one.cost_minor + weight(cart, one, planned) for one in told.options]
        assert all(first < other for first, other in pairwise(weighed))
        assert all(first.promised_by > other.promised_by for first, other in pairwise(told.options))
        if weighed:
            assert weighed[0] == planned.figures.cost_minor + planned.figures.bids_minor
        count += len(weighed)
    return count


@pytest.mark.parametrize(("name", "seed"), CASES)
def test_options_are_the_front_of_what_they_weigh_against_their_date(name: str, seed: int) -> None:
    asked = problem(Random(f"{name} {seed}"), SHAPES[name])
    bids = random_bids(Random(f"bids {name} {seed}"), asked)
    assert_front(asked, replace(bids, speed=tuple(one for one in bids.speed if not one.order)))


def test_so_are_those_of_a_brand_with_many_services(tmp_path: Path) -> None:
    demo_brand(tmp_path / "brand", 30, 3)
    read = read_folder(tmp_path / "brand")
    asked = problem_of(read, read.orders)
    bids = random_bids(Random(1), asked)
    assert assert_front(asked, replace(bids, speed=bids.speed[:1])) > len(asked.orders) + 10


@pytest.mark.parametrize(("name", "seed"), CASES)
def test_a_day_is_offered_that_is_kept_without_prices_for_less_than_leaving(name: str, seed: int) -> None:
    asked = problem(Random(f"{name} {seed}"), SHAPES[name])
    bids = random_bids(Random(seed), asked, commitments=False)
    bids = replace(bids, speed=(), rows=tuple(replace(one, price_micros=500 * one.price_micros) for one in bids.rows))
    with_prices = offer(replace(asked, bid_prices=bids))
    for without, beside in zip(offer(asked), with_prices, strict=True):
        assert bool(without.options) == bool(beside.options)
        if without.options:  # what takes least may even come sooner
            assert without.options[-1].promised_by >= beside.options[-1].promised_by


def offered(bids: BidPrices | None) -> Offer:
    (found,) = offer(replace(near_and_far("german"), bid_prices=bids))
    return found


def test_what_is_scarce_is_kept_and_the_cost_told_is_money() -> None:
    (near,) = offered(None).options
    (kept,) = offered(BidPrices((BidPrice("berlin", "mug", "", cents(30)),))).options
    (told,) = offered(BidPrices((BidPrice("berlin", "mug", "", cents(19)),))).options
    assert [(one.parcels[0].site, one.cost_minor) for one in (near, kept, told)] == [
        ("berlin", 500), ("hamburg", 520), ("berlin", 500),
    ]  # fmt: skip


@pytest.mark.parametrize("row", [BidPrice("berlin"), BidPrice("berlin", "", "post")])
def test_room_is_kept_like_goods(row: BidPrice) -> None:
    (kept,) = offered(BidPrices((replace(row, price_micros=cents(30)),))).options
    (near,) = offered(BidPrices((replace(row, price_micros=cents(19)),))).options
    assert (kept.parcels[0].site, near.parcels[0].site) == ("hamburg", "berlin")
    assert (kept.cost_minor, near.cost_minor) == (520, 500)


def test_no_price_makes_a_cart_go_without_an_option() -> None:
    dear = tuple(BidPrice(site, "mug", "", cents(10**7)) for site in ("berlin", "hamburg"))
    (option,) = offered(BidPrices(dear)).options
    assert option.cost_minor == 500
