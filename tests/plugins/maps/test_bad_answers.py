"""Answers of servers that cannot be, and are not believed."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plugins.maps.conftest import Opened
from tests.plugins.maps.stand_in import PLACES, Answer, Town, encoded, serving

from doorstep.plugins.maps.base import NEVER, MapRefused, MapUnreachable, Settings, points_of
from doorstep.plugins.maps.polyline import decoded

PROJECT = Path(__file__).resolve().parents[3] / "pyproject.toml"
MANY = points_of(np.linspace(41.1, 41.2, 30), np.linspace(-8.7, -8.5, 30))


NEAR = [{"distance": 1.0}]


GOOD_TABLE = json.loads(
    Town().osrm("/table/v1/driving/1,1;2,2?annotations=duration,distance&sources=0&destinations=1", None)[1]
)
BAD_TABLES: list[Any] = [
    {"distances": None},
    {"distances": [[1.0, 2.0]]},
    {"distances": [["1"]]},
    {"distances": [[True]]},
    {"distances": [[-1.0]]},
    {"distances": [[1e300]]},
    {"durations": [[{}]]},
    {"durations": [[1.0], [1.0, 2.0]]},
    {"durations": "soon"},
    {"sources": None},
    {"sources": []},
    {"destinations": [{"distance": "near"}]},
    {"destinations": [{"distance": -1}]},
    {"destinations": [{}]},
]


@pytest.mark.parametrize("change", BAD_TABLES, ids=str)
def test_a_table_of_osrm_that_cannot_be_is_not_believed(opened: Opened, change: dict[str, Any]) -> None:
    said = json.dumps(GOOD_TABLE | {"sources": NEAR, "destinations": NEAR} | change).encode()
    with serving(lambda _path, _body: (200, said)) as address, pytest.raises(MapUnreachable):
        opened("osrm", Settings(address)).matrix(PLACES[:1], PLACES[1:2])


def test_the_table_that_is_changed_above_is_a_good_one(opened: Opened) -> None:
    said = json.dumps(GOOD_TABLE | {"sources": NEAR, "destinations": NEAR, "distances": [[None]]}).encode()
    with serving(lambda _path, _body: (200, said)) as address:
        told = opened("osrm", Settings(address)).matrix(PLACES[:1], PLACES[1:2])
    assert told.distance_m[0, 0] == told.duration_s[0, 0] == NEVER  # no distance, so no way


BAD_WAYS: list[Any] = [
    {},
    {"routes": []},
    {"routes": [{"legs": [], "geometry": ""}]},
    {"routes": [{"legs": [{"distance": 1, "duration": 1}], "geometry": "\x7f"}]},
    {"routes": [{"legs": [{"distance": 1, "duration": 1}], "geometry": "_"}]},
    {"routes": [{"legs": [{"distance": -1, "duration": 1}], "geometry": encoded(PLACES[:2])}]},
    {"routes": [{"legs": [{"distance": "x", "duration": 1}], "geometry": encoded(PLACES[:2])}]},
    {"routes": [{"legs": [{"distance": 1, "duration": 1}] * 2, "geometry": encoded(PLACES[:2])}]},
    {"routes": [{"legs": [{"distance": 1, "duration": 1}], "geometry": encoded([(95.0, 0.0), (96.0, 0.0)])}]},
    {"routes": [{"legs": [{"distance": 1, "duration": 1}], "geometry": 5}]},
]


@pytest.mark.parametrize("told", BAD_WAYS, ids=str)
def test_a_way_of_osrm_that_cannot_be_is_not_believed(opened: Opened, told: dict[str, Any]) -> None:
    said = json.dumps({"code": "Ok", "waypoints": NEAR * 2} | told).encode()
    with serving(lambda _path, _body: (200, said)) as address, pytest.raises(MapUnreachable):
        opened("osrm", Settings(address)).path(PLACES[:2])


@pytest.mark.parametrize("code", ["NoRoute", "NoSegment"])
def test_osrm_knows_no_way(opened: Opened, code: str) -> None:
    with serving(lambda _path, _body: (400, json.dumps({"code": code}).encode())) as address:
        assert opened("osrm", Settings(address)).path(PLACES[:2]) is None


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"sources_to_targets": 5},
        {"sources_to_targets": {"distances": [[1.0]]}},
        {"sources_to_targets": {"distances": [["1"]], "durations": [[1]]}},
        {"sources_to_targets": {"distances": [[1.0, 2.0]], "durations": [[1, 2]]}},
        {"sources_to_targets": {"distances": [[-1.0]], "durations": [[1]]}},
        {"sources_to_targets": [[{"time": 1}]]},
    ],
    ids=str,
)
def test_a_matrix_of_valhalla_that_cannot_be_is_not_believed(opened: Opened, told: dict[str, Any]) -> None:
    with serving(lambda _path, _body: (200, json.dumps(told).encode())) as address, pytest.raises(MapUnreachable):
        opened("valhalla", Settings(address)).matrix(PLACES[:1], PLACES[1:2])


def test_a_matrix_of_objects_is_read_as_well(opened: Opened) -> None:
    """As Valhalla gives it when asked for all, and as older releases did."""
    told = {"sources_to_targets": [[{"time": 12, "distance": 1.234}, {"time": None, "distance": None}]]}
    with serving(lambda _path, _body: (200, json.dumps(told).encode())) as address:
        found = opened("valhalla", Settings(address)).matrix(PLACES[:1], PLACES[1:3])
    assert found.distance_m.tolist() == [[1234, NEVER]]
    assert found.duration_s.tolist() == [[12, NEVER]]


@pytest.mark.parametrize("code", [170, 442])
def test_valhalla_knows_no_way(opened: Opened, code: int) -> None:
    said = json.dumps({"error_code": code, "error": "No path could be found for input"}).encode()
    with serving(lambda _path, _body: (400, said)) as address:
        found = opened("valhalla", Settings(address))
        assert found.path(PLACES[:2]) is None
        assert (found.matrix(PLACES[:1], PLACES[1:]).duration_s == NEVER).all()


def test_places_on_roads_that_are_too_far_apart_for_valhalla(opened: Opened, town: Town) -> None:
    def answer(path: str, body: Any) -> tuple[int, bytes]:
        if path == "/locate":
            return town.valhalla(path, body)
        return 400, b'{"error_code":154,"error":"Path distance exceeds the max distance limit"}'

    with serving(answer) as address:
        found = opened("valhalla", Settings(address))
        with pytest.raises(MapRefused, match="further apart"):
            found.matrix(PLACES, PLACES)
        with pytest.raises(MapRefused, match="further apart"):
            found.path(PLACES)


@pytest.mark.parametrize(
    "answer",
    [
        lambda _path, _body: (200, b"<html>welcome</html>"),
        lambda _path, _body: (404, b"[]"),
        lambda _path, _body: (200, b'"yes"'),
        lambda _path, _body: (404, b'{"detail":"Not Found"}'),
    ],
)
def test_who_is_no_road_engine_is_not_believed(opened: Opened, engine: str, answer: Answer) -> None:
    with serving(answer) as address, pytest.raises(MapUnreachable):
        opened(engine, Settings(address)).matrix(PLACES, PLACES)


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), max_size=20))
def test_a_line_is_read_as_it_was_written(line: list[tuple[float, float]]) -> None:
    assert np.allclose(np.reshape(decoded(encoded(line)), (-1, 2)), np.reshape(line, (-1, 2)), atol=6e-7)


@given(st.text(max_size=30))
def test_any_text_is_a_line_or_refused(text: str) -> None:
    with suppress(MapUnreachable):
        assert all(abs(y) <= 90 and abs(x) <= 180 for y, x in decoded(text))
