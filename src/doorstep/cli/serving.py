"""The web server as a process of its own, and how it ends."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import typer

from doorstep.cli.terminal import EXIT_FAILED, err, out
from doorstep.cli.warm_up import warming

PORT = 8000
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
START_SECONDS = 60.0
THREADS = 4  # of one process: requests wait for the database more than for the processor
MOST_WORKERS = 4  # processes, one for each core; more would only hold the brands in memory once more


def serve_tower(host: str, port: int, once: bool, say: Callable[[], None] = lambda: None) -> None:
    """Serve until stopped, or until the first page has answered. Ends with the server's failure when it fails.

    `say` tells what else there is, once the tower is there.
    """
    environment = dict(os.environ)
    environment.setdefault("DOORSTEP_SECRET_KEY", secrets.token_urlsafe(50))  # one for all workers
    if host in LOOPBACK:
        environment.setdefault("DOORSTEP_PLAIN_HTTP", "1")  # nothing leaves this machine
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    command += [
        "--workers",
        str(_workers(environment)),
        "--blocking-threads",
        str(THREADS),
        "--no-ws",
        "--log-level",
        "warning",
    ]
    server = subprocess.Popen([*command, "doorstep.server.wsgi:application"], env=environment)
    try:
        _wait_for_page(server, f"http://{'localhost' if host in LOOPBACK else host}:{port}/login")
        out.print(f"the tower is at http://{'localhost' if host in LOOPBACK else host}:{port}")
        say()
        if not once:
            out.print("stop it with Ctrl-C")
            with warming():
                server.wait()
            err.print("the server has ended")
            raise typer.Exit(EXIT_FAILED)
    finally:
        server.terminate()
        server.wait()


def _workers(environment: Mapping[str, str]) -> int:
    """How many processes serve. SQLite has one writer: a second process would only wait for the first."""
    if environment.get("DOORSTEP_DATABASE", "").startswith("postgres"):
        return min(os.cpu_count() or 1, MOST_WORKERS)
    return 1


def _wait_for_page(server: subprocess.Popen[bytes], address: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            err.print("the server did not start; is the port taken? Choose another with --port")
            raise typer.Exit(EXIT_FAILED)
        try:
            with urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    return
        except HTTPError as error:
            err.print(f"the first page answers {error.code}")
            raise typer.Exit(EXIT_FAILED) from None
        except (URLError, OSError):
            time.sleep(0.1)
    err.print("the server does not answer")
    raise typer.Exit(EXIT_FAILED)
