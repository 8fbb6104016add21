"""Real processes of the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEA_SHOP = ROOT / "examples" / "tea_shop"
COMMAND = (sys.executable, "-m", "doorstep.cli.main")


def doorstep(*words: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end; say nothing about how it ended."""
    return subprocess.run([*COMMAND, *map(str, words)], capture_output=True, text=True, cwd=cwd, timeout=300)


def files_of(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}
