from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.kernels.rate.scenes import BREAKS, DESTINATIONS, TARIFF, day, parcel, rated, surcharge

from doorstep.domain.place import Place
from doorstep.kernels.rate import charge_lines, explain


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"size_mm": (1212, 10, 10)}, "12 mm too long for PARCEL (max 1200 mm)"),
        ({"weight_g": 30_180}, "180 g too heavy for PARCEL (max 30000 g)"),
        ({"size_mm": (1000, 500, 520)}, "40 mm too much girth for PARCEL (max 3000 mm)"),
        ({"slowest": 2}, "PARCEL is standard, express or faster is asked for"),
        ({"accepts": 6}, "PARCEL delivers to home, not to pickup_point or locker"),
        ({"accepts": 0}, "PARCEL delivers to home, not to anything acceptable"),
        ({"destination": 1}, "postcode 1000 not served from Utrecht by PARCEL"),
        ({"signature": True}, "PARCEL is not signed for"),
        ({"saturday": True}, "PARCEL does not deliver on Saturday"),
        (
            {"weight_g": 30_001, "size_mm": (1201, 10, 10)},
            "1 g too heavy for PARCEL (max 30000 g); 1 mm too long for PARCEL (max 1200 mm)",
        ),
    ],
)
def test_an_obstacle_is_named_with_its_excess(changes: dict[str, Any], text: str) -> None:
    outcome = rated(TARIFF, parcel(**changes))
    assert explain(outcome.problem, outcome.result, 0, 0) == text


def test_removing_what_is_named_makes_the_pair_eligible() -> None:
    outcome = rated(TARIFF, parcel(weight_g=30_180, size_mm=(1212, 10, 10)))
    assert "180 g" in explain(outcome.problem, outcome.result, 0, 0)
    assert "12 mm" in explain(outcome.problem, outcome.result, 0, 0)
    assert rated(TARIFF, parcel(weight_g=30_180 - 180, size_mm=(1212 - 12, 10, 10))).result.eligible.all()


def test_a_country_without_postcodes_is_named_itself() -> None:
    outcome = rated(TARIFF, parcel(destination=2), destinations=(*DESTINATIONS, Place("HK", "", "", "")))
    assert explain(outcome.problem, outcome.result, 0, 0) == "country HK not served from Utrecht by PARCEL"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"weight_g": 1_250}, "gross weight 250 g beyond the last rate of PARCEL for zone near (up to 1000 g)"),
        (
            {"size_mm": (300, 200, 100)},
            "volumetric weight 200 g beyond the last rate of PARCEL for zone near (up to 1000 g)",
        ),
        (
            {"ship_day": day(2026, 1, 31)},
            "no rate of PARCEL for zone near on 2026-01-31 (it has some from 2026-02-01)",
        ),
        (
            {"ship_day": day(2026, 5, 1)},
            "no rate of PARCEL for zone near on 2026-05-01 (it has some until 2026-04-30)",
        ),
    ],
)
def test_a_missing_rate_says_what_there_is(changes: dict[str, Any], text: str) -> None:
    line = replace(BREAKS[0], valid_from=date(2026, 2, 1), valid_to=date(2026, 4, 30))
    outcome = rated(replace(TARIFF, rates=(line,)), parcel(**changes))
    assert explain(outcome.problem, outcome.result, 0, 0) == text


def test_a_zone_without_any_rate_says_so() -> None:
    outcome = rated(replace(TARIFF, rates=()), parcel())
    assert explain(outcome.problem, outcome.result, 0, 0).endswith("2026-03-02 (it has none at all)")


def test_an_eligible_pair_is_itemised() -> None:
    lines = (
        surcharge("home", "residential", amount_micros=1_500_000),
        surcharge("fuel", percent=True, amount_micros=10_000_000, sequence=2),
        surcharge("long", "over_length_mm", threshold=900),
    )
    outcome = rated(replace(TARIFF, surcharges=lines), parcel(residential=True))
    assert explain(outcome.problem, outcome.result, 0, 0) == "freight 5.00, home 1.50, fuel 0.65: 7.15 EUR"
    amounts = [line.amount_minor for line in charge_lines(outcome.problem, outcome.result, 0, 0)]
    assert sum(amounts) == outcome.result.price_minor[0, 0]
