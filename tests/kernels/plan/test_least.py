"""Orders with too many partitions: what is said of them holds against looking at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from tests.kernels.plan.brute import Brute
from tests.kernels.plan.builders import Shape, problem, problems
from tests.kernels.plan.scenes import BERLIN, MUNICH, carton, order, product, rate, scene, service, site
from tests.kernels.plan.test_optimum import without_nominated_days
from tests.kernels.plan.whole_day import optimum

from doorstep.domain.catalog import Product
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.plan import lay_out, plan
from doorstep.kernels.plan.problem import PlanParams, PlanProblem
from doorstep.kernels.run import Run

RESTRICTED = PlanParams(exact_atoms=1, exact_atoms_of_few=1)
ALONE = Shape(orders=1, lines=6, products=9, stock=5, capacity=0.3, many=0.15)
DAY = Shape(orders=10, lines=4, stock=3, capacity=0.4)
TEN = Shape(orders=1, lines=13, products=13, stock=9, capacity=0.0, many=0.0, faults=0.0, wishes=0.0)


@settings(max_examples=60, deadline=None)
@given(problems(ALONE))
def test_the_bound_of_a_restricted_order_holds_for_all_its_partitions(asked: PlanProblem) -> None:
    restricted, all_of_them = plan(asked, RESTRICTED), plan(asked)
    best = all_of_them.plan.figures.objective_minor
    assert restricted.lower_bound_minor <= best <= restricted.plan.figures.objective_minor
    for one in restricted.decisions():
        assert one.lower_bound_minor <= one.cost_minor
        assert one.exact or one.lower_bound_minor <= best


@settings(max_examples=25, deadline=None)
@given(problems(DAY))
def test_the_bound_of_a_day_of_restricted_orders_holds(asked: PlanProblem) -> None:
    asked = without_nominated_days(asked)
    result = plan(asked, RESTRICTED)
    assert result.lower_bound_minor <= optimum(Brute(asked)) <= result.plan.figures.objective_minor


def test_the_bound_says_something() -> None:
    """Of the cost of orders that have no more than the bound, most is told."""
    told = cost = 0
    for seed in range(40):
        for one in plan(problem(Random(seed), ALONE), RESTRICTED).decisions():
            told, cost = told + one.lower_bound_minor, cost + one.cost_minor
    assert told >= 0.5 * cost


@pytest.mark.parametrize("seed", range(12))
def test_a_few_orders_of_ten_lines_are_decided_exactly(seed: int) -> None:
    asked = problem(Random(seed), TEN)
    result = plan(asked)
    many = max(len(one) for one in result.reasons.atoms.of)
    restricted = plan(asked, PlanParams(exact_atoms_of_few=8))
    assert check(asked, result.plan) == ()
    assert result.plan.figures.objective_minor <= restricted.plan.figures.objective_minor
    assert restricted.lower_bound_minor <= result.lower_bound_minor
    for one in result.decisions():
        assert one.exact == (many <= 10)
        assert one.lower_bound_minor == one.cost_minor or many > 10


def test_many_large_orders_get_their_restricted_families() -> None:
    asked = problem(
        Random(3), Shape(orders=60, fewest_orders=60, lines=18, products=13, stock=99, many=0.0, faults=0.0)
    )
    reasons = plan(asked).reasons
    sizes, exact = [len(one) for one in reasons.atoms.of], reasons.table.blocks.exact.tolist()
    assert sum(8 < size <= 10 for size in sizes) > 4
    assert exact == [size <= 8 for size in sizes]


SKUS = [f"s{n}" for n in range(11)]


def eleven_lines(products: Sequence[Product] = (), **tariff: object) -> PlanProblem:
    """Beside another order, for one that is planned alone is bound more quickly, and lower."""
    stock = {"berlin": {sku: 1 for sku in (*SKUS[:6], "other")}, "munich": {sku: 1 for sku in SKUS[6:]}}
    sites, goods = [site("berlin", BERLIN), site("munich", MUNICH)], [*products, product("other")] if products else ()
    wants = [order("o", *SKUS), order("p", "other")]
    return scene(wants, stock, products=goods, sites=sites, **tariff)  # type: ignore[arg-type]


def test_what_is_large_and_light_costs_more_than_its_weight() -> None:
    """Five and six things of eight litres go into boxes for 2.00 and not, as by weight, into those for 0.10."""
    large = [product(sku, (200, 200, 200), 100) for sku in SKUS]
    cartons = [carton("one", (200, 200, 200), cost=10), carton("six", (600, 400, 200), cost=200)]
    one = next(plan(eleven_lines(products=large, cartons=cartons)).decisions())
    assert one.cost_minor == 1400
    assert 1350 <= one.lower_bound_minor <= 1400


def test_what_is_heavy_goes_into_cartons_that_bear_it() -> None:
    """Five and six things of a kilogram go into the carton for 2.00, since the other bears no more than two."""
    cartons = [carton("weak", cost=10, max_weight=2_000), carton("strong", cost=200)]
    heavy = [product(sku, weight=1_000) for sku in SKUS]
    one = next(plan(eleven_lines(products=heavy, cartons=cartons)).decisions())
    assert one.cost_minor == 1400
    assert 1300 <= one.lower_bound_minor <= 1400


def test_a_tariff_that_begins_or_ends_is_read_like_any_other() -> None:
    for late, soon in ((date(2030, 12, 31), None), (None, date(2020, 1, 1))):
        rates = [replace(rate("post", 500), valid_to=late, valid_from=soon)]
        one = next(plan(eleven_lines(rates=rates)).decisions())
        assert one.cost_minor >= one.lower_bound_minor >= 1000


def test_of_a_tariff_by_which_more_costs_less_nothing_is_said() -> None:
    services = [service("a"), service("post")]
    falls = [rate("post", 500, up_to=1_000), rate("post", 300)]
    asked = eleven_lines(services=services, rates=falls)
    least = lay_out(asked, PlanParams(), Run(), PackParams()).least
    assert least.apart[0] == 0
    rises = eleven_lines(services=services, rates=[rate("post", 300, up_to=1_000), rate("post", 500)])
    assert lay_out(rises, PlanParams(), Run(), PackParams()).least.apart[0] >= 600
