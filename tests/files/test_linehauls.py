"""linehauls.csv: read into nouns, or refused by file, row, column and reason; and what a plan by them writes."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from tests.files.tiny_brand import TINY, faults_of, read_tiny, the_fault, write_tiny

from doorstep.domain.clock import WorkingDays
from doorstep.domain.supply import Linehaul
from doorstep.files.plan_out import INJECTION_COLUMNS, PLAN_COLUMNS
from doorstep.flows.plan_folder import Selection, plan_folder
from doorstep.flows.simulate import simulate_folder
from doorstep.kernels.run import Run

HEAD = "linehaul,site,depot,departure_time,working_days,transit_days,arrival_time,cost_per_parcel,cost_per_kg"
NIGHT = "night,ber,hub,19:30,Mon-Fri,1,05:00,0.35,0.081234"
HUB = "hub,depot,,DE,BY,Dachau,85221,48.26,11.43,Europe/Berlin,Mon-Sat,,12:00,0,0,\n"
ZURICH = "zrh,depot,,CH,,Zürich,8001,47.37,8.54,Europe/Zurich,Mon-Sat,,12:00,0,0,\n"
SITES = TINY["sites"] + HUB
CALLS = TINY["collections"] + "hub,std,10:00,Mon-Sat,\n"


def tiny(row: str = NIGHT, **changed: str) -> dict[str, str | None]:
    """The tiny brand with a depot, a service that calls there, and a linehaul."""
    plain: dict[str, str | None] = {"sites": SITES, "collections": CALLS, "linehauls": f"{HEAD}\n{row}\n"}
    return plain | changed


def test_a_row_becomes_a_linehaul(tmp_path: Path) -> None:
    read = read_tiny(tmp_path, **tiny())
    assert read.linehauls == (
        Linehaul(
            linehaul="night",
            site="ber",
            depot="hub",
            departure_time_s=19 * 3600 + 1800,
            working_days=WorkingDays.parse("Mon-Fri"),
            transit_days=1,
            arrival_time_s=5 * 3600,
            cost_per_parcel_micros=350_000,
            cost_per_kg_micros=81_234,
        ),
    )
    assert read_tiny(tmp_path / "without").linehauls == ()


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        ("night,ber,muc,19:30,Mon-Fri,1,05:00,,", "depot", "is a store; a linehaul leads to a depot"),
        ("night,hub,hub,19:30,Mon-Fri,1,05:00,,", "site", "is a depot; orders leave from"),
        ("night,ber,nowhere,19:30,Mon-Fri,1,05:00,,", "depot", "names no site of sites.csv"),
        ("night,nowhere,hub,19:30,Mon-Fri,1,05:00,,", "site", "names no site of sites.csv"),
        ("night,ber,hub,19:30,Mon-Fri,1,05:00,-1,", "cost_per_parcel", "is not between 0 and"),
        ("night,ber,hub,19:30,Mon-Fri,1,05:00,,-0.1", "cost_per_kg", "is not between 0 and"),
        ("night,ber,hub,19:30,Mon-Fri,61,05:00,,", "transit_days", "is not between 0 and 60"),
        ("night,ber,hub,19:30,Mon-Fri,0,05:00,,", "arrival_time", "is not after departure_time"),
        ("night,ber,hub,25:30,Mon-Fri,1,05:00,,", "departure_time", "is not a time of day"),
        ("night,ber,zrh,19:30,Mon-Fri,1,05:00,,", "depot", "lies in another customs territory than ber: CH and DE"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, row: str, column: str, why: str) -> None:
    changed = tiny(row, sites=SITES + ZURICH, collections=CALLS + "zrh,std,10:00,Mon-Sat,\nmuc,std,10:00,Mon-Sat,\n")
    faults = [one for one in faults_of(write_tiny(tmp_path, **changed)) if one.column == column]
    assert [(one.file, one.row) for one in faults] == [("linehauls.csv", 2)] * len(faults)
    assert any(why in one.why for one in faults), faults


def test_a_depot_where_nobody_takes_over_is_refused(tmp_path: Path) -> None:
    fault = the_fault(write_tiny(tmp_path, **tiny(collections=TINY["collections"])))
    assert (fault.file, fault.row, fault.column) == ("linehauls.csv", 2, "depot")
    assert "nobody takes over" in fault.why


def test_a_capacity_of_a_call_at_the_depot_is_refused(tmp_path: Path) -> None:
    fault = the_fault(write_tiny(tmp_path, **tiny(collections=CALLS.replace("10:00,Mon-Sat,\n", "10:00,Mon-Sat,7\n"))))
    assert (fault.file, fault.column, fault.value) == ("collections.csv", "daily_parcel_capacity", "7")


def test_a_linehaul_stands_once(tmp_path: Path) -> None:
    assert "repeats row 2" in the_fault(write_tiny(tmp_path, **tiny(f"{NIGHT}\n{NIGHT}"))).why


def test_territories_of_the_folder_decide_where_customs_are(tmp_path: Path) -> None:
    union = "territory,country\nX,DE\nX,CH\n"
    row = NIGHT.replace("hub", "zrh")
    calls = TINY["collections"] + "zrh,std,10:00,Mon-Sat,\n"
    changed = tiny(row, sites=TINY["sites"] + ZURICH, collections=calls, territories=union)
    assert read_tiny(tmp_path, **changed).linehauls[0].depot == "zrh"


CHEAP = {
    "zones": TINY["zones"] + "std,DE,8,DE,,near,\n",
    "rates": TINY["rates"] + "std,near,10000,0.5,,EUR,,\n",
    "stock": "site,sku,on_hand\nber,mug,10\nber,lamp,3\n",
    "order_lines": "order,line,sku,quantity,unit_price\no1,1,mug,2,4.99\no2,1,lamp,1,39.9\n",
}


def planned(folder: Path, out: Path) -> list[list[str]]:
    plan_folder(folder, out, selection=Selection(), run=Run(seed=1), stopwatch=lambda: 0.0, documents=True)
    with (out / "plan.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_plan_csv_says_which_parcels_are_injected(tmp_path: Path) -> None:
    head, *rows = planned(write_tiny(tmp_path / "brand", **tiny(**CHEAP)), tmp_path / "plan")
    assert tuple(head) == PLAN_COLUMNS + INJECTION_COLUMNS
    first = dict(zip(head, rows[0], strict=True))
    assert (first["site"], first["service"], first["linehaul"], first["injected_at"]) == ("ber", "std", "night", "hub")
    # 2 x 350 g and a carton of 80 g: 0.35 + 0.78 x 0.081234 = 0.41; 0.50 by the local service
    assert (first["linehaul_cost"], first["freight"]) == ("0.41", "0.91")
    assert first["ship_at"] < first["handed_over_at"]
    told = (tmp_path / "plan" / "decisions.jsonl").read_text(encoding="utf-8")
    assert '"injection":{"linehaul":"night","depot":"hub"' in told


def test_plan_csv_of_a_folder_without_linehauls_has_no_column_more(tmp_path: Path) -> None:
    changed = {name: text for name, text in tiny(**CHEAP).items() if name != "linehauls"}
    head, *_ = planned(write_tiny(tmp_path / "brand", **changed), tmp_path / "plan")
    assert tuple(head) == PLAN_COLUMNS
    assert "injection" not in (tmp_path / "plan" / "decisions.jsonl").read_text(encoding="utf-8")


def test_a_simulation_leaves_linehauls_out_and_says_so(tmp_path: Path) -> None:
    folder = write_tiny(tmp_path / "brand", **tiny(**CHEAP))
    made = simulate_folder(
        folder, tmp_path / "out", selection=Selection(), run=Run(seed=1), stopwatch=lambda: 0.0, policies=("plan",)
    )
    assert made.told["linehauls_left_out"] == 1
