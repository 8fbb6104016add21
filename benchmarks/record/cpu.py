"""CPU time of processes and of all that they started, from /proc; where there is none, nothing is told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")


def cpu_seconds(root: int) -> float | None:
    """User and system seconds of a process, of its descendants, and of those of them that have ended."""
    parents = {pid: int(fields[1]) for pid, fields in _all()}
    if root not in parents:
        return None
    mine = {root}
    while more := {pid for pid, parent in parents.items() if parent in mine} - mine:
        mine |= more
    ticks = sum(sum(map(int, fields[11:15])) for pid, fields in _all() if pid in mine)
    return ticks / os.sysconf("SC_CLK_TCK")


def parent_of(pid: int) -> int:
    """Give the process that started another one; 0: it does not run here."""
    return next((int(fields[1]) for one, fields in _all() if one == pid), 0)


def _all() -> Iterator[tuple[int, list[str]]]:
    """Processes with the fields of their `stat` from the state on; the name before it may hold anything."""
    for place in PROC.glob("[0-9]*"):
        try:
            yield int(place.name), (place / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
