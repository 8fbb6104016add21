"""`doorstep roads`: by the command line, as a person would."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.run import ROOT, doorstep
from tests.plugins.maps.extract import MONACO, extract_or_skip, programs_or_skip
from tests.plugins.maps.stand_in import Town, serving

pytestmark = pytest.mark.data
ORIGIN, TO = (f"{y},{x}" for y, x in MONACO[:2])


@pytest.fixture(scope="module")
def monaco(data_root: Path) -> Path:
    return extract_or_skip(data_root, "monaco")


@pytest.fixture(scope="module")
def built(monaco: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    programs_or_skip()
    out = tmp_path_factory.mktemp("cli") / "roads"
    done = doorstep("roads", "build", monaco, "--out", out)
    assert done.returncode == 0, done.stderr
    assert "monaco.osm.pbf" in done.stdout
    return out


def test_roads_are_looked_at(built: Path) -> None:
    done = doorstep("roads", "check", built, "--origin", ORIGIN, "--to", TO)
    assert done.returncode == 0, done.stderr
    assert "OSRM" in done.stdout
    assert "distance m: 1" in done.stdout
    told = json.loads(doorstep("roads", "check", built, "--origin", ORIGIN, "--to", TO, "--json").stdout)
    assert 500 < told["distance_m"] < 5_000
    assert told["origin_to_road_m"] < 100
    data = json.loads((built / "roads.json").read_text())
    assert data["data_version"] in told["data"]


def test_a_place_in_the_sea_has_no_way(built: Path) -> None:
    done = doorstep("roads", "check", built, "--origin", ORIGIN, "--to", "43.6,7.5", "--json")
    assert done.returncode == 3, done.stderr
    told = json.loads(done.stdout)
    assert (told["to_road_m"], told["distance_m"]) == (None, None)


def test_the_great_circle_is_looked_at_as_well() -> None:
    done = doorstep("roads", "check", "--origin", ORIGIN, "--to", TO, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["engine"] == "Haversine"


def test_a_server_that_does_not_say_its_data() -> None:
    town = Town()
    town.data_version = ""
    with serving(town.osrm) as address:
        done = doorstep("roads", "check", address)
    assert done.returncode == 0, done.stderr
    assert "nothing is kept" in done.stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("check", "http://127.0.0.1:9"), 1, "does not answer"),
        (("check", "no-such-folder"), 1, "roads build"),
        (("check", "ftp://host"), 1, "no road engine"),
        (("check", "--origin", "1,2"), 2, "both are needed"),
        (("check", "--origin", "1", "--to", "1,2"), 2, "latitude and longitude"),
        (("check", "--origin", "1,2", "--to", "91,2"), 2, "no such place"),
    ],
)
def test_what_cannot_be_done_is_said(words: tuple[str, ...], code: int, said: str) -> None:
    done = doorstep("roads", *words)
    assert done.returncode == code
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr


def test_a_wrong_file_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    programs_or_skip()
    (tmp_path / "wrong.osm.pbf").write_text("no extract")
    done = doorstep("roads", "build", tmp_path / "wrong.osm.pbf", "--out", tmp_path / "roads")
    assert done.returncode == 2
    assert "no extract of OpenStreetMap" in done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"wrong.osm.pbf"}


def test_building_says_what_it_built(monaco: Path, built: Path, tmp_path: Path) -> None:
    done = doorstep("roads", "build", monaco, "--out", tmp_path / "r", "--quick", "--profile", "bicycle", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["profile"], told["algorithm"]) == ("bicycle", "mld")
    assert told["data_version"] != json.loads((built / "roads.json").read_text())["data_version"]


def test_without_osrm_it_says_how_to_get_it(monaco: Path, tmp_path: Path) -> None:
    bare = {"DOORSTEP_OSRM": "", "HOME": str(tmp_path), "PATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "doorstep.cli.main", "roads", "build", str(monaco), "--out", str(tmp_path / "r")],
        env={**os.environ, **bare},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "doorstep roads install" in done.stderr


def test_serving_until_it_is_stopped(built: Path) -> None:
    words = [sys.executable, "-m", "doorstep.cli.main", "roads", "serve", str(built), "--port", "0"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        address = child.stdout.readline().split()[-1]
        asked = doorstep("roads", "check", address, "--origin", ORIGIN, "--to", TO)
        child.send_signal(signal.SIGTERM)
        said = child.communicate()[1]
    assert asked.returncode == 0, asked.stderr
    assert "nothing half-written" in said
    assert child.returncode == 128 + signal.SIGTERM
    assert doorstep("roads", "check", address).returncode == 1
