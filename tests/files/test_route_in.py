"""Instances of research: what they mean, under which convention, and what is wrong with them."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.files.research import BOTH, CVRP, LI_LIM, MATRIX, MIXED, PAIRED, SOLOMON, TIMED

from doorstep.domain.errors import InputRefused
from doorstep.files.faults import Faults
from doorstep.files.route_described import instance_of
from doorstep.files.route_in import Instance, guessed, read_instance
from doorstep.files.route_lines import Lines
from doorstep.files.route_vrplib import described
from doorstep.kernels.route.problem import ANY, NEVER, REQUIRED


def read(folder: Path, text: str, **given: str) -> Instance:
    (folder / "file.txt").write_text(text)
    return read_instance(folder / "file.txt", **given)  # type: ignore[arg-type]


def test_a_capacitated_instance(tmp_path: Path) -> None:
    found = read(tmp_path, CVRP)
    problem = found.problem
    assert (found.name, found.form, found.stops, found.numbers) == ("small", "vrplib", ("1", "2", "3"), (1, 2, 3))
    assert (found.scale, found.research, found.vehicles) == (1, True, ("1",))
    assert (problem.travel.rule, problem.stops.location.tolist()) == ("rounded", [1, 2, 3])
    assert problem.stops.delivery[:, 0].tolist() == [4, 5, 6]
    assert problem.fleet.count.tolist() == [3]
    assert problem.fleet.capacity.tolist() == [[10]]
    assert problem.stops.prize.tolist() == [REQUIRED] * 3


def test_windows_are_read_in_tenths_cut_off(tmp_path: Path) -> None:
    found = read(tmp_path, TIMED)
    stops, fleet = found.problem.stops, found.problem.fleet
    assert (found.scale, found.problem.travel.rule) == (10, "truncated")
    assert (stops.from_s.tolist(), stops.to_s.tolist()) == ([50, 0, 0], [500, 1000, 1000])
    assert stops.service_s.tolist() == [70, 70, 70]
    assert (fleet.from_s.tolist(), fleet.to_s.tolist()) == ([0], [1000])
    assert found.problem.travel.x.tolist() == [0, 3, 6, 0]


def test_a_convention_may_be_asked_for(tmp_path: Path) -> None:
    exact = read(tmp_path, TIMED, convention="exact")
    assert (exact.scale, exact.problem.travel.rule) == (1000, "rounded")
    assert exact.problem.travel.x.tolist() == [0, 3000, 6000, 0]
    assert exact.problem.stops.to_s[0] == 50_000
    rounded = read(tmp_path, TIMED, convention="rounded")
    assert (rounded.scale, rounded.problem.stops.to_s[0]) == (1, 50)
    by_file = TIMED.replace("EUC_2D", "EXACT_2D")
    assert read(tmp_path, by_file).scale == 1000
    assert read(tmp_path, by_file, convention="dimacs").problem.travel.rule == "truncated"


def test_numbers_that_are_not_whole_keep_three_decimals(tmp_path: Path) -> None:
    found = read(tmp_path, TIMED.replace("2 3 4\n", "2 3.125 4\n"))
    assert (found.scale, found.problem.travel.x.tolist()[1]) == (1000, 3125)


@pytest.mark.parametrize(("kind", "distance"), [("FLOOR_2D", 2), ("CEIL_2D", 3), ("EXACT_2D", 2828), ("EUC_2D", 3)])
def test_rules_of_tsplib(tmp_path: Path, kind: str, distance: int) -> None:
    travel = read(tmp_path, CVRP.replace("EUC_2D", kind).replace("2 3 4\n", "2 2 2\n")).problem.travel
    if travel.distance is not None:
        assert travel.distance[0, 1] == distance
    else:
        assert round(float(np.hypot(travel.x[1], travel.y[1]))) == distance


def test_a_matrix_need_not_be_symmetric(tmp_path: Path) -> None:
    found = read(tmp_path, MATRIX)
    travel = found.problem.travel
    assert travel.distance is not None
    assert travel.distance.tolist() == [[0, 11, 12], [21, 0, 23], [31, 32, 0]]
    assert travel.duration is travel.distance
    assert found.problem.stops.service_s.tolist() == [60, 61]
    assert found.problem.fleet.count.tolist() == [2]
    broken = read(tmp_path, MATRIX.replace("21 0 23", "21 9999 23"))
    assert broken.problem.travel.distance is not None
    assert broken.problem.travel.distance.tolist() == travel.distance.tolist()
    assert [(one.code, one.aside) for one in broken.notices] == [("diagonal", False)]


@pytest.mark.parametrize(
    ("shape", "numbers"),
    [("LOWER_ROW", "11 12 23"), ("UPPER_ROW", "11\n12 23"), ("LOWER_DIAG_ROW", "0 11 0 12 23 0"),
     ("UPPER_DIAG_ROW", "0 11 12 0 23 0")],
)  # fmt: skip
def test_halves_of_a_matrix(tmp_path: Path, shape: str, numbers: str) -> None:
    text = MATRIX.replace("FULL_MATRIX", shape).replace("0 11 12\n21 0 23\n31 32 0", numbers)
    travel = read(tmp_path, text).problem.travel
    assert travel.distance is not None
    assert travel.distance.tolist() == [[0, 11, 12], [11, 0, 23], [12, 23, 0]]


def test_a_mixed_fleet_of_two_depots(tmp_path: Path) -> None:
    found = read(tmp_path, MIXED)
    fleet = found.problem.fleet
    assert found.stops == ("2", "3")
    assert fleet.count.tolist() == [2, 1, 1]
    assert fleet.capacity[:, 0].tolist() == [7, 7, 8]
    assert (fleet.fixed.tolist(), fleet.per_m.tolist()) == ([100, 100, 150], [2, 2, 3])
    assert (fleet.start.tolist(), fleet.end.tolist()) == ([0, 1, 1], [0, 1, 1])
    assert fleet.max_duration_s.tolist() == [40] * 3
    assert found.vehicles == ("1", "3", "4")


def test_deliveries_with_pick_ups(tmp_path: Path) -> None:
    found = read(tmp_path, BOTH)
    stops = found.problem.stops
    assert (stops.pickup[:, 0].tolist(), stops.delivery[:, 0].tolist()) == ([7, 1], [9, 2])
    assert (found.scale, stops.service_s.tolist(), stops.to_s.tolist()) == (100, [300, 0], [NEVER, NEVER])
    assert found.problem.fleet.max_duration_s.tolist() == [3000]


def test_pairs(tmp_path: Path) -> None:
    for text in (PAIRED, LI_LIM):
        stops = read(tmp_path, text).problem.stops
        assert stops.pairs.tolist() == [[0, 1]]
        assert stops.pickup[0] == stops.delivery[1] > 0
        assert stops.pickup[1] == stops.delivery[0] == 0


def test_prizes_and_groups(tmp_path: Path) -> None:
    more = "PRIZE_SECTION\n1 0\n2 0\n3 8\n4 8\nMUTUALLY_EXCLUSIVE_GROUP_SECTION\n1 2\n2 3 4\n"
    stops = read(tmp_path, CVRP.replace("DEPOT_SECTION", more + "DEPOT_SECTION")).problem.stops
    assert stops.prize.tolist() == [REQUIRED, 8, 8]
    assert stops.group.tolist() == [ANY, 1, 1]


def test_solomon(tmp_path: Path) -> None:
    found = read(tmp_path, SOLOMON)
    assert (found.name, found.form, found.stops, found.scale) == ("C101", "solomon", ("1", "2"), 10)
    assert (found.problem.fleet.count.tolist(), found.problem.fleet.to_s.tolist()) == ([25], [12_360])
    assert found.problem.stops.service_s.tolist() == [900, 900]


def test_what_cannot_be_served_is_named(tmp_path: Path) -> None:
    text = TIMED.replace("2 5 50\n", "2 50 5\n").replace("4 0 100\n", "4 101 200\n").replace("3 5\n", "3 11\n")
    found = read(tmp_path, text)
    assert found.stops == ("2", "3")
    assert [(one.stop, one.code, one.aside) for one in found.notices] == [
        ("1", "window_ends_first", True),
        ("2", "load_over_every_van", False),
        ("3", "window_outside_shifts", False),
    ]
    assert text.splitlines()[found.notices[0].row - 1] == "2 50 5"
    assert "101 to 200" in found.notices[2].why


def test_the_partner_of_who_is_set_aside_is_set_aside(tmp_path: Path) -> None:
    found = read(tmp_path, LI_LIM.replace("912\t967", "912\t911"))
    assert [one.code for one in found.notices] == ["window_ends_first", "partner_set_aside"]
    assert found.problem.stops.count == 0


BROKEN = [
    # text, what stands there, what is put there, row, column, value, part of the reason
    (CVRP, "DIMENSION : 4", "DIMENSION : four", 4, "DIMENSION", "four", "is not a number"),
    (CVRP, "DIMENSION : 4\n", "", 0, "DIMENSION", "", "is missing"),
    (CVRP, "CAPACITY : 10\n", "", 0, "CAPACITY", "", "is missing"),
    (CVRP, "TYPE : CVRP", "TYPE : OVRP", 3, "TYPE", "OVRP", "is not one of CVRP"),
    (CVRP, "EUC_2D", "GEO", 5, "EDGE_WEIGHT_TYPE", "GEO", "is not one of EUC_2D"),
    (CVRP, "COMMENT :", "COMENT :", 2, "", "COMENT", "is COMMENT meant?"),
    (CVRP, "CAPACITY : 10", "VEHICLES : 0\nCAPACITY : 10", 6, "VEHICLES", "0", "leaves nobody to drive"),
    (CVRP, "DEMAND_SECTION", "RELEASE_TIME_SECTION", 12, "", "RELEASE_TIME", "is no section that is understood"),
    (CVRP, "2 3 4\n", "2 3 x\n", 9, "NODE_COORD_SECTION", "x", "is not a number"),
    (CVRP, "2 3 4\n", "2 3 nan\n", 9, "NODE_COORD_SECTION", "nan", "is not a number"),
    (CVRP, "2 3 4\n", "2 3\n", 9, "NODE_COORD_SECTION", "2 3", "has 2 numbers where 3 are wanted"),
    (CVRP, "2 3 4\n", "1 3 4\n", 9, "NODE_COORD_SECTION", "1", "repeats row 8"),
    (CVRP, "2 3 4\n", "9 3 4\n", 9, "NODE_COORD_SECTION", "9", "is not a whole number from 1 to 4"),
    (CVRP, "2 3 4\n", "", 10, "NODE_COORD_SECTION", "2", "is missing among the nodes"),
    (CVRP, "2 4\n", "2 -4\n", 0, "DEMAND", "2", "has -4, which is below 0"),
    (CVRP, " 1\n -1", " 7\n -1", 18, "DEPOT_SECTION", "7", "is not a whole number from 1 to 4"),
    (CVRP, "4 0 5\nDEMAND_SECTION", "4 0 5\nNODE_COORD_SECTION", 12, "", "NODE_COORD", "is there twice"),
    (CVRP, "NAME", "7 8\nNAME", 1, "", "7 8", "stands in no section"),
    (TIMED, "1 0 100\n", "1 100 0\n", 0, "TIME_WINDOW_SECTION", "1", "is a depot that closes before it opens"),
    (MATRIX, "31 32 0", "31 32", 9, "EDGE_WEIGHT_SECTION", "8", "FULL_MATRIX of 3 nodes has 9"),
    (MATRIX, "31 32 0", "31 -32 0", 11, "EDGE_WEIGHT_SECTION", "-32", "is below 0"),
    (MATRIX, "31 32 0", "31 inf 0", 11, "EDGE_WEIGHT_SECTION", "inf", "is not a number"),
    (MIXED, "4 150\n", "", 25, "VEHICLES_FIXED_COST_SECTION", "3", "vehicles are there of 4"),
    (MIXED, "4 3\n", "4 1.5\n", 0, "VEHICLES_UNIT_DISTANCE_COST_SECTION", "1.5", "is not a whole number"),
    (MIXED, "1 1\n2 2\n3 1\n4 2", "1 1\n2 3\n3 1\n4 2", 0, "VEHICLES_DEPOT_SECTION", "3", "is no depot"),
    (PAIRED, "2 5 10 20 3 0 3", "2 5 10 20 3 0 1", 2, "PICKUP_AND_DELIVERY_SECTION", "2", "does not say so"),
    (SOLOMON, "25         200", "0          200", 5, "VEHICLE", "0", "leaves nobody to drive"),
    (SOLOMON, "    2      45", "    1      45", 12, "CUST NO.", "1", "repeats row 11"),
    (SOLOMON, "825        870         90", "825        870", 12, "CUSTOMER", "", "has 6 numbers where 7"),
    (SOLOMON, "825        870         90", "825        870        -90", 12, "SERVICE TIME", "-90", "is below 0"),
    (SOLOMON, "70         30", "70         3O", 12, "CUSTOMER", "3O", "is not a number"),
    (LI_LIM, "\t90\t0\t2", "\t90\t1\t2", 3, "PICKUP", "1 2", "is neither a pick-up nor a delivery"),
    (LI_LIM, "\t90\t0\t2", "\t90\t0\t9", 3, "PICKUP", "9", "is no task that names this one"),
    (LI_LIM, "68\t10", "68\t11", 3, "DEMAND", "11", "is not what is delivered at 2"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "old", "new", "row", "column", "value", "why"), BROKEN)
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, text: str, old: str, new: str, row: int, column: str, value: str, why: str
) -> None:
    assert old in text
    with pytest.raises(InputRefused) as refused:
        read(tmp_path, text.replace(old, new, 1))
    found = [one for one in refused.value.faults if why in one.why]
    assert found, [str(one) for one in refused.value.faults]
    assert (found[0].row, found[0].column, found[0].value) == (row, column, value or found[0].value)


def test_faults_are_told_all_at_once(tmp_path: Path) -> None:
    text = CVRP.replace("2 3 4\n", "2 x 4\n").replace("3 5\n", "3\n").replace("TYPE : CVRP", "TYPE : TSP")
    with pytest.raises(InputRefused) as refused:
        read(tmp_path, text)
    assert [one.row for one in refused.value.faults] == [3, 9, 15]


def test_what_is_none_of_these_is_refused(tmp_path: Path) -> None:
    for text in ("", "hello\n", "1,2,3\n"):
        with pytest.raises(InputRefused, match="1 fault"):
            read(tmp_path, text)
    with pytest.raises(InputRefused) as refused:
        read_instance(tmp_path / "nowhere")
    assert refused.value.faults[0].why == "is not there"
    (tmp_path / "torn.gz").write_bytes(gzip.compress(CVRP.encode())[:-9])
    with pytest.raises(InputRefused):
        read_instance(tmp_path / "torn.gz")


def test_vehicles_are_not_told_twice(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(CVRP)
    with pytest.raises(InputRefused) as refused:
        read_instance(tmp_path / "a", tmp_path / "v.csv")
    assert "is not needed" in refused.value.faults[0].why


def test_forms_are_told_apart() -> None:
    texts = (CVRP, MATRIX, MIXED, SOLOMON, LI_LIM, "stop,latitude\n", "\ufeff")
    assert [guessed(text) for text in texts] == ["vrplib", "vrplib", "vrplib", "solomon", "lilim", "csv", None]


@settings(max_examples=200)
@given(st.integers(0, len(TIMED) - 1), st.integers(0, 12), st.text("0159.-x \n:", max_size=6))
def test_whatever_is_put_into_a_file_is_understood_or_refused(at: int, gone: int, put: str) -> None:
    text = TIMED[:at] + put + TIMED[at + gone :]
    faults = Faults()
    found = described(Lines("file", text.splitlines(), faults), "file")
    assert (found is None) == (faults.count > 0)
    if found:
        assert instance_of(found, "", "").problem.fleet.kinds > 0


@pytest.mark.parametrize(
    ("folder", "many"),
    [("routing_cvrp", 60), ("routing_vrptw", 170), ("routing_hfvrp", 50), ("routing_mdvrptw", 10),
     ("routing_pdptw_lilim", 170), ("routing_vrpspd", 60), ("routing_ortec", 20)],
)  # fmt: skip
def test_public_instances_are_read(data_root: Path, folder: str, many: int) -> None:
    files = [
        path
        for path in sorted((data_root / folder).rglob("*"))
        if path.is_file() and ".sol" not in path.name and path.suffix in (".gz", ".vrp")
    ]
    assert len(files) >= many
    for path in files[:: max(1, len(files) // 12)]:
        found = read_instance(path)
        assert found.problem.stops.count > 10
        assert found.notices == ()
