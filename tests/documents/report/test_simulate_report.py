"""What the report of a simulation says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from tests.kernels.plan.scenes import HAMBURG, MONDAY, MUNICH, order, scene, site

from doorstep.documents.report.simulate_charts import MOST_ROWS, charts
from doorstep.documents.report.simulate_report import (
    SimulateReport,
    cells,
    headline,
    selection,
    tiles,
    write_simulate_report,
)
from doorstep.documents.report.simulate_words import changes
from doorstep.domain.money import Currency
from doorstep.kernels.simulate.figures import FIGURES
from doorstep.kernels.simulate.problem import SimulateParams, SimulateProblem
from doorstep.kernels.simulate.result import Difference, Interval
from doorstep.kernels.simulate.scenario import Closure, Scenario, ServiceChange, Slowdown, StockChange
from doorstep.kernels.simulate.simulate import simulate

HOSTILE = "</script><img src=x onerror=alert(1)>"
TOO_MUCH = Scenario(
    1_200_000,
    (StockChange(500_000, "far"), StockChange(2_000_000, "", "mug")),
    (Closure("far", date(2024, 6, 4), date(2024, 6, 6)),),
    (ServiceChange("post", dearer_ppm=125_000),),
    (Slowdown(2, date(2024, 6, 4)),),
)


@cache
def simulated(days: int, scenario: Scenario | None = None, seeds: int = 1, name: str = "Shop") -> SimulateReport:
    """Three orders a day for goods that run out."""
    orders = [
        order(f"o{day}-{n}", "mug", *(["plate"] if n else []), place=HAMBURG, at=MONDAY + timedelta(days=day, hours=n))
        for day in range(days)
        for n in range(3)
    ]
    sites = [site("far", MUNICH, order_fee=50), site("near", HAMBURG, order_fee=200)]
    stock = {"far": {"mug": 2 * days, "plate": days}, "near": {"mug": days, "plate": days // 2}}
    ground = scene(orders, stock, sites=sites)
    params = SimulateParams(seeds=seeds, samples=100)
    result = simulate(SimulateProblem(ground, scenario=scenario or Scenario()), params)
    return SimulateReport(replace(ground.brand, name=name), result, params, scenario, "0" * 64, 0)


def test_the_headline_says_who_is_best_and_how_sure_that_is() -> None:
    report = simulated(10)
    assert headline(report).startswith("Plan serves ")
    assert "of 30 orders" in headline(report)
    first, other = report.result.outcomes[:2]
    for interval, words in (
        (None, "too few days"),
        (Interval(-1.0, 2.0), "may be chance"),
        (Interval(1.0, 2.0), "surely more than chance"),
    ):
        mine = first.figures["objective"] or 0
        shifted = replace(
            other,
            figures={**other.figures, "objective": 2 * mine},
            differences={**(other.differences or {}), "objective": Difference(mine, interval, None)},
        )
        told = replace(report, result=replace(report.result, outcomes=(first, shifted)))
        assert words in headline(told)
        assert "100.0 % above" in headline(told)
    assert "nothing to simulate" in headline(simulated(0))


def test_figures_stand_with_their_differences_and_intervals() -> None:
    report = simulated(10, seeds=3)
    first, *others = cells(report, "objective")
    assert first.difference == first.days == first.seeds == ""
    for cell, outcome in zip(others, report.result.outcomes[1:], strict=True):
        assert outcome.differences is not None
        found = outcome.differences["objective"]
        assert found.value is not None
        assert cell.difference.endswith("EUR")
        assert " to " in cell.days
        assert " to " in cell.seeds
        sure = found.over_days is not None and not found.over_days.low <= 0 <= found.over_days.high
        assert bool(cell.verdict) == sure
    assert [tile.value for tile in tiles(report)] == [cell.value for cell in (first, *others)]


def test_what_is_surely_more_is_worse_or_better_as_it_is_meant() -> None:
    report = simulated(10)
    first, other = report.result.outcomes[:2]
    surely = Difference(1.0, Interval(0.5, 1.5), None)
    shifted = replace(other, differences=dict.fromkeys(FIGURES, surely))
    told = replace(report, result=replace(report.result, outcomes=(first, shifted)))
    verdicts = {name: cells(told, name)[1].verdict for name in ("objective", "planned", "split_rate", "stockouts")}
    assert verdicts == {"objective": "worse", "planned": "better", "split_rate": "", "stockouts": "worse"}


def test_each_day_is_drawn_and_told() -> None:
    report = simulated(10)
    cost, stock, waiting, kept = charts(report.result, Currency("EUR"))
    assert len(cost.rows) == len(kept.rows) == 10
    assert len(stock.rows) == len(waiting.rows) == 10 + report.params.patience_days
    assert [chart.columns[1:] for chart in (cost, kept)] == [cost.columns[1:]] * 2
    assert str(cost.drawing).count("<polyline") == 5
    assert [row[1] for row in stock.rows] == [str(int(units)) for units in report.result.outcomes[0].days.stock_units]


def test_a_long_span_is_told_in_part_and_a_day_alone_is_a_dot() -> None:
    (long, *_) = charts(simulated(MOST_ROWS + 5).result, Currency("EUR"))
    assert len(long.rows) == MOST_ROWS
    (short, *_) = charts(simulated(1).result, Currency("EUR"))
    assert str(short.drawing).count("<circle") == 5


def test_a_scenario_is_told_in_words() -> None:
    told = changes(TOO_MUCH)
    assert told[:3] == ["Demand times 1.2", "Stock of all goods at far times 0.5", "Stock of mug everywhere times 2"]
    assert "closed from Tue 4 Jun 2024 to before Thu 6 Jun 2024" in told[3]
    assert told[4:] == ["post 12.5 % dearer", "All services 2 working days slower from Tue 4 Jun 2024 on"]
    assert changes(None) == []
    assert "planned once a day · patience 3 days · 1 seed" in selection(simulated(1))


@pytest.mark.parametrize(("days", "scenario"), [(10, TOO_MUCH), (1, None), (0, None)])
def test_a_page_is_written_and_text_stays_text(tmp_path: Path, days: int, scenario: Scenario | None) -> None:
    write_simulate_report(tmp_path / "report.html", simulated(days, scenario, name=HOSTILE))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert HOSTILE not in page
    assert "&lt;/script&gt;" in page
    assert ("Nothing to simulate" in page) == (days == 0)
    assert "src=" not in page.replace("img src=x", "")
