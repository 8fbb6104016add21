"""docs/guides/orders.md tells the states and the holds as the code has them."""

from __future__ import annotations

import re
from pathlib import Path

from tests.architecture.tree import text

from doorstep.domain.holds import HOLDS, family_of
from doorstep.domain.journey import FOLLOWS

GUIDE = text(Path("docs/guides/orders.md"))


def rows(heading: str) -> list[list[str]]:
    section = GUIDE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if "| `" in line]


def test_the_states_and_what_follows_them() -> None:
    told = {row[0].strip("`"): tuple(re.findall(r"`(\w+)`", row[1])) for row in rows("States")}
    assert told == FOLLOWS


def test_the_holds_and_which_of_them_a_word_settles() -> None:
    told = {row[0].strip("`"): "a word" in row[2] for row in rows("Holds")}
    assert told == {one: family_of(one) is not None for one in HOLDS}
