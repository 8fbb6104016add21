"""Lots past their day are there, and yet neither for sale nor to be reserved.

`expires_on` is the last day on which a lot may be sold, by the calendar of its site. The day is compared in Python:
sites lie in several zones, and a database need not know them.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

QUARTER_S = 900  # every zone's midnight falls on a quarter of an hour of UTC


def expired(expires_on: date | None, time_zone: str, at: datetime) -> bool:
    return expires_on is not None and expires_on < at.astimezone(ZoneInfo(time_zone)).date()


def quarter(at: datetime) -> int:
    """Number the quarter of an hour: within one of them no lot expires anywhere."""
    return int(at.timestamp()) // QUARTER_S
