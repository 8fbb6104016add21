"""`doorstep replan` and `doorstep slots` from the outside: what they print, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.run import doorstep, files_of
from tests.flows.running_day import EVENTS, written
from tests.flows.test_route_slots import ASKED, WINDOWS


def test_a_stop_without_a_place_ends_with_3_and_is_told(tmp_path: Path) -> None:
    day = written(tmp_path)
    words = ("replan", day.stops, "--vehicles", day.vehicles, "--rounds", day.rounds, "--out", tmp_path / "out")
    done = doorstep(*words, "--events", day.events, "--tries", 2)
    assert done.returncode == 3
    assert "far: refused." in done.stdout
    assert "d: gone." in done.stdout
    assert "map.html" in files_of(tmp_path / "out")
    plain = doorstep(*words, "--now", "10:00", "--no-documents", "--json")
    assert plain.returncode == 0
    assert json.loads(plain.stdout) == json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert "map.html" not in files_of(tmp_path / "out")


def test_the_search_goes_on_and_says_what_it_moved(tmp_path: Path) -> None:
    day = written(tmp_path)
    words = ("replan", day.stops, "--vehicles", day.vehicles, "--rounds", day.rounds, "--out", tmp_path / "out")
    done = doorstep(*words, "--now", "07:30", "--search", 0.3, "--no-documents")
    assert done.returncode == 0
    assert "on another van by that" in done.stdout
    assert "search: searched." in done.stdout
    told = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert told["search_seconds"] >= 0.3
    assert doorstep(*words, "--now", "07:30", "--search", "nan").returncode == 2


def test_a_faulty_day_ends_with_2_and_leaves_nothing(tmp_path: Path) -> None:
    day = written(tmp_path, events=EVENTS.replace("new,09:45,e", "new,9,e2"))
    words = ("replan", day.stops, "--vehicles", day.vehicles, "--rounds", day.rounds, "--out", tmp_path / "out")
    done = doorstep(*words, "--events", day.events, "--now", "noon")
    assert done.returncode == 2
    assert "3 faults; nothing was done" in done.stderr
    assert not (tmp_path / "out").exists()


def test_windows_are_priced_and_who_has_none_ends_with_3(tmp_path: Path) -> None:
    day = written(tmp_path)
    (tmp_path / "asked.csv").write_text(ASKED, encoding="utf-8")
    (tmp_path / "windows.csv").write_text(WINDOWS, encoding="utf-8")
    asked = ("slots", tmp_path / "asked.csv", "--windows", tmp_path / "windows.csv", "--stops", day.stops)
    words = (*asked, "--vehicles", day.vehicles, "--rounds", day.rounds, "--out", tmp_path / "out")
    done = doorstep(*words)
    assert done.returncode == 3
    assert "shoppers without an offer" in done.stdout
    assert files_of(tmp_path / "out") == {"slots.csv", "slots.html", "summary.json"}
    told = json.loads(doorstep(*words, "--most", "0.00", "--json").stdout)
    assert (told["shoppers"], told["windows"], told["offered"], told["without_offer"]) == (3, 3, 0, 3)
    assert doorstep(*words, "--sure", "much").returncode == 2
