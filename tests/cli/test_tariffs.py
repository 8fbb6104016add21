from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

from tests.cli.run import ROOT, TEA_SHOP, doorstep
from tests.cli.test_rate import PARCELS, written

TABLES = ("services", "zones", "rates", "surcharges")


def altered(folder: Path, **replaced: tuple[str, str]) -> Path:
    """The tea shop's tariff with a text of some files replaced."""
    folder.mkdir()
    for table in TABLES:
        shutil.copy(TEA_SHOP / f"{table}.csv", folder)
    for table, (old, new) in replaced.items():
        text = (folder / f"{table}.csv").read_text()
        assert old in text
        (folder / f"{table}.csv").write_text(text.replace(old, new))
    (folder / "brand.csv").write_bytes((TEA_SHOP / "brand.csv").read_bytes())
    return folder


def test_a_sound_tariff_is_counted() -> None:
    done = doorstep("tariffs", "check", TEA_SHOP)
    assert (done.returncode, done.stdout) == (
        0,
        f"{TEA_SHOP}: no fault; 2 services, 3 zones, 5 rates, 2 surcharges\n",
    )
    told = json.loads(doorstep("tariffs", "check", TEA_SHOP, "--json").stdout)
    assert (told["fault_count"], told["rates"], told["currency"]) == (0, 5, "EUR")


def test_every_fault_of_a_tariff_is_told_with_its_place(tmp_path: Path) -> None:
    folder = altered(tmp_path / "t", rates=("4.90", "-4.90"), zones=("DE,,DE,,country", "DE,,XX,,country"))
    done = doorstep("tariffs", "check", folder)
    assert done.returncode == 2
    assert "rates.csv:4 price: '-4.90' is not between 0" in done.stderr
    assert "zones.csv:2 destination_country: 'XX' is not a country code" in done.stderr
    told = json.loads(doorstep("tariffs", "check", folder, "--json").stdout)
    assert told["fault_count"] == 3
    assert told["faults"][0] == {
        "file": "zones.csv",
        "row": 2,
        "column": "destination_country",
        "value": "XX",
        "why": "is not a country code of ISO 3166-1 such as BR or DE",
    }


def test_what_differs_between_two_tariffs_is_listed(tmp_path: Path) -> None:
    folder = altered(
        tmp_path / "t",
        services=("home,31500", "home,30000"),
        zones=("parcel,DE,8,DE,8,near\n", ""),
        rates=("4.90", "5.10"),
        surcharges=("fuel,always,,percent,11,1\n", "fuel,always,,percent,11,1\nexpress,peak,always,,fixed,1,2\n"),
    )  # fmt: skip
    told = json.loads(doorstep("tariffs", "diff", TEA_SHOP, folder, "--json").stdout)["changes"]
    assert [tuple(change.values()) for change in told] == [
        ("services", "changed", "service parcel", "max_weight_g", "31500", "30000"),
        ("zones", "removed", told[1]["line"], "", "", ""),
        ("rates", "changed", "service parcel, zone country, up_to_g 5000", "price", "4.90", "5.10"),
        ("surcharges", "added", "service express, surcharge peak, when always", "", "", ""),
    ]
    said = doorstep("tariffs", "diff", TEA_SHOP, folder).stdout
    assert "changed in rates: service parcel, zone country, up_to_g 5000: price 4.90 -> 5.10" in said
    assert said.endswith("4 changes\n")
    assert doorstep("tariffs", "diff", folder, folder).stdout == "no change\n"


def test_parcels_of_the_past_are_rated_under_another_tariff(tmp_path: Path) -> None:
    folder = altered(
        tmp_path / "t", rates=("near,5000,3.90", "near,5000,4.90"), services=("express,home,20000", "express,home,400")
    )
    parcels = written(tmp_path, PARCELS.replace("a,DE,80331,DE,81000,2026-03-02", "a,DE,80331,DE,81000,2025-03-02"))
    words = ("tariffs", "what-if", folder, "--instead-of", TEA_SHOP, "--parcels", parcels)
    done = doorstep(*words, "--out", tmp_path / "out.csv", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    page = (ROOT / "docs" / "formats.md").read_text().split("### Tariffs compared")[1].split("\n## ")[0]
    keys = {
        name.strip() for line in page.splitlines() if line.startswith("|") for name in line.split("|")[1].split(",")
    }
    assert keys - {"key", "---"} == set(told)
    assert (told["parcels"], told["carried_by_both"], told["no_longer_carried"]) == (4, 1, 1)
    assert (told["total_before"], told["total_after"], told["difference"]) == ("4.13", "5.19", "1.06")
    assert told["movers"] == [
        {"parcel": "a", "service_before": "parcel", "price_before": "4.13", "service_after": "parcel",
         "price_after": "5.19", "difference": "1.06"}
    ]  # fmt: skip
    with (tmp_path / "out.csv").open(newline="") as lines:
        assert [tuple(row) for row in csv.reader(lines)][-1] == ("d", "express", "12.77", "", "", "")
    said = doorstep(*words).stdout
    assert "1 of 4 parcels are carried by both: 4.13 EUR before, 5.19 EUR after, 1.06 EUR (+25.666 %)" in said


def test_the_service_that_carried_a_parcel_is_rated_again_on_the_day_that_is_asked(tmp_path: Path) -> None:
    dated = altered(
        tmp_path / "t",
        rates=("per_extra_kg\n", "per_extra_kg,valid_from\n"),
    )  # fmt: skip
    lines = (dated / "rates.csv").read_text().splitlines()
    (dated / "rates.csv").write_text("\n".join([lines[0], *(f"{line},2027-01-01" for line in lines[1:])]))
    head, first, *_ = PARCELS.splitlines()
    parcels = written(tmp_path, f"{head},service\n{first},express\n{first.replace('a,', 'z,', 1)},unknown\n")
    words = ("tariffs", "what-if", dated, "--instead-of", TEA_SHOP, "--parcels", parcels, "--json")
    early = json.loads(doorstep(*words).stdout)
    assert (early["carried_by_both"], early["no_longer_carried"]) == (0, 1)
    told = json.loads(doorstep(*words, "--on", "2027-01-04").stdout)
    assert (told["carried_by_both"], told["total_before"], told["total_after"]) == (1, "12.77", "12.77")
    assert told["movers"] == []


def test_two_currencies_are_not_compared(tmp_path: Path) -> None:
    folder = altered(tmp_path / "t")
    (folder / "brand.csv").write_text((TEA_SHOP / "brand.csv").read_text().replace("EUR", "JPY"))
    done = doorstep("tariffs", "what-if", folder, "--instead-of", TEA_SHOP, "--parcels", written(tmp_path))
    assert done.returncode == 2
    assert "nothing to compare" in done.stderr
    assert "currency EUR -> JPY" in doorstep("tariffs", "diff", TEA_SHOP, folder).stdout


def test_what_differs_beside_the_tariff_is_listed_too(tmp_path: Path) -> None:
    folder = altered(tmp_path / "t", rates=("4.90", "4.90"))
    (folder / "markups.csv").write_text("client,service,kind,amount,sequence\nacme,,percent,12.5,1\n")
    (folder / "emission_factors.csv").write_text(
        "leg,mode,vehicle,up_to_km,low_g,mid_g,high_g,source\nhub,,,,1,2,3,x\n"
    )
    told = json.loads(doorstep("tariffs", "diff", TEA_SHOP, folder, "--json").stdout)["changes"]
    found = {(change["file"], change["what"], change["column"], change["after"]) for change in told}
    assert ("markups", "added", "", "") in found
    assert ("emission_factors", "changed", "mid_g", "2") in found
    assert {file for file, *_ in found} == {"markups", "emission_factors"}
