"""One POST, bounded in every way: where it goes, how long it takes, how much of the answer is read."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httpcore
import httpx

from doorstep.plugins.webhooks.addresses import AddressRefused, Network, Resolve, Target, reachable, resolved, target_of

CONNECT_S = 5.0
TOTAL_S = 15.0
MOST_READ = 64 * 1024  # of an answer; whoever says more is hung up on
EXCERPT = 1_000  # characters of it that are kept
IDLE_S = 5.0  # a connection is kept for the next message
_ends_at: ContextVar[float] = ContextVar("ends_at")  # of the POST that this thread is at


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. Without a status nothing did, and the error says why."""

    status: int | None
    error: str
    duration_ms: int
    retry_after: str = ""  # as the header says it
    excerpt: str = ""

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Poster:
    """Sends from several threads at once, and keeps connections for what follows. Close it."""

    def __init__(
        self,
        allowed: Sequence[Network] = (),
        *,
        at_once: int = 16,
        total_s: float = TOTAL_S,
        connect_s: float = CONNECT_S,
        resolve: Resolve = resolved,
    ) -> None:
        self._allowed = tuple(allowed)
        self._total_s = total_s
        self._connect_s = min(connect_s, total_s)
        self._pools = {
            scheme: httpcore.ConnectionPool(
                ssl_context=_trust(),
                max_connections=at_once,
                keepalive_expiry=IDLE_S,
                network_backend=_Backend(scheme, self._allowed, self._connect_s, resolve),
            )
            for scheme in ("https", "http")
        }

    def __enter__(self) -> Poster:
        return self

    def __exit__(self, *_: object) -> None:
        for pool in self._pools.values():
            pool.close()

    def post(self, url: str, body: str, headers: Mapping[str, str]) -> Reply:
        """Send once; never raises for what the other side does. A redirect is an answer like any other."""
        begun = time.monotonic()
        token = _ends_at.set(begun + self._total_s)
        try:
            status, retry_after, excerpt = self._asked(url, body, headers)
        except Exception as error:  # whatever a stranger's server makes of the protocol
            return Reply(None, _why(error), _since(begun))
        finally:
            _ends_at.reset(token)
        return Reply(status, "" if 200 <= status < 300 else f"answered {status}", _since(begun), retry_after, excerpt)

    def _asked(self, url: str, body: str, headers: Mapping[str, str]) -> tuple[int, str, str]:
        target = target_of(url, self._allowed)
        limits = dict.fromkeys(("read", "write", "pool"), self._total_s) | {"connect": self._connect_s}
        with self._pools[target.scheme].stream(
            "POST",
            str(httpx.URL(url)),
            headers=_headers(target, headers),
            content=body.encode(),
            extensions={"timeout": limits},
        ) as answer:
            said = _begin(answer.iter_stream())
            told = {name.lower(): value for name, value in answer.headers}
            return answer.status, told.get(b"retry-after", b"").decode("latin-1")[:100], said


class _Backend(httpcore.NetworkBackend):
    """Connects to an address that was judged; the name goes on to be shown and to be checked by TLS."""

    def __init__(self, scheme: str, allowed: Sequence[Network], connect_s: float, resolve: Resolve) -> None:
        self._scheme, self._allowed, self._connect_s, self._resolve = scheme, allowed, connect_s, resolve
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        del timeout
        addresses = reachable(self._scheme, host, port, self._allowed, self._resolve)
        until = time.monotonic() + self._connect_s
        failed: Exception = httpcore.ConnectTimeout("too late")
        for address in addresses:
            try:
                left = _left(until - time.monotonic(), httpcore.ConnectTimeout)
                return _Stream(self._plain.connect_tcp(address, port, left, local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed


class _Stream(httpcore.NetworkStream):
    """A connection on which every step ends when the whole POST must: who answers byte by byte gains nothing."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(timeout: float | None, late: type[Exception]) -> float:
    left = _ends_at.get() - time.monotonic()
    if timeout is not None:
        left = min(left, timeout)
    if left <= 0:
        raise late("too late")
    return left


def _headers(target: Target, headers: Mapping[str, str]) -> list[tuple[str, str]]:
    shown = f"[{target.host}]" if ":" in target.host else target.host
    usual = (target.scheme, target.port) in (("https", 443), ("http", 80))
    own = {
        "host": shown if usual else f"{shown}:{target.port}",
        "content-type": "application/json",
        "user-agent": "Doorstep-Webhooks/1",
        "accept": "*/*",
        "accept-encoding": "identity",
    }
    return list((own | dict(headers)).items())


def _begin(parts: Iterable[bytes]) -> str:
    """Read the answer as far as it may go, and keep its beginning as text that a database takes."""
    said = b""
    for part in parts:
        said += part
        if len(said) > MOST_READ:
            break
    return said[: 4 * EXCERPT].decode("utf-8", "replace").replace("\0", "\ufffd")[:EXCERPT]


def _why(error: Exception) -> str:
    """Say what went wrong, for the log of deliveries: no address inside, nothing of the URL."""
    if isinstance(error, AddressRefused):
        return f"not sent: {error}"
    if isinstance(error, httpcore.ConnectTimeout):
        return "no connection in time"
    if isinstance(error, httpcore.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpcore.ConnectError):
        return "certificate not accepted" if "CERTIFICATE_VERIFY_FAILED" in str(error) else "no connection"
    if isinstance(error, (OSError, UnicodeError)):
        return "the name is not known"
    return f"broken answer: {type(error).__name__}"


def _since(begun: float) -> int:
    return int((time.monotonic() - begun) * 1000)


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    """Made once: reading all certificates takes longer than a message."""
    return httpx.create_ssl_context()
