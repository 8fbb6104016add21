"""Faults, collected until all is read: the first thousand kept, every one counted."""

from __future__ import annotations

from dataclasses import dataclass, field

from doorstep.domain.errors import Fault, InputRefused

KEPT = 1_000
MAX_SHOWN = 80  # characters of a value


def shown(value: str) -> str:
    return value if len(value) <= MAX_SHOWN else f"{value[: MAX_SHOWN - 1]}…"


@dataclass(slots=True)
class Finding:
    """What one rule finds in one column of one file; told row by row, downwards."""

    file: str
    column: str
    rank: tuple[int, int]  # of the file among files, of the column in the file
    count: int = 0
    kept: list[Fault] = field(default_factory=list)

    def add(self, row: int, value: str, why: str) -> None:
        self.count += 1
        if self.count <= KEPT:
            self.kept.append(Fault(self.file, row, self.column, shown(value), why))


class Faults:
    """All findings of a folder. Each rule keeps its own first thousand, so the first thousand of all are exact."""

    def __init__(self) -> None:
        self._findings: list[Finding] = []

    def rule(self, file: str, file_rank: int, column: str = "", column_rank: int = -1) -> Finding:
        finding = Finding(file, column, (file_rank, column_rank))
        self._findings.append(finding)
        return finding

    @property
    def count(self) -> int:
        return sum(finding.count for finding in self._findings)

    def refuse_if_any(self) -> None:
        """Raise InputRefused with the first faults by file, row and column."""
        placed = [
            ((finding.rank[0], fault.row, finding.rank[1]), fault)
            for finding in self._findings
            for fault in finding.kept
        ]
        if placed:
            placed.sort(key=lambda pair: pair[0])
            raise InputRefused(tuple(fault for _, fault in placed[:KEPT]), self.count)
