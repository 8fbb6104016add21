"""Which programs are installed in the environment of the peers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def versions_of(python: Path, names: Sequence[str], how_to: str) -> str:
    """Names and versions; ends the program, and says how to make the environment, where one of them is not there."""
    if not python.exists():
        sys.exit(how_to.format(path=python))
    code = f"import importlib.metadata as m; print(', '.join(f'{{n}} {{m.version(n)}}' for n in {tuple(names)!r}))"
    asked = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    if asked.returncode:
        sys.exit(how_to.format(path=python) + "\n" + asked.stderr)
    return asked.stdout.strip()
