"""vehicles.csv of a brand folder: read into vans, or refused by file, row and column; and what a plan writes."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from tests.files.tiny_brand import TINY, faults_of, read_tiny, write_tiny

from doorstep.domain.fleet import STOP_S, Van
from doorstep.files.plan_out import PLAN_COLUMNS
from doorstep.files.plan_rounds_out import ROUND_COLUMNS, ROUTE_COLUMNS
from doorstep.flows.plan_folder import Planned, Selection, plan_folder
from doorstep.flows.simulate import simulate_folder
from doorstep.kernels.plan.check import check
from doorstep.kernels.run import Run

HEAD = (
    "vehicle,depot_latitude,depot_longitude,capacity_g,shift_from,shift_to,cost_per_km,cost_per_hour,service,site,"
    "stop_seconds,break_from,max_trips"
)
ROW = "v1,52.53,13.38,800000,17:30,22:00,0.4,6,van,,,,"
SERVICES = (
    TINY["services"]
    + "van,us,Our vans,standard,home,30000,1200,,0,Mon-Sat,1,1,1\n"
    + "box,us,To lockers,standard,locker,30000,1200,,0,Mon-Sat,1,1,1\n"
    + "idle,us,Nowhere,standard,home,30000,1200,,0,Mon-Sat,1,1,1\n"
)
CALLS = TINY["collections"] + "ber,van,17:00,Mon-Fri,\nber,box,17:00,Mon-Fri,\n"


def tiny(row: str = ROW, **changed: str | None) -> dict[str, str | None]:
    """The tiny brand with vans in Berlin that cost nothing but their rounds."""
    return {
        "services": SERVICES,
        "collections": CALLS,
        "zones": TINY["zones"] + "van,DE,,DE,,1,\n",
        "rates": TINY["rates"] + "van,1,30000,0,,EUR,,\n",
        "vehicles": f"{HEAD}\n{row}\n",
        "order_lines": "order,line,sku,quantity,unit_price\no1,1,mug,2,4.99\no2,1,lamp,1,39.9\n",
        **changed,
    }


def test_a_row_becomes_a_van(tmp_path: Path) -> None:
    assert read_tiny(tmp_path, **tiny()).vans == (
        Van(
            vehicle="v1",
            service="van",
            site="ber",  # the one site where the service calls
            depot_latitude=52.53,
            depot_longitude=13.38,
            capacity_g=800_000,
            shift_from_s=17 * 3600 + 1800,
            shift_to_s=22 * 3600,
            cost_per_km_micros=400_000,
            cost_per_hour_micros=6_000_000,
            stop_s=STOP_S,
        ),
    )
    assert read_tiny(tmp_path / "without").vans == ()


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        ("v1,52.53,13.38,8,17:30,22:00,0.4,18,,,,,", "service", "name the service of services.csv"),
        ("v1,52.53,13.38,8,17:30,22:00,0.4,18,nobody,,,,", "service", "names no service of services.csv"),
        ("v1,52.53,13.38,8,17:30,22:00,0.4,18,box,,,,", "service", "delivers to a locker"),
        ("v1,52.53,13.38,8,17:30,22:00,0.4,18,idle,,,,", "service", "has no row in collections.csv"),
        ("v1,52.53,13.38,8,17:30,22:00,0.4,18,van,nowhere,,,", "site", "names no site of sites.csv"),
        ("v1,52.53,13.38,8,17:30,22:00,0.4,18,van,muc,,,", "site", "has no row for van in collections.csv"),
        ("v1,52.53,13.38,8,08:00,17:00,0.4,18,van,,,,", "shift_to", "is not after 17:00, when van first collects"),
        ("v1,52.53,13.38,8,22:00,18:00,0.4,18,van,,,,", "shift_to", "is before shift_from"),
        ("v1,52.53,13.38,8,12:00,36:30,0.4,18,van,,,,", "shift_to", "is more than 24 hours after shift_from"),
        ("v1,52.53,13.38,8,2024-05-02T08:00:00Z,22:00,0.4,18,van,,,,", "shift_from", "is an instant"),
        ("v1,52.53,13.38,8,17:30,22:00,-1,18,van,,,,", "cost_per_km", "is not between 0 and"),
        ("v1,13.38,52.53,8,17:30,22:00,0.4,18,van,,,,", "depot_latitude", "is it the longitude?"),
        ("v1,52.53,13.38,8,17:30,22:00,0.4,18,van,,,,0", "max_trips", "is not between 1 and"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, row: str, column: str, why: str) -> None:
    faults = [one for one in faults_of(write_tiny(tmp_path, **tiny(row))) if one.column == column]
    assert {(one.file, one.row) for one in faults} == {("vehicles.csv", 2)}
    assert any(why in one.why for one in faults), faults


def test_a_service_of_two_sites_says_which_van_leaves_where(tmp_path: Path) -> None:
    calls = CALLS + "muc,van,17:00,Mon-Fri,\n"
    (fault,) = faults_of(write_tiny(tmp_path, **tiny(collections=calls)))
    assert (fault.column, fault.row) == ("site", 2)
    assert "calls at ber, muc" in fault.why
    assert (
        read_tiny(tmp_path / "told", **tiny(ROW.replace("van,,", "van,muc,"), collections=calls)).vans[0].site == "muc"
    )


def test_vans_of_one_yard_take_as_long_for_a_stop(tmp_path: Path) -> None:
    rows = f"{ROW}\n{ROW.replace('v1', 'v2').replace('van,,,', 'van,,60,')}"
    (fault,) = faults_of(write_tiny(tmp_path, **tiny(rows)))
    assert (fault.column, fault.row, fault.value) == ("stop_seconds", 3, "60")
    assert "differs from row 2" in fault.why


def planned(folder: Path, out: Path) -> Planned:
    return plan_folder(folder, out, selection=Selection(), run=Run(seed=1), stopwatch=lambda: 0.0)


def rows_of(path: Path) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    return tuple(head), [dict(zip(head, row, strict=True)) for row in rows]


def test_a_plan_writes_its_rounds(tmp_path: Path) -> None:
    made = planned(write_tiny(tmp_path / "brand", **tiny()), tmp_path / "plan")
    assert check(made.result.reasons.market.problem, made.result.plan) == ()
    head, parcels = rows_of(tmp_path / "plan" / "plan.csv")
    assert head == PLAN_COLUMNS
    mine = [one for one in parcels if one["service"] == "van"]
    route_head, stops = rows_of(tmp_path / "plan" / "routes.csv")
    round_head, rounds = rows_of(tmp_path / "plan" / "rounds.csv")
    assert (route_head, round_head) == (ROUTE_COLUMNS, ROUND_COLUMNS)
    assert [one["stop"] for one in stops] == [one["parcel"] for one in mine] != []
    (one,) = rounds
    assert (one["vehicle"], one["trips"], one["stops"], one["site"], one["service"]) == ("v1", "1", "1", "ber", "van")
    assert stops[0]["round_cost"] == one["cost"] == mine[0]["freight"]
    assert one["departs"] < stops[0]["arrival"] < stops[0]["leaves"] < one["returns"]
    first = json.loads((tmp_path / "plan" / "decisions.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert first["chosen"][0]["ride"] == {
        "round": 1,
        "vehicle": "v1",
        "trip": 1,
        "position": 1,
        "arrival": stops[0]["arrival"],
        "round_cost": float(one["cost"]),
    }
    assert any(lost["option"].startswith("ber by std") for lost in first["rejected"])
    again = planned(tmp_path / "brand", tmp_path / "plan")  # an output of ours is written over
    assert again.result.plan == made.result.plan


def test_a_folder_without_vans_writes_what_it_did(tmp_path: Path) -> None:
    planned(write_tiny(tmp_path / "brand", **tiny(vehicles=None)), tmp_path / "plan")
    assert not (tmp_path / "plan" / "rounds.csv").exists()
    assert '"ride"' not in (tmp_path / "plan" / "decisions.jsonl").read_text(encoding="utf-8")


def test_a_header_alone_is_no_van(tmp_path: Path) -> None:
    for name, vehicles in (("bare", None), ("head", f"{HEAD}\n")):
        planned(write_tiny(tmp_path / name, **tiny(vehicles=vehicles)), tmp_path / f"{name}-plan")
    bare, head = (tmp_path / f"{name}-plan" / "plan.csv" for name in ("bare", "head"))
    assert bare.read_bytes() == head.read_bytes()


def test_a_simulation_leaves_vans_out_and_says_so(tmp_path: Path) -> None:
    made = simulate_folder(
        write_tiny(tmp_path / "brand", **tiny()),
        tmp_path / "out",
        selection=Selection(),
        run=Run(seed=1),
        stopwatch=lambda: 0.0,
        policies=("plan",),
    )
    assert made.told["vehicles_left_out"] == 1
