"""What PostgreSQL and SQLite do each in its own way: hold a moment still, take many rows, say which ids were given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import AutoField, Model

from doorstep.core.backup import lines

TABLES = {  # names of all that are there, by whether it is PostgreSQL
    True: "SELECT relname FROM pg_class WHERE relkind = 'r' AND pg_table_is_visible(oid)",
    False: "SELECT name FROM sqlite_master WHERE type = 'table'",
}
LAST_IDS = {  # of each table, of whichever version: the last id that was dealt out
    True: (
        "SELECT of.relname, COALESCE(pg_sequence_last_value(s.oid), 0) FROM pg_class s "
        "JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i') "
        "JOIN pg_class of ON d.refclassid = 'pg_class'::regclass AND of.oid = d.refobjid "
        "WHERE s.relkind = 'S' AND of.relkind = 'r' AND pg_table_is_visible(of.oid)"
    ),
    False: "SELECT name, seq FROM sqlite_sequence",
}
LOCK_SECONDS = 10  # to wait for those who use the record, before they are to be stopped


def on_postgresql() -> bool:
    return connection.vendor == "postgresql"


@contextmanager
def held_still() -> Iterator[None]:
    """See the record as it is at one moment, whatever others write meanwhile; nobody waits for us."""
    if on_postgresql():
        with transaction.atomic():
            _say("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    # By our settings a transaction takes the right to write at once. This one only reads, and must keep nobody waiting.
    database: Any = connection
    usual = database.transaction_mode
    database.transaction_mode = "DEFERRED"
    try:
        with transaction.atomic():
            yield
    finally:
        database.transaction_mode = usual


def pour(model: type[Model], rows: Iterable[Sequence[Any]]) -> None:
    """Put rows in, ids and all, in place of what triggers have put in for the rows of other tables."""
    quoted = connection.ops.quote_name
    _say(f"DELETE FROM {quoted(model._meta.db_table)}")
    names = ", ".join(map(quoted, lines.columns(model)))
    into = f"{quoted(model._meta.db_table)} ({names})"
    if on_postgresql():
        with (
            connection.wrap_database_errors,
            connection.cursor() as cursor,
            cursor.copy(f"COPY {into} FROM STDIN") as file,
        ):
            for row in rows:
                file.write_row(row)
        # Looked at now, what a row refers to is not kept in mind until the end: that is memory for every row.
        _say("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED")
        return
    places = ", ".join(["%s"] * len(lines.columns(model)))
    rest = iter(rows)
    with connection.cursor() as cursor:
        while some := list(islice(rest, lines.CHUNK)):
            cursor.executemany(f"INSERT INTO {into} VALUES ({places})", some)


def last_id(model: type[Model]) -> int | None:
    """The largest id that the database has dealt out, to rows that are gone, too; None where it deals none out."""
    if not isinstance(model._meta.pk, AutoField):
        return None
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if on_postgresql():
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [connection.ops.quote_name(table), key])
            cursor.execute(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {cursor.fetchone()[0]}")
        else:
            cursor.execute("SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = %s", [table])
        return int(cursor.fetchone()[0])


def highest_id(model: type[Model]) -> int:
    """The largest id of a row that is there, which may have been put in with an id of its own."""
    quoted = connection.ops.quote_name
    with connection.cursor() as cursor:
        key = quoted(str(model._meta.pk.column))
        cursor.execute(f"SELECT COALESCE(MAX({key}), 0) FROM {quoted(model._meta.db_table)}")
        return int(cursor.fetchone()[0])


def raise_last_id(model: type[Model], told: int) -> None:
    """Deal out no id up to this one."""
    if not told:
        return
    table, key = model._meta.db_table, str(model._meta.pk.column)
    with connection.cursor() as cursor:
        if on_postgresql():
            sequence = "pg_get_serial_sequence(%s, %s)"
            cursor.execute(f"SELECT setval({sequence}, %s)", [connection.ops.quote_name(table), key, told])
        else:
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, told])


def lock(tables: Sequence[str]) -> None:
    """Keep everybody else from tables on PostgreSQL until the transaction ends."""
    if tables:
        _say(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'", f"LOCK TABLE {_named(tables)} IN ACCESS EXCLUSIVE MODE")


def drop(tables: Sequence[str]) -> None:
    """Take tables away on PostgreSQL; on SQLite the file goes."""
    if tables:
        _say(f"DROP TABLE {_named(tables)} CASCADE")


def ask(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def _named(tables: Sequence[str]) -> str:
    return ", ".join(map(connection.ops.quote_name, tables))


def _say(*statements: str) -> None:
    with connection.cursor() as cursor:
        for one in statements:
            cursor.execute(one)
