"""Every address that the server has, found in its resolver: what is not here is not served."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from django.urls import URLPattern, URLResolver, get_resolver, resolve
from tests.api.routes import routes

UNKNOWN = r"v1/^([\s\S]*)$"  # whatever else begins like the API: answered that it is not there


def served() -> dict[str, str]:
    """Route -> the name that its page has; operations of the API have none."""
    return {route: str(pattern.name or "") for route, pattern in _below("", get_resolver().url_patterns)}


def _below(before: str, patterns: Sequence[URLPattern | URLResolver]) -> Iterator[tuple[str, URLPattern]]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _below(before + str(one.pattern), one.url_patterns)
        else:
            yield before + str(one.pattern), one


def route_of(address: str) -> str:
    """The route that answers an address, whatever follows its question mark."""
    return str(resolve(urlsplit(address).path).route)


def operations(*methods: str) -> set[str]:
    """Routes of the API that answer one of the methods."""
    return {one.django for one in routes() if one.method in methods}
