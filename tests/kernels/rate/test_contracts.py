"""What contracts of carriers say besides zones and breaks, each by a figure that can be reckoned by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

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

from doorstep.domain.carriage import AreaRule, DivisorRule, ExchangeRate, RateBreak, Tariff, ZoneRule
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.money import Currency
from doorstep.domain.place import Place
from doorstep.kernels.rate import RateProblem, charge_lines, compile_tariff
from doorstep.kernels.rate.anywhere import compile_anywhere

INSURED = surcharge("insurance", "over_value", threshold=100, percent=True, of_value=True, amount_micros=500_000)
FRANC = ExchangeRate("CHF", 1_050_000_000)


def priced(tariff: Tariff, postcode: str, **changes: Any) -> int:
    """Price of a parcel to a Dutch postcode."""
    result = rated(tariff, parcel(**changes), destinations=(Place("NL", "", "", postcode),)).result
    assert result.eligible[0, 0]
    return int(result.price_minor[0, 0])


def zone_of(rules: tuple[ZoneRule, ...], postcode: str) -> int:
    """Price of the zone of a Dutch postcode: 100 in zone a, 200 in zone b; 0: not served."""
    rates = (RateBreak("PARCEL", "a", 1_000, 1_000_000), RateBreak("PARCEL", "b", 1_000, 2_000_000))
    tariff = replace(TARIFF, zones=rules, rates=rates)
    result = rated(tariff, parcel(), destinations=(Place("NL", "", "", postcode),)).result
    return int(result.price_minor[0, 0])


def ranged(first: str, last: str, zone: str) -> ZoneRule:
    return ZoneRule("PARCEL", "NL", "", "NL", first, zone, destination_to=last)


@pytest.mark.parametrize(
    ("postcode", "price"),
    [("0999", 0), ("1000", 100), ("1199 ZZ", 100), ("1234", 200), ("1299ZZ", 100), ("1300", 0), ("12", 100)],
)
def test_a_range_stands_for_every_prefix_in_it_and_a_longer_prefix_wins(postcode: str, price: int) -> None:
    assert zone_of((ranged("10", "12", "a"), ranged("123", "", "b")), postcode) == price


def test_ranges_of_origins_decide_as_prefixes_do() -> None:
    far = replace(RULE, origin_prefix="36", origin_to="39", zone="b")
    near = replace(RULE, origin_prefix="30", origin_to="35", zone="a")
    assert zone_of((far, near), "1000") == 100  # parcels leave from 3511


def test_ranges_of_one_length_that_overlap_must_agree() -> None:
    with pytest.raises(InvalidProblem, match="two zones for NL to NL 10-12 and NL to NL 12-14: a and b"):
        zone_of((ranged("10", "12", "a"), ranged("12", "14", "b")), "1000")
    assert zone_of((ranged("10", "12", "a"), ranged("12", "14", "a")), "1234") == 100
    with pytest.raises(InvalidProblem, match="two zones for NL to NL 12 and NL to NL 10-12"):
        zone_of((ranged("12", "", "b"), ranged("10", "12", "a")), "1000")
    apart = replace(ranged("12", "14", "b"), origin_prefix="9")
    both = (replace(ranged("10", "12", "a"), origin_prefix="3"), apart)
    assert zone_of(both, "1234") == 100


@pytest.mark.parametrize(("first", "last"), [("12", "100"), ("12", "11"), ("", "1")])
def test_a_range_that_is_none_is_refused(first: str, last: str) -> None:
    with pytest.raises(InvalidProblem, match="is no range"):
        zone_of((ranged(first, last, "a"),), "1000")


def test_a_divisor_holds_from_a_size_on_the_highest_sequence_first() -> None:
    # 300 x 200 x 100 mm = 6,000 cm3
    rules = (
        DivisorRule("PARCEL", "over_volume_cm3", 5_999, 4_000, 1),
        DivisorRule("PARCEL", "over_length_mm", 300, 0, 2),
    )
    tariff = replace(TARIFF, divisors=rules)
    rows = [{"size_mm": (300, 200, 100)}, {"size_mm": (300, 200, 99)}, {"size_mm": (301, 200, 100)}]
    billed = rated(tariff, *(parcel(**row) for row in rows)).result.billed_weight_g[:, 0]
    assert billed.tolist() == [1_500, 1_188, 900]


@pytest.mark.parametrize(
    ("when", "threshold", "below", "above"),
    [
        ("over_second_mm", 150, {"size_mm": (200, 150, 10)}, {"size_mm": (10, 200, 151)}),
        ("over_volume_cm3", 1, {"size_mm": (100, 10, 1)}, {"size_mm": (1, 1001, 1)}),
        ("over_value", 100, {"value_minor": 100_00}, {"value_minor": 100_01}),
    ],
)
def test_further_conditions_look_beyond_their_threshold(
    when: Any, threshold: int, below: dict[str, Any], above: dict[str, Any]
) -> None:
    tariff = replace(TARIFF, surcharges=(surcharge("a", when, threshold=threshold),))
    assert prices(tariff, parcel(**below), parcel(**above)) == [500, 600]


def test_insurance_is_a_percent_of_the_value_with_a_least() -> None:
    tariff = replace(TARIFF, surcharges=(replace(INSURED, least_micros=1_500_000),))
    rows = [parcel(value_minor=value) for value in (100_00, 200_00, 300_10, 1_000_00)]
    assert prices(tariff, *rows) == [500, 650, 650, 1000]


def test_of_a_group_only_the_dearest_is_charged() -> None:
    lines = (
        surcharge("long", "over_length_mm", threshold=500, amount_micros=4_000_000, group="handling"),
        surcharge("alone", amount_micros=100_000),
        surcharge("heavy", "over_weight_g", threshold=800, amount_micros=6_000_000, group="handling"),
        surcharge("second", "over_second_mm", threshold=50, amount_micros=5_000_000, group="handling"),
        surcharge("fuel", percent=True, amount_micros=10_000_000, sequence=2),
    )
    outcome = rated(replace(TARIFF, surcharges=lines), parcel(size_mm=(600, 100, 10)))
    told = charge_lines(outcome.problem, outcome.result, 0, 0)
    assert [(line.name, line.amount_minor) for line in told] == [
        ("freight", 500), ("alone", 10), ("heavy", 600), ("fuel", 111),
    ]  # fmt: skip
    with pytest.raises(InvalidProblem, match="group handling has two sequences"):
        prices(replace(TARIFF, surcharges=(lines[0], replace(lines[2], sequence=3))), parcel())


def test_a_floor_brings_freight_and_discount_up_to_it_before_fuel() -> None:
    lines = (
        surcharge("discount", percent=True, amount_micros=-40_000_000, sequence=1),
        surcharge("minimum", floor=True, amount_micros=4_500_000, sequence=2, zone="near"),
        surcharge("fuel", percent=True, amount_micros=10_000_000, sequence=3),
    )
    tariff = replace(TARIFF, surcharges=lines)
    assert prices(tariff, parcel(), parcel(weight_g=10_000)) == [495, 660]
    elsewhere = (*lines[:1], replace(lines[1], zone="far"), lines[2])
    both = replace(TARIFF, surcharges=elsewhere, rates=(*BREAKS, replace(BREAKS[0], zone="far")))
    assert prices(both, parcel()) == [330]


def test_an_area_is_a_list_of_postcodes_that_a_surcharge_is_limited_to() -> None:
    areas = (AreaRule("islands", "NL", "10", "11"), AreaRule("islands", "NL", "8897"), AreaRule("hills", "NL", "11"))
    tariff = replace(TARIFF, areas=areas, surcharges=(surcharge("remote", area="islands"),))
    assert [priced(tariff, code) for code in ("1011 AB", "1199", "1200", "8897 zz", "8898")] == [
        600,
        600,
        500,
        600,
        500,
    ]
    home = replace(tariff, surcharges=(surcharge("remote", "residential", area="hills"),))
    assert [priced(home, code, residential=True) for code in ("1099", "1100")] == [500, 600]
    assert priced(home, "1100") == 500


def test_fuel_follows_its_week() -> None:
    first = date(2026, 1, 5)
    weeks = [first + timedelta(weeks=week) for week in range(53)]
    fuel = tuple(
        surcharge("fuel", percent=True, amount_micros=(10 + week) * 1_000_000, valid_from=start,
                  valid_to=start + timedelta(days=6))
        for week, start in enumerate(weeks)
    )  # fmt: skip
    tariff = replace(TARIFF, surcharges=fuel)
    rows = [parcel(ship_day=day(2026, 1, 4)), parcel(ship_day=day(2026, 1, 11)), parcel(ship_day=day(2026, 1, 12))]
    assert prices(tariff, *rows) == [500, 550, 555]


def test_another_currency_is_converted_at_the_rate_of_the_day_and_rounded_once() -> None:
    # 10.00 + 1.255 = 11.255 CHF x 1.05 = 11.81775; rounded twice it would be 11.83
    francs = tuple(replace(line, currency="CHF") for line in BREAKS)
    later = ExchangeRate("CHF", 1_100_000_000, date(2026, 3, 3))
    known = (replace(FRANC, valid_to=date(2026, 3, 2)), later)
    tariff = replace(TARIFF, rates=francs, exchange_rates=known, surcharges=(surcharge("a", currency="CHF"),))
    rows = (parcel(weight_g=10_500), parcel(weight_g=10_500, ship_day=day(2026, 3, 3)))
    assert prices(tariff, *rows) == [1182 + 105, 1238 + 110]
    unknown = replace(tariff, exchange_rates=(later,))
    assert not rated(unknown, parcel()).result.eligible.any()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rates": (replace(BREAKS[0], currency="CHF"),)}, "up to 1000 g .*: CHF has no rate of exchange"),
        ({"exchange_rates": (FRANC, FRANC)}, "two rates of exchange of CHF"),
        ({"exchange_rates": (replace(FRANC, currency="EUR"),)}, "EUR is the tariff's own currency"),
        ({"exchange_rates": (replace(FRANC, rate_nanos=0),)}, "out of range"),
        ({"surcharges": (surcharge("a", floor=True, percent=True),)}, "a floor is no percent"),
        ({"surcharges": (surcharge("a", of_value=True),)}, "only a percent is of the value"),
        ({"surcharges": (surcharge("a", area="x"),)}, "area 'x' is not there"),
        ({"surcharges": (surcharge("a", zone="x"),)}, "zone 'x' or"),
        ({"surcharges": (surcharge("a", "saturday", zone="near"),)}, "everywhere or nowhere"),
        ({"divisors": (DivisorRule("OTHER", "over_length_mm", 1, 1, 1),)}, "service OTHER"),
        ({"divisors": (DivisorRule("PARCEL", "over_length_mm", 1, -1, 1),)}, "out of range"),
        ({"divisors": (DivisorRule("PARCEL", "over_length_mm", 1, 1, 1),) * 2}, "have the sequence 1"),
        ({"areas": tuple(AreaRule(f"a{n}", "NL", "") for n in range(63))}, "63 areas; 62 are the most"),
    ],
)
def test_a_contract_that_contradicts_itself_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidProblem, match=words):
        compile_tariff(replace(TARIFF, **changes), EUR, ORIGINS, DESTINATIONS)


def test_accounts_of_one_carrier_are_services_that_differ() -> None:
    own, operators = replace(SERVICE, account="brand-17"), replace(SERVICE, service="OPS", account="house")
    rates = (BREAKS[0], replace(BREAKS[0], service="OPS", price_micros=4_000_000))
    tariff = Tariff((own, operators), (RULE, replace(RULE, service="OPS")), rates, ())
    outcome = rated(tariff, parcel())
    assert outcome.result.price_minor.tolist() == [[500, 400]]
    assert [one.account for one in outcome.problem.tables.services] == ["brand-17", "house"]


def test_amounts_converted_that_leave_64_bits_are_refused() -> None:
    dear = replace(BREAKS[0], price_micros=2**53, currency="VND")
    with pytest.raises(InvalidProblem, match="more than can be reckoned with exactly"):
        compile_tariff(
            replace(TARIFF, rates=(dear,), exchange_rates=(ExchangeRate("VND", 999_999_999_999_999),)),
            EUR, ORIGINS, DESTINATIONS,
        )  # fmt: skip
    steep = replace(TARIFF, surcharges=(replace(INSURED, amount_micros=2**40),))
    with pytest.raises(InvalidProblem, match="more than can be added exactly"):
        RateProblem(compile_tariff(steep, Currency("KWD"), ORIGINS, DESTINATIONS), parcels(parcel(value_minor=10**12)))


def test_compiled_for_anywhere_a_range_and_an_area_hold_as_well() -> None:
    areas, lines = (AreaRule("x", "NL", "1011"),), (surcharge("r", area="x"),)
    tariff = replace(TARIFF, zones=(ranged("10", "12", "near"),), areas=areas, surcharges=lines)
    places = [Place("NL", "", "", code) for code in ("0999", "1000", "1011AB", "1299", "1300")]
    anywhere = compile_anywhere(tariff, EUR, ORIGINS).to(places)
    here = compile_tariff(tariff, EUR, ORIGINS, places)
    for tables in (anywhere, here):
        assert [tables.zone_index(0, 0, at) for at in range(5)] == [-1, 0, 0, 0, -1]
        assert [int(tables.lanes.area[at]) for at in tables.lanes.destination_class] == [0, 0, 1, 0, 0]


def test_more_conditions_than_have_a_bit_each_count_as_well() -> None:
    lines = tuple(
        surcharge(f"over {grams}", "over_weight_g", threshold=100 * grams, amount_micros=10_000) for grams in range(80)
    )
    lines += tuple(surcharge(f"side {mm}", "over_length_mm", threshold=mm, amount_micros=1_000_000) for mm in (150, 90))
    heavy = [parcel(weight_g=grams, size_mm=size) for grams in (150, 6_050, 7_950) for size in ((9, 9, 9), (9, 9, 160))]
    freight = (500, 500, 1_000, 1_000, 1_000, 1_000)
    wanted = [base + over for base, over in zip(freight, (2, 202, 61, 261, 80, 280), strict=True)]
    assert prices(replace(TARIFF, surcharges=lines), *heavy) == wanted


@pytest.mark.parametrize("last", [70, 100_000_000])
def test_steps_near_one_another_are_told_apart_however_far_the_last_one_lies(last: int) -> None:
    breaks = tuple(RateBreak("PARCEL", "near", grams, grams * 10_000) for grams in (*range(1, 60), last))
    rows = [parcel(weight_g=grams, size_mm=(1, 1, 1)) for grams in (1, 2, 17, 58, 59, 60)]
    assert prices(replace(TARIFF, rates=breaks), *rows) == [1, 2, 17, 58, 59, last]
