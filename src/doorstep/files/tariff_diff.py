"""Two versions of a tariff compared line by line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from doorstep.domain.carriage import Tariff
from doorstep.domain.clock import WorkingDays
from doorstep.domain.money import Currency
from doorstep.domain.units import MICROS

_KEYS: dict[str, tuple[str, ...]] = {
    "services": ("service",),
    "zones": ("service", "origin_country", "origin_prefix", "destination_country", "destination_prefix"),
    "rates": ("service", "zone", "up_to_g", "valid_from", "valid_to"),
    "surcharges": ("service", "surcharge", "when", "threshold", "valid_from", "valid_to"),
}
_NAMES = {"price_micros": "price", "per_extra_kg_micros": "per_extra_kg", "amount_micros": "amount", "percent": "kind"}


@dataclass(frozen=True, slots=True)
class Change:
    """A line that is new, gone or altered; altered: one column of it."""

    file: str
    what: str  # added, removed, changed
    line: str  # its key, in words
    column: str = ""
    before: str = ""
    after: str = ""


def changes(before: Tariff, after: Tariff) -> Iterator[Change]:
    """Yield every difference, file by file, in the order of the new tariff; what is gone comes after."""
    for file, key in _KEYS.items():
        yield from _of_file(file, getattr(before, file), getattr(after, file), key)


def _of_file(file: str, before: Sequence[Any], after: Sequence[Any], key: tuple[str, ...]) -> Iterator[Change]:
    def keyed(lines: Sequence[Any]) -> dict[tuple[Any, ...], Any]:
        return {tuple(getattr(line, name) for name in key): line for line in lines}

    old, new = keyed(before), keyed(after)
    for at, line in new.items():
        if (was := old.get(at)) is None:
            yield Change(file, "added", _named(key, at))
        elif was != line:
            for name in (one.name for one in fields(line)):
                one, other = getattr(was, name), getattr(line, name)
                if one != other:
                    yield Change(file, "changed", _named(key, at), _NAMES.get(name, name), *_texts(name, one, other))
    for at in (at for at in old if at not in new):
        yield Change(file, "removed", _named(key, at))


def _named(key: tuple[str, ...], at: tuple[Any, ...]) -> str:
    return ", ".join(f"{name} {_text(value)}" for name, value in zip(key, at, strict=True) if value not in (None, ""))


def _texts(name: str, one: Any, other: Any) -> tuple[str, str]:
    write: Callable[[Any], str] = _text
    if name.endswith("_micros"):
        write = _amount
    elif name == "percent":
        write = _kind
    return write(one), write(other)


def _kind(percent: bool) -> str:
    return "percent" if percent else "fixed"


def _amount(micros: int | None) -> str:
    """Write millionths as a decimal, without zeros at the end beyond the second."""
    if micros is None:
        return ""
    sign, (whole, part) = "-" if micros < 0 else "", divmod(abs(micros), MICROS)
    return f"{sign}{whole}.{f'{part:06}'.rstrip('0').ljust(2, '0')}"


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Currency):
        return value.code
    return str(value) if isinstance(value, (int, str, WorkingDays)) else repr(value)
