from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from tests.kernels.plan.builders import Shape, problem

from doorstep.domain.bids import BidPrice, BidPrices, CommitmentPrice, SpeedValue
from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.plan import plan
from doorstep.kernels.plan.problem import PlanProblem

SHAPES = {
    "few": Shape(),
    "tight": Shape(orders=14, stock=2, capacity=0.9),
    "large orders": Shape(orders=5, lines=9, products=12, stock=9, many=0.3),
    "wishes": Shape(orders=10, wishes=0.6, faults=0.3),
}
CASES = [(name, seed) for name in SHAPES for seed in range(8)]


def random_bids(rng: Random, asked: PlanProblem, may_leave: bool = False) -> BidPrices:
    """Some of everything that may weigh."""
    rows = [BidPrice(s.site, p.sku, "", rng.randint(0, 9_000_000)) for s in asked.sites for p in asked.products]
    rows += [BidPrice(s.site, price_micros=rng.randint(0, 3_000_000)) for s in asked.sites]
    offers = asked.tariff.services
    rows += [BidPrice(s.site, "", v.service, rng.randint(0, 3_000_000)) for s in asked.sites for v in offers]
    carriers = sorted({one.carrier for one in offers})
    commitments = [CommitmentPrice(one, "", rng.randint(-2_000_000, 1_000_000)) for one in carriers]
    commitments += [CommitmentPrice(v.carrier, v.service, rng.randint(-900_000, 900_000)) for v in offers]
    speed = [SpeedValue("", rng.randint(0, 800_000)), SpeedValue(asked.orders[0].order, rng.randint(0, 4_000_000))]
    kept = [one for one in rows if rng.random() < 0.6]
    return BidPrices(tuple(kept), tuple(commitments[: rng.randint(0, 9)]), tuple(speed[: rng.randint(0, 2)]), may_leave)


def weighed(name: str, seed: int, may_leave: bool = False) -> PlanProblem:
    asked = problem(Random(f"{name} {seed}"), SHAPES[name])
    return replace(asked, bid_prices=random_bids(Random(f"bids {name} {seed}"), asked, may_leave))


@pytest.mark.parametrize("may_leave", [False, True])
@pytest.mark.parametrize(("name", "seed"), CASES)
def test_the_verifier_accepts_what_is_weighed(name: str, seed: int, may_leave: bool) -> None:
    asked = weighed(name, seed, may_leave)
    result = plan(asked)
    assert check(asked, result.plan) == ()
    assert result.lower_bound_minor <= result.plan.figures.weighed_minor
