"""What the report of carriers says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.learn.carrier_truth import FIRST, Truth, drawn

from doorstep.documents.carrier_letter import letter
from doorstep.documents.report.carriers_report import CarriersReport, headline, pair_row, write_carriers_report
from doorstep.domain.demand import Brand
from doorstep.domain.money import Currency
from doorstep.kernels.learn.carrier_problem import problem_of
from doorstep.kernels.learn.carrier_record import CarrierParams, Comparison, Credible
from doorstep.kernels.learn.carriers import carriers
from doorstep.kernels.learn.explore import Proposal
from doorstep.kernels.run import Run

HOSTILE = "</script><img src=x onerror=alert(1)>"
BRAND = Brand("b", "Hearth", Currency("EUR"), "DE", 900_000, 5_000_000, 40_000_000)
PARAMS = CarrierParams(draws=100, reference=50)
WORSE = Truth(parcels=3_000, carriers=2, lanes=3, worse_from=126, worse_odds=5.0)
EMPTY = Truth(parcels=1)  # and not due yet


def carriers_report(truth: Truth, name: str = "Hearth") -> CarriersReport:
    made = drawn(truth, 3)
    parcels = [replace(one, service=f"{one.service}{name[6:]}") for one in made.parcels]
    record = carriers(problem_of(parcels, made.as_of if truth.parcels > 1 else FIRST), PARAMS, Run())
    letters = tuple((f"{at}.txt", letter(case, name)) for at, case in enumerate(record.investigations))
    return CarriersReport(
        replace(BRAND, name=name), record, PARAMS, letters, (Proposal("new", 3, 20_000, 400_000),), "0" * 64, 0
    )


@pytest.fixture(scope="module")
def worse() -> CarriersReport:
    return carriers_report(WORSE, f"Hearth{HOSTILE}")


def test_a_page_is_written_and_text_stays_text(tmp_path: Path, worse: CarriersReport) -> None:
    write_carriers_report(tmp_path / "report.html", worse)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert HOSTILE not in page
    assert "&lt;/script&gt;" in page
    assert "1 service to be looked into" in page
    assert "Letter, drafted" in page


def test_nothing_is_said_of_nobody(tmp_path: Path) -> None:
    report = carriers_report(EMPTY)
    write_carriers_report(tmp_path / "report.html", report)
    assert "Nothing to tell yet" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "nothing can be said" in headline(report.record)


def test_a_letter_says_what_was_seen(worse: CarriersReport) -> None:
    (case,) = worse.record.investigations
    text = worse.letters[0][1]
    assert f"{case.late} of {case.due} parcels late" in text.splitlines()[0]
    assert f"we expected {case.expected:.1f}" in text
    assert case.parcels[0] in text


def test_the_better_one_stands_first() -> None:
    pair = Comparison("a", "b", 2, 30, 40, Credible(-0.05, -0.08, -0.01), 0.02)
    assert pair_row(pair) == ("b", "a", "2", "40 / 30", "98.0 %", "5.0", "1.0 to 8.0")
    assert "cannot be compared" in pair_row(Comparison("a", "b", 0, 0, 0, None, None))
