"""What a query string asks for. Anything that cannot be meant is left out, and the page says so."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
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
