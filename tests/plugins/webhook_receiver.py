"""A shop's endpoint: a real HTTP server on loopback that keeps what it is sent and answers as it is told."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from threading import Lock, Thread
from typing import cast

LOOPBACK = (ip_network("127.0.0.0/8"),)


@dataclass(frozen=True, slots=True)
class Got:
    path: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass(frozen=True, slots=True)
class Says:
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    after_s: float = 0.0
    drip_s: float = 0.0  # between two bytes of the answer


class Receiver(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, answer: Callable[[Got], Says]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer, self.got, self.lock = answer, list[Got](), Lock()
        self.scheme = "http"

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/hook"

    @property
    def bodies(self) -> list[bytes]:
        return [one.body for one in self.got]

    def handle_error(self, request: object, client_address: object) -> None:
        """Who hangs up on us is right to, here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_POST(self) -> None:
        receiver = cast(Receiver, self.server)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        got = Got(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        with receiver.lock:
            receiver.got.append(got)
        says = receiver.answer(got)
        time.sleep(says.after_s)
        head = "".join(f"{name}: {value}\r\n" for name, value in says.headers.items())
        lead = f"HTTP/1.1 {says.status} So\r\nContent-Length: {len(says.body)}\r\n{head}\r\n".encode()
        for part in [lead + says.body] if not says.drip_s else [bytes([one]) for one in lead + says.body]:
            self.wfile.write(part)
            time.sleep(says.drip_s)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def receiving(
    answer: Callable[[Got], Says] = lambda _: Says(), tls: ssl.SSLContext | None = None
) -> Iterator[Receiver]:
    server = Receiver(answer)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.scheme = "https"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
