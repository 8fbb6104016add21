"""The search gone on with behind the changes: what it moves is told, and nothing promised breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from tests.flows.route_day import Watching, clock
from tests.flows.running_day import ROUTES, STOPS, VEHICLES, written
from tests.flows.test_route_replan import rows

from doorstep.flows.route_replan import Asked, Replanned, replan_files
from doorstep.flows.route_search_on import Search
from doorstep.kernels.run import Run

NONE_CHEAPER = "no cheaper rounds were found that hold all windows and the order of locked stops"
THREE = """round,vehicle,trip,position,stop
1,van-1,1,1,a
2,van-2,1,1,b
3,van-3,1,1,c
3,van-3,1,2,d
"""
"""A van more than is needed, each of which costs 20."""


def ticking() -> Callable[[], float]:
    """A clock that shows a tenth of a second more whenever it is asked."""
    ticks = count()
    return lambda: next(ticks) / 10


def searched(folder: Path, watching: Watching, ended: bool = False, cold: bool = False, **texts: str) -> Replanned:
    folder.mkdir(exist_ok=True)
    asked = Asked("07:30", 0, search=Search(1.0, cold))
    files = written(folder, **{"routes": THREE, "events": "event,at\n"} | texts)
    times = clock(watching, ticking(), ended)
    return replan_files(files, folder / "out", asked, clock=times, run=Run(seed=1), documents=False)


def test_what_the_search_moves_is_told_with_what_it_saves(tmp_path: Path) -> None:
    watching = Watching()
    done = searched(tmp_path, watching)
    assert len({one["vehicle"] for one in rows(tmp_path / "out" / "routes.csv")}) < 3
    changes = rows(tmp_path / "out" / "changes.csv")
    (told,) = [one for one in changes if one["effect"] == "searched"]
    moved = {one["stop"] for one in changes if one["effect"] == "moved"}
    assert done.summary["search_moved"] == done.summary["moved"] == len(moved) > 0
    assert told["why"].startswith(f"{len(moved)} stops are on another van")
    assert (told["row"], told["change"]) == ("", "search")
    assert float(told["cost"]) == pytest.approx(-float(str(done.summary["search_cost_less"])), abs=0.006)
    assert float(told["cost"]) < -15
    assert {one["change"] for one in changes} == {"search"}
    for one in rows(tmp_path / "out" / "routes.csv"):
        assert one["window_from"] <= one["begins"] <= (one["window_to"] or "24")
    assert watching.told[-1].startswith("best ")


def test_a_search_that_is_ended_at_once_changes_nothing(tmp_path: Path) -> None:
    done = searched(tmp_path, Watching(), ended=True)
    assert done.summary["search_moved"] == 0
    (told,) = rows(tmp_path / "out" / "changes.csv")
    assert (told["effect"], told["cost"], told["why"]) == ("searched", "0.00", NONE_CHEAPER)
    assert [one["vehicle"] for one in rows(tmp_path / "out" / "routes.csv")] == ["van-1", "van-2", "van-3", "van-3"]


def test_what_is_locked_stays_on_its_van(tmp_path: Path) -> None:
    events = "event,at,stop\n" + "".join(f"locked,07:30,{stop}\n" for stop in "abc")
    searched(tmp_path, Watching(), events=events)
    on = {one["stop"]: one["vehicle"] for one in rows(tmp_path / "out" / "routes.csv")}
    assert (on["a"], on["b"], on["c"]) == ("van-1", "van-2", "van-3")


def test_compiling_does_not_count(tmp_path: Path) -> None:
    """Called once in short before: as many slices of the search are left, and the same rounds."""
    warm, cold = (searched(tmp_path / name, Watching(), cold=name == "cold") for name in ("warm", "cold"))
    assert warm.summary["search_cost_less"] == cold.summary["search_cost_less"]
    assert replace(warm.told, instance=cold.told.instance).now_s == cold.told.now_s


def test_where_nobody_can_search_it_is_told_and_the_changes_stand(tmp_path: Path) -> None:
    """A pair and a pause together: neither engine knows both."""
    head, *lines = STOPS.splitlines()
    pair = ["from,41.16,-8.61,60,,,,,500,to", "to,41.17,-8.61,60,,,,500,,"]
    stops = "\n".join([f"{head},pair", *(f"{line}," for line in lines), *pair, ""])
    vans = VEHICLES.replace("reload_seconds", "reload_seconds,break_seconds").replace(",600,3", ",600,1800,3")
    routes = ROUTES + "2,van-2,1,3,from\n2,van-2,1,4,to\n"
    done = searched(tmp_path, Watching(), stops=stops, vehicles=vans, routes=routes)
    (told,) = [one for one in done.at.changes if one.effect == "searched"]
    assert told.why.startswith("it cannot be searched on: ")
    assert done.summary["search_seconds"] == 0.0
    assert {"from", "to"} <= {one["stop"] for one in rows(tmp_path / "out" / "routes.csv")}
