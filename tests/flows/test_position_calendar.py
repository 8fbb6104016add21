"""How long goods are under way: working days, holidays, and the slowest day of a week to ask on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from holidays import country_holidays
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.domain.days import day_of
from doorstep.domain.supply import Site
from doorstep.files.demo import demo_brand
from doorstep.files.folder import read_folder
from doorstep.flows.position_calendar import ways_of
from doorstep.kernels.promise.calendars import EPOCH_ORDINAL


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Site]:
    """Two sites that work from Monday to Friday, the second without holidays."""
    folder = tmp_path_factory.mktemp("calendar") / "brand"
    demo_brand(folder, 20, 1)
    some = read_folder(folder).sites[0]
    week = replace(some.working_days, mask=0b0011111)
    return (
        replace(some, working_days=week, holiday_calendar="DE"),
        replace(some, working_days=week, holiday_calendar=""),
    )


def ordinal(day: date) -> int:
    return day.toordinal() - EPOCH_ORDINAL


def test_without_holidays_a_week_is_a_week(sites: tuple[Site, Site]) -> None:
    found = ways_of(sites, date(2026, 9, 9), 4.0, 1.0).lead_weeks(0)
    assert found.tolist() == [4.0, 1.0]


def test_christmas_makes_it_longer(sites: tuple[Site, Site]) -> None:
    ways = ways_of(sites, date(2026, 12, 21), 4.0, 1.0)
    # Monday 21st: five German working days later, the 25th left out, it is Tuesday; nobody sends on the 25th.
    assert day_of(ways.moved(0, 1, ordinal(date(2026, 12, 21)))) == date(2026, 12, 29)
    assert ways.lead_weeks(0)[1] > 1.0


def test_what_arrives_on_a_day_off_is_taken_in_after_it(sites: tuple[Site, Site]) -> None:
    ways = ways_of(sites, date(2026, 11, 27), 4.0, 1.0)
    assert day_of(ways.bought(0, ordinal(date(2026, 11, 27)))) == date(2026, 12, 28)


@settings(max_examples=40, deadline=None)
@given(st.dates(date(2024, 1, 1), date(2028, 1, 1)), st.integers(1, 4))
def test_counted_day_by_day_it_is_the_same(sites: tuple[Site, Site], start: date, weeks: int) -> None:
    off = country_holidays("DE", years=range(start.year, start.year + 2))
    day, left = start, weeks * 5
    while left:
        day += timedelta(1)
        left -= day.weekday() < 5 and day not in off
    while day.weekday() > 4:
        day += timedelta(1)
    ways = ways_of(sites, start, 4.0, float(weeks))
    assert day_of(ways.moved(0, 1, ordinal(start))) == day
    assert np.isfinite(ways.lead_weeks(0)).all()
