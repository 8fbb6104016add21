from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.run import TEA_SHOP, doorstep

from doorstep.files.demo import demo_brand


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("remaining") / "brand"
    demo_brand(folder, 150, 6)
    return str(folder)


def noon_of(folder: str) -> str:
    lines = Path(folder, "history.csv").read_text(encoding="utf-8").splitlines()
    at = lines[0].split(",").index("placed_at")
    return sorted(line.split(",")[at] for line in lines[1:])[len(lines) * 2 // 3]


def test_parcels_under_way_are_told_as_json_and_to_people(brand: str) -> None:
    at = noon_of(brand)
    done = doorstep("promise", "remaining", brand, "--at", at, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["under_way"] == len(told["parcels"]) > 0
    assert told["likely_late"] == sum(one["likely_late"] for one in told["parcels"])
    assert told["likely_late_from"] == 0.5
    first = told["parcels"][0]
    assert first["milestone"] in ("placed", "handed_over")
    assert 0 <= first["late_probability"] <= 1
    assert [one["probability"] for one in first["quantiles"]] == [0.5, 0.8, 0.9]
    done = doorstep("promise", "remaining", brand, "--at", at)
    assert done.returncode == 0, done.stderr
    assert f"{told['under_way']:,} parcels under way at" in done.stdout
    assert first["parcel"] in done.stdout


def test_a_folder_with_nothing_under_way_says_so() -> None:
    done = doorstep("promise", "remaining", TEA_SHOP, "--at", "2020-01-01T12:00:00+01:00")
    assert done.returncode == 0, done.stderr
    assert "0 parcels under way" in done.stdout


def test_an_instant_is_needed_and_with_its_offset() -> None:
    assert doorstep("promise", "remaining", TEA_SHOP).returncode == 2
    assert doorstep("promise", "remaining", TEA_SHOP, "--at", "2020-01-01T12:00:00").returncode == 2
