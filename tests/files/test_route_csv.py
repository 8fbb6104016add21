"""STOPS.csv and VEHICLES.csv: read whole, refused with every fault, or read without the stops that cannot be served."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.domain.errors import Fault, InputRefused
from doorstep.files.route_csv import Crow
from doorstep.files.route_in import Instance, read_instance
from doorstep.files.route_places import strays
from doorstep.kernels.route.problem import ANY, MOST_SKILLS, NEVER, REQUIRED

STOPS = """stop,latitude,longitude,service_seconds,window_from,window_to,weight_g,volume_cm3,pickup_weight_g,skill,\
priority,group,prize,pair,only,name
s1,41.15,-8.61,120,09:00,12:30,3000,9000,,,,,,,,Rua Um
s2,41.16,-8.62,60,,,2000,,500,cooled,3,,,,,
s3,41.17,-8.63,0,,13:00,1000,,,,,g,4.5,,,
s4,41.14,-8.60,0,10:00,,1000,,,,,g,4.5,,,
s5,41.18,-8.65,30,,,,,700,,,,,s6,big,
s6,41.19,-8.64,30,,,700,,,,,,,,,
"""
VEHICLES = """vehicle,depot_latitude,depot_longitude,capacity_g,capacity_cm3,shift_from,shift_to,break_seconds,\
break_from,break_to,cost_per_km,cost_per_hour,fixed_cost,max_distance_km,max_trips,skills,speed_factor,count,reload_seconds
big,41.15,-8.66,800000,6000000,08:00,18:00,1800,12:00,14:00,0.35,25.2,30,120.5,2,cooled tail_lift,0.9,1,900
bike,41.20,-8.61,40000,,07:00,12:00,,,,0.05,18,,,,,,3,
"""
BROKEN = [
    # file, what stands there, what is put there, row, column, value, part of the reason
    ("s", "s2,41.16", "s2,", 3, "latitude", "", "is empty"),
    ("s", "s2,41.16", "s2,4l.16", 3, "latitude", "4l.16", "is not a decimal number"),
    ("s", "s2,41.16", "s2,nan", 3, "latitude", "nan", "is not a decimal number"),
    ("s", "s2,41.16", "s2,91", 3, "latitude", "91", "is not between -90 and 90"),
    ("s", "-8.62,60", "-188.62,60", 3, "longitude", "-188.62", "is not between -180 and 180"),
    ("s", "-8.62,60", "-8.62,-60", 3, "service_seconds", "-60", "is not between 0 and"),
    ("s", "-8.62,60", "-8.62,", 3, "service_seconds", "", "is empty"),
    ("s", "s2,41", "s1,41", 3, "stop", "s1", "repeats row 2"),
    ("s", "09:00", "9", 2, "window_from", "9", "is not a time; write HH:MM"),
    ("s", "09:00", "48:00", 2, "window_from", "48:00", "is not a time"),
    ("s", "09:00", "2026-11-28T09:00", 2, "window_from", "2026-11-28T09:00", "has no offset"),
    ("s", "09:00", "2026-11-28T09:00Z", 2, "window_from", "2026-11-28T09:00:00+00:00", "is an instant, and shift_from"),
    ("s", "3000,9000", "-1,9000", 2, "weight_g", "-1", "is not between 0 and"),
    ("s", "cooled,3", "cooled cooled,3", 3, "skill", "cooled cooled", "has a code twice"),
    ("s", "cooled,3", "cooled,1001", 3, "priority", "1001", "is not between 0 and 1000"),
    ("s", "g,4.5,,,\ns5", "g,4,,,\ns5", 5, "prize", "", "differs from that of row 4"),
    ("s", "s6,big", "s9,big", 6, "pair", "s9", "names no stop of stops.csv"),
    ("s", "s6,big", "s5,big", 6, "pair", "s5", "its own partner"),
    ("s", "s6,big", "s1,big", 6, "pair", "s1", "is brought 3000 g, 9000 cm3, and 700 g, 0 cm3"),
    ("s", "s6,big", "s3,big", 6, "pair", "s3", "stands in a pair and in a group"),
    ("s", ",,s6,big", ",9,s6,big", 6, "pair", "s6", "has another prize"),
    ("s", "s6,big", "s6,small", 6, "only", "small", "names no vehicle of vehicles.csv"),
    ("v", "bike,41", "big,41", 3, "vehicle", "big", "repeats row 2"),
    ("v", "0.05,18,,,,,,3", "0.05,18,,,,,,0", 3, "count", "0", "is not between 1 and"),
    ("v", "07:00,12:00", "17:00,12:00", 3, "shift_to", "12:00", "is before shift_from"),
    ("v", "12:00,14:00", "12:00,11:00", 2, "break_to", "11:00", "is before break_from"),
    ("v", "12:00,14:00", ",07:00", 2, "break_to", "07:00", "is before shift_from"),
    ("v", "07:00,12:00", "07:00,", 3, "shift_to", "", "is empty"),
    ("v", "41.20,-8.61", "-8.61,41.20", 3, "depot_latitude", "-8.61", "is it the longitude?"),
    ("v", "0.9,1,900", "0,1,900", 2, "speed_factor", "0", "is not between 0.01 and 100"),
    ("v", "0.35,25.2", "0.35,", 2, "cost_per_hour", "", "is empty"),
    ("v", "800000,6000000", ",6000000", 2, "capacity_g", "", "is empty"),
    ("v", "120.5,2", "120.5,0", 2, "max_trips", "0", "is not between 1 and"),
]


def written(folder: Path, stops: str = STOPS, vehicles: str = VEHICLES) -> tuple[Path, Path]:
    (folder / "stops.csv").write_text(stops)
    (folder / "vehicles.csv").write_text(vehicles)
    return folder / "stops.csv", folder / "vehicles.csv"


def read(folder: Path, stops: str = STOPS, vehicles: str = VEHICLES) -> Instance:
    return read_instance(*written(folder, stops, vehicles))


def faults(folder: Path, stops: str = STOPS, vehicles: str = VEHICLES) -> tuple[Fault, ...]:
    with pytest.raises(InputRefused) as refused:
        read(folder, stops, vehicles)
    return refused.value.faults


@pytest.mark.parametrize(("name", "old", "new", "row", "column", "value", "why"), BROKEN)
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, name: str, old: str, new: str, row: int, column: str, value: str, why: str
) -> None:
    text = {"s": STOPS, "v": VEHICLES}[name]
    assert old in text
    broken = text.replace(old, new, 1)
    found = faults(tmp_path, *((broken, VEHICLES) if name == "s" else (STOPS, broken)))
    told = [(one.row, one.column, one.value) for one in found if why in one.why]
    assert told == [(row, column, value)]


def test_faults_of_both_files_come_at_once(tmp_path: Path) -> None:
    broken = STOPS.replace("s2,41.16", "s1,x").replace("09:00", "9h")
    found = faults(tmp_path, broken, VEHICLES.replace("0.35", "cheap"))
    assert [(Path(one.file).name, one.row, one.column) for one in found] == [
        ("stops.csv", 2, "window_from"),
        ("stops.csv", 3, "stop"),
        ("stops.csv", 3, "latitude"),
        ("vehicles.csv", 2, "cost_per_km"),
    ]


def test_there_is_no_day_without_vehicles(tmp_path: Path) -> None:
    stops, vehicles = written(tmp_path, STOPS.replace("09:00", "9h"), VEHICLES.splitlines()[0])
    with pytest.raises(InputRefused) as refused:
        read_instance(stops)
    assert refused.value.faults[0].why.endswith("who drives is told by --vehicles VEHICLES.csv")
    assert refused.value.count == 2
    with pytest.raises(InputRefused) as refused:
        read_instance(stops, vehicles)
    assert "has no rows; it needs at least one" in [one.why for one in refused.value.faults]


def test_a_day_is_read(tmp_path: Path) -> None:
    found = read(tmp_path)
    problem, stops, fleet = found.problem, found.problem.stops, found.problem.fleet
    assert (found.form, found.research, found.stops) == ("csv", False, ("s1", "s2", "s3", "s4", "s5", "s6"))
    assert found.labels[:2] == ("Rua Um", "s2")
    assert (found.vehicles, found.loads, found.skills) == (
        ("big", "bike"), ("weight_g", "volume_cm3"), ("cooled", "tail_lift"),
    )  # fmt: skip
    assert found.numbers == (1, 2, 3, 4, 5, 6)
    assert stops.from_s.tolist() == [9 * 3600, 0, 0, 10 * 3600, 0, 0]
    assert stops.to_s.tolist() == [12 * 3600 + 1800, NEVER, 13 * 3600, NEVER, NEVER, NEVER]
    assert stops.delivery.tolist() == [[3000, 9000], [2000, 0], [1000, 0], [1000, 0], [0, 0], [700, 0]]
    assert stops.pickup[:, 0].tolist() == [0, 500, 0, 0, 700, 0]
    assert (stops.pairs.tolist(), stops.group.tolist()) == ([[4, 5]], [ANY, ANY, 0, 0, ANY, ANY])
    assert stops.only.tolist() == [ANY, ANY, ANY, ANY, 0, ANY]
    assert stops.prize.tolist() == [REQUIRED, REQUIRED, 4_500_000, 4_500_000, REQUIRED, REQUIRED]
    assert (stops.skills.tolist(), stops.priority.tolist()) == ([0, 1, 0, 0, 0, 0], [0, 3, 0, 0, 0, 0])
    assert (fleet.skills.tolist(), fleet.count.tolist()) == ([3, 0], [1, 3])
    assert fleet.capacity.tolist() == [[800_000, 6_000_000], [40_000, NEVER]]
    assert (fleet.per_m.tolist(), fleet.per_s.tolist()) == ([350, 50], [7000, 5000])
    assert fleet.fixed.tolist() == [30_000_000, 0]
    assert (fleet.break_s.tolist(), fleet.break_from_s.tolist()) == ([1800, 0], [12 * 3600, 7 * 3600])
    assert fleet.break_to_s.tolist() == [14 * 3600, 12 * 3600]
    assert (fleet.max_distance_m.tolist(), fleet.max_trips.tolist()) == ([120_500, NEVER], [2, 1])
    assert (fleet.speed_ppm.tolist(), fleet.reload_s.tolist()) == ([900_000, 1_000_000], [900, 0])
    travel = problem.travel
    assert (travel.rule, travel.detour_ppm, travel.seconds_per_km) == ("haversine", 1_300_000, 120)
    assert travel.y[fleet.start].tolist() == [41.15, 41.20]
    assert travel.x[stops.location].tolist() == [-8.61, -8.62, -8.63, -8.60, -8.65, -8.64]
    assert found.notices == ()
    slow = read_instance(*written(tmp_path), crow=Crow(1_000_000, 240)).problem.travel
    assert (slow.detour_ppm, slow.seconds_per_km) == (1_000_000, 240)


def test_optional_columns_may_be_left_out(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "stop,latitude,longitude,service_seconds\na,41.1,-8.6,60\n",
        "vehicle,depot_latitude,depot_longitude,capacity_g,shift_from,shift_to,cost_per_km,cost_per_hour\n"
        "v,41.1,-8.6,1,22:00,30:00,1,0\n",
    )
    assert found.problem.fleet.to_s.tolist() == [30 * 3600]
    assert found.loads == ("weight_g",)
    assert found.problem.stops.delivery.tolist() == [[0]]


def test_a_day_without_stops_is_a_day(tmp_path: Path) -> None:
    found = read(tmp_path, STOPS.splitlines()[0] + "\n")
    assert found.problem.stops.count == 0


def test_instants_count_from_the_midnight_of_whoever_wrote_the_earliest(tmp_path: Path) -> None:
    def at(text: str, *times: str) -> str:
        for time in times:
            text = text.replace(time, f"2026-11-28T{time}:00+01:00")
        return text

    times = ("09:00", "12:30", "13:00", "10:00")
    found = read(tmp_path, at(STOPS, *times), at(VEHICLES, "08:00", "18:00", "14:00", "07:00", "12:00"))
    plain = read(tmp_path)
    assert found.origin == datetime(2026, 11, 28, tzinfo=timezone(timedelta(hours=1)))
    assert found.origin.astimezone(UTC).day == 27
    assert np.array_equal(found.problem.stops.from_s, plain.problem.stops.from_s)
    assert np.array_equal(found.problem.fleet.to_s, plain.problem.fleet.to_s)
    assert plain.origin is None


def test_packed_files_are_read_whatever_their_names(tmp_path: Path) -> None:
    plain = read(tmp_path)
    packed = tmp_path / "anything"
    packed.write_bytes(gzip.compress(STOPS.encode()))
    again = read_instance(packed, tmp_path / "vehicles.csv")
    assert replace(again, problem=plain.problem, name=plain.name) == plain
    assert read(tmp_path, STOPS.replace("3000", "3001")).data_version != plain.data_version


def notices(found: Instance) -> list[tuple[str, int, str, bool]]:
    return [(one.stop, one.row, one.code, one.aside) for one in found.notices]


def test_stops_that_cannot_be_served_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    more = """s7,-8.61,41.15,0,,,,,,,,,,,,
s8,0,0,0,,,,,,,,,,,,
s9,41.15,-8.61,0,12:00,11:59,,,,,,,,,,
s10,41.15,-8.61,0,05:00,06:59,,,,,,,,,,
s11,41.15,-8.61,0,,,800001,,,,,,,,,
s12,41.15,-8.61,0,,,,,,crane,,,,,,
s13,41.15,-8.61,0,17:00,17:30,,,,,,,,,bike,
s14,36.6,-35.1,0,,,,,5,,,,,s15,,
s15,41.15,-8.61,0,,,5,,,,,,,,,
"""
    found = read(tmp_path, STOPS + more)
    assert notices(found) == [
        ("s7", 8, "position_swapped", True),
        ("s8", 9, "position_far", True),
        ("s9", 10, "window_ends_first", True),
        ("s10", 11, "window_outside_shifts", False),
        ("s11", 12, "load_over_every_van", False),
        ("s12", 13, "no_van_has_skill", False),
        ("s13", 14, "window_outside_shifts", False),
        ("s14", 15, "position_far", True),
        ("s15", 16, "partner_set_aside", True),
    ]
    assert found.stops == ("s1", "s2", "s3", "s4", "s5", "s6", "s10", "s11", "s12", "s13")
    assert [one.stop for one in found.aside] == ["s7", "s8", "s9", "s14", "s15"]
    assert found.numbers[-1] == 13
    assert "exchanged it would be" in found.notices[0].why
    assert "05:00 to 06:59" in found.notices[3].why
    assert found.problem.stops.pairs.tolist() == [[4, 5]]


def test_exchanged_columns_are_refused_at_once(tmp_path: Path) -> None:
    rows = [line.split(",") for line in STOPS.splitlines()]
    turned = "\n".join(",".join([row[0], row[2], row[1], *row[3:]]) for row in rows[1:])
    (fault,) = faults(tmp_path, f"{STOPS.splitlines()[0]}\n{turned}\n")
    assert (fault.row, fault.column) == (1, "latitude")
    assert "the other way round only" in fault.why


def test_a_long_day_in_the_country_has_no_strays(tmp_path: Path) -> None:
    far = "".join(f"f{at},{41 + at / 10},-8.61,0,,,,,,,,,,,,\n" for at in range(60))  # to the north, up to 650 km
    assert read(tmp_path, STOPS.splitlines()[0] + "\n" + far).notices == ()


@given(st.lists(st.tuples(st.floats(40, 42), st.floats(-9, -8)), min_size=1, max_size=30))
def test_strays_are_never_most_of_them(places: list[tuple[float, float]]) -> None:
    at = np.array(places)
    found = strays(at[:, 0], at[:, 1], np.array([[41.0, -8.5], [41.5, -8.9]]))
    assert 2 * len(found) < len(places) or not found


def test_more_skills_than_can_be_told_apart_are_refused(tmp_path: Path) -> None:
    many = " ".join(f"k{at}" for at in range(MOST_SKILLS - 2))  # vehicles.csv names two more
    assert len(read(tmp_path, STOPS.replace("cooled", many)).skills) == MOST_SKILLS
    (fault,) = faults(tmp_path, STOPS.replace("cooled", f"{many} extra"))
    assert (Path(fault.file).name, fault.column, fault.value) == ("vehicles.csv", "skills", "tail_lift")
    assert "is one skill more than 62" in fault.why


TRAFFIC = "from,speed_factor\n07:30,0.7\n09:30,1\n"


def test_traffic_is_how_many_times_as_long_ways_take(tmp_path: Path) -> None:
    stops, vehicles = written(tmp_path)
    (tmp_path / "traffic.csv").write_text(TRAFFIC, encoding="utf-8")
    found = read_instance(stops, vehicles, traffic=tmp_path / "traffic.csv")
    assert found.problem.travel.period_from_s.tolist() == [7 * 3600 + 1800, 9 * 3600 + 1800]
    assert found.problem.travel.period_pace_ppm.tolist() == [1_428_571, 1_000_000]
    assert found.data_version != read(tmp_path).data_version


@pytest.mark.parametrize(
    ("text", "row", "why"),
    [
        ("from,speed_factor\n09:30,1\n07:30,0.7\n", 3, "is before row 2"),
        ("from,speed_factor\n09:30,1\n09:30,0.7\n", 3, "repeats row 2"),
        ("from,speed_factor\n09:30,0\n", 2, "is not between 0.01 and 100"),
        ("from,speed_factor\n2026-03-02T09:30:00Z,1\n", 2, "is an instant"),
        ("from,speed_factor\n", 0, "has no rows"),
    ],
)
def test_faults_of_traffic_are_told_with_their_place(tmp_path: Path, text: str, row: int, why: str) -> None:
    stops, vehicles = written(tmp_path)
    (tmp_path / "traffic.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputRefused) as refused:
        read_instance(stops, vehicles, traffic=tmp_path / "traffic.csv")
    assert any(fault.row == row and why in fault.why for fault in refused.value.faults)


def test_an_instance_has_no_traffic(tmp_path: Path) -> None:
    (tmp_path / "x.vrp").write_text("NAME : x\nTYPE : CVRP\n", encoding="utf-8")
    with pytest.raises(InputRefused) as refused:
        read_instance(tmp_path / "x.vrp", traffic=tmp_path / "traffic.csv")
    assert any("is not heeded" in fault.why for fault in refused.value.faults)
