"""Duty and tax at a border: the reference agrees on random rules, and the rules of real borders give what they say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.domain.carriage import LEVIES, DutyRule, ExchangeRate, Tariff, TerritoryRule
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.money import Currency
from doorstep.kernels.rate.check_duty import Border, check_duty
from doorstep.kernels.rate.duty import DUTY, TAX, Consignments, Owed, itemise, owed
from doorstep.kernels.rate.duty_tables import duty_book, known_code
from doorstep.kernels.rate.duty_text import explain_duty

FIRST = date(2026, 6, 28)
DAYS = 6
COUNTRIES = ("DE", "FR", "CH", "US", "GB")
GOODS = (
    ("6109.10", "CN"),
    ("610990", "TR"),
    ("6404", "DE"),
    ("", "CN"),
    ("610910", ""),
    ("", ""),
    ("61", "TR"),
    ("6109", ""),
    ("hello", "CN"),
)
PREFIXES = ("", "", "61", "6109", "610910", "64")
UNION = (TerritoryRule("EU", "DE"), TerritoryRule("EU", "FR"))
EUR = Currency("EUR")
NOTHING = Tariff((), (), (), ())


def micros(*major: float) -> st.SearchStrategy[int]:
    return st.sampled_from([round(one * 1_000_000) for one in major])


LIMITS = st.none() | micros(0, 45, 100, 150, 150.005)
RULES = st.builds(
    DutyRule,
    levy=st.sampled_from(LEVIES),
    destination=st.sampled_from(("DE", "EU", "EU", "CH", "GB")),
    origin=st.sampled_from(("", "", "CN", "TR", "EU", "DE")),
    hs_prefix=st.sampled_from(PREFIXES),
    percent_micros=micros(0, 3.7, 12, 19, 8.333333, 145),
    per_kg_micros=micros(0, 0, 0.005, 1.234567),
    per_item_micros=micros(0, 0, 3, 0.005),
    with_freight=st.booleans(),
    with_duty=st.booleans(),
    value_up_to_micros=st.none() | micros(0, 45, 100, 150, 151),
    de_minimis_micros=LIMITS,
    de_minimis_with_freight=st.booleans(),
    ioss_up_to_micros=LIMITS,
    valid_from=st.none() | st.sampled_from([FIRST + timedelta(days=n) for n in range(DAYS)]),
    currency=st.sampled_from(("", "", "EUR", "CHF")),
)
EXCHANGE = st.sampled_from(
    (
        (ExchangeRate("CHF", 1_071_500_000),),
        (
            ExchangeRate("CHF", 933_312_000, None, FIRST + timedelta(days=2)),
            ExchangeRate("CHF", 7, FIRST + timedelta(days=3)),
        ),
        (ExchangeRate("CHF", 1_000_000_000, FIRST + timedelta(days=2), None),),
    )
)


def sensible(rules: list[DutyRule]) -> tuple[DutyRule, ...]:
    """Leave out what a duty cannot have, and what would stand beside its like on one day."""
    kept: dict[object, DutyRule] = {}
    for rule in rules:
        one = replace(rule, with_duty=False, ioss_up_to_micros=None) if rule.levy == "duty" else rule
        if one.currency == "CHF":  # of which two thresholds may come out alike
            one = replace(one, value_up_to_micros=None)
        kept.setdefault((one.levy, one.destination, one.origin, one.hs_prefix, one.value_up_to_micros), one)
    return tuple(kept.values())


@st.composite
def consignments(draw: st.DrawFn) -> Consignments:
    contents, rows, services = draw(st.integers(1, 3)), draw(st.integers(1, 6)), draw(st.integers(1, 2))
    sizes = [draw(st.integers(1, 3)) for _ in range(contents)]
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)

    def numbers(count: int, *choices: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array([draw(st.sampled_from(choices)) for _ in range(count)], np.int64)

    first = (FIRST - date(1970, 1, 1)).days
    per_service = draw(st.booleans())
    days = numbers(rows * (services if per_service else 1), *range(first - 1, first + DAYS + 2))
    countries = range(len(COUNTRIES))
    return Consignments(
        dispatch=numbers(rows, *countries),
        destination=numbers(rows, 0, 0, 1, *countries),
        content=numbers(rows, *range(contents)),
        goods_minor=numbers(rows, 0, 4_500, 10_000, 14_999, 15_000, 15_001, 99_999),
        day=days.reshape(rows, services) if per_service else days,
        freight_minor=numbers(rows * services, 0, 1, 499, 1_000, 12_345).reshape(rows, services),
        item_start=start,
        item_kind=numbers(int(start[-1]), *range(len(GOODS))),
        item_value_minor=numbers(int(start[-1]), 0, 1, 4_999, 10_000, 33_333),
        item_weight_g=numbers(int(start[-1]), 0, 1, 499, 2_500),
    )


@settings(deadline=None, max_examples=400)
@given(
    st.lists(RULES, max_size=14).map(sensible),
    EXCHANGE,
    st.sampled_from(((), UNION)),
    st.sampled_from(("EUR", "JPY", "KWD")),
    st.booleans(),
    consignments(),
)
def test_the_reference_agrees(
    rules: tuple[DutyRule, ...],
    exchange: tuple[ExchangeRate, ...],
    union: tuple[TerritoryRule, ...],
    code: str,
    ioss: bool,
    asked: Consignments,
) -> None:
    own = [one for one in exchange if one.currency != code]
    rules = tuple(replace(one, currency="" if one.currency == "EUR" else one.currency) for one in rules)
    tariff = replace(NOTHING, duties=rules, exchange_rates=tuple(own), territories=union)
    tables = duty_book(tariff, Currency(code), ioss).tables(COUNTRIES, GOODS)
    result = owed(tables, asked)
    assert check_duty(Border(tariff, Currency(code), ioss), COUNTRIES, GOODS, asked, result) == ()
    for p in range(len(asked.content)):
        for s in range(asked.freight_minor.shape[1]):
            lines = itemise(tables, asked, p, s)
            sums = [sum(one.amount_minor for one in lines if one.levy == levy) for levy in (DUTY, TAX)]
            assert sums == [result.duty_minor[p, s], result.tax_minor[p, s]]


def test_an_altered_figure_is_found() -> None:
    tariff = replace(NOTHING, duties=(rule("duty", "DE", percent=12),))
    asked = one_item("CH", "DE", 10_000)
    result = owed(duty_book(tariff, EUR, False).tables(COUNTRIES, GOODS), asked)
    border = Border(tariff, EUR, False)
    assert check_duty(border, COUNTRIES, GOODS, asked, result) == ()
    assert check_duty(border, COUNTRIES, GOODS, asked, Owed(result.duty_minor + 1, result.tax_minor))
    assert check_duty(border, COUNTRIES, GOODS, asked, Owed(result.duty_minor, result.tax_minor + 1))
    assert "shapes" in check_duty(border, COUNTRIES, GOODS, asked, Owed(result.duty_minor[:, :0], result.tax_minor))[0]


def rule(levy: str, to: str, origin: str = "", hs: str = "", *, percent: float = 0, **rest: object) -> DutyRule:
    return replace(DutyRule("duty", to, origin, hs, round(percent * 1_000_000)), levy=levy, **rest)  # type: ignore[arg-type]


def one_item(
    dispatch: str, to: str, value: int, kind: int = 0, *, freight: int = 0, weight: int = 500, day: date = FIRST
) -> Consignments:
    def one(number: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array([number], np.int64)

    return Consignments(
        one(COUNTRIES.index(dispatch)),
        one(COUNTRIES.index(to)),
        one(0),
        one(value),
        one((day - date(1970, 1, 1)).days),
        np.array([[freight]], np.int64),
        np.array([0, 1], np.int64),
        one(kind),
        one(value),
        one(weight),
    )


def paid(rules: list[DutyRule], asked: Consignments, ioss: bool = False, **rest: object) -> tuple[int, int]:
    tariff = replace(NOTHING, duties=tuple(rules), **rest)  # type: ignore[arg-type]
    result = owed(duty_book(tariff, EUR, ioss).tables(COUNTRIES, GOODS), asked)
    return int(result.duty_minor[0, 0]), int(result.tax_minor[0, 0])


def agreed(rules: list[DutyRule], asked: Consignments) -> tuple[int, int]:
    """What is paid, once the reference has found the same."""
    tariff = replace(NOTHING, duties=tuple(rules))
    result = owed(duty_book(tariff, EUR, False).tables(COUNTRIES, GOODS), asked)
    assert check_duty(Border(tariff, EUR, False), COUNTRIES, GOODS, asked, result) == ()
    return int(result.duty_minor[0, 0]), int(result.tax_minor[0, 0])


def said(rules: list[DutyRule], asked: Consignments) -> str:
    """What is said of the duty."""
    tables = duty_book(replace(NOTHING, duties=tuple(rules)), EUR, False).tables(COUNTRIES, GOODS)
    return explain_duty(tables, asked, 0, 0).split("; tax")[0]


VAT = rule("tax", "DE", percent=19, with_freight=True, with_duty=True, ioss_up_to_micros=150_000_000)
CIF = rule("duty", "EU", hs="6109", percent=12, with_freight=True, de_minimis_micros=150_000_000)


@pytest.mark.parametrize(
    ("value", "freight", "ioss", "wanted"),
    [
        (15_000, 1_000, False, (0, 3_040)),  # 19 % of 160.00; the de-minimis looks at the goods alone
        (15_001, 1_000, False, (1_920, 3_405)),  # 12 % of 160.01 = 19.2012; 19 % of 179.21 = 34.0499
        (15_000, 1_000, True, (0, 0)),  # paid at the sale
        (15_001, 1_000, True, (1_920, 3_405)),  # beyond the IOSS
    ],
)
def test_goods_into_the_union(value: int, freight: int, ioss: bool, wanted: tuple[int, int]) -> None:
    assert paid([VAT, CIF], one_item("CH", "DE", value, freight=freight), ioss) == wanted


def test_a_threshold_may_look_at_goods_with_freight() -> None:
    freely = replace(CIF, de_minimis_with_freight=True)
    assert paid([freely], one_item("CH", "DE", 14_000, freight=1_000)) == (0, 0)
    assert paid([freely], one_item("CH", "DE", 14_000, freight=1_001)) == (1_800, 0)


def test_a_duty_by_item_up_to_a_value_and_by_percent_above() -> None:
    low = rule("duty", "EU", percent=0, per_item_micros=3_000_000, value_up_to_micros=150_000_000)
    high = rule("duty", "EU", percent=12)
    assert paid([low, high], one_item("CH", "DE", 15_000)) == (300, 0)
    assert paid([low, high], one_item("CH", "DE", 15_001)) == (1_800, 0)


def test_the_longest_prefix_wins_then_the_origin() -> None:
    rules = [
        rule("duty", "DE", percent=1),
        rule("duty", "DE", "CN", "61", percent=2),
        rule("duty", "DE", "", "6109", percent=3),
        rule("duty", "DE", "CN", "6109", percent=4),
        rule("duty", "EU", "CN", "6109", percent=5),
    ]
    wanted = [100, 200, 300, 400, 400]
    for count, duty in enumerate(wanted, 1):
        assert paid(rules[:count], one_item("CH", "DE", 10_000)) == (duty, 0)
    assert paid(rules, one_item("CH", "FR", 10_000)) == (500, 0)
    assert paid(rules, one_item("CH", "DE", 10_000, 1)) == (300, 0)  # 6109 made in Turkey
    assert paid(rules, one_item("CH", "DE", 10_000, 2)) == (100, 0)


def test_what_is_not_known_of_goods_never_makes_them_cheaper() -> None:
    rules = [
        rule("duty", "DE", percent=1),
        rule("duty", "DE", "", "61", percent=50),
        rule("duty", "DE", "", "610910", percent=2),
        rule("duty", "DE", "TR", "610910", percent=30),
        rule("duty", "DE", "US", "64", percent=90),
    ]
    assert paid(rules, one_item("CH", "DE", 10_000, 3)) == (5_000, 0)  # made in China, of no known code
    assert paid(rules, one_item("CH", "DE", 10_000, 4)) == (3_000, 0)  # 610910: 61 says nothing of it
    assert paid(rules, one_item("CH", "DE", 10_000, 5)) == (9_000, 0)
    plain = [rule("duty", "DE", percent=1)]
    assert paid(plain, one_item("CH", "DE", 10_000, 5)) == (100, 0)  # nothing hangs on what is missing


def test_a_code_that_is_too_short_owes_the_dearest_that_it_may_turn_out_to_be() -> None:
    rules = [
        rule("duty", "DE", percent=1),
        rule("duty", "DE", "", "610910", percent=30),
        rule("duty", "DE", "CN", "6103", percent=70),
        rule("duty", "DE", "", "64", percent=90),
    ]
    short = one_item("CH", "DE", 10_000, 6)  # 61, made in Turkey
    assert agreed(rules, short) == (3_000, 0)
    assert said(rules, short) == (
        "HS code 61 too short, the dearest row taken: duty 30.0 % of 100.00 under HS 610910: 30.00"
    )
    assert said(rules[:1], short) == "duty 1.0 % of 100.00 under any HS code: 1.00"
    both = [*rules, rule("duty", "DE", "CN", "61091020", percent=40)]
    assert said(both, one_item("CH", "DE", 10_000, 7)).startswith("HS code 6109 too short and origin not known, ")
    assert said(both, one_item("CH", "DE", 10_000, 5)).startswith("HS code not known and origin not known, ")
    unlike = [rule("duty", "DE", "", "6109", percent=2), rule("duty", "DE", "CN", "61", percent=50)]
    assert said(unlike, one_item("CH", "DE", 10_000, 4)) == "duty 2.0 % of 100.00 under HS 6109: 2.00"


def test_a_code_that_is_none_is_not_known() -> None:
    rules = [rule("duty", "DE", percent=1), rule("duty", "DE", hs="61", percent=30)]
    assert agreed(rules, one_item("CH", "DE", 10_000, 8)) == (3_000, 0)
    assert said(rules, one_item("CH", "DE", 10_000, 8)).startswith(
        "HS code not known, the dearest row taken: duty 30.0 %"
    )
    assert [known_code(one) for one in ("61 09.10-00", "123456789012", "1234567890123", "61O9", "٦١")] == [
        "61091000", "123456789012", "", "", "",
    ]  # fmt: skip


def test_rows_that_do_not_hold_are_told_from_none() -> None:
    over = rule("duty", "DE", percent=1, valid_to=FIRST - timedelta(days=1))
    asked = one_item("CH", "DE", 10_000)
    none = "duty on HS 6109.10 made in CN unknown: no row of duties.csv for DE"
    assert said([over], asked) == f"{none} in force on this day"
    assert (
        said([replace(over, valid_to=None, value_up_to_micros=99_000_000)], asked) == f"{none} for goods worth 100.00"
    )
    assert said([replace(over, destination="FR")], asked) == none
    ended = (ExchangeRate("CHF", 1_000_000_000, None, FIRST - timedelta(days=1)),)
    foreign = replace(NOTHING, duties=(rule("duty", "DE", percent=1, currency="CHF"),), exchange_rates=ended)
    tables = duty_book(foreign, EUR, False).tables(COUNTRIES, GOODS)
    assert explain_duty(tables, asked, 0, 0).startswith(f"{none} in force on this day; tax")


def test_a_rule_that_a_stronger_one_hides_in_any_case_is_left_out() -> None:
    free = rule("duty", "CH", "CN", "6109")
    others = rule("duty", "CH", hs="6109", percent=12)
    no_code = one_item("GB", "CH", 5_000, 3)  # made in China
    assert agreed([free, others], no_code) == (0, 0)
    assert agreed([rule("duty", "CH", "EU", "6109"), others], one_item("GB", "CH", 5_000, 3)) == (600, 0)
    low = replace(free, value_up_to_micros=49_000_000)
    assert agreed([low, others], no_code) == (600, 0)  # on this value it hides nothing
    wide = [rule("duty", "CH", "CN", "61", percent=50), rule("duty", "CH", "CN", "610910", percent=1), others]
    assert agreed(wide, one_item("GB", "CH", 5_000, 4)) == (600, 0)  # 610910 of an unknown origin, which 61 never taxes
    assert agreed(wide, one_item("GB", "CH", 5_000, 5)) == (2_500, 0)


def test_within_a_customs_territory_nothing_is_owed() -> None:
    rules = [rule("duty", "FR", percent=10), rule("tax", "FR", percent=20), rule("duty", "CH", percent=7)]
    assert paid(rules, one_item("DE", "FR", 10_000)) == (0, 0)
    assert paid(rules, one_item("GB", "FR", 10_000)) == (1_000, 2_000)
    own = (TerritoryRule("club", "DE"), TerritoryRule("club", "CH"))
    assert paid(rules, one_item("DE", "CH", 10_000)) == (700, 0)
    assert paid(rules, one_item("DE", "CH", 10_000), territories=own) == (0, 0)
    assert paid(rules, one_item("DE", "FR", 10_000), territories=own) == (1_000, 2_000)


def test_freight_is_divided_by_value_to_the_last_cent() -> None:
    tax = rule("tax", "DE", percent=100, with_freight=True)
    tables = duty_book(replace(NOTHING, duties=(tax,)), EUR, False).tables(COUNTRIES, GOODS)
    three = replace(
        one_item("CH", "DE", 300, freight=100),
        item_start=np.array([0, 3]),
        item_kind=np.array([0, 1, 2]),
        item_value_minor=np.array([100, 100, 100]),
        item_weight_g=np.array([1, 1, 1]),
    )
    lines = [one for one in itemise(tables, three, 0, 0) if one.levy == TAX]
    assert [one.freight_minor for one in lines] == [33, 34, 33]
    worthless = replace(three, item_value_minor=np.array([0, 0, 0]))
    lines = [one for one in itemise(tables, worthless, 0, 0) if one.levy == TAX]
    assert [one.freight_minor for one in lines] == [100, 0, 0]


def test_rules_that_contradict_one_another_are_refused() -> None:
    twice = [rule("duty", "DE", hs="6109", percent=1), rule("duty", "DE", hs="6109", percent=2)]
    with pytest.raises(InvalidProblem, match="two rules at once: duty to DE on HS 6109"):
        paid(twice, one_item("CH", "DE", 1))
    dated = [replace(twice[0], valid_to=FIRST), replace(twice[1], valid_from=FIRST + timedelta(days=1))]
    assert paid(dated, one_item("CH", "DE", 10_000)) == (100, 0)
    assert paid(dated, one_item("CH", "DE", 10_000, day=FIRST + timedelta(days=1))) == (200, 0)
    for wrong, why in (
        (rule("duty", "DE", percent=1, with_duty=True), "are of a tax"),
        (rule("duty", "DE", percent=-1), "out of range"),
        (rule("duty", "DE", valid_from=FIRST, valid_to=FIRST - timedelta(days=1)), "never valid"),
        (rule("duty", "DE", percent=1, currency="CHF"), "CHF has no rate of exchange"),
    ):
        with pytest.raises(InvalidProblem, match=why):
            paid([wrong], one_item("CH", "DE", 1))
