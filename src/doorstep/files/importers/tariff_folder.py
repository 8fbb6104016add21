"""A price list of a carrier, turned into the folder of a tariff: what came of it, and what of it could not be said."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from doorstep.domain.errors import Fault, InputRefused
from doorstep.files.content import Unreadable, decode, read_bytes
from doorstep.files.output import PACKAGE_FILE, digest, output_folder
from doorstep.files.package import datapackage
from doorstep.files.schema import BY_NAME
from doorstep.files.tariff_in import read_tariff
from doorstep.files.write import write_csv
from doorstep.kernels.rate import compile_tariff

REPORT_FILE = "import.json"
MOST_FAULTS = 1_000
LEFT_OUT, ALTERED = "left out", "altered"  # what becomes of a line that cannot be said as it is

Row = tuple[object, ...]
ZONE_COLUMNS = (
    "service", "origin_country", "origin_prefix", "origin_to",
    "destination_country", "destination_prefix", "destination_to", "zone",
)  # fmt: skip
RATE_COLUMNS = ("service", "zone", "up_to_g", "price", "currency", "valid_from", "valid_to")
DIVISOR_COLUMNS = ("service", "when", "threshold", "dim_divisor_cm3_per_kg", "sequence")
EXCHANGE_COLUMNS = ("currency", "rate")
SERVICE_COLUMNS = (
    "service", "carrier", "name", "speed", "delivers_to", "max_weight_g", "max_length_mm", "max_girth_mm",
    "dim_divisor_cm3_per_kg", "working_days", "min_days", "max_days",
)  # fmt: skip
SURCHARGE_COLUMNS = ("service", "surcharge", "when", "kind", "amount", "sequence")


@dataclass(frozen=True, slots=True)
class Untold:
    """A line of the source that the formats cannot say as it is."""

    fate: str
    file: str
    row: int  # 0 concerns the whole file
    value: str
    why: str


@dataclass(frozen=True, slots=True)
class TariffImport:
    """What an import made."""

    layout: str
    sources: tuple[str, ...]
    services: int
    zones: int
    rates: int
    without_zones: tuple[str, ...]  # services that have prices and no zones: nothing can go by them
    untold: tuple[Untold, ...]

    def counted(self) -> list[tuple[str, str, int]]:
        """How many lines met each fate, and why; the most frequent first."""
        found = Counter((one.fate, one.why) for one in self.untold)
        return [(fate, why, count) for (fate, why), count in sorted(found.items(), key=lambda one: (-one[1], one[0]))]

    def to_json(self) -> str:
        """Stable text; equal imports give equal text."""
        counted = [{"fate": fate, "why": why, "count": count} for fate, why, count in self.counted()]
        told = {name: value for name, value in asdict(self).items() if name != "untold"}
        every = [asdict(one) for one in self.untold]
        return json.dumps({**told, "counted": counted, "untold": every}, indent=2, ensure_ascii=False) + "\n"


@dataclass(slots=True)
class Findings:
    """What is wrong with a source, and what of it cannot be said, gathered while it is read."""

    faults: list[Fault] = field(default_factory=list)
    untold: list[Untold] = field(default_factory=list)

    def fault(self, file: str, row: int, value: str, why: str, column: str = "") -> None:
        self.faults.append(Fault(file, row, column, value, why))

    def leave(self, file: str, row: int, value: str, why: str, fate: str = LEFT_OUT) -> None:
        self.untold.append(Untold(fate, file, row, value, why))

    def refuse_if_any(self) -> None:
        if self.faults:
            raise InputRefused(tuple(self.faults[:MOST_FAULTS]), len(self.faults))


def read_text(path: Path, findings: Findings) -> str | None:
    """Return the text of a file, packed or not; None, and a fault, when it cannot be read."""
    try:
        return decode(read_bytes(path))
    except Unreadable as error:
        findings.fault(path.name, error.row, "", error.why)
        return None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a source: its columns, and its rows as they are read."""

    head: list[str]
    rows: Iterator[tuple[int, list[str]]]  # number in the file, cells; as many as there are columns


def read_table(path: Path, needed: Sequence[str], findings: Findings) -> Table | None:
    """Open a table; None, and a fault, where it cannot be read or lacks a column. Rows of another length are faults."""
    text = read_text(path, findings)
    if text is None:
        return None
    reader = csv.reader(text.splitlines())
    head = [cell.strip() for cell in next(reader, [])]
    missing = [column for column in needed if column not in head]
    for column in missing:
        findings.fault(path.name, 1, "", "is missing in the header", column)
    return None if missing else Table(head, _rows(reader, len(head), path.name, findings))


def _rows(reader: Iterator[list[str]], columns: int, file: str, findings: Findings) -> Iterator[tuple[int, list[str]]]:
    count = 0
    for number, row in enumerate(reader, start=2):
        if not any(row):
            continue
        count += 1
        if len(row) == columns:
            yield number, [cell.strip() for cell in row]
        else:
            findings.fault(file, number, "", f"has {len(row)} cells under {columns} columns")
    if not count:
        findings.fault(file, 0, "", "has no rows")


def write_tariff_folder(
    folder: Path,
    tables: Mapping[str, tuple[Sequence[str], Sequence[Row]]],
    report: TariffImport,
    force: bool,
    reading: tuple[Path, ...],
    copied: tuple[Path, ...] = (),
) -> None:
    """Write a tariff whole or not at all: file name without .csv -> (columns, rows), the report, and files as they are.

    It is read again before it takes its place, so that no folder appears that `tariffs check` would refuse. Raises
    OutputRefused, InputRefused and InvalidProblem.
    """
    with output_folder(folder, force, reading) as aside:
        for name, (columns, rows) in tables.items():
            write_csv(aside / BY_NAME[name].file, columns, rows)
        for path in copied:
            (aside / path.name).write_bytes(path.read_bytes())
        (aside / REPORT_FILE).write_text(report.to_json(), encoding="utf-8", newline="")
        again = read_tariff(aside)
        compile_tariff(again.tariff, again.currency, (), ())
        written = {name: digest(aside / BY_NAME[name].file) for name in tables}
        extra = {name: digest(aside / name) for name in (REPORT_FILE, *(path.name for path in copied))}
        (aside / PACKAGE_FILE).write_bytes(datapackage(written, extra))
