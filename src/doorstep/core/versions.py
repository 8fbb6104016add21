"""Whether rows are still what they were, without reading them.

PostgreSQL keeps with every row the number of the transaction that wrote it. How many rows there are and what those
numbers, mixed with those of the rows, add up to is another after anything that anybody has written. SQLite keeps no
such number.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection
from django.db.models import Model

Version = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a table that belong to one owner, whose row id the condition asks for once."""

    model: type[Model]
    where: str

    @property
    def table(self) -> str:
        return self.model._meta.db_table


def version(read: Iterable[tuple[Rows, int]]) -> Version | None:
    """Say what rows are like now; as long as it says the same, they are the same. None: the database cannot tell.

    One statement. Whoever reads the rows asks before reading them: what is written in between is then noticed. Within
    a transaction its own writes would all bear one number, so that there it cannot tell.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        return None
    rows, owners = zip(*read, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_question(rows), owners)
        return tuple(cursor.fetchone())


@lru_cache(maxsize=16)
def _question(rows: tuple[Rows, ...]) -> str:
    # Mixed, since plain numbers may add up to the same: an older transaction may overwrite the row of a newer one.
    told = (
        "count(*)::text || ' ' || coalesce(sum(hashtextextended(id::text || ':' || xmin::text, 0)::numeric), 0)::text"
    )
    return f"SELECT {', '.join(f'(SELECT {told} FROM {one.table} WHERE {one.where})' for one in rows)}"
