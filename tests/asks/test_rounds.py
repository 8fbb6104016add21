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


EVENTS = "event,at,stop,vehicle,latitude,longitude,seconds"
PROMISED = ("08:00", "12:00")


def test_ask_58_a_new_order_goes_on_a_running_day_and_no_promise_is_broken(tmp_path: Path) -> None:
    """Two stops are promised by noon; a third comes in at nine, and a fourth that nobody could reach is refused."""
    promised = [stop("a", 1, window=PROMISED), stop("b", 2, window=PROMISED)]
    (tmp_path / "out").mkdir()
    rounds = "vehicle,position,stop\nnorth,1,a\nnorth,2,b\n"
    (tmp_path / "out" / "routes.csv").write_text(rounds, encoding="utf-8")
    new = [stop("new", 3), stop("anvil", 2, 25_000)]
    (tmp_path / "stops.csv").write_text("\n".join([STOPS, *promised, *new, ""]), encoding="utf-8")
    (tmp_path / "vans.csv").write_text("\n".join([VANS, van("north", max_trips=2), ""]), encoding="utf-8")
    happened = [EVENTS, "new,09:00,new,,,,", "new,09:01,anvil,,,,", ""]
    (tmp_path / "events.csv").write_text("\n".join(happened), encoding="utf-8")
    words = ("--vehicles", tmp_path / "vans.csv", "--rounds", tmp_path / "out", "--events", tmp_path / "events.csv")
    done = doorstep("replan", tmp_path / "stops.csv", *words, "--out", tmp_path / "now")
    assert done.returncode == 3, done.stderr
    driven = {one["stop"]: one["begins"] for one in rows(tmp_path / "now" / "routes.csv")}
    assert "new" in driven
    assert all(driven.get(name, "12:00:00") <= "12:00:00" for name in ("a", "b"))
    effects = {one["stop"]: one["effect"] for one in rows(tmp_path / "now" / "changes.csv") if one["row"]}
    assert (effects["new"], effects["anvil"]) == ("served", "refused")


def test_ask_59_a_caller_is_offered_windows_by_what_they_cost_and_how_sure_they_are(tmp_path: Path) -> None:
    """While the van is near in the morning a window costs less than one for which it goes out again."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "routes.csv").write_text("vehicle,position,stop\nnorth,1,a\n", encoding="utf-8")
    stops = [STOPS, stop("a", 5, window=("08:00", "10:00")), ""]
    (tmp_path / "stops.csv").write_text("\n".join(stops), encoding="utf-8")
    (tmp_path / "vans.csv").write_text("\n".join([VANS, van("north"), ""]), encoding="utf-8")
    asked = stop("caller", 4).split(",")
    told = "stop,latitude,longitude,service_seconds,weight_g\n" + ",".join([*asked[:4], asked[6]]) + "\n"
    (tmp_path / "asked.csv").write_text(told, encoding="utf-8")
    hours = "window_from,window_to\n08:00,10:00\n14:00,16:00\n18:00,20:00\n"
    (tmp_path / "windows.csv").write_text(hours, encoding="utf-8")
    words = ("--windows", tmp_path / "windows.csv", "--stops", tmp_path / "stops.csv", "--rounds", tmp_path / "out")
    more = ("--vehicles", tmp_path / "vans.csv", "--out", tmp_path / "slots")
    done = doorstep("slots", tmp_path / "asked.csv", *words, *more)
    assert done.returncode == 0, done.stderr
    morning, afternoon, night = rows(tmp_path / "slots" / "slots.csv")
    assert float(morning["cost"]) < float(afternoon["cost"])
    assert float(morning["on_time_probability"]) >= 0.9
    assert (morning["window_from"], night["window_from"], night["offered"]) == ("08:00:00", "18:00:00", "0")


def test_ask_60_a_stop_has_two_windows_and_one_is_kept(tmp_path: Path) -> None:
    """Both shops close at noon; one van serves both, in whichever windows come cheapest."""
    head = STOPS.replace("window_from,window_to", "windows")
    line = [f"s{n},{DEPOT[0] + n / 123.5:.5f},{DEPOT[1]},3000,08:00/08:20 14:00/15:00,1000" for n in (1, 2)]
    (tmp_path / "stops.csv").write_text("\n".join([head, *line, ""]), encoding="utf-8")
    (tmp_path / "vans.csv").write_text("\n".join([VANS, van("only"), ""]), encoding="utf-8")
    words = ("--vehicles", tmp_path / "vans.csv", "--seconds", 600, "--iterations", 200, "--engine", "own")
    done = doorstep("route", tmp_path / "stops.csv", *words, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    driven = rows(tmp_path / "out" / "routes.csv")
    assert {one["stop"] for one in driven} == {"s1", "s2"}
    for one in driven:
        assert (one["window_from"], one["window_to"]) in {("08:00:00", "08:20:00"), ("14:00:00", "15:00:00")}
        assert one["window_from"] <= one["begins"] <= one["window_to"]
    for one in driven:
        other = "from 08:00 until 08:20" if one["window_from"] == "14:00:00" else "from 14:00 until 15:00"
        assert f"In its other window {other}: " in one["why"]
