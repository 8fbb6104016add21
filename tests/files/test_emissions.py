"""The factors that come along, and those of a folder."""

from __future__ import annotations

import csv
from importlib.resources import files
from io import StringIO
from pathlib import Path

import pytest
from tests.cli.run import TEA_SHOP

from doorstep.domain.errors import InputRefused
from doorstep.domain.landmass import landmass
from doorstep.files.codes import COUNTRIES
from doorstep.files.emissions import default_factors
from doorstep.files.tariff_in import read_tariff
from doorstep.kernels.carbon import compile_factors

HEAD = "leg,mode,vehicle,up_to_km,low_g,mid_g,high_g,source\n"


def folder(tmp_path: Path, rows: str) -> Path:
    made = tmp_path / "tariff"
    made.mkdir()
    for name in ("brand", "services", "zones", "rates", "surcharges"):
        (made / f"{name}.csv").write_bytes((TEA_SHOP / f"{name}.csv").read_bytes())
    (made / "emission_factors.csv").write_text(HEAD + rows)
    return made


def test_every_factor_that_comes_along_names_its_source_and_year() -> None:
    for one in default_factors():
        assert one.vehicle
        assert one.year
        assert len(one.source) > 5, one
        assert one.note


def test_figures_of_the_british_tables_are_the_sums_in_their_notes() -> None:
    """Of line hauls: what burning adds and what the fuel brought along, in grams per tonne-kilometre."""
    for one in default_factors():
        if one.leg == "line_haul":
            burnt, brought = one.note.split(" + ")[:2]
            first = float(burnt.rsplit(" ", 1)[1]) + float(brought.split(";")[0].split(",")[0])
            assert round(first) == one.mid_g, one


def test_a_folders_rows_take_the_place_of_those_of_their_leg_and_mode_alone(tmp_path: Path) -> None:
    read = read_tariff(folder(tmp_path, "last_mile,home,cargo bike,,0,5,9,our own meter\n"))
    own = [one for one in read.emission_factors if one.leg == "last_mile" and one.mode == "home"]
    assert [(one.vehicle, one.mid_g) for one in own] == [("cargo bike", 5)]
    assert len(read.emission_factors) == len(default_factors())
    tables = compile_factors(read.emission_factors, read.tariff.services)
    assert tables.last_mile_g[:, 0].tolist() == [0, 5, 9]


def test_bands_of_a_mode_are_replaced_together(tmp_path: Path) -> None:
    read = read_tariff(folder(tmp_path, "line_haul,air,ours,,1,2,3,x\n"))
    assert [one.vehicle for one in read.emission_factors if one.mode == "air"] == ["ours"]


@pytest.mark.parametrize(
    ("rows", "row", "column", "why"),
    [
        ("line_haul,home,x,,1,2,3,x\n", 2, "mode", "is no mode of line_haul, which is road, rail, sea, air"),
        ("hub,road,x,,1,2,3,x\n", 2, "mode", "is no mode of hub, which is empty"),
        ("last_mile,,x,,1,2,3,x\n", 2, "mode", "is no mode of last_mile"),
        ("line_haul,boat,x,,1,2,3,x\n", 2, "mode", "is not one of road"),
        ("fly,air,x,,1,2,3,x\n", 2, "leg", "is not one of line_haul"),
        ("hub,,x,,1,4,3,x\n", 2, "mid_g", "is not between low_g, 1, and high_g, 3"),
        ("hub,,x,,-1,2,3,x\n", 2, "low_g", "is not between 0 and 100000"),
        ("hub,,x,,1,2.5,3,x\n", 2, "mid_g", "is not a whole number"),
        ("hub,,x,,1,2,3,\n", 2, "source", "is empty"),
        ("hub,,x,500,1,2,3,x\n", 2, "up_to_km", "is of line hauls alone"),
        ("line_haul,air,x,500,1,2,3,x\n", 2, "up_to_km", "leaves longer distances of line_haul air without a factor"),
        ("hub,,x,,1,2,3,x\nhub,,y,,1,2,3,x\n", 3, "up_to_km", "repeats row 2"),
    ],
)
def test_what_contradicts_itself_is_refused_with_its_row(
    tmp_path: Path, rows: str, row: int, column: str, why: str
) -> None:
    with pytest.raises(InputRefused) as refused:
        read_tariff(folder(tmp_path, rows))
    told = [(one.file, one.row, one.column) for one in refused.value.faults]
    assert ("emission_factors.csv", row, column) in told
    assert why in str(refused.value.faults)


def test_every_country_that_is_joined_to_others_is_a_country() -> None:
    assert landmass("DE") == landmass("PT") == landmass("GB") == landmass("ZA") == landmass("CN")
    assert landmass("US") == landmass("MX") != landmass("CO")
    assert landmass("AU") == "AU"
    from doorstep.domain.landmass import _JOINED

    joined = " ".join(_JOINED.values()).split()
    assert set(joined) <= set(COUNTRIES)
    assert len(set(joined)) == len(joined)


def test_the_file_is_plain_csv_as_any_folders_is() -> None:
    text = files("doorstep.files").joinpath("emission_factors.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(StringIO(text)))
    assert len(rows) == len(default_factors())
