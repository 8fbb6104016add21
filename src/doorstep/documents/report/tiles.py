"""The figures at the head of a report, each on its tile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["better", "worse", ""]


@dataclass(frozen=True, slots=True)
class Tile:
    name: str
    value: str
    note: str
    verdict: Verdict = ""
