"""`doorstep simulate` as people call it."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest
from tests.cli.run import COMMAND, TEA_SHOP, doorstep, files_of
from tests.cli.test_stopping import reached, wait_for


def test_json_is_what_is_written(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = doorstep("simulate", TEA_SHOP, "--out", out, "--policy", "nearest, plan", "--seeds", 2, "--json")
    assert done.returncode == 0, done.stderr
    assert files_of(out) == {"report.html", "simulate.json", "days.csv"}
    told = json.loads(done.stdout)
    assert told == json.loads((out / "simulate.json").read_text())
    assert (told["first_policy"], told["seeds"]) == ("nearest", 2)
    assert told["policies"]["plan"]["differences"]["objective"]["interval_seeds"] is not None


def test_figures_are_printed_side_by_side(tmp_path: Path) -> None:
    done = doorstep("simulate", TEA_SHOP, "--out", tmp_path / "out", "--policy", "plan,priority", "--workers", 1)
    assert done.returncode == 0, done.stderr
    assert "priority" in done.stdout
    assert "lost for want of goods" in done.stdout
    assert "report.html" in done.stdout
    done = doorstep("simulate", TEA_SHOP, "--out", tmp_path / "none", "--to", "2000-01-01")
    assert done.returncode == 0, done.stderr
    assert "nothing was simulated" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("--policy", "cheapest"),
        ("--policy", "plan,plan"),
        ("--policy", ","),
        ("--seeds", "0"),
        ("--patience", "-1"),
        ("--batches", "25"),
        ("--from", "2026-02-01", "--to", "2026-02-01"),
        ("--scenario", "no-such.toml"),
        ("--fast", "--policy", "plan"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = doorstep("simulate", TEA_SHOP, "--out", tmp_path / "out", *words)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_leaves_nothing_half_written(tmp_path: Path) -> None:
    brand = tmp_path / "brand"
    assert doorstep("demo-brand", brand, "--orders", 1_500, "--seed", 4).returncode == 0
    process = subprocess.Popen(
        [*COMMAND, "simulate", str(brand), "--out", str(tmp_path / "work" / "out")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(lambda: (tmp_path / "work").exists() and reached(tmp_path / "work", "aside.part"), process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "nothing half-written is left behind" in said
    assert "Traceback" not in said
    assert list((tmp_path / "work").iterdir()) == []
