"""Addresses by the rules of their country, and how near to the door their place is known."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.record.brand import NOW

from doorstep.domain.carriage import ZoneRule
from doorstep.domain.demand import Contact, Order, OrderLine
from doorstep.domain.place import Place
from doorstep.flows.address import CheckedAddress, Known, check_address, covered_by, rules_of, zone_prefix

KNOWN_TO = {("DE", "80331"): (48.1, 11.5), ("DE", "80"): (48.0, 11.0)}
NOTHING = Known(lambda *_: None, lambda *_: None)
KNOWN = Known(
    lambda country, postcode: KNOWN_TO.get((country, postcode)) if postcode == "80331" else None,
    lambda country, beginning: KNOWN_TO.get((country, beginning)),
)
ZONES = [ZoneRule("parcel", "DE", "", "DE", "", "all"), ZoneRule("parcel", "DE", "", "GB", "EC", "london")]


def order(country: str, postcode: str, region: str = "", city: str = "City", street: str = "Ring 1") -> Order:
    place = Place(country, region, city, postcode)
    return Order("N-1", "", NOW, "", place, (OrderLine("1", "mug", 1, 1),), contact=Contact(address_1=street))


def checked(asked: Order, known: Known = NOTHING) -> CheckedAddress:
    return check_address(asked, covered_by(ZONES), known)


def told(asked: Order) -> list[tuple[str, str]]:
    return [(one.reason, one.detail) for one in checked(asked).faults]


@pytest.mark.parametrize(
    ("country", "written", "postcode"),
    [
        ("DE", " 80331 ", "80331"),
        ("DE", "D-80331", "80331"),
        ("DE", "DE 80331", "80331"),
        ("CH", "CH-8001", "8001"),
        ("GB", "ec1y 8sy", "EC1Y 8SY"),
        ("NL", "1234ab", "1234AB"),
        ("PT", "2725079", "2725-079"),
        ("CA", "k1a0b1", "K1A0B1"),
        ("BR", "80010-000", "80010-000"),
        ("IE", "D02 AF30", "D02 AF30"),
        ("HK", "", ""),
    ],
)
def test_postcodes_are_written_as_their_country_does(country: str, written: str, postcode: str) -> None:
    result = checked(order(country, written, region="Kowloon" if country == "HK" else ""))
    assert result.order.place.postcode == postcode
    assert "address_postcode" not in [one.reason for one in result.faults]


@pytest.mark.parametrize(("country", "postcode"), [("DE", "8033"), ("DE", "ABCDE"), ("GB", "12345"), ("US", "1234")])
def test_a_postcode_of_no_form_of_its_country_is_a_fault_that_shows_one(country: str, postcode: str) -> None:
    reasons = dict(told(order(country, postcode, region="CA" if country == "US" else "")))
    assert f"{postcode} is no postcode of {country}; one looks like" in reasons["address_postcode"]


def test_what_a_country_requires_and_is_missing_is_told_at_once() -> None:
    assert told(order("DE", "", city="", street=" ")) == [
        ("address_incomplete", "an address in DE needs its street and city and postcode")
    ]


def test_whoever_collects_it_needs_no_street() -> None:
    assert told(replace(order("DE", "80331", street=""), pickup_point="kiosk")) == []


def test_a_region_of_several_provinces_is_no_fault_where_the_postcode_tells_the_province() -> None:
    assert told(order("IT", "00165", region="Lazio")) == []
    assert told(order("ES", "29004", region="Andalucía")) == []
    assert told(order("IT", "00165", region="MI")) == [("address_region", "the postcode 00165 does not lie in MI")]
    assert told(order("IT", "", region="Lazio"))[0][0] == "address_incomplete"


def test_a_region_is_written_by_its_code_and_the_change_is_told() -> None:
    result = checked(order("BR", "80010-000", region="paraná"))
    assert result.order.place.region == "PR"
    assert [(one.field, one.before, one.after) for one in result.order.address_changes] == [("region", "paraná", "PR")]


def test_a_missing_region_is_read_off_the_postcode() -> None:
    assert checked(order("ES", "28039")).order.place.region == "M"
    assert checked(order("ES", "28039")).faults == ()


def test_a_region_in_another_script_stays_as_the_shop_wrote_it() -> None:
    assert checked(order("JP", "154-0023", region="Tokyo")).order.place.region == "Tokyo"


def test_regions_that_contradict_are_faults() -> None:
    assert told(order("BR", "80010-000", region="XX")) == [("address_region", "XX is no region of BR")]
    assert told(order("BR", "80010-000", region="SP")) == [
        ("address_region", "the postcode 80010-000 does not lie in SP")
    ]


def test_regions_are_no_business_of_a_country_without_them() -> None:
    assert checked(order("DE", "80331", region="Oberbayern")).order.place.region == "Oberbayern"


def test_a_country_that_the_library_does_not_know_is_not_judged() -> None:
    assert rules_of("QQ") is None
    assert told(order("QQ", "?", city="", street="")) == []


@pytest.mark.parametrize(
    ("country", "postcode", "precision", "latitude"),
    [
        ("DE", "80331", "postcode", 48.1),
        ("DE", "80469", "postcode_area", 48.0),
        ("DE", "10115", "country", None),
        ("GB", "EC1Y 8SY", "postcode_area", None),
        ("GB", "M2 5BQ", "nowhere", None),
        ("FR", "75011", "nowhere", None),
    ],
)
def test_how_near_to_the_door_a_place_is_known(
    country: str, postcode: str, precision: str, latitude: float | None
) -> None:
    found = checked(order(country, postcode), KNOWN).order
    assert (found.address_precision, found.place.latitude) == (precision, latitude)
    if latitude:
        assert found.address_changes[-1].field == "coordinates"


def test_coordinates_that_the_shop_told_are_believed() -> None:
    asked = order("DE", "80331")
    asked = replace(asked, place=replace(asked.place, latitude=1.0, longitude=2.0))
    found = checked(asked, KNOWN).order
    assert (found.address_precision, found.place, found.address_changes) == ("coordinates", asked.place, ())


def test_a_second_check_keeps_what_the_first_has_changed() -> None:
    once = checked(order("BR", "80010-000", region="Paraná")).order
    assert checked(once).order.address_changes == once.address_changes


def test_a_range_of_postcodes_covers_what_lies_in_it() -> None:
    covered = covered_by([ZoneRule("parcel", "DE", "", "DE", "100", "z", destination_to="149")])
    assert zone_prefix(Place("DE", "", "", "12345"), covered) == "1"
    assert zone_prefix(Place("DE", "", "", "20095"), covered) is None
