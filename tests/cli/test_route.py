"""`doorstep route` from the outside: what it prints, how it ends, and how it is ended."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.run import COMMAND, doorstep, files_of, process
from tests.flows.route_day import STOPS, written
from tests.flows.standing_in import fill_up
from tests.flows.test_route_files import INSTANCE

from doorstep.cli.age import age_s
from doorstep.cli.search_line import SearchLine

WRITTEN = {
    "solution.sol", "routes.csv", "rounds.csv", "unserved.csv", "left.csv", "routes.geojson", "map.html",
    "summary.json",
}  # fmt: skip
LONG = 600  # seconds; no test waits for them


@pytest.fixture
def standing_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doorstep.flows.route_files.route", fill_up)


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.vrp"
    path.write_text(INSTANCE, encoding="utf-8")
    return path


@pytest.mark.usefixtures("standing_in")
def test_all_served_ends_with_0_and_says_what_it_costs(instance: Path, tmp_path: Path) -> None:
    done = doorstep("route", instance, "--seconds", LONG, "--out", tmp_path / "out")
    assert done.returncode == 0
    assert files_of(tmp_path / "out") == WRITTEN
    for words in ("stops", "rounds", "distance", "lower bound", "2.7553 %", f"open {tmp_path / 'out' / 'map.html'}"):
        assert words in done.stdout


@pytest.mark.usefixtures("standing_in")
def test_some_unserved_ends_with_3_and_says_where_the_reasons_are(tmp_path: Path) -> None:
    stops, vans = written(tmp_path)
    done = doorstep("route", stops, "--vehicles", vans, "--seconds", LONG, "--out", tmp_path / "out")
    assert done.returncode == 3
    assert "1 not served, each with its reason" in done.stdout
    assert "row 5, stop heavy: its load" in done.stderr
    assert files_of(tmp_path / "out") == WRITTEN | {"sheets.pdf", "notices.csv"}


@pytest.mark.usefixtures("standing_in")
def test_json_is_the_summary_and_nothing_else(instance: Path, tmp_path: Path) -> None:
    words = ("--iterations", 5, "--seed", 4, "--engine", "pyvrp", "--no-documents", "--json")
    done = doorstep("route", instance, "--seconds", LONG, "--out", tmp_path / "out", *words)
    told = json.loads(done.stdout)
    assert told == json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert {"cost", "routes", "unserved", "seconds", "lower_bound", "objective", "peak_memory_mb"} <= told.keys()
    assert (told["iterations"], told["seed"], told["engine"]) == (5, 4, "pyvrp")
    assert "map.html" not in files_of(tmp_path / "out")


def test_a_faulty_file_ends_with_2_and_leaves_nothing(tmp_path: Path) -> None:
    stops, vans = written(tmp_path, STOPS.replace("b,41.16", "a,north"))
    done = doorstep("route", stops, "--vehicles", vans, "--seconds", LONG, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "monday.csv:3 latitude: 'north'" in done.stderr
    assert "2 faults; nothing was done" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--engine", "magic"), "'magic' is not one of own, pyvrp"),
        (("--convention", "magic"), "'magic' is not one of rounded, dimacs, exact"),
        (("--seconds", "0"), "greater than or equal to 0.1"),
        (("--roads", "nowhere"), "nowhere"),
    ],
)
def test_what_cannot_be_is_refused(words: tuple[str, str], why: str, tmp_path: Path) -> None:
    stops, vans = written(tmp_path)
    done = doorstep("route", stops, "--vehicles", vans, "--seconds", LONG, "--out", tmp_path / "out", *words)
    assert done.returncode != 0
    assert why in " ".join(done.stderr.replace("│", "").split())
    assert not (tmp_path / "out").exists()


def searching(folder: Path, instance: Path) -> subprocess.Popen[str]:
    """A search that would last, once it has begun to write aside and to listen."""
    words = ["route", str(instance), "--seconds", str(LONG), "--out", str(folder / "out"), "--workers", "1"]
    started = subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not any(one.name.endswith(".part") for one in folder.iterdir()):
        assert started.poll() is None, "it ended before it could be stopped"
        time.sleep(0.005)
    return started


def test_ctrl_c_ends_the_search_and_the_best_rounds_are_written(instance: Path, tmp_path: Path) -> None:
    started = searching(tmp_path, instance)
    started.send_signal(signal.SIGINT)
    said, complained = started.communicate(timeout=300)
    assert started.returncode == 0, complained
    assert "the best rounds are written" in complained
    assert "rounds" in said
    assert files_of(tmp_path / "out") == WRITTEN
    assert {one.name for one in tmp_path.iterdir()} == {"tiny.vrp", "out"}


def test_a_second_ctrl_c_stops_at_once_and_leaves_nothing(instance: Path, tmp_path: Path) -> None:
    instance.write_text(large(4_000), encoding="utf-8")  # so that writing it takes longer than to read a line here
    started = searching(tmp_path, instance)
    started.send_signal(signal.SIGINT)
    assert started.stderr is not None
    while "ending the search" not in (line := started.stderr.readline()):
        assert line, "it ended before it could be stopped"
    started.send_signal(signal.SIGINT)
    _, complained = started.communicate(timeout=300)
    assert started.returncode == 130
    assert "nothing half-written is left behind" in complained
    assert {one.name for one in tmp_path.iterdir()} == {"tiny.vrp"}


def large(stops: int) -> str:
    """An instance of so many stops on a grid."""
    nodes = range(1, stops + 2)
    places = "\n".join(f"{node} {node % 64} {node // 64}" for node in nodes)
    demands = "\n".join(f"{node} {int(node > 1)}" for node in nodes)
    head = INSTANCE.partition("NODE_COORD_SECTION")[0].replace("DIMENSION : 4", f"DIMENSION : {stops + 1}")
    return f"{head}NODE_COORD_SECTION\n{places}\nDEMAND_SECTION\n{demands}\nDEPOT_SECTION\n1\n-1\nEOF\n"


def test_the_age_counts_from_the_start_of_the_process() -> None:
    asked = "import time; time.sleep(0.3); from doorstep.cli.age import age_s; print(age_s())"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert float(done.stdout) >= 0.3
    assert age_s() <= age_s()


def test_the_line_says_how_the_search_stands() -> None:
    line = SearchLine(None, 30)
    assert line.text == "searching, 0 of 30 s"
    line.better("best 27,591, 0 not served")
    line.at(12.4)
    assert line.text == "best 27,591, 0 not served, 12 of 30 s"


def test_help_tells_the_exit_codes() -> None:
    assert "0 every stop is served, 3 some are not" in " ".join(
        process("route", "--help").stdout.replace("│", "").split()
    )
