"""The pretend carrier on a port: HTTP in, JSON out, and the faults that tests order."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from doorstep.sandbox.carrier import Refused, Sandbox

MOST_BYTES = 1_000_000
HOLD_S = 20.0  # how long an ordered timeout keeps its caller waiting; longer than any caller should wait
Answer = Callable[[Sandbox, str, str, dict[str, Any]], dict[str, Any]]  # carrier, name in the path, key, body
ROUTES: tuple[tuple[str, str, str, Answer], ...] = (  # method, path, where faults strike, answer
    ("POST", r"/labels", "labels", lambda carrier, _, key, body: carrier.buy(key, body)),
    ("POST", r"/labels/([^/]+)/void", "void", lambda carrier, name, _, __: carrier.void(name)),
    ("POST", r"/labels/([^/]+)/scenario", "", lambda carrier, name, _, body: carrier.set_scenario(name, body)),
    ("POST", r"/manifests", "manifests", lambda carrier, _, key, body: carrier.close(key, body)),
    ("POST", r"/advance", "", lambda carrier, _, __, body: carrier.advance(body)),
    ("POST", r"/faults", "", lambda carrier, _, __, body: carrier.order_fault(body)),
    ("POST", r"/hook", "", lambda carrier, _, __, body: carrier.set_hook(body)),
    ("GET", r"/tracking/([^/]+)", "", lambda carrier, name, _, __: carrier.tracking(name)),
    ("GET", r"/labels", "", lambda carrier, _, __, query: carrier.find(query.get("key", ""))),
)


class SandboxServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], sandbox: Sandbox) -> None:
        super().__init__(address, Handler)
        self.sandbox = sandbox
        self.ending = Event()

    @property
    def url(self) -> str:
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"

    def server_close(self) -> None:
        self.ending.set()
        super().server_close()
        self.sandbox.store.close()


class Handler(BaseHTTPRequestHandler):
    server: SandboxServer

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: whoever wants to know asks."""

    def _answer(self, method: str) -> None:
        try:
            status, told = self._told(method)
        except Refused as no:
            status, told = no.status, {"detail": no.detail}
        if status == 0:  # an ordered fault: the work is done, or not, and the caller never hears
            self.close_connection = True
            return
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _told(self, method: str) -> tuple[int, dict[str, Any]]:
        asked = self._body() if method == "POST" else {}  # read in any case, so that the connection stays in step
        expected = f"Bearer {self.server.sandbox.key}"
        if not hmac.compare_digest(self.headers.get("Authorization", "").encode(), expected.encode()):
            raise Refused("the key is not known", 401)
        parts = urlsplit(self.path)
        asked |= {name: values[-1] for name, values in parse_qs(parts.query).items()} if method == "GET" else {}
        for known, pattern, place, answer in ROUTES:
            found = re.fullmatch(pattern, parts.path)
            if found and known == method:
                name = unquote(found[1]) if found.groups() else ""
                return self._with_faults(place, lambda: answer(self.server.sandbox, name, self._key, asked))  # noqa: B023
        raise Refused("there is nothing at this address", 404)

    def _with_faults(self, place: str, work: Callable[[], dict[str, Any]]) -> tuple[int, dict[str, Any]]:
        fault = self.server.sandbox.store.take_fault(place) if place else ""
        if fault == "error":
            return 500, {"detail": "an error that was ordered"}
        if fault == "timeout":
            self.server.ending.wait(HOLD_S)
            return 0, {}
        told = work()
        return (0, {}) if fault == "lost_reply" else (200, told)

    @property
    def _key(self) -> str:
        return self.headers.get("Idempotency-Key", "")

    def _body(self) -> dict[str, Any]:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            raise Refused("the body is too large, or does not say how large it is", 413)
        try:
            asked = json.loads(self.rfile.read(int(length)) or b"{}")
        except ValueError:
            raise Refused("the body is not JSON", 400) from None
        if not isinstance(asked, dict):
            raise Refused("the body is no object", 400)
        return asked
