from __future__ import annotations

from collections import defaultdict
from datetime import date

import pytest
from tests.files.demo.conftest import Demo

from doorstep.files.demo.geography import cities
from doorstep.files.demo.network import SITES, calling
from doorstep.files.demo.tabular import DAY
from doorstep.files.demo.tariff import CHANGING_SERVICE, SERVICES
from doorstep.files.demo.zones import ISLANDS, zone_of


def test_prices_rise_with_weight_and_zone(demo: Demo) -> None:
    ladders = defaultdict(list)
    for line in demo.folder.tariff.rates:
        ladders[line.service, line.zone, line.valid_from].append((line.up_to_g, line.price_micros))
    for steps in ladders.values():
        assert [price for _, price in sorted(steps)] == sorted(price for _, price in steps)
        assert len({price for _, price in steps}) == len(steps)
    for service in SERVICES:
        zones = [ladder for _, ladder in sorted(service.ladders.items(), key=lambda item: "RDNE01234".index(item[0]))]
        assert zones == sorted(zones)


def test_faster_costs_more_with_the_same_carrier() -> None:
    economy, standard, express = (
        next(s for s in SERVICES if s.service == f"meridian-{name}") for name in ("economy", "standard", "express")
    )
    for zone in economy.ladders:
        for up_to_g in (1000, 5000, 20000):
            prices = [service.price_cents(zone, up_to_g) for service in (economy, standard, express)]
            assert prices == sorted(prices)
    assert economy.min_days > standard.min_days > express.min_days


def test_the_local_carrier_is_the_cheapest_standard_service_at_home_and_not_abroad() -> None:
    by_name = {service.service: service for service in SERVICES}
    for local, classic, zone in (
        ("linden-standard", "meridian-standard", "D"),
        ("azur-standard", "meridian-standard", "D"),
    ):
        assert by_name[local].price_cents(zone, 2000) < by_name[classic].price_cents("0", 2000)
    assert zone_of("azur-standard", ("ES", "50197"), ("DE", "10115")) is None
    assert zone_of("linden-standard", ("DE", "04158"), ("FR", "75001")) is None


def test_one_service_changes_its_prices_between_two_shipping_days(demo: Demo) -> None:
    lines = [line for line in demo.folder.tariff.rates if line.service == CHANGING_SERVICE]
    old = {(line.zone, line.up_to_g): line.price_micros for line in lines if line.valid_to == DAY}
    new = {(line.zone, line.up_to_g): line.price_micros for line in lines if line.valid_from == date(2026, 10, 16)}
    assert set(old) == set(new)
    assert len(old) + len(new) == len(lines)
    assert all(new[key] > old[key] for key in old)


@pytest.mark.parametrize(
    ("service", "origin", "destination", "zone"),
    [
        ("linden-standard", ("DE", "04158"), ("DE", "01067"), "R"),
        ("linden-standard", ("DE", "04158"), ("DE", "80331"), "D"),
        ("linden-standard", ("NL", "5928 RC"), ("DE", "01067"), "N"),
        ("meridian-economy", ("ES", "50197"), ("ES", "28001"), "0"),
        ("meridian-economy", ("ES", "50197"), ("ES", "35001"), None),
        ("meridian-standard", ("ES", "50197"), ("ES", "35001"), "4"),
        ("meridian-standard", ("FR", "69800"), ("CH", "8004"), None),
    ],
)
def test_zones_follow_the_longest_prefix(
    service: str, origin: tuple[str, str], destination: tuple[str, str], zone: str | None
) -> None:
    assert zone_of(service, origin, destination) == zone


def test_every_site_reaches_every_mainland_city_except_the_store() -> None:
    for site in SITES:
        for city in cities():
            to = (city.country, str(city.postcode_from).zfill(city.postcode_digits))
            reached = [s for s in calling(site.site) if zone_of(s, (site.country, site.postcode), to) is not None]
            assert reached or (site.kind == "store" and city.overseas)


def test_island_cities_are_marked_remote() -> None:
    for city in cities():
        postcode = str(city.postcode_from).zfill(city.postcode_digits)
        assert city.remote == (postcode.startswith(ISLANDS.get(city.country, ("none",))) or city.overseas)


def test_not_every_service_calls_at_every_site_and_one_call_is_limited(demo: Demo) -> None:
    calls = demo.folder.collections
    assert len(calls) < len(demo.folder.sites) * len(demo.folder.tariff.services)
    assert [call.service for call in calls if call.daily_parcel_capacity] == ["azur-standard"]
