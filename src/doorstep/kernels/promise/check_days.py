"""Days and instants for verifiers, straight from the libraries."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from holidays import country_holidays

from doorstep.domain.carriage import Service
from doorstep.domain.place import Place


def at(day: date, second_of_day: int, zone: ZoneInfo) -> datetime:
    """Return the instant of a wall time, in UTC."""
    wall = time(second_of_day // 3600, second_of_day // 60 % 60, second_of_day % 60)
    return datetime.combine(day, wall, zone).astimezone(UTC)


def delivers(service: Service, destination: Place, day: date) -> bool:
    """Tell whether a service delivers in a place on a day."""
    if day.weekday() not in service.working_days:
        return False
    region = destination.region
    code = region if region.startswith(destination.country + "-") else f"{destination.country}-{region}"
    return not (is_holiday(code, day) if _exists(code) else is_holiday(destination.country, day))


@lru_cache(maxsize=100_000)
def _exists(code: str) -> bool:
    country, _, subdivision = code.partition("-")
    try:
        country_holidays(country, subdiv=subdivision or None)
    except NotImplementedError:
        return False
    return True


def is_holiday(code: str, day: date) -> bool:
    """Tell whether a day is a holiday of a country or subdivision."""
    return day in _holidays(code, day.year)


@lru_cache(maxsize=100_000)
def _holidays(code: str, year: int) -> frozenset[date]:
    country, _, subdivision = code.partition("-")
    if not country or not _exists(code):
        return frozenset()
    return frozenset(country_holidays(country, subdiv=subdivision or None, years=year))
