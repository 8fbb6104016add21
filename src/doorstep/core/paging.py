"""Pages by key: a cursor names the last row seen, so that a page costs the same however far down it is."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

Row = TypeVar("Row")
Kept = TypeVar("Kept")
Key = tuple[int | str, ...]
MOST = 500  # rows of a page
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST = 2**63 - 1


class InvalidCursor(ValueError):
    """Not a cursor of this list."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    rows: tuple[Row, ...]
    after: str | None  # where the next page begins; None: there is none


def page(found: Sequence[Kept], limit: int, row: Callable[[Kept], Row], key: Callable[[Kept], Key]) -> Page[Row]:
    """Make a page of at most `limit` rows of what was fetched with `reach(limit)`, one more than is shown."""
    shown = reach(limit) - 1
    after = _written(key(found[shown - 1])) if len(found) > shown else None
    return Page(tuple(row(one) for one in found[:shown]), after)


def reach(limit: int) -> int:
    """Give how many rows to fetch: one more than asked for says whether there is a next page."""
    return max(1, min(limit, MOST)) + 1


def read_cursor(text: str, *kinds: type[int] | type[str]) -> Key:
    """Read the key a cursor was written from. Raises InvalidCursor."""
    try:
        values = json.loads(urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
    except (ValueError, RecursionError):
        raise InvalidCursor("not a cursor") from None
    if not isinstance(values, list) or [type(value) for value in values] != list(kinds):
        raise InvalidCursor("not a cursor of this list")
    if any(isinstance(value, int) and abs(value) > _LARGEST for value in values):
        raise InvalidCursor("not a cursor of this list")
    if any(isinstance(value, str) and "\0" in value for value in values):
        raise InvalidCursor("not a cursor of this list")
    return tuple(values)


def micros_of(when: datetime) -> int:
    """Give an instant as a key: microseconds since 1970."""
    return (when - _EPOCH) // timedelta(microseconds=1)


def instant_of(micros: int | str) -> datetime:
    """Give the instant of a key. Raises InvalidCursor."""
    try:
        return _EPOCH + timedelta(microseconds=int(micros))
    except (OverflowError, ValueError):
        raise InvalidCursor("not a cursor of this list") from None


def _written(key: Key) -> str:
    return urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")
