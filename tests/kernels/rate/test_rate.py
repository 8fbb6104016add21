from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from tests.kernels.rate.scenes import (
    BREAKS,
    DESTINATIONS,
    EUR,
    ORIGINS,
    RULE,
    SERVICE,
    TARIFF,
    day,
    parcel,
    parcels,
    prices,
    rated,
    surcharge,
)

from doorstep.domain.carriage import RateBreak, Surcharge, Tariff, ZoneRule
from doorstep.domain.clock import WorkingDays
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.money import Currency
from doorstep.domain.place import Place
from doorstep.kernels.rate import RateParams, RateProblem, Reason, compile_tariff, rate, reason_text
from doorstep.kernels.run import Run


def test_the_smallest_break_that_holds_the_weight_is_charged() -> None:
    weights = (0, 1_000, 1_001, 5_000, 5_001, 10_000)
    assert prices(TARIFF, *(parcel(weight_g=weight) for weight in weights)) == [500, 500, 750, 750, 1000, 1000]


def test_beyond_the_last_break_every_kilogram_begun_is_charged_and_rounded_once() -> None:
    # 1 kg begun: 10.00 + 1.255 = 11.255 -> 11.26; 2 kg: 12.51; 3 kg: 13.765 -> 13.77
    rows = [parcel(weight_g=weight) for weight in (10_001, 11_000, 11_001, 12_001)]
    assert prices(TARIFF, *rows) == [1126, 1126, 1251, 1377]


def test_beyond_the_last_break_without_a_price_per_kilogram_nothing_is_carried() -> None:
    tariff = replace(TARIFF, rates=BREAKS[:2])
    result = rated(tariff, parcel(weight_g=5_000), parcel(weight_g=5_001)).result
    assert result.reason[:, 0].tolist() == [Reason.ELIGIBLE, Reason.NO_RATE]
    assert result.price_minor[1, 0] == 0


def test_an_inner_break_with_a_price_per_kilogram_does_not_extend_the_ladder() -> None:
    tariff = replace(TARIFF, rates=(replace(BREAKS[0], per_extra_kg_micros=1), BREAKS[1]))
    result = rated(tariff, parcel(weight_g=5_001)).result
    assert result.reason[0, 0] == Reason.NO_RATE


def test_bulky_parcels_are_billed_by_volume_rounded_up_to_a_gram() -> None:
    # 300 x 200 x 100 mm = 6,000 cm3 / 5,000 = 1.2 kg; one mm more on the short side: 1,212 g; 7 x 7 x 103: 1.0094 g
    rows = [
        parcel(weight_g=900, size_mm=(300, 200, 100)),
        parcel(weight_g=900, size_mm=(300, 200, 101)),
        parcel(weight_g=0, size_mm=(7, 7, 103)),
        parcel(weight_g=1_300, size_mm=(300, 200, 100)),
    ]
    assert rated(TARIFF, *rows).result.billed_weight_g[:, 0].tolist() == [1_200, 1_212, 2, 1_300]
    gross_only = replace(TARIFF, services=(replace(SERVICE, dim_divisor_cm3_per_kg=0),))
    assert rated(gross_only, *rows).result.billed_weight_g[:, 0].tolist() == [900, 900, 0, 1_300]


@pytest.mark.parametrize(
    ("at_limit", "over", "reason"),
    [
        ({"weight_g": 30_000}, {"weight_g": 30_001}, Reason.TOO_HEAVY),
        ({"size_mm": (10, 1200, 10)}, {"size_mm": (10, 1201, 10)}, Reason.TOO_LONG),
        ({"size_mm": (500, 1000, 500)}, {"size_mm": (500, 501, 1000)}, Reason.GIRTH),
        ({"slowest": 1}, {"slowest": 2}, Reason.TOO_SLOW),
        ({"accepts": 1}, {"accepts": 6}, Reason.WRONG_DESTINATION_KIND),
        ({"destination": 0}, {"destination": 1}, Reason.NO_ZONE),
        ({}, {"signature": True}, Reason.NO_SIGNATURE),
        ({}, {"saturday": True}, Reason.NO_SATURDAY),
    ],
)
def test_limits_hold_to_the_unit(at_limit: dict[str, object], over: dict[str, object], reason: Reason) -> None:
    result = rated(TARIFF, parcel(**at_limit), parcel(**over)).result
    assert result.reason[:, 0].tolist() == [Reason.ELIGIBLE, reason]
    assert result.freight_minor[1, 0] == result.surcharges_minor[1, 0] == 0


def test_the_weight_limit_looks_at_the_gross_weight() -> None:
    tariff = replace(TARIFF, services=(replace(SERVICE, max_weight_g=1_000),))
    assert prices(tariff, parcel(weight_g=1_000, size_mm=(400, 300, 300))) == [1000]  # 7.2 kg by volume


def test_of_several_obstacles_the_first_reason_is_reported() -> None:
    result = rated(TARIFF, parcel(weight_g=99_000, size_mm=(2000, 900, 900), saturday=True)).result
    assert result.reason[0, 0] == Reason.TOO_HEAVY


@pytest.mark.parametrize(
    ("line", "below", "above"),
    [
        (surcharge("a", "residential"), {}, {"residential": True}),
        (surcharge("a", "saturday"), {}, {"saturday": True}),
        (surcharge("a", "signature"), {}, {"signature": True}),
        (surcharge("a", "over_weight_g", threshold=800), {"weight_g": 800}, {"weight_g": 801}),
        (
            surcharge("a", "over_length_mm", threshold=150),
            {"size_mm": (1, 150, 1)},
            {"size_mm": (1, 1, 151)},
        ),
        (
            surcharge("a", "over_girth_mm", threshold=500),
            {"size_mm": (100, 100, 100)},
            {"size_mm": (100, 101, 100)},
        ),
    ],
)
def test_a_surcharge_applies_on_its_condition_alone(
    line: Surcharge, below: dict[str, object], above: dict[str, object]
) -> None:
    tariff = replace(TARIFF, surcharges=(line,))
    assert prices(tariff, parcel(**below), parcel(**above)) == [500, 600]


def test_a_remote_surcharge_follows_the_matched_rule() -> None:
    island = ZoneRule("PARCEL", "NL", "", "NL", "1011", "near", remote=True)
    tariff = replace(TARIFF, zones=(RULE, island), surcharges=(surcharge("island", "remote"),))
    places = (*DESTINATIONS, Place("NL", "", "", "1012 AA"))
    rows = (parcel(destination=0), parcel(destination=2))
    assert rated(tariff, *rows, destinations=places).result.price_minor[:, 0].tolist() == [600, 500]


def test_percents_see_freight_and_lower_sequences_only() -> None:
    lines = (
        surcharge("handling", amount_micros=2_000_000, sequence=1),
        surcharge("fuel", percent=True, amount_micros=10_000_000, sequence=2),
        surcharge("peak", percent=True, amount_micros=10_000_000, sequence=2),
        surcharge("security", percent=True, amount_micros=50_000_000, sequence=3),
    )
    # 5.00 + 2.00; two of 0.70; half of 8.40
    assert prices(replace(TARIFF, surcharges=lines), parcel()) == [500 + 200 + 70 + 70 + 420]
    assert prices(replace(TARIFF, surcharges=lines[::-1]), parcel()) == [500 + 200 + 70 + 70 + 420]


def test_every_line_is_rounded_half_up_by_itself() -> None:
    half = surcharge("half", amount_micros=5_000)
    percent = surcharge("percent", percent=True, amount_micros=100_000)  # 0.1 % of 5.00 is half a cent
    assert prices(replace(TARIFF, surcharges=(half, half)), parcel()) == [502]
    assert prices(replace(TARIFF, surcharges=(percent, percent)), parcel()) == [502]


def test_a_discount_is_rounded_towards_the_dearer() -> None:
    discount = surcharge("discount", percent=True, amount_micros=-100_000)
    assert prices(replace(TARIFF, surcharges=(discount,)), parcel()) == [500]


@pytest.mark.parametrize(("code", "expected"), [("JPY", [5, 1]), ("EUR", [500, 50]), ("KWD", [5000, 500])])
def test_the_currency_decides_the_minor_unit(code: str, expected: list[int]) -> None:
    tariff = replace(TARIFF, surcharges=(surcharge("half", amount_micros=500_000),))
    result = rated(tariff, parcel(), currency=Currency(code)).result
    assert [result.freight_minor[0, 0], result.surcharges_minor[0, 0]] == expected


def test_an_included_signature_costs_nothing() -> None:
    tariff = replace(
        TARIFF, services=(replace(SERVICE, signature=True),), surcharges=(surcharge("signed", "signature"),)
    )
    assert prices(tariff, parcel(signature=True)) == [500]


def test_a_service_that_works_on_saturday_delivers_then_and_may_charge_for_it() -> None:
    works = replace(TARIFF, services=(replace(SERVICE, working_days=WorkingDays.parse("Mon-Sat")),))
    assert prices(works, parcel(saturday=True)) == [500]
    assert prices(replace(works, surcharges=(surcharge("sat", "saturday"),)), parcel(saturday=True)) == [600]


def test_prices_hold_from_their_first_to_their_last_day() -> None:
    old = replace(BREAKS[0], valid_to=date(2026, 3, 31))
    new = replace(BREAKS[0], price_micros=6_000_000, valid_from=date(2026, 4, 1), valid_to=date(2026, 4, 30))
    fuel = surcharge("fuel", valid_from=date(2026, 4, 10), valid_to=date(2026, 4, 10))
    tariff = replace(TARIFF, rates=(new, old), surcharges=(fuel,))
    days = [day(2026, 3, 31), day(2026, 4, 1), day(2026, 4, 9), day(2026, 4, 10), day(2026, 4, 11), day(2026, 4, 30)]
    assert prices(tariff, *(parcel(ship_day=one) for one in days)) == [500, 600, 600, 700, 600, 600]
    assert rated(tariff, parcel(ship_day=day(2026, 5, 1))).result.reason[0, 0] == Reason.NO_RATE


def test_breaks_of_other_dates_do_not_end_the_ladder() -> None:
    tail = RateBreak("PARCEL", "near", 2_000, 8_000_000, 1_000_000, valid_to=date(2026, 3, 31))
    tariff = replace(TARIFF, rates=(BREAKS[0], tail))
    rows = (parcel(weight_g=2_500, ship_day=day(2026, 3, 31)), parcel(weight_g=2_500, ship_day=day(2026, 4, 1)))
    assert rated(tariff, *rows).result.reason[:, 0].tolist() == [Reason.ELIGIBLE, Reason.NO_RATE]


def test_a_surcharge_that_has_ended_no_longer_gives_a_signature() -> None:
    tariff = replace(TARIFF, surcharges=(surcharge("signed", "signature", valid_to=date(2026, 3, 31)),))
    rows = (parcel(signature=True, ship_day=day(2026, 3, 31)), parcel(signature=True, ship_day=day(2026, 4, 1)))
    assert rated(tariff, *rows).result.reason[:, 0].tolist() == [Reason.ELIGIBLE, Reason.NO_SIGNATURE]


def test_ship_days_may_differ_by_service() -> None:
    twin = replace(SERVICE, service="TWIN")
    old = replace(BREAKS[0], valid_to=date(2026, 3, 31))
    tariff = Tariff((SERVICE, twin), (RULE, replace(RULE, service="TWIN")), (old, replace(old, service="TWIN")), ())
    result = rated(tariff, parcel(ship_day=[day(2026, 3, 31), day(2026, 4, 1)])).result
    assert result.reason.tolist() == [[Reason.ELIGIBLE, Reason.NO_RATE]]


def test_chunks_and_repetition_change_nothing_and_progress_is_told() -> None:
    problem = RateProblem(
        compile_tariff(TARIFF, EUR, ORIGINS, DESTINATIONS), parcels(*(parcel(weight_g=300 * i) for i in range(7)))
    )
    told: list[tuple[str, int, int]] = []
    whole = rate(problem)
    parts = rate(problem, RateParams(chunk_parcels=3), Run(progress=lambda *step: told.append(step)))
    for name in ("reason", "freight_minor", "surcharges_minor", "billed_weight_g", "zone"):
        assert np.array_equal(getattr(whole, name), getattr(parts, name))
    assert told == [("rating", 3, 7), ("rating", 6, 7), ("rating", 7, 7)]


def test_nothing_to_rate_gives_nothing() -> None:
    assert rated(TARIFF).result.price_minor.shape == (0, 1)
    assert rated(Tariff((), (), (), ()), parcel()).result.reason.shape == (1, 0)


def test_reasons_have_stable_codes() -> None:
    assert [reason_text(reason) for reason in Reason] == [
        "eligible",
        "no_zone",
        "wrong_destination_kind",
        "too_slow",
        "too_heavy",
        "too_long",
        "girth",
        "no_signature",
        "no_saturday",
        "no_rate",
    ]
    assert reason_text(np.uint8(5)) == "too_long"


def test_a_chunk_holds_a_parcel_at_least() -> None:
    with pytest.raises(InvalidProblem, match="chunk_parcels"):
        RateParams(chunk_parcels=0)
