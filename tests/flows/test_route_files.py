"""From files to rounds to files; how good the rounds are is the kernel's affair."""

from __future__ import annotations

import csv
import itertools
import sys
from pathlib import Path

import orjson
import pytest
from tests.flows.route_day import STOPS, VEHICLES, Watching, clock, written
from tests.flows.standing_in import fill_up

from doorstep.domain.errors import InputRefused, OutputRefused
from doorstep.flows import route_files as flow
from doorstep.flows.route_clock import Clock
from doorstep.flows.route_files import Routed, route_files
from doorstep.flows.route_ground import Files
from doorstep.kernels.route.problem import RouteParams
from doorstep.kernels.run import Run
from doorstep.plugins.maps.haversine.engine import USUAL

INSTANCE = """NAME : tiny
TYPE : CVRP
DIMENSION : 4
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 10
NODE_COORD_SECTION
1 0 0
2 0 3
3 4 0
4 4 3
DEMAND_SECTION
1 0
2 4
3 5
4 6
DEPOT_SECTION
1
-1
EOF
"""


@pytest.fixture(autouse=True)
def standing_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "route", fill_up)


def routed(files: Files, out: Path, watching: Watching | None = None, **more: bool) -> Routed:
    run, params = Run(seed=3, iterations=7), RouteParams()
    return route_files(files, out, clock=clock(watching or Watching()), params=params, run=run, **more)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def test_a_day_becomes_rounds_with_times_and_the_rest_has_its_reason(tmp_path: Path) -> None:
    out, watching = tmp_path / "out", Watching()
    told = routed(Files(*written(tmp_path)), out, watching)
    assert {one.name for one in out.iterdir()} == {
        "solution.sol", "routes.csv", "rounds.csv", "unserved.csv", "left.csv", "notices.csv", "routes.geojson",
        "map.html", "sheets.pdf", "summary.json",
    }  # fmt: skip
    driven = rows(out / "routes.csv")
    assert [(row["round"], row["vehicle"], row["stop"]) for row in driven] == [
        ("1", "van-1", "a"),
        ("1", "van-1", "b"),
        ("2", "van-2", "c"),
    ]
    assert driven[0]["window_from"] == "08:00:00"
    assert driven[0]["begins"] >= "08:00:00"
    assert driven[0]["load_weight_g"] == "6000"
    (lost,) = rows(out / "unserved.csv")
    assert (lost["stop"], lost["reason"]) == ("heavy", "too_large")
    assert "let van carry 83,000 more of weight (g), 93,000 in all" in lost["remedy"]
    assert all("Next best" in row["why"] or "No other van" in row["why"] for row in driven)
    assert (out / "solution.sol").read_text(encoding="utf-8") == "Route #1: 1 2\nRoute #2: 3\nCost 12.34\n"
    assert watching.told == ["best 0.00, 1 not served"]
    assert not told.without_sheets


def test_the_summary_has_the_agreed_keys(tmp_path: Path) -> None:
    told = routed(Files(*written(tmp_path)), tmp_path / "out")
    summary = orjson.loads((tmp_path / "out" / "summary.json").read_bytes())
    assert summary | {"written_by": "doorstep"} == {**told.summary, "written_by": "doorstep"}
    known = {key: summary[key] for key in ("cost", "routes", "unserved", "left", "stops", "seed", "iterations")}
    assert known == {"cost": 12.34, "routes": 2, "unserved": 1, "left": 0, "stops": 4, "seed": 3, "iterations": 7}
    assert (summary["lower_bound"], summary["gap_pct"], summary["seconds"]) == (12.0, 2.7553, 1.0)


def test_an_instance_has_no_sheets_and_counts_as_it_counts(tmp_path: Path) -> None:
    (tmp_path / "tiny.vrp").write_text(INSTANCE, encoding="utf-8")
    told = routed(Files(tmp_path / "tiny.vrp"), tmp_path / "out")
    names = {one.name for one in (tmp_path / "out").iterdir()}
    assert "sheets.pdf" not in names
    assert "map.html" in names
    assert not told.without_sheets
    assert told.summary["cost"] == 12_340_000
    assert [row["arrival"] for row in rows(tmp_path / "out" / "routes.csv")] == ["3", "4", "5"]


def test_documents_can_be_left_out(tmp_path: Path) -> None:
    told = routed(Files(*written(tmp_path)), tmp_path / "out", documents=False)
    assert {"map.html", "sheets.pdf"} & {one.name for one in (tmp_path / "out").iterdir()} == set()
    assert not told.without_sheets


def test_without_what_draws_sheets_the_rest_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "doorstep.documents.round_sheets", None)
    told = routed(Files(*written(tmp_path)), tmp_path / "out")
    assert told.without_sheets
    assert "map.html" in {one.name for one in (tmp_path / "out").iterdir()}


def test_a_former_result_is_replaced_and_other_files_are_not(tmp_path: Path) -> None:
    files = Files(*written(tmp_path))
    for _ in range(2):
        routed(files, tmp_path / "out")
    (tmp_path / "out" / "note.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputRefused):
        routed(files, tmp_path / "out")


def test_a_refused_file_leaves_nothing_behind(tmp_path: Path) -> None:
    stops, vehicles = written(tmp_path, STOPS.replace("b,41.16", "a,41.16"))
    with pytest.raises(InputRefused):
        routed(Files(stops, vehicles), tmp_path / "out")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["monday.csv", "vans.csv"]


def test_a_day_without_stops_is_written_too(tmp_path: Path) -> None:
    told = routed(Files(*written(tmp_path, STOPS.splitlines()[0] + "\n")), tmp_path / "out")
    assert (told.summary["stops"], told.summary["routes"], told.summary["unserved"]) == (0, 0, 0)
    assert rows(tmp_path / "out" / "routes.csv") == []


def test_a_rehearsal_comes_before_the_seconds_and_is_told(tmp_path: Path) -> None:
    ages = itertools.count()  # a second passes whenever somebody looks
    watching, params = Watching(), RouteParams()
    found = route_files(
        Files(*written(tmp_path)),
        tmp_path / "out",
        clock=Clock(lambda: float(next(ages)), 100.0, lambda: False, watching),
        params=params,
        run=Run(iterations=7),
        rehearsed=True,
    )
    assert found.summary["compiling_seconds"] == 1.0
    assert "compiling_seconds" not in routed(Files(*written(tmp_path)), tmp_path / "again").summary


def test_no_file_tells_how_far_it_is_and_the_calibrated_great_circle_does(tmp_path: Path) -> None:
    """Two places in Porto, less than a kilometre apart: the first band's detour and pace, both ways."""
    stops = "stop,latitude,longitude,service_seconds\na,41.155,-8.61,0\n"
    vans = VEHICLES.replace("41.18,-8.66", "41.15,-8.61")
    (band, *_), crow = USUAL.bands, 5 / 1000 * 111_195  # five thousandths of a degree
    done = routed(Files(*written(tmp_path, stops, vans)), tmp_path / "out")
    (driven,) = done.rounds.rounds
    assert driven.distance_m == pytest.approx(2 * crow * band.detour_ppm / 1e6, abs=2)
    assert driven.duration_s == pytest.approx(driven.distance_m / 1000 * band.seconds_per_km, abs=2)
