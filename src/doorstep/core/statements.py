"""Statements of what happens many times a second: written once, where Django would write them anew for every request.

What they say is what Django would say; what they give back, both databases give in the same types. PostgreSQL takes
several in one message and answers them together, so that no lock is held while a message travels; SQLite, which is no
journey away, takes them one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import groupby
from threading import local
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models import Field, Model
from django.db.models.base import ModelState

Row = TypeVar("Row", bound=Model)
Statement = tuple[str, Sequence[Any]]  # its text and its values
FEW = 8  # rows for which a statement is kept; more go in as Django puts them
BATCH = 2_000
_AS_IT_IS = (models.CharField, models.IntegerField, models.BooleanField, models.FloatField, models.ForeignKey)


@dataclass(frozen=True, slots=True)
class Done:
    """What a statement gave back, and how many rows it concerned."""

    rows: list[tuple[Any, ...]]
    count: int


class _Put(local):
    """What a thread has to put in at the end of a block `together`. Slots would be shared by all threads."""

    off: list[Statement] | None = None


_put = _Put()


def rows_of(text: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Ask one statement."""
    if _put.off:
        return at_once([(text, values)])[-1].rows
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def at_once(statements: Sequence[Statement]) -> list[Done]:
    """Execute statements one after the other, in one message where the database takes it. Call within a transaction.

    Those of the same text that follow one another are answered as one. Within a block `together` what was put off goes
    before them, in the same message.
    """
    ahead: list[Statement] = []
    if _put.off:
        ahead, _put.off = _put.off, []
    put_off = _grouped(ahead)
    groups, before = [*put_off, *_grouped(statements)], len(put_off)
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            return [_one_by_one(cursor, *group) for group in groups][before:]
        # Each by itself becomes what it says with its values: the driver remembers how short texts are read.
        with connection.wrap_database_errors:
            told = [cursor.mogrify(*one) for one in (*ahead, *statements)]
        cursor.execute(";\n".join(told))
        answers = [
            _fold([_answer(cursor, first=not at and not one) for one in range(len(many))])
            for at, (_, many) in enumerate(groups)
        ]
        return answers[before:]


def fresh(model: type[Row], **columns: Any) -> Row:
    """Make a row from its columns, as the class itself would, in a fraction of the time; what is not named is at its
    default. Relations are named by their ids."""
    row = model.__new__(model)
    plain, made = _defaults(model)
    held = vars(row)
    held.update(plain)
    for name, make in made:
        held[name] = make()
    held.update(columns)
    row._state = ModelState()
    return row


def insert(rows: Sequence[Row], *, named: bool = False) -> Sequence[Row]:
    """Put rows of one table in, in their order; each learns its id. Raises IntegrityError as the table demands.

    Within a block `together` they learn no id unless they are `named`, which puts them in at once.
    """
    if not rows:
        return rows
    model = type(rows[0])
    if len(rows) > FEW:
        return _pour(model, rows, named=named or _put.off is None)
    if _put.off is not None and not named:
        _put.off.append((_insertion(model, len(rows))[1], _values(model, rows)))
        return rows
    _named(rows, rows_of(f"{_insertion(model, len(rows))[1]} RETURNING {_key(model)}", _values(model, rows)))
    return rows


def insert_after(first: Model, row: Row, name: str) -> Row:
    """Put two rows in at once, of which the second names the first in its column `name`."""
    model = type(row)
    setattr(row, name, None)
    values = _values(model, [row])
    del values[_insertion(model, 1)[0].index(name)]
    one, two = at_once(
        [
            (f"{_insertion(type(first), 1)[1]} RETURNING {_key(type(first))}", _values(type(first), [first])),
            (f"{_insertion_after(type(first), model, name)} RETURNING {_key(model)}", values),
        ]
    )
    _named([first], one.rows)
    _named([row], two.rows)
    setattr(row, name, first.pk)
    return row


@contextmanager
def together() -> Iterator[None]:
    """Have the few rows that are put in within this block go in at its end, all at once. None of them learns its id.

    A statement of this module goes out behind what was put off, and sees it; what Django asks meanwhile does not.
    """
    if _put.off is not None:
        yield
        return
    _put.off = []
    try:
        yield
        if _put.off:
            at_once([])
    finally:
        _put.off = None


def instant(told: datetime | str | None) -> datetime | None:
    """Read a column of instants: SQLite keeps them in UTC without saying so, and may give them as text."""
    at = datetime.fromisoformat(told) if isinstance(told, str) else told
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


def day(told: date | str | None) -> date | None:
    """Read a column of days: SQLite may give them as text."""
    return date.fromisoformat(told) if isinstance(told, str) else told


def _pour(model: type[Row], rows: Sequence[Row], *, named: bool) -> Sequence[Row]:
    """Put many rows in, the way that costs least; PostgreSQL takes them as a file, and deals out their ids before."""
    if connection.vendor != "postgresql":
        return model._default_manager.bulk_create(rows, batch_size=BATCH)
    if _put.off:
        at_once([])  # what was put off before goes in before
    if named:
        _named(rows, rows_of(f"SELECT nextval({_sequence(model)}) FROM generate_series(1, %s)", [len(rows)]))
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(_copying(model, named)) as file:
        for row in rows:
            told = _values(model, [row])
            file.write_row([row.pk, *told] if named else told)
    return rows


def _grouped(statements: Sequence[Statement]) -> list[tuple[str, list[Sequence[Any]]]]:
    """Put those of the same text that follow one another together."""
    return [(text, [values for _, values in some]) for text, some in groupby(statements, lambda one: one[0])]


def _one_by_one(cursor: Any, text: str, many: Sequence[Sequence[Any]]) -> Done:
    if len(many) == 1:
        cursor.execute(text, many[0])
    else:
        cursor.executemany(text, many)
    return _done(cursor)


def _answer(cursor: Any, *, first: bool) -> Done:
    if not first:
        cursor.nextset()
    return _done(cursor)


def _done(cursor: Any) -> Done:
    return Done(cursor.fetchall() if cursor.description else [], cursor.rowcount)


def _fold(some: Sequence[Done]) -> Done:
    return (
        some[0] if len(some) == 1 else Done([row for one in some for row in one.rows], sum(one.count for one in some))
    )


def _named(rows: Sequence[Model], ids: Sequence[tuple[Any, ...]]) -> None:
    for row, (pk,) in zip(rows, ids, strict=True):
        row.pk, row._state.adding, row._state.db = pk, False, connection.alias


def _values(model: type[Model], rows: Sequence[Model]) -> list[Any]:
    """Give what goes into the columns; most of it goes as it is."""
    names, takes = _columns(model)
    values, database = [], connections[DEFAULT_DB_ALIAS]
    for row in rows:
        held = vars(row)
        values += [
            held[name] if take is None else take(held[name], database) for name, take in zip(names, takes, strict=True)
        ]
    return values


@lru_cache(maxsize=256)
def _insertion(model: type[Model], rows: int) -> tuple[tuple[str, ...], str]:
    names, _ = _columns(model)
    return names, f"{_into(model)} VALUES {', '.join([places(len(names))] * rows)}"


@lru_cache(maxsize=256)
def _insertion_after(first: type[Model], model: type[Model], name: str) -> str:
    """The same for one row; in the column stands the id of the row that this connection has put into another table."""
    last = f"currval({_sequence(first)})" if connection.vendor == "postgresql" else "last_insert_rowid()"
    places = ", ".join(last if one == name else "%s" for one in _columns(model)[0])
    return f"{_into(model)} VALUES ({places})"


@lru_cache(maxsize=256)
def _copying(model: type[Model], named: bool) -> str:
    quoted = connection.ops.quote_name
    columns = [one.column for one in model._meta.concrete_fields if named or not one.primary_key]
    keyed = sorted(columns, key=lambda one: one != model._meta.pk.column)  # the key comes first
    return f"COPY {quoted(model._meta.db_table)} ({', '.join(quoted(str(one)) for one in keyed)}) FROM STDIN"


def _sequence(model: type[Model]) -> str:
    table = connection.ops.quote_name(model._meta.db_table)
    return f"pg_get_serial_sequence('{table}', '{model._meta.pk.column}')"


def _into(model: type[Model]) -> str:
    quoted = connection.ops.quote_name
    fields = [one for one in model._meta.concrete_fields if not one.primary_key]
    return f"INSERT INTO {quoted(model._meta.db_table)} ({', '.join(quoted(str(one.column)) for one in fields)})"


def places(number: int) -> str:
    """So many places for values, as `IN` and `VALUES` take them."""
    return f"({', '.join(['%s'] * number)})"


def _key(model: type[Model]) -> str:
    return connection.ops.quote_name(str(model._meta.pk.column))


@lru_cache(maxsize=256)
def _columns(model: type[Model]) -> tuple[tuple[str, ...], tuple[Callable[[Any, Any], Any] | None, ...]]:
    """Attributes of a row in the order of its columns, and how each is made what the database takes."""
    fields = [one for one in model._meta.concrete_fields if not one.primary_key]
    return tuple(str(one.attname) for one in fields), tuple(_taken(one) for one in fields)


@lru_cache(maxsize=256)
def _defaults(model: type[Model]) -> tuple[dict[str, Any], tuple[tuple[str, Callable[[], Any]], ...]]:
    """What a row holds before anything is said of it: plain values, and those that are made for every row."""
    fields = {str(one.attname): one for one in model._meta.concrete_fields}
    made = {name: one.default for name, one in fields.items() if one.has_default() and callable(one.default)}
    return {name: one.get_default() for name, one in fields.items() if name not in made}, tuple(made.items())


def _taken(one: Field[Any, Any]) -> Callable[[Any, Any], Any] | None:
    """PostgreSQL's driver writes days and instants itself."""
    dated = isinstance(one, models.DateField) and connection.vendor == "postgresql"
    return None if dated or isinstance(one, _AS_IT_IS) else one.get_db_prep_save
