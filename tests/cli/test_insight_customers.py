"""`doorstep insight customers` as people call it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from tests.cli.run import TEA_SHOP, doorstep, files_of
from tests.kernels.learn.shops import shop

from doorstep.files.write import write_csv

WRITTEN = {
    "report.html",
    "summary.json",
    "worth.csv",
    "values.csv",
    "reasons.csv",
    "places.csv",
    "favourites.csv",
    "pairs.csv",
    "cohorts.csv",
}


def folder_of(path: Path) -> Path:
    """A brand folder with options shown; orders, history and the rest may be missing."""
    path.mkdir()
    (path / "brand.csv").write_bytes((TEA_SHOP / "brand.csv").read_bytes())
    columns = ("quote", "customer", "segment", "country", "shown_at", "option", "price", "days", "pickup", "taken")
    rows = [
        (one.quote, one.customer, one.segment, one.country, one.shown_at, one.option, one.price_micros / 1e6, one.days,
         one.pickup, one.taken)
        for one in shop(250).shown
    ]  # fmt: skip
    write_csv(path / "choices.csv", columns, rows)
    return path


def test_a_shop_that_logged_what_it_showed(tmp_path: Path) -> None:
    folder, out = folder_of(tmp_path / "shop"), tmp_path / "out"
    done = doorstep("insight", "customers", folder, "--out", out, "--as-of", "2026-07-01", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert files_of(out) == WRITTEN
    written = json.loads((out / "summary.json").read_text())
    assert written.pop("written_by") == "doorstep"
    assert told == written
    assert told["as_of"] == "2026-07-01T00:00:00+00:00"
    assert told["wants"]["groups"][0]["worth"]["day_sooner"]["value"] > 0
    with (out / "worth.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["group"] for row in rows if row["why_not"] == "too_few"} == {"DE", "LU"}
    again = doorstep("insight", "customers", folder, "--out", out, "--as-of", "2026-07-01")
    assert again.returncode == 0, again.stderr  # its own former output is replaced
    assert "a day sooner" in again.stdout
    assert json.loads((out / "summary.json").read_text())["data_version"] == told["data_version"]


def test_a_shop_that_logged_nothing_is_told_so(tmp_path: Path) -> None:
    done = doorstep("insight", "customers", TEA_SHOP, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "too few" in done.stderr
    assert "No options shown are logged" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_what_is_wrong_is_refused_and_nothing_written(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "shop")
    with (folder / "choices.csv").open("a", encoding="utf-8") as file:
        file.write("q1,k,s,DE,now,x,1,1,0,2\n")
    done = doorstep("insight", "customers", folder, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "choices.csv" in done.stderr
    assert not (tmp_path / "out").exists()
    assert doorstep("insight", "customers", TEA_SHOP, "--out", tmp_path / "out", "--least", "1").returncode == 2
