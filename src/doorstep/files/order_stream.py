"""Orders of one CSV, read as it comes: a row for each line of an order, with the columns of orders.csv beside it.

A folder is planned as a whole and has no word on what becomes of an order that is short; a stream has `on_shortage`.

Rows of one order stand together. What the order itself says is read from its first row and must not differ in the
others; it may be left empty there. A fault concerns its order alone.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import groupby
from typing import Any

from doorstep.domain.demand import ON_SHORTAGE, Contact, Order, OrderLine
from doorstep.domain.errors import Fault, InputRefused
from doorstep.domain.place import Place
from doorstep.files.columns import opt
from doorstep.files.kinds import one_of
from doorstep.files.schema_demand import ORDER_LINES, ORDERS
from doorstep.files.table import parse_cells

FILE = "orders"
_LINE = ("line", "sku", "quantity", "unit_price")
_ON_SHORTAGE = opt("on_shortage", one_of(ON_SHORTAGE), "what becomes of it if its goods are not there; empty: hold")
COLUMNS = {column.name: column for column in (*ORDERS.columns, _ON_SHORTAGE.default("hold"), *ORDER_LINES.columns[1:])}
_PLACE = ("country", "region", "city", "postcode", "latitude", "longitude")
_TAIL = (
    "speed", "residential", "signed_for", "saturday", "pickup_point", "safe_place", "not_before", "promised_by",
    "priority", "gift_note", "on_shortage",
)  # fmt: skip
_CONTACT = ("name", "company", "address_1", "address_2", "phone", "email")
CHUNK_ROWS = 2_000
Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class ReadOrder:
    """An order with the number of its first row; or what is wrong with it, by column."""

    row: int
    code: str
    order: Order | None
    wrong: tuple[tuple[str, str], ...]


class OrderStream:
    """Opened on lines of text. Raises InputRefused with every fault of the header."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._records = csv.reader(lines, strict=True)
        self._at = _positions(next(self._records, []))
        self._width = len(self._at)

    def __iter__(self) -> Iterator[ReadOrder]:
        for chunk in self._chunks():
            cells = self._parse(chunk)
            for _, group in groupby(range(len(chunk)), key=lambda n: self._code(chunk[n][1])):
                yield self._order([chunk[n] for n in group], cells)

    def _code(self, record: list[str]) -> str:
        return record[self._at["order"]] if self._at["order"] < len(record) else ""

    def _chunks(self) -> Iterator[list[Row]]:
        """Cut between orders, so that one never lies in two chunks."""
        chunk: list[Row] = []
        for row, record in self._numbered():
            if len(chunk) >= CHUNK_ROWS and self._code(record) != self._code(chunk[-1][1]):
                yield chunk
                chunk = []
            chunk.append((row, record))
        if chunk:
            yield chunk

    def _numbered(self) -> Iterator[Row]:
        row = 1
        try:
            for row, record in enumerate(self._records, start=2):
                if record:
                    yield row, record
        except (csv.Error, UnicodeDecodeError) as error:  # what follows cannot be told apart
            yield row + 1, ["", str(error)]

    def _parse(self, chunk: list[Row]) -> dict[str, tuple[dict[str, Any], dict[str, str]]]:
        """Parse each distinct text of a column once: what the sound ones mean, and why the others are faulty."""
        even = [record for _, record in chunk if len(record) == self._width]
        return {
            name: parse_cells({record[position] for record in even}, COLUMNS[name])
            for name, position in self._at.items()
        }

    def _order(self, rows: list[Row], cells: dict[str, tuple[dict[str, Any], dict[str, str]]]) -> ReadOrder:
        first, head = rows[0]
        code = self._code(head)
        uneven = [row for row, record in rows if len(record) != self._width]
        if uneven:
            why = f"row {uneven[0]} has not {self._width} cells" + (f": {head[-1]}" if not code else "")
            return ReadOrder(first, code, None, (("", why),))
        wrong: list[tuple[str, str]] = []
        values = {name: self._value(name, head, cells, wrong) for name in COLUMNS if name not in _LINE}
        lines = []
        for row, record in rows:
            parts = [self._value(name, record, cells, wrong) for name in _LINE]
            lines.append(OrderLine(*parts))
            wrong += [
                (name, f"row {row} says otherwise than the order's first row")
                for name, position in self._at.items()
                if name not in _LINE and record[position] not in ("", head[position])
            ]
        if len({line.line for line in lines}) < len(lines):
            wrong.append(("line", "stands twice in the order"))
        return ReadOrder(first, code, None if wrong else _made(values, tuple(lines)), tuple(dict.fromkeys(wrong)))

    def _value(
        self,
        name: str,
        record: list[str],
        cells: dict[str, tuple[dict[str, Any], dict[str, str]]],
        wrong: list[tuple[str, str]],
    ) -> Any:
        if name not in self._at:
            return COLUMNS[name].kind.absent
        text = record[self._at[name]]
        parsed, faulty = cells[name]
        if text in faulty:
            wrong.append((name, f"{text[:100]!r} {faulty[text]}" if text else faulty[text]))
            return COLUMNS[name].kind.absent
        return parsed[text]


def _made(values: dict[str, Any], lines: tuple[OrderLine, ...]) -> Order:
    tail = {name: values[name] for name in _TAIL}
    contact = Contact(*(values[name] for name in _CONTACT))
    place = Place(*(values[name] for name in _PLACE))
    head = (values["order"], values["channel"], values["placed_at"], values["customer"])
    return Order(*head, place, lines, contact=contact, **tail)


def _positions(header: list[str]) -> dict[str, int]:
    """Where each column stands. Raises InputRefused with all that is unknown, twice or missing."""
    faults: list[Fault] = []
    at: dict[str, int] = {}
    for position, name in enumerate(header):
        if name in at:
            faults.append(Fault(FILE, 1, name, "", "is there twice"))
        elif name in COLUMNS:
            at[name] = position
        else:
            near = get_close_matches(name[:100], COLUMNS.keys() - set(header), n=1)
            hint = f"; is {near[0]} meant?" if near else ""
            faults.append(Fault(FILE, 1, name[:100], "", f"is not a column of orders{hint}"))
    missing = [name for name, column in COLUMNS.items() if name not in at and not column.optional]
    faults += [Fault(FILE, 1, name, "", "is missing among the columns") for name in missing]
    if faults:
        raise InputRefused(tuple(faults), len(faults))
    return at
