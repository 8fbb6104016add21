"""What the report of a promise record says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.kernels.promise.walks import World, walk

from doorstep.documents.report.promise_charts import choices_chart, reliability_chart, weeks_chart
from doorstep.documents.report.promise_record import RecordReport, headline, tiles, worst_rows, write_record_report
from doorstep.domain.demand import Brand
from doorstep.domain.disruption import DeclaredDisruption, Disruption
from doorstep.domain.money import Currency
from doorstep.kernels.promise.record import RecordParams, record

HOSTILE = "</script><img src=x onerror=alert(1)>"
BRAND = Brand("b", "Hearth", Currency("EUR"), "DE", 900_000, 5_000_000, 40_000_000)
PARAMS = RecordParams(900_000, late_cost_micros=5_000_000, day_value_micros=100_000, samples=100)
SNOW = Disruption("", "R1", "", "", "", "", date(2018, 4, 1), date(2018, 4, 9), 2)


def record_report(world: World, name: str = "Hearth", reason: str = "snow") -> RecordReport:
    declared = [DeclaredDisruption(SNOW, "weather", reason, True, date(2018, 4, 2))]
    made = record(walk(world), PARAMS, declared=declared)
    return RecordReport(replace(BRAND, name=name), made, PARAMS, "0" * 64, 0)


DRIFTING = World(parcels=3_000, days=220, never=0.01, slower_from=120, slower_days=2, known_days=230)


def test_a_record_says_whether_promises_hold() -> None:
    assert "surely fewer than stated" in headline(record_report(DRIFTING).record)
    assert "what chance allows" in headline(record_report(World(parcels=3_000)).record)
    assert "surely more than stated" in headline(
        record_report(World(parcels=3_000, slower_from=0, slower_days=-3)).record
    )
    assert "no history" in headline(record_report(World(parcels=0)).record)
    assert "none of them decided" in headline(record_report(World(parcels=5, known_days=0, never=1.0)).record)


def test_figures_stand_with_their_intervals() -> None:
    made = record_report(DRIFTING).record
    own = made.overall.figures
    assert own.on_time_rate is not None
    assert made.overall.interval is not None
    first = tiles(made)[0]
    assert first.value == f"{own.on_time_rate * 100:.1f} %"
    assert f"{made.overall.interval.low * 100:.1f} to {made.overall.interval.high * 100:.1f} %" in first.note
    assert first.verdict == "worse"


def test_each_chart_has_its_figures() -> None:
    made = record_report(DRIFTING).record
    assert len(weeks_chart(made).rows) == len(made.of("week"))
    assert str(weeks_chart(made).drawing).count("alarm-later") >= 1
    assert len(reliability_chart(made).rows) == len(made.reliability)
    assert [row[0] for row in choices_chart(made, Currency("EUR")).rows] == ["50.0 %", "80.0 %", "90.0 %", "95.0 %"]
    assert len(worst_rows(made)) == len(made.worst.groups) > 0


@pytest.mark.parametrize("world", [DRIFTING, World(parcels=0), World(parcels=1), World(parcels=5, known_days=0)])
def test_a_page_is_written_and_text_stays_text(tmp_path: Path, world: World) -> None:
    write_record_report(tmp_path / "report.html", record_report(world, HOSTILE, HOSTILE))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert HOSTILE not in page
    assert "&lt;/script&gt;" in page
    assert ("Nothing to tell yet" in page) == (record_report(world).record.overall.figures.on_time_rate is None)
