"""What the name of a bin says of where it is."""

from __future__ import annotations

import re

Word = tuple[int, int, str]  # numbers before letters, numbers by their value
Spot = tuple[tuple[Word, ...], tuple[Word, ...], str]  # aisle, place along it, the name itself
_WORDS = re.compile(r"[0-9]+|[^\W\d_]+")


def spot(name: str) -> Spot:
    """Read aisle and place: `B-07-2` is bay 7, level 2 of aisle B; `B7` is the same bay.

    The first word is the aisle, the words that follow lead along it. A name without any is an aisle of its own.
    """
    words = tuple(_word(one) for one in _WORDS.findall(name.upper()))
    return words[:1], words[1:], name


def _word(text: str) -> Word:
    return (0, int(text), "") if text.isdecimal() else (1, 0, text)
