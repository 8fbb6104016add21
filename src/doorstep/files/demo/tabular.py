"""What the parts of the demonstration brand hand to one another: rows, and one way of writing an amount."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

DAY = date(2026, 10, 15)  # a Thursday: every order of the demonstration is placed on it
OFFSET = "+02:00"  # summer time of the shop; it ends on 25 October 2026

Row = Sequence[object]
Table = tuple[Sequence[str], Sequence[Row]]


def euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def instant(day: date, second: int) -> str:
    """A local time of the shop: seconds after midnight of `day`, which stay within it."""
    hours, rest = divmod(second, 3600)
    return f"{day.isoformat()}T{hours:02d}:{rest // 60:02d}:{rest % 60:02d}{OFFSET}"
