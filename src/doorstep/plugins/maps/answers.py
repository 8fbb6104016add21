"""JSON asked of a road engine over HTTP, bounded in time, in tries, and in what is read.

By the standard library, so that whoever works on folders needs none of the server's packages. A connection is kept for
the next question. Redirects are not followed: the setting names the engine itself.
"""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import orjson

from doorstep.plugins.maps.base import MapRefused, MapUnreachable

WAITS_S = (0.2, 1.0)  # before the second and the third try of a question
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
MOST_READ = 256 * 2**20
CHUNK = 2**18
CONNECT_S = 10.0
AGENT = {"User-Agent": "Doorstep-Roads/1", "Accept": "application/json", "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back and is JSON; whether it is what was asked for is for who asked to say."""

    status: int
    told: dict[str, Any]


class Asker:
    """Asks one server, one question at a time. Close it."""

    def __init__(self, address: str, timeout_s: float, waits_s: tuple[float, ...] = WAITS_S) -> None:
        """Raise MapRefused for what is no address of a server. `waits_s` are those before each further try."""
        try:
            parts = urlsplit(address)
            port = parts.port
        except ValueError as error:
            raise MapRefused(f"{address} is no address: {error}") from None
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
            raise MapRefused(f"{address} is not the address of a road engine, such as http://127.0.0.1:5000")
        self.address = address
        self._https = parts.scheme == "https"
        self._host, self._port = parts.hostname, port
        self._base = parts.path.rstrip("/")
        self._timeout_s, self._waits_s = timeout_s, waits_s
        self._kept: http.client.HTTPConnection | None = None

    def get(self, path: str) -> Answer:
        return self._asked("GET", path, None)

    def post(self, path: str, body: dict[str, Any]) -> Answer:
        return self._asked("POST", path, orjson.dumps(body))

    def close(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()

    def _asked(self, method: str, path: str, body: bytes | None) -> Answer:
        """Try some times: a question changes nothing, so it may be asked again. Raises MapUnreachable."""
        for wait_s in (*self._waits_s, 0.0):
            try:
                answer = self._once(method, path, body)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                why = f"{self.address} does not answer: {_reason(error)}"
            else:
                if answer.status not in AGAIN:
                    return answer
                why = f"{self.address} answers {answer.status}"
            if wait_s:
                Event().wait(wait_s)
        raise MapUnreachable(why)

    def _once(self, method: str, path: str, body: bytes | None) -> Answer:
        until = time.monotonic() + self._timeout_s
        connection = self._connection()
        headers = AGENT | ({"Content-Type": "application/json"} if body else {})
        connection.request(method, self._base + path, body, headers)
        with connection.getresponse() as response:
            said = self._read(response, until)
            status = response.status
        if 300 <= status < 400:
            raise MapRefused(f"{self.address} answers {status}: it has moved; name the engine itself")
        try:
            told = orjson.loads(said)
        except orjson.JSONDecodeError:
            told = None
        if not isinstance(told, dict | list):
            if status in AGAIN:
                return Answer(status, {})
            raise MapUnreachable(f"{self.address} answers {status}, and no JSON: it is no road engine")
        return Answer(status, told if isinstance(told, dict) else {"list": told})

    def _connection(self) -> http.client.HTTPConnection:
        if self._kept is None:
            make = http.client.HTTPSConnection if self._https else http.client.HTTPConnection
            fresh = make(self._host, self._port, timeout=min(CONNECT_S, self._timeout_s))
            fresh.connect()
            fresh.sock.settimeout(self._timeout_s)
            self._kept = fresh
        return self._kept

    def _read(self, response: http.client.HTTPResponse, until: float) -> bytes:
        """Read it all, but not for ever: who answers byte by byte is hung up on."""
        parts, size = [], 0
        while part := response.read1(CHUNK):
            parts.append(part)
            size += len(part)
            if size > MOST_READ:
                self.close()
                raise MapUnreachable(f"{self.address} answers with more than {MOST_READ // 2**20} MB")
            if time.monotonic() > until:
                raise TimeoutError("the answer takes too long")
        if response.length:  # what was announced did not come
            raise http.client.IncompleteRead(b"", response.length)
        return b"".join(parts)


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
