"""One CSV file read into columns, each cell of the kind that the schema declares.

A row is a record: row 1 is the header, and a line break inside quotes does not begin a new one, as in a spreadsheet.
Every distinct text of a column is parsed once, so a long column of few values costs little, and faults cost no more
than good cells.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from doorstep.files.columns import Column, Table
from doorstep.files.faults import Faults, Finding

_NOTHING: dict[str, str] = {}


@dataclass(slots=True)
class Columns:
    """A table as read. `values` holds the parsed cells of every column declared; None also where a cell is faulty."""

    table: Table
    file: str  # as found: with .gz or without
    rank: int
    faults: Faults
    rows: Sequence[int] = ()  # row numbers
    texts: dict[str, Sequence[str]] = field(default_factory=dict)
    values: dict[str, Sequence[Any]] = field(default_factory=dict)
    wrong: dict[str, dict[str, str]] = field(default_factory=dict)  # column -> faulty text -> why
    complete: bool = True  # every row of the file is among `rows`

    def rule(self, column: str = "") -> Finding:
        order = [declared.name for declared in self.table.columns]
        return self.faults.rule(self.file, self.rank, column, order.index(column) if column else -1)

    def has(self, column: str) -> bool:
        return column in self.texts

    def faulty(self, column: str) -> dict[str, str]:
        return self.wrong.get(column, _NOTHING)


OTHERS = {";": "semicolons", "\t": "tabs"}  # what spreadsheets put between cells where commas are decimal points


def read_table(text: str, table: Table, file: str, rank: int, faults: Faults) -> Columns:
    """Read a file's text; what is wrong goes to `faults`, what is right into the columns."""
    read = Columns(table, file, rank, faults, values={column.name: [] for column in table.columns})
    records, broken = _records(text)
    if broken:
        read.complete = False
        read.rule().add(len(records) + 1, "", f"is not CSV: {broken}")
    header = records[0] if records else []
    if not header:
        if not broken:
            read.rule().add(0, "", "is empty; not even a header row")
        read.complete = False
        return read
    other = next((named for sign, named in OTHERS.items() if len(header) == 1 and sign in header[0]), "")
    if other:
        read.rule().add(1, "", f"is separated by {other}; save it with commas")
        read.complete = False
        return read
    known = _check_header(read, header)
    body = _even_records(read, records, len(header))
    cells = list(zip(*body, strict=True)) if body else [()] * len(header)
    for name, position in known.items():
        read.texts[name] = cells[position]
    for column in table.columns:
        _parse_column(read, column)
    return read


def _records(text: str) -> tuple[list[list[str]], str]:
    """Split a text into records; on a break in the quoting, those before it and what broke."""
    records: list[list[str]] = []
    try:
        records.extend(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        return records, str(error)
    while records and not records[-1]:
        records.pop()  # empty lines at the end
    return records, ""


def _check_header(read: Columns, header: list[str]) -> dict[str, int]:
    """Report what is not, what is twice and what is missing in a header; give the positions of what is known."""
    finding = read.rule()
    known: dict[str, int] = {}
    declared = read.table.names
    for position, name in enumerate(header):
        if name in known:
            finding.add(1, name, "is there twice")
        elif name in declared:
            known[name] = position
        else:
            near = get_close_matches(name[:100], declared - set(header), n=1)
            hint = f"; is {near[0]} meant?" if near else ""
            finding.add(
                1, name, f"is not a column of {read.table.file}{hint}" if name else "is a column without a name"
            )
    for column in read.table.columns:
        if column.name not in known and not column.optional:
            finding.add(1, column.name, "is missing among the columns")
    return known


def _even_records(read: Columns, records: list[list[str]], width: int) -> list[list[str]]:
    """Keep the records as wide as the header, with their row numbers; report the others."""
    del records[0]
    if set(map(len, records)) <= {width}:
        read.rows = range(2, len(records) + 2)
        return records
    finding = read.rule()
    even, rows = [], []
    for row, record in enumerate(records, start=2):
        if len(record) == width:
            even.append(record)
            rows.append(row)
        else:
            why = f"has {len(record)} cells, the header has {width}" if record else "is an empty line"
            finding.add(row, "", why)
    read.rows = rows
    read.complete = False
    return even


def _parse_column(read: Columns, column: Column) -> None:
    texts = read.texts.get(column.name)
    if texts is None:
        read.values[column.name] = [column.kind.absent] * len(read.rows)
        return
    parsed, wrong = parse_cells(set(texts), column)
    # Parsed to the texts themselves and mostly different ones: there is nothing to gain from looking each up.
    verbatim = column.kind.absent == "" and not wrong and 2 * len(parsed) > len(texts)
    read.values[column.name] = texts if verbatim else list(map(parsed.get, texts))
    if wrong:
        read.wrong[column.name] = wrong
        finding = read.rule(column.name)
        for row, cell in zip(read.rows, texts, strict=True):
            if cell in wrong:
                finding.add(row, cell, wrong[cell])


def parse_cells(distinct: set[str], column: Column) -> tuple[dict[str, Any], dict[str, str]]:
    """Parse each text once: what the sound ones mean, and why the others are faulty."""
    parsed: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    kind = column.kind
    if "" in distinct:
        distinct.remove("")
        if column.blank:
            parsed[""] = kind.absent
        else:
            wrong[""] = "is empty"
    cells = list(distinct)
    at_once = kind.many(cells) if kind.many else None
    if at_once is not None:
        parsed.update(zip(cells, at_once, strict=True))
        return parsed, wrong
    for cell in cells:
        try:
            parsed[cell] = kind.parse(cell)
        except ValueError as error:
            wrong[cell] = str(error)
    return parsed, wrong
