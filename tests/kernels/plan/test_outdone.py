"""Cartons that are outdone are not quoted, and nothing that is decided or told is other than if they were."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from tests.kernels.plan.builders import Shape, problem
from tests.kernels.plan.scenes import carton, order, rate, scene, service

from doorstep.domain.carriage import DutyRule
from doorstep.domain.catalog import Carton
from doorstep.kernels.plan import ready as ready_tables
from doorstep.kernels.plan import terms
from doorstep.kernels.plan.market import BoolArray, Market, open_market
from doorstep.kernels.plan.offer import offer
from doorstep.kernels.plan.outdone import Outdone, find_outdone
from doorstep.kernels.plan.plan import plan
from doorstep.kernels.plan.problem import PlanParams, PlanProblem
from doorstep.kernels.plan.ready import make_ready
from doorstep.kernels.plan.relays import tariff_anywhere
from doorstep.kernels.plan.rows import list_parcels, open_cartons
from doorstep.kernels.rate.tables import TariffTables

SHAPES = {
    "one": Shape(orders=1, lines=6, stock=9, faults=0),
    "few": Shape(orders=4, lines=5, stock=4),
    "a day": Shape(orders=12, lines=4, stock=3, capacity=0.5),
    "wishes": Shape(orders=6, wishes=0.5),
    "large orders": Shape(orders=2, lines=9, products=12, stock=9, many=0.1, faults=0),
}


def nested(rng: Random, name: str) -> PlanProblem:
    """A problem whose cartons are mostly smaller and larger ones of a kind, some at one site, some twins."""
    asked = problem(rng, SHAPES[name])
    size, found = [rng.randint(120, 200), rng.randint(100, 160), rng.randint(60, 120)], []
    tare, cost = rng.randint(40, 100), rng.randint(0, 300_000)
    for n in range(rng.randint(3, 7)):
        edges = [*size]
        rng.shuffle(edges)
        outer = (edges[0] + 10, edges[1] + 10, edges[2] + 10)
        at = rng.choice(asked.sites).site if rng.random() < 0.2 else ""
        found.append(Carton(f"c-{n}", (edges[0], edges[1], edges[2]), outer, tare, 30_000, cost, at))
        size = [edge + rng.choice((0, 15, 40)) for edge in size]
        tare, cost = tare + rng.choice((0, 30, -5)), cost + rng.choice((0, 200_000, -50_000))
        cost = max(0, cost)
    rng.shuffle(found)
    steady = tuple(replace(one, valid_to=None) for one in asked.tariff.rates if one.valid_from is None)
    tariff = replace(asked.tariff, rates=steady) if rng.random() < 0.8 else asked.tariff
    return replace(asked, cartons=tuple(found), tariff=tariff)


@contextmanager
def all_quoted(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Quote every carton, as if none outdid another."""

    def none(market: Market, tariff: TariffTables) -> Outdone:
        found = find_outdone(market, tariff)
        return found._replace(by=np.zeros_like(found.by))

    with patch.context() as within:
        within.setattr(terms, "find_outdone", none)
        within.setattr(ready_tables, "find_outdone", none)
        yield


def told(asked: PlanProblem) -> list[object]:
    """All that a plan decides and tells, with and without what is compiled beforehand, and what carts are offered."""
    ground = make_ready(replace(asked, orders=(), products=(), stock=(), inbound=()))
    result, params = plan(asked, PlanParams(sharing=False), ready=ground), PlanParams()
    figures = result.plan, result.lower_bound_minor, result.baseline, result.conflicts(result.plan.unplanned[:1])
    return [*figures, list(result.decisions(most_ladders=20)), plan(asked, params).plan, offer(asked, ready=ground)]


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("seed", range(6))
def test_all_that_is_decided_and_told_is_the_same(name: str, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = nested(Random(f"{name} {seed}"), name)
    lean = told(asked)
    with all_quoted(monkeypatch):
        assert told(asked) == lean


def test_quotes_are_spared() -> None:
    spared = [find(nested(Random(f"one {seed}"), "one")).by.sum() for seed in range(12)]
    assert sum(one > 0 for one in spared) >= 8


def find(asked: PlanProblem) -> Outdone:
    market = open_market(asked)
    return find_outdone(market, tariff_anywhere(market.problem, market.relays).tables)


SMALL, LARGE = (200, 150, 100), (300, 200, 150)


def of(*cartons: Carton, **rest: object) -> BoolArray:
    asked = scene([order("o", "a")], {"s": {"a": 1}}, cartons=cartons)
    return find(replace(asked, **rest)).by  # type: ignore[arg-type]


def test_a_smaller_and_no_dearer_carton_outdoes_a_larger_one() -> None:
    by = of(carton("small", SMALL, cost=10), carton("large", LARGE, cost=20))
    assert by.tolist() == [[False, True, False], [False] * 3, [False] * 3]


@pytest.mark.parametrize(
    "larger",
    [
        carton("large", LARGE, cost=5),  # cheaper
        carton("large", LARGE, cost=20, tare=-1),  # lighter
        carton("large", (400, 140, 90), cost=20),  # flatter
    ],
)
def test_what_the_larger_one_is_better_at_saves_it(larger: Carton) -> None:
    assert not of(carton("small", SMALL, cost=10), larger).any()


def test_edges_are_compared_by_their_lengths() -> None:
    assert of(carton("small", (100, 200, 150), cost=10), carton("large", (160, 110, 210), cost=20))[0, 1]


def test_of_two_alike_the_first_stays() -> None:
    assert of(carton("one", SMALL), carton("other", SMALL)).tolist() == [[False, True, False], [False] * 3, [False] * 3]


def test_of_equal_cost_the_first_row_won_so_that_a_later_one_outdoes_nothing() -> None:
    assert not of(carton("large", LARGE, cost=10), carton("small", SMALL, cost=10)).any()
    assert of(carton("large", LARGE, cost=20), carton("small", SMALL, cost=10))[1, 0]


def test_a_mailer_that_is_not_filled_up_does_not_yield_to_a_box_that_is() -> None:
    box, mailer = carton("box", SMALL, cost=10), replace(carton("mailer", (210, 160, 110), cost=20), mailer=True)
    assert not of(box, mailer)[0].any()


def test_at_borders_and_under_a_tariff_that_falls_nobody_is_compared() -> None:
    pair = carton("small", SMALL, cost=10), carton("large", LARGE, cost=20)
    asked = scene([order("o", "a")], {"s": {"a": 1}}, cartons=pair)
    duty = DutyRule("duty", "FR", "", "", 5_000_000)
    assert not find(replace(asked, tariff=replace(asked.tariff, duties=(duty,)))).by.any()
    falling = [rate("post", 500, up_to=1_000), rate("post", 400, up_to=9_000)]
    assert not find(scene([order("o", "a")], {"s": {"a": 1}}, cartons=pair, rates=falling)).by.any()


def test_a_carton_is_outdone_only_where_the_other_is_to_be_had_and_holds_the_goods() -> None:
    small = carton("small", SMALL, cost=10, at="s")
    asked = scene([order("o", "a")], {"s": {"a": 1}, "t": {"a": 1}}, cartons=[small, carton("large", LARGE, cost=20)])
    outdone = find(asked)
    ships = np.array([[True, True, False], [False, True, False], [True, True, False]])
    every = np.array([False, False, True])
    opened = open_cartons(ships, every, outdone.by, outdone.kept)
    block, site, box = list_parcels(np.ones((3, 2), bool), opened, outdone.kind)
    rows = list(zip(block.tolist(), site.tolist(), box.tolist(), strict=True))
    assert rows == [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 1), (2, 0, 0), (2, 0, 1), (2, 1, 1)]


def test_a_service_that_takes_only_the_smaller_one_is_told_of_the_whole_order() -> None:
    pair = [carton("small", SMALL, cost=10), carton("large", LARGE, cost=20)]
    posts = [service("post"), service("letter", max_length=250)]
    asked = scene([order("o", "a")], {"s": {"a": 1}}, cartons=pair, services=posts)
    (decision,) = plan(asked).decisions()
    assert "s by post in large" in {one.option for one in decision.rejected}
