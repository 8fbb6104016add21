"""The web server as processes of its own, and how they end or are replaced."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from socket import AF_UNIX, socket
from types import FrameType

import typer

from doorstep.cli.run_folder import run_folder
from doorstep.cli.terminal import EXIT_FAILED, err, notice, out
from doorstep.cli.warm_up import warming

PORT = 8000
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SLOW_SECONDS = 60.0  # then it is said that the start takes long
START_SECONDS = 900.0  # on a machine with too much to do; who gives up early and is started again makes that worse
ASK_SECONDS = 5.0
THREADS = 4  # of one process: requests wait for the database more than for the processor
MOST_WORKERS = 4  # processes, one for each core; more would only hold the brands in memory once more
BACKLOG = 1024
GRACE_SECONDS = 30
LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Wish:
    """How the server is to be; nothing said: as this machine and the database allow."""

    host: str = "127.0.0.1"
    port: int = PORT
    socket: Path | None = None
    workers: int | None = None
    threads: int = THREADS
    backlog: int = BACKLOG
    grace_s: int = GRACE_SECONDS

    @property
    def address(self) -> str:
        if self.socket:
            return f"unix:{self.socket}"
        return f"http://{'localhost' if self.host in LOOPBACK else self.host}:{self.port}"


def serve_tower(wish: Wish, once: bool, say: Callable[[], None] = lambda: None) -> None:
    """Serve until stopped, or until the server is ready. Ends with the server's failure when it fails.

    `say` tells what else there is, once the tower is there.
    """
    with run_folder(Path(os.environ.get("DOORSTEP_HOME", "demo"))) as (made, held):
        environment = _environment(wish, made)
        _collect(environment)
        with _running(wish, environment, held) as server:
            _wait_until_ready(server, wish)
            out.print(f"the tower is at {wish.address}")
            say()
            if not once:
                out.print("stop it with Ctrl-C")
                with warming():
                    _watch(server, environment)
                err.print("the server has ended")
                raise typer.Exit(EXIT_FAILED)


def _environment(wish: Wish, run: Path) -> dict[str, str]:
    """What the processes are told; `run` is a folder that lasts as long as they do, for what they keep in common."""
    environment = dict(os.environ)
    environment.setdefault("DOORSTEP_SECRET_KEY", secrets.token_urlsafe(50))  # one for all workers
    if wish.host in LOOPBACK and not wish.socket and not environment.get("DOORSTEP_BEHIND_PROXY"):
        environment.setdefault("DOORSTEP_PLAIN_HTTP", "1")  # nothing leaves this machine
    (run / "metrics").mkdir()
    environment["PROMETHEUS_MULTIPROC_DIR"] = str(run / "metrics")
    environment["DOORSTEP_RATE_FILE"] = str(run / "rates")
    environment["DOORSTEP_STATIC"] = str(run / "static")
    return environment


@contextmanager
def _running(wish: Wish, environment: Mapping[str, str], held: int) -> Iterator[subprocess.Popen[bytes]]:
    from doorstep.server.processes import Door

    workers = wish.workers or _workers(environment)
    place = str(wish.socket.absolute()) if wish.socket else ""
    door = Door(wish.host, wish.port, place, workers, wish.threads, wish.backlog, wish.grace_s)
    server = subprocess.Popen(door.command(), env=environment, pass_fds=(held,))
    try:
        yield server
    finally:
        server.terminate()  # it lets its workers finish what they answer
        server.wait()


def _collect(environment: Mapping[str, str]) -> None:
    """Copy style sheets and scripts to where they are served from, with hashes in their names, and compressed."""
    words = [sys.executable, "-m", "django", "collectstatic", "--no-input", "--verbosity", "0"]
    settings = {"DJANGO_SETTINGS_MODULE": "doorstep.server.settings"}
    subprocess.run(words, env={**settings, **environment}, check=True)


def _watch(server: subprocess.Popen[bytes], environment: Mapping[str, str]) -> None:
    """Wait for the end. SIGHUP replaces the workers one by one, unless a terminal says by it that it closes."""
    asked = _Asked()
    if not sys.stdin.isatty():
        signal.signal(signal.SIGHUP, asked)
    while server.poll() is None:
        if asked.to_restart:
            asked.to_restart = False
            _restart(server, environment)
        time.sleep(LOOK_SECONDS)


def _restart(server: subprocess.Popen[bytes], environment: Mapping[str, str]) -> None:
    try:
        _collect(environment)
    except subprocess.CalledProcessError:
        err.print("what is installed now does not run: the processes stay as they are")
        return
    server.send_signal(signal.SIGHUP)


class _Asked:
    to_restart = False

    def __call__(self, signum: int, frame: FrameType | None) -> None:
        del signum, frame
        self.to_restart = True


def _workers(environment: Mapping[str, str]) -> int:
    """How many processes serve. SQLite has one writer: a second process would only wait for the first."""
    if environment.get("DOORSTEP_DATABASE", "").startswith("postgres"):
        return min(os.cpu_count() or 1, MOST_WORKERS)
    return 1


def _wait_until_ready(server: subprocess.Popen[bytes], wish: Wish) -> None:
    begun, told_slow = time.monotonic(), False
    while (waited := time.monotonic() - begun) < START_SECONDS:
        if waited > SLOW_SECONDS and not told_slow:
            told_slow = True
            notice("the server takes long to start; it is waited for")
        if server.poll() is not None:
            err.print("the server did not start; is the port taken? Choose another with --port")
            raise typer.Exit(EXIT_FAILED)
        try:
            status, told = _asked_whether_ready(wish)
        except (OSError, HTTPException):
            time.sleep(0.1)
            continue
        if status == 200:
            return
        err.print(f"the server is not ready: {told}; doorstep doctor tells more")
        raise typer.Exit(EXIT_FAILED)
    err.print("the server does not answer")
    raise typer.Exit(EXIT_FAILED)


def _asked_whether_ready(wish: Wish) -> tuple[int, str]:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(wish.host, wish.host)
    asking = _Unix(wish.socket) if wish.socket else HTTPConnection(host, wish.port, timeout=ASK_SECONDS)
    try:
        asking.request("GET", "/health/ready")
        answer = asking.getresponse()
        return answer.status, answer.read().decode()
    finally:
        asking.close()


class _Unix(HTTPConnection):
    """HTTP through a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=ASK_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket(AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))
