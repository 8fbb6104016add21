"""What users ask of installing and running it; each test is named by the number of the ask."""

from __future__ import annotations

import re

from tests.architecture.tree import ROOT, text

NAME = re.compile(r"\bDOORSTEP_[A-Z_]+[A-Z]\b")


def test_ask_74_every_setting_is_in_one_table() -> None:
    read = {name for path in (ROOT / "src").rglob("*.py") for name in NAME.findall(path.read_text(encoding="utf-8"))}
    rows = re.findall(r"^\| (`DOORSTEP_[^|]+) \| [^|]+ \|$", text(ROOT / "docs" / "commands.md"), re.MULTILINE)
    assert {name for row in rows for name in NAME.findall(row)} == read
