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
from tests.plugins.maps.conftest import Opened
from tests.plugins.maps.stand_in import PLACES, ROAD_OFF_M, Town, serving

from doorstep.domain.errors import NotFound
from doorstep.plugins.maps.base import NEVER, MapRefused, MapUnreachable, Points, RoadMap, Settings, points_of
from doorstep.plugins.maps.conformance import RoadMapConformance
from doorstep.plugins.maps.registry import GROUP, OURS, names

PROJECT = Path(__file__).resolve().parents[3] / "pyproject.toml"
MANY = points_of(np.linspace(41.1, 41.2, 30), np.linspace(-8.7, -8.5, 30))


NEAR = [{"distance": 1.0}]


class OverHttp(RoadMapConformance):
    @pytest.fixture
    def roads(self, opened: Opened, address: str, engine: str) -> Iterator[RoadMap]:
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
    def roads(self, opened: Opened) -> RoadMap:
        address = os.environ.get("DOORSTEP_TEST_VALHALLA")
        if not address:
            pytest.skip("NO VALHALLA: set DOORSTEP_TEST_VALHALLA to the address of one that holds Liechtenstein")
        return opened("valhalla", Settings(address))

    @pytest.fixture
    def places(self) -> Points:
        return points_of([47.14, 47.2, 47.17, 47.1], [9.52, 9.52, 9.51, 9.53])


def test_the_project_names_the_same_entry_points() -> None:
    told = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["entry-points"][GROUP]
    assert told == OURS
    assert set(OURS) <= set(names())


def test_an_engine_that_is_not_there_is_named(opened: Opened) -> None:
    with pytest.raises(NotFound, match="donkey"):
        opened("donkey", Settings())


def test_the_way_back_is_another(opened: Opened, address: str, engine: str) -> None:
    told = opened(engine, Settings(address)).matrix(PLACES, PLACES)
    apart = ~np.eye(len(PLACES), dtype=bool)
    assert (told.distance_m != told.distance_m.T)[apart].all()
    west = PLACES[:, None, 1] > PLACES[None, :, 1]
    assert np.array_equal(told.duration_s > told.duration_s.T, west)


@pytest.mark.parametrize("side", [1, 7, 29, 30, 31])
def test_blocks_make_the_same_matrix(opened: Opened, address: str, engine: str, town: Town, side: int) -> None:
    whole = opened(engine, Settings(address, most_side=50)).matrix(MANY, MANY)
    town.asked.clear()
    parts = opened(engine, Settings(address, most_side=side)).matrix(MANY, MANY)
    assert np.array_equal(parts.distance_m, whole.distance_m)
    assert np.array_equal(parts.duration_s, whole.duration_s)
    assert len(town.asked) == (-(-30 // side)) ** 2


def test_a_long_way_is_asked_for_in_stretches(opened: Opened, address: str, engine: str, town: Town) -> None:
    many = points_of(np.linspace(41.1, 41.2, 250), np.linspace(-8.7, -8.5, 250))
    way = opened(engine, Settings(address)).path(many)
    assert way is not None
    assert len(way.leg_distances_m) == 249
    assert np.allclose(way.line, many, atol=1e-6)
    assert len(town.asked) == {"osrm": 3, "valhalla": 14}[engine]


def test_a_place_in_the_sea_is_not_reached_and_the_others_are(opened: Opened, address: str, engine: str) -> None:
    """A swapped coordinate must cost nobody else."""
    found = opened(engine, Settings(address))
    wrong = np.vstack((PLACES[:2], PLACES[2:3, ::-1], PLACES[3:]))
    told = found.matrix(wrong, wrong)
    assert (told.distance_m == NEVER).sum() == 2 * (len(PLACES) - 1)
    near = found.snap(wrong)
    assert (near == NEVER).tolist() == [row == 2 for row in range(len(PLACES))]
    assert set(near[near < NEVER].tolist()) <= {int(ROAD_OFF_M), int(ROAD_OFF_M) + 1}
    assert found.path(wrong) is None


def test_the_limit_of_the_snapping_is_that_of_the_setting(opened: Opened, town: Town) -> None:
    with serving(town.osrm) as address:
        for snap_m, reached in ((int(ROAD_OFF_M), True), (int(ROAD_OFF_M) - 1, False)):
            told = opened("osrm", Settings(address, snap_m=snap_m)).matrix(PLACES[:2], PLACES[2:])
            assert (told.duration_s < NEVER).all() == reached
            assert (told.duration_s < NEVER).any() == reached


def test_too_many_places_for_the_server_says_what_to_do(opened: Opened, town: Town) -> None:
    town.most_side = 10
    with serving(town.osrm) as address, pytest.raises(MapRefused, match="side=N"):
        opened("osrm", Settings(address)).matrix(MANY, MANY)


@pytest.mark.parametrize("code", [150, 153])
def test_too_many_places_for_valhalla_says_what_to_do(opened: Opened, code: int) -> None:
    said = json.dumps({"error_code": code, "error": "Exceeded max locations: 2500"}).encode()
    with serving(lambda _path, _body: (400, said)) as address, pytest.raises(MapRefused, match="side=N"):
        opened("valhalla", Settings(address)).matrix(MANY, MANY)


def test_data_that_change_in_the_middle_are_not_mixed(opened: Opened, town: Town) -> None:
    with serving(town.osrm) as address:
        found = opened("osrm", Settings(address))
        found.matrix(PLACES[:2], PLACES[:2])
        assert "2026-11" in found.version
        town.data_version = "2026-12"
        with pytest.raises(MapUnreachable, match="other data"):
            found.matrix(PLACES[:2], PLACES[:2])


def test_what_the_data_are_may_be_stated_and_is_else_not_known(opened: Opened, town: Town) -> None:
    town.data_version = ""
    with serving(town.osrm) as address:
        assert opened("osrm", Settings(address)).version == ""
        stated = opened("osrm", Settings(address, version="mine"))
        assert "mine" in stated.version
        assert stated.version != opened("osrm", Settings(address, version="mine", snap_m=5)).version
        assert stated.version != opened("osrm", Settings(address, version="mine", profile="truck")).version


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_who_is_busy_is_asked_again(opened: Opened, town: Town, engine: str, status: int) -> None:
    busy = [status, status]

    def answer(path: str, body: Any) -> tuple[int, bytes]:
        return (busy.pop(), b"busy") if busy else getattr(town, engine)(path, body)

    with serving(answer) as address:
        assert opened(engine, Settings(address)).matrix(PLACES, PLACES).distance_m.any()
    assert not busy


def test_who_stays_busy_is_given_up(opened: Opened, engine: str) -> None:
    with serving(lambda _path, _body: (503, b"")) as address, pytest.raises(MapUnreachable, match="503"):
        opened(engine, Settings(address)).matrix(PLACES, PLACES)


def test_nobody_there(opened: Opened, engine: str) -> None:
    with pytest.raises(MapUnreachable, match="does not answer"):
        opened(engine, Settings("http://127.0.0.1:9")).matrix(PLACES, PLACES)


def test_an_answer_byte_by_byte_is_not_waited_for(opened: Opened, town: Town) -> None:
    with (
        serving(town.osrm, slowly_s=0.01) as address,
        pytest.raises(MapUnreachable, match="no answer in time"),
    ):
        opened("osrm", Settings(address, timeout_s=0.1)).matrix(PLACES, PLACES)


def test_an_answer_that_is_cut_off_is_none(opened: Opened, town: Town) -> None:
    with serving(town.osrm, cut=5) as address, pytest.raises(MapUnreachable):
        opened("osrm", Settings(address, timeout_s=1)).matrix(PLACES, PLACES)


def test_a_redirect_is_not_followed(opened: Opened, engine: str) -> None:
    with serving(lambda _path, _body: (301, b"")) as address, pytest.raises(MapRefused, match="moved"):
        opened(engine, Settings(address)).matrix(PLACES, PLACES)


@pytest.mark.parametrize(
    "where",
    ["", "ftp://host", "http://", "localhost:5000", "http://host:99999", "http://me" + ":secret@host", "http://h?a=b"],
)
def test_what_is_no_address_is_refused(opened: Opened, engine: str, where: str) -> None:
    with pytest.raises(MapRefused, match="address"):
        opened(engine, Settings(where))


def test_a_profile_is_a_name(opened: Opened) -> None:
    with pytest.raises(MapRefused, match="profile"):
        opened("osrm", Settings("http://127.0.0.1:9", profile="../../x"))


def test_a_distance_below_zero_is_asked_for_by_itself(opened: Opened, town: Town) -> None:
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


def test_a_matrix_of_distances_below_zero_is_not_believed(opened: Opened) -> None:
    many = points_of(np.linspace(41.1, 41.2, 40), np.linspace(-8.7, -8.5, 40))
    told = {"code": "Ok", "distances": [[-1.0] * 40] * 40, "durations": [[1.0] * 40] * 40}
    said = json.dumps(told | {"sources": NEAR * 40, "destinations": NEAR * 40}).encode()
    with serving(lambda _path, _body: (200, said)) as address, pytest.raises(MapUnreachable, match="below zero"):
        opened("osrm", Settings(address)).matrix(many, many)
