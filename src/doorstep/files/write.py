"""Brand folders out, and the CSV dialect of everything that is written: RFC 4180, UTF-8, a header row."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO

from doorstep.files.output import PACKAGE_FILE, digest, output_folder
from doorstep.files.package import datapackage
from doorstep.files.plan_out import write_decisions, write_plan, write_summary
from doorstep.files.schema import WRITTEN

__all__ = ["output_folder", "write_brand_folder", "write_csv", "write_decisions", "write_plan", "write_summary"]

_AS_TEXT: dict[type, Callable[[Any], object]] = {bool: int, datetime: datetime.isoformat, date: date.isoformat}


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table; gzip when the name ends in `.gz`. None becomes an empty cell, bool 0/1, dates ISO 8601.

    Equal rows give equal bytes. Raises ValueError when a row is not as wide as the header.
    """
    width = len(columns)
    with text_out(path) as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        writer.writerows(_cells(row, width, path) for row in rows)


def _cells(row: Sequence[object], width: int, path: Path) -> list[object]:
    if len(row) != width:
        raise ValueError(f"{path.name}: a row of {len(row)} cells under {width} columns")
    return [cell if (as_text := _AS_TEXT.get(type(cell))) is None else as_text(cell) for cell in row]


@contextmanager
def text_out(path: Path) -> Iterator[TextIO]:
    """Open a file for text; packed when its name ends in `.gz`, the same bytes for the same text."""
    if path.suffix != ".gz":
        with path.open("w", encoding="utf-8", newline="") as plain:
            yield plain
        return
    with (
        path.open("wb") as raw,
        gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as packed,
        io.TextIOWrapper(packed, encoding="utf-8", newline="") as out,
    ):
        yield out


def write_brand_folder(
    path: Path,
    tables: Mapping[str, tuple[Sequence[str], Iterable[Sequence[object]]]],
    force: bool = False,
    notes: Mapping[str, str] | None = None,
) -> None:
    """Write a brand folder whole or not at all: file name without .csv -> (columns, rows).

    A required file that is not given gets its header row, so that a check says what is missing. `notes` are further
    text files by name. Raises OutputRefused, and ValueError for a table or column that the formats do not know.
    """
    notes = notes or {}
    _refuse_unknown(tables, notes)
    with output_folder(path, force) as folder:
        written: dict[str, str] = {}
        for table in WRITTEN:
            if table.optional and table.name not in tables:
                continue
            required = [column.name for column in table.columns if not column.optional]
            columns, rows = tables.get(table.name, (required, ()))
            write_csv(folder / table.file, columns, rows)
            written[table.name] = digest(folder / table.file)
        for name, note in notes.items():
            (folder / name).write_text(note, encoding="utf-8", newline="")
        extra = {name: digest(folder / name) for name in notes}
        (folder / PACKAGE_FILE).write_bytes(datapackage(written, extra))


def _refuse_unknown(
    tables: Mapping[str, tuple[Sequence[str], Iterable[Sequence[object]]]], notes: Mapping[str, str]
) -> None:
    known = {table.name: table for table in WRITTEN}
    for name, (columns, _) in tables.items():
        if name not in known:
            raise ValueError(f"the formats know no {name}.csv")
        unknown = [column for column in columns if column not in known[name].names]
        if unknown or len(set(columns)) != len(columns):
            raise ValueError(f"{name}.csv: not columns of it, or twice: {', '.join(unknown or columns)}")
    for name in notes:
        if Path(name).name != name or name.endswith((".csv", ".csv.gz")) or name == PACKAGE_FILE:
            raise ValueError(f"not the name of a note: {name!r}")
