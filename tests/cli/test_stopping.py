"""Stopped by Ctrl-C, or by a disk that is full: no half-written folder, nothing left beside it."""

from __future__ import annotations

import resource
import signal
import subprocess
import time
from pathlib import Path

import pytest
from tests.cli.run import COMMAND, doorstep

SEARCHING = "aside.part"
NO_SEARCH = ("--iterations", "0")  # where the writing is what is stopped
SMALL_FILES = 20_000  # bytes; a plan of the brand below has larger ones


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stopping") / "brand"
    assert doorstep("demo-brand", folder, "--orders", 1_500, "--seed", 4).returncode == 0
    return folder


@pytest.mark.parametrize("moment", [SEARCHING, "plan.csv", "decisions.jsonl"])
def test_ctrl_c_leaves_nothing_half_written(moment: str, brand: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "plan", str(brand), "--out", str(tmp_path / "plan"), *(() if moment == SEARCHING else NO_SEARCH)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(lambda: reached(tmp_path, moment), process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "nothing half-written is left behind" in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_leaves_the_former_result(brand: Path, tmp_path: Path) -> None:
    out = tmp_path / "plan"
    doorstep("plan", brand, "--out", out, "--no-documents", *NO_SEARCH)
    before = {one.name: one.read_bytes() for one in out.iterdir()}
    process = subprocess.Popen([*COMMAND, "plan", str(brand), "--out", str(out), *NO_SEARCH], stderr=subprocess.DEVNULL)
    wait_for(lambda: reached(tmp_path, "plan.csv"), process)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130
    assert {one.name: one.read_bytes() for one in out.iterdir()} == before
    assert [one.name for one in tmp_path.iterdir()] == ["plan"]


def test_a_full_disk_leaves_nothing_half_written(brand: Path, tmp_path: Path) -> None:
    def fill() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL_FILES, SMALL_FILES))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write fails, as on a full disk, in place of a signal

    done = subprocess.run(
        [*COMMAND, "plan", str(brand), "--out", str(tmp_path / "plan"), *NO_SEARCH],
        preexec_fn=fill,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "cannot write" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def reached(folder: Path, moment: str) -> bool:
    aside = [one for one in folder.iterdir() if one.name.endswith(".part")]
    if moment == SEARCHING:
        return bool(aside)
    return any((one / moment).exists() for one in aside)


def wait_for(happened: object, process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    assert callable(happened)
    while not happened():
        assert process.poll() is None, "it ended before it could be stopped"
        time.sleep(0.005)
