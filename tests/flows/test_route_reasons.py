"""Explanations, as far as there is time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.flows.route_day import written
from tests.flows.standing_in import fill_up

from doorstep.files.route_in import read_instance
from doorstep.flows.route_reasons import MOST_EXPLAINED, explaining_s, reasons_of
from doorstep.kernels.route.problem import RouteParams
from doorstep.kernels.run import Run


def test_whoever_is_on_no_round_is_explained_first(tmp_path: Path) -> None:
    instance = read_instance(*written(tmp_path))
    found = fill_up(instance.problem, RouteParams(), Run())
    asked = iter([True, False])
    why, reasons = reasons_of(instance, found, lambda: next(asked))
    assert (sorted(reasons), sorted(why)) == ([3], [0])
    assert why[0].startswith("a is no. 1 of van (round 1)")
    assert reasons_of(instance, found, lambda: False)[0] == {}


def test_an_instance_of_research_is_not_explained_and_costs_no_time(tmp_path: Path) -> None:
    instance = read_instance(*written(tmp_path))
    research = replace(instance, form="vrplib")
    assert reasons_of(research, fill_up(instance.problem, RouteParams(), Run()), lambda: True) == ({}, {})
    assert explaining_s(research) == 0 < explaining_s(instance)
    assert explaining_s(replace(instance, stops=("x",) * (MOST_EXPLAINED + 1))) == 0
