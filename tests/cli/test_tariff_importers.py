"""`doorstep tariffs import`: real processes, from a published layout to the price of a parcel."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.run import doorstep, files_of
from tests.cli.test_rate import rows
from tests.files.importers.karrio.test_import_karrio import HOME
from tests.files.importers.karrio.test_import_karrio import source as services_file
from tests.files.importers.ups.tiny_ups import SHEETS, chart, charts_zip, rates_folder
from tests.files.importers.usps.test_import_usps import pairs, prices

HEAD = (
    "parcel,origin_country,origin_postcode,destination_country,destination_postcode,ship_date,weight_g,length_mm,"
    "width_mm,height_mm\n"
)
# Origin and destination, grams, millimetres, day; service, zone of the chart of 10001, price of its sheet.
PUBLISHED = (
    ("US 10001 US 60601 453 200 100 100", "ups-ground", "5", "5.34"),  # a pound, rounded down
    ("US 10001 US 60601 454 200 100 100", "ups-ground", "5", "5.87"),  # more than a pound
    ("US 10001 US 60601 4535 200 100 100", "ups-2nd-day-air-am", "245", "32.00"),
    ("US 10001 US 96813 4535 200 100 100", "ups-ground", "44", "36.67"),
    ("US 10001 US 99950 4535 200 100 100", "ups-next-day-air", "126", "94.85"),
    ("US 10001 PR 00901 4535 200 100 100", "ups-2nd-day-air", "225", "49.20"),
    ("US 60601 US 90210 4535 600 600 600", "ups-ground", "7", "39.73"),  # 68 pounds by volume, of 5,184 cubic inches
    ("US 60601 US 90210 4535 430 430 430", "ups-ground", "7", "9.52"),  # of fewer: by weight
    ("US 60601 US 90210 4535 430 430 430", "ups-3-day-select", "307", "52.05"),  # by air by volume: 26 pounds
)


def test_published_prices_come_out_of_rating(data_root: Path, tmp_path: Path) -> None:
    source = data_root / "carrier_rates" / "ups_2010"
    out = tmp_path / "ups"
    origins = ("--origin", "10001", "--origin", "606")
    done = doorstep("tariffs", "import", "ups", source / "uszones.zip", source / "daily_rates", "--out", out, *origins)
    assert done.returncode == 0, done.stderr
    assert f"{out}: 19 services, 2,308 zones, 23,165 rates" in done.stdout.replace("\n", "")
    checked = doorstep("tariffs", "check", out)
    assert checked.stdout == f"{out}: no fault; 19 services, 2,308 zones, 23,165 rates, 0 surcharges\n"
    lines = []
    for number, (parcel, *_) in enumerate(PUBLISHED):
        route, measures = parcel.split()[:4], parcel.split()[4:]
        lines.append(",".join((str(number), *route, "2010-03-01", *measures)))
    lines.append(",".join(("later", *PUBLISHED[0][0].split()[:4], "2011-01-03", "453", "200", "100", "100")))
    (tmp_path / "parcels.csv").write_text(HEAD + "\n".join(lines) + "\n")
    rated = doorstep("rate", tmp_path / "parcels.csv", "--tariffs", out, "--out", tmp_path / "rates.csv")
    assert rated.returncode == 0, rated.stderr
    found = {(row["parcel"], row["service"]): (row["zone"], row["price"]) for row in rows(tmp_path / "rates.csv")}
    for number, (_, service, zone, price) in enumerate(PUBLISHED):
        assert found[str(number), service] == (zone, price), PUBLISHED[number]
    assert not any(price for (parcel, _), (_, price) in found.items() if parcel == "later")


def test_a_small_source_becomes_a_folder_and_is_told_as_json(tmp_path: Path) -> None:
    packed = charts_zip(tmp_path / "zones.zip", {"010.csv": chart("010", "011")})
    rates = rates_folder(tmp_path / "rates", SHEETS)
    done = doorstep("tariffs", "import", "ups", packed, rates, "--out", tmp_path / "out", "--letters", "--json")
    assert done.returncode == 0, done.stderr
    assert done.stdout == (tmp_path / "out" / "import.json").read_text()
    assert json.loads(done.stdout)["services"] == 5
    tables = {f"{one}.csv" for one in ("services", "zones", "rates", "surcharges", "divisors")}
    assert files_of(tmp_path / "out") == tables | {"import.json", "assumptions.toml", "datapackage.json"}


def test_usps_zones_and_karrio_files_become_tariffs(tmp_path: Path) -> None:
    folder = prices(tmp_path / "prices")
    done = doorstep(
        "tariffs", "import", "usps-zones", pairs(tmp_path / "p.csv"), "--prices", folder, "--out", tmp_path / "u"
    )
    assert done.returncode == 0, done.stderr
    assert "left out 1: has no price in rates.csv: 1 pairs not served" in done.stdout
    file = services_file(tmp_path, HOME)
    done = doorstep("tariffs", "import", "karrio", file, "--origin", "DE", "--out", tmp_path / "k")
    assert done.returncode == 0, done.stderr
    for tariff in ("u", "k"):
        assert doorstep("tariffs", "check", tmp_path / tariff).returncode == 0


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("ups", "none.zip", "none", "--out", "o"), "none.zip: cannot be read"),
        (("ups", "a.zip", "b", "--out", "o", "--origin", "1000"), "'1000' is not a ZIP code"),
        (("usps-zones", "none.csv", "--prices", ".", "--out", "o"), "services.csv: is missing"),
        (("karrio", "none.csv", "--origin", "XX", "--out", "o"), "'XX' is not a country code"),
        (
            ("karrio", "none.csv", "--origin", "DE", "--out", "o", "--exchange", "GBP"),
            "'GBP' is not a currency and its",
        ),
        (("karrio", "none.csv", "--origin", "DE", "--out", "o"), "none.csv"),
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_written(tmp_path: Path, words: tuple[str, ...], why: str) -> None:
    done = doorstep("tariffs", "import", *words, cwd=tmp_path)
    assert done.returncode == 2
    assert why in " ".join(done.stderr.replace("│", " ").split())
    assert not (tmp_path / "o").exists()
