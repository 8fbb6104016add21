"""Keys of a scenario file: each is taken and checked, and what is wrong is noted with where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from datetime import time as clock
from decimal import Decimal
from typing import Any

from doorstep.domain.units import PPM
from doorstep.files.faults import Faults
from doorstep.files.kinds import FIRST_YEAR, LAST_YEAR, MAX_ID, code, country, time_of_day
from doorstep.kernels.simulate.scenario import MOST_FACTOR_PPM

MOST_FACTOR = MOST_FACTOR_PPM // PPM
MOST_HOLDING_PCT = 1_000  # of its value, for what lies a year
Parse = Callable[[Any], Any]


@dataclass(slots=True)
class Reader:
    """Reads keys of tables and notes what is wrong with each."""

    file: str
    faults: Faults
    rank: int = field(default=0)

    def fault(self, where: str, value: object, why: str) -> None:
        self.rank += 1
        self.faults.rule(self.file, 0, where, self.rank).add(0, "" if value is None else str(value), why)

    def take(self, table: dict[str, Any], where: str, key: str, parse: Parse, default: Any = ...) -> Any:
        """Take a key out of a table; without it the default, or a fault where there is none."""
        place = f"{where} {key}".strip()
        if key not in table:
            if default is ...:
                self.fault(place, None, "is missing")
            return None if default is ... else default
        value = table.pop(key)
        try:
            return parse(value)
        except ValueError as error:
            self.fault(place, value, str(error))
            return None if default is ... else default

    def tables(self, said: dict[str, Any], key: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield each table of a list with its name; keys that are left in it afterwards are not known."""
        for where, row in self.tables_in(said, "", key):
            yield where, row
            self.none_left(row, where)

    def tables_in(self, said: dict[str, Any], where: str, key: str) -> list[tuple[str, dict[str, Any]]]:
        """Take a list of tables, each with its number."""
        rows = said.pop(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.fault(f"{where} {key}".strip(), None, f"is not a list of tables; write [[{key}]]")
            return []
        return [(f"{key} {number}", row) for number, row in enumerate(rows, 1)]

    def none_left(self, table: dict[str, Any], where: str = "") -> None:
        for key in table:
            self.fault(f"{where} {key}".strip(), None, "is not a key of a scenario")


def number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite():
        raise ValueError("is not a number")
    if abs(Decimal(value)) > 10**6:
        raise ValueError("is too large")
    return Decimal(value)


def factor(value: Any) -> int:
    found = number(value)
    if not 0 <= found <= MOST_FACTOR:
        raise ValueError(f"is not between 0 and {MOST_FACTOR}")
    return _millionths(found)


def share(value: Any) -> int:
    found = number(value)
    if not 0 <= found <= 1:
        raise ValueError("is not between 0 and 1")
    return _millionths(found)


def target(value: Any) -> int:
    found = number(value)
    if not 0 < found < 1:
        raise ValueError("does not lie between 0 and 1")
    return _millionths(found)


def percent(value: Any) -> int:
    found = number(value)
    if not -100 <= found <= 100 * MOST_FACTOR:
        raise ValueError(f"is not between -100 and {100 * MOST_FACTOR}")
    return _millionths(found / 100)


def holding(value: Any) -> int:
    found = number(value)
    if not 0 <= found <= MOST_HOLDING_PCT:
        raise ValueError(f"is not between 0 and {MOST_HOLDING_PCT}")
    return _millionths(found / 100)


def money(value: Any) -> int:
    found = number(value)
    if found < 0:
        raise ValueError("is below 0")
    return _millionths(found)


def degrees(most: int) -> Parse:
    def parse(value: Any) -> float:
        found = number(value)
        if abs(found) > most:
            raise ValueError(f"is not between -{most} and {most}")
        return float(found)

    return parse


def _millionths(found: Decimal) -> int:
    exact = found * PPM
    if exact != exact.to_integral_value():
        raise ValueError("has more than 6 decimals, or 4 of a percentage")
    return int(exact)


def whole(low: int, high: int) -> Parse:
    def parse(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"is not a whole number between {low} and {high}")
        return value

    return parse


def named(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"is not a name of 1 to {MAX_ID} characters")
    if not value or len(value) > MAX_ID:
        raise ValueError(f"is not a name of 1 to {MAX_ID} characters")
    return str(code().parse(value))


def country_code(value: Any) -> str:
    return str(country().parse(named(value)))


def time(value: Any) -> int:
    if isinstance(value, clock):
        if value.microsecond:
            raise ValueError("is not a time such as 14:30")
        return value.hour * 3600 + value.minute * 60 + value.second
    if not isinstance(value, str):
        raise ValueError("is not a time such as 14:30")
    return int(time_of_day().parse(value))


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("is neither true nor false")
    return value


def day(value: Any) -> date:
    if isinstance(value, datetime) or not isinstance(value, date) or not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(f"is not a date of {FIRST_YEAR} to {LAST_YEAR}; write it without quotes, as in 2026-10-15")
    return value


def in_order(reader: Reader, spans: list[tuple[str, date | None, date | None]]) -> None:
    """A span ends after it begins."""
    for where, first, until in spans:
        if first and until and first >= until:
            reader.fault(f"{where} to", until, f"is not after {first}; the last day is the one before it")


def once(reader: Reader, key: str, said: list[tuple[str, str | None]]) -> None:
    """No name stands twice."""
    seen: set[str] = set()
    for where, name in said:
        if name in seen:
            reader.fault(f"{where} {key}", name, "stands twice")
        seen.add(name or "")
