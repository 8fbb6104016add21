"""What a query string asks for. Anything that cannot be meant is left out, and the page says so."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from math import isfinite
from typing import TypeVar
from urllib.parse import urlencode

from django.http import QueryDict

from doorstep.core.paging import InvalidCursor, Page

LONGEST = 200  # characters of a search
Row = TypeVar("Row")
Word = TypeVar("Word", bound=str)


@dataclass(slots=True)
class Asked:
    """Reads a query string once, remembering what was understood of it, for links, and what was not."""

    query: QueryDict
    kept: dict[str, str] = field(default_factory=dict)
    not_understood: list[str] = field(default_factory=list)

    def text(self, name: str) -> str | None:
        value = self.query.get(name, "").replace("\0", "").strip()[:LONGEST]
        return self._keep(name, value) if value else None

    def one_of(self, name: str, allowed: Collection[Word]) -> Word | None:
        value = self.query.get(name, "").strip()
        found = next((word for word in allowed if word == value), None)
        if found is not None:
            self._keep(name, found)
        elif value:
            self.not_understood.append(name)
        return found

    def day(self, name: str) -> date | None:
        value = self.query.get(name, "").strip()
        if not value:
            return None
        try:
            found = date.fromisoformat(value)
        except ValueError:
            self.not_understood.append(name)
            return None
        self._keep(name, found.isoformat())
        return found

    def instant(self, name: str) -> datetime | None:
        """An instant with its zone, as programs write it."""
        value = self.query.get(name, "").strip()
        if not value:
            return None
        try:
            said = datetime.fromisoformat(value)
            found = said.astimezone(UTC) if said.tzinfo else None
        except (ValueError, OverflowError):
            found = None
        if found is None:
            self.not_understood.append(name)
            return None
        self._keep(name, found.isoformat())
        return found

    def span(self, name: str) -> tuple[int | None, int | None] | None:
        """A span as `from..below`; either end may be missing, not both."""
        value = self.query.get(name, "").strip()
        if not value:
            return None
        low, dots, high = value.partition("..")
        if not dots or not (low or high) or not all(_whole(end) for end in (low, high)):
            self.not_understood.append(name)
            return None
        self._keep(name, value)
        return int(low) if low else None, int(high) if high else None

    def degrees(self, name: str) -> tuple[float, float, float, float] | None:
        """A rectangle as south, west, north, east."""
        value = self.query.get(name, "").strip()
        if not value:
            return None
        try:
            south, west, north, east = (float(one) for one in value[:LONGEST].split(","))
        except ValueError:
            south = west = north = east = float("nan")
        if not all(isfinite(one) for one in (south, west, north, east)):
            self.not_understood.append(name)
            return None
        self._keep(name, value)
        return south, west, north, east

    def page(self, read: Callable[[str | None], Page[Row]]) -> Page[Row]:
        """Read the page that the cursor asks for; the first one if it is none of this list."""
        after = self.query.get("after") or None
        try:
            return read(after)
        except InvalidCursor:
            self.not_understood.append("after")
            return read(None)

    @property
    def filtered(self) -> bool:
        return bool(self.kept)

    @property
    def beyond_first(self) -> bool:
        return bool(self.query.get("after")) and "after" not in self.not_understood

    @property
    def link(self) -> str:
        """The query string of the same list from its beginning."""
        return f"?{urlencode(self.kept)}"

    def next_link(self, page: Page[Row]) -> str:
        """The query string of the next page; empty: there is none."""
        return f"?{urlencode({**self.kept, 'after': page.after})}" if page.after else ""

    def _keep(self, name: str, value: str) -> str:
        self.kept[name] = value
        return value


def _whole(end: str) -> bool:
    """Whether it is nothing, or a whole number that a row can hold."""
    digits = end.removeprefix("-")
    return not end or (digits.isascii() and digits.isdigit() and len(digits) < 16)
