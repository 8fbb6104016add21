"""What a scenario adds: read whole, with the files that it names, or refused with every fault."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from doorstep.domain.errors import InputRefused
from doorstep.domain.place import Place
from doorstep.files.scenario_in import read_scenario
from doorstep.kernels.simulate.changes import (
    CutoffChange,
    Disruption,
    NewService,
    NewSite,
    OwnRate,
    Placed,
    Replenishment,
)
from doorstep.kernels.simulate.station import Station

WHOLE = """
on_time_target = 0.9
placement = "placement.csv"
cartons = "boxes.csv"
[[new_service]]
service = "swift"
like = "post"
factor = 0.875
min_days = 1
max_days = 2
[[new_service]]
service = "own"
like = "post"
carrier = "Other"
[[new_service.rate]]
up_to_g = 1000
price = 2.5
[[new_service.rate]]
up_to_g = 5000
price = 4
per_extra_kg = 0.5
[[new_site]]
site = "lille"
like = "venlo"
country = "FR"
postcode = "59000"
latitude = 50.63
longitude = 3.06
stock_share = 0.25
[[cutoff]]
site = "venlo"
order_cutoff = 18:30:00
collection_time = "20:00"
[[disruption]]
service = "post"
country = "FR"
region = "HDF"
from = 2026-10-03
to = 2026-10-06
announced = true
[[station]]
site = "venlo"
seconds = 45.5
variation = 0.5
opens = "08:00"
[replenish]
lead_days = 2
most_lead_days = 5
order_cost = 3.5
holding_pct_per_year = 20
"""
PLACEMENT = "site,sku,target,reorder_point,why\nvenlo,mug,10,4,sells\nvenlo,cup,0,0,\n"
BOXES = (
    "carton,inner_length_mm,inner_width_mm,inner_height_mm,outer_length_mm,outer_width_mm,outer_height_mm,tare_g,"
    "max_weight_g,cost\nS,200,150,100,206,156,106,80,10000,0.35\n"
)


def write(folder: Path, text: str, placement: str = PLACEMENT, boxes: str = BOXES) -> Path:
    (folder / "placement.csv").write_text(placement)
    (folder / "boxes.csv").write_text(boxes)
    (folder / "what.toml").write_text(text)
    return folder / "what.toml"


def said(folder: Path, text: str, placement: str = PLACEMENT, boxes: str = BOXES) -> list[str]:
    with pytest.raises(InputRefused) as refused:
        read_scenario(write(folder, text, placement, boxes))
    return [f"{fault.column}: {fault.why}" for fault in refused.value.faults]


def test_everything_is_read(tmp_path: Path) -> None:
    found = read_scenario(write(tmp_path, WHOLE))
    assert found.new_services == (
        NewService("swift", "post", 875_000, days=(1, 2)),
        NewService(
            "own", "post", carrier="Other", rates=(OwnRate(1_000, 2_500_000), OwnRate(5_000, 4_000_000, 500_000))
        ),
    )
    assert found.new_sites == (NewSite("lille", "venlo", Place("FR", "", "", "59000", 50.63, 3.06), 250_000),)
    assert found.cutoffs == (CutoffChange(66_600, 72_000, "venlo"),)
    assert found.on_time_target_ppm == 900_000
    assert found.placement == (Placed("venlo", "mug", 10, 4), Placed("venlo", "cup", 0, 0))
    assert found.replenish == Replenishment(2, 5, 3_500_000, 200_000)
    assert found.disruptions == (Disruption(date(2026, 10, 3), date(2026, 10, 6), "post", "FR", "HDF", True),)
    assert found.stations == (Station("venlo", 45_500, 500_000, 28_800),)
    assert found.cartons is not None
    assert [(one.carton, one.inner_mm, one.cost_micros) for one in found.cartons] == [("S", (200, 150, 100), 350_000)]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("on_time_target = 1", "on_time_target: does not lie between 0 and 1"),
        ("[[new_service]]\nlike = 'a'", "new_service 1 service: is missing"),
        ("[[new_service]]\nservice = 'a'\nlike = 'b'\nmin_days = 1", "new_service 1: says one of min_days"),
        ("[[new_service]]\nservice = 'a'\nlike = 'b'\nmin_days = 3\nmax_days = 2", "new_service 1 max_days: is less"),
        ("[[new_service]]\nservice = 'a'\nlike = 'b'\nrate = 3", "new_service 1 rate: is not a list of tables"),
        (
            "[[new_service]]\nservice = 'a'\nlike = 'b'\nfactor = 1\nrate = [{up_to_g = 1, price = 1}]",
            "new_service 1 factor: stands beside own rates",
        ),
        (
            "[[new_service]]\nservice = 'a'\nlike = 'b'\nrate = [{up_to_g = 0, price = -1, zoen = 'x'}]",
            "new_service 1 rate 1 price: is below 0",
        ),
        (
            "[[new_service]]\nservice = 'a'\nlike = 'b'\nrate = [{up_to_g = 1, price = 1, zone = 'x'},"
            "{up_to_g = 1, price = 1}]",
            "new_service 1 rate: names a zone in some",
        ),
        ("[[new_site]]\nsite = 'a'\nlike = 'b'\nlatitude = 91\nlongitude = 0", "new_site 1 latitude: is not between"),
        ("[[cutoff]]\norder_cutoff = '25:00'", "cutoff 1 order_cutoff: "),
        ("[[cutoff]]\norder_cutoff = 3", "cutoff 1 order_cutoff: is not a time"),
        ("[[disruption]]\nfrom = 2026-10-03\nto = 2026-10-04", "disruption 1: names neither"),
        (
            "[[disruption]]\nregion = 'X'\nservice = 'a'\nfrom = 2026-10-03\nto = 2026-10-04",
            "disruption 1 region: is w",
        ),
        ("[[disruption]]\nservice = 'a'\nfrom = 2026-10-04\nto = 2026-10-04", "disruption 1 to: is not after"),
        ("[replenish]\nlead_days = 0", "replenish lead_days: is not a whole number"),
        ("[replenish]\nlead_days = 3\nmost_lead_days = 2", "replenish most_lead_days: is less"),
        ("[replenish]\nlead_days = 3", "placement: is missing"),
        ("replenish = 3", "replenish: is not a table"),
        ("[[station]]\nsite = 'a'\nseconds = 0", "station 1 seconds: is not more than 0"),
        ("[[station]]\nsite = 'a'\nseconds = 9\nopens = '17:00'\ncloses = '09:00'", "station 1 closes: is not after"),
        ("placement = 'nowhere.csv'", ": is not there"),
        ("cartons = 'placement.csv'", ": is not a column"),
    ],
)
def test_what_is_not_understood_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    assert any(one.startswith(fault) for one in said(tmp_path, text)), said(tmp_path, text)


def test_faults_of_all_files_come_together(tmp_path: Path) -> None:
    text = "demand = -1\nplacement = 'placement.csv'\ncartons = 'boxes.csv'\n[[new_site]]\nsite = 'a'"
    faults = said(
        tmp_path, text, "site,sku,target,reorder_point\nv,mug,-1,0\nv,mug,x,0\n", BOXES + "S,1,1,1,1,1,1,1,1,1\n"
    )
    assert {one.split(":")[0] for one in faults} == {
        "demand", "target", "sku", "carton", "new_site 1 like", "new_site 1 latitude", "new_site 1 longitude",
    }  # fmt: skip


def test_a_reorder_point_above_its_target_is_refused(tmp_path: Path) -> None:
    (fault,) = said(tmp_path, "placement = 'placement.csv'", "site,sku,target,reorder_point\nv,mug,3,4\n")
    assert fault == "reorder_point: is above target, which is 3"
