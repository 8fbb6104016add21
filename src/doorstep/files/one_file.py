"""A file that stands for itself, beside the folder or without one, in: its text, and its columns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from doorstep.files import content
from doorstep.files.columns import Table
from doorstep.files.faults import Faults
from doorstep.files.rules import Tables
from doorstep.files.table import read_table


def read_file(
    path: Path, table: Table, rank: int, faults: Faults, tables: Tables, told: Callable[[bytes], None]
) -> None:
    """Read a file, or the packed one of that name."""
    packed = path.with_name(f"{path.name}.gz")
    found = packed if not path.exists() and packed.exists() else path
    try:
        if not found.exists():
            raise content.Unreadable("is not there")
        text = content.decode(content.read_bytes(found))
    except content.Unreadable as error:
        faults.rule(str(found), rank).add(error.row, "", error.why)
        return
    except (OSError, ValueError) as error:
        faults.rule(str(found), rank).add(0, "", f"cannot be read: {error}")
        return
    canonical = content.canonical(text)
    told(f"{table.file} {len(canonical)}\n".encode() + canonical)
    tables[table.name] = read_table(text, table, str(found), rank, faults)
