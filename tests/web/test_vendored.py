"""What others wrote and we serve is unchanged, and says under which licence."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from tests.architecture.tree import SOURCE

VENDORED = SOURCE / "web" / "static" / "web" / "vendor"


def test_every_file_is_named_with_its_digest_and_licence() -> None:
    notice = (VENDORED / "NOTICE.txt").read_text(encoding="utf-8")
    told = dict(re.findall(r"^(\S+): .+\nsha256 ([0-9a-f]{64})$", notice, re.MULTILINE))
    files: list[Path] = [path for path in VENDORED.iterdir() if path.name != "NOTICE.txt"]
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files} == told
    assert "0BSD" in notice
