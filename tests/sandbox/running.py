"""A sandbox carrier that runs in this process, on a port of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import httpx

from doorstep.plugins.carriers.base import Settings
from doorstep.sandbox.carrier import Sandbox
from doorstep.sandbox.server import SandboxServer

KEY = "sandbox" + "-of-the-tests"
HOOK = "whsec_" + "c2FuZGJveCBvZiB0aGUgdGVzdHMsIGFuZCBub3RoaW5nIGVsc2U="
AT = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)


@contextmanager
def sandbox(folder: Path, now: Callable[[], datetime] = lambda: AT) -> Iterator[SandboxServer]:
    server = SandboxServer(("127.0.0.1", 0), Sandbox(folder, key=KEY, secret=HOOK, now=now))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def settings(server: SandboxServer, timeout_s: float = 10.0) -> Settings:
    return Settings(base_url=server.url, api_key=KEY, hook_secret=HOOK, timeout_s=timeout_s)


def tell(server: SandboxServer, path: str, **body: Any) -> dict[str, Any]:
    answer = httpx.post(f"{server.url}{path}", json=body, headers={"Authorization": f"Bearer {KEY}"})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told
