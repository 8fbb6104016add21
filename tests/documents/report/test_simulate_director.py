"""The page for who decides: what it says hangs on what is surely more than chance."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from tests.documents.report.test_simulate_report import HOSTILE, simulated

from doorstep.documents.report.simulate_advice import advise
from doorstep.documents.report.simulate_director import DirectorReport, by_day, rows, tiles, write_director_report
from doorstep.documents.report.simulate_words import changes
from doorstep.domain.catalog import Carton
from doorstep.domain.money import Currency
from doorstep.domain.place import Place
from doorstep.kernels.simulate.changes import (
    CutoffChange,
    Disruption,
    NewService,
    NewSite,
    Placed,
    Replenishment,
)
from doorstep.kernels.simulate.compare import Change, compare
from doorstep.kernels.simulate.result import Difference, Interval
from doorstep.kernels.simulate.scenario import Scenario, Slowdown
from doorstep.kernels.simulate.station import Station

CHEAP = Scenario(new_services=(NewService("swift", "post", 500_000),))
ALL = Scenario(
    new_services=(NewService("swift", "post", 500_000, "Swift", days=(1, 2)),),
    new_sites=(NewSite("more", "near", Place("", "", "", "", 50.0, 8.0), 250_000),),
    cutoffs=(CutoffChange(18 * 3600, 19 * 3600),),
    on_time_target_ppm=900_000,
    cartons=(Carton("box", (300, 200, 200), (300, 200, 200), 0, 30_000, 0),),
    placement=(Placed("near", "mug", 5, 2),),
    replenish=Replenishment(1, 3),
    disruptions=(Disruption(date(2024, 6, 4), date(2024, 6, 6), country="DE"),),
    stations=(Station("near", 45_000),),
)
EURO = Currency("EUR")


@cache
def director(days: int, scenario: Scenario = CHEAP, seeds: int = 1, name: str = "Shop") -> DirectorReport:
    after = simulated(days, scenario, seeds, name)
    before = simulated(days, None, seeds, name)
    return DirectorReport(after, compare(before.result, after.result, after.params, 0))


def shown(tmp_path: Path, report: DirectorReport) -> str:
    write_director_report(tmp_path / "director.html", report)
    return (tmp_path / "director.html").read_text(encoding="utf-8")


def moved(**values: tuple[float, float, float]) -> Change:
    """A change in which figures move by a value with ends, and nothing else does."""
    change = director(10).change
    still = Difference(0.0, Interval(0.0, 0.0), None)
    found = dict.fromkeys(change.differences, still)
    named = {name: Difference(value, Interval(low, high), None) for name, (value, low, high) in values.items()}
    return replace(change, differences=found | named)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "It changes nothing"),
        ({"cost_per_placed_order": (-5.0, -6.0, -4.0)}, "Do it: it is surely cheaper."),
        ({"cost_per_placed_order": (5.0, 4.0, 6.0)}, "Leave it: it surely costs more."),
        ({"cost_per_placed_order": (5.0, -4.0, 6.0)}, "Leave it open"),
        ({"stockouts": (-3.0, -5.0, -1.0)}, "Do it: customers gain"),
        ({"realised_on_time": (-0.1, -0.2, -0.05)}, "Leave it: customers lose"),
        (
            {"cost_per_placed_order": (50.0, 40.0, 60.0), "mean_promised_days": (-0.5, -0.7, -0.3)},
            "A day sooner costs 1.00 EUR an order.",
        ),
        (
            {"cost_per_placed_order": (-5.0, -6.0, -4.0), "stockouts": (3.0, 1.0, 5.0)},
            "Weigh it: it is cheaper, and customers pay for that.",
        ),
        (
            {"mean_promised_days": (-0.5, -0.7, -0.3), "stockouts": (3.0, 1.0, 5.0)},
            "customers gain in one respect and lose in another",
        ),
    ],
)
def test_the_advice_hangs_on_what_is_sure(values: dict[str, tuple[float, float, float]], words: str) -> None:
    assert words in advise(moved(**values), CHEAP, EURO).headline


def test_what_only_happens_is_prepared_for_and_not_decided() -> None:
    event = Scenario(slower=(Slowdown(2, date(2024, 6, 4)),))
    harm = moved(realised_on_time=(-0.1, -0.2, -0.05))
    assert advise(harm, event, EURO).headline.startswith("Prepare for it")
    good = moved(cost_per_placed_order=(-5.0, -6.0, -4.0))
    assert advise(good, event, EURO).headline.startswith("Nothing to fear")
    assert advise(moved(co2e_kg=(1.0, 0.5, 2.0)), event, EURO).headline.startswith("Nothing to decide")


def test_too_few_days_decide_nothing() -> None:
    assert advise(director(3).change, CHEAP, EURO).headline.startswith("Too few days")


def test_seeds_alone_tell_of_these_days_and_no_others() -> None:
    some, many = (advise(director(days, seeds=3).change, CHEAP, EURO) for days in (3, 10))
    assert "of these days alone" in some.headline
    assert not any("surely" in one for one in some.reasons)
    assert any("on these days" in one for one in some.reasons)
    assert "these days" not in many.headline
    assert any("surely more than chance" in one for one in many.reasons)


def test_a_cheaper_carrier_is_told_with_its_interval() -> None:
    report = director(10)
    cost, days, kept, carbon = tiles(report)
    assert cost.verdict == "better"
    assert "against" in cost.note
    assert "95 %" in cost.note
    assert days.verdict == ""
    assert (kept.name, carbon.name) == ("On time", "Carbon, kg CO2e")
    assert [row.words for row in rows(report)][:3] == ["Orders placed", "Orders sent", "Lost for want of goods"]
    with_, without = zip(*(row[1:] for row in by_day(report)[0].rows), strict=True)
    assert len(with_) == 10
    assert with_ != without


def test_every_change_is_told_in_words() -> None:
    words = changes(ALL)
    for part in ("New service swift of Swift", "New site more", "18:00", "90.0 %", "1 other carton", "1 product placed",
                 "1 to 3 days", "No service delivers in DE", "45.0 s"):  # fmt: skip
        assert any(part in one for one in words), (part, words)
    assert not any("leave the same day" in one and "can leave" not in one for one in words)  # carriers may call before


def test_the_page_is_complete_and_nothing_in_it_is_markup(tmp_path: Path) -> None:
    page = shown(tmp_path, director(10, name=HOSTILE))
    assert "<img src=x" not in page
    assert "What to do" in page
    assert 'content="default-src &#39;none&#39;' in page
    empty = shown(tmp_path, director(0))
    assert "No order was placed" in empty
    assert "Nothing to decide by" in empty
    assert "It changes nothing" not in empty
