"""Explanations, as far as there is time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from tests.flows.route_day import written
from tests.flows.standing_in import fill_up

from doorstep.files.route_in import read_instance
from doorstep.flows.route_reasons import MOST_EXPLAINED, chances_of, explaining_s, reasons_of
from doorstep.kernels.route.problem import RouteParams
from doorstep.kernels.route.schedule import schedule
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
    assert explaining_s(research, 60) == 0 < explaining_s(instance, 60)
    assert explaining_s(replace(instance, stops=("x",) * (MOST_EXPLAINED + 1)), 60) == 0


def test_windows_that_end_have_a_chance_and_others_have_none(tmp_path: Path) -> None:
    instance = read_instance(*written(tmp_path))
    found = fill_up(instance.problem, RouteParams(), Run())
    planned = schedule(instance.problem, found)
    chances = chances_of(instance, found, planned, 1)
    assert chances is not None
    ends = dict(zip(found.visit.tolist(), chances.tolist(), strict=True))
    assert ends[1] == -1
    assert 0 < ends[0] <= 1_000_000
    assert 0 < ends[2] <= 1_000_000
    assert chances_of(replace(instance, form="vrplib"), found, planned, 1) is None


def test_explaining_takes_a_tenth_of_the_time_at_most(tmp_path: Path) -> None:
    instance = read_instance(*written(tmp_path))
    paused = replace(instance.problem.fleet, break_s=np.array([600]))
    slow = replace(instance, problem=replace(instance.problem, fleet=paused), stops=("x",) * 1_000)
    assert explaining_s(slow, 60) == 6.0
