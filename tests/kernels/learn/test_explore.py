"""Whether untried services get their share, and never more than the bound allows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.learn.explore import PPM, Candidate, ExploreParams, explore, share_ppm

PARAMS = ExploreParams(late_cost_micros=5_000_000)
KNOWN = Candidate("known", 5_000_000, 2_000, 1_900)


def test_a_small_share_of_orders_goes_to_whom_nobody_knows() -> None:
    new = Candidate("new", 4_900_000, 0, 0)
    told = [explore(f"o{at}", (KNOWN, new), PARAMS) for at in range(4_000)]
    share = told[0].share_ppm / PPM
    assert 0 < share <= 0.05
    assert sum(one.explored for one in told) / 4_000 == pytest.approx(share, abs=0.006)
    assert told == [explore(f"o{at}", (new, KNOWN), PARAMS) for at in range(4_000)]
    assert any(one != explore(f"o{at}", (KNOWN, new), PARAMS, seed=1) for at, one in enumerate(told))


def test_a_measured_service_is_chosen_on_its_merits() -> None:
    better = Candidate("better", 4_000_000, 500, 490)
    assert explore("o1", (KNOWN, better), PARAMS).service == "better"
    assert explore("o1", (KNOWN, better), PARAMS).share_ppm == 0
    with pytest.raises(InvalidProblem):
        explore("o1", (), PARAMS)
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
