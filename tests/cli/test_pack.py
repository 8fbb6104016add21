from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from tests.cli.run import ROOT, TEA_SHOP, doorstep, files_of
from tests.files.test_pack_in import CARTONS, ITEMS, written

OUTPUT = {"parcels.csv", "placements.csv", "unpacked.csv", "summary.json", "report.html"}
SOFA = "o9,sofa,3000,900,900,60000,1,\n"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


def keys_of(page: str) -> set[str]:
    """Keys of summary.json that a section of docs/formats.md tells."""
    lines = page[page.index("| key |") :].splitlines()
    named = [line.split("|")[1].split(",") for line in lines if line.startswith("| ")]
    return {name.strip() for names in named for name in names} - {"key"}


def test_orders_are_packed_into_files_and_a_report(tmp_path: Path) -> None:
    items, cartons, freight = written(tmp_path)
    done = doorstep(
        "pack", items, "--cartons", cartons, "--out", tmp_path / "out", "--freight", freight, "--divisor", 5000,
        "--void-fill", "0.05", "--currency", "EUR",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert files_of(tmp_path / "out") == OUTPUT
    for label in ("orders", "parcels", "in one box, of all orders", "lower bound", "proven, of all orders"):
        assert label in done.stdout
    assert str(tmp_path / "out" / "report.html") in done.stdout
    assert "\x1b" not in done.stdout + done.stderr
    parcels = rows(tmp_path / "out" / "parcels.csv")
    assert [one["parcel"] for one in parcels] == ["o1-1", "o1-2", "o2-1"]
    assert {one["parcel"] for one in rows(tmp_path / "out" / "placements.csv")} == {"o1-1", "o1-2", "o2-1"}
    assert rows(tmp_path / "out" / "unpacked.csv") == []
    again = doorstep("pack", items, "--cartons", cartons, "--out", tmp_path / "out", "--no-documents")
    assert again.returncode == 0, again.stderr  # replaces its own result
    assert files_of(tmp_path / "out") == OUTPUT - {"report.html"}


def test_what_is_left_is_told_and_the_rest_is_packed(tmp_path: Path) -> None:
    items, cartons, _ = written(tmp_path, items=ITEMS + SOFA)
    done = doorstep("pack", items, "--cartons", cartons, "--out", tmp_path / "out", "--json", "--support", "0")
    assert done.returncode == 3, done.stderr
    told = json.loads(done.stdout)
    assert told == json.loads((tmp_path / "out" / "summary.json").read_text())
    assert (told["orders"], told["unpacked"], told["parcels"], told["support"]) == (3, 1, 3, 0)
    assert rows(tmp_path / "out" / "unpacked.csv") == [
        {"order": "o9", "sku": "sofa", "quantity": "1", "reason": "too_large"}
    ]
    page = (ROOT / "docs" / "formats.md").read_text().split("## Out: `doorstep pack")[1].split("\n## ")[0]
    assert keys_of(page) == set(told)


def test_wrong_input_is_refused_whole(tmp_path: Path) -> None:
    items, cartons, freight = written(
        tmp_path, items=ITEMS.replace("120,120,100", "NaN,0,-1"), cartons=CARTONS.replace("0.4", "x")
    )
    done = doorstep("pack", items, "--cartons", cartons, "--freight", freight, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert f"{items}:2 length_mm: 'NaN' is not a whole number" in done.stderr
    assert f"{items}:2 width_mm: '0' is not between" in done.stderr
    assert f"{items}:2 height_mm: '-1' is not between" in done.stderr
    assert f"{cartons}:2 cost: 'x' is not a decimal number" in done.stderr
    assert "refused: 4 faults; nothing was done" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--divisor", "5000"), "needs --freight"),
        (("--support", "1.1"), "not a decimal from 0 to 1"),
        (("--support", "nan"), "not a decimal from 0 to 1"),
        (("--void-fill", "-1"), "not a decimal from 0 to 1000"),
        (("--currency", "EURO"), "not a currency code"),
        (("--effort", "heroic"), "is not one of"),
    ],
)
def test_wrong_options_are_refused(tmp_path: Path, words: tuple[str, str], said: str) -> None:
    items, cartons, _ = written(tmp_path)
    done = doorstep("pack", items, "--cartons", cartons, "--out", tmp_path / "out", *words)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert not (tmp_path / "out").exists()


def test_a_folder_that_holds_the_input_is_never_replaced(tmp_path: Path) -> None:
    items, cartons, _ = written(tmp_path)
    (tmp_path / "in").mkdir()
    cartons = cartons.rename(tmp_path / "in" / "cartons.csv")
    done = doorstep("pack", items, "--cartons", cartons, "--out", tmp_path / "in", "--force")
    assert done.returncode == 1
    assert "holds the input" in done.stderr
    assert cartons.read_text() == CARTONS


def test_cartons_to_stock_are_told_as_a_table_and_as_files(tmp_path: Path) -> None:
    out = tmp_path / "cartons"
    done = doorstep("cartons", TEA_SHOP, "--count", 2, "--out", out)
    assert done.returncode == 0, done.stderr
    assert files_of(out) == {"cartons.csv", "chosen.csv", "curve.csv", "summary.json", "report.html"}
    for row in rows(out / "chosen.csv"):
        assert row["carton"] in done.stdout
    assert "than with today's 2 cartons" in done.stdout
    again = doorstep("cartons", TEA_SHOP, "--count", 2, "--out", out, "--json", "--no-documents")
    told = json.loads(again.stdout)
    page = (ROOT / "docs" / "formats.md").read_text().split("## Out: `doorstep cartons")[1].split("\n## ")[0]
    assert keys_of(page) == set(told)
    assert told["count"] == 2


def test_more_cartons_than_are_of_use_are_not_chosen(tmp_path: Path) -> None:
    done = doorstep("cartons", TEA_SHOP, "--count", 30, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert told["asked_for"] == 30
    assert 0 < told["count"] < 30
    assert f"{told['count']} of the 30 asked for are enough" in done.stdout
    curve = {int(row["count"]): float(row["objective"]) for row in rows(tmp_path / "out" / "curve.csv")}
    assert curve[told["count"]] == min(curve[count] for count in range(1, 31) if count in curve)
    assert curve[told["count"] - 1] > curve[told["count"]]
    assert "30 were asked for" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_a_folder_that_is_no_brand_is_refused(tmp_path: Path) -> None:
    done = doorstep("cartons", tmp_path, "--count", 2, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "products.csv: is missing" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty; not even a header row"),
        (b"\n\n", "is empty; not even a header row"),
        (b"order,sku\n", "'length_mm' is missing among the columns"),
        (ITEMS.replace("mug", "caf\u00e9").encode("latin-1"), "is not UTF-8: byte 0xe9 in line 2"),
        (ITEMS.encode("utf-16"), "is not UTF-8: byte 0xff in line 1"),
        (ITEMS.replace(",", ";").encode(), "is separated by semicolons; save it with commas"),
        (None, "is a folder, not a file"),
    ],
)
def test_files_that_are_none_of_items_are_refused(tmp_path: Path, content: bytes | None, said: str) -> None:
    _, cartons, _ = written(tmp_path)
    items = tmp_path / "mine.csv"
    items.mkdir() if content is None else items.write_bytes(content)
    done = doorstep("pack", items, "--cartons", cartons, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_enormous_goods_are_left_and_the_rest_is_packed(tmp_path: Path) -> None:
    head = ITEMS.splitlines()[0]
    huge = ["o1,whale,100000,100000,100000,100000000,1,", "o1,mug,120,120,100,400,2,", "o2,lead,10,10,10,100000000,1,"]
    items, cartons, _ = written(tmp_path, items="\n".join([head, *huge, ""]))
    done = doorstep("pack", items, "--cartons", cartons, "--out", tmp_path / "out", "--no-documents")
    assert done.returncode == 3, done.stderr
    left = {row["sku"]: row["reason"] for row in rows(tmp_path / "out" / "unpacked.csv")}
    assert left == {"whale": "too_large", "lead": "too_heavy"}
    assert [row["order"] for row in rows(tmp_path / "out" / "parcels.csv")] == ["o1"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--count", "0"), "Invalid value for '--count'"),
        (("--count", "31"), "Invalid value for '--count'"),
        (("--count", "NaN"), "Invalid value for '--count'"),
        (("--count", "2", "--orders", "0"), "Invalid value for '--orders'"),
        (("--count", "2", "--divisor", "5000"), "needs --freight"),
        (("--count", "2", "--service", "x", "--freight", "f.csv"), "exclude one another"),
        (("--count", "2", "--service", "pigeon"), "no rate of service pigeon"),
        (("--count", "2", "--freight", "none.csv"), "is not there"),
    ],
)
def test_wrong_wishes_for_cartons_are_refused(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    done = doorstep("cartons", TEA_SHOP, "--out", tmp_path / "out", *words)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert not (tmp_path / "out").exists()
