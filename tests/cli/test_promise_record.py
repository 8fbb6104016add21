"""`doorstep promise record` as people call it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.run import TEA_SHOP, doorstep, files_of


def test_a_shop_without_history_is_told_so(tmp_path: Path) -> None:
    done = doorstep("promise", "record", TEA_SHOP, "--out", tmp_path / "record", "--to", "2000-01-01")
    assert done.returncode == 0, done.stderr
    assert "the record is empty" in done.stderr
    assert files_of(tmp_path / "record") == {"report.html", "record.json"}


def test_json_is_what_is_written(tmp_path: Path) -> None:
    done = doorstep("promise", "record", TEA_SHOP, "--out", tmp_path / "record", "--target", "0.8", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads((tmp_path / "record" / "record.json").read_text())
    assert json.loads(done.stdout)["target"] == 0.8


def test_what_cannot_be_meant_is_refused(tmp_path: Path) -> None:
    for words in (("--target", "1"), ("--from", "2026-02-01", "--to", "2026-02-01"), ("--day-value", "-1")):
        done = doorstep("promise", "record", TEA_SHOP, "--out", tmp_path / "record", *words)
        assert done.returncode == 2, words
    assert not (tmp_path / "record").exists()
