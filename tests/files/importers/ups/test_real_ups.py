"""The published charts and rates of 2010: figures read off the files by eye, and every price of them counted."""

from __future__ import annotations

import csv
import re
import zipfile
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from doorstep.domain.money import Currency
from doorstep.domain.place import Place
from doorstep.files.importers.measures import grams
from doorstep.files.importers.tariff_folder import TariffImport
from doorstep.files.importers.ups import import_ups
from doorstep.files.tariff_in import TariffFolder, read_tariff
from doorstep.kernels.rate import TariffTables, compile_tariff

# Sheet, pounds, zone, price as printed there.
CELLS = (
    ("UPS_Ground.csv", "ups-ground", 1, "2", "4.84"),
    ("UPS_Ground.csv", "ups-ground", 10, "5", "7.81"),
    ("UPS_Ground.csv", "ups-ground", 71, "3", "20.23"),
    ("UPS_Ground.csv", "ups-ground", 70, "8", "46.8"),
    ("UPS_Ground.csv", "ups-ground", 35, "44", "83.9"),
    ("UPS_Ground.csv", "ups-ground", 150, "46", "320.72"),
    ("UPS_2DA.csv", "ups-2nd-day-air", 1, "202", "10.3"),
    ("UPS_2DA.csv", "ups-2nd-day-air", 20, "205", "44.15"),
    ("UPS_2DA.csv", "ups-2nd-day-air", 12, "224", "54"),
    ("UPS_2DA.csv", "ups-2nd-day-air", 75, "226", "247.55"),
    ("UPS_2DA.csv", "ups-2nd-day-air", 150, "208", "454.95"),
    ("UPS_2DA_A_M_.csv", "ups-2nd-day-air-am", 35, "242", "36.5"),
    ("UPS_2DA_A_M_.csv", "ups-2nd-day-air-am", 115, "244", "155.55"),
    ("UPS_NDA.csv", "ups-next-day-air", 35, "105", "143.9"),
    ("UPS_NDA.csv", "ups-next-day-air", 150, "102", "230.85"),
    ("UPS_NDA_A_M_.csv", "ups-next-day-air-early-am", 75, "103", "191.95"),
    ("UPS_NDA_Saver.csv", "ups-next-day-air-saver", 35, "134", "128.7"),
    ("UPS_3DA_Select.csv", "ups-3-day-select", 35, "302", "22.9"),
    ("UPS_3DA_Select.csv", "ups-3-day-select", 150, "305", "165.65"),
    ("UPS_Standard_Canada.csv", "ups-standard-from-canada-import", 22, "376", "26.95"),
    ("UPS_3Day_Select_fr_CA_IFC_.csv", "ups-3-day-select-from-canada-import", 92, "477", "183.35"),
    ("UPS_Standard_EXPT_.csv", "ups-standard-export", 100, "53", "94.15"),
    ("UPS_WW_Expedited_EXPT_.csv", "ups-worldwide-expedited-export", 11, "631", "145.7"),
    ("UPS_WW_Express_letter_doc_IFC_.csv", "ups-worldwide-express-import-documents", 10, "955", "351.5"),
)
# Chart, destination, zone of ground, 2nd day, 2nd day A.M., next day; "": not served.
LOOKUPS = (
    ("01003", "00401", "2", "202", "242", "102"),
    ("01003", "00601", "45", "225", "", "125"),
    ("01003", "04701", "4", "204", "", "104"),
    ("01003", "09001", "", "", "", ""),
    ("01003", "14301", "4", "204", "244", "104"),
    ("01003", "36901", "6", "206", "", "106"),
    ("01003", "59401", "8", "208", "248", "108"),
    ("01003", "96813", "44", "224", "", "124"),
    ("01003", "96703", "46", "226", "", "126"),
    ("01003", "99501", "44", "224", "", "124"),
    ("01003", "99547", "46", "226", "", "126"),
    ("01003", "99500", "", "", "", ""),
    ("00501", "00401", "2", "202", "242", "102"),
)
ASKED = ("ups-ground", "ups-2nd-day-air", "ups-2nd-day-air-am", "ups-next-day-air")
_PRICE = re.compile(r"\d+(\.\d+)?")


@pytest.fixture(scope="module")
def made(data_root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TariffImport]:
    folder = tmp_path_factory.mktemp("ups") / "tariff"
    source = data_root / "carrier_rates" / "ups_2010"
    return folder, import_ups(source / "uszones.zip", source / "daily_rates", folder)


@pytest.fixture(scope="module")
def read(made: tuple[Path, TariffImport]) -> TariffFolder:
    return read_tariff(made[0])


@pytest.fixture(scope="module")
def tables(read: TariffFolder) -> TariffTables:
    origins = [Place("US", "", "", one) for one in dict.fromkeys(row[0] for row in LOOKUPS)]
    destinations = [Place("US", "", "", row[1]) for row in LOOKUPS]
    return compile_tariff(read.tariff, Currency("USD"), origins, destinations)


def test_prices_are_those_printed(read: TariffFolder, data_root: Path) -> None:
    found = {(line.service, line.zone, line.up_to_g): line.price_micros for line in read.tariff.rates}
    for sheet, service, pounds, zone, price in CELLS:
        assert (data_root / "carrier_rates" / "ups_2010" / "daily_rates" / sheet).is_file()
        weight = grams(Fraction(pounds), pounds=True)
        assert found[service, zone, weight] == Fraction(price) * 10**6, (sheet, pounds, zone)


def test_every_price_of_a_parcel_is_taken_and_no_other(read: TariffFolder, data_root: Path) -> None:
    """Counted anew: below the first row of Zones, each cell beside a weight, for each zone that shares its column."""
    printed = Counter[str]()
    for sheet in sorted((data_root / "carrier_rates" / "ups_2010" / "daily_rates").glob("*.csv")):
        heads = [""] * 20
        for row in csv.reader(sheet.read_text().splitlines()):
            if "Zones" in row:
                first = row.index("Zones")
                heads[first : len(row)] = row[first:]
            for at, cell in enumerate(row):
                if heads[at] == "Zones" and re.fullmatch(r"\d+( Lbs\.)?", cell):
                    end = next((c for c in range(at + 1, len(row)) if heads[c] in ("", "Zones")), len(row))
                    for column in range(at + 1, end):
                        printed[sheet.name] += bool(_PRICE.fullmatch(row[column])) * len(heads[column].split("/"))
    up_to_150 = sum(line.up_to_g <= grams(Fraction(150), pounds=True) for line in read.tariff.rates)
    assert sum(printed.values()) == up_to_150
    assert len(printed) == 19


def test_zones_are_those_of_the_chart(tables: TariffTables) -> None:
    services = {offer.service: at for at, offer in enumerate(tables.services)}
    origins = {place.postcode: at for at, place in enumerate(tables.origins)}
    for at, (origin, _, *zones) in enumerate(LOOKUPS):
        found = [tables.zone_index(services[one], origins[origin], at) for one in ASKED]
        assert [tables.zone_names[one] if one >= 0 else "" for one in found] == zones, LOOKUPS[at]


def test_each_cell_of_some_charts_leads_to_its_zone(read: TariffFolder, data_root: Path) -> None:
    """Every row and service of three charts, read anew, against the compiled tariff."""
    columns = ("ups-ground", "ups-3-day-select", "ups-2nd-day-air", "ups-2nd-day-air-am", "ups-next-day-air-saver",
               "ups-next-day-air")  # fmt: skip
    with zipfile.ZipFile(data_root / "carrier_rates" / "ups_2010" / "uszones.zip") as packed:
        charts = {name: packed.read(f"{name}.csv").decode() for name in ("004", "600", "990")}
    for name, text in charts.items():
        rows = [row for row in csv.reader(text.splitlines()) if row and re.fullmatch(r"\d{1,3}(-\d{3})?", row[0])]
        places = [Place("US", "", "", f"{int(row[0][-3:]):03}50") for row in rows]
        tables = compile_tariff(read.tariff, Currency("USD"), [Place("US", "", "", f"{name}10")], places)
        services = {offer.service: at for at, offer in enumerate(tables.services)}
        for at, row in enumerate(rows):
            for service, cell in zip(columns, row[1:7], strict=True):
                if not cell.startswith("["):
                    zone = tables.zone_index(services[service], 0, at)
                    assert (tables.zone_names[zone] if zone >= 0 else "-") == cell, (name, row[0], service)


def test_what_is_left_out_is_counted(made: tuple[Path, TariffImport]) -> None:
    done = made[1]
    fates = {why.partition(" ")[2][:24]: count for _, why, count in done.counted()}
    assert fates["no zone but refers to an"] == 2_970  # 594 charts, five cells of [1] each
    assert fates["no zone chart by origin:"] == 8  # of Alaska and Hawaii
    assert len(done.without_zones) == 13
    assert done.services == 19
    assert (done.zones, done.rates) == (305_253, 23_165)
