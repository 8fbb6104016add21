"""Rows and indices turned into ids, times and reasons."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from tests.flows.route_day import written

from doorstep.domain.rounds import Measure, Rounds
from doorstep.files.route_in import read_instance
from doorstep.files.route_instance import Instance, Notice
from doorstep.flows.route_rounds import Said, measure, rounds_of
from doorstep.kernels.route.problem import RELOAD
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.route.schedule import schedule


def day(tmp_path: Path) -> Instance:
    return read_instance(*written(tmp_path))


def result(visits: list[list[int]], unserved: list[int], left: list[int]) -> RouteResult:
    return RouteResult(
        vehicle=np.zeros(len(visits), np.int64),
        start=np.cumsum([0, *map(len, visits)]).astype(np.int64),
        visit=np.array([one for visit in visits for one in visit], np.int64),
        unserved=np.array(unserved, np.int64),
        left=np.array(left, np.int64),
        cost=1,
        objective=1,
        iterations=0,
        engine="own",
    )


def told(instance: Instance, found: RouteResult, said: Said | None = None) -> Rounds:
    return rounds_of(instance, found, schedule(instance.problem, found), said or Said())


def test_a_reload_begins_a_trip_and_positions_count_stops(tmp_path: Path) -> None:
    made = told(day(tmp_path), result([[0, RELOAD, 2, 1]], [3], []))
    (one,) = made.rounds
    assert [(visit.stop, visit.trip, visit.position) for visit in one.visits] == [
        ("a", 1, 1), ("", 2, 0), ("c", 2, 2), ("b", 2, 3),
    ]  # fmt: skip
    assert one.visits[1].at == one.start == (-8.66, 41.18)
    assert (one.trips, one.load, one.visits[1].load, one.most) == (2, (4_000,), (9_000,), (9_000,))
    assert one.visits[0].window_s == (28_800, 43_200)
    assert one.visits[2].window_s == (None, 36_000)
    assert one.vehicle == "van-1"


def test_pauses_are_told_where_they_are_taken(tmp_path: Path) -> None:
    instance = day(tmp_path)
    nine, stops = 9 * 3600, instance.problem.stops
    at = np.array([nine - 1800, nine + 3600, 0, 0])
    stops = replace(stops, from_s=at, to_s=np.maximum(at, 1))
    of = np.array([nine])
    fleet = replace(instance.problem.fleet, break_s=np.array([600]), break_from_s=of, break_to_s=of)
    instance = replace(instance, problem=replace(instance.problem, fleet=fleet, stops=stops))
    (one,) = told(instance, result([[0, 1]], [2, 3], [])).rounds
    assert sorted(visit.pause_s for visit in one.visits) == [0, 600]


def test_reasons_are_those_told_else_those_of_the_reader_else_that_all_is_full(tmp_path: Path) -> None:
    instance = day(tmp_path)
    aside = Notice("gone", 9, "position_far", "800 km away", aside=True)
    instance = replace(instance, notices=(*instance.notices, aside))
    said = Said(reasons={1: ("fleet", "late", "add a van at noon")})
    made = told(instance, result([[0]], [1, 2, 3], []), said)
    assert {one.stop: (one.reason, one.remedy) for one in made.unserved} == {
        "b": ("fleet", "add a van at noon"),
        "c": ("fleet", "add a van"),
        "heavy": ("load_over_every_van", "send a larger van, or share it out over several stops"),
        "gone": ("position_far", "mend row 9 of the file"),
    }
    assert made.stops == 5
    assert made.unserved[-1].at is None


def test_an_optional_stop_is_left_and_not_unserved(tmp_path: Path) -> None:
    made = told(day(tmp_path), result([[0]], [3], [1, 2]))
    assert [(one.stop, one.reason) for one in made.left] == [("b", "not_worth_it"), ("c", "not_worth_it")]
    assert [one.stop for one in made.unserved] == ["heavy"]


def test_chances_reasons_and_lines_come_to_their_visits(tmp_path: Path) -> None:
    line = ((0.0, 0.0), (1.0, 1.0))
    said = Said(why={1: "the nearest van"}, on_time_ppm=np.array([-1, 950_000]), lines=[line], credit="somebody")
    made = told(day(tmp_path), result([[0, 1]], [2, 3], []), said)
    (one,) = made.rounds
    assert [(visit.on_time_ppm, visit.why) for visit in one.visits] == [(None, ""), (950_000, "the nearest van")]
    assert (one.line, made.credit) == (line, "somebody")


def test_a_measure_has_the_unit_that_its_name_ends_in() -> None:
    assert measure("volume_cm3") == Measure("volume_cm3", "cm3")
    assert measure("load") == Measure("load", "")
