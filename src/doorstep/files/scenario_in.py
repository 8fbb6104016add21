"""A scenario in: a TOML file of changes to the world of a simulation, whole or refused with every fault."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from doorstep.domain.units import PPM
from doorstep.files.faults import Faults, Finding
from doorstep.files.kinds import FIRST_YEAR, LAST_YEAR, MAX_ID
from doorstep.kernels.simulate.scenario import (
    MOST_FACTOR_PPM,
    MOST_SLOWER_DAYS,
    Closure,
    Scenario,
    ServiceChange,
    Slowdown,
    StockChange,
)

MOST_BYTES = 1_000_000
MOST_FACTOR = MOST_FACTOR_PPM // PPM
Parse = Callable[[Any], Any]


def read_scenario(path: Path) -> Scenario:
    """Read and check a scenario file. Raises InputRefused with every fault; names are checked against the folder later.

    Faults have no rows: the column says where, as in `closed 2 from`.
    """
    faults = Faults()
    finding = faults.rule(path.name, 0)
    said = _toml(path, finding)
    faults.refuse_if_any()
    scenario = _scenario(_Reader(path.name, faults), said)
    faults.refuse_if_any()
    return scenario


def _toml(path: Path, finding: Finding) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            finding.add(0, "", f"is larger than {MOST_BYTES:,} bytes")
            return {}
        return tomllib.loads(content.decode("utf-8-sig"), parse_float=Decimal)
    except OSError as error:
        finding.add(0, "", f"cannot be read: {error.strerror or error}")
    except UnicodeDecodeError:
        finding.add(0, "", "is not UTF-8")
    except RecursionError:
        finding.add(0, "", "nests too deeply")
    except (tomllib.TOMLDecodeError, ValueError, ArithmeticError) as error:
        finding.add(0, "", f"is not TOML: {error}")
    return {}


@dataclass(slots=True)
class _Reader:
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
        rows = said.pop(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.fault(key, None, f"is not a list of tables; write [[{key}]]")
            return
        for number, row in enumerate(rows, 1):
            where = f"{key} {number}"
            yield where, row
            self.none_left(row, where)

    def none_left(self, table: dict[str, Any], where: str = "") -> None:
        for key in table:
            self.fault(f"{where} {key}".strip(), None, "is not a key of a scenario")


def _scenario(reader: _Reader, said: dict[str, Any]) -> Scenario:
    before = reader.faults.count
    demand = reader.take(said, "", "demand", _factor, PPM)
    stock = [
        StockChange(
            reader.take(row, where, "factor", _factor) or 0,
            reader.take(row, where, "site", _name, ""),
            reader.take(row, where, "sku", _name, ""),
        )
        for where, row in reader.tables(said, "stock")
    ]
    closed = [
        (
            where,
            reader.take(row, where, "site", _name),
            reader.take(row, where, "from", _date),
            reader.take(row, where, "to", _date),
        )
        for where, row in reader.tables(said, "closed")
    ]
    services = [
        (where, reader.take(row, where, "service", _name), *_change(reader, row, where))
        for where, row in reader.tables(said, "service")
    ]
    slower = [
        (
            where,
            reader.take(row, where, "slower_days", _days),
            reader.take(row, where, "from", _date),
            reader.take(row, where, "to", _date, None),
            reader.take(row, where, "service", _name, ""),
        )
        for where, row in reader.tables(said, "transit")
    ]
    reader.none_left(said)
    _in_order(reader, [(where, first, until) for where, _, first, until in closed])
    _in_order(reader, [(where, first, until) for where, _, first, until, _ in slower])
    _once(reader, [(where, name) for where, name, *_ in services])
    if reader.faults.count > before:
        return Scenario()
    return Scenario(
        demand,
        tuple(stock),
        tuple(Closure(*row[1:]) for row in closed),
        tuple(ServiceChange(*row[1:]) for row in services),
        tuple(Slowdown(*row[1:]) for row in slower),
    )


def _change(reader: _Reader, row: dict[str, Any], where: str) -> tuple[bool, int]:
    """A service is removed or dearer; one of both must be said."""
    if "removed" not in row and "dearer_pct" not in row:
        reader.fault(where, None, "says neither removed nor dearer_pct")
    removed = reader.take(row, where, "removed", _flag, False)
    dearer = reader.take(row, where, "dearer_pct", _percent, 0)
    if removed and dearer:
        reader.fault(where, None, "is removed and dearer at once")
    return removed, dearer


def _in_order(reader: _Reader, spans: list[tuple[str, date | None, date | None]]) -> None:
    for where, first, until in spans:
        if first and until and first >= until:
            reader.fault(f"{where} to", until, f"is not after {first}; the last day is the one before it")


def _once(reader: _Reader, named: list[tuple[str, str | None]]) -> None:
    seen: set[str] = set()
    for where, name in named:
        if name in seen:
            reader.fault(f"{where} service", name, "stands twice")
        seen.add(name or "")


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite():
        raise ValueError("is not a number")
    if abs(Decimal(value)) > 10**6:
        raise ValueError("is too large")
    return Decimal(value)


def _factor(value: Any) -> int:
    number = _number(value)
    if not 0 <= number <= MOST_FACTOR:
        raise ValueError(f"is not between 0 and {MOST_FACTOR}")
    return _millionths(number)


def _percent(value: Any) -> int:
    number = _number(value)
    if not -100 <= number <= 100 * MOST_FACTOR:
        raise ValueError(f"is not between -100 and {100 * MOST_FACTOR}")
    return _millionths(number / 100)


def _millionths(number: Decimal) -> int:
    millionths = number * PPM
    if millionths != millionths.to_integral_value():
        raise ValueError("has more than 6 decimals, or 4 of a percentage")
    return int(millionths)


def _days(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_SLOWER_DAYS:
        raise ValueError(f"is not a whole number between 0 and {MOST_SLOWER_DAYS}")
    return value


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value or len(value) > MAX_ID:
        raise ValueError(f"is not a name of 1 to {MAX_ID} characters")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("is neither true nor false")
    return value


def _date(value: Any) -> date:
    if isinstance(value, datetime) or not isinstance(value, date) or not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(f"is not a date of {FIRST_YEAR} to {LAST_YEAR}; write it without quotes, as in 2026-10-15")
    return value
