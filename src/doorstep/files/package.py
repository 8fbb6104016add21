"""What a brand folder says about itself: datapackage.json (after Frictionless Data) and README.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from doorstep.files.columns import Column, Table
from doorstep.files.schema import WRITTEN

PROFILE = "doorstep-brand-folder"


def datapackage(tables: Mapping[str, str], notes: Mapping[str, str]) -> bytes:
    """Describe the tables written (name -> sha256 of the file); what is not written is not described.

    `written` lists the sha256 of every file, `notes` included: by it a folder that nobody has touched since is known.
    The resources carry no hash of their own, as the files are there to be edited.
    """
    described = [table for table in WRITTEN if table.name in tables]
    package = {
        "name": PROFILE,
        "profile": "data-package",
        "resources": [_resource(table, tables) for table in described],
        "written": {table.file: tables[table.name] for table in described} | dict(notes),
    }
    return orjson.dumps(package, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _resource(table: Table, written: Mapping[str, str]) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(column) for column in table.columns], "missingValues": [""]}
    if table.keys:
        schema["primaryKey"] = list(table.keys[0])
    links = [
        {"fields": [column.name], "reference": {"resource": column.refers_to[0], "fields": [column.refers_to[1]]}}
        for column in table.columns
        if column.refers_to and column.refers_to[0] in written
    ]
    if links:
        schema["foreignKeys"] = links
    return {
        "name": table.name,
        "path": table.file,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "description": table.about,
        "schema": schema,
    }


def _field(column: Column) -> dict[str, Any]:
    kind = column.kind
    described: dict[str, Any] = {"name": column.name, "type": kind.type, "description": about(column)}
    if kind.type == "boolean":
        described |= {"trueValues": ["1"], "falseValues": ["0"]}
    if kind.format:
        described["format"] = kind.format
    constraints = dict(kind.constraints)
    if not column.blank:
        constraints["required"] = True
    if constraints:
        described["constraints"] = constraints
    return described


def about(column: Column) -> str:
    return f"{column.about} ({column.kind.says})"


def presence(column: Column) -> str:
    if column.optional:
        return "optional"
    return "may be empty" if column.blank else "required"


def markdown(table: Table) -> str:
    """The columns of a file as a table for people, in docs/formats.md and in a blank folder's README.md alike."""
    lines = [f"### {table.file}{' (optional)' if table.optional else ''}", "", table.about, ""]
    lines += ["| column | cell | | meaning |", "|---|---|---|---|"]
    for column in table.columns:
        refers = f"; one of {column.refers_to[0]}.csv" if column.refers_to else ""
        lines.append(f"| {column.name} | {column.kind.says} | {presence(column)} | {column.about}{refers} |")
    if table.keys:
        lines += ["", f"Unique: {', '.join(table.keys[0])}."]
    return "\n".join(lines) + "\n"
