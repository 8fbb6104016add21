from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from statistics import mean

import pytest
from tests.files.demo.conftest import Demo

from doorstep.domain.clock import WorkingDays
from doorstep.files.demo.history import HISTORY_DAYS
from doorstep.files.demo.tabular import DAY
from doorstep.files.demo.transit import Workdays


def _days(demo: Demo, service: str, country: str, weekday: int | None = None) -> list[int]:
    """Calendar days on the road, of the delivered."""
    return [
        (past.delivered_at.date() - past.handed_over_at.date()).days
        for past in demo.folder.history
        if past.delivered_at
        and past.handed_over_at
        and (past.service, past.destination_country) == (service, country)
        and weekday in (None, past.handed_over_at.weekday())
    ]


def test_eight_weeks_before_the_day_and_nothing_known_of_it(demo: Demo) -> None:
    history = demo.folder.history
    assert len(history) >= 6000
    assert min(past.placed_at.date() for past in history) == DAY - timedelta(days=HISTORY_DAYS)
    for past in history:
        instants = [past.placed_at, past.approved_at, past.handed_over_at, past.delivered_at]
        known = [instant for instant in instants if instant]
        assert known == sorted(known)
        assert known[-1].date() < DAY


def test_most_parcels_arrived_and_some_are_open(demo: Demo) -> None:
    status = Counter(past.status for past in demo.folder.history)
    assert set(status) == {"delivered", "shipped", "processing", "cancelled"}
    assert 0.85 < status["delivered"] / status.total() < 0.97
    assert status["shipped"] > 100
    for past in demo.folder.history:
        assert (past.delivered_at is not None) == (past.status == "delivered")


def test_some_promises_were_broken(demo: Demo) -> None:
    arrived = [(past.delivered_at.date(), past.promised_by) for past in demo.folder.history if past.delivered_at]
    late = mean(promised is not None and arrival > promised for arrival, promised in arrived)
    assert 0.01 < late < 0.1


def test_what_carriers_do_differs_from_what_they_state(demo: Demo) -> None:
    stated = {service.service: service for service in demo.folder.tariff.services}
    late = {
        lane: mean(days > stated[lane[0]].max_days + 2 for days in _days(demo, *lane))
        for lane in (("azur-standard", "IT"), ("azur-standard", "FR"), ("linden-standard", "NL"))
    }
    assert late["azur-standard", "IT"] > late["azur-standard", "FR"] + 0.02
    assert late["linden-standard", "NL"] < 0.02
    assert mean(_days(demo, "linden-standard", "NL")) < stated["linden-standard"].max_days - 1
    assert mean(_days(demo, "meridian-economy", "PL")) > mean(_days(demo, "meridian-economy", "NL")) + 0.5


def test_parcels_handed_over_on_friday_are_longer_on_the_road(demo: Demo) -> None:
    friday, tuesday = (_days(demo, "meridian-standard", "DE", weekday) for weekday in (4, 1))
    assert mean(friday) > mean(tuesday) + 1


def test_freight_paid_rises_with_weight(demo: Demo) -> None:
    paid = [
        (past.weight_g, past.freight_paid_micros)
        for past in demo.folder.history
        if past.service == "linden-standard" and past.destination_country == "NL" and past.site == "venlo"
    ]
    assert len(paid) > 50
    light = [price for weight, price in paid if price and weight <= 1000]
    heavy = [price for weight, price in paid if price and weight > 5000]
    assert max(light) < min(heavy)


@pytest.mark.parametrize(
    ("calendar", "start", "count", "expected"),
    [
        ("ES", date(2026, 10, 9), 1, date(2026, 10, 13)),  # the 12th is the national day of Spain
        ("FR", date(2026, 10, 9), 1, date(2026, 10, 12)),
        ("DE-SN", date(2026, 10, 13), 3, date(2026, 10, 16)),
    ],
)
def test_working_days_skip_weekends_and_holidays(calendar: str, start: date, count: int, expected: date) -> None:
    assert Workdays(WorkingDays.parse("Mon-Fri"), calendar).after(start, count) == expected
