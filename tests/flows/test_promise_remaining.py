"""Parcels of a folder that were under way: what is told of them, and that nothing later changes it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from doorstep.files.demo import demo_brand
from doorstep.flows.promise_remaining import Remaining, tell_remaining
from doorstep.kernels.run import Run


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("remaining") / "brand"
    demo_brand(folder, 150, 6)
    return folder


@pytest.fixture(scope="module")
def at(brand: Path) -> datetime:
    """A noon in the middle of the history."""
    with (brand / "history.csv").open(encoding="utf-8", newline="") as stream:
        placed = sorted(row["placed_at"] for row in csv.DictReader(stream))
    return datetime.fromisoformat(placed[len(placed) * 2 // 3]).replace(hour=12)


@pytest.fixture(scope="module")
def told(brand: Path, at: datetime) -> Remaining:
    return tell_remaining(brand, at, Run())


def rewritten(brand: Path, out: Path, change: Callable[[dict[str, str]], dict[str, str]]) -> Path:
    """A copy whose history is changed row by row."""
    out.mkdir()
    for file in brand.iterdir():
        if file.is_file():
            (out / file.name).write_bytes(file.read_bytes())
    with (brand / "history.csv").open(encoding="utf-8", newline="") as stream:
        rows = [change(row) for row in csv.DictReader(stream)]
    with (out / "history.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return out


def test_parcels_that_wait_and_that_have_left_are_told_of(told: Remaining, at: datetime) -> None:
    assert told.lanes > 10
    assert told.handled_sites > 0
    assert {one.left_at is None for one in told.parcels} == {True, False}
    for one in told.parcels:
        assert (one.left_at or one.ready_at) <= at
        days = [by for _, by in one.quantiles if by]
        assert days == sorted(days)
        assert all(by >= at.date() - timedelta(days=1) for by in days)
        assert one.likely_late == (one.late_ppm is not None and one.late_ppm >= told.likely_late_ppm)
    late = [one.late_ppm or 0 for one in told.parcels]
    kept = [share for share in late if share < 1_000_000]
    assert late == sorted(kept, reverse=True) + [1_000_000] * (len(late) - len(kept))


def test_nothing_later_is_known(brand: Path, at: datetime, told: Remaining, tmp_path: Path) -> None:
    def earlier(text: str) -> bool:
        return bool(text) and datetime.fromisoformat(text) < at

    def change(row: dict[str, str]) -> dict[str, str]:
        if row["delivered_at"] and not earlier(row["delivered_at"]):
            row["delivered_at"] = ""
            row["status"] = "lost"
            if row["handed_over_at"] and not earlier(row["handed_over_at"]):
                row["handed_over_at"] = ""
        return row

    other = tell_remaining(rewritten(brand, tmp_path / "other", change), at, Run())
    assert other.parcels == told.parcels


def test_a_strike_declared_by_then_makes_parcels_later_and_one_declared_after_it_does_not(
    brand: Path, at: datetime, told: Remaining, tmp_path: Path
) -> None:
    def declared(on: date, name: str) -> Remaining:
        folder = rewritten(brand, tmp_path / name, lambda row: row)
        (folder / "disruptions.csv").write_text(
            "country,starts_on,ends_on,delay_days,kind,reason,excuses,declared_on\n"
            f"DE,{at.date() - timedelta(days=3)},{at.date() + timedelta(days=20)},3,strike,a strike,0,{on}\n",
            encoding="utf-8",
        )
        return tell_remaining(folder, at, Run())

    known, unknown = declared(at.date(), "known"), declared(at.date() + timedelta(days=1), "unknown")
    assert unknown.parcels == told.parcels
    assert (known.disruptions, unknown.disruptions) == (1, 0)
    before = {one.parcel: one.late_ppm or 0 for one in told.parcels}
    worse = [one for one in known.parcels if (one.late_ppm or 0) > before[one.parcel]]
    assert worse
    assert all(one.destination.startswith("DE") for one in worse)


def test_an_order_may_have_two_parcels_under_way(brand: Path, at: datetime, told: Remaining, tmp_path: Path) -> None:
    first, second = told.parcels[:2]
    folder = rewritten(
        brand, tmp_path / "split", lambda row: row | {"order": first.order} if row["parcel"] == second.parcel else row
    )
    split = tell_remaining(folder, at, Run())
    assert {one.parcel for one in split.parcels if one.order == first.order} == {first.parcel, second.parcel}
    assert len(split.parcels) == len(told.parcels)


def test_a_promise_beyond_the_days_reckoned_with_is_set_aside_as_such(
    brand: Path, at: datetime, told: Remaining, tmp_path: Path
) -> None:
    far = told.parcels[0].parcel
    folder = rewritten(
        brand, tmp_path / "far", lambda row: row | {"promised_by": "2099-01-01"} if row["parcel"] == far else row
    )
    found = tell_remaining(folder, at, Run())
    assert dict(found.aside) == {**told.aside, "beyond_calendar": 1}
    assert far not in {one.parcel for one in found.parcels}
