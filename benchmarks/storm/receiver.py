"""A shop's receiver of webhooks that fails one time in five, and remembers what it took in which order.

It refuses no message more than twice: the delay after the third refusal is minutes.
"""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MOST_FAILURES = 2


class Receiver(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, failing: float = 0.2, seed: int = 0) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.taken: list[tuple[str, dict[str, Any]]] = []  # webhook-id and body, in the order in which they were taken
        self.tries: Counter[str] = Counter()
        self.lock = threading.Lock()
        self._failing, self._draw = failing, random.Random(seed)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hooks"

    def take(self, number: str, body: dict[str, Any]) -> bool:
        with self.lock:
            self.tries[number] += 1
            if self.tries[number] <= MOST_FAILURES and self._draw.random() < self._failing:
                return False
            self.taken.append((number, body))
            return True


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        try:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        except ValueError:  # its sender was killed in the middle of it
            self.close_connection = True
            return
        taken = self.server.take(self.headers["webhook-id"], body)
        self.send_response(204 if taken else 503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""
