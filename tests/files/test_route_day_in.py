"""A day under way is read whole, or refused with every fault of all its files."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.flows.running_day import EVENTS, ROUTES, STOPS, VEHICLES, written

from doorstep.domain.errors import InputRefused
from doorstep.files.route_day_in import DayFiles, read_day
from doorstep.files.rules_route_day import kind_of
from doorstep.kernels.route.problem import RELOAD

TEXTS = {"stops": STOPS, "vehicles": VEHICLES, "routes": ROUTES, "events": EVENTS}
HEAD = "vehicle,as_of,state,at,latitude,longitude"
BROKEN = [
    # file, what stands there, what is put there, its row and column, part of the reason
    ("routes", "van-1,1,1,a", "van-4,1,1,a", 2, "vehicle", "is no van of"),
    ("routes", "van-1,1,1,a", "van,1,1,a", 2, "vehicle", "is no van of"),
    ("routes", "van-1,1,2,b", "van-1,1,2,x", 3, "stop", "names no stop of stops.csv"),
    ("routes", "van-1,1,2,b", "van-1,1,2,a", 3, "stop", "repeats row 2"),
    ("routes", "van-1,1,2,b", "van-1,1,1,b", 3, "position", "repeats row 2"),
    ("routes", "van-1,1,1,a", "van-1,2,1,a", 3, "trip", "comes after trip 2"),
    ("events", "done,09:30,a", "done,09:30,", 2, "stop", "is empty; an event done needs stop"),
    ("events", "done,09:30,a,", "done,09:30,a,van-1", 2, "vehicle", "is nothing that an event done has"),
    ("events", "done,09:30,a", "done,09:30,e2", 2, "stop", "names no stop"),
    ("events", "done,09:30,a", "gone,09:30,a", 2, "event", "is not one of position"),
    ("events", "done,09:30,a", "done,09:30,far", 2, "stop", "replan first"),
    ("events", "done,09:30,a", "done,half past,a", 2, "at", "is not a time; write HH:MM or HH:MM:SS"),
    ("events", "done,09:30,a", "done,2026-11-28T09:30Z,a", 2, "at", "is an instant"),
    ("events", "41.163,-8.61", "41.163,", 3, "longitude", "is empty; an event position needs"),
    ("events", "van-1,41.163", "van-3,41.163", 3, "vehicle", "is not in use"),
    ("events", "new,09:45,e", "new,09:45,two", 5, "stop", "is new already in row 4"),
    ("events", "cancelled,09:55,d", "cancelled,09:55,x", 6, "stop", "names no stop"),
    ("stops", "08:00/09:00 10:00/17:00", "08:00/09:00 09:00/17:00", 8, "windows", "do not follow one another"),
    ("routes", "stop\n1,van-1,1,1,a", "stop,window_from\n1,van-1,1,1,a,2026-11-28T09:30Z", 2, "window_from",
     "is an instant"),
    ("stops", "08:00/09:00 10:00/17:00", "08:00-09:00", 8, "windows", "is not"),
    ("stops", ",,08:00/09:00", "08:00,,08:00/09:00", 8, "windows", "stands beside window_from"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "row", "column", "told"), BROKEN)
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, name: str, old: str, new: str, row: int, column: str, told: str
) -> None:
    assert old in TEXTS[name]
    files = written(tmp_path, **{name: TEXTS[name].replace(old, new, 1)})
    with pytest.raises(InputRefused) as refused:
        read_day(files)
    found = [(Path(one.file).name, one.row, one.column) for one in refused.value.faults if told in one.why]
    assert found == [(f"{name}.csv", row, column)]


def why(files: DayFiles, now: str = "") -> str:
    """What the first fault of a day says."""
    with pytest.raises(InputRefused) as refused:
        read_day(files, now)
    return refused.value.faults[0].why


def test_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    texts = {"stops": STOPS.replace("a,41.16", "a,north"), "vehicles": VEHICLES.replace("0.3", "cheap")}
    files = written(tmp_path, **texts, routes=ROUTES.replace("van-2", "lorry"), events=EVENTS.replace("09:30", "9"))
    with pytest.raises(InputRefused) as refused:
        read_day(files, "noon")
    assert [Path(one.file).name for one in refused.value.faults] == [
        "stops.csv", "vehicles.csv", "routes.csv", "routes.csv", "events.csv", "--now",
    ]  # fmt: skip


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    files = written(tmp_path)
    (files.routes).unlink()
    assert why(files) == "is not there"


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("09:40", "is later than --now"),
        ("2026-11-28T10:00Z", "is not written as the times of the files"),
        ("x", "is not a time"),
    ],
)
def test_now_is_after_all_that_has_happened(tmp_path: Path, now: str, told: str) -> None:
    assert told in why(written(tmp_path), now)


def test_what_is_later_than_now_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        read_day(written(tmp_path), "09:50")
    assert [(one.row, one.value) for one in refused.value.faults] == [(3, "10:00"), (6, "09:55"), (7, "10:00")]


def test_somebody_says_what_time_it_is(tmp_path: Path) -> None:
    assert "neither an event nor vans_now.csv" in why(written(tmp_path, events=EVENTS.splitlines()[0] + "\n"))
    assert read_day(written(tmp_path), "10:20:30").now_s == 10 * 3600 + 20 * 60 + 30


def test_a_day_is_read(tmp_path: Path) -> None:
    told = read_day(written(tmp_path, routes=ROUTES.replace("2,van-2,1,2,d", "2,van-2,2,2,d")))
    stops = told.instance.stops
    assert stops == ("a", "b", "c", "d", "e", "far", "two", "two")  # its second window is an alternative
    assert told.names == ("van-1", "van-2")
    first, second = told.day.vans
    assert [stops[one] for one in first.rest] == ["a", "b"]
    assert [one if one == RELOAD else stops[one] for one in second.rest] == ["c", RELOAD, "d"]
    assert (first.is_out, first.locked, first.at_s) == (False, (), 8 * 3600)
    assert told.day.promised == {0, 2}
    assert [(one.row, one.kind) for one in told.events] == [
        (2, "done"), (4, "new"), (5, "new"), (6, "cancelled"), (3, "position"), (7, "new"),
    ]  # fmt: skip
    travel = told.day.problem.travel
    assert (travel.y[-1], travel.x[-1]) == (41.163, -8.61)


def test_vans_as_they_stand_are_read(tmp_path: Path) -> None:
    rows = [HEAD + ",left,driven_m,reloads,collected_weight_g,has_paused,reports,extra_seconds",
            "van-2,09:40,returning,09:55,41.16,-8.61,08:10,4200,0,500,1,1,60",
            "van-1,09:40,out,09:45,41.162,-8.612,08:20,900,1,0,0,0,0", ""]  # fmt: skip
    routes = """vehicle,trip,position,stop,window_to,on_board,under_way,locked
van-1,2,1,a,10:15:30,1,1,0
van-1,2,2,b,,1,0,1
van-2,2,1,c,12:00:00,0,0,0
"""
    told = read_day(written(tmp_path, routes=routes, vans_now="\n".join(rows)))
    second, first = told.day.vans
    assert told.names == ("van-2", "van-1")
    assert (first.locked, first.rest, {*first.aboard}, first.trips) == ((0,), (1,), {0, 1}, 1)
    assert (second.locked, second.rest, second.collected) == ((RELOAD,), (2,), (500,))
    assert (second.has_paused, second.tells, second.extra_s, second.left_s) == (True, True, 60, 8 * 3600 + 600)
    assert told.day.fixed == {1}
    assert told.day.problem.stops.to_s[0] == 10 * 3600 + 15 * 60 + 30
    assert (told.known, [one.kind for one in told.events]) == (1, ["new", "new", "cancelled", "position", "new"])
    nothing = written(tmp_path, events=EVENTS.splitlines()[0] + "\n")
    assert "before the instant at which vans_now.csv" in why(nothing, "09:00")
    assert "which is of another day" in why(written(tmp_path, routes=routes.replace("van-2", "van-3")))


def test_vans_that_cannot_stand_so_are_refused(tmp_path: Path) -> None:
    vans = f"{HEAD},left\nvan-1,09:00,home,09:00,41.15,-8.61,08:00\nvan-2,09:00,out,09:00,41.15,-8.61,09:30\n"
    with pytest.raises(InputRefused) as refused:
        read_day(written(tmp_path, vans_now=vans))
    told = [(Path(one.file).name, one.row, one.column, one.why) for one in refused.value.faults]
    assert [one[:3] for one in told] == [
        ("routes.csv", 2, "vehicle"), ("routes.csv", 3, "vehicle"), ("vans_now.csv", 3, "left"),
    ]  # fmt: skip
    assert "is home for good" in told[0][3]
    assert told[2][3] == "is later than at: it could drive on before it left"


def test_vans_of_a_row_have_numbers() -> None:
    known = (("van", "bike", "van-2"), (3, 1, 1))
    assert [kind_of(name, *known) for name in ("van-1", "van-3", "bike", "van-2")] == [0, 0, 1, 2]
    assert [kind_of(name, *known) for name in ("van", "van-4", "van-0", "van-01", "bike-1", "x", "van-")] == [None] * 7


@pytest.mark.parametrize("name", ["stops", "vehicles", "routes", "vans_now", "events_known", "events"])
@pytest.mark.parametrize("text", ["", "vehicle;as_of;state\nvan-1;10:00;out\n"])
def test_a_file_that_is_no_table_is_told_and_no_other_fault_made_of_it(tmp_path: Path, name: str, text: str) -> None:
    texts = {"vans_now": HEAD + "\nvan-1,09:00,waiting,09:00,41.15,-8.61\nvan-2,09:00,waiting,09:00,41.15,-8.61\n"}
    files = written(tmp_path, **texts | {name: text})
    with pytest.raises(InputRefused) as refused:
        read_day(files, "10:00")
    assert {Path(one.file).name for one in refused.value.faults} == {f"{name}.csv"}


def test_stops_that_are_not_there_are_named_whatever_time_it_is(tmp_path: Path) -> None:
    files = written(tmp_path)
    files.stops.unlink()
    assert why(files, "09:00") == "is not there"
