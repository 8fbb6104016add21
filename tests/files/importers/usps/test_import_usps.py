"""USPS pairs laid beside prices: by hand, and the published pairs of 2018."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest

from doorstep.domain.errors import InputRefused
from doorstep.domain.money import Currency
from doorstep.domain.place import Place
from doorstep.files.importers.tariff_folder import TariffImport
from doorstep.files.importers.usps import import_usps_zones
from doorstep.files.tariff_in import read_tariff
from doorstep.kernels.rate import compile_tariff

PAIRS = "005,012,2,True 005,013,2,True 005,015,3,False 006,012,2,False 100,006,8,False 100,007,8,False 100,967,9,False"
HEAD = "origin_zip,dest_zip,zone,same_ndc"
SERVICES = (
    "service,carrier,name,speed,delivers_to,max_weight_g,max_length_mm,dim_divisor_cm3_per_kg,working_days,min_days,"
    "max_days\npriority,usps,Priority Mail,standard,home,31751,2743,0,Mon-Sat,1,3\n"
)


def prices(folder: Path, zones: range = range(1, 9)) -> Path:
    folder.mkdir()
    (folder / "services.csv").write_text(SERVICES)
    lines = "".join(f"priority,{zone},453,{zone}.5,USD\npriority,{zone},907,{zone}.75,USD\n" for zone in zones)
    (folder / "rates.csv").write_text("service,zone,up_to_g,price,currency\n" + lines)
    (folder / "surcharges.csv").write_text("service,surcharge,when,kind,amount,sequence\n")
    return folder


def pairs(path: Path, text: str = PAIRS, head: str = HEAD) -> Path:
    path.write_text(head + "\n" + text.replace(" ", "\n") + "\n")
    return path


def made(folder: Path, *origins: str, text: str = PAIRS) -> TariffImport:
    return import_usps_zones(pairs(folder / "pairs.csv", text), prices(folder / "prices"), folder / "out", origins)


def zones(folder: Path) -> list[str]:
    with (folder / "out" / "zones.csv").open(newline="") as file:
        return [" ".join(filter(None, list(row.values())[1:])) for row in csv.DictReader(file)]


def test_pairs_become_ranges_on_both_sides(tmp_path: Path) -> None:
    done = made(tmp_path)
    assert zones(tmp_path) == [
        "US 100 US 006 007 8",
        "US 100 PR 006 007 8",
        "US 006 US 012 2",
        "US 005 US 012 013 2",
        "US 005 US 015 3",
    ]
    assert (done.services, done.rates, done.without_zones) == (1, 8, ())


def test_what_cannot_be_said_is_told(tmp_path: Path) -> None:
    done = made(tmp_path)
    assert [(one.value, one.why) for one in done.untold] == [
        ("same_ndc", "says True in 2 rows: no price of a tariff depends on it"),
        ("", "11 pairs of 3 origins and 6 destinations are not in it: not served"),
        ("priority zone 9", "has no price in rates.csv: 1 pairs not served"),
    ]
    assert json.loads((tmp_path / "out" / "import.json").read_text())["zones"] == done.zones


def test_the_prices_are_taken_over_as_they_are(tmp_path: Path) -> None:
    made(tmp_path)
    for name in ("services.csv", "rates.csv", "surcharges.csv"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "prices" / name).read_bytes()
    import_usps_zones(tmp_path / "pairs.csv", tmp_path / "prices", tmp_path / "out")  # untouched: replaced unasked
    assert read_tariff(tmp_path / "out").currency.code == "USD"


def test_only_the_origins_asked_for_are_taken(tmp_path: Path) -> None:
    made(tmp_path, "00612", "100")
    assert zones(tmp_path) == ["US 100 US 006 007 8", "US 100 PR 006 007 8", "US 006 US 012 2"]


@pytest.mark.parametrize(
    ("text", "head", "why"),
    [
        ("", HEAD, "pairs.csv: has no rows"),
        ("005,012,2,True", "from,dest_zip,zone,same_ndc", "pairs.csv:1 origin_zip: is missing in the header"),
        ("005,012,2", HEAD, "pairs.csv:2: has 3 cells under 4 columns"),
        ("5,012,2,True", HEAD, "pairs.csv:2: '5 012 2' is not two areas of three digits and a zone from 1 to 9"),
        ("005,012,2,True 005,012,3,True", HEAD, "pairs.csv:3: '005 012' has another zone in a row above"),
    ],
)
def test_malformed_pairs_are_refused_and_nothing_written(tmp_path: Path, text: str, head: str, why: str) -> None:
    source = pairs(tmp_path / "pairs.csv", text, head)
    with pytest.raises(InputRefused) as caught:
        import_usps_zones(source, prices(tmp_path / "prices"), tmp_path / "out")
    assert str(caught.value.faults[0]) == why
    assert not (tmp_path / "out").exists()


def test_prices_that_are_no_tariff_are_refused(tmp_path: Path) -> None:
    source, folder = pairs(tmp_path / "pairs.csv"), prices(tmp_path / "prices")
    (folder / "zones.csv").write_text("mine")
    with pytest.raises(InputRefused, match="1 fault") as caught:
        import_usps_zones(source, folder, tmp_path / "out")
    assert "is in prices already, and would be lost" in str(caught.value.faults[0])
    (folder / "zones.csv").unlink()
    (folder / "rates.csv").write_text("service,zone,up_to_g,price\npriority,1,453,-1\n")
    with pytest.raises(InputRefused) as caught:
        import_usps_zones(source, folder, tmp_path / "out")
    assert "rates.csv:2 price" in str(caught.value.faults[0])
    (folder / "rates.csv").unlink()
    with pytest.raises(InputRefused) as caught:
        import_usps_zones(source, folder, tmp_path / "out")
    assert str(caught.value.faults[0]) == "rates.csv: is missing"
    with pytest.raises(InputRefused) as caught:
        import_usps_zones(source, tmp_path / "nowhere", tmp_path / "out")
    assert "nowhere" in str(caught.value.faults[0])


def test_an_origin_without_pairs_and_a_broken_file_are_refused(tmp_path: Path) -> None:
    source, folder = pairs(tmp_path / "pairs.csv"), prices(tmp_path / "prices")
    with pytest.raises(InputRefused) as caught:
        import_usps_zones(source, folder, tmp_path / "out", ("999",))
    assert str(caught.value.faults[0]) == "pairs.csv: '999' has no zones: of 3 areas none is 999"
    source.write_bytes(pairs(source).read_text().encode("utf-16"))
    with pytest.raises(InputRefused) as caught:
        import_usps_zones(source, folder, tmp_path / "out")
    assert "is not UTF-8" in str(caught.value.faults[0])
    assert not (tmp_path / "out").exists()


def test_every_published_pair_of_some_origins_leads_to_its_zone(data_root: Path, tmp_path: Path) -> None:
    source = data_root / "carrier_rates" / "usps_zones_zip3_sample.csv.gz"
    origins = ("005", "100", "606", "967")
    done = import_usps_zones(source, prices(tmp_path / "prices", range(1, 10)), tmp_path / "out", origins)
    assert not any(one.value.startswith("priority") for one in done.untold)
    read = read_tariff(tmp_path / "out")
    with gzip.open(source, "rt") as file:
        rows = [row for row in csv.DictReader(file) if row["origin_zip"] in origins]
    assert len(rows) > 4 * 195
    assert {"origin_zip": "005", "dest_zip": "044", "zone": "4", "same_ndc": "False"} in rows
    ends = [Place("US", "", "", f"{row['dest_zip']}01") for row in rows]
    starts = [Place("US", "", "", f"{row['origin_zip']}01") for row in rows]
    tables = compile_tariff(read.tariff, Currency("USD"), starts, ends)
    found = [tables.zone_names[tables.zone_index(0, at, at)] for at in range(len(rows))]
    assert found == [row["zone"] for row in rows]
