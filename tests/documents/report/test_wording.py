from __future__ import annotations

from datetime import date

from doorstep.documents.report import wording
from doorstep.domain.money import Currency


def test_amounts_carry_their_currency_and_their_own_number_of_digits() -> None:
    assert wording.amount(Currency("EUR"), 123456789) == "1,234,567.89 EUR"
    assert wording.amount(Currency("JPY"), 1234) == "1,234 JPY"
    assert wording.amount(Currency("KWD"), -1234567) == "−1,234.567 KWD"
    assert wording.amount(Currency("EUR"), -5) == "−0.05 EUR"


def test_changes_always_show_their_sign() -> None:
    assert wording.change(Currency("EUR"), 100) == "+1.00 EUR"
    assert wording.change(Currency("EUR"), -100) == "−1.00 EUR"
    assert wording.change(Currency("EUR"), 0) == "0.00 EUR"


def test_nothing_is_never_negative() -> None:
    assert wording.percent(-0.0) == "0.0 %"
    assert wording.percent(-0.00001) == "0.0 %"
    assert wording.decimal(-12.345) == "−12.35"


def test_dates_name_their_weekday() -> None:
    assert wording.day(date(2018, 8, 3)) == "Fri 3 Aug 2018"
    assert wording.day_of("2018-08-03") == "Fri 3 Aug 2018"
    assert wording.day_of("") == ""


def test_one_is_singular() -> None:
    assert wording.counted(1, "order") == "1 order"
    assert wording.counted(2000, "order") == "2,000 orders"


def test_weights_change_unit_at_a_kilogram() -> None:
    assert wording.weight(999) == "999 g"
    assert wording.weight(1250) == "1.25 kg"
