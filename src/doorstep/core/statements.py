"""Statements of what happens many times a second: written once, where Django would write them anew for every request.

What they say is what Django would say; what they give back, both databases give in the same types.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Field, Model

Row = TypeVar("Row", bound=Model)
FEW = 8  # rows for which a statement is kept; more go in as Django puts them
BATCH = 2_000


def insert(rows: Sequence[Row]) -> Sequence[Row]:
    """Put rows of one table in, in their order; each learns its id. Raises IntegrityError as the table demands."""
    if not rows:
        return rows
    model = type(rows[0])
    if len(rows) > FEW:
        return model._default_manager.bulk_create(rows, batch_size=BATCH)
    fields, statement = _insertion(model, len(rows))
    values = [field.get_db_prep_save(getattr(row, str(field.attname)), connection) for row in rows for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk, row._state.adding, row._state.db = pk, False, connection.alias
    return rows


def instant(told: datetime | str | None) -> datetime | None:
    """Read a column of instants: SQLite keeps them in UTC without saying so, and may give them as text."""
    at = datetime.fromisoformat(told) if isinstance(told, str) else told
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


def day(told: date | str | None) -> date | None:
    """Read a column of days: SQLite may give them as text."""
    return date.fromisoformat(told) if isinstance(told, str) else told


@lru_cache(maxsize=256)
def _insertion(model: type[Model], rows: int) -> tuple[tuple[Field[Any, Any], ...], str]:
    meta, quoted = model._meta, connection.ops.quote_name
    fields = tuple(field for field in meta.concrete_fields if not field.primary_key)
    names = ", ".join(quoted(str(field.column)) for field in fields)
    one = f"({', '.join(['%s'] * len(fields))})"
    key = quoted(str(meta.pk.column))
    return fields, (f"INSERT INTO {quoted(meta.db_table)} ({names}) VALUES {', '.join([one] * rows)} RETURNING {key}")
