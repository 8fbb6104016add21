"""`doorstep insight carriers` as people call it."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

from benchmarks.learn.carrier_truth import Truth, drawn
from tests.cli.run import TEA_SHOP, doorstep, files_of

COLUMNS = (
    "parcel", "order", "service", "origin_country", "origin_postcode", "destination_country", "destination_region",
    "destination_postcode", "weight_g", "placed_at", "handed_over_at", "delivered_at", "promised_by", "status",
    "ready_by", "damaged", "attempts",
)  # fmt: skip
ALWAYS = {"report.html", "summary.json", "carriers.csv", "lanes.csv", "pairs.csv", "investigations.csv", "explore.csv"}


def shop(folder: Path) -> Path:
    """The tea shop with a history in which a carrier gets worse."""
    shutil.copytree(TEA_SHOP, folder, ignore=shutil.ignore_patterns("datapackage.json"))
    made = drawn(Truth(parcels=2_000, carriers=2, lanes=2, worse_from=126, worse_odds=6.0), 3)
    with (folder / "history.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for one in made.parcels:
            told = ["" if (value := getattr(one, name)) is None else str(value) for name in COLUMNS]
            rows.writerow([text.replace("+00:00", "Z").replace(" ", "T") if "_at" in name else text
                           for name, text in zip(COLUMNS, told, strict=True)])  # fmt: skip
    return folder


def test_a_service_that_gets_worse_is_to_be_looked_into(tmp_path: Path) -> None:
    done = doorstep(
        "insight", "carriers", shop(tmp_path / "shop"), "--as-of", "2026-07-11", "--out", tmp_path / "o", "--json"
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told == json.loads((tmp_path / "o" / "summary.json").read_text())
    assert [case["service"] for case in told["investigations"]] == ["carrier-1"]
    assert files_of(tmp_path / "o") >= ALWAYS
    letter = next((tmp_path / "o" / "letters").iterdir()).read_text()
    assert letter.startswith("Subject: carrier-1")
    with (tmp_path / "o" / "investigations.csv").open(newline="") as file:
        (case,) = csv.DictReader(file)
    assert case["letter"] == "letters/01-carrier-1.txt"
    again = doorstep("insight", "carriers", tmp_path / "shop", "--as-of", "2026-01-05", "--out", tmp_path / "o")
    assert again.returncode == 0, again.stderr  # our own output is replaced
    assert "no parcel is decided yet" in again.stderr
    assert files_of(tmp_path / "o") == ALWAYS


def test_what_cannot_be_meant_is_refused(tmp_path: Path) -> None:
    for words in (("--as-of", "tomorrow"), ("--as-of", "2026-07-11", "--by", "driver")):
        done = doorstep("insight", "carriers", TEA_SHOP, "--out", tmp_path / "o", *words)
        assert done.returncode == 2, words
    bad = shop(tmp_path / "bad")
    history = bad / "history.csv"
    history.write_text(history.read_text().replace(",None,", ",,").replace("2026-01-05", "2026-13-05", 1))
    done = doorstep("insight", "carriers", bad, "--as-of", "2026-07-11", "--out", tmp_path / "o")
    assert done.returncode == 2
    assert "history.csv:2" in done.stderr
    assert not (tmp_path / "o").exists()
