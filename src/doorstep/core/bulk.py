"""Hundreds of rows in one statement: they go as one value, which the database takes apart.

A place for each value of each row would cost more to write and to read than the work itself; SQLite, which is no
journey away, takes them as places or one by one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from json import dumps
from typing import Any, TypeVar

import orjson
from django.db import connection
from django.db.models import Model

from doorstep.core.statements import Statement, at_once, places, rows_of

Row = TypeVar("Row", bound=Model)
Place = str | int


def among(column: str, wanted: Collection[Place]) -> tuple[str, object]:
    """Give the condition that a column is one of these, and the value that goes into its place."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)", list(wanted)
    return f"{column} IN (SELECT value FROM json_each(%s))", dumps(list(wanted))


def locked(tables: str, *, skip: bool = False) -> str:
    """Give the end of a SELECT that locks what it finds in these tables; SQLite has one writer anyway."""
    if connection.vendor != "postgresql":
        return ""
    return f" FOR UPDATE OF {tables}{' SKIP LOCKED' if skip else ''}"


def insert_new(rows: Sequence[Row], unique: Sequence[str], name: str) -> list[Row]:
    """Put in those of a few hundred rows of one table that are not there by these columns; gives them.

    `name` is a column of text by which the rows differ. Of two who put the same one in at once, the second waits for
    the first, and puts nothing in; so that neither waits for ever, rows come in an order that is the same for all.
    """
    if not rows:
        return []
    model, quoted = type(rows[0]), connection.ops.quote_name
    fields = [one for one in model._meta.concrete_fields if not one.primary_key]
    columns, own = tuple(str(one.column) for one in fields), [str(one.attname) for one in fields]
    values: list[Any]
    if connection.vendor == "postgresql":
        source = f"SELECT {_listed(columns)} FROM {_taken_apart(model, columns)}"
        values = [_written([[getattr(row, one) for one in own] for row in rows], columns)]
    else:
        source = f"VALUES {', '.join([places(len(own))] * len(rows))}"
        values = [one.get_db_prep_save(getattr(row, str(one.attname)), connection) for row in rows for one in fields]
    text = (
        f"INSERT INTO {quoted(model._meta.db_table)} ({_listed(columns)}) {source} "
        f"ON CONFLICT ({_listed(unique)}) DO NOTHING RETURNING {quoted(str(model._meta.pk.column))}, {quoted(name)}"
    )
    ids = {told: pk for pk, told in rows_of(text, values)}
    made = [row for row in rows if getattr(row, name) in ids]
    for row in made:
        row.pk, row._state.adding, row._state.db = ids[getattr(row, name)], False, connection.alias
    return made


def change(model: type[Model], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Set columns of rows of one table; of each row first its id, then its values. Call within a transaction."""
    if not rows:
        return
    fields = {str(one.column): one for one in model._meta.concrete_fields}
    key, table = str(model._meta.pk.column), connection.ops.quote_name(model._meta.db_table)
    quoted = connection.ops.quote_name
    if connection.vendor == "postgresql":
        to = ", ".join(f"{quoted(one)} = told.{quoted(one)}" for one in columns)
        named = (key, *columns)
        source = _taken_apart(model, named)
        text = f"UPDATE {table} AS own SET {to} FROM {source} WHERE own.{quoted(key)} = told.{quoted(key)}"
        at_once([(text, [_written(rows, named)])])
        return
    to = ", ".join(f"{quoted(one)} = %s" for one in columns)
    text = f"UPDATE {table} SET {to} WHERE {quoted(key)} = %s"
    each: list[Statement] = []
    for pk, *values in rows:
        taken = [fields[one].get_db_prep_save(value, connection) for one, value in zip(columns, values, strict=True)]
        each.append((text, [*taken, pk]))
    at_once(each)


def _written(rows: Sequence[Sequence[Any]], columns: Sequence[str]) -> str:
    return orjson.dumps([dict(zip(columns, row, strict=True)) for row in rows]).decode()


@lru_cache(maxsize=256)
def _taken_apart(model: type[Model], columns: tuple[str, ...]) -> str:
    fields = {str(one.column): one for one in model._meta.concrete_fields}
    quoted = connection.ops.quote_name
    typed = ", ".join(f"{quoted(one)} {fields[one].rel_db_type(connection)}" for one in columns)
    return f"json_to_recordset(%s) AS told ({typed})"


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(map(connection.ops.quote_name, columns))
