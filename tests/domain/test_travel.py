"""How a parcel stands is a function of all its scans: whatever the order they come in, however often they are told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.domain.sscc import check_digit, is_sscc, read_scanned, sscc
from doorstep.domain.travel import MILESTONES, STATE_OF, TERMINAL, Milestone, Scan, names_one_of, standing

START = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)


@st.composite
def journeys(draw: st.DrawFn) -> list[Scan]:
    said = draw(st.lists(st.tuples(st.sampled_from(MILESTONES), st.integers(0, 20)), max_size=12))
    return [
        Scan(f"e{n}", "T", milestone, START + timedelta(hours=hours), "depot", "why", date(2026, 11, 16 + hours % 5))
        for n, (milestone, hours) in enumerate(said)
    ]


@given(journeys(), st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(scans: list[Scan], random: Random) -> None:
    told = [*scans, *(random.choice(scans) for _ in range(5) if scans)]
    random.shuffle(told)
    assert standing(told) == standing(scans)


@given(journeys())
def test_the_end_decides_and_else_the_latest(scans: list[Scan]) -> None:
    now = standing(scans)
    seen = [scan for scan in scans if STATE_OF[scan.milestone] is not None]
    ended = [scan for scan in seen if scan.milestone in TERMINAL]
    deciding = [scan for scan in scans if scan.event == now.deciding]
    assert bool(deciding) == bool(seen)
    for scan in deciding:
        assert scan.at == max(one.at for one in ended or seen)
        assert STATE_OF[scan.milestone] == now.state
    assert now.attempts == sum(scan.milestone == "failed" for scan in scans)
    assert (now.ended_at is not None) == bool(ended)


def scan(event: str, milestone: Milestone, hours: int) -> Scan:
    return Scan(event, "T", milestone, START + timedelta(hours=hours))


def test_a_scan_that_comes_late_changes_nothing() -> None:
    there = [scan("1", "out_for_delivery", 5), scan("2", "delivered", 6)]
    assert standing([*there, scan("3", "in_transit", 2)]).state == "delivered"
    assert standing([*there, scan("3", "in_transit", 9)]).state == "delivered"  # a clock that is wrong
    assert standing([*there, scan("3", "returned", 9)]).state == "returned"  # the carrier corrects itself


def test_what_is_announced_says_nothing() -> None:
    assert standing([scan("1", "announced", 1)]).state is None
    assert standing([]).state is None


def test_the_example_of_gs1() -> None:
    """GS1 General Specifications: 37610425002123456 has the check digit 9."""
    assert check_digit("37610425002123456") == 9
    assert is_sscc("376104250021234569")
    assert not is_sscc("376104250021234568")


@given(st.text("0123456789", min_size=4, max_size=12), st.integers(0, 999), st.integers(0, 9))
def test_an_sscc_is_read_as_it_was_built(prefix: str, serial: int, extension: int) -> None:
    code = sscc(prefix, serial, extension)
    assert is_sscc(code)
    assert len(code) == 18
    for sent in (code, f"]C100{code}", f"00{code}", f"(00){code}", f" {code}\n"):
        assert read_scanned(sent) == code


def test_numbers_that_are_used_up_and_prefixes_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="used up"):
        sscc("401234567890", 10_000)
    for prefix in ("", "123", "1234567890123", "12a4", "١٢٣٤"):
        with pytest.raises(ValueError, match="4 to 12 digits"):
            sscc(prefix, 1)


def test_other_numbers_are_read_as_they_are() -> None:
    assert read_scanned(" SB12 ") == "SB12"
    assert read_scanned("00123") == "00123"


@pytest.mark.parametrize("text", ["4711", '{"of": "4711"}', "(4711)", r'{"said": "of\n4711"}', "b-4711_x"])
def test_a_text_names_what_stands_in_it_as_a_whole(text: str) -> None:
    assert names_one_of(text, {"SB1", "4711"})


@pytest.mark.parametrize("text", ["", "A4711", "47110", "4711ü", '{"of": 147112}'])
def test_a_text_does_not_name_what_is_a_part_of_another_name(text: str) -> None:
    assert not names_one_of(text, {"SB1", "4711"})
    assert not names_one_of(text, set())
    assert not names_one_of(text, {""})
