"""What a plan wrote, read again: how it was asked for, and its answer to one order."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

from doorstep.domain.errors import Fault, InputRefused
from doorstep.files.output import SUMMARY_FILE

DECISIONS, UNPLANNED = "decisions.jsonl", "unplanned.csv"


@dataclass(frozen=True, slots=True)
class StoredRun:
    """How a plan was asked for; `iterations` None: as many as usual."""

    data_version: str
    seed: int
    iterations: int | None
    params: Mapping[str, int]
    first: date | None
    until: date | None
    now: datetime | None


def asked_record(
    first: date | None, until: date | None, now: datetime | None, iterations: int | None
) -> dict[str, object]:
    """Say in summary.json which orders were asked for, and with how many steps."""
    return {
        "from": None if first is None else first.isoformat(),
        "to": None if until is None else until.isoformat(),
        "now": None if now is None else now.isoformat(),
        "iterations": iterations,
    }


def stored_run(folder: Path) -> StoredRun:
    """Read how the plan in a folder was asked for. Raises InputRefused."""
    try:
        told = orjson.loads(_bytes(folder, SUMMARY_FILE))
        asked, params = told["asked"], told["params"]
        now = None if asked["now"] is None else datetime.fromisoformat(asked["now"])
        if int(told["seed"]) < 0 or (now is not None and now.tzinfo is None):
            raise ValueError("no seed, or no instant")
        return StoredRun(
            data_version=str(told["data_version"]),
            seed=int(told["seed"]),
            iterations=None if asked["iterations"] is None else int(asked["iterations"]),
            params={str(name): int(value) for name, value in params.items()},
            first=None if asked["from"] is None else date.fromisoformat(asked["from"]),
            until=None if asked["to"] is None else date.fromisoformat(asked["to"]),
            now=now,
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise refused(
            SUMMARY_FILE, "", "does not tell how the plan was asked for: no plan that can be repeated"
        ) from error


def stored_answer(folder: Path, order: str) -> tuple[bytes, bool]:
    """Give the line of decisions.jsonl of an order, or its row of unplanned.csv as JSON, and whether it is planned.

    Raises InputRefused when the plan has no such order.
    """
    for line in _bytes(folder, DECISIONS).splitlines():
        try:
            if orjson.loads(line)["order"] == order:
                return line, True
        except (ValueError, KeyError, TypeError) as error:
            raise refused(DECISIONS, "", "has a line that is not a decision") from error
    for row in _unplanned(folder):
        if row.get("order") == order:
            return orjson.dumps(row), False
    raise refused(DECISIONS, order, "is no order of this plan, neither there nor in unplanned.csv")


def _unplanned(folder: Path) -> list[dict[str, str]]:
    text = _bytes(folder, UNPLANNED).decode("utf-8", "replace")
    before = csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))  # one order may lack thousands of goods
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise refused(UNPLANNED, "", "is not a table") from error
    finally:
        csv.field_size_limit(before)
    if any(None in row or None in row.values() for row in rows):
        raise refused(UNPLANNED, "", "has a row that is longer or shorter than its heading")
    return rows


def refused(file: str, value: str, why: str) -> InputRefused:
    """One fault that concerns a whole file."""
    return InputRefused((Fault(file, 0, "", value, why),), 1)


def unplanned_record(row: tuple[Any, ...], columns: tuple[str, ...]) -> bytes:
    """Say a row of unplanned.csv as `stored_answer` does."""
    return orjson.dumps(dict(zip(columns, row, strict=True)))


def _bytes(folder: Path, file: str) -> bytes:
    try:
        return (folder / file).read_bytes()
    except OSError as error:
        raise refused(file, "", f"cannot be read in {folder}: {error.strerror}") from error
