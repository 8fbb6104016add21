"""OSRM as a process of our own, on a real extract: answers, being killed, what is missing or broken."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
from tests.plugins.maps.extract import MONACO, extract_or_skip, nodes, programs_or_skip

from doorstep.plugins.maps.base import NEVER, SNAP_M, MapRefused, MapUnreachable, Points, Settings, points_of
from doorstep.plugins.maps.conformance import RoadMapConformance, same
from doorstep.plugins.maps.osrm import executables, graph, process
from doorstep.plugins.maps.osrm.embedded import EmbeddedOsrm
from doorstep.plugins.maps.osrm.executables import Executables, last_words
from doorstep.plugins.maps.osrm.graph import ExtractRefused

pytestmark = pytest.mark.data
PLACES = points_of([y for y, _ in MONACO], [x for _, x in MONACO])


@pytest.fixture(scope="module")
def programs() -> Executables:
    return programs_or_skip()


@pytest.fixture(scope="module")
def monaco(data_root: Path) -> Path:
    return extract_or_skip(data_root, "monaco")


@pytest.fixture(scope="module")
def built(programs: Executables, monaco: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("monaco")
    graph.build(programs, monaco, "car", "ch", folder)
    return folder


def opened(folder: Path, programs: Executables, snap_m: int = SNAP_M) -> EmbeddedOsrm:
    return EmbeddedOsrm(Settings(str(folder), snap_m=snap_m, executables=str(programs.folder)))


@pytest.fixture
def roads(built: Path, programs: Executables) -> Iterator[EmbeddedOsrm]:
    engine = opened(built, programs)
    yield engine
    engine.close()


class TestEmbedded(RoadMapConformance):
    @pytest.fixture
    def places(self) -> Points:
        return PLACES


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and that nobody has asked about does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_roads_of_monaco_have_one_way_streets(roads: EmbeddedOsrm) -> None:
    told = roads.matrix(PLACES, PLACES)
    assert (told.distance_m != told.distance_m.T).sum() > len(PLACES)
    assert told.distance_m.max() < 15_000


def test_the_line_of_a_way_runs_along_the_roads_of_the_extract(roads: EmbeddedOsrm, monaco: Path) -> None:
    """Every point of it but the ends is a point of OpenStreetMap."""
    known = nodes(monaco)
    way = roads.path(PLACES[:2])
    assert way is not None
    inner = [(round(y * 1e6), round(x * 1e6)) for y, x in way.line[1:-1]]
    assert len(inner) > 20
    near = [any((y + i, x + j) in known for i in (-1, 0, 1) for j in (-1, 0, 1)) for y, x in inner]
    assert all(near)


def test_who_is_killed_is_started_again_and_answers_the_same(roads: EmbeddedOsrm) -> None:
    before = roads.matrix(PLACES, PLACES)
    first = roads.routed.pid
    for _ in range(2):
        os.kill(roads.routed.pid, signal.SIGKILL)
        assert same(roads.matrix(PLACES, PLACES), before)
    assert roads.routed.pid != first
    assert not alive(first)


def test_who_cannot_be_started_again_is_named(built: Path, programs: Executables, tmp_path: Path) -> None:
    copy = copytree(built, tmp_path / "copy")
    engine = opened(copy, programs)
    try:
        engine.matrix(PLACES, PLACES)
        for path in copy.glob("*.hsgr"):
            path.unlink()
        os.kill(engine.routed.pid, signal.SIGKILL)
        with pytest.raises(MapRefused, match="does not start"):
            engine.matrix(PLACES, PLACES)
    finally:
        engine.close()


def test_closing_ends_the_process_and_a_question_starts_another(roads: EmbeddedOsrm) -> None:
    before = roads.matrix(PLACES, PLACES)
    pid = roads.routed.pid
    assert alive(pid)
    assert os.getsid(pid) != os.getsid(0)  # what a terminal tells us it is not told
    roads.close()
    assert not alive(pid)
    assert same(roads.matrix(PLACES, PLACES), before)


ASK = """
import sys, numpy as np
from doorstep.plugins.maps.base import Settings
from doorstep.plugins.maps.osrm.embedded import make
engine = make(Settings(sys.argv[1], executables=sys.argv[2]))
engine.matrix(np.array([[43.7384, 7.4246]]), np.array([[43.731, 7.415]]))
print(engine.routed.pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("with_signal", [signal.SIGKILL, signal.SIGTERM])
def test_the_process_ends_with_whoever_started_it_however_that_ends(
    built: Path, programs: Executables, with_signal: signal.Signals
) -> None:
    words = [sys.executable, "-c", ASK, str(built), str(programs.folder)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        pid = int(child.stdout.readline())
        assert alive(pid)
        child.send_signal(with_signal)
        child.wait()
    for _ in range(200):
        if not alive(pid):
            return
        signal.sigtimedwait([], 0.05)
    raise AssertionError("osrm-routed was left behind")


def test_a_port_that_somebody_took_is_left_to_him(
    built: Path, programs: Executables, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = iter([taken.getsockname()[1], process.free_port()])
        monkeypatch.setattr(process, "free_port", lambda: next(ports))
        engine = opened(built, programs)
        try:
            assert engine.matrix(PLACES, PLACES).distance_m.any()
            assert not engine.routed.address.endswith(str(taken.getsockname()[1]))
        finally:
            engine.close()


def test_a_place_beyond_the_limit_is_not_reached(built: Path, programs: Executables) -> None:
    at_sea = np.vstack((PLACES[:2], [[43.70, 7.46]]))  # four kilometres off the harbour
    for snap_m, reached in ((1_000, False), (10_000, True)):
        engine = opened(built, programs, snap_m=snap_m)
        try:
            told = engine.matrix(at_sea, at_sea)
            assert (told.distance_m[2, :2] < NEVER).all() == reached
            assert (told.distance_m[:2, 2] < NEVER).all() == reached
            assert told.distance_m[0, 1] < NEVER
            assert (engine.path(at_sea) is not None) == reached
            assert bool(engine.snap(at_sea)[2] < NEVER) == reached
        finally:
            engine.close()


def test_the_other_algorithm_answers_the_same(
    programs: Executables, monaco: Path, roads: EmbeddedOsrm, tmp_path: Path
) -> None:
    graph.build(programs, monaco, "car", "mld", tmp_path)
    other = opened(tmp_path, programs)
    try:
        told, usual = other.matrix(PLACES, PLACES), roads.matrix(PLACES, PLACES)
        assert np.abs(told.duration_s - usual.duration_s).max() <= 1
        assert other.version != roads.version
    finally:
        other.close()


def test_another_profile_is_another_graph(programs: Executables, monaco: Path, built: Path, tmp_path: Path) -> None:
    made = graph.build(programs, monaco, "foot", "mld", tmp_path)
    assert made.data_version != graph.read(built).data_version
    assert made.extract_sha256 == graph.read(built).extract_sha256
    with pytest.raises(MapRefused, match="built for car"):
        EmbeddedOsrm(Settings(str(built), profile="foot", executables=str(programs.folder)))


def test_building_twice_makes_the_same_version(
    programs: Executables, monaco: Path, built: Path, tmp_path: Path
) -> None:
    assert graph.build(programs, monaco, "car", "ch", tmp_path) == graph.read(built)


def test_files_of_two_builds_are_noticed(built: Path, programs: Executables, tmp_path: Path) -> None:
    copy = copytree(built, tmp_path / "copy")
    said = (copy / graph.ROADS_FILE).read_text(encoding="utf-8")
    version = graph.read(copy).data_version
    (copy / graph.ROADS_FILE).write_text(said.replace(version, "0" * len(version)), encoding="utf-8")
    engine = opened(copy, programs)
    try:
        with pytest.raises(MapRefused, match="build them again"):
            engine.matrix(PLACES, PLACES)
        assert not engine.routed.running
    finally:
        engine.close()


@pytest.mark.parametrize("size", [0, 10, 64, 5_000, 500_000, 1_700_000])
def test_an_extract_that_was_cut_off_is_refused(programs: Executables, monaco: Path, tmp_path: Path, size: int) -> None:
    cut = tmp_path / "cut.osm.pbf"
    cut.write_bytes(monaco.read_bytes()[:size])
    (tmp_path / "out").mkdir()
    with pytest.raises(ExtractRefused):
        graph.build(programs, cut, "car", "ch", tmp_path / "out")
    assert not (tmp_path / "out" / graph.ROADS_FILE).exists()


def test_what_is_no_extract_is_refused(programs: Executables, tmp_path: Path) -> None:
    for name, content in (("a.osm", b"<osm>" + b" " * 100), ("b.pbf", b"hello" * 100)):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ExtractRefused, match="no extract"):
            graph.build(programs, tmp_path / name, "car", "ch", tmp_path)
    with pytest.raises(ExtractRefused, match="cannot be read"):
        graph.build(programs, tmp_path / "missing.pbf", "car", "ch", tmp_path)


@pytest.mark.parametrize("profile", ["lorry", "../car", "missing.lua", ""])
def test_a_profile_that_there_is_not(programs: Executables, monaco: Path, tmp_path: Path, profile: str) -> None:
    with pytest.raises(MapRefused, match="profile"):
        graph.build(programs, monaco, profile, "ch", tmp_path)


def test_a_profile_of_ones_own_may_be_wrong(programs: Executables, monaco: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.lua"
    own.write_text("this is no Lua")
    with pytest.raises(ExtractRefused, match="osrm-extract failed"):
        graph.build(programs, monaco, str(own), "ch", tmp_path)


def test_a_folder_without_roads_says_how_they_are_made(tmp_path: Path, programs: Executables) -> None:
    with pytest.raises(MapRefused, match="roads build"):
        opened(tmp_path, programs)
    (tmp_path / graph.ROADS_FILE).write_text("{}")
    with pytest.raises(MapRefused, match="roads build"):
        opened(tmp_path, programs)


def test_programs_that_there_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MapRefused, match="roads install"):
        executables.found("", tmp_path)
    with pytest.raises(MapRefused, match="DOORSTEP_OSRM names"):
        executables.found(str(tmp_path), tmp_path)
    with pytest.raises(MapRefused, match="no osrm-extract"):
        Executables(tmp_path).program("extract")


def test_a_program_that_was_unpacked_without_its_right_to_run(programs: Executables, tmp_path: Path) -> None:
    (tmp_path / "osrm-routed").write_bytes((programs.folder / "osrm-routed").read_bytes())
    (tmp_path / "osrm-routed").chmod(0o644)
    assert executables.found(str(tmp_path), tmp_path).release().startswith("v")


def test_a_program_that_does_not_run_here(tmp_path: Path) -> None:
    (tmp_path / "osrm-routed").write_bytes(b"\x7fELF no")
    with pytest.raises(MapRefused, match="does not run here"):
        executables.found(str(tmp_path), tmp_path).release()


@pytest.mark.parametrize(
    ("log", "words"),
    [
        (
            "[2026-11-28T22:26:29] [info] a\n[2026-11-28T22:26:29] [error] Required files are missing",
            "Required files are missing",
        ),
        (
            "[x] [info] parsing\nterminate called after throwing\n  what():  PBF error: unexpected EOF\n",
            "PBF error: unexpected EOF",
        ),
        ("one\ntwo\nthree\n", "two; three"),
        ("", ""),
    ],
)
def test_of_a_log_the_complaints_are_told(log: str, words: str) -> None:
    assert last_words(log) == words


def test_a_server_that_lives_and_answers_nonsense_is_not_started_again(
    roads: EmbeddedOsrm, monkeypatch: pytest.MonkeyPatch
) -> None:
    roads.matrix(PLACES, PLACES)
    pid = roads.routed.pid

    def nonsense(*_: object) -> None:
        raise MapUnreachable("nonsense")

    monkeypatch.setattr("doorstep.plugins.maps.osrm.engine.OsrmMap.matrix", nonsense)
    with pytest.raises(MapUnreachable, match="nonsense"):
        roads.matrix(PLACES, PLACES)
    assert roads.routed.pid == pid
    assert alive(pid)
