"""OSRM and Valhalla over HTTP: what every engine must do, and what is not believed."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.plugins.maps.stand_in import PLACES, ROAD_OFF_M, Answer, Town, encoded, serving

from doorstep.domain.errors import NotFound
from doorstep.plugins.maps.base import NEVER, MapRefused, MapUnreachable, Points, RoadMap, Settings, points_of
from doorstep.plugins.maps.conformance import RoadMapConformance
from doorstep.plugins.maps.registry import GROUP, OURS, names, open_map

PROJECT = Path(__file__).resolve().parents[3] / "pyproject.toml"
MANY = points_of(np.linspace(41.1, 41.2, 30), np.linspace(-8.7, -8.5, 30))


NEAR = [{"distance": 1.0}]
OPENED: list[RoadMap] = []


def opened(plugin: str, settings: Settings) -> RoadMap:
    """Open an engine that is closed when the test ends."""
    OPENED.append(open_map(plugin, settings))
    return OPENED[-1]


@pytest.fixture(autouse=True)
def closing() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture(params=["osrm", "valhalla"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def address(town: Town, engine: str) -> Iterator[str]:
    with serving(getattr(town, engine)) as told:
        yield told


class OverHttp(RoadMapConformance):
    @pytest.fixture
    def roads(self, address: str, engine: str) -> Iterator[RoadMap]:
        found = opened(engine, Settings(address))
        yield found
        found.close()

    @pytest.fixture
    def places(self) -> Points:
        return PLACES


class TestOsrm(OverHttp):
    @pytest.fixture
    def engine(self) -> str:
        return "osrm"


class TestValhalla(OverHttp):
    @pytest.fixture
    def engine(self) -> str:
        return "valhalla"


class TestRealValhalla(RoadMapConformance):
    """Against a Valhalla that holds Liechtenstein."""

    @pytest.fixture
    def roads(self) -> Iterator[RoadMap]:
        address = os.environ.get("DOORSTEP_TEST_VALHALLA")
        if not address:
            pytest.skip("NO VALHALLA: set DOORSTEP_TEST_VALHALLA to the address of one that holds Liechtenstein")
        found = opened("valhalla", Settings(address))
        yield found
        found.close()

    @pytest.fixture
    def places(self) -> Points:
        return points_of([47.14, 47.2, 47.17, 47.1], [9.52, 9.52, 9.51, 9.53])


def test_the_project_names_the_same_entry_points() -> None:
    told = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["entry-points"][GROUP]
    assert told == OURS
    assert set(OURS) <= set(names())


def test_an_engine_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFound, match="donkey"):
        opened("donkey", Settings())


def test_the_way_back_is_another(address: str, engine: str) -> None:
    told = opened(engine, Settings(address)).matrix(PLACES, PLACES)
    apart = ~np.eye(len(PLACES), dtype=bool)
    assert (told.distance_m != told.distance_m.T)[apart].all()
    west = PLACES[:, None, 1] > PLACES[None, :, 1]
    assert np.array_equal(told.duration_s > told.duration_s.T, west)


@pytest.mark.parametrize("side", [1, 7, 29, 30, 31])
def test_blocks_make_the_same_matrix(address: str, engine: str, town: Town, side: int) -> None:
    whole = opened(engine, Settings(address, most_side=50)).matrix(MANY, MANY)
    town.asked.clear()
    parts = opened(engine, Settings(address, most_side=side)).matrix(MANY, MANY)
    assert np.array_equal(parts.distance_m, whole.distance_m)
    assert np.array_equal(parts.duration_s, whole.duration_s)
    assert len(town.asked) == (-(-30 // side)) ** 2


def test_a_long_way_is_asked_for_in_stretches(address: str, engine: str, town: Town) -> None:
    many = points_of(np.linspace(41.1, 41.2, 250), np.linspace(-8.7, -8.5, 250))
    way = opened(engine, Settings(address)).path(many)
    assert way is not None
    assert len(way.leg_distances_m) == 249
    assert np.allclose(way.line, many, atol=1e-6)
    assert len(town.asked) == {"osrm": 3, "valhalla": 14}[engine]


def test_a_place_in_the_sea_is_not_reached_and_the_others_are(address: str, engine: str) -> None:
    """A swapped coordinate must cost nobody else."""
    found = opened(engine, Settings(address))
    wrong = np.vstack((PLACES[:2], PLACES[2:3, ::-1], PLACES[3:]))
    told = found.matrix(wrong, wrong)
    assert (told.distance_m == NEVER).sum() == 2 * (len(PLACES) - 1)
    near = found.snap(wrong)
    assert (near == NEVER).tolist() == [row == 2 for row in range(len(PLACES))]
    assert set(near[near < NEVER].tolist()) <= {int(ROAD_OFF_M), int(ROAD_OFF_M) + 1}
    assert found.path(wrong) is None


def test_the_limit_of_the_snapping_is_that_of_the_setting(town: Town) -> None:
    with serving(town.osrm) as address:
        for snap_m, reached in ((int(ROAD_OFF_M), True), (int(ROAD_OFF_M) - 1, False)):
            told = opened("osrm", Settings(address, snap_m=snap_m)).matrix(PLACES[:2], PLACES[2:])
            assert (told.duration_s < NEVER).all() == reached
            assert (told.duration_s < NEVER).any() == reached


def test_too_many_places_for_the_server_says_what_to_do(town: Town) -> None:
    town.most_side = 10
    with serving(town.osrm) as address, pytest.raises(MapRefused, match="side=N"):
        opened("osrm", Settings(address)).matrix(MANY, MANY)


@pytest.mark.parametrize("code", [150, 153])
def test_too_many_places_for_valhalla_says_what_to_do(code: int) -> None:
    said = json.dumps({"error_code": code, "error": "Exceeded max locations: 2500"}).encode()
    with serving(lambda _path, _body: (400, said)) as address, pytest.raises(MapRefused, match="side=N"):
        opened("valhalla", Settings(address)).matrix(MANY, MANY)


def test_data_that_change_in_the_middle_are_not_mixed(town: Town) -> None:
    with serving(town.osrm) as address:
        found = opened("osrm", Settings(address))
        found.matrix(PLACES[:2], PLACES[:2])
        assert "2026-11" in found.version
        town.data_version = "2026-12"
        with pytest.raises(MapUnreachable, match="other data"):
            found.matrix(PLACES[:2], PLACES[:2])


def test_what_the_data_are_may_be_stated_and_is_else_not_known(town: Town) -> None:
    town.data_version = ""
    with serving(town.osrm) as address:
        assert opened("osrm", Settings(address)).version == ""
        stated = opened("osrm", Settings(address, version="mine"))
        assert "mine" in stated.version
        assert stated.version != opened("osrm", Settings(address, version="mine", snap_m=5)).version
        assert stated.version != opened("osrm", Settings(address, version="mine", profile="truck")).version


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_who_is_busy_is_asked_again(town: Town, engine: str, status: int) -> None:
    busy = [status, status]

    def answer(path: str, body: Any) -> tuple[int, bytes]:
        return (busy.pop(), b"busy") if busy else getattr(town, engine)(path, body)

    with serving(answer) as address:
        assert opened(engine, Settings(address)).matrix(PLACES, PLACES).distance_m.any()
    assert not busy


def test_who_stays_busy_is_given_up(engine: str) -> None:
    with serving(lambda _path, _body: (503, b"")) as address, pytest.raises(MapUnreachable, match="503"):
        opened(engine, Settings(address)).matrix(PLACES, PLACES)


def test_nobody_there(engine: str) -> None:
    with pytest.raises(MapUnreachable, match="does not answer"):
        opened(engine, Settings("http://127.0.0.1:9")).matrix(PLACES, PLACES)


def test_an_answer_byte_by_byte_is_not_waited_for(town: Town) -> None:
    with (
        serving(town.osrm, slowly_s=0.01) as address,
        pytest.raises(MapUnreachable, match="no answer in time"),
    ):
        opened("osrm", Settings(address, timeout_s=0.1)).matrix(PLACES, PLACES)


def test_an_answer_that_is_cut_off_is_none(town: Town) -> None:
    with serving(town.osrm, cut=5) as address, pytest.raises(MapUnreachable):
        opened("osrm", Settings(address, timeout_s=1)).matrix(PLACES, PLACES)


def test_a_redirect_is_not_followed(engine: str) -> None:
    with serving(lambda _path, _body: (301, b"")) as address, pytest.raises(MapRefused, match="moved"):
        opened(engine, Settings(address)).matrix(PLACES, PLACES)


@pytest.mark.parametrize(
    "where",
    ["", "ftp://host", "http://", "localhost:5000", "http://host:99999", "http://me@host", "http://h?a=b"],
)
def test_what_is_no_address_is_refused(engine: str, where: str) -> None:
    with pytest.raises(MapRefused, match="address"):
        opened(engine, Settings(where))


def test_a_profile_is_a_name() -> None:
    with pytest.raises(MapRefused, match="profile"):
        opened("osrm", Settings("http://127.0.0.1:9", profile="../../x"))


def test_a_distance_below_zero_is_asked_for_by_itself(town: Town) -> None:
    """As OSRM's matrices have them now and then."""
    other = Town()

    def answer(path: str, body: Any) -> tuple[int, bytes]:
        status, said = town.osrm(path, body)
        told = json.loads(said)
        if path.startswith("/table"):
            told["distances"][1][2] = -8.7
        return status, json.dumps(told).encode()

    with serving(answer) as address, serving(other.osrm) as well:
        mended = opened("osrm", Settings(address)).matrix(PLACES, PLACES)
        whole = opened("osrm", Settings(well)).matrix(PLACES, PLACES)
    assert np.array_equal(mended.distance_m, whole.distance_m)
    assert np.array_equal(mended.duration_s, whole.duration_s)
    assert [path.partition("/v1")[0] for path in town.asked] == ["/table", "/route"]


def test_a_matrix_of_distances_below_zero_is_not_believed() -> None:
    many = points_of(np.linspace(41.1, 41.2, 40), np.linspace(-8.7, -8.5, 40))
    told = {"code": "Ok", "distances": [[-1.0] * 40] * 40, "durations": [[1.0] * 40] * 40}
    said = json.dumps(told | {"sources": NEAR * 40, "destinations": NEAR * 40}).encode()
    with serving(lambda _path, _body: (200, said)) as address, pytest.raises(MapUnreachable, match="below zero"):
        opened("osrm", Settings(address)).matrix(many, many)


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
def test_a_table_of_osrm_that_cannot_be_is_not_believed(change: dict[str, Any]) -> None:
    said = json.dumps(GOOD_TABLE | {"sources": NEAR, "destinations": NEAR} | change).encode()
    with serving(lambda _path, _body: (200, said)) as address, pytest.raises(MapUnreachable):
        opened("osrm", Settings(address)).matrix(PLACES[:1], PLACES[1:2])


def test_the_table_that_is_changed_above_is_a_good_one() -> None:
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
def test_a_way_of_osrm_that_cannot_be_is_not_believed(told: dict[str, Any]) -> None:
    said = json.dumps({"code": "Ok", "waypoints": NEAR * 2} | told).encode()
    with serving(lambda _path, _body: (200, said)) as address, pytest.raises(MapUnreachable):
        opened("osrm", Settings(address)).path(PLACES[:2])


@pytest.mark.parametrize("code", ["NoRoute", "NoSegment"])
def test_osrm_knows_no_way(code: str) -> None:
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
def test_a_matrix_of_valhalla_that_cannot_be_is_not_believed(told: dict[str, Any]) -> None:
    with serving(lambda _path, _body: (200, json.dumps(told).encode())) as address, pytest.raises(MapUnreachable):
        opened("valhalla", Settings(address)).matrix(PLACES[:1], PLACES[1:2])


def test_a_matrix_of_objects_is_read_as_well() -> None:
    """As Valhalla gives it when asked for all, and as older releases did."""
    told = {"sources_to_targets": [[{"time": 12, "distance": 1.234}, {"time": None, "distance": None}]]}
    with serving(lambda _path, _body: (200, json.dumps(told).encode())) as address:
        found = opened("valhalla", Settings(address)).matrix(PLACES[:1], PLACES[1:3])
    assert found.distance_m.tolist() == [[1234, NEVER]]
    assert found.duration_s.tolist() == [[12, NEVER]]


@pytest.mark.parametrize("code", [170, 442])
def test_valhalla_knows_no_way(code: int) -> None:
    said = json.dumps({"error_code": code, "error": "No path could be found for input"}).encode()
    with serving(lambda _path, _body: (400, said)) as address:
        found = opened("valhalla", Settings(address))
        assert found.path(PLACES[:2]) is None
        assert (found.matrix(PLACES[:1], PLACES[1:]).duration_s == NEVER).all()


def test_places_on_roads_that_are_too_far_apart_for_valhalla(town: Town) -> None:
    def answer(path: str, body: Any) -> tuple[int, bytes]:
        if path == "/locate":
            return town.valhalla(path, body)
        return 400, b'{"error_code":154,"error":"Path distance exceeds the max distance limit"}'

    with serving(answer) as address:
        found = opened("valhalla", Settings(address))
        for ask in (lambda: found.matrix(PLACES, PLACES), lambda: found.path(PLACES)):
            with pytest.raises(MapRefused, match="further apart"):
                ask()


@pytest.mark.parametrize(
    "answer",
    [
        lambda _path, _body: (200, b"<html>welcome</html>"),
        lambda _path, _body: (404, b"[]"),
        lambda _path, _body: (200, b'"yes"'),
        lambda _path, _body: (404, b'{"detail":"Not Found"}'),
    ],
)
def test_who_is_no_road_engine_is_not_believed(engine: str, answer: Answer) -> None:
    with serving(answer) as address, pytest.raises(MapUnreachable):
        opened(engine, Settings(address)).matrix(PLACES, PLACES)
