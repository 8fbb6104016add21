"""`doorstep insight demand` and `doorstep insight costs` as people call them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.run import TEA_SHOP, doorstep, files_of


def test_a_shop_of_a_day_has_nothing_to_foresee_by_and_is_told_so(tmp_path: Path) -> None:
    done = doorstep("insight", "demand", TEA_SHOP, "--as-of", "2026-11-20", "--out", tmp_path / "demand", "--json")
    assert done.returncode == 3, done.stderr
    told = json.loads(done.stdout)
    assert (told["served"], told["verdict"]["cause"]) == ("seasonal_naive", "too_few")
    assert "report.html" in files_of(tmp_path / "demand")
    done = doorstep("insight", "demand", TEA_SHOP, "--as-of", "2026-11-20", "--out", tmp_path / "demand")
    assert done.returncode == 3
    assert "refused (too few), seasonal naive serves" in done.stderr


def test_orders_that_nothing_tells_of_are_counted(tmp_path: Path) -> None:
    done = doorstep("insight", "costs", TEA_SHOP, "--as-of", "2026-12-01", "--out", tmp_path / "costs")
    assert done.returncode == 0, done.stderr
    assert "4 orders left out" in done.stderr
    assert files_of(tmp_path / "costs") == {"costs.csv", "costs_by.csv", "changes.csv", "report.html", "summary.json"}


def test_what_cannot_be_meant_is_refused(tmp_path: Path) -> None:
    calls = (("demand", "--weeks", "0"), ("demand", "--as-of", "soon"), ("costs", "--plan", tmp_path / "none"))
    for command, *words in calls:
        done = doorstep("insight", command, TEA_SHOP, "--as-of", "2026-12-01", "--out", tmp_path / "out", *words)
        assert done.returncode == 2, words
    assert not (tmp_path / "out").exists()
