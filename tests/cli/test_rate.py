from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest
from tests.cli.run import ROOT, TEA_SHOP, doorstep

PARCELS = """parcel,origin_country,origin_postcode,destination_country,destination_postcode,ship_date,weight_g,\
length_mm,width_mm,height_mm,residential,delivers_to,speed
a,DE,80331,DE,81000,2026-03-02,900,100,100,100,1,,
"b,x",DE,80331,DE,10115,2026-03-02,31900,1300,100,100,,home,
c,DE,80331,FR,75001,2026-03-02,500,100,100,100,,locker pickup_point,
d,DE,80331,DE,10115,2026-03-02,500,300,200,100,,,express
"""
BROKEN = [
    # what stands there, what is put there, row, column, value, part of the reason
    ("900,100,100", "900,0,100", 2, "length_mm", "0", "is not between 1 and 100000"),
    ("900,100,100", "-1,100,100", 2, "weight_g", "-1", "is not between 0 and"),
    ("900,100,100", "9e2,100,100", 2, "weight_g", "9e2", "is not a whole number"),
    ("2026-03-02,900", "2026-02-30,900", 2, "ship_date", "2026-02-30", "is no date of the calendar"),
    ("FR,75001", "XX,75001", 4, "destination_country", "XX", "is not a country code"),
    ("c,DE", "a,DE", 4, "parcel", "a", "repeats row 2"),
    (
        "locker pickup_point",
        "locker  home",
        4,
        "delivers_to",
        "locker  home",
        "is not some of home, pickup_point, locker",
    ),
    (",express", ",fast", 5, "speed", "fast", "is not one of economy"),
    ("1,,\n", "yes,,\n", 2, "residential", "yes", "is neither 0 nor 1"),
]


def written(folder: Path, text: str = PARCELS) -> Path:
    (folder / "parcels.csv").write_text(text)
    return folder / "parcels.csv"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_parcel_is_rated_on_every_service(tmp_path: Path) -> None:
    out = tmp_path / "rates.csv"
    done = doorstep("rate", written(tmp_path), "--tariffs", TEA_SHOP, "--out", out)
    assert done.returncode == 0, done.stderr
    assert str(out) in done.stdout
    told = rows(out)
    assert [(one["parcel"], one["service"]) for one in told] == [
        (parcel, service) for parcel in ("a", "b,x", "c", "d") for service in ("parcel", "express")
    ]
    assert list(told[0].values()) == ["a", "parcel", "1", "", "900", "near", "3.90", "0.23", "4.13", "", ""]
    assert list(told[2].values())[:9] == ["b,x", "parcel", "0", "too_heavy", "31900", "country", "", "", ""]
    assert told[2]["explanation"] == (
        "400 g too heavy for parcel (max 31500 g); 100 mm too long for parcel (max 1200 mm)"
    )
    assert told[2]["smallest_change"] == "weight_g:-400 length_mm:-100"
    assert told[4]["smallest_change"] == "route delivers_to:home"
    assert told[6]["smallest_change"] == "speed:standard"
    assert told[4]["reason"] == "no_zone"
    assert "postcode 75001 not served from 80331 by parcel; parcel delivers to home, not to" in told[4]["explanation"]
    assert (told[6]["reason"], told[7]["price"], told[7]["billed_weight_g"]) == ("too_slow", "12.77", "1200")


def test_the_summary_is_what_the_page_says(tmp_path: Path) -> None:
    out = tmp_path / "rates.csv.gz"
    done = doorstep("rate", written(tmp_path), "--tariffs", TEA_SHOP, "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["parcels"], told["services"], told["quotes"], told["eligible"]) == (4, 2, 8, 3)
    assert (told["parcels_without_service"], told["currency"]) == (2, "EUR")
    page = (ROOT / "docs" / "formats.md").read_text().split("## Out: `doorstep rate")[1].split("\n### Tariffs")[0]
    table = page[page.index("| key |") :]
    keys = {
        name.strip() for line in table.splitlines() if line.startswith("|") for name in line.split("|")[1].split(",")
    }
    assert keys - {"key", "---"} == set(told)
    plain = doorstep("rate", tmp_path / "parcels.csv", "--tariffs", TEA_SHOP, "--out", tmp_path / "rates.csv")
    assert plain.returncode == 0, plain.stderr
    assert gzip.decompress(out.read_bytes()) == (tmp_path / "rates.csv").read_bytes()


@pytest.mark.parametrize("tables", [("services", "zones", "rates", "surcharges")])
def test_four_files_are_a_tariff_whose_currency_rates_may_name(tmp_path: Path, tables: tuple[str, ...]) -> None:
    folder = tmp_path / "tariff"
    folder.mkdir()
    for table in tables:
        (folder / f"{table}.csv").write_bytes((TEA_SHOP / f"{table}.csv").read_bytes())
    words = ("rate", written(tmp_path), "--tariffs", folder, "--out", tmp_path / "rates.csv", "--json")
    assert json.loads(doorstep(*words).stdout)["currency"] == "XXX"
    named = (folder / "rates.csv").read_text().replace("per_extra_kg\n", "per_extra_kg,currency\n").splitlines()
    (folder / "rates.csv").write_text("\n".join([named[0], *(f"{line},JPY" for line in named[1:])]))
    assert json.loads(doorstep(*words).stdout)["currency"] == "JPY"
    assert rows(tmp_path / "rates.csv")[0]["freight"] == "4"


def test_what_a_client_pays_stands_beside_the_price(tmp_path: Path) -> None:
    folder = tmp_path / "tariff"
    folder.mkdir()
    for table in ("brand", "services", "zones", "rates", "surcharges"):
        (folder / f"{table}.csv").write_bytes((TEA_SHOP / f"{table}.csv").read_bytes())
    marks = "client,service,kind,amount,sequence\nshop,,percent,10,1\nshop,express,fixed,0.5,2\nother,,percent,99,1\n"
    (folder / "markups.csv").write_text(marks)
    out = tmp_path / "rates.csv"
    words = ("rate", written(tmp_path), "--tariffs", folder, "--out", out)
    done = doorstep(*words, "--client", "shop")
    assert done.returncode == 0, done.stderr
    told = [(one["price"], one["client_price"]) for one in rows(out)]
    assert told == [("4.13", "4.54"), ("12.77", "14.55"), *[("", "")] * 5, ("12.77", "14.55")]
    nobody = doorstep(*words, "--client", "nobody")
    assert (nobody.returncode, "no row of client nobody" in nobody.stderr) == (2, True)
    assert rows(out)[0]["client_price"] == "4.54"
    (folder / "markups.csv").write_text(marks.replace("percent,10", "percent,101").replace("0.5", "-1"))
    refused = doorstep(*words, "--client", "shop")
    assert "markups.csv:2 amount: '101' is more than 100 percent" in refused.stderr
    assert "markups.csv:3 amount: '-1' is less than 0" in refused.stderr


def test_what_is_wrong_is_told_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    text = PARCELS
    for old, new, *_ in BROKEN:
        assert text.count(old) == 1 or old in text, old
        text = text.replace(old, new, 1) if old != "900,100,100" else text
    done = doorstep("rate", written(tmp_path, text), "--tariffs", TEA_SHOP, "--out", tmp_path / "rates.csv")
    assert done.returncode == 2
    for old, _, row, column, value, why in BROKEN:
        if old != "900,100,100":
            assert f"parcels.csv:{row} {column}: {value!r} {why}" in done.stderr
    assert not (tmp_path / "rates.csv").exists()


def test_an_input_is_never_overwritten(tmp_path: Path) -> None:
    parcels = written(tmp_path)
    done = doorstep("rate", parcels, "--tariffs", TEA_SHOP, "--out", parcels, "--force")
    assert (done.returncode, parcels.read_text()) == (1, PARCELS)


FAR = """parcel,origin_country,origin_postcode,destination_country,destination_postcode,ship_date,weight_g,\
length_mm,width_mm,height_mm,origin_latitude,origin_longitude,destination_latitude,destination_longitude,distance_m
told,DE,80331,DE,81000,2026-03-02,1000,100,100,100,,,,,100000
located,DE,80331,DE,81000,2026-03-02,1000,100,100,100,48.1,11.6,52.5,13.4,
neither,DE,80331,DE,81000,2026-03-02,1000,100,100,100,48.1,11.6,,,
refused,DE,80331,DE,81000,2026-03-02,99000,100,100,100,,,,,100000
"""


def test_the_carbon_stands_beside_the_price_where_a_distance_is_told(tmp_path: Path) -> None:
    done = doorstep("rate", written(tmp_path, FAR), "--tariffs", TEA_SHOP, "--out", tmp_path / "rates.csv")
    assert done.returncode == 0, done.stderr
    told = {one["parcel"]: one for one in rows(tmp_path / "rates.csv") if one["service"] == "parcel"}
    # 132 km x 0.001 t x 96 g + 0.001 t x 1,200 g + 212 g; bounds: 74, 600, 59 and 125, 4,400, 372
    names = ("co2e_g", "co2e_low_g", "co2e_high_g")
    assert [told["told"][name] for name in names] == ["226", "69", "393"]
    assert int(told["located"]["co2e_g"]) == 213 + round(0.096 * 1.32 * 505.95)
    assert [told["neither"][name] for name in names] == ["", "", ""]
    assert (told["neither"]["eligible"], told["refused"]["eligible"]) == ("1", "0")
    assert [told["refused"][name] for name in names] == ["", "", ""]


def test_without_a_distance_there_is_no_column_of_carbon(tmp_path: Path) -> None:
    doorstep("rate", written(tmp_path), "--tariffs", TEA_SHOP, "--out", tmp_path / "rates.csv")
    assert not [name for name in rows(tmp_path / "rates.csv")[0] if name.startswith("co2e")]


def test_a_service_by_air_and_factors_of_ones_own_are_heard(tmp_path: Path) -> None:
    folder = tmp_path / "tariff"
    folder.mkdir()
    for table in ("brand", "services", "zones", "rates", "surcharges"):
        (folder / f"{table}.csv").write_bytes((TEA_SHOP / f"{table}.csv").read_bytes())
    lines = (folder / "services.csv").read_text().splitlines()
    flown = [f"{line},{mode}" for line, mode in zip(lines, ("mode", "road", "air"), strict=True)]
    (folder / "services.csv").write_text("\n".join(flown) + "\n")
    (folder / "emission_factors.csv").write_text(
        "leg,mode,vehicle,up_to_km,low_g,mid_g,high_g,source\nline_haul,air,kite,,0,1000,1000,ours\n"
    )
    doorstep("rate", written(tmp_path, FAR), "--tariffs", folder, "--out", tmp_path / "rates.csv")
    told = [one["co2e_g"] for one in rows(tmp_path / "rates.csv") if one["parcel"] == "told"]
    assert told == ["226", "313"]  # 100 km x 0.001 t x 1,000 g + 213 g


def test_half_a_place_is_refused(tmp_path: Path) -> None:
    broken = FAR.replace("48.1,11.6,,,", "48.1,,,,")
    done = doorstep("rate", written(tmp_path, broken), "--tariffs", TEA_SHOP, "--out", tmp_path / "rates.csv")
    assert done.returncode == 2
    assert "origin_latitude and origin_longitude go together" in done.stderr
