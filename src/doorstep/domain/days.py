"""Days as kernels count them: since 1970-01-01, which is day 0."""

from __future__ import annotations

from datetime import date

EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def day_of(number: int) -> date:
    """Give the date of a day."""
    return date.fromordinal(EPOCH_ORDINAL + number)


def number_of(day: date) -> int:
    """Count the days up to a date."""
    return day.toordinal() - EPOCH_ORDINAL
