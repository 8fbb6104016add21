"""A brand folder as of today."""

from __future__ import annotations

import csv
import shutil
from datetime import date, datetime
from pathlib import Path

from tests.cli.run import TEA_SHOP

from doorstep.cli.dated import as_of

TODAY = date(2031, 5, 7)


def placed(folder: Path) -> list[datetime]:
    with (folder / "orders.csv").open(encoding="utf-8") as rows:
        return [datetime.fromisoformat(row["placed_at"]) for row in csv.DictReader(rows)]


def test_orders_came_in_yesterday_in_the_same_order_and_at_the_same_hour(tmp_path: Path) -> None:
    moved = as_of(TEA_SHOP, tmp_path / "moved", TODAY)
    before, after = placed(TEA_SHOP), placed(moved)
    assert max(after).date() == date(2031, 5, 6)
    assert {one - other for one, other in zip(after, before, strict=True)} == {max(after) - max(before)}
    assert [one.timetz() for one in after] == [one.timetz() for one in before]
    assert {one.name for one in moved.iterdir()} == {one.name for one in TEA_SHOP.iterdir() if one.suffix == ".csv"}


def test_history_moves_by_whole_weeks_and_empty_cells_stay_empty(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shutil.copytree(TEA_SHOP, shop)
    (shop / "history.csv").write_text("parcel,handed_over_at,delivered_at\nP,2026-11-02T17:00:00+01:00,\n")
    moved = as_of(shop, tmp_path / "moved", TODAY)
    with (moved / "history.csv").open(encoding="utf-8") as rows:
        (row,) = csv.DictReader(rows)
    assert datetime.fromisoformat(row["handed_over_at"]).weekday() == date(2026, 11, 2).weekday()
    assert (row["parcel"], row["delivered_at"]) == ("P", "")


def test_what_cannot_be_read_is_left_to_who_loads_it(tmp_path: Path) -> None:
    assert as_of(tmp_path / "nowhere", tmp_path / "moved", TODAY) == tmp_path / "nowhere"
    shop = tmp_path / "shop"
    shutil.copytree(TEA_SHOP, shop)
    (shop / "orders.csv").write_text("order,placed_at\nT-1,yesterday\n")
    assert as_of(shop, tmp_path / "moved", TODAY) == shop
