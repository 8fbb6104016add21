"""Prices learned from the days before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from tests.kernels.plan.bidding import DAY, day_of, world
from tests.kernels.plan.scenes import MONDAY, order

from doorstep.domain.bids import BidPrice, BidPrices, CommitmentPrice
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.supply import Inbound
from doorstep.kernels.plan.bid import (
    BidParams,
    Foreseen,
    foresee,
    next_bids,
    of_goods,
    price_foreseen,
    shrink,
    smooth,
)
from doorstep.kernels.plan.plan import plan

OWN = BidParams(recent_days=1, horizon_days=1, few_units=0, newest_ppm=1_000_000)


def berlin_minor(bids: BidPrices) -> float:
    return next((one.price_micros / 10_000 for one in bids.rows if (one.site, one.sku) == ("berlin", "mug")), 0.0)


def test_the_price_of_what_others_need_lies_between_what_they_would_pay() -> None:
    # Two for the French in Berlin, so no German may have one there: it must be worth more than 20, less than leaving.
    bids = price_foreseen(Foreseen(world(day_of(3, 2), berlin=2, hamburg=3)), OWN)
    assert 20 <= berlin_minor(bids) <= 9_100


def test_goods_for_all_have_no_price() -> None:
    assert price_foreseen(Foreseen(world(day_of(3, 2), berlin=5, hamburg=5)), OWN) == BidPrices()


def test_learned_prices_keep_stock_for_tomorrow() -> None:
    known = day_of(3, 2)
    ground = world([], berlin=2, hamburg=3)
    bids = next_bids(None, ground, known, MONDAY, OWN)
    first = order("g tomorrow", "mug", at=MONDAY + DAY + timedelta(minutes=1))
    (myopic,) = plan(replace(ground, orders=(first,))).plan.parcels
    (kept,) = plan(replace(ground, orders=(first,), bid_prices=bids)).plan.parcels
    assert (myopic.site, kept.site) == ("berlin", "hamburg")


def test_nothing_that_is_placed_later_is_looked_at() -> None:
    known, ground = day_of(3, 2), world([], berlin=2, hamburg=3)
    later = [*day_of(0, 40, MONDAY + DAY), *day_of(9, 9, MONDAY + 3 * DAY)]
    assert next_bids(None, ground, [*known, *later], MONDAY, OWN) == next_bids(None, ground, known, MONDAY, OWN)


def test_equal_seeds_give_equal_prices_and_orders() -> None:
    known, ground = day_of(4, 3), world([], berlin=3, hamburg=3)
    params = replace(OWN, horizon_days=3)
    assert next_bids(None, ground, known, MONDAY, params) == next_bids(None, ground, known, MONDAY, params)


def test_as_many_orders_are_foreseen_as_the_horizon_brings() -> None:
    known, ground = day_of(4, 3), world([], berlin=30, hamburg=3)
    found = foresee(ground, known, MONDAY, replace(OWN, horizon_days=3), seed=1)
    assert len(found.problem.orders) == 21
    counts = [sum(one.order.startswith(f"{before.order}~") for one in found.problem.orders) for before in known]
    assert counts == [3] * 7
    assert found.problem.stock == ground.stock
    assert (found.stock_times, found.sooner_times, found.room_times) == (1.0, {}, 3.0)
    few = foresee(ground, known, MONDAY, replace(OWN, horizon_days=3, most_orders=7), seed=1)
    assert (len(few.problem.orders), few.stock_times, few.room_times) == (7, 1 / 3, 1.0)


def test_goods_that_are_announced_need_to_last_until_they_come() -> None:
    coming = [Inbound("berlin", "mug", 9, MONDAY + 2 * DAY)]  # in one day of three
    ground = world([], berlin=4, hamburg=4, coming=coming)
    found = foresee(ground, day_of(4, 3), MONDAY, replace(OWN, horizon_days=3), seed=1)
    assert found.sooner_times == {("berlin", "mug"): 3.0}
    past = replace(ground, inbound=(replace(coming[0], expected_at=MONDAY),))
    assert foresee(past, day_of(4, 3), MONDAY, OWN, seed=1).sooner_times == {}


def test_what_lasts_a_third_of_the_time_is_short_only_if_it_is_then() -> None:
    asked = Foreseen(world(day_of(9, 3), berlin=4, hamburg=9))
    assert berlin_minor(price_foreseen(asked, OWN)) == pytest.approx(20, abs=0.5)  # one German still takes Berlin
    assert berlin_minor(price_foreseen(replace(asked, sooner_times={("berlin", "mug"): 3.0}), OWN)) == 0
    assert berlin_minor(price_foreseen(replace(asked, stock_times=3.0), OWN)) == 0


def test_without_orders_known_there_are_no_prices() -> None:
    assert next_bids(None, world([], berlin=2, hamburg=3), [], MONDAY, OWN) == BidPrices()


def test_what_is_foreseen_needs_an_instant() -> None:
    with pytest.raises(InvalidProblem):
        foresee(replace(world([], 1, 1), now=None), [], MONDAY, OWN, seed=0)


def test_prices_fade_where_nothing_is_short_any_more() -> None:
    bids = BidPrices((BidPrice("berlin", "mug", "", 1_000_000),), (CommitmentPrice("post"),), may_leave=True)
    params, seen = BidParams(), []
    for _ in range(12):
        bids = smooth(bids, BidPrices(), params)
        seen.append(bids.rows[0].price_micros if bids.rows else 0)
    assert seen[:3] == [500_000, 250_000, 125_000]
    assert seen[-1] == 0
    assert (bids.commitments, bids.may_leave) == ((CommitmentPrice("post"),), True)


def test_new_prices_are_mixed_into_the_old() -> None:
    before = BidPrices((BidPrice("berlin", "mug", "", 100_000), BidPrice("berlin", "pot", "", 10_000)))
    found = BidPrices((BidPrice("berlin", "", "post", 8_000), BidPrice("berlin", "mug", "", 200_000)))
    mixed = smooth(before, found, BidParams(newest_ppm=250_000))
    assert mixed.rows == (
        BidPrice("berlin", "", "post", 2_000),
        BidPrice("berlin", "mug", "", 125_000),
        BidPrice("berlin", "pot", "", 7_500),
    )


def test_few_units_are_drawn_towards_their_class_at_their_site() -> None:
    price = np.array([[400.0, 0.0, 80.0, 0.0, 60.0]])
    stock, wanted = np.array([[1, 3, 20, 2, 1]]), np.array([[9, 9, 99, 0, 9]])
    found = shrink(price, stock, wanted, np.array([0, 0, 0, 0, 1]), few_units=3)
    # The mean of class 0 over what is wanted is 160: a quarter of 400 and three of 160; half of 0 and half of 160.
    assert found.tolist() == [[220.0, 80.0, 80.0, 0.0, 60.0]]
    assert shrink(price, stock, wanted, np.array([0, 0, 0, 0, 1]), few_units=0).tolist() == price.tolist()


def test_a_batch_is_asked_to_heed_the_prices_of_its_goods_and_of_room() -> None:
    bids = BidPrices((BidPrice("berlin", "mug"), BidPrice("berlin", "pot"), BidPrice("berlin", "", "post")))
    assert of_goods(bids, ["mug"]).rows == (BidPrice("berlin", "mug"), BidPrice("berlin", "", "post"))


@pytest.mark.parametrize(
    "wrong", [{"recent_days": 0}, {"most_orders": 0}, {"newest_ppm": 0}, {"newest_ppm": 1_000_001}, {"few_units": -1}]
)
def test_limits_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidProblem):
        BidParams(**wrong)
