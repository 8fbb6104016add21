"""From a day under way to the day as it is now; what a change comes to is the kernel's affair."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from pathlib import Path

import orjson
import pytest
from tests.flows.route_day import Watching, clock
from tests.flows.running_day import EVENTS, ROUTES, STOPS, written

from doorstep.domain.errors import InputRefused, OutputRefused
from doorstep.files.route_day_in import DayFiles, read_day
from doorstep.flows.route_replan import Asked, Replanned, replan_files
from doorstep.kernels.run import Run


def replanned(files: DayFiles, out: Path, now: str = "", tries: int = 4, documents: bool = True) -> Replanned:
    return replan_files(files, out, Asked(now, tries), clock=clock(Watching()), run=Run(seed=3), documents=documents)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("day")
    replanned(written(where), where / "out")
    return where


def test_new_stops_are_served_or_refused_with_the_reason(folder: Path) -> None:
    told = {(one["stop"], one["effect"]): one for one in rows(folder / "out" / "changes.csv")}
    assert {("e", "served"), ("two", "served"), ("d", "gone"), ("far", "refused")} <= set(told)
    assert told["far", "refused"]["why"]
    (lost,) = rows(folder / "out" / "unserved.csv")
    assert (lost["stop"], bool(lost["detail"])) == ("far", True)
    driven = {one["stop"]: one for one in rows(folder / "out" / "routes.csv")}
    assert set(driven) == {"b", "c", "e", "two"}
    assert driven["two"]["window_from"] == "10:00:00"
    assert driven["c"]["begins"] <= "12:00:00"
    assert told["e", "served"]["begins"] == driven["e"]["begins"]
    assert told["e", "served"]["row"] == "4"


def test_all_files_are_there_and_the_summary_counts_what_has_changed(folder: Path) -> None:
    out = folder / "out"
    assert {one.name for one in out.iterdir()} == {
        "routes.csv", "rounds.csv", "vans_now.csv", "events_known.csv", "changes.csv", "unserved.csv", "routes.geojson",
        "map.html", "summary.json",
    }  # fmt: skip
    summary = orjson.loads((out / "summary.json").read_bytes())
    effects = Counter(effect for effect, _ in {(one["effect"], one["stop"]) for one in rows(out / "changes.csv")})
    assert (summary["served"], summary["refused"], summary["cancelled"]) == (2, 1, 1)
    assert (summary["moved"], summary["shifted"]) == (effects["moved"], effects["shifted"])
    assert (summary["events"], summary["known_before"], summary["stops"]) == (6, 0, 4)
    assert summary["longest_seconds"] <= summary["replanning_seconds"]
    assert summary["broken_promised"] == 0


def test_places_and_loads_are_those_of_the_van_and_not_of_its_mark(folder: Path) -> None:
    driven = rows(folder / "out" / "routes.csv")
    for name in {one["round"] for one in driven}:
        line = [one for one in driven if one["round"] == name]
        assert [one["position"] for one in line] == [str(place) for place in range(1, len(line) + 1)]
        assert all("where it is" not in one["why"] and f"no. {one['position']} of" in one["why"] for one in line)
    lines = orjson.loads((folder / "out" / "routes.geojson").read_bytes())["features"]
    depots = [one["geometry"]["coordinates"] for one in lines if one["properties"]["kind"] == "depot"]
    assert depots == [[-8.61, 41.15]]
    begins = [one["geometry"]["coordinates"][0] for one in lines if one["properties"]["kind"] == "round"]
    assert [-8.61, 41.163] in begins  # where van-1 was seen


def test_what_is_written_is_the_day_that_is_read_again(folder: Path) -> None:
    """Nothing has happened since: the same vans, the same rounds, the same windows."""
    files = written(folder)
    again = DayFiles(files.stops, files.vehicles, folder / "out", files.events)
    read = read_day(again)
    assert (read.known, read.events, read.now_s) == (6, (), 10 * 3600)
    stood = replanned(again, folder / "again", tries=0)
    assert stood.at.changes == []
    for name in ("routes.csv", "vans_now.csv", "events_known.csv"):
        assert (folder / "again" / name).read_text() == (folder / "out" / name).read_text()


def test_a_day_goes_on_in_its_own_folder(tmp_path: Path) -> None:
    files, out = written(tmp_path), tmp_path / "out"
    replanned(files, out, documents=False)
    more = tmp_path / "more.csv"
    more.write_text(
        EVENTS + "late,10:20,,van-1,,,600,\nlocked,10:20,b,,,,,\ncancelled,10:21,a,,,,,\n", encoding="utf-8"
    )
    done = replanned(DayFiles(files.stops, files.vehicles, out, more), out, documents=False)
    assert [(one.row, one.effect) for one in done.at.changes if one.effect in ("taken", "nothing")] == [
        (8, "taken"), (10, "nothing"),
    ]  # fmt: skip
    assert [one["locked"] for one in rows(out / "routes.csv") if one["stop"] == "b"] == ["1"]
    assert done.told.known == 6


def test_a_promise_that_cannot_be_held_is_told_and_held_to_the_new_time(tmp_path: Path) -> None:
    late = EVENTS.splitlines()[0] + "\ndone,11:50,d,,,,,\n"
    files = written(tmp_path, events=late, routes=ROUTES.replace("1,c", "3,c"))
    done = replanned(files, tmp_path / "out", "12:20", documents=False)
    (missed,) = [one for one in done.at.changes if one.effect == "broken" and one.stop == "c"]
    assert (missed.promised, missed.row, missed.change) == (True, None, "delay")
    (driven,) = [one for one in rows(tmp_path / "out" / "routes.csv") if one["stop"] == "c"]
    assert driven["window_to"] == driven["begins"] > "12:00:00"
    assert done.summary["broken_promised"]
    again = DayFiles(files.stops, files.vehicles, tmp_path / "out", None)
    assert replanned(again, tmp_path / "again", documents=False).summary["broken_promised"] == 0


def test_equal_seeds_give_equal_days(tmp_path: Path) -> None:
    for name in ("one", "two"):
        replanned(written(tmp_path), tmp_path / name, documents=False)
    for name in ("routes.csv", "changes.csv", "vans_now.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_what_is_refused_leaves_all_as_it_was(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(InputRefused):
        replanned(written(tmp_path, events="event,at\nflown,10:00\n"), out)
    assert not out.exists()
    with pytest.raises(OutputRefused):
        replanned(written(tmp_path), tmp_path)


def test_what_is_reported_twice_is_done_once(tmp_path: Path) -> None:
    twice = EVENTS.replace("done,09:30,a,,,,,\n", "done,09:30,a,,,,,\ndone,09:31,a,,,,,\n")
    assert twice != EVENTS
    replanned(written(tmp_path, events=twice), tmp_path / "out", documents=False)
    assert "a" not in {one["stop"] for one in rows(tmp_path / "out" / "routes.csv")}


def test_a_new_stop_with_two_windows_can_be_cancelled_at_once(tmp_path: Path) -> None:
    events = EVENTS.rstrip("\n") + "\ncancelled,10:00,two,,,,,\n"
    replanned(written(tmp_path, events=events), tmp_path / "out", documents=False)
    assert "two" not in {one["stop"] for one in rows(tmp_path / "out" / "routes.csv")}
    assert ("two", "gone") in {(one["stop"], one["effect"]) for one in rows(tmp_path / "out" / "changes.csv")}


@pytest.mark.parametrize("event", ["done", "locked"])
def test_a_stop_that_is_new_in_the_same_file_cannot_be_done_yet(tmp_path: Path, event: str) -> None:
    events = EVENTS.rstrip("\n") + f"\n{event},10:00,e,,,,,\n"
    with pytest.raises(InputRefused) as refused:
        replanned(written(tmp_path, events=events), tmp_path / "out")
    assert any("replan first" in str(one) for one in refused.value.faults)


@pytest.mark.parametrize("at", ["10:00", "09:20"])
def test_a_row_that_comes_late_is_heeded_once(tmp_path: Path, at: str) -> None:
    """Of the minute of the last row, or of one before it: the stop is new to the rounds all the same."""
    first, rest = EVENTS.replace("new,09:45,e,,,,,\n", ""), f"new,{at},e,,,,,\n"
    files, out = written(tmp_path, events=first), tmp_path / "out"
    replanned(files, out, documents=False)
    assert "e" not in {one["stop"] for one in rows(out / "routes.csv")}
    (tmp_path / "events.csv").write_text(first + rest, encoding="utf-8")
    again = DayFiles(files.stops, files.vehicles, out, files.events)
    done = replanned(again, out, documents=False)
    assert [(one.row, one.effect) for one in done.at.changes if one.stop == "e"] == [(7, "served")]
    assert (done.told.known, len(done.told.events)) == (5, 1)
    assert "e" in {one["stop"] for one in rows(out / "routes.csv")}
    once = replanned(again, out, documents=False)
    assert (once.told.known, once.told.events, once.at.changes) == (6, (), [])


def test_the_same_row_twice_is_two_events(tmp_path: Path) -> None:
    late, out = "late,10:00,,van-1,,,600,\n", tmp_path / "out"
    files = written(tmp_path, events=EVENTS + late)
    replanned(files, out, documents=False)
    assert [one["seconds"] for one in rows(out / "events_known.csv") if one["event"] == "late"] == ["600"]
    (tmp_path / "events.csv").write_text(EVENTS + late + late, encoding="utf-8")
    done = replanned(DayFiles(files.stops, files.vehicles, out, files.events), out, documents=False)
    assert [(one.row, one.kind) for one in done.told.events] == [(9, "late")]


def test_a_packed_day_is_the_same_day(tmp_path: Path) -> None:
    files, out = written(tmp_path), tmp_path / "out"
    replanned(files, out, documents=False)
    plain = read_day(DayFiles(files.stops, files.vehicles, out, files.events))
    for name in ("routes.csv", "vans_now.csv", "events_known.csv"):
        (out / f"{name}.gz").write_bytes(gzip.compress((out / name).read_bytes()))
        (out / name).unlink()
    packed = read_day(DayFiles(files.stops, files.vehicles, out, files.events))
    assert (packed.as_of_s, packed.known, packed.day.vans) == (plain.as_of_s, 6, plain.day.vans)


@pytest.mark.parametrize("event", ["done", "locked"])
def test_a_stop_that_is_new_in_the_same_file_of_a_day_under_way(tmp_path: Path, event: str) -> None:
    """It is locked where it is put; and done only by the next one, which has it on a round."""
    files, out = written(tmp_path, events=EVENTS.replace("new,09:45,e,,,,,\n", "")), tmp_path / "out"
    replanned(files, out, documents=False)
    (tmp_path / "events.csv").write_text(EVENTS + f"{event},10:05,e,,,,,\n", encoding="utf-8")
    again = DayFiles(files.stops, files.vehicles, out, files.events)
    effects = [one.effect for one in replanned(again, out, documents=False).at.changes if one.row == 8]
    locked = {one["stop"]: one["locked"] for one in rows(out / "routes.csv")}
    assert (effects, locked["e"]) == (([], "1") if event == "locked" else (["nothing"], "0"))
    done = replanned(again, out, documents=False)
    assert [one.kind for one in done.told.events] == ([] if event == "locked" else ["done"])
    assert ("e" in {one["stop"] for one in rows(out / "routes.csv")}) == (event == "locked")


def test_a_day_that_runs_beyond_the_night_is_read_again(tmp_path: Path) -> None:
    events = EVENTS.splitlines()[0] + "\nlate,10:00,,van-1,,,172800,\nlate,10:00,,van-2,,,172800,\n"
    files, out = written(tmp_path, events=events), tmp_path / "out"
    replanned(files, out, documents=False)
    assert max(one["at"] for one in rows(out / "vans_now.csv")) > "47:59:59"
    again = DayFiles(files.stops, files.vehicles, out, files.events)
    assert replanned(again, out, documents=False).at.changes == []


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("-8.61,41.163", "with latitude and longitude exchanged it would be 1.4 km"),
        ("0,0", "km from the nearest depot"),
    ],
)
def test_a_position_where_no_van_goes_is_told_and_not_heeded(tmp_path: Path, place: str, told: str) -> None:
    """The rest is heeded: the day is that of the other rows alone."""
    for name in ("stray", "plain"):
        (tmp_path / name).mkdir()
    row = "position,10:00,,van-1,41.163,-8.61,,by phone\n"
    stray = written(tmp_path / "stray", events=EVENTS.replace("41.163,-8.61", place))
    done = replanned(stray, tmp_path / "stray" / "out", documents=False)
    replanned(written(tmp_path / "plain", events=EVENTS.replace(row, "")), tmp_path / "plain" / "out", documents=False)
    (aside,) = [one for one in done.at.changes if one.effect == "set_aside"]
    assert (aside.row, aside.vehicle, done.summary["set_aside"]) == (3, "van-1", 1)
    assert told in aside.why
    for name in ("routes.csv", "vans_now.csv"):
        assert (tmp_path / "stray" / "out" / name).read_text() == (tmp_path / "plain" / "out" / name).read_text()
    files = DayFiles(stray.stops, stray.vehicles, tmp_path / "stray" / "out", stray.events)
    assert replanned(files, tmp_path / "again", documents=False).at.changes == []


def test_a_van_that_stands_in_the_sea_is_taken_to_be_at_its_depot(tmp_path: Path) -> None:
    files, out = written(tmp_path), tmp_path / "out"
    replanned(files, out, documents=False)
    stood = (out / "vans_now.csv").read_text()
    (out / "vans_now.csv").write_text(stood.replace("41.163000,-8.610000", "-8.610000,41.163000"))
    done = replanned(DayFiles(files.stops, files.vehicles, out), tmp_path / "again", documents=False)
    (aside,) = [one for one in done.at.changes if one.effect == "set_aside"]
    assert (aside.row, aside.vehicle) == (None, "van-1")
    assert "exchanged it would be 1.4 km; it is taken to be at its depot" in aside.why
    stands = {one["vehicle"]: one for one in rows(tmp_path / "again" / "vans_now.csv")}
    assert (stands["van-1"]["latitude"], stands["van-1"]["longitude"]) == ("41.150000", "-8.610000")
    assert {one["stop"] for one in rows(tmp_path / "again" / "routes.csv")} == {"b", "c", "e", "two"}


def test_a_new_stop_where_no_van_goes_is_refused_until_its_row_is_mended(tmp_path: Path) -> None:
    stops = (tmp_path / "stops.csv", STOPS.replace("e,41.165,-8.61", "e,-8.61,41.165"))
    files, out = written(tmp_path, stops=stops[1]), tmp_path / "out"
    done = replanned(files, out, documents=False)
    assert [(one.row, one.stop) for one in done.at.changes if one.effect == "refused"] == [(4, "e"), (7, "far")]
    lost = {one["stop"]: one for one in rows(out / "unserved.csv")}
    assert (lost["e"]["reason"], lost["e"]["remedy"]) == ("position_swapped", "mend row 6 of the file")
    assert "two" in {one["stop"] for one in rows(out / "routes.csv")}
    stops[0].write_text(STOPS, encoding="utf-8")
    again = replanned(DayFiles(files.stops, files.vehicles, out, files.events), out, documents=False)
    assert [(one.row, one.effect) for one in again.at.changes if one.stop == "e"] == [(4, "served")]


def test_for_a_new_stop_where_no_van_goes_another_of_its_group_is_served(tmp_path: Path) -> None:
    lines = STOPS.replace("e,41.165,-8.61", "e,-8.61,41.165").splitlines()
    grouped = [f"{lines[0]},group", *(f"{one},{'g' if one.startswith('e,') else ''}" for one in lines[1:])]
    stops = "\n".join([*grouped, "locker,41.166,-8.61,60,,,,,1000,g"]) + "\n"
    done = replanned(written(tmp_path, stops=stops), tmp_path / "out", documents=False)
    assert [(one.row, one.stop) for one in done.at.changes if one.effect == "refused"] == [(7, "far")]
    assert "locker" in {one["stop"] for one in rows(tmp_path / "out" / "routes.csv")}


def test_a_new_stop_where_no_van_goes_is_no_longer_refused_once_it_is_cancelled(tmp_path: Path) -> None:
    stops, events = STOPS.replace("e,41.165,-8.61", "e,-8.61,41.165"), EVENTS + "cancelled,10:00,e,,,,,\n"
    done = replanned(written(tmp_path, stops=stops, events=events), tmp_path / "out", documents=False)
    assert [(one.row, one.effect) for one in done.at.changes if one.stop == "e"] == [(4, "set_aside"), (8, "set_aside")]
    assert "e" not in {one["stop"] for one in rows(tmp_path / "out" / "unserved.csv")}


def test_of_several_windows_of_a_refused_stop_the_one_that_takes_least_is_told(tmp_path: Path) -> None:
    stops = STOPS.replace("far,41.45,-8.61,300,,10:30,,", "far,41.45,-8.61,300,,,08:00/09:00 10:05/10:20,")
    assert stops != STOPS
    done = replanned(written(tmp_path, stops=stops), tmp_path / "out", documents=False)
    (lost,) = [one for one in done.at.changes if one.effect == "refused"]
    assert "of its 2 windows that from 10:05 until 10:20 takes least" in lost.why
    assert "let its window close" in lost.why


def test_a_map_says_what_another_window_would_cost(folder: Path) -> None:
    (driven,) = [one for one in rows(folder / "out" / "routes.csv") if one["stop"] == "two"]
    assert "In its other window" not in driven["why"]  # it is over
    early = EVENTS.splitlines()[0] + "\nnew,07:50,two,,,,,\n"
    where = folder / "early"
    where.mkdir()
    replanned(written(where, events=early), where / "out")
    (driven,) = [one for one in rows(where / "out" / "routes.csv") if one["stop"] == "two"]
    assert "In its other window from " in driven["why"]


def test_a_van_that_leaves_before_its_shift_is_out(tmp_path: Path) -> None:
    """It is on the road: its round can be driven from where it is, whenever its shift begins."""
    events = EVENTS.splitlines()[0] + "\nposition,07:40,,van-1,41.155,-8.61,,\n"
    done = replanned(written(tmp_path, events=events), tmp_path / "out", documents=False)
    assert done.at.changes == [] or {one.effect for one in done.at.changes} == {"shifted"}
    (first,) = [one for one in rows(tmp_path / "out" / "routes.csv") if one["stop"] == "a"]
    assert "07:40:00" < first["begins"] < "08:00:00"


def test_a_round_that_the_files_have_made_too_heavy_is_told_as_that(tmp_path: Path) -> None:
    """The stop weighs more than in the morning, on a van that is out already: nobody can take anything off it."""
    files, out = written(tmp_path), tmp_path / "out"
    replanned(files, out, documents=False)
    (tmp_path / "stops.csv").write_text(STOPS.replace(",6000,", ",60000,"), encoding="utf-8")
    done = replanned(DayFiles(files.stops, files.vehicles, out), tmp_path / "again", "10:05", documents=False)
    (unfit,) = [one for one in done.at.changes if one.effect == "unfit"]
    assert unfit.vehicle == "van-1"
    assert "is more than it carries" in unfit.why
