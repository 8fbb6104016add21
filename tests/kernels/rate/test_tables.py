from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.kernels.rate.scenes import BREAKS, DESTINATIONS, EUR, ORIGINS, RULE, SERVICE, TARIFF, surcharge

from doorstep.domain.carriage import Tariff, ZoneRule
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.place import Place
from doorstep.kernels.rate import compile_tariff


def zone(rules: tuple[ZoneRule, ...], origin: Place, destination: Place) -> str | None:
    tables = compile_tariff(replace(TARIFF, zones=rules), EUR, (origin,), (destination,))
    index = tables.zone_index(0, 0, 0)
    return None if index < 0 else tables.zone_names[index]


def rule(origin: str, destination: str, name: str) -> ZoneRule:
    return ZoneRule("PARCEL", "GB", origin, "GB", destination, name)


def place(postcode: str, country: str = "GB") -> Place:
    return Place(country, "", "", postcode)


def test_the_longest_destination_prefix_wins_before_the_longest_origin_prefix() -> None:
    rules = (rule("", "", "all"), rule("SW1A", "E", "from"), rule("", "EC1", "to"), rule("SW", "EC1", "both"))
    assert zone(rules, place("SW1A 1AA"), place("EC1A 1BB")) == "both"
    assert zone(rules, place("N1 1AA"), place("EC1A 1BB")) == "to"
    assert zone(rules, place("SW1A 1AA"), place("EC2A 1BB")) == "from"
    assert zone(rules, place("SW1B 1AA"), place("EC2A 1BB")) == "all"


def test_postcodes_compare_without_case_spaces_and_hyphens() -> None:
    rules = (rule("", "ec1-a 1", "to"),)
    assert zone(rules, place("N1"), place("EC1A1BB")) == "to"
    assert zone(rules, place("N1"), place("ec1a-1bb")) == "to"
    assert zone(rules, place("N1"), place("EC1A 2BB")) is None
    assert zone(rules, place("N1"), place("EC1")) is None


def test_the_country_must_match() -> None:
    rules = (rule("", "", "all"),)
    assert zone(rules, place("1"), place("1", "IE")) is None
    assert zone(rules, place("1", "IE"), place("1")) is None
    assert zone(rules, place("1", "gb"), place("")) == "all"


def test_each_service_has_its_own_zones() -> None:
    other = replace(SERVICE, service="OTHER")
    rules = (replace(RULE, destination_prefix="10"), replace(RULE, service="OTHER", zone="far"))
    tables = compile_tariff(Tariff((SERVICE, other), rules, BREAKS, ()), EUR, ORIGINS, DESTINATIONS)
    assert [tables.zone_names[tables.zone_index(service, 0, 0)] for service in (0, 1)] == ["near", "far"]
    assert tables.zone_index(1, 0, 1) == -1


def test_a_hundred_thousand_destinations_stay_small() -> None:
    rules = tuple(ZoneRule("PARCEL", "NL", "", "NL", f"{n:02}", "near") for n in range(100))
    destinations = [Place("NL", "", "", f"{n:05}") for n in range(100_000)]
    tables = compile_tariff(replace(TARIFF, zones=rules), EUR, ORIGINS, destinations)
    assert sum(array.nbytes for array in tables.lanes) < 1_000_000
    assert tables.zone_index(0, 0, 99_999) == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"services": (SERVICE, SERVICE)}, "described twice"),
        ({"services": (replace(SERVICE, service="A"),)}, "PARCEL has zones"),
        ({"services": (replace(SERVICE, max_weight_g=-1),)}, "out of range"),
        ({"services": (replace(SERVICE, speed="fast"),)}, "speed"),  # type: ignore[arg-type]
        ({"zones": (RULE, replace(RULE, zone="far"))}, "two zones for NL to NL: near and far"),
        ({"zones": (RULE, replace(RULE, remote=True))}, "near and near remote"),
        ({"rates": (replace(BREAKS[0], up_to_g=-1),)}, "out of range"),
        ({"rates": (replace(BREAKS[0], price_micros=-1),)}, "out of range"),
        ({"rates": (BREAKS[0], replace(BREAKS[0], price_micros=1))}, "two prices at once"),
        ({"rates": (replace(BREAKS[0], valid_from=date(2026, 2, 1), valid_to=date(2026, 1, 1)),)}, "never valid"),
        ({"surcharges": (surcharge("a", "over_weight_g"),)}, "threshold"),
        ({"surcharges": (surcharge("a", "sunday"),)}, "'sunday' not understood"),  # type: ignore[arg-type]
        ({"surcharges": (surcharge("a", service="B"),)}, "service B"),
        ({"surcharges": (surcharge("a", amount_micros=2**60),)}, "out of range"),
        (
            {"surcharges": (surcharge("a", valid_from=date(2026, 2, 1), valid_to=date(2026, 1, 1)),)},
            "surcharge a of service PARCEL is never valid",
        ),
    ],
)
def test_a_tariff_that_contradicts_itself_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidProblem, match=words):
        compile_tariff(replace(TARIFF, **changes), EUR, ORIGINS, DESTINATIONS)


def test_two_prices_on_the_same_day_are_named_with_their_dates() -> None:
    old = replace(BREAKS[0], valid_to=date(2026, 3, 31))
    new = replace(BREAKS[0], valid_from=date(2026, 3, 31))
    with pytest.raises(InvalidProblem, match=r"up to 1000 g \(always to 2026-03-31\).*\(2026-03-31 to open\)"):
        compile_tariff(replace(TARIFF, rates=(old, new)), EUR, ORIGINS, DESTINATIONS)
    apart = replace(new, valid_from=date(2026, 4, 1))
    compile_tariff(replace(TARIFF, rates=(old, apart)), EUR, ORIGINS, DESTINATIONS)
