"""Processes that a command starts beside itself, and that end with it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PATIENCE_SECONDS = 20.0  # for a child that finishes what it does; then it is made to end


@contextmanager
def child(words: list[str], log: Path, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Run a `doorstep` command meanwhile; what it complains of goes into a file, what it prints can be read."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as complaints:
        process = subprocess.Popen(
            [sys.executable, "-m", "doorstep.cli.main", *words],
            env={**os.environ, **environment, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.communicate(timeout=PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()


def free_port(wanted: int) -> int:
    """Give the port if nobody listens there, else another that is free."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # one that was left a moment ago is free
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    raise OSError("no port is free")
