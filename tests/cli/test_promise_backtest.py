from __future__ import annotations

import csv
import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.cli.run import ROOT, TEA_SHOP, doorstep
from tests.kernels.promise.histories import drawn, noon, parcel

from doorstep.domain.learned import PastParcel

DAYS = ("2025-02-01", "2025-03-01", "2025-03-01", "2025-04-01")
COLUMNS = tuple(
    [
        "parcel",
        "order",
        "service",
        "site",
        "origin_country",
        "origin_postcode",
        "destination_country",
        "destination_region",
        "destination_postcode",
        "weight_g",
        "placed_at",
        "handed_over_at",
        "delivered_at",
        "promised_by",
        "status",
        "sample_weight",
    ]
)


def folder(path: Path, parcels: Sequence[PastParcel]) -> Path:
    path.mkdir(exist_ok=True)
    (path / "brand.csv").write_bytes((TEA_SHOP / "brand.csv").read_bytes())
    with (path / "history.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for one in parcels:
            cells = [getattr(one, name) for name in COLUMNS]
            rows.writerow(
                ["" if cell is None else getattr(cell, "isoformat", lambda cell=cell: cell)() for cell in cells]
            )
    return path


def call(path: Path, *more: str, days: Sequence[str] = DAYS, target: str = "0.9") -> tuple[object, ...]:
    spans = zip(("--calibrate-from", "--train-until", "--test-from", "--test-until"), days, strict=True)
    return ("promise", "backtest", path, *(word for pair in spans for word in pair), "--target", target, *more)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    wrong = [
        parcel("early", 3, 2, delivered_at=noon(1)),
        parcel("older", 3, 2, handed_over_at=noon(2)),
        parcel("before", 3, 2, handed_over_at=noon(6)),
        parcel("ahead", 50_000, None, promised_by=None, handed_over_at=None),
        parcel("then", 3, 50_000, promised_by=None),
    ]
    return folder(tmp_path_factory.mktemp("shop") / "shop", drawn(2, 110, 5) + wrong)


def test_it_tells_what_the_page_says_and_names_what_it_set_aside(shop: Path) -> None:
    done = doorstep(*call(shop, "--json", "--method", "lane"))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["n"], told["method"], told["target"], told["history_parcels"]) == (155, "lane", 0.9, 550)
    assert told["delivered"] + told["undelivered"] + told["open"] == 155
    assert 0.8 < told["on_time_rate_delivered"] <= 1
    assert list(told["coverage_by_month"]) == ["2025-03"]
    assert sum(one["n"] for one in told["coverage_by_region"].values()) == 155 - told["open"]
    assert told["shop"]["mean_promised_days"] == 9
    reasons = {
        "delivered before it was placed": ["early"],
        "handed over before it was placed": ["older"],
        "delivered before it was handed over": ["before"],
        "placed after the day of the fit": ["ahead"],
        "handed over or delivered in the future": ["then"],
    }
    assert told["set_aside_named"] == dict(sorted(reasons.items()))
    assert told["set_aside_by_reason"] == dict.fromkeys(sorted(reasons), 1)
    assert told["set_aside"] == 5
    for reason, names in reasons.items():
        assert f"set aside 1: {reason} ({names[0]})" in done.stderr
    page = (ROOT / "docs" / "formats.md").read_text().split("## Out: `doorstep promise backtest")[1].split("\n## ")[0]
    keys = {
        name.strip() for line in page.splitlines() if line.startswith("|") for name in line.split("|")[1].split(",")
    }
    assert keys - {"key", "---"} == set(told)
    assert set(told["shop"]) < set(told)


def test_people_see_a_table(shop: Path) -> None:
    done = doorstep(*call(shop, "--method", "lane+aci", "--delivered-only"))
    assert done.returncode == 0, done.stderr
    assert "lane+aci" in done.stdout
    assert "the shop's dates" in done.stdout
    assert "DE-HH" in done.stdout
    assert "155 parcels at 0.9" in done.stdout


@pytest.mark.parametrize(
    ("days", "more", "why"),
    [
        (("2025-03-01", "2025-02-01", "2025-03-01", "2025-04-01"), (), "out of order"),
        (("2025-02-01", "2025-03-01", "2025-02-28", "2025-04-01"), (), "out of order"),
        (("2025-02-01", "2025-03-01", "2025-03-01", "2025-02-30"), (), "is not a date"),
        (("2025-02-01", "2025-03-01", "2024-03-01", "today"), (), "is not a date"),
        (("2025-02-01", "2025-03-01", "2026-03-01", "2026-04-01"), (), "no parcel of the days of the test"),
        (DAYS, ("--method", "oracle"), "method 'oracle' is not known"),
        (("2020-02-01", "2020-03-01", "2025-01-01", "2025-02-01"), ("--method", "lane"), "no parcel placed before"),
    ],
)
def test_what_cannot_be_asked_is_refused(shop: Path, days: Sequence[str], more: tuple[str, ...], why: str) -> None:
    done = doorstep(*call(shop, *more, days=days))
    assert done.returncode == 2
    assert why in " ".join(done.stderr.replace("│", " ").split())
    assert done.stdout == ""


@pytest.mark.parametrize("target", ["0", "1", "1.5", "-0.9", "ninety", "0.1234567", ""])
def test_a_target_that_is_no_probability_is_refused(shop: Path, target: str) -> None:
    done = doorstep(*call(shop, target=target))
    assert done.returncode == 2
    assert "--target" in done.stderr


def test_a_history_without_parcels_is_refused(tmp_path: Path) -> None:
    done = doorstep(*call(folder(tmp_path / "none", [])))
    assert done.returncode == 2
    assert "history.csv has no parcel to learn from" in done.stderr
    only = doorstep(*call(folder(tmp_path / "wrong", [parcel("early", 3, 2, delivered_at=noon(1))])))
    assert only.returncode == 2
    assert "1 parcels were set aside" in only.stderr
    (tmp_path / "none" / "history.csv").unlink()
    gone = doorstep(*call(tmp_path / "none"))
    assert gone.returncode == 2


@pytest.mark.data
def test_on_what_happened_in_brazil(tmp_path: Path) -> None:
    data = os.environ.get("DOORSTEP_DATA")
    if not data or not (Path(data) / "olist").is_dir():
        pytest.skip("DOORSTEP_DATA names no folder with the public Olist data: nothing was tested")
    made = doorstep(
        "import", "olist", Path(data) / "olist", tmp_path / "olist", "--sites", "5", "--as-of", "2018-03-01"
    )
    assert made.returncode == 0, made.stderr
    days = ("2018-01-01", "2018-03-01", "2018-03-01", "2018-05-01")
    told = json.loads(doorstep(*call(tmp_path / "olist", "--method", "lane", "--json", days=days)).stdout)
    assert told["delivered"] == 2292
    assert told["shop"]["on_time_rate_delivered"] == pytest.approx(0.884, abs=0.002)
    assert told["shop"]["mean_early_days"] == pytest.approx(9.76, abs=0.05)
    assert told["pinball_loss"] < told["shop"]["pinball_loss"]
    assert told["set_aside"] == 0
