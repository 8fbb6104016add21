"""A text of research, read by lines: numbers, and where they are wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from doorstep.files.faults import Faults, Finding

MOST = 1e12
"""No number of a file is larger; what stands for "never" is cut down to it."""
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


@dataclass(slots=True)
class Lines:
    """The lines of a file, and the faults in them by section."""

    file: str
    lines: list[str]
    faults: Faults
    _findings: dict[str, Finding] = field(default_factory=dict)

    def wrong(self, row: int, column: str, value: str, why: str) -> None:
        """Take down a fault; row 1 is the first line."""
        if column not in self._findings:
            self._findings[column] = self.faults.rule(self.file, 0, column, len(self._findings))
        self._findings[column].add(row, value, why)

    def number(self, row: int, column: str, cell: str) -> float | None:
        """Read a number; None, and a fault, where it is none."""
        if not _NUMBER.fullmatch(cell):
            self.wrong(row, column, cell, "is not a number")
            return None
        return max(-MOST, min(MOST, float(cell)))

    def numbers(self, row: int, column: str, least: int, most: int) -> list[float] | None:
        """Read a line of `least` to `most` numbers; None, and faults, where it is none."""
        cells = self.lines[row - 1].split()
        if not least <= len(cells) <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            self.wrong(row, column, self.lines[row - 1].strip(), f"has {len(cells)} numbers where {wanted} are wanted")
            return None
        found = [self.number(row, column, cell) for cell in cells]
        return [one for one in found if one is not None] if None not in found else None

    def whole(self, row: int, column: str, number: float, low: int, high: int) -> int | None:
        """Take a number as a whole one; None, and a fault, where it is none or out of range."""
        if number != int(number) or not low <= number <= high:
            self.wrong(row, column, f"{number:g}", f"is not a whole number from {low} to {high}")
            return None
        return int(number)
