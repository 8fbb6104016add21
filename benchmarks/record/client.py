"""A client with one connection. Plain, because it shares the cores with what is measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException

FAILURES = (HTTPException, OSError)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


class Client:
    """Asks one thing after another; after a failure it connects anew."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self._connection = HTTPConnection("localhost", port, timeout=60)
        self._headers = headers

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        try:
            self._connection.request(method, path, body, {**self._headers, **(headers or {})})
            got = self._connection.getresponse()
            return Answer(got.status, got.read())
        except FAILURES:
            self._connection.close()
            raise

    def close(self) -> None:
        self._connection.close()
