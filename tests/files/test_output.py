"""An output folder is there whole or not at all, and never in the place of somebody's work."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from doorstep.domain.errors import OutputRefused
from doorstep.files.blank import new_folder
from doorstep.files.output import output_folder


def content(folder: Path) -> dict[str, str]:
    return {entry.name: entry.read_text() for entry in folder.iterdir()}


def write_result(out: Path, text: str, force: bool = False) -> None:
    with output_folder(out, force) as folder:
        (folder / "plan.csv").write_text(text)
        (folder / "summary.json").write_text(json.dumps({"written_by": "doorstep"}))


def test_nothing_is_seen_before_the_end(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    with output_folder(out) as folder:
        (folder / "a.csv").write_text("x")
        assert not out.exists()
        assert folder.parent == out.parent
    assert content(out) == {"a.csv": "x"}
    assert [entry.name for entry in out.parent.iterdir()] == ["out"]


def test_the_folder_has_the_rights_of_any_other(tmp_path: Path) -> None:
    with output_folder(tmp_path / "out"):
        pass
    (tmp_path / "other").mkdir()
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.parametrize("stop", [KeyboardInterrupt, RuntimeError, MemoryError])
def test_an_interruption_leaves_nothing_and_changes_nothing(tmp_path: Path, stop: type[BaseException]) -> None:
    out = tmp_path / "out"
    write_result(out, "old")

    def interrupted() -> None:
        with output_folder(out) as folder:
            (folder / "plan.csv").write_text("half")
            raise stop

    with pytest.raises(stop):
        interrupted()
    assert content(out)["plan.csv"] == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_a_former_result_is_replaced_whole(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_result(out, "old")
    (out / "documents").mkdir()
    write_result(out, "new")
    assert sorted(content(out)) == ["plan.csv", "summary.json"]
    assert content(out)["plan.csv"] == "new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_a_former_simulation_under_a_scenario_is_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for name in ("report.html", "director.html", "days.csv"):
        (out / name).write_text("old")
    (out / "simulate.json").write_text('{"written_by": "doorstep"}')
    write_result(out, "new")
    assert "director.html" not in content(out)


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    write_result(tmp_path / "out", "new")
    assert content(tmp_path / "out")["plan.csv"] == "new"


def test_other_files_are_kept_unless_forced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_result(out, "old")
    (out / "notes.txt").write_text("mine")
    with pytest.raises(OutputRefused, match=r"holds other files.*--force"):
        write_result(out, "new")
    assert content(out)["plan.csv"] == "old"
    write_result(out, "new", force=True)
    assert sorted(content(out)) == ["plan.csv", "summary.json"]


def test_a_summary_of_another_program_protects_its_folder(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "summary.json").write_text('{"written_by": "someone"}')
    with pytest.raises(OutputRefused):
        write_result(out, "new")


def test_files_that_come_while_writing_are_kept(tmp_path: Path) -> None:
    out = tmp_path / "out"

    def too_late() -> None:
        with output_folder(out):
            out.mkdir()
            (out / "mine").write_text("x")

    with pytest.raises(OutputRefused, match="holds other files"):
        too_late()
    assert content(out) == {"mine": "x"}


def test_a_brand_folder_is_replaced_only_while_nobody_has_touched_it(tmp_path: Path) -> None:
    brand = tmp_path / "brand"
    new_folder(brand)
    new_folder(brand)
    with (brand / "stock.csv").open("a") as stock:
        stock.write("a,b,1\n")
    with pytest.raises(OutputRefused, match="holds other files"):
        new_folder(brand)
    assert (brand / "stock.csv").read_text().endswith("a,b,1\n")
    new_folder(brand, force=True)
    (brand / "photo.png").write_bytes(b"")
    with pytest.raises(OutputRefused, match="holds other files"):
        write_result(brand, "plan")


def test_the_input_is_never_replaced_even_by_force(tmp_path: Path) -> None:
    brand = tmp_path / "brands" / "mine"
    new_folder(brand)
    for out in (brand, tmp_path / "brands"):
        with pytest.raises(OutputRefused, match="holds the input"), output_folder(out, force=True, reading=brand):
            raise AssertionError("not reached")
    with output_folder(brand / "plan", reading=brand):
        pass


def test_the_folder_one_stands_in_is_never_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for out in (".", "..", "/"):
        with pytest.raises(OutputRefused, match="name a folder of its own"), output_folder(out, force=True):
            raise AssertionError("not reached")


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    with pytest.raises(OutputRefused, match="is a file"):
        write_result(tmp_path / "out", "new", force=True)
    with pytest.raises(OutputRefused, match=r"cannot write .*: (File exists|Not a directory)"):
        write_result(tmp_path / "out" / "deeper", "new")


def test_a_link_is_followed_not_replaced(tmp_path: Path) -> None:
    write_result(tmp_path / "real", "old")
    (tmp_path / "link").symlink_to("real")
    write_result(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert content(tmp_path / "real")["plan.csv"] == "new"


def test_a_failed_renaming_brings_the_former_result_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    write_result(out, "old")
    rename = Path.rename

    def fails_into_place(self: Path, target: Path) -> Path:
        if self.name.endswith(".part"):
            raise OSError(errno.EIO, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails_into_place)
    with pytest.raises(OutputRefused, match="Input/output error; nothing was changed there"):
        write_result(out, "new")
    assert content(out)["plan.csv"] == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_stopped_in_the_moment_the_folder_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mkdir = Path.mkdir

    def stopped(self: Path, mode: int = 0o777, parents: bool = False, exist_ok: bool = False) -> None:
        mkdir(self, mode, parents, exist_ok)
        if self.name.endswith(".part"):
            raise KeyboardInterrupt

    monkeypatch.setattr(Path, "mkdir", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_result(tmp_path / "out", "new")
    assert list(tmp_path.iterdir()) == []


WRITE_MUCH = """
import resource, signal, sys
from pathlib import Path
from doorstep.domain.errors import OutputRefused
from doorstep.files.write import output_folder, write_csv
if sys.argv[2] == "limit":
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
rows = ((n, "x" * 50) for n in range(200_000))
def told():
    for row in rows:
        if row[0] == 20_000 and sys.argv[2] == "wait":
            print("half", flush=True)
            signal.pause()
        yield row
try:
    with output_folder(Path(sys.argv[1])) as folder:
        write_csv(folder / "plan.csv", ("n", "text"), told())
except OutputRefused as refused:
    sys.exit(f"REFUSED {refused}")
"""


def run_writer(out: Path, how: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITE_MUCH, str(out), how]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_file_that_may_not_grow_leaves_nothing(tmp_path: Path) -> None:
    write_result(tmp_path / "out", "old")
    with run_writer(tmp_path / "out", "limit") as process:
        _, complaint = process.communicate(timeout=30)
    assert complaint.startswith("REFUSED cannot write")
    assert "File too large; nothing was changed there" in complaint
    assert "Traceback" not in complaint
    assert content(tmp_path / "out")["plan.csv"] == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_ctrl_c_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    write_result(tmp_path / "out", "old")
    with run_writer(tmp_path / "out", "wait") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half\n"
        assert len(list(tmp_path.iterdir())) == 2
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert process.returncode != 0
    assert content(tmp_path / "out")["plan.csv"] == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a small disk")
def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(disk)], check=False)
    if mounted.returncode:
        pytest.skip("mounting a small disk is not allowed here")
    try:
        write_result(disk / "out", "old")
        with run_writer(disk / "out", "plain") as process:
            _, complaint = process.communicate(timeout=30)
        assert "No space left on device; nothing was changed there" in complaint
        assert content(disk / "out")["plan.csv"] == "old"
        assert [entry.name for entry in disk.iterdir()] == ["out"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)
