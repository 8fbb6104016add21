"""A folder's promises, recorded: what is written, and what is told of it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from tests.kernels.promise.histories import FIRST_DAY, parcel

from doorstep.domain.errors import OutputRefused
from doorstep.files.demo import demo_brand
from doorstep.files.folder import read_folder
from doorstep.flows.promise_record import RecordWish, promise_record, walked_of
from doorstep.kernels.promise.history import history_of
from doorstep.kernels.run import Run

TODAY = date(2026, 11, 28)
PAGE = (Path(__file__).resolve().parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("record") / "brand"
    demo_brand(folder, 150, 6)
    return folder


def test_the_record_is_written_and_replaced(brand: Path, tmp_path: Path) -> None:
    out = tmp_path / "record"
    told = promise_record(brand, out, RecordWish(method="lane"), run=Run(), today=TODAY)
    assert {one.name for one in out.iterdir()} == {"report.html", "record.json"}
    written = json.loads((out / "record.json").read_text())
    assert written.pop("written_by") == "doorstep"
    assert written == json.loads(json.dumps(told))
    assert written["n"] > 1_000
    assert (
        promise_record(brand, out, RecordWish(method="lane"), run=Run(), today=TODAY) == told
    )  # an untouched former record is replaced
    (out / "mine.txt").write_text("x")
    with pytest.raises(OutputRefused):
        promise_record(brand, out, RecordWish(method="lane"), run=Run(), today=TODAY)


def test_a_span_and_a_target_are_kept_to(brand: Path, tmp_path: Path) -> None:
    wish = RecordWish(800_000, date(2026, 9, 1), date(2026, 10, 1), method="lane")
    told = promise_record(brand, tmp_path / "record", wish, run=Run(), today=TODAY)
    assert told["target"] == 0.8
    assert "2026-09-01" <= str(told["first_day"]) <= str(told["last_day"]) < "2026-10-01"


def test_a_folder_without_history_has_an_empty_record(brand: Path, tmp_path: Path) -> None:
    told = promise_record(brand, tmp_path / "record", RecordWish(until=date(2000, 1, 1)), run=Run(), today=TODAY)
    assert (told["n"], told["on_time_rate"], told["groups"]) == (0, None, [])


def test_every_key_is_on_the_page(brand: Path, tmp_path: Path) -> None:
    told = promise_record(brand, tmp_path / "record", RecordWish(method="lane"), run=Run(), today=TODAY)
    section = PAGE[PAGE.index("## Out: `doorstep promise record") :]
    table = section[: section.index("## ", 5)]
    keys = {key for cell in re.findall(r"^\| ([\w, ]+) \|", table, re.MULTILINE) for key in cell.split(", ")}
    assert keys - {"file", "key"} == {*told, "written_by"}


def test_what_comes_later_changes_no_promise(brand: Path) -> None:
    """Deliver everything a month later than it came, from a day on: what was promised by then stays."""
    read = read_folder(brand)
    now = datetime(2026, 9, 20, tzinfo=UTC)
    later = tuple(
        replace(one, delivered_at=one.delivered_at + timedelta(days=30))
        if one.delivered_at and one.delivered_at >= now
        else one
        for one in read.history
    )
    wish = RecordWish(method="lane")
    walks = [
        walked_of(one, history_of(one.history)[0], 950_000, wish, Run()) for one in (read, replace(read, history=later))
    ]
    before = [walk.placed_day < np.datetime64("2026-09-18").astype("datetime64[D]").astype(int) for walk in walks]
    assert before[0].sum() > 100
    kept = [dict(zip(walk.parcel, walk.promised_days.tolist(), strict=True)) for walk in walks]
    told = [name for name, early in zip(walks[0].parcel, before[0], strict=True) if early]
    assert [kept[0][name] for name in told] == [kept[1][name] for name in told]


def test_the_first_promise_waits_until_enough_has_arrived(brand: Path) -> None:
    """Many left long before many arrived: a method asked too early would refuse the whole record."""
    history, _ = history_of([parcel(f"p{n:04d}", n // 20, 40) for n in range(1_200)])
    walked = walked_of(read_folder(brand), history, 900_000, RecordWish(), Run())
    assert len(walked)
    assert walked.placed_day.min() > FIRST_DAY + 50
