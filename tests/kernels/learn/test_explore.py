"""Whether untried services get their share, and never more than the bound allows."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.learn.explore import PPM, Candidate, ExploreParams, draw, propose, share_ppm

PARAMS = ExploreParams(late_cost_micros=5_000_000)
KNOWN = Candidate("known", 5_000_000, 2_000, 1_900)
NEW = Candidate("new", 4_900_000, 0, 0)


def test_a_small_share_of_orders_draws_a_service_that_nobody_knows() -> None:
    (found,) = propose((KNOWN, NEW), PARAMS)
    assert 0 < found.share_ppm <= 50_000
    shares = [(found.service, found.share_ppm)]
    drawn = [draw(f"o{at}", shares, 0) for at in range(4_000)]
    assert drawn.count("new") / 4_000 == pytest.approx(found.share_ppm / PPM, abs=0.006)
    assert drawn == [draw(f"o{at}", shares, 0) for at in range(4_000)]
    assert drawn != [draw(f"o{at}", shares, 1) for at in range(4_000)]


def test_each_service_is_drawn_by_its_share_in_whatever_sequence_they_stand() -> None:
    shares = [("b", 300_000), ("a", 200_000), ("c", 500_000)]
    drawn = [draw(f"o{at}", shares, 7) for at in range(5_000)]
    assert drawn == [draw(f"o{at}", shares[::-1], 7) for at in range(5_000)]
    assert None not in drawn  # all of it is given away
    for service, share in shares:
        assert drawn.count(service) / 5_000 == pytest.approx(share / PPM, abs=0.025)
    assert {draw(f"o{at}", (), 7) for at in range(50)} == {None}


def test_a_measured_service_is_not_proposed_nor_anything_where_none_is_measured() -> None:
    better = Candidate("better", 4_000_000, 500, 490)
    assert propose((KNOWN, better), PARAMS) == ()
    assert propose((NEW,), PARAMS) == ()
    with pytest.raises(InvalidProblem):
        propose((KNOWN, KNOWN), PARAMS)
    with pytest.raises(InvalidProblem):
        Candidate("odd", 1, 1, 2)


@given(st.integers(0, 10**8), st.integers(0, 199), st.floats(0, 1), st.integers(0, 10**8))
def test_the_bound_holds_even_for_the_worst(price: int, parcels: int, kept: float, late_cost: int) -> None:
    params = ExploreParams(late_cost_micros=late_cost)
    new = Candidate("new", price, parcels, int(kept * parcels))
    share = share_ppm(new, KNOWN, params) / PPM
    assert 0 <= share <= params.most_ppm / PPM
    base = KNOWN.price_micros + late_cost * 0.0503
    worst = price  # at least: lateness comes on top
    assert share * max(0, worst - base) <= 0.0101 * base


@given(st.integers(1, 6), st.integers(0, 199), st.integers(0, 10**7))
def test_all_services_together_keep_the_bound(services: int, parcels: int, late_cost: int) -> None:
    """Were each parcel as dear as it may be: together a hundredth of what the known one costs."""
    params = ExploreParams(late_cost_micros=late_cost)
    unknown = [Candidate(f"new-{n}", 5_000_000, parcels, parcels) for n in range(services)]
    found = propose((KNOWN, *unknown), params)
    base = KNOWN.price_micros + late_cost * 0.0503
    assert sum(one.share_ppm for one in found) <= params.most_ppm
    assert sum(one.share_ppm * one.most_extra_micros for one in found) <= 0.0101 * base * PPM


def test_nothing_else_than_seed_and_id_decides() -> None:
    """What an order draws is its own: others, and what was drawn before, change nothing."""
    shares = [("new", 400_000)]
    for seed, order in product(range(3), ("a", "b", "c")):
        assert draw(order, shares, seed) == draw(order, (("other", 1), *shares)[1:], seed)
