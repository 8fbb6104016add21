"""Scans of goods: skus, bar codes and strings of GS1, and what a misread one is told."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.domain.gs1 import SEPARATOR, barcode_key, is_gtin, read
from doorstep.domain.sscc import check_digit, sscc

TODAY = date(2026, 3, 2)
GTIN = "09501101530003"  # of the examples of GS1
SSCC = sscc("9501101", 123456789)
SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
PREFIXES = ("]C1", "]d2", "]Q3", "]e0", SEPARATOR)


def with_check(digits: str) -> str:
    return f"{digits}{check_digit(digits)}"


gtins = st.sampled_from((7, 11, 12, 13)).flatmap(
    lambda size: st.text("0123456789", min_size=size, max_size=size).map(with_check)
)
words = st.text(SET_82, min_size=1, max_size=20)
days = st.dates(date(1977, 1, 1), date(2076, 12, 31))


def test_a_string_of_gs1_tells_product_lot_and_days() -> None:
    scan = read(f"]C101{GTIN}17260331" + f"10ABC-7{SEPARATOR}21S1", TODAY)
    assert (scan.gtin, scan.lot, scan.expires_on, scan.serial) == (GTIN, "ABC-7", date(2026, 3, 31), "S1")
    assert (scan.made_on, scan.fault) == (None, "")
    written = read(f"(01) {GTIN} (11)260101(15)260700(10)ABC-7", TODAY)
    assert (written.gtin, written.lot) == (GTIN, "ABC-7")
    assert (written.made_on, written.expires_on) == (date(2026, 1, 1), date(2026, 7, 31))
    assert read(f"01{GTIN}10L|17260331", TODAY).expires_on == date(2026, 3, 31)  # for a keyboard that has no FNC1


def test_expiry_comes_before_best_before() -> None:
    assert read(f"(01){GTIN}(15)260601(17)260701", TODAY).expires_on == date(2026, 7, 1)


@pytest.mark.parametrize(
    ("day", "meant"),
    [
        ("260200", date(2026, 2, 28)),
        ("280200", date(2028, 2, 29)),
        ("760101", date(2076, 1, 1)),
        ("770101", date(1977, 1, 1)),
    ],
)
def test_two_digits_are_the_year_of_the_hundred_around_today(day: str, meant: date) -> None:
    assert read(f"(01){GTIN}(17){day}", TODAY).expires_on == meant
    assert read(f"(01){GTIN}(17)010101", date(2090, 1, 1)).expires_on == date(2101, 1, 1)


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        ("4006381333931", "04006381333931"),
        ("]E04006381333931", "04006381333931"),
        (" 04006381333931\r\n", "04006381333931"),
        ("036000291452", "00036000291452"),
        ("0036000291452", "00036000291452"),
        ("96385074", "00000096385074"),
        (f"01{GTIN}", GTIN),
    ],
)
def test_every_way_to_write_a_gtin_has_one_key(text: str, gtin: str) -> None:
    scan = read(text, TODAY)
    assert (scan.gtin, scan.key, scan.fault) == (gtin, gtin, "")


@pytest.mark.parametrize("text", ["TEA-100", "]C0TEA-100", "12345", "x4006381333931"])
def test_what_is_no_code_of_gs1_is_taken_as_it_stands(text: str) -> None:
    scan = read(text, TODAY)
    assert (scan.text, scan.gtin, scan.fault) == (text.removeprefix("]C0"), "", "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("4006381333932", "4006381333932 was misread: as a bar code its check digit is wrong"),
        ("]C10109501101530004", r"the check digit of \(01\) is wrong"),
        (f"]C100{SSCC}", "number of a parcel or pallet"),
        (f"]C102{GTIN}", "stands on a whole load"),
        ("]d210ABC", "names no product"),
        (f"]d201{GTIN}3712", r"under \(37\), which is not read here"),
        (f"]d201{GTIN}17261301", "a day that the calendar has not"),
        (f"]d201{GTIN}1726", "not read whole"),
        (f"]d201{GTIN}10{'L' * 21}", "separator FNC1"),
        (f"(01){GTIN}(10)A(10)B", r"two different things under \(10\)"),
    ],
)
def test_what_cannot_be_used_is_told_in_words(text: str, words: str) -> None:
    scan = read(text, TODAY)
    assert re.search(words, scan.fault)
    assert (scan.gtin, scan.lot) == ("", "")


@given(gtins, words, words, days, days, st.permutations(("01", "10", "21", "17", "11")), st.sampled_from(PREFIXES))
def test_what_is_written_is_read_in_any_order(
    gtin: str, lot: str, serial: str, expires: date, made: date, order: list[str], prefix: str
) -> None:
    values = {
        "01": gtin.zfill(14),
        "10": lot,
        "21": serial,
        "17": f"{expires:%y%m%d}",
        "11": f"{made:%y%m}00",
    }
    text = prefix + "".join(name + values[name] + SEPARATOR * (name in ("10", "21")) for name in order)
    scan = read(text, TODAY)
    assert (scan.gtin, scan.lot, scan.serial, scan.fault) == (gtin.zfill(14), lot, serial, "")
    assert (scan.expires_on, scan.made_on) == (
        expires,
        made.replace(day=monthrange(made.year, made.month)[1]),
    )


@given(gtins, st.data())
def test_one_wrong_digit_is_always_noticed(gtin: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(gtin) - 1))
    other = data.draw(st.sampled_from([one for one in "0123456789" if one != gtin[place]]))
    wrong = gtin[:place] + other + gtin[place + 1 :]
    assert is_gtin(gtin)
    assert not is_gtin(wrong)
    assert "check digit" in read(wrong, TODAY).fault
    assert "check digit" in read(f"]d201{wrong.zfill(14)}", TODAY).fault
    with pytest.raises(ValueError, match="wrong check digit"):
        barcode_key(wrong)


@given(st.text(max_size=60))
def test_any_text_is_read_or_told_why_not(text: str) -> None:
    scan = read(text, TODAY)
    assert not (scan.fault and scan.gtin)


@pytest.mark.parametrize(
    "text", ["", "with space", "ü", "]C1X", "(01)X", f"01{GTIN}10L", "400638133393", "1234567890", "x" * 49]
)
def test_what_is_no_bar_code_of_a_product(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(is not a|has a wrong)"):
        barcode_key(text)


def test_a_code_of_the_house_is_known_in_capitals_and_small_letters() -> None:
    assert barcode_key("X00-abc") == barcode_key("x00-ABC") == read("X00-ABC", TODAY).key
