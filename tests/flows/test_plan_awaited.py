"""Goods on their way in a folder: an order that lacks a cup is told when it comes, in every file and on the page."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from tests.cli.run import doorstep

TEA_SHOP = Path(__file__).resolve().parents[2] / "examples" / "tea_shop"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Three more orders want teapots, of which both are sold; two of them are announced, and one unit of it is late."""
    folder = tmp_path / "shop"
    shutil.copytree(TEA_SHOP, folder)
    orders, lines = rows(folder / "orders.csv"), rows(folder / "order_lines.csv")
    first, wanted = orders[0], next(one for one in lines if one["order"] == "T-1")
    names = ("T-7", "T-8", "T-9")
    put(folder / "orders.csv", [*orders, *({**first, "order": name, "customer": f"of {name}"} for name in names)])
    put(folder / "order_lines.csv", [*lines, *({**wanted, "order": name} for name in names)])
    coming = [("munich", 2, "2026-11-20T09:00:00+01:00"), ("berlin", 1, "2026-11-01T09:00:00+01:00")]
    put(
        folder / "inbound.csv",
        [{"site": site, "sku": "teapot", "quantity": n, "expected_at": at} for site, n, at in coming],
    )
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def put(path: Path, told: list[dict[str, object]] | list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(told[0]))
        writer.writeheader()
        writer.writerows(told)


def test_orders_that_lack_goods_are_told_when_they_come(shop: Path, tmp_path: Path) -> None:
    done = doorstep("plan", shop, "--out", tmp_path / "plan")
    assert done.returncode == 3, done.stderr
    assert "2 of them can wait for announced goods, each with its day" in done.stdout
    left = {one["order"]: one for one in rows(tmp_path / "plan" / "unplanned.csv")}
    waits = {name: one for name, one in left.items() if one["expected_by"]}
    assert len(waits) == 2
    assert len(left) == 4  # a third one, and T-4, to which nothing goes
    for one in waits.values():
        assert one["waits_until"] == "2026-11-20T09:00:00+01:00"
        assert one["expected_by"] > "2026-11-20"
        assert one["remedy"].startswith("wait until 2026-11-20 for 1 x teapot at munich, counted for it in this plan;")
    assert left["T-4"]["waits_until"] == ""
    summary = json.loads((tmp_path / "plan" / "summary.json").read_text(encoding="utf-8"))
    assert (summary["unplanned"], summary["waiting"]) == (4, 2)
    assert not {one["orders"] for one in rows(tmp_path / "plan" / "plan.csv")} & set(waits)


def test_what_an_order_waits_for_comes_out_again_to_the_byte(shop: Path, tmp_path: Path) -> None:
    doorstep("plan", shop, "--out", tmp_path / "plan", "--no-documents")
    for name in ("T-4", *(one["order"] for one in rows(tmp_path / "plan" / "unplanned.csv") if one["expected_by"])):
        again = doorstep("replay-decision", shop, tmp_path / "plan", name, "--json")
        assert again.returncode == 0, again.stdout


def test_a_folder_without_goods_on_their_way_says_nothing_of_them(tmp_path: Path) -> None:
    assert doorstep("plan", TEA_SHOP, "--out", tmp_path / "plan", "--no-documents").returncode == 3
    assert "waits_until" not in rows(tmp_path / "plan" / "unplanned.csv")[0]
    assert "waiting" not in json.loads((tmp_path / "plan" / "summary.json").read_text(encoding="utf-8"))
