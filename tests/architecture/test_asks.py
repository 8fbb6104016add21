"""docs/asks.md and tests/asks tell the same story: every wish said to be met has its test, and the other way round."""

from __future__ import annotations

import re
from pathlib import Path

from tests.architecture.tree import functions, python_files, text

ASKS = 75
PAGE = text(Path("docs/asks.md"))


def section(heading: str) -> str:
    return PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def wishes_with_a_test() -> dict[str, str]:
    """Number of an ask -> file of its test."""
    return {
        found[1]: path.name
        for path in python_files("tests/asks")
        for function in functions(path)
        if (found := re.match(r"test_ask_(\d+)_", function.name))
    }


def test_every_wish_said_to_be_met_has_its_test() -> None:
    rows = re.findall(
        r"^\| (\d+) \| [^|]+ \| [^|]+ \| \[test_ask_(\d+)\]\(\.\./tests/asks/(\w+\.py)\) \|",
        section("Met, with a test"),
        re.MULTILINE,
    )
    assert len(rows) >= 8
    assert all(ask == name for ask, name, _ in rows)
    assert {ask: file for ask, _, file in rows} == wishes_with_a_test()


def test_every_wish_names_a_public_source() -> None:
    for heading in ("Met, with a test", "Met in part, or without a test of this kind"):
        for row in re.findall(r"^\| \d+ \| [^|]+ \| ([^|]+) \|", section(heading), re.MULTILINE):
            assert re.search(r"[\w./-]+ (PR )?\d+", row), row


def test_every_ask_is_accounted_for_once() -> None:
    met = re.findall(r"^\| (\d+) \|", section("Met, with a test"), re.MULTILINE)
    part = re.findall(r"^\| (\d+) \|", section("Met in part, or without a test of this kind"), re.MULTILINE)
    later = re.findall(
        r"\b\d+\b", " ".join(row.rsplit("|", 2)[1] for row in section("Not yet").splitlines()[3:] if row)
    )
    along = ["73"]  # with 11
    assert sorted(map(int, [*met, *part, *later, *along])) == list(range(1, ASKS + 1))
