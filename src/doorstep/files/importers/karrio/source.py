"""Services files: a row for each service, zone and range of weights, as karrio's connectors keep them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from doorstep.files.codes import COUNTRIES, CURRENCIES
from doorstep.files.importers.measures import grams, millimetres
from doorstep.files.importers.tariff_folder import ALTERED, Findings, read_table

NEEDED = ("service_code", "service_name", "zone_label", "country_codes", "currency")
_READ = (
    "rate", "min_weight", "max_weight", "max_length", "max_width", "max_height", "weight_unit", "dimension_unit",
    "transit_days", "domicile", "international",
)  # fmt: skip
_UNREAD = {
    "features": "are words about a service; only its prices and limits are read",
    "carrier_service_code": "is what the carrier calls the service; service_code is read",
}
_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,6})?")
_DAYS = re.compile(r"(\d{1,3})(?:-(\d{1,3}))?")
_FLAGS = {"": None, "true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Line:
    """A row, in whole grams and millimetres; None: it tells nothing of that."""

    file: str
    row: int
    carrier: str
    code: str
    name: str
    label: str
    countries: tuple[str, ...]  # none: everywhere
    from_g: int
    up_to_g: int | None
    sides_mm: tuple[int, ...]
    price: str  # empty: none
    currency: str
    days: tuple[int, int] | None
    domestic: bool | None
    international: bool | None


def read_lines(source: Path, pounds: tuple[str, ...], findings: Findings) -> list[Line]:
    """Read a services file, or all of a folder; the faults of all go to the findings."""
    if source.is_dir():
        paths = sorted(source.glob("*services.csv"))
        if not paths:
            findings.fault(source.name, 0, "", "holds no file whose name ends in services.csv")
    else:
        paths = [source]
    return [line for path in paths for line in _file(path, pounds, findings)]


def carrier_of(path: Path) -> str:
    """dhl_parcel_de_services.csv is of dhl_parcel_de; a plain services.csv of the folder that it lies in."""
    stem = path.name.partition(".")[0]
    return stem.removesuffix("_services") if stem != "services" else path.resolve().parent.name


def _file(path: Path, pounds: tuple[str, ...], findings: Findings) -> Iterator[Line]:
    table = read_table(path, NEEDED, findings)
    if table is None:
        return
    for column in table.head:
        if column not in (*NEEDED, *_READ):
            findings.leave(path.name, 1, column, _UNREAD.get(column, "is a column that is not read"))
    if "weight_unit" not in table.head and carrier_of(path) not in pounds:
        why = "tells no units: weights are read as kilograms, lengths as centimetres"
        findings.leave(path.name, 0, "", why, ALTERED)
    for number, row in table.rows:
        line = _line(path, number, dict(zip(table.head, row, strict=True)), pounds, findings)
        if line is not None:
            yield line


@dataclass(frozen=True, slots=True)
class _Row:
    """The cells of a row, and where to say what is wrong with them."""

    file: str
    number: int
    cells: Mapping[str, str]
    findings: Findings

    def wrong(self, column: str, why: str, value: str | None = None) -> None:
        shown = self.cells.get(column, "") if value is None else value
        self.findings.fault(self.file, self.number, shown, why, column)

    def number_of(self, column: str) -> str:
        cell = self.cells.get(column, "")
        if cell and not _NUMBER.fullmatch(cell):
            self.wrong(column, "is not a number such as 2.5")
        return cell

    def unit(self, column: str, usual: str, known: tuple[str, str]) -> bool:
        """Whether the unit is the second of the two that are known."""
        unit = self.cells.get(column) or usual
        if unit not in known:
            self.wrong(column, f"is neither {known[0]} nor {known[1]}")
        return unit == known[1]

    def flag(self, column: str) -> bool | None:
        cell = self.cells.get(column, "").lower()
        if cell not in _FLAGS:
            self.wrong(column, "is neither true nor false")
        return _FLAGS.get(cell)

    def days(self) -> tuple[int, int] | None:
        cell = self.cells.get("transit_days", "")
        found = _DAYS.fullmatch(cell)
        if cell and found is None:
            self.wrong("transit_days", "is not a number of days, or a range such as 2-5")
        return (int(found[1]), int(found[2] or found[1])) if found else None

    def countries(self) -> tuple[str, ...]:
        found = dict.fromkeys(code.strip() for code in self.cells["country_codes"].split(",") if code.strip())
        for country in found:
            if country not in COUNTRIES:
                self.wrong("country_codes", "is not a country code of ISO 3166-1", country)
        return tuple(found)


def _line(
    path: Path, number: int, cells: Mapping[str, str], pounds: tuple[str, ...], findings: Findings
) -> Line | None:
    """Read one row; None, and its faults, when a cell is malformed."""
    before = len(findings.faults)
    row, carrier = _Row(path.name, number, cells, findings), carrier_of(path)
    usual = ("LB", "IN") if carrier in pounds else ("KG", "CM")
    in_pounds = row.unit("weight_unit", usual[0], ("KG", "LB"))
    in_inches = row.unit("dimension_unit", usual[1], ("CM", "IN"))
    countries, days = row.countries(), row.days()
    domestic, international = row.flag("domicile"), row.flag("international")
    if cells["currency"] not in CURRENCIES:
        row.wrong("currency", "is not a currency code of ISO 4217")
    if not cells["service_code"]:
        row.wrong("service_code", "is empty")
    least, most, price = row.number_of("min_weight"), row.number_of("max_weight"), row.number_of("rate")
    sides = [row.number_of(column) for column in ("max_length", "max_width", "max_height")]
    if len(findings.faults) > before:
        return None
    return Line(
        file=path.name,
        row=number,
        carrier=carrier,
        code=cells["service_code"],
        name=cells["service_name"],
        label=cells["zone_label"],
        countries=countries,
        from_g=grams(least or "0", in_pounds),
        up_to_g=grams(most, in_pounds) if most else None,
        sides_mm=tuple(millimetres(side, in_inches) for side in sides if side),
        price=price if price and float(price) else "",
        currency=cells["currency"],
        days=days,
        domestic=domestic,
        international=international,
    )
