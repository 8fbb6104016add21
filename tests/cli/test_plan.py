from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from tests.asks.shop import line, order, shop, written
from tests.cli.run import ROOT, TEA_SHOP, doorstep, files_of, process

OUTPUT = {"plan.csv", "placements.csv", "unplanned.csv", "decisions.jsonl", "summary.json", "report.html"}
SHARERS = [order("o1", customer="ana"), order("o2", customer="ana")]
TIMES = re.compile(r"^(seconds.*|orders_per_second|peak_memory_mb)$")


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "brand"
    assert doorstep("demo-brand", folder, "--orders", 120, "--seed", 4).returncode == 0
    return folder


def test_a_plan_is_a_table_a_report_and_files(tmp_path: Path) -> None:
    done = process("plan", TEA_SHOP, "--out", tmp_path / "plan")
    assert done.returncode == 3, done.stderr  # one of its orders cannot be planned
    assert files_of(tmp_path / "plan") == OUTPUT
    for label in (
        "orders",
        "unplanned",
        "parcels",
        "cost per parcel",
        "mean promised days",
        "expected on time, of all orders",
        "split, of planned orders",
        "lower bound",
        "gap to the lower bound",
        "orders per second",
        "nearest site, then cheapest",
    ):
        assert label in done.stdout
    assert str(tmp_path / "plan" / "report.html") in done.stdout
    assert "\x1b" not in done.stdout + done.stderr  # no terminal, no colours, no bars


def test_orders_share_parcels_unless_told_not_to(tmp_path: Path) -> None:
    brand = written(tmp_path / "brand", shop(orders=SHARERS, order_lines=[line("o1", "mug"), line("o2", "mug")]))
    for words, parcels in (((), ["o1 o2"]), (("--no-sharing",), ["o1", "o2"])):
        out = tmp_path / f"plan{len(words)}"
        assert doorstep("plan", brand, "--out", out, *words).returncode == 0
        with (out / "plan.csv").open(encoding="utf-8", newline="") as rows:
            assert [row["orders"] for row in csv.DictReader(rows)] == parcels
        for order_id in ("o1", "o2"):
            assert doorstep("replay-decision", brand, out, order_id).returncode == 0
        assert json.loads((out / "summary.json").read_text())["params"]["sharing"] is (not words)


def test_documents_can_be_left_out(tmp_path: Path) -> None:
    doorstep("plan", TEA_SHOP, "--out", tmp_path / "plan", "--no-documents")
    assert files_of(tmp_path / "plan") == OUTPUT - {"report.html"}


def test_json_is_the_summary_with_the_keys_that_formats_tells(tmp_path: Path) -> None:
    done = doorstep("plan", TEA_SHOP, "--out", tmp_path / "plan", "--json")
    told = json.loads(done.stdout)
    assert told == json.loads((tmp_path / "plan" / "summary.json").read_text())
    page = (ROOT / "docs" / "formats.md").read_text().split("### summary.json")[1].split("##")[0]
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| ")]
    named = {name.strip() for row in rows for name in row.split(",")} - {"key"}
    prefixes = tuple(name.removesuffix("...") for name in named if name.endswith("..."))
    assert {name for name in named if not name.endswith("...")} <= set(told)
    assert [key for key in told if key not in named and not key.startswith(prefixes)] == []


def test_every_order_is_planned_or_left_with_a_reason(brand: Path, tmp_path: Path) -> None:
    doorstep("plan", brand, "--out", tmp_path / "plan", "--no-documents")
    asked = [row["order"] for row in rows(brand / "orders.csv")]
    planned = {order for row in rows(tmp_path / "plan" / "plan.csv") for order in row["orders"].split()}
    left = [row["order"] for row in rows(tmp_path / "plan" / "unplanned.csv")]
    assert sorted([*planned, *left]) == sorted(asked)
    assert all(row["detail"] and row["remedy"] for row in rows(tmp_path / "plan" / "unplanned.csv"))


def test_equal_input_gives_equal_bytes_with_any_number_of_workers(brand: Path, tmp_path: Path) -> None:
    summaries = []
    for name, workers in (("first", 1), ("second", 2), ("third", 2)):
        process("plan", brand, "--out", tmp_path / name, "--workers", workers, "--no-documents", "--seed", 9)
        summary = json.loads((tmp_path / name / "summary.json").read_text())
        summaries.append({key: value for key, value in summary.items() if not TIMES.match(key)})
    assert summaries[0] == summaries[1] == summaries[2]
    for name in OUTPUT - {"summary.json", "report.html"}:
        assert len({(tmp_path / one / name).read_bytes() for one in ("first", "second", "third")}) == 1, name


def test_a_former_result_is_replaced_and_anything_else_is_not(tmp_path: Path) -> None:
    out = tmp_path / "plan"
    doorstep("plan", TEA_SHOP, "--out", out, "--no-documents")
    assert doorstep("plan", TEA_SHOP, "--out", out).returncode == 3
    assert "report.html" in files_of(out)
    (out / "notes.txt").write_text("mine")
    refused = doorstep("plan", TEA_SHOP, "--out", out)
    assert refused.returncode == 1
    assert "--force" in refused.stderr
    assert (out / "notes.txt").read_text() == "mine"
    assert doorstep("plan", TEA_SHOP, "--out", out, "--force").returncode == 3
    assert files_of(out) == OUTPUT


def test_days_choose_the_orders(tmp_path: Path) -> None:
    days = sorted({row["placed_at"][:10] for row in rows(TEA_SHOP / "orders.csv")})
    done = doorstep("plan", TEA_SHOP, "--out", tmp_path / "plan", "--to", days[0], "--no-documents")
    assert done.returncode == 0
    assert json.loads((tmp_path / "plan" / "summary.json").read_text())["orders"] == 0
    assert "no order is among those asked for" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "is not there"),
        ([TEA_SHOP / "orders.csv"], "orders.csv"),
        ([TEA_SHOP, "--from", "15.10.2026"], "YYYY-MM-DD"),
        ([TEA_SHOP, "--from", "2026-10-16", "--to", "2026-10-15"], "is not after"),
        ([TEA_SHOP, "--now", "2026-10-15T12:00:00"], "offset"),
        ([TEA_SHOP, "--seed", "-1"], "--seed"),
        ([TEA_SHOP, "--workers", "0"], "--workers"),
    ],
)
def test_what_cannot_be_understood_is_refused_and_nothing_is_written(
    words: list[object], said: str, tmp_path: Path
) -> None:
    done = doorstep("plan", *words, "--out", "plan", cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_brand_folder_is_never_overwritten(brand: Path) -> None:
    before = {one.name: one.read_bytes() for one in brand.iterdir() if one.is_file()}
    done = doorstep("plan", brand, "--out", brand, "--force")
    assert done.returncode == 1
    assert "holds the input" in done.stderr
    assert {one.name: one.read_bytes() for one in brand.iterdir() if one.is_file()} == before


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
