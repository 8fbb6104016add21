"""What stands behind --roads, and what the route kernel and the map get from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.plugins.maps.extract import MONACO, extract_or_skip, programs_or_skip
from tests.plugins.maps.stand_in import PLACES, Town, serving

from doorstep.domain.errors import InputRefused, OutputRefused
from doorstep.flows.roads import (
    BANDED,
    MOST_PLACES,
    geometry,
    roads,
    setting_of,
    store_path,
    travel_of,
    travel_on_roads,
)
from doorstep.flows.roads_build import build_roads
from doorstep.flows.roads_build import serving as serving_roads
from doorstep.kernels.route import problem
from doorstep.kernels.route.travel import block
from doorstep.plugins.maps import base
from doorstep.plugins.maps.base import NEVER, MapRefused, Settings
from doorstep.plugins.maps.haversine.engine import USUAL, HaversineMap
from doorstep.plugins.maps.registry import open_map

LATITUDES, LONGITUDES = PLACES.T.copy()


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "kept" / "roads.sqlite3"
    monkeypatch.setenv("DOORSTEP_ROADS_STORE", str(path))
    return path


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def address(town: Town) -> Iterator[str]:
    with serving(town.osrm) as told:
        yield told


def test_never_is_that_of_the_kernel() -> None:
    assert base.NEVER == problem.NEVER


@pytest.mark.parametrize(
    ("text", "plugin", "settings"),
    [
        ("", "haversine", Settings()),
        ("haversine", "haversine", Settings()),
        ("http://127.0.0.1:5000", "osrm", Settings("http://127.0.0.1:5000")),
        ("https://h/a?snap_m=5&side=7", "osrm", Settings("https://h/a", snap_m=5, most_side=7)),
        ("osrm+http://h?profile=truck", "osrm", Settings("http://h", "truck")),
        ("valhalla+http://h?version=may&timeout_s=9", "valhalla", Settings("http://h", version="may", timeout_s=9)),
        ("some/roads", "osrm-embedded", Settings("some/roads", executables="X")),
        ("some/roads?snap_m=300", "osrm-embedded", Settings("some/roads", snap_m=300, executables="X")),
    ],
)
def test_a_setting_names_its_engine(text: str, plugin: str, settings: Settings) -> None:
    found = setting_of(text, {"DOORSTEP_OSRM": "X"})
    assert (found.plugin, found.settings) == (plugin, settings)


def test_a_folder_may_have_a_question_mark(tmp_path: Path) -> None:
    odd = tmp_path / "what?snap_m=1"
    odd.mkdir()
    assert setting_of(str(odd)).settings.where == str(odd)
    assert setting_of(str(odd)).settings.snap_m == base.SNAP_M


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("donkey://host", "no road engine"),
        ("donkey+http://host", "no road engine"),
        ("http://h?snap=5", "no option"),
        ("http://h?snap_m=-5", "whole number"),
        ("http://h?snap_m=", "whole number"),
        ("http://h?side=0", "whole number"),
        ("haversine?profile=truck", "profile"),
    ],
)
def test_a_setting_that_cannot_be_understood_is_refused(text: str, why: str) -> None:
    with pytest.raises(MapRefused, match=why):
        travel_on_roads(LATITUDES, LONGITUDES, text)


def test_answers_are_kept_where_the_environment_says(tmp_path: Path) -> None:
    assert store_path({"DOORSTEP_ROADS_STORE": "off"}) is None
    assert store_path({"DOORSTEP_ROADS_STORE": "x"}) == Path("x")
    assert store_path({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "doorstep" / "roads.sqlite3"
    assert store_path({}) == Path.home() / ".cache" / "doorstep" / "roads.sqlite3"


def test_travel_on_roads_is_a_matrix_of_both_directions(address: str, town: Town, store: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    travel = travel_on_roads(LATITUDES, LONGITUDES, address, progress=lambda *told: seen.append(told))
    assert travel.rule == "matrix"
    assert np.array_equal(travel.y, LATITUDES)
    assert np.array_equal(travel.x, LONGITUDES)
    rows = np.arange(len(LATITUDES))
    distance, duration = block(travel, rows, rows)
    whole = open_map("haversine", Settings()).matrix(PLACES, PLACES)
    assert distance.shape == whole.distance_m.shape
    west = LONGITUDES[:, None] > LONGITUDES[None, :]
    assert np.array_equal(distance > distance.T, west)
    assert np.array_equal(duration > duration.T, west)
    assert seen == [("roads", 25, 25)]
    assert store.exists()
    questions = len(town.asked)
    again = travel_on_roads(LATITUDES, LONGITUDES, address)
    assert np.array_equal(again.distance, travel.distance)  # type: ignore[arg-type]
    assert not any(path.startswith("/table") for path in town.asked[questions:])


def test_lists_do_as_well_and_a_problem_takes_what_comes(address: str) -> None:
    """A place in the sea is no fault: it has no way, and the kernel says so of its stop."""
    travel = travel_on_roads([*LATITUDES.tolist(), -8.6], [*LONGITUDES.tolist(), 41.15], address)
    assert travel.distance is not None
    assert (travel.distance[-1, :-1] == NEVER).all()
    stops = problem.plain_stops(np.arange(1, 6), np.ones((5, 1), np.int64))
    fleet = problem.plain_fleet(np.array([1]), np.array([[9]]))
    assert problem.RouteProblem(travel, stops, fleet).travel is travel


def test_nothing_is_kept_where_nothing_may_be(
    address: str, town: Town, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOORSTEP_ROADS_STORE", "off")
    for _ in range(2):
        town.asked.clear()
        travel_on_roads(LATITUDES, LONGITUDES, address)
        assert any(path.startswith("/table") for path in town.asked)
    assert not store.exists()


def test_a_damaged_store_is_told_and_costs_a_question(address: str, store: Path) -> None:
    before = travel_on_roads(LATITUDES, LONGITUDES, address)
    store.write_bytes(b"nonsense" * 100)
    told: list[str] = []
    after = travel_on_roads(LATITUDES, LONGITUDES, address, told=told.append)
    assert np.array_equal(before.distance, after.distance)  # type: ignore[arg-type]
    assert len(told) == 1
    assert "damaged" in told[0]


def test_a_few_places_by_the_great_circle_are_a_matrix_by_bands_and_many_are_not(store: Path) -> None:
    draw = np.random.default_rng(1)
    for count, rule in ((BANDED, "matrix"), (BANDED + 1, "haversine"), (MOST_PLACES + 1, "haversine")):
        y, x = draw.uniform(41, 41.2, count), draw.uniform(-8.7, -8.5, count)
        travel = travel_on_roads(y, x)
        assert travel.rule == rule
        if rule == "haversine":
            assert (travel.detour_ppm, travel.seconds_per_km) == (USUAL.detour_ppm, USUAL.seconds_per_km)
    assert not store.exists()


def test_too_many_places_on_roads_are_refused_before_anything_is_asked(address: str, town: Town) -> None:
    many = np.linspace(41, 41.2, MOST_PLACES + 1)
    with pytest.raises(MapRefused, match="great circle"):
        travel_on_roads(many, -many / 5, address)
    assert town.asked == []


def test_what_is_no_place_is_named() -> None:
    with pytest.raises(MapRefused, match="place 2"):
        travel_on_roads([41.0, 141.0], [0.0, 0.0])


def test_lines_follow_the_engine_and_are_straight_where_there_is_no_way(address: str) -> None:
    round_1 = [(41.15, -8.61), (41.16, -8.6), (41.15, -8.61)]
    round_2 = [(41.15, -8.61), (-8.6, 41.15), (41.16, -8.6)]
    lines = geometry(address, [round_1, round_2, [(41.15, -8.61)], []])
    assert np.allclose(lines[0], round_1, atol=1e-6)
    assert np.allclose(lines[1], [round_2[0], round_2[1], round_2[1], round_2[2]], atol=1e-6)
    assert lines[2:] == [((41.15, -8.61),), ()]


def test_an_engine_is_closed_whatever_happens(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[int] = []
    monkeypatch.setattr(HaversineMap, "close", lambda _self: closed.append(1))
    with pytest.raises(MapRefused), roads("") as engine:
        travel_of(engine, [100.0], [0.0])
    assert closed == [1]
    assert address


@pytest.fixture(scope="module")
def monaco(data_root: Path) -> Path:
    return extract_or_skip(data_root, "monaco")


@pytest.fixture(scope="module")
def built(monaco: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    programs_or_skip()
    out = tmp_path_factory.mktemp("roads") / "monaco"
    build_roads(monaco, "car", "ch", out)
    return out


@pytest.mark.data
def test_roads_of_ones_own(built: Path) -> None:
    y, x = zip(*MONACO, strict=True)
    travel = travel_on_roads(y, x, str(built))
    assert travel.distance is not None
    assert (travel.distance < 15_000).all()
    assert not np.array_equal(travel.distance, travel.distance.T)
    (line,) = geometry(str(built), [MONACO])
    assert len(line) > 10 * len(MONACO)


@pytest.mark.data
def test_a_former_build_is_replaced_and_other_files_are_not(monaco: Path, built: Path) -> None:
    before = (built / "roads.json").read_bytes()
    build_roads(monaco, "car", "ch", built)
    assert (built / "roads.json").read_bytes() == before
    (built / "mine.txt").write_text("mine")
    with pytest.raises(OutputRefused, match="other files"):
        build_roads(monaco, "car", "ch", built)
    (built / "mine.txt").unlink()


@pytest.mark.data
def test_a_broken_extract_leaves_what_was_there(built: Path, tmp_path: Path, monaco: Path) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in built.iterdir()}
    cut = tmp_path / "cut.osm.pbf"
    cut.write_bytes(monaco.read_bytes()[:600_000])
    with pytest.raises(InputRefused) as refused:
        build_roads(cut, "car", "ch", built)
    assert "unexpected EOF" in str(refused.value.faults[0])
    assert {path.name: path.stat().st_mtime_ns for path in built.iterdir()} == before
    assert [path.name for path in built.parent.iterdir() if path.name.startswith(".")] == []


@pytest.mark.data
def test_what_is_served_is_the_same(built: Path) -> None:
    routed, graph = serving_roads(built, 0, 1)
    try:
        y, x = zip(*MONACO, strict=True)
        over_http, own = (travel_on_roads(y, x, setting) for setting in (routed.address, str(built)))
        assert np.array_equal(over_http.distance, own.distance)  # type: ignore[arg-type]
        with roads(routed.address) as engine:
            assert graph.data_version in engine.version
    finally:
        routed.stop()


@pytest.mark.data
@pytest.mark.long
def test_a_thousand_stops_in_porto(data_root: Path, tmp_path: Path) -> None:
    """Built the quick way: a minute in place of several. The matrix is asked for in parts and is whole."""
    extract = extract_or_skip(data_root, "porto_portugal")
    programs_or_skip()
    build_roads(extract, "car", "mld", tmp_path / "porto")
    draw = np.random.default_rng(1)
    y, x = draw.uniform(41.14, 41.18, 1_000), draw.uniform(-8.66, -8.58, 1_000)
    travel = travel_on_roads(y, x, str(tmp_path / "porto"))
    assert travel.distance is not None
    assert travel.duration is not None
    apart = ~np.eye(1_000, dtype=bool)
    reached = travel.duration[apart] < NEVER
    assert reached.mean() > 0.9
    whole = HaversineMap().matrix(np.column_stack((y, x)), np.column_stack((y, x)))
    ratio = travel.distance[apart][reached].sum() / whole.distance_m[apart][reached].sum()
    assert 0.8 < ratio < 1.25
    (line,) = geometry(str(tmp_path / "porto"), [list(zip(y[:20].tolist(), x[:20].tolist(), strict=True))])
    assert len(line) > 500
