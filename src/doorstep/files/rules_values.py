"""Values of rules.toml: of what type each must be, what it becomes, and what to say when it is not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from doorstep.domain.carriage import SPEEDS
from doorstep.domain.emission import MODES
from doorstep.domain.rules import MOST_TIMES
from doorstep.domain.units import PPM
from doorstep.files.codes import COUNTRIES
from doorstep.files.kinds import FIRST_YEAR, LAST_YEAR, MAX_ID, MAX_MONEY, MAX_TEXT, millionths

MOST_NAMES = 10_000
MOST_DAYS = 366
MOST_UNITS = 1_000_000
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SPAN = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.\.([0-9]{4}-[0-9]{2}-[0-9]{2})")


class Refused(Exception):
    """A value that is not understood: as it stands, and why."""

    def __init__(self, value: object, why: str) -> None:
        super().__init__(why)
        self.value = "" if isinstance(value, (list, dict)) else str(value)
        self.why = why


def _identity(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_ID or not _ID.fullmatch(value):
        raise Refused(value, f"is no id: letters, digits, dots, dashes and underscores, at most {MAX_ID}")
    return value


def _words(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT or not value.isprintable():
        raise Refused(value, f"is not a text of one line, of at most {MAX_TEXT} characters")
    return value


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise Refused(value, 'is not a list of names, as in ["one", "another"]')
    if len(value) > MOST_NAMES:
        raise Refused(value, f"is a list of more than {MOST_NAMES} names")
    for one in value:
        if not isinstance(one, str) or not one or len(one) > MAX_TEXT or not one.isprintable():
            raise Refused(one, "is not a name")
    twice = next((one for n, one in enumerate(value) if one in value[:n]), None) if _doubled(value) else None
    if twice is not None:
        raise Refused(twice, "is named twice")
    return tuple(value)


def _doubled(value: list[str]) -> bool:
    return len(set(value)) < len(value)


def _some_of(choices: Iterable[str], what: str) -> Callable[[Any], tuple[str, ...]]:
    known = frozenset(choices)
    listed = f", which are {', '.join(choices)}" if len(known) <= 8 else ""

    def parse(value: Any) -> tuple[str, ...]:
        for one in (names := _names(value)):
            if one not in known:
                raise Refused(one, f"is no {what}{listed}")
        return names

    return parse


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Refused(value, "is neither true nor false")
    return value


def _yes(value: Any) -> bool:
    if value is not True:
        raise Refused(value, "is not true; leave it out instead")
    return True


def _whole(low: int, high: int) -> Callable[[Any], int]:
    def parse(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise Refused(value, f"is not a whole number from {low} to {high}")
        return value

    return parse


def _decimal(value: Any, most: int) -> int:
    """Millionths of a number that is written plainly."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise Refused(value, "is not a number")
    try:
        micros = millionths(str(value))
    except ValueError as error:
        raise Refused(value, str(error)) from error
    if not 0 <= micros <= most * 1_000_000:
        raise Refused(value, f"is not between 0 and {most}")
    return micros


def _money(value: Any) -> int:
    return _decimal(value, MAX_MONEY)


def _share(value: Any) -> int:
    ppm = _decimal(value, 1)
    if not 0 < ppm <= PPM:
        raise Refused(value, "is no share: more than 0, and 1 at most")
    return ppm


def _day(value: Any) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Refused(value, "is not a date such as 2026-12-24, without quotes")
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise Refused(value, f"is not between {FIRST_YEAR} and {LAST_YEAR}")
    return value


def _days(value: Any) -> tuple[date, ...]:
    """Dates, and spans of them written as "2026-12-24..2026-12-26"; sorted."""
    if not isinstance(value, list) or not value:
        raise Refused(value, 'is not a list of days, as in [2026-12-24, "2026-12-31..2027-01-02"]')
    found: set[date] = set()
    for one in value:
        first, last = _span(one) if isinstance(one, str) else (_day(one), _day(one))
        if last < first:
            raise Refused(one, "ends before it begins")
        if (last - first).days >= MOST_DAYS:
            raise Refused(one, f"is longer than {MOST_DAYS} days")
        found |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
        if len(found) > MOST_DAYS:
            raise Refused(one, f"makes more than {MOST_DAYS} days")
    return tuple(sorted(found))


def _span(text: str) -> tuple[date, date]:
    match, wrong = _SPAN.fullmatch(text), Refused(text, "is not a span of days such as 2026-12-24..2026-12-26")
    if match is None:
        raise wrong
    try:
        return _day(date.fromisoformat(match[1])), _day(date.fromisoformat(match[2]))
    except ValueError as error:
        raise wrong from error


VALUES: dict[str, Callable[[Any], Any]] = {
    "id": _identity,
    "kind": _words,
    "reason": _words,
    "sites": _names,
    "services": _names,
    "carriers": _names,
    "modes": _some_of(MODES, "mode of line haul"),
    "of_speeds": _some_of(SPEEDS, "speed"),
    "parcels": _whole(1, 3),
    "units": _whole(1, MOST_UNITS),
    "share": _share,
    "times": _whole(2, MOST_TIMES),
    "days": _days,
    "channels": _names,
    "countries": _some_of(sorted(COUNTRIES), "country code of ISO 3166-1"),
    "regions": _names,
    "customers": _names,
    "speeds": _some_of(SPEEDS, "speed"),
    "value_at_least": _money,
    "value_below": _money,
    "gift": _flag,
    "priority_at_least": _whole(-1_000_000, 1_000_000),
    "from": _day,
    "until": _day,
    "skus": _names,
    "categories": _names,
    "dangerous": _yes,
}
