"""The files of the source as text: found, unpacked, and their columns checked. All that is wrong is said at once."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from doorstep.domain.errors import Fault, InputRefused

# Table -> the columns that are read. Others may be there.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "orders": (
        "order_id",
        "customer_id",
        "order_status",
        "order_purchase_timestamp",
        "order_approved_at",
        "order_delivered_carrier_date",
        "order_delivered_customer_date",
        "order_estimated_delivery_date",
    ),
    "order_items": ("order_id", "product_id", "seller_id", "price", "freight_value"),
    "customers": (
        "customer_id",
        "customer_unique_id",
        "customer_city",
        "customer_state",
        "customer_zip_code_prefix",
    ),
    "products": (
        "product_id",
        "product_category_name",
        "product_weight_g",
        "product_length_cm",
        "product_height_cm",
        "product_width_cm",
    ),
    "sellers": ("seller_id", "seller_zip_code_prefix"),
    "geolocation_by_prefix": ("zip", "lat", "lng", "city", "state"),
    "demand_by_zip_prefix": ("zip_prefix", "customers"),
    "order_reviews": ("order_id", "review_score"),
    "product_category_name_translation": ("product_category_name", "product_category_name_english"),
}
OPTIONAL = frozenset({"order_reviews", "product_category_name_translation"})
SHOWN_ROWS = 5


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of the columns read, in the order of COLUMNS, each with its row number in the file (the header is 1)."""

    file: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """Rows that met the same fate."""

    file: str
    reason: str
    count: int
    rows: tuple[int, ...]  # the first few


@dataclass(slots=True)
class Tallies:
    """Counts rows by file and reason while they are read."""

    _found: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def add(self, file: str, reason: str, row: int) -> None:
        self._found.setdefault((file, reason), []).append(row)

    def all(self) -> tuple[Tally, ...]:
        return tuple(
            Tally(file, reason, len(rows), tuple(sorted(rows)[:SHOWN_ROWS]))
            for (file, reason), rows in sorted(self._found.items())
        )


def read_source(folder: Path, dropped: Tallies) -> Mapping[str, Table]:
    """Read every table of the source; an optional file that is missing is an empty table.

    Raises InputRefused with every missing or unreadable file and every missing column.
    """
    if not folder.is_dir():
        raise InputRefused((Fault(str(folder), 0, "", "", "is not a folder with the Olist data"),), 1)
    faults: list[Fault] = []
    tables: dict[str, Table] = {}
    for name, columns in COLUMNS.items():
        path = next((p for p in (folder / f"{name}.csv.gz", folder / f"{name}.csv") if p.is_file()), None)
        if path is None:
            if name not in OPTIONAL:
                faults.append(Fault(f"{name}.csv", 0, "", "", f"is missing in {folder} (.csv or .csv.gz)"))
            tables[name] = Table(f"{name}.csv", ())
            continue
        found = _read(path, columns, name not in OPTIONAL, dropped)
        if isinstance(found, Table):
            tables[name] = found
        else:
            faults.extend(found)
    if faults:
        raise InputRefused(tuple(faults), len(faults))
    return tables


def _read(path: Path, columns: tuple[str, ...], needed: bool, dropped: Tallies) -> Table | list[Fault]:
    try:
        raw = path.read_bytes()
        if path.suffix == ".gz":
            raw = gzip.decompress(raw)
        text = raw.decode("utf-8-sig")
    except (OSError, EOFError, zlib.error) as error:  # BadGzipFile is an OSError
        return [Fault(path.name, 0, "", "", f"cannot be read: {error}")]
    except UnicodeDecodeError as error:
        return [Fault(path.name, 0, "", "", f"is not UTF-8 at byte {error.start}")]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        missing = [column for column in columns if column not in header]
        if missing:
            return [Fault(path.name, 1, column, "", "is missing in the header") for column in missing]
        rows = tuple(_rows(reader, header, columns, path.name, dropped))
    except csv.Error as error:
        return [Fault(path.name, reader.line_num, "", "", f"is not CSV: {error}")]
    if needed and not rows:
        return [Fault(path.name, 0, "", "", "has no rows")]
    return Table(path.name, rows)


def _rows(
    reader: Iterator[list[str]], header: list[str], columns: tuple[str, ...], file: str, dropped: Tallies
) -> Iterator[tuple[int, tuple[str, ...]]]:
    picks = [header.index(column) for column in columns]
    width = len(header)
    for number, cells in enumerate(reader, start=2):
        if len(cells) != width:
            if cells:
                dropped.add(file, "not as many cells as the header", number)
            continue
        yield number, tuple([cells[pick].strip() for pick in picks])
