"""The page of windows says what each costs, in the order of the day, and which is best."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from doorstep.documents.report.slots_report import SlotsReport, write_slots_report
from doorstep.domain.slots import Offer
from doorstep.files.route_slots_out import write_slots

HOUR, EURO = 3600, 1_000_000


def offer(stop: str, rank: int, hour: int, cost: int | None, offered: bool = True) -> Offer:
    ends = (hour * HOUR, (hour + 2) * HOUR)
    if cost is None:
        return Offer(stop, rank, *ends, False, None, None, None, None, "", None)
    return Offer(stop, rank, *ends, offered, cost * EURO, 950_000, 10_000, None, "van-1", hour * HOUR + 600)


def report(shoppers: int = 2) -> SlotsReport:
    offers = [
        one
        for at in range(shoppers)
        for one in (
            offer(f"<ann> {at}", 1, 13, 2), offer(f"<ann> {at}", 2, 9, 5), offer(f"<ann> {at}", 3, 15, 30, False),
            offer(f"<ann> {at}", 4, 5, None),
        )
    ]  # fmt: skip
    return SlotsReport("monday", offers, None, {"data_version": "ab12"})


def test_a_page_says_what_is_offered_and_for_how_much(tmp_path: Path) -> None:
    write_slots_report(tmp_path / "slots.html", report())
    page = (tmp_path / "slots.html").read_text(encoding="utf-8")
    assert "2 of 2 shoppers can be offered a window; between the cheapest and the dearest lie 3.00" in page
    assert "Best: 13:00–15:00, for 2.00 more." in page
    assert "&lt;ann&gt; 0" in page
    assert "<ann>" not in page
    assert page.index(">05:00–07:00<") < page.index(">09:00–11:00<") < page.index(">13:00–15:00<")
    assert "no place on a round" in page
    assert "src=" not in page


def test_only_so_many_shoppers_are_drawn_and_none_has_a_page_too(tmp_path: Path) -> None:
    write_slots_report(tmp_path / "many.html", report(45))
    assert "5 more shoppers stand in slots.csv" in (tmp_path / "many.html").read_text(encoding="utf-8")
    write_slots_report(tmp_path / "none.html", report(0))
    assert "Nobody asks" in (tmp_path / "none.html").read_text(encoding="utf-8")


def test_rows_are_instants_where_the_files_have_such(tmp_path: Path) -> None:
    write_slots(tmp_path, [offer("a", 1, 9, 2), offer("a", 2, 25, None)], datetime(2026, 11, 28, tzinfo=UTC))
    lines = (tmp_path / "slots.csv").read_text(encoding="utf-8").splitlines()
    assert lines[1:] == [
        "a,1,2026-11-28T09:00:00+00:00,2026-11-28T11:00:00+00:00,1,2.00,0.950000,0.010000,,van-1,"
        "2026-11-28T09:10:00+00:00,",
        "a,2,2026-11-29T01:00:00+00:00,2026-11-29T03:00:00+00:00,0,,,,,,,",
    ]
