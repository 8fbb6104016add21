"""Quotes agree with plans: the cheapest option is the plan, and the tables compiled once change nothing."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from doorstep.files.demo import demo_brand
from doorstep.files.folder import read_folder
from doorstep.flows.plan_folder import problem_of
from doorstep.kernels.plan.offer import offer
from doorstep.kernels.plan.plan import PlanProblem, plan
from doorstep.kernels.plan.ready import make_ready


@pytest.fixture(scope="module")
def problem(tmp_path_factory: pytest.TempPathFactory) -> PlanProblem:
    folder: Path = tmp_path_factory.mktemp("demo") / "brand"
    demo_brand(folder, 40, 3)
    read = read_folder(folder)
    return problem_of(read, read.orders)


def test_the_cheapest_option_is_the_plan_of_the_order_alone(problem: PlanProblem) -> None:
    ready = make_ready(replace(problem, orders=(), products=(), stock=(), inbound=()))
    offers = offer(problem, ready=ready)
    assert offers == offer(problem)
    assert sum(len(one.options) > 1 for one in offers) > 5
    for order, one in zip(problem.orders, offers, strict=True):
        alone = replace(problem, orders=(order,))
        planned = plan(alone, ready=ready)
        if one.options:
            assert one.options[0].cost_minor == planned.plan.figures.cost_minor
            assert one.options[0].promised_by == max(parcel.promised_by for parcel in planned.plan.parcels)
        else:
            assert one.why == planned.plan.unplanned[0]


def test_what_an_option_emits_is_what_its_plan_would_tell(problem: PlanProblem) -> None:
    told, silent = offer(problem, carbon=True), offer(problem)
    assert {one.co2e_g for cart in silent for one in cart.options} == {None}
    several = 0
    for order, one, other in zip(problem.orders, told, silent, strict=True):
        assert tuple(replace(option, co2e_g=None) for option in one.options) == other.options
        if one.options:
            parcels = plan(replace(problem, orders=(order,))).plan.parcels
            assert all(parcel.footprint for parcel in parcels)
            assert one.options[0].co2e_g == sum(one.footprint.mid_g for one in parcels if one.footprint)
            several += len(parcels) > 1
    assert several
    nowhere = tuple(replace(one, place=replace(one.place, latitude=None, longitude=None)) for one in problem.orders)
    unknown = offer(replace(problem, orders=nowhere[:3]), carbon=True)
    assert {one.co2e_g for cart in unknown for one in cart.options} == {None}


def test_no_option_beats_another_and_a_batch_says_what_each_would_alone(problem: PlanProblem) -> None:
    offers = offer(problem)
    for one in offers:
        for cheaper, faster in pairwise(one.options):
            assert cheaper.cost_minor < faster.cost_minor
            assert cheaper.promised_by > faster.promised_by
    assert offers[:5] == tuple(offer(replace(problem, orders=(order,)))[0] for order in problem.orders[:5])


def test_tables_compiled_once_give_the_same_plan(problem: PlanProblem) -> None:
    ready = make_ready(replace(problem, orders=(), products=(), stock=(), inbound=()))
    assert plan(problem, ready=ready).plan == plan(problem).plan
