"""From shoppers and windows to offers; what a window costs is the kernel's affair."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from tests.flows.route_day import Watching, clock
from tests.flows.running_day import EVENTS, written
from tests.flows.test_route_replan import replanned, rows

from doorstep.domain.errors import InputRefused
from doorstep.files.route_day_in import DayFiles
from doorstep.flows.route_slots import SlotsWish, slots_files
from doorstep.kernels.run import Run

ASKED = """stop,latitude,longitude,service_seconds,weight_g,prize
ann,41.175,-8.61,300,1000,25
bob,41.20,-8.61,300,1000,
heavy,41.175,-8.61,300,99000,25
"""
WINDOWS = "window_from,window_to\n05:00,07:00\n09:00,11:00\n13:00,15:00\n"


def offered(
    folder: Path, files: DayFiles, wish: SlotsWish, asked: str = ASKED, windows: str = WINDOWS
) -> list[dict[str, str]]:
    (folder / "asked.csv").write_text(asked, encoding="utf-8")
    (folder / "windows.csv").write_text(windows, encoding="utf-8")
    paths = (folder / "asked.csv", folder / "windows.csv", folder / "slots")
    slots_files(files, *paths, wish, clock=clock(Watching()), run=Run(seed=1))
    return rows(folder / "slots" / "slots.csv")


def test_each_shopper_has_every_window_the_best_first(tmp_path: Path) -> None:
    told = offered(tmp_path, written(tmp_path), SlotsWish())
    assert [one["stop"] for one in told] == ["ann"] * 3 + ["bob"] * 3 + ["heavy"] * 3
    assert [one["rank"] for one in told[:3]] == ["1", "2", "3"]
    night = [one for one in told if one["window_from"] == "05:00:00"]
    assert {(one["cost"], one["offered"], one["rank"]) for one in night[:2]} == {("", "0", "3")}
    assert all(one["offered"] == "0" for one in told if one["stop"] == "heavy")
    best = told[0]
    assert float(best["profit"]) == pytest.approx(25 - float(best["cost"]), abs=0.011)
    assert best["window_from"] <= best["begins"] <= best["window_to"]
    assert [one["profit"] for one in told if one["stop"] == "bob"] == ["", "", ""]
    costs = [float(one["cost"]) for one in told if one["stop"] == "bob" and one["cost"]]
    assert costs == sorted(costs)
    page = (tmp_path / "slots" / "slots.html").read_text(encoding="utf-8")
    assert "2 of 3 shoppers can be offered a window" in page


def test_what_is_too_dear_or_not_worth_it_is_not_offered(tmp_path: Path) -> None:
    assert {one["offered"] for one in offered(tmp_path, written(tmp_path), SlotsWish(most_cost=0))} == {"0"}
    poor = ASKED.replace("1000,25", "1000,0.01")
    told = offered(tmp_path, written(tmp_path), SlotsWish(), asked=poor)
    assert {one["offered"] for one in told if one["stop"] == "ann"} == {"0"}


def test_beside_a_day_under_way_no_window_that_is_over_has_a_place(tmp_path: Path) -> None:
    files = written(tmp_path)
    replanned(files, tmp_path / "out", "11:30", documents=False)
    told = offered(tmp_path, DayFiles(files.stops, files.vehicles, tmp_path / "out"), SlotsWish())
    over = [one for one in told if one["window_to"] == "11:00:00"]
    assert {one["cost"] for one in over} == {""}
    later = [one for one in told if one["window_from"] == "13:00:00" and one["stop"] != "heavy"]
    assert all(one["cost"] for one in later)


def test_who_is_where_no_van_goes_is_told_and_the_others_are_served(tmp_path: Path) -> None:
    asked = ASKED.replace("bob,41.20,-8.61", "bob,-8.61,41.20")
    told = offered(tmp_path, written(tmp_path), SlotsWish(), asked)
    bob = [one for one in told if one["stop"] == "bob"]
    assert [(one["rank"], one["offered"], one["cost"]) for one in bob] == [(rank, "0", "") for rank in "123"]
    assert all("exchanged it would be 5.6 km" in one["why"] for one in bob)
    assert any(one["offered"] == "1" and not one["why"] for one in told if one["stop"] == "ann")
    summary = orjson.loads((tmp_path / "slots" / "summary.json").read_bytes())
    assert (summary["shoppers"], summary["without_offer"], summary["set_aside"]) == (3, 2, 1)
    assert "No window can be offered: it lies" in (tmp_path / "slots" / "slots.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("asked", "windows", "why"),
    [
        (ASKED.replace("ann", "a", 1), WINDOWS, "already; who asks has an id"),
        (ASKED.replace("bob", "ann"), WINDOWS, "repeats row 2"),
        (ASKED, WINDOWS.replace("13:00,15:00", "15:00,13:00"), "is before window_from"),
        (ASKED, WINDOWS.replace("13:00,15:00", "2026-11-28T13:00Z,15:00"), "write all times alike"),
        (ASKED, "window_from,window_to\n", "has no rows"),
    ],
)
def test_what_is_wrong_is_refused(tmp_path: Path, asked: str, windows: str, why: str) -> None:
    files = written(tmp_path, events=EVENTS)
    with pytest.raises(InputRefused) as refused:
        offered(tmp_path, files, SlotsWish(), asked, windows)
    assert any(why in one.why or why in str(one) for one in refused.value.faults), refused.value.faults
    assert not (tmp_path / "slots").exists()
