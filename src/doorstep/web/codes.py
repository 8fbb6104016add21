"""Codes in addresses. Shops choose them, so that one may hold a slash or be two dots."""

from __future__ import annotations

from urllib.parse import unquote


class Code:
    """Whatever would end or climb a path is escaped once more than the address itself is."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        return unquote(value)

    def to_url(self, value: str) -> str:
        escaped = value.replace("%", "%25").replace("/", "%2F")
        return escaped.replace(".", "%2E") if escaped.strip(".") == "" else escaped
