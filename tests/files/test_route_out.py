"""Rounds as files: what CVRPLIB asks, a row a stop, and lines that any map reads."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import orjson
from tests.documents.report.made_rounds import DEPOT, made_visit, rounds

from doorstep.domain.rounds import NotServed, Round, Rounds
from doorstep.files.route_instance import Notice
from doorstep.files.route_out import geojson, solution, time_text, write_notices, write_rounds


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def reloading() -> Round:
    """A round of two trips: two stops, back to the depot, one stop."""
    first, second, third = (made_visit(stop, stop + 1, 3, 3) for stop in range(3))
    back = replace(first, stop="", number=0, trip=2, position=0, at=DEPOT, delivered=(0, 0), load=(9_000, 9_000))
    made = rounds(3, 1, 0).rounds[0]
    return replace(made, visits=(first, second, back, replace(third, trip=2)))


def only(one: Round) -> Rounds:
    return replace(rounds(3, 1, 0), rounds=(one,))


def test_a_solution_has_a_line_a_trip_and_its_cost() -> None:
    assert solution(rounds(5, 2, 1), "27591") == "Route #1: 1 2\nRoute #2: 3 4\nCost 27591\n"
    assert solution(only(reloading()), "1.5") == "Route #1: 1 2\nRoute #2: 3\nCost 1.5\n"
    assert solution(rounds(0, 0, 0), "0") == "Cost 0\n"


def test_every_stop_has_a_row_with_its_times_and_its_reason(tmp_path: Path) -> None:
    write_rounds(tmp_path, rounds(20, 3, 2), "1")
    rows = read(tmp_path / "routes.csv")
    assert list(rows[0]) == [
        "round", "vehicle", "trip", "position", "stop", "window_from", "window_to", "arrival", "begins", "leaves",
        "pause_seconds", "load_weight_g", "load_volume_cm3", "on_time_probability", "why",
    ]  # fmt: skip
    assert [row["stop"] for row in rows] == [f"S-{number:05d}" for number in range(1, 19)]
    assert [row["position"] for row in rows[:7]] == ["1", "2", "3", "4", "5", "6", "1"]
    assert (rows[1]["window_from"], rows[1]["window_to"], rows[1]["arrival"]) == ("08:00:00", "12:00:00", "08:08:00")
    assert (rows[1]["load_weight_g"], rows[1]["on_time_probability"]) == ("10000", "0.960000")
    assert (rows[0]["window_to"], rows[0]["on_time_probability"]) == ("", "")
    assert rows[0]["why"] == "In van-2 it would cost 1.20 more."


def test_reloads_are_no_rows_of_their_own_and_the_fullest_moment_is_told(tmp_path: Path) -> None:
    write_rounds(tmp_path, only(reloading()), "1")
    assert [row["trip"] for row in read(tmp_path / "routes.csv")] == ["1", "1", "2"]
    (one,) = read(tmp_path / "rounds.csv")
    assert (one["trips"], one["stops"], one["most_weight_g"], one["capacity_weight_g"]) == ("2", "3", "9000", "800000")


def test_whoever_is_not_served_is_told_with_reason_and_remedy(tmp_path: Path) -> None:
    made = rounds(4, 1, 1)
    left = NotServed("S-9", 9, None, "left", "not_worth_it", "dear", "raise its prize")
    write_rounds(tmp_path, replace(made, not_served=(*made.not_served, left)), "1")
    (unserved,) = read(tmp_path / "unserved.csv")
    assert unserved == {
        "stop": "S-00004",
        "reason": "load_over_every_van",
        "detail": "weighs 900 kg, the largest van holds 800 kg",
        "remedy": "send a larger van",
    }
    assert [row["stop"] for row in read(tmp_path / "left.csv")] == ["S-9"]


def test_notices_are_a_file_where_there_are_any(tmp_path: Path) -> None:
    write_notices(tmp_path, ())
    assert list(tmp_path.iterdir()) == []
    write_notices(tmp_path, (Notice("S-1", 2, "position_swapped", "exchanged", aside=True),))
    assert read(tmp_path / "notices.csv") == [
        {"row": "2", "stop": "S-1", "code": "position_swapped", "why": "exchanged", "set_aside": "1"}
    ]


def test_lines_go_from_depot_to_depot_straight_or_by_road() -> None:
    straight, by_road = rounds(3, 1, 0), rounds(3, 1, 0, roads=True)
    lines = [geojson(one)["features"][0]["geometry"]["coordinates"] for one in (straight, by_road)]
    assert lines[0] == [list(DEPOT), *(list(visit.at) for visit in straight.rounds[0].visits), list(DEPOT)]
    assert lines[1] == [list(point) for point in by_road.rounds[0].line]
    assert "attribution" not in geojson(straight)
    assert geojson(by_road)["attribution"] == "© OpenStreetMap contributors, ODbL"


def test_geojson_has_every_kind_of_thing(tmp_path: Path) -> None:
    made = rounds(5, 2, 1)
    nowhere = NotServed("S-9", 9, None, "unserved", "position_far", "far", "")
    write_rounds(tmp_path, replace(made, not_served=(*made.not_served, nowhere)), "1")
    features = orjson.loads((tmp_path / "routes.geojson").read_bytes())["features"]
    kinds = [one["properties"]["kind"] for one in features]
    assert {kind: kinds.count(kind) for kind in kinds} == {"round": 2, "stop": 4, "depot": 1, "unserved": 2}
    assert features[-1]["geometry"] is None


def test_times_are_of_the_clock_the_calendar_or_the_instance() -> None:
    day = rounds(1, 1, 0)
    assert [time_text(at, day) for at in (0, 29_105, 90_000)] == ["00:00:00", "08:05:05", "25:00:00"]
    dated = replace(day, origin=datetime.fromisoformat("2026-11-30T00:00:00+01:00"))
    assert time_text(90_000, dated) == "2026-12-01T01:00:00+01:00"
    instance = replace(day, clocked=False, on_earth=False)
    assert [time_text(8273, replace(instance, scale=scale)) for scale in (1, 10, 1000)] == ["8273", "827.3", "8.273"]
