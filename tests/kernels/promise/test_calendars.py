from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.promise.networks import PATTERNS, ZONES, day

from doorstep.domain.clock import WorkingDays
from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.promise.calendars import CalendarBook, destination_calendar, holidays_between, known_calendar
from doorstep.kernels.promise.compiled import after, on_or_after, works
from doorstep.kernels.promise.local_time import compile_zones, local_days
from doorstep.kernels.promise.provinces import LARGER


def test_calendars_are_countries_and_subdivisions_that_the_library_knows() -> None:
    assert all(map(known_calendar, ("", "BR", "BR-SP", "GB-SCT", "DE-BY")))
    assert not any(map(known_calendar, ("XX", "BR-XX", "BRA", "br", "BR SP", "-")))


@pytest.mark.parametrize(
    ("country", "region", "code"),
    [
        ("BR", "SP", "BR-SP"),
        ("BR", "BR-SP", "BR-SP"),
        ("BR", "", "BR"),
        ("BR", "nowhere", "BR"),
        ("XX", "SP", ""),
        ("US", "California", "US-California"),
    ],
)
def test_a_destination_has_the_finest_known_calendar(country: str, region: str, code: str) -> None:
    assert destination_calendar(country, region) == code


def test_an_unknown_calendar_is_refused() -> None:
    with pytest.raises(InvalidProblem, match="XX"):
        CalendarBook().add(31, "XX")


@settings(deadline=None)
@given(st.sampled_from(PATTERNS), st.integers(0, 40), st.integers(1, 20))
def test_steps_and_counts_agree_with_walking(pattern: WorkingDays, start: int, steps: int) -> None:
    first = day("2017-12-01")
    book = CalendarBook()
    index = book.add(pattern.mask, "BR")
    calendars = book.build(first, first + 250)
    days = calendars.look_ups()
    walked, left = date(2017, 12, 1) + timedelta(days=start), steps
    off = {date(2017, 12, 25), date(2018, 1, 1), date(2018, 3, 30), date(2018, 4, 21), date(2018, 5, 1)}
    while left:
        walked += timedelta(days=1)
        left -= walked.weekday() in pattern and walked not in off
    found = after(days, index, first + start, steps)
    assert found == day(walked.isoformat())
    through, before = calendars.count(np.array([index, index]), np.array([found, first + start])).tolist()
    assert through - before == steps
    assert works(days, index, found)
    assert on_or_after(days, index, found) == found


def test_a_step_past_the_end_is_beyond() -> None:
    book = CalendarBook()
    index = book.add(127, "")
    days = book.build(100, 109).look_ups()
    assert after(days, index, 109, 1) == 110
    assert on_or_after(days, index, 110) == 110


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ZONES), st.integers(1_500_000_000, 1_600_000_000), st.integers(-7_300, 7_300))
def test_local_times_agree_with_zoneinfo(name: str, instant: int, around_s: int) -> None:
    steps = compile_zones((name,), instant // 86_400 - 200, instant // 86_400 + 200).starts[1:]
    for moment in {instant, *(int(step) + around_s for step in steps)}:
        local = datetime.fromtimestamp(moment, UTC).astimezone(ZoneInfo(name))
        days, seconds = local_days(name, np.array([moment]))
        assert days[0] == day(local.date().isoformat())
        assert seconds[0] == local.hour * 3600 + local.minute * 60 + local.second


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ZONES), st.integers(0, 400), st.integers(0, 95))
def test_instants_of_wall_times_agree_with_zoneinfo(name: str, later: int, quarter: int) -> None:
    first = day("2018-01-01")
    zones = compile_zones(("UTC", name), first, first + 400)
    wall = (first + later) * 86_400 + quarter * 900
    expected = (datetime(1970, 1, 1, tzinfo=ZoneInfo(name)) + timedelta(seconds=wall)).timestamp()
    assert zones.instant(np.array([1]), np.array([wall])).tolist() == [expected]


def test_a_midnight_that_brazil_skipped_is_one_o_clock() -> None:
    zones = compile_zones(("America/Sao_Paulo",), day("2017-10-01"), day("2017-11-01"))
    midnight = day("2017-10-15") * 86_400
    found = int(zones.instant(np.array([0]), np.array([midnight]))[0])
    assert datetime.fromtimestamp(found, ZoneInfo("America/Sao_Paulo")).isoformat() == "2017-10-15T01:00:00-02:00"


def test_no_instants_have_no_local_days() -> None:
    days, seconds = local_days("UTC", np.zeros(0, dtype=np.int64))
    assert (len(days), len(seconds)) == (0, 0)


def test_an_unknown_zone_and_a_far_instant_are_refused() -> None:
    with pytest.raises(InvalidProblem, match="Mars"):
        local_days("Mars/Olympus", np.array([0]))
    with pytest.raises(InvalidProblem, match="1901"):
        local_days("UTC", np.array([10**12]))


def test_a_province_keeps_the_holidays_of_its_region() -> None:
    assert destination_calendar("ES", "NA") == "ES-NC"
    assert destination_calendar("ES", "ES-B") == "ES-CT"
    named, coded = (destination_calendar("ES", region) for region in ("Navarra", "NA"))
    assert holidays_between(named, 20_000, 21_000).tolist() == holidays_between(coded, 20_000, 21_000).tolist()
    for country, province in LARGER:
        assert destination_calendar(country, province) != country
