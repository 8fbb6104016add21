"""What users ask of routing engines. Numbers are those of docs/asks.md."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.cli.run import doorstep

STOPS = "stop,latitude,longitude,service_seconds,window_from,window_to,weight_g"
VANS = (
    "vehicle,depot_latitude,depot_longitude,capacity_g,shift_from,shift_to,"
    "cost_per_km,cost_per_hour,fixed_cost,max_trips"
)
DEPOT = (49.41, 8.69)


def stop(name: str, north: int, weight_g: int = 1_000, window: tuple[str, str] = ("08:00", "17:00")) -> str:
    """A stop so many times 900 metres north of the depot."""
    return f"{name},{DEPOT[0] + north / 123.5:.5f},{DEPOT[1]},120,{window[0]},{window[1]},{weight_g}"


def van(name: str, capacity_g: int = 10_000, max_trips: int = 1) -> str:
    return f"{name},{DEPOT[0]},{DEPOT[1]},{capacity_g},08:00,17:00,0.50,20.00,10.00,{max_trips}"


def routed(folder: Path, stops: list[str], vans: list[str]) -> tuple[int, Path]:
    (folder / "stops.csv").write_text("\n".join([STOPS, *stops, ""]), encoding="utf-8")
    (folder / "vans.csv").write_text("\n".join([VANS, *vans, ""]), encoding="utf-8")
    out = folder / "out"
    words = ("--vehicles", folder / "vans.csv", "--seconds", 600, "--iterations", 400, "--engine", "own", "--out", out)
    done = doorstep("route", folder / "stops.csv", *words)
    assert done.returncode in (0, 3), done.stderr
    return done.returncode, out


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_ask_54_why_a_stop_is_not_served_and_why_one_is_on_its_van(tmp_path: Path) -> None:
    """The reason is a constraint with its numbers and what would help, not a guess."""
    stops = [stop("near", 1), stop("far", 3), stop("anvil", 2, 25_000), stop("dawn", 2, 1_000, ("05:00", "06:00"))]
    code, out = routed(tmp_path, stops, [van("north"), van("south")])
    assert code == 3
    why = {one["stop"]: one for one in rows(out / "unserved.csv")}
    assert set(why) == {"anvil", "dawn"}
    assert "25,000" in why["anvil"]["detail"] or "25 kg" in why["anvil"]["detail"]
    assert all(one["reason"] and one["detail"] and one["remedy"] for one in why.values())
    assert all(one["why"] for one in rows(out / "routes.csv") if one["stop"] in ("near", "far"))


def test_ask_55_no_stop_is_left_out_while_a_van_is_free_for_it(tmp_path: Path) -> None:
    """Four loads of which each fills a van, and four vans: nobody is left, however dear the last van."""
    stops = [stop(f"s{n}", n, 9_000) for n in range(1, 5)]
    code, out = routed(tmp_path, stops, [van(f"v{n}") for n in range(4)])
    assert (code, rows(out / "unserved.csv")) == (0, [])
    assert len({one["round"] for one in rows(out / "routes.csv")}) == 4


def test_ask_57_a_van_comes_back_to_load_again(tmp_path: Path) -> None:
    """One van, three trips; with one trip two of the stops are left."""
    stops = [stop(f"s{n}", n, 9_000) for n in range(1, 4)]
    assert routed(tmp_path, stops, [van("only", max_trips=3)])[0] == 0
    assert {one["trip"] for one in rows(tmp_path / "out" / "routes.csv")} == {"1", "2", "3"}
    (tmp_path / "once").mkdir()
    code, out = routed(tmp_path / "once", stops, [van("only")])
    assert code == 3
    assert len(rows(out / "unserved.csv")) == 2
