"""Rows as lines of JSON and back, and a digest of them that does not depend on the database they were read from."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from django.db import connection, models
from django.db.models import Field, Model

Read = Callable[[Any], Any]
_AS_THEY_ARE = (models.CharField, models.TextField, models.IntegerField, models.BooleanField, models.FloatField)
_LOOSE = re.compile(rb"\d[.eE]|\d{16}|-0")  # numbers that one database may say otherwise than another
_EXACT = 2**53  # from here on a float says no longer every integer
CHUNK = 2_000  # rows held at a time


def columns(model: type[Model]) -> tuple[str, ...]:
    return tuple(str(one.column) for one in model._meta.concrete_fields)


def told(model: type[Model]) -> Iterator[bytes]:
    """Give the rows of a table as lines, by their ids; keys of objects by the alphabet, as jsonb keeps no order."""
    names = [one.attname for one in model._meta.concrete_fields]
    rows = model._base_manager.order_by("pk").values_list(*names)
    for row in rows.iterator(chunk_size=CHUNK):
        yield _dumped(row)


def _dumped(row: Sequence[Any]) -> bytes:
    return json.dumps(row, default=_plain, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n"


def _plain(value: object) -> str:
    """Say what JSON has no word for so that the field it is of reads it again."""
    if isinstance(value, date):  # and instants, to the microsecond
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode("ascii")
    return str(value)  # decimals, uuids


def read(model: type[Model], lines: Iterable[bytes]) -> Iterator[list[Any]]:
    """Give the rows of lines, each value as the database takes it."""
    takes = [_taker(one) for one in model._meta.concrete_fields]
    for line in lines:
        cells = json.loads(line)
        yield [cell if take is None else take(cell) for take, cell in zip(takes, cells, strict=True)]


def _taker(field: Field[Any, Any]) -> Read | None:
    """How a cell becomes what the database takes; None: as it is."""
    if field.is_relation:
        return _taker(field.target_field)  # type: ignore[attr-defined]
    if isinstance(field, _AS_THEY_ARE):
        return None
    if isinstance(field, models.JSONField):
        return lambda cell: field.get_db_prep_save(cell, connection)
    return lambda cell: field.get_db_prep_save(field.to_python(cell), connection)


class Digest:
    """Of rows as lines: how many, and the sha256 of what they say."""

    def __init__(self) -> None:
        self.rows = 0
        self._said = sha256()

    def add(self, line: bytes) -> None:
        self.rows += 1
        if _LOOSE.search(line):
            line = _dumped(_alike(json.loads(line)))
        self._said.update(line)

    @property
    def sha256(self) -> str:
        return self._said.hexdigest()


def _alike(value: Any) -> Any:
    """Say numbers as both databases can: jsonb gives 1e+16 back as an integer, and has no negative zero."""
    if isinstance(value, dict):
        return {key: _alike(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_alike(one) for one in value]
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, int) and abs(value) > _EXACT:
        return int(float(value))
    return value
