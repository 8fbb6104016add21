"""Each kind of cell at its bounds: what it becomes, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from doorstep.domain.clock import WorkingDays
from doorstep.domain.money import Currency
from doorstep.files import kinds
from doorstep.files.codes import COUNTRIES, CURRENCIES, holiday_calendars, time_zones
from doorstep.files.kinds import Kind

WHOLE = kinds.whole(1, 1000)
MONEY = kinds.money()
LATITUDE = kinds.measure(-90, 90)
SPEED = kinds.one_of(("economy", "standard"))

SOUND: list[tuple[Kind, str, Any]] = [
    (WHOLE, "1", 1),
    (WHOLE, "1000", 1000),
    (WHOLE, "007", 7),
    (kinds.whole(0, 5), "-0", 0),
    (MONEY, "0", 0),
    (MONEY, "0.000001", 1),
    (MONEY, "12.5", 12_500_000),
    (MONEY, "1000000000", 10**15),
    (kinds.share(), "0.000001", 1),
    (kinds.share(), "0.999999", 999_999),
    (LATITUDE, "-90", -90.0),
    (LATITUDE, "1e-05", 1e-05),
    (LATITUDE, "3.95e-280", 3.95e-280),
    (kinds.flag(), "0", False),
    (kinds.flag(), "1", True),
    (kinds.instant(), "2024-02-29T23:59:59Z", datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)),
    (kinds.instant(), "2024-05-01 09:30-0330", datetime(2024, 5, 1, 9, 30, tzinfo=timezone(-timedelta(minutes=210)))),
    (kinds.instant(), "2024-05-01T09:30:00.25+02:00", datetime.fromisoformat("2024-05-01T09:30:00.250000+02:00")),
    (kinds.instant(), "1971-01-01T00:00Z", datetime(1971, 1, 1, tzinfo=UTC)),
    (kinds.day(), "2024-02-29", date(2024, 2, 29)),
    (kinds.day(any_year=True), "9999-12-31", date(9999, 12, 31)),
    (kinds.time_of_day(), "00:00", 0),
    (kinds.time_of_day(), "23:59", 86_340),
    (kinds.moment(), "00:00", 0),
    (kinds.moment(), "47:59", 172_740),
    (kinds.moment(), "2024-02-29T23:59:59Z", datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)),
    (kinds.codes(), "cooled tail_lift", ("cooled", "tail_lift")),
    (kinds.factor(), "0.01", 10_000),
    (kinds.factor(), "1.25", 1_250_000),
    (kinds.working_days(), "Mon-Fri", WorkingDays(31)),
    (kinds.working_days(), "Mon,Wed,Fri", WorkingDays(21)),
    (kinds.country(), "BR", "BR"),
    (kinds.currency(), "JPY", Currency("JPY")),
    (kinds.time_zone(), "America/Sao_Paulo", "America/Sao_Paulo"),
    (kinds.holiday_calendar(), "BR", "BR"),
    (kinds.holiday_calendar(), "BR-SP", "BR-SP"),
    (SPEED, "economy", "economy"),
    (kinds.code(), "a b", "a b"),
    (kinds.code(), "x" * 100, "x" * 100),
    (kinds.word(), "não-7", "não-7"),
    (kinds.text(), " two\nlines\t ", " two\nlines\t "),
]

FAULTY: list[tuple[Kind, str]] = [
    *((WHOLE, cell) for cell in ("0", "1001", "-1", "1.0", "1e2", " 1", "1 ", "1_0", "+1", "0x1", "٣", "１", "x")),
    *((WHOLE, cell) for cell in ("9" * 5000, "1\n", "nan", "1,000", "-")),
    *((MONEY, cell) for cell in ("-0.01", "1000000000.000001", "0.0000001", "1,5", "1.", ".5", "1e3", "NaN", "inf")),
    *((MONEY, cell) for cell in ("٣.5", "€5", "5 ", "1.2.3", "9" * 5000, "+1")),
    *((kinds.share(), cell) for cell in ("0", "1", "1.5", "95%", "-0.5", "0.0000001")),
    *((LATITUDE, cell) for cell in ("90.0001", "-91", "nan", "inf", "-inf", "1e99", "52°", "52,5", "1_0", "9" * 5000)),
    *((kinds.flag(), cell) for cell in ("2", "true", "yes", "01", " 1")),
    *((kinds.instant(), cell) for cell in ("2024-05-01T09:30:00", "2024-05-01", "2024-13-01T00:00Z", "20240501T0930Z")),
    *((kinds.instant(), cell) for cell in ("2023-02-29T00:00Z", "2024-05-01T24:00Z", "2024-05-01T09:30+25:00", "now")),
    *((kinds.instant(), cell) for cell in ("1970-12-31T23:59Z", "2199-01-01T00:00Z", "0001-01-01T00:00Z", "2024-W18")),
    *((kinds.instant(), cell) for cell in ("2024-05-01T09:30:00 +02:00", "2024-05-01T09:30:00z", "２024-05-01T09:30Z")),
    *((kinds.day(), cell) for cell in ("2023-02-29", "20240501", "2024-5-1", "01/05/2024", "9999-12-31", "2024-W01-1")),
    (kinds.day(any_year=True), "0000-01-01"),
    *((kinds.time_of_day(), cell) for cell in ("24:00", "9:30", "09:60", "09:30:00", "٠٩:٣٠", "0930", "-1:00")),
    *((kinds.moment(), cell) for cell in ("48:00", "9:30", "09:60", "09:30:00", "noon", "2024-05-01T09:30", "-01:00")),
    *((kinds.codes(), cell) for cell in ("a a", "a  b", " a")),
    *((kinds.factor(), cell) for cell in ("0", "0.009999", "100.1", "fast", "1e1")),
    *((kinds.working_days(), cell) for cell in ("Mo-Fr", "mon", "Mon-Tue-Wed", "Mon,", "Mon;Tue", "1-5")),
    *((kinds.country(), cell) for cell in ("br", "UK", "BRA", "XX", "B")),
    *((kinds.currency(), cell) for cell in ("eur", "EUE", "€", "XXX")),
    *((kinds.time_zone(), cell) for cell in ("localtime", "Mars/Base", "../etc/passwd", "America", "GMT+99", "a\0b")),
    *((kinds.holiday_calendar(), cell) for cell in ("XX", "BR-XX", "br", "BR-", "DE-BE-")),
    *((SPEED, cell) for cell in ("Economy", "express", "")),
    *((kinds.code(), cell) for cell in (" a", "a ", "a\tb", "a\nb", "a\0", "x" * 101, "a\u2028b", "\u3000a")),
    *((kinds.word(), cell) for cell in ("a b", "a\u00a0b", "a\u3000b", "a\x1fb")),
    *((kinds.text(), cell) for cell in ("a\0b", "\x1b[31m", "x" * 2001, "a\x85")),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "cell", "value"), SOUND)
def test_a_sound_cell_becomes_its_value(kind: Kind, cell: str, value: Any) -> None:
    parsed = kind.parse(cell)
    assert parsed == value
    assert type(parsed) is type(value)
    if kind.many:
        assert kind.many([cell]) in (None, [value])


@pytest.mark.parametrize(("kind", "cell"), FAULTY)
def test_a_faulty_cell_is_refused_with_a_reason(kind: Kind, cell: str) -> None:
    with pytest.raises(ValueError, match=r"^(is|has|contains|begins) "):
        kind.parse(cell)
    if kind.many:
        assert kind.many([cell]) is None


def test_an_instant_keeps_its_offset() -> None:
    moment = kinds.instant().parse("2024-05-01T23:30:00-03:00")
    assert moment.isoformat() == "2024-05-01T23:30:00-03:00"


def test_the_code_lists_are_those_of_the_standards() -> None:
    assert len(COUNTRIES - {"XK"}) == 249
    assert len(CURRENCIES) == 156
    assert {calendar for calendar in holiday_calendars() if "-" not in calendar and len(calendar) == 2} <= COUNTRIES
    assert {"UTC", "Asia/Kolkata"} <= time_zones()
