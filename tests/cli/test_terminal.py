"""What stands on standard output, and what does not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.cli.run import TEA_SHOP

NOISY = """
import os, sys
import doorstep.cli.main as command
watch = command.watch
command.watch = lambda: (os.write(1, b"tmpSolver.run();\\n"), watch())  # as a library's own print would
sys.argv = ["doorstep", *sys.argv[1:]]
command.run()
"""


def noisy(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", NOISY, *map(str, words)], capture_output=True, text=True, timeout=300)


def test_json_is_alone_on_standard_output_though_a_library_prints(tmp_path: Path) -> None:
    done = noisy("plan", TEA_SHOP, "--out", tmp_path / "out", "--no-documents", "--json")
    assert done.returncode in (0, 3), done.stderr
    assert json.loads(done.stdout) == json.loads((tmp_path / "out" / "summary.json").read_text())
    assert "tmpSolver" in done.stderr


def test_elsewhere_it_is_not_led_away() -> None:
    done = noisy("--version")
    assert done.stdout.startswith("tmpSolver.run();")
    assert "doorstep" in done.stdout
