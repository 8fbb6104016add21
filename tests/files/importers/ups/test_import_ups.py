"""UPS charts and sheets made by hand: each row becomes what it says, and what cannot be said is told."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from pathlib import Path

import pytest
from tests.files.importers.ups.tiny_ups import NOTES, ROWS, SHEETS, chart, charts_zip, rates_folder, sheet

from doorstep.domain.errors import InputRefused, OutputRefused
from doorstep.files.importers.measures import divisor_cm3_per_kg, grams, millimetres
from doorstep.files.importers.tariff_folder import TariffImport
from doorstep.files.importers.ups import import_ups
from doorstep.files.tariff_in import read_tariff

CHARTS = {"010.csv": chart("010", "011"), "012.csv": chart("012", "012"), "hiz_hi.csv": "Domestic Services,\n"}


def made(
    folder: Path,
    charts: dict[str, str] | None = None,
    sheets: dict[str, str] | None = None,
    letters: bool = False,
    any_day: bool = False,
) -> TariffImport:
    packed = charts_zip(folder / "zones.zip", CHARTS if charts is None else charts)
    rates = rates_folder(folder / "rates", sheets or SHEETS)
    return import_ups(packed, rates, folder / "out", letters=letters, any_day=any_day)


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / "out" / f"{table}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def prices(folder: Path, service: str, zone: str) -> dict[int, str]:
    lines = (row for row in rows(folder, "rates") if (row["service"], row["zone"]) == (service, zone))
    return {int(row["up_to_g"]): row["price"] for row in lines}


def zone_of(folder: Path, service: str) -> dict[str, str]:
    """Destination, with its country where that is not US -> zone and the origins it holds for."""
    found = {}
    for row in rows(folder, "zones"):
        if row["service"] == service:
            end = row["destination_prefix"] + (f"-{row['destination_to']}" if row["destination_to"] else "")
            country = "" if row["destination_country"] == "US" else row["destination_country"]
            found[country + end] = f"{row['zone']} from {row['origin_prefix']}-{row['origin_to']}"
    return found


def faults(caught: pytest.ExceptionInfo[InputRefused]) -> list[str]:
    return [str(fault) for fault in caught.value.faults]


def test_charts_become_ranges_on_both_sides(tmp_path: Path) -> None:
    made(tmp_path)
    assert zone_of(tmp_path, "ups-ground") == {
        "004-005": "2 from 010-012",
        "006-007": "45 from 010-012",
        "PR006-007": "45 from 010-012",
        "010-012": "3 from 010-012",
        "96701-96702": "44 from 010-012",
        "96703": "46 from 010-012",
        "96706": "44 from 010-012",
        "99501-99502": "44 from 010-012",
    }
    assert "010-011" not in zone_of(tmp_path, "ups-next-day-air")
    assert zone_of(tmp_path, "ups-next-day-air")["012"] == "103 from 010-012"


def test_a_break_of_n_pounds_is_the_grams_that_do_not_exceed_it(tmp_path: Path) -> None:
    made(tmp_path)
    ground = prices(tmp_path, "ups-ground", "2")
    assert (ground[453], ground[907]) == ("4.84", "4.97")
    assert prices(tmp_path, "ups-ground", "46")[68_038] == "320.72"
    assert 453 < Fraction("453.59237") < 454
    assert grams("1", pounds=True) == 453
    assert grams(Fraction(150), pounds=True) == 68_038
    assert grams("2.5", pounds=False) == 2_500
    assert (millimetres("108", inches=True), millimetres("35.3", inches=False)) == (2_743, 353)
    assert (divisor_cm3_per_kg(194), divisor_cm3_per_kg(166), divisor_cm3_per_kg(139)) == (7_009, 5_997, 5_022)


def test_beyond_the_last_weight_the_price_per_pound_goes_as_far_as_a_parcel_can(tmp_path: Path) -> None:
    made(tmp_path)
    ground = prices(tmp_path, "ups-ground", "2")
    assert ground[grams(Fraction(151), pounds=True)] == "64.93"
    assert ground[grams(Fraction(160), pounds=True)] == "68.80"
    assert max(ground) == grams(Fraction(215), pounds=True)
    assert not any(row["per_extra_kg"] for row in rows(tmp_path, "rates") if "per_extra_kg" in row)


def test_ground_is_charged_by_volume_only_where_parcels_are_large(tmp_path: Path) -> None:
    made(tmp_path)
    services = {row["service"]: row for row in rows(tmp_path, "services")}
    assert services["ups-ground"]["dim_divisor_cm3_per_kg"] == "0"
    assert services["ups-next-day-air"]["dim_divisor_cm3_per_kg"] == "7009"
    assert services["ups-worldwide-express-export"]["dim_divisor_cm3_per_kg"] == "5997"
    (divisor,) = rows(tmp_path, "divisors")
    assert list(divisor.values()) == ["ups-ground", "over_volume_cm3", "84950", "7009", "1"]


def test_prices_hold_in_the_year_of_the_sheet_unless_all_days_are_asked_for(tmp_path: Path) -> None:
    made(tmp_path)
    assert {(row["valid_from"], row["valid_to"]) for row in rows(tmp_path, "rates")} == {("2010-01-01", "2010-12-31")}
    (tmp_path / "b").mkdir()
    made(tmp_path / "b", any_day=True)
    assert {(row["valid_from"], row["valid_to"]) for row in rows(tmp_path / "b", "rates")} == {("", "")}


def test_what_cannot_be_said_is_listed_with_its_place_and_counted(tmp_path: Path) -> None:
    done = made(tmp_path)
    told = {(one.file, one.row, one.value) for one in done.untold}
    assert {("010.csv", 13, "8 Ground"), ("012.csv", 13, "8 Next Day Air")} <= told
    assert ("hiz_hi.csv", 0, "") in told
    assert {("next.csv", 0, "Letter"), ("express.csv", 0, "Letter")} <= told
    assert {("express.csv", 8, "Pak 1 Lbs."), ("express.csv", 10, "2, zone 601/631")} <= told
    assert {("express.csv", 15, "Price Per Pound"), ("express.csv", 16, "")} <= told
    assert ("express.csv", 0, "ups-worldwide-express-export") in told
    assert done.without_zones == ("ups-worldwide-express-export",)
    written = json.loads((tmp_path / "out" / "import.json").read_text())
    assert sum(one["count"] for one in written["counted"]) == len(written["untold"]) == len(done.untold)
    assert written["rates"] == len(rows(tmp_path, "rates"))


def test_a_note_without_a_zone_for_the_service_is_told(tmp_path: Path) -> None:
    notes = NOTES.replace("Zone 44 for Ground and ", "").replace("Zone 46 for Ground and ", "")
    done = made(tmp_path, {"010.csv": chart("010", "011", ROWS, notes)})
    told = {one.value for one in done.untold if one.file == "010.csv"}
    assert {"967-968 Ground", "995-999 Ground"} <= told
    assert "967-968 Next Day Air" not in told
    assert zone_of(tmp_path, "ups-next-day-air")["96703"] == "126 from 010-011"


def test_a_table_may_begin_beside_the_rows_of_another(tmp_path: Path) -> None:
    side = sheet(
        "UPS Ground", "2,,Zones,3", ("1 Lbs.,4.84,,36 Lbs.,11", "2,4.97,,Zones,3", "3,5.01,,Price Per Pound,0.45")
    )
    made(tmp_path, sheets={"ground.csv": side, "next.csv": SHEETS["next.csv"]})
    assert prices(tmp_path, "ups-ground", "2") == {453: "4.84", 907: "4.97", 1_360: "5.01"}
    assert prices(tmp_path, "ups-ground", "3") == {16_329: "11"}


def test_two_zones_in_one_column_have_the_same_prices(tmp_path: Path) -> None:
    made(tmp_path)
    express = [
        (row["zone"], row["up_to_g"], row["price"]) for row in rows(tmp_path, "rates") if "express" in row["service"]
    ]
    assert express == [("601", "453", "60"), ("631", "453", "60"), ("81", "453", "55.2"), ("81", "907", "58")]


def test_letters_are_services_of_their_own_only_when_asked_for(tmp_path: Path) -> None:
    made(tmp_path)
    assert not any("letter" in row["service"] for row in rows(tmp_path, "services"))
    (tmp_path / "b").mkdir()
    done = made(tmp_path / "b", letters=True)
    (letter,) = (row for row in rows(tmp_path / "b", "services") if row["service"] == "ups-next-day-air-letter")
    assert (letter["max_weight_g"], letter["max_length_mm"]) == ("226", "317")
    prices = {
        row["zone"]: row["price"]
        for row in rows(tmp_path / "b", "rates")
        if row["service"] == "ups-next-day-air-letter"
    }
    assert prices == {"102": "15.8", "103": "18.75", "124": "27.45", "125": "27.45", "126": "29.5"}
    assert zone_of(tmp_path / "b", "ups-next-day-air-letter")["004-005"] == "102 from 010-012"
    assert not any("envelope" in one.why for one in done.untold)


def test_only_the_charts_of_the_origins_asked_for_are_taken(tmp_path: Path) -> None:
    packed = charts_zip(tmp_path / "zones.zip", CHARTS)
    rates = rates_folder(tmp_path / "rates", SHEETS)
    import_ups(packed, rates, tmp_path / "out", origins=("01101",))
    assert zone_of(tmp_path, "ups-ground")["004-005"] == "2 from 010-011"
    with pytest.raises(InputRefused) as caught:
        import_ups(packed, rates, tmp_path / "other", origins=("967", "010"))
    why = "has no chart for parcels that leave there; the charts are of some areas from 010 to 012"
    assert faults(caught) == [f"zones.zip: '967' {why}"]
    assert not (tmp_path / "other").exists()


def test_a_zone_or_service_without_prices_is_told_and_not_written(tmp_path: Path) -> None:
    rows_of = (*ROWS[:1], "020,7,102", *ROWS[1:])
    sheets = {name: text for name, text in SHEETS.items() if name != "next.csv"}
    done = made(tmp_path, {"010.csv": chart("010", "011", rows_of)}, sheets)
    told = {(one.file, one.value, one.why) for one in done.untold}
    assert ("010.csv", "Ground zone 7", "is a zone without prices in the sheet") in told
    assert ("010.csv", "Next Day Air", "has no sheet of rates: its zones have no prices") in told
    assert "020" not in zone_of(tmp_path, "ups-ground")


def test_the_folder_is_a_sound_tariff_and_replaced_when_untouched(tmp_path: Path) -> None:
    done = made(tmp_path)
    read = read_tariff(tmp_path / "out")
    assert (len(read.tariff.services), read.currency.code) == (done.services, "USD")
    packed, rates = tmp_path / "zones.zip", tmp_path / "rates"
    import_ups(packed, rates, tmp_path / "out")
    (tmp_path / "out" / "zones.csv").write_text("mine")
    with pytest.raises(OutputRefused, match="holds other files"):
        import_ups(packed, rates, tmp_path / "out")


@pytest.mark.parametrize(
    ("charts", "why"),
    [
        ({}, "zones.zip: holds no zone chart: no file says For shipments originating in ZIP Codes"),
        ({"a.csv": chart("010", "011").replace("010-01", "010-05")}, "a.csv: does not say its origins as ZIP Codes"),
        ({"a.csv": chart("010", "011").replace("Dest. ZIP", "To")}, "a.csv: has no row Dest. ZIP"),
        ({"a.csv": chart("010", "011", ("004-005,2,x",))}, "a.csv:11 Next Day Air: 'x' is neither a zone, nor -"),
        ({"a.csv": chart("010", "011", ("004-005,2,102", "005,3,103"))}, "a.csv:12: '005' is in row 11 as well"),
        ({"a.csv": chart("010", "011", ("005-004,2,102",))}, "a.csv:11: '005-004' ends before it begins"),
        ({"a.csv": chart("010", "011", ("elsewhere,2,102",))}, "'elsewhere' is neither a range"),
        ({"a.csv": chart("010", "011", ROWS, NOTES.replace("for Ground", "for Air"))}, "does not say which zone"),
        ({"a.csv": chart("010", "012"), "b.csv": chart("011", "011")}, "b.csv: '011-011' has a chart in a.csv as well"),
    ],
)  # fmt: skip
def test_a_malformed_chart_is_refused_and_nothing_written(tmp_path: Path, charts: dict[str, str], why: str) -> None:
    with pytest.raises(InputRefused) as caught:
        made(tmp_path, charts)
    assert any(why in fault for fault in faults(caught)), faults(caught)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a,b\n1,2\n", "has no title of a service such as UPS Ground: is it a sheet of daily rates?"),
        (SHEETS["ground.csv"].replace("2010 Rates", ""), "has no year, as in 2010 Rates"),
        (SHEETS["ground.csv"].replace("Zones", "Areas"), "has no row of Zones with prices by pounds below it"),
        (SHEETS["ground.csv"].replace("4.84", "n/a"), "x.csv:7: 'n/a' is no price of 1 Lbs."),
        (SHEETS["ground.csv"].replace("45.0", "near"), "x.csv:6: 'near' is no zone"),
        (SHEETS["ground.csv"] + sheet("UPS Ground", "2", ("1 Lbs.,9.99",)), "is another price of 1 Lbs. in zone 2"),
        (SHEETS["ground.csv"].replace("23.44", "23.44,7.77"), "x.csv:7: '7.77' stands under no zone"),
        (SHEETS["next.csv"], "is in next.csv as well"),
    ],
)
def test_a_malformed_sheet_is_refused_and_nothing_written(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(InputRefused) as caught:
        made(tmp_path, sheets={"next.csv": SHEETS["next.csv"], "x.csv": text})
    assert any(why in fault for fault in faults(caught)), faults(caught)
    assert not (tmp_path / "out").exists()


def test_other_encodings_and_broken_archives_are_refused(tmp_path: Path) -> None:
    packed = charts_zip(tmp_path / "zones.zip", CHARTS)
    rates = rates_folder(tmp_path / "rates", SHEETS)
    (rates / "ground.csv").write_bytes(SHEETS["ground.csv"].encode("utf-16"))
    with pytest.raises(InputRefused) as caught:
        import_ups(packed, rates, tmp_path / "out")
    assert any(fault.startswith("ground.csv:1: is not UTF-8") for fault in faults(caught))
    whole = packed.read_bytes()
    for broken in (b"no zip", whole[: len(whole) // 2]):
        packed.write_bytes(broken)
        with pytest.raises(InputRefused) as caught:
            import_ups(packed, rates, tmp_path / "out")
        assert any("zones.zip: is not a whole zip file" in fault for fault in faults(caught))
    with pytest.raises(InputRefused) as caught:
        import_ups(tmp_path / "none.zip", rates, tmp_path / "out")
    assert any("none.zip: cannot be read" in fault for fault in faults(caught))
    assert not (tmp_path / "out").exists()
