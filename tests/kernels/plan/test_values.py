"""A plan declares what its parcels are worth, so that insurance and surcharges by value cost there what they do."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from tests.kernels.plan.borders import with_borders
from tests.kernels.plan.brute import Brute
from tests.kernels.plan.builders import Shape, problem
from tests.kernels.plan.scenes import cents, order, product, rate, scene, service, surcharge

from doorstep.domain.carriage import Surcharge
from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.plan import PlanProblem, plan

STEP = replace(surcharge("post", "always", 100), step_micros=100_000_000, free_micros=50_000_000)
PERCENT = replace(surcharge("post", "always", 0.5, percent=True), of_value=True)
SIGNED = surcharge("post", "over_value", 300, threshold=150)


def shop(*lines: Surcharge) -> PlanProblem:
    """A ring of 99.99; alone, and two of them."""
    return scene(
        [order("one", "ring"), order("two", ("ring", 2))],
        {"berlin": {"ring": 3}},
        [replace(product("ring"), value_micros=cents(9_999))],
        services=[service("post"), service("dear")],
        rates=[rate("post", 500), rate("dear", 750)],
        surcharges=lines,
    )


def costs(asked: PlanProblem) -> list[tuple[str, int]]:
    made = plan(asked).plan
    assert check(asked, made) == ()
    return [(one.service, one.cost.surcharges_minor) for one in made.parcels]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (SIGNED, [("post", 0), ("dear", 0)]),  # 99.99, and 199.98, for which 3.00 more is dearer than the other service
        (PERCENT, [("post", 50), ("post", 100)]),  # 0.49995 and 0.9999
        (STEP, [("post", 100), ("post", 200)]),  # one begun hundred above 50.00, and two
    ],
)
def test_surcharges_by_value_apply(line: Surcharge, wanted: list[tuple[str, int]]) -> None:
    assert costs(shop(line)) == wanted


def test_a_parcel_that_declares_less_is_refused() -> None:
    asked = shop(PERCENT)
    made = plan(asked).plan
    first, *rest = made.parcels
    cheaper = replace(first, cost=replace(first.cost, surcharges_minor=0))
    assert any("surcharges" in one for one in check(asked, replace(made, parcels=(cheaper, *rest))))


def valued(seed: int, shape: Shape) -> PlanProblem:
    rng = Random(f"value {seed}")
    asked = with_borders(problem(rng, shape), rng)
    more = [
        replace(rng.choice((STEP, PERCENT, SIGNED)), service=one.service, surcharge="cover", sequence=rng.randint(1, 3))
        for one in asked.tariff.services
    ]
    return replace(asked, tariff=replace(asked.tariff, surcharges=(*asked.tariff.surcharges, *more)))


@pytest.mark.parametrize("seed", range(10))
def test_an_order_of_some_worth_is_decided_exactly(seed: int) -> None:
    asked = valued(seed, Shape(orders=1, lines=3, stock=4, faults=0))
    result = plan(asked)
    assert result.lower_bound_minor == Brute(asked).optimum() == result.plan.figures.objective_minor


@pytest.mark.parametrize("seed", range(10))
def test_the_verifier_agrees(seed: int) -> None:
    asked = valued(seed, Shape(orders=10))
    assert check(asked, plan(asked).plan) == ()
