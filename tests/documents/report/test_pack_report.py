"""What the reports of packing and of cartons say."""

from __future__ import annotations

from pathlib import Path

from tests.documents.report.packing import cartons_report, pack_report

from doorstep.documents.report.cartons_report import curve_chart, headline, tiles, write_cartons_report
from doorstep.documents.report.pack_report import write_pack_report
from doorstep.domain.money import Currency

HOSTILE = "</script><img src=x onerror=alert(1)>"


def page(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_amounts_have_a_currency_only_where_one_was_named(tmp_path: Path) -> None:
    write_pack_report(tmp_path / "a.html", pack_report())
    write_pack_report(tmp_path / "b.html", pack_report(currency=Currency("EUR")))
    assert "<strong>26.90</strong>" in page(tmp_path / "a.html")
    assert "<strong>26.90 EUR</strong>" in page(tmp_path / "b.html")


def test_cards_say_what_each_parcel_is(tmp_path: Path) -> None:
    write_pack_report(tmp_path / "a.html", pack_report())
    said = page(tmp_path / "a.html")
    assert "box, 250 × 200 × 150 mm inside, 10 mm of padding on every side" in said
    assert "mailer, 350 × 300 mm flat, up to 60 mm thick, filled to 20 mm" in said
    assert "travels as it is, 700 × 400 × 120 mm outside" in said
    assert "1–3 <bdi>mug</bdi>" in said
    assert "1.28 kg gross, billed as 1,646 g" in said
    assert "3 of 4 orders are packed whole, in 3 parcels" in said


def test_what_the_data_say_is_text(tmp_path: Path) -> None:
    write_pack_report(tmp_path / "a.html", pack_report(HOSTILE))
    write_cartons_report(tmp_path / "b.html", cartons_report(HOSTILE))
    for name in ("a.html", "b.html"):
        assert HOSTILE not in page(tmp_path / name)
        assert "&lt;img src=x" in page(tmp_path / name)


def test_a_choice_is_told_by_its_sign() -> None:
    assert (
        headline(cartons_report())
        == "2 carton sizes, 1 of them in use today, save 3.3 % of what today’s 2 cost on 10 orders."
    )
    worse = cartons_report(costs=(4_000, 3_300))
    assert "cost 10.0 % more than" in headline(worse)
    assert (tiles(worse)[0].name, tiles(worse)[0].verdict) == ("Lost", "worse")
    assert "cost as much as" in headline(cartons_report(costs=(4_000, 3_000)))


def test_the_curve_says_what_one_carton_more_would_bring() -> None:
    assert curve_chart(cartons_report()).takeaway == "One carton more would save another 0.40 EUR per order."
    assert "No further size" in curve_chart(cartons_report(costs=(4_000, 2_900))).takeaway
    assert "less than the smallest amount" in curve_chart(cartons_report(costs=(4_000, 2_900, 2_899))).takeaway
    chart = curve_chart(cartons_report())
    assert chart.drawing.count("<circle") == 3
    assert chart.drawing.count("point chosen") == 1
    assert [row[0] for row in chart.rows] == ["1 carton", "2 cartons", "3 cartons"]
