"""Two versions of a tariff compared line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from doorstep.domain.carriage import Surcharge, Tariff
from doorstep.domain.clock import WorkingDays
from doorstep.domain.money import Currency
from doorstep.files.tariff_in import TariffFolder

_KEYS: dict[str, tuple[str, ...]] = {
    "services": ("service",),
    "zones": ("service", "origin_country", "origin_prefix", "destination_country", "destination_prefix"),
    "rates": ("service", "zone", "up_to_g", "valid_from", "valid_to"),
    "surcharges": ("service", "surcharge", "when", "threshold", "zone", "area", "valid_from", "valid_to"),
    "divisors": ("service", "sequence"),
    "areas": ("area", "country", "prefix"),
    "exchange_rates": ("currency", "valid_from", "valid_to"),
    "duties": ("levy", "destination", "origin", "hs_prefix", "value_up_to_micros", "valid_from", "valid_to"),
    "territories": ("country",),
}
_BESIDE: dict[str, tuple[str, ...]] = {  # in files of the folder that are no part of the tariff
    "markups": ("client", "service", "kind", "sequence", "valid_from", "valid_to"),
    "emission_factors": ("leg", "mode", "up_to_km"),
}
_COLUMNS = {
    "price_micros": "price",
    "per_extra_kg_micros": "per_extra_kg",
    "amount_micros": "amount",
    "least_micros": "least",
    "step_micros": "value_step",
    "free_micros": "value_free",
    "percent_micros": "percent",
    "per_kg_micros": "per_kg",
    "per_item_micros": "per_item",
    "value_up_to_micros": "value_up_to",
    "de_minimis_micros": "de_minimis",
    "ioss_up_to_micros": "ioss_up_to",
    "rate_nanos": "rate",
    "percent": "kind",
    "of_value": "kind",
    "floor": "kind",
}
_MICROS, _NANOS = 6, 9


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


def changes_beside(before: TariffFolder, after: TariffFolder) -> Iterator[Change]:
    """Yield what differs in the folders besides the tariffs."""
    told = [("currency", before.currency.code, after.currency.code)]
    told.append(("ioss", "given" if before.ioss else "", "given" if after.ioss else ""))
    yield from (Change("brand", "changed", "", name, one, other) for name, one, other in told if one != other)
    for file, key in _BESIDE.items():
        yield from _of_file(file, getattr(before, file), getattr(after, file), key)


def _of_file(file: str, before: Sequence[Any], after: Sequence[Any], key: tuple[str, ...]) -> Iterator[Change]:
    def keyed(lines: Sequence[Any]) -> dict[tuple[Any, ...], Any]:
        return {tuple(getattr(line, name) for name in key): line for line in lines}

    old, new = keyed(before), keyed(after)
    for at, line in new.items():
        if (was := old.get(at)) is None:
            yield Change(file, "added", _named(key, at))
        elif was != line:
            one, other = _cells(was), _cells(line)
            for column in one:
                if one[column] != other[column]:
                    yield Change(file, "changed", _named(key, at), column, one[column], other[column])
    for at in (at for at in old if at not in new):
        yield Change(file, "removed", _named(key, at))


def _cells(line: Any) -> dict[str, str]:
    """The cells of a line as its file has them."""
    cells = {}
    for name in (one.name for one in fields(line)):
        value = getattr(line, name)
        if _COLUMNS.get(name) == "kind":
            value = _kind(line)
        elif name.endswith(("_micros", "_nanos")):
            value = _amount(value, _NANOS if name.endswith("_nanos") else _MICROS)
        cells[_COLUMNS.get(name, name)] = _text(value)
    return cells


def _kind(line: Surcharge) -> str:
    if line.step_micros is not None:
        return "value_step"
    if line.floor:
        return "floor"
    return ("value_percent" if line.of_value else "percent") if line.percent else "fixed"


def _named(key: tuple[str, ...], at: tuple[Any, ...]) -> str:
    cells = ((name, value) for name, value in zip(key, at, strict=True) if value not in (None, ""))
    return ", ".join(
        f"{_COLUMNS.get(name, name)} {_amount(value, _MICROS) if name.endswith('_micros') else _text(value)}"
        for name, value in cells
    )


def _amount(parts: int | None, digits: int) -> str:
    """Write millionths or billionths as a decimal, without zeros at the end beyond the second."""
    if parts is None:
        return ""
    sign, (whole, part) = "-" if parts < 0 else "", divmod(abs(parts), 10**digits)
    return f"{sign}{whole}.{f'{part:0{digits}}'.rstrip('0').ljust(2, '0')}"


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
