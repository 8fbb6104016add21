"""Scans as a person types them, or a depot sends them: a CSV file."""

from __future__ import annotations

import csv
import hashlib
from datetime import date, datetime
from io import StringIO

from doorstep.domain.travel import MILESTONES, Milestone, Scan

COLUMNS = ("tracking", "milestone", "at", "place", "reason", "expected_by")
MOST_ROWS = 10_000
_MILESTONES: dict[str, Milestone] = {name: name for name in MILESTONES}


def read_scans(text: str) -> tuple[Scan, ...]:
    """Read `tracking,milestone,at[,place,reason,expected_by]`; raises ValueError naming every row at fault.

    The carrier gives no numbers of its own: a row is the same event as another if it says the same.
    """
    reader = csv.DictReader(StringIO(text.lstrip("\ufeff")))
    named = set(reader.fieldnames or ())
    if not {"tracking", "milestone", "at"} <= named or not named <= set(COLUMNS):
        raise ValueError(f"the first row names the columns: {', '.join(COLUMNS)}; the first three are needed")
    scans: list[Scan] = []
    wrong: list[str] = []
    for number, row in enumerate(reader, 2):
        if number > MOST_ROWS + 1:
            wrong.append(f"there are more than {MOST_ROWS} rows")
            break
        try:
            scans.append(_scan({name: (row.get(name) or "").strip() for name in COLUMNS}))
        except ValueError as why:
            wrong.append(f"row {number}: {why}")
    if wrong:
        raise ValueError("; ".join(wrong[:20]))
    return tuple(scans)


def _scan(row: dict[str, str]) -> Scan:
    milestone = _MILESTONES.get(row["milestone"])
    if milestone is None:
        raise ValueError(f"{row['milestone']!r} is none of {', '.join(MILESTONES)}")
    if not row["tracking"]:
        raise ValueError("the tracking number is missing")
    at = datetime.fromisoformat(row["at"])
    if at.tzinfo is None:
        raise ValueError(f"{row['at']!r} has no zone; write 2026-03-02T10:30+01:00")
    expected_by = date.fromisoformat(row["expected_by"]) if row["expected_by"] else None
    return said_by_hand(row["tracking"], milestone, at, row["place"], row["reason"], expected_by)


def said_by_hand(
    tracking: str, milestone: Milestone, at: datetime, place: str, reason: str, expected_by: date | None
) -> Scan:
    """A scan that has no number of the carrier's: it is the same event as another if it says the same."""
    said = "|".join((tracking, milestone, at.isoformat(), place))
    event = hashlib.sha256(said.encode()).hexdigest()[:32]
    return Scan(event, tracking, milestone, at, place, reason, expected_by)
