"""Whoever asks the server during the storm: patient, and asking again with the same key, as a good client does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

PATIENCE_S = 900.0  # how long nobody answers is told; whoever gives up tells nothing
Item = TypeVar("Item")


@dataclass
class Shop:
    """A client of the API. `gaps`: how long nothing was answered, from the first failure to the next answer."""

    url: str
    key: str
    gaps: list[float] = field(default_factory=list)
    asked: int = 0
    again: int = 0
    _down_since: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _own: threading.local = field(default_factory=threading.local)

    def post(self, path: str, body: object, key: str) -> tuple[int, Any]:
        return self._ask("POST", path, body, {"Idempotency-Key": key} if key else {})

    def get(self, path: str) -> Any:
        return self._ask("GET", path, None, {})[1]

    def _ask(self, method: str, path: str, body: object, headers: dict[str, str]) -> tuple[int, Any]:
        until = time.monotonic() + PATIENCE_S
        sent = {"Authorization": f"Bearer {self.key}", **headers}
        while True:
            try:
                answer = self._line().request(method, self.url + path, json=body, headers=sent, timeout=30)
                if answer.status_code < 500 and answer.status_code != 429:
                    self._note(failed=False)
                    return answer.status_code, answer.json()
                wrong = f"{answer.status_code} {answer.text[:200]}"
            except (httpx.HTTPError, ValueError) as error:
                wrong = repr(error)
            self._note(failed=True)
            if time.monotonic() > until:
                raise TimeoutError(f"{method} {path}: {wrong}")
            time.sleep(0.3)

    def _line(self) -> httpx.Client:
        """A connection of each thread that is kept; one that was cut is made anew by itself."""
        if not hasattr(self._own, "line"):
            self._own.line = httpx.Client()
        line: httpx.Client = self._own.line
        return line

    def _note(self, *, failed: bool) -> None:
        with self._lock:
            now = time.monotonic()
            if failed:
                self.again += 1
                self._down_since = self._down_since or now
                return
            self.asked += 1
            if self._down_since is not None:
                self.gaps.append(now - self._down_since)
                self._down_since = None


def crowd(work: Callable[[Item], object], items: Iterable[Item], threads: int = 8) -> None:
    """Do it for all, several at a time; the first failure is raised."""
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(work, items):
            pass
