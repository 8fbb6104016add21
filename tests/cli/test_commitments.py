"""`doorstep commitments` as people call it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.run import TEA_SHOP, doorstep, files_of
from tests.flows.commit_brand import COMMITMENTS, commit_brand

WRITTEN = {"shares.csv", "prices.csv", "commitment_prices.csv", "regret.csv", "summary.json", "report.html"}


def test_a_shop_without_commitments_is_told_so(tmp_path: Path) -> None:
    done = doorstep("commitments", TEA_SHOP, "--as-of", "2026-11-16", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "There is no commitments.csv." in done.stderr
    assert files_of(tmp_path / "out") == WRITTEN


def test_json_is_what_is_written_and_a_former_result_is_replaced(tmp_path: Path) -> None:
    words = ("--as-of", "2026-05-04", "--months", "1", "--scenarios", "2", "--replays", "0", "--json")
    folder = commit_brand(tmp_path / "brand")
    for _ in range(2):
        done = doorstep("commitments", folder, "--out", tmp_path / "out", *words)
        assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told == json.loads((tmp_path / "out" / "summary.json").read_text())
    assert (told["commitments"], told["scenarios"], told["written_by"]) == (1, 2, "doorstep")


def test_what_cannot_be_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    folder = commit_brand(tmp_path / "brand", commitments=COMMITMENTS.replace("minimum", "maximum"))
    done = doorstep("commitments", folder, "--as-of", "2026-05-04", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "commitments.csv:2 kind" in done.stderr
    assert doorstep("commitments", folder, "--as-of", "soon", "--out", tmp_path / "out").returncode == 2
    assert not (tmp_path / "out").exists()
