"""karrio's services files: by hand, and those of its carriers."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from doorstep.domain.errors import InputRefused
from doorstep.files.codes import COUNTRIES
from doorstep.files.importers.karrio import import_karrio
from doorstep.files.importers.measures import grams
from doorstep.files.importers.tariff_folder import TariffImport
from doorstep.files.tariff_in import read_tariff

HEAD = (
    "service_code,service_name,zone_label,country_codes,min_weight,max_weight,max_length,max_width,max_height,rate,"
    "currency,transit_days,domicile,international\n"
)
HOME = "PAK,Paket,Germany,DE,0.01,2.0,120,60,60,7.50,EUR,1-2,true,false\n" \
       "PAK,Paket,Germany,DE,2.0,5.0,120,60,60,9.99,EUR,1-2,true,false\n"  # fmt: skip
ABROAD = 'PAK,Paket,Neighbours,"AT,NL,DE",0.01,5.0,120,60,60,14.90,EUR,3-5,false,true\n'
WORLD = "INT,World,Worldwide,,0.01,1.0,,,,29,EUR,,false,true\n"
EUROPE = 'INT,World,Europe,"AT,NL",0.01,1.0,,,,19,EUR,,false,true\n'


def source(folder: Path, text: str, name: str = "post_services.csv", head: str = HEAD) -> Path:
    (folder / name).write_text(head + text)
    return folder / name


def made(folder: Path, text: str, origin: str = "DE") -> TariffImport:
    return import_karrio((source(folder, text),), folder / "out", origin)


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / "out" / f"{table}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def zone_of(folder: Path, service: str) -> dict[str, str]:
    found = {row["destination_country"]: row["zone"] for row in rows(folder, "zones") if row["service"] == service}
    assert {row["origin_country"] for row in rows(folder, "zones")} == {"DE"}
    return found


def told(done: TariffImport) -> list[tuple[int, str]]:
    return [(one.row, one.why) for one in done.untold if "tells no units" not in one.why]


def test_home_and_abroad_are_zones_of_one_service(tmp_path: Path) -> None:
    made(tmp_path, HOME + ABROAD)
    assert zone_of(tmp_path, "post:PAK") == {"AT": "Neighbours", "DE": "Germany", "NL": "Neighbours"}
    found = [(row["zone"], row["up_to_g"], row["price"], row["currency"]) for row in rows(tmp_path, "rates")]
    assert found == [
        ("Germany", "2000", "7.50", "EUR"),
        ("Germany", "5000", "9.99", "EUR"),
        ("Neighbours", "5000", "14.90", "EUR"),
    ]
    (service,) = rows(tmp_path, "services")
    assert list(service.values()) == [
        "post:PAK", "post", "Paket", "standard", "home", "5000", "1200", "3600", "0", "Mon-Fri", "1", "5"
    ]  # fmt: skip


def test_a_zone_of_named_countries_comes_before_one_of_all(tmp_path: Path) -> None:
    made(tmp_path, HOME + WORLD + EUROPE)
    zones = zone_of(tmp_path, "post:INT")
    assert set(zones) == set(COUNTRIES) - {"DE"}
    assert (zones["AT"], zones["NL"], zones["BR"]) == ("Europe", "Europe", "Worldwide")


def test_pounds_and_inches_are_converted_to_whole_grams_and_millimetres(tmp_path: Path) -> None:
    head = HEAD.replace("transit_days", "weight_unit,dimension_unit,transit_days")
    text = "G,Ground,US,US,0.01,150,108,30,30,9.5,USD,LB,IN,,true,false\n"
    import_karrio((source(tmp_path, text, head=head),), tmp_path / "out", "US")
    (service,) = rows(tmp_path, "services")
    assert (service["max_weight_g"], service["max_length_mm"], service["max_girth_mm"]) == ("68038", "2743", "5791")
    source(tmp_path, HOME.replace("DE", "US").replace("EUR", "USD"), "usps_services.csv")
    import_karrio((tmp_path / "usps_services.csv",), tmp_path / "out", "US")
    assert [row["up_to_g"] for row in rows(tmp_path, "rates")] == ["907", "2267"]


def test_what_cannot_be_said_is_told_with_its_row(tmp_path: Path) -> None:
    free = "FREE,Free,Germany,DE,0.01,1,120,60,60,0.0,EUR,1,true,false\n"
    late = "BIG,Big,Germany,DE,5.0,30.0,200,60,60,20,EUR,1,true,false\n"
    again = "PAK,Paket,Germany,DE,1.0,5.0,120,60,60,8.88,EUR,1-2,true,false\n"
    twice = 'PAK,Paket,Alps,"AT,CH",0.01,5.0,120,60,60,15.90,EUR,3-5,false,true\n'
    within = "PL,Within,Poland,PL,0.01,5.0,120,60,60,15.90,EUR,1,true,false\n"
    done = made(tmp_path, HOME + ABROAD + free + late + again + twice + within)
    assert sorted(told(done)) == [
        (2, "has a transit for each zone: the service takes from the shortest to the longest"),
        (2, "limits each side: only the longest one, and it with twice the other two, are limited"),
        (5, "has no price, or the price 0"),
        (6, "begins above the weights before it: lighter parcels pay this price as well"),
        (6, "limits each side: only the longest one, and it with twice the other two, are limited"),
        (7, "has the zone and greatest weight of row 3, which is kept"),
        (8, "has countries that another zone of the service has as well, and keeps"),
        (9, "is for parcels within another country than DE"),
    ]
    assert zone_of(tmp_path, "post:PAK")["CH"] == "Alps"
    assert "post:FREE" not in {row["service"] for row in rows(tmp_path, "services")}
    written = json.loads((tmp_path / "out" / "import.json").read_text())
    assert len(written["untold"]) == len(done.untold) == sum(one["count"] for one in written["counted"])


def test_a_carrier_of_another_country_is_left_out(tmp_path: Path) -> None:
    source(tmp_path, HOME)
    source(tmp_path, HOME.replace("DE", "AU") + WORLD, "au_services.csv")
    source(tmp_path, WORLD, "nowhere_services.csv")
    done = import_karrio((tmp_path,), tmp_path / "out", "DE")
    assert {row["carrier"] for row in rows(tmp_path, "services")} == {"post", "nowhere"}
    assert [one.row for one in done.untold if one.why == "is of a carrier at home in AU: parcels leave DE"] == [2, 3, 4]
    assert [one.file for one in done.untold if "does not tell where" in one.why] == ["nowhere_services.csv"]


def test_other_currencies_need_rates_of_exchange(tmp_path: Path) -> None:
    one = source(tmp_path, HOME + WORLD.replace("EUR", "GBP"))
    with pytest.raises(InputRefused) as caught:
        import_karrio((one,), tmp_path / "out", "DE")
    assert str(caught.value.faults[0]) == "exchange: several currencies, EUR, GBP: give all but one a rate of exchange"
    with pytest.raises(InputRefused, match="1 fault"):
        import_karrio((one,), tmp_path / "out", "DE", {"EUR": "1", "GBP": "1.17"})
    assert not (tmp_path / "out").exists()
    import_karrio((one,), tmp_path / "out", "DE", {"GBP": "1.17", "USD": "0.9"})
    assert [list(row.values()) for row in rows(tmp_path, "exchange_rates")] == [["GBP", "1.17"]]
    assert read_tariff(tmp_path / "out").currency.code == "EUR"


@pytest.mark.parametrize(
    ("text", "head", "why"),
    [
        ("", HEAD, "post_services.csv: has no rows"),
        (HOME, HEAD.replace("currency", "money"), "post_services.csv:1 currency: is missing in the header"),
        (HOME.replace("7.50,", ""), HEAD, "post_services.csv:2: has 13 cells under 14 columns"),
        (HOME.replace("7.50", "cheap"), HEAD, "post_services.csv:2 rate: 'cheap' is not a number such as 2.5"),
        (HOME.replace("DE", "XX"), HEAD, "post_services.csv:2 country_codes: 'XX' is not a country code of ISO 3166-1"),
        (HOME.replace("EUR", "EURO"), HEAD, "post_services.csv:2 currency: 'EURO' is not a currency code of ISO 4217"),
        (HOME.replace("1-2", "soon"), HEAD, "post_services.csv:2 transit_days: 'soon' is not a number of days"),
        (HOME.replace("true", "yes"), HEAD, "post_services.csv:2 domicile: 'yes' is neither true nor false"),
        (HOME.replace("PAK", ""), HEAD, "post_services.csv:2 service_code: is empty"),
        (HOME.replace("DE", "PL"), HEAD, "post_services.csv: has no price for parcels that leave DE"),
    ],
)  # fmt: skip
def test_a_malformed_file_is_refused_and_nothing_written(tmp_path: Path, text: str, head: str, why: str) -> None:
    with pytest.raises(InputRefused) as caught:
        import_karrio((source(tmp_path, text, head=head),), tmp_path / "out", "DE")
    assert str(caught.value.faults[0]).startswith(why)
    assert not (tmp_path / "out").exists()


def test_no_file_and_another_encoding_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as caught:
        import_karrio((tmp_path,), tmp_path / "out", "DE")
    assert "holds no file whose name ends in services.csv" in str(caught.value.faults[0])
    (tmp_path / "a_services.csv").write_bytes((HEAD + HOME).encode("utf-16"))
    with pytest.raises(InputRefused) as caught:
        import_karrio((tmp_path / "a_services.csv", tmp_path / "none.csv"), tmp_path / "out", "DE")
    assert [fault.file for fault in caught.value.faults] == ["a_services.csv", "none.csv"]


# File, origin, service, destination, kilograms or pounds up to, price as it stands there.
CELLS = (
    ("dhl_parcel_de", "DE", "V01PAK", "DE", "5.0", "7.50"),
    ("dhl_parcel_de", "DE", "V62KP", "DE", "1.0", "3.39"),
    ("australiapost", "AU", "T28", "AU", "3.0", "12.50"),
    ("australiapost", "AU", "ECM8", "NZ", "22.0", "109.90"),
    ("canadapost", "CA", "DOM.RP", "CA", "10.0", "16.99"),
    ("mydhl", "DE", "P", "US", "2", "35.90"),
    ("usps", "US", "USPS_GROUND_ADVANTAGE", "US", "4.0", "5.50"),
    ("usps_international", "US", "FIRST-CLASS_PACKAGE_INTERNATIONAL_SERVICE", "FR", "1.5", "15.50"),
    ("purolator", "CA", "PurolatorExpress", "CA", "20.0", "34.99"),
)


@pytest.mark.parametrize(("carrier", "origin", "code", "end", "up_to", "price"), CELLS)
def test_published_prices_are_found_again(
    data_root: Path, tmp_path: Path, carrier: str, origin: str, code: str, end: str, up_to: str, price: str
) -> None:
    file = data_root / "carrier_rates" / "karrio" / f"{carrier}_services.csv"
    import_karrio((file,), tmp_path / "out", origin)
    service = f"{carrier}:{code}"
    (zone,) = (
        row["zone"] for row in rows(tmp_path, "zones") if (row["service"], row["destination_country"]) == (service, end)
    )
    weight = str(grams(up_to, pounds=carrier.startswith("usps")))
    found = [
        row["price"]
        for row in rows(tmp_path, "rates")
        if (row["service"], row["zone"], row["up_to_g"]) == (service, zone, weight)
    ]
    assert found == [price]


def test_every_row_of_every_file_is_priced_or_told(data_root: Path, tmp_path: Path) -> None:
    folder = data_root / "carrier_rates" / "karrio"
    count = 0
    for file in folder.glob("*.csv"):
        with file.open(newline="") as table:
            count += sum(1 for _ in csv.DictReader(table))
    for origin, others in (("DE", ("GBP", "USD")), ("US", ("EUR", "GBP"))):
        done = import_karrio((folder,), tmp_path / origin, origin, dict.fromkeys(others, "1"))
        left = {(one.file, one.row) for one in done.untold if one.fate == "left out" and one.row > 1}
        assert done.rates + len(left) == count
        assert len(read_tariff(tmp_path / origin).tariff.services) == done.services
