"""`doorstep serve` as processes, under a stream of requests: replaced, killed and stopped, and nobody is refused."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event, Thread

import pytest
from tests.cli.run import COMMAND
from tests.cli.test_record import alive, below, free_port

PATIENCE_S = 60
CALLERS = 3
PAUSE_S = 0.02  # of a caller between two requests: the processes that begin need the machine, too


@contextmanager
def served(home: Path, *words: object, **more: str) -> Iterator[subprocess.Popen[str]]:
    """A server that is ready; what it complains of goes into `home/log`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DOORSTEP_", "DJANGO_"))}
    told = {**kept, "DOORSTEP_HOME": str(home), "PYTHONUNBUFFERED": "1", **more}
    with (home / "log").open("w") as said:
        process = subprocess.Popen(
            [*COMMAND, "serve", *map(str, words)],
            env=told,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )
        try:
            assert process.stdout is not None
            assert "the tower is at" in process.stdout.readline(), log(home)
            assert "Ctrl-C" in process.stdout.readline()
            yield process
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE_S)


def master_of(process: subprocess.Popen[str]) -> int:
    listed = subprocess.run(["ps", "-e", "-o", "pid=,args="], capture_output=True, text=True, check=True).stdout
    ours = below(process.pid)
    found = [int(line.split()[0]) for line in listed.splitlines() if "doorstep.server.processes" in line]
    return min(pid for pid in found if pid in ours)


def workers_of(process: subprocess.Popen[str]) -> set[int]:
    return set(below(master_of(process)))


def until(holds: Callable[[], bool], why: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end, why
        time.sleep(0.1)


class Stream:
    """Callers one after the other, each by a connection of its own, as long as the block lasts."""

    def __init__(self, port: int, path: str = "/v1/orders") -> None:
        self.port, self.path = port, path
        self.answers: list[int] = []
        self.failures: list[str] = []
        self._end = Event()
        self._threads = [Thread(target=self._ask) for _ in range(CALLERS)]

    def __enter__(self) -> Stream:
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        for one in self._threads:
            one.join()

    def _ask(self) -> None:
        while not self._end.is_set():
            try:
                self.answers.append(ask(self.port, self.path))
            except (OSError, HTTPException) as error:
                self.failures.append(repr(error))
            time.sleep(PAUSE_S)


def ask(port: int, path: str) -> int:
    asking = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        asking.request("GET", path)
        return asking.getresponse().status
    finally:
        asking.close()


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.long)])
def test_no_request_fails_while_the_processes_are_replaced(home: Path, workers: int) -> None:
    port, newer = free_port(), home / "newer"  # where a new version would be
    newer.mkdir()
    path = os.pathsep.join([str(newer), os.environ.get("PYTHONPATH", "")])
    with served(home, "--port", port, "--workers", workers, PYTHONPATH=path) as process:

        def replaced(before: set[int]) -> bool:
            now = workers_of(process)
            return not before & now and len(now) == workers

        first = workers_of(process)
        assert len(first) == workers
        with Stream(port) as stream:
            time.sleep(0.3)
            process.send_signal(signal.SIGHUP)
            until(lambda: replaced(first), "nobody was replaced")
            time.sleep(0.3)
            assert stream.failures == []
            victim = min(workers_of(process))
            os.kill(victim, signal.SIGKILL)  # it takes the requests along that it was answering, and no other
            until(lambda: replaced({victim}), "it was not replaced")
            asked = len(stream.answers)
            until(lambda: len(stream.answers) > asked, "nobody answers any more")
        assert len(stream.failures) <= CALLERS, stream.failures
        assert asked > 20
        assert set(stream.answers) == {401}
        pids = workers_of(process) | {master_of(process)}
        (newer / "axes.py").write_text("raise ImportError('a broken version')")
        process.send_signal(signal.SIGHUP)
        until(lambda: "does not run" in log(home), "the broken version was not seen")
        os.kill(master_of(process), signal.SIGHUP)
        until(lambda: "did not begin" in log(home), "the broken version was not tried")
        assert workers_of(process) | {master_of(process)} == pids
        assert ask(port, "/v1/orders") == 401
    assert process.returncode == 143
    assert not [pid for pid in pids if alive(pid)]
    assert "was killed" not in log(home)


def test_a_unix_socket_serves_hashed_files_and_lets_what_runs_end(home: Path) -> None:
    """A request hangs in the middle of its body when the server is told to end; nobody else comes in by then."""
    place = home / "door"
    with served(home, "--socket", place, DOORSTEP_PLAIN_HTTP="1") as process:
        page = through(place, "/login", "Host: localhost")
        sheet = page.split('href="/static/web/tower.')[1].split('"')[0]
        assert len(sheet) == len("0123456789ab.css")
        told = through(place, f"/static/web/tower.{sheet}", "Host: localhost", "Accept-Encoding: gzip")
        assert "immutable" in told
        assert "content-encoding: gzip" in told.lower()
        with socket.socket(socket.AF_UNIX) as running:
            running.connect(str(place))
            running.sendall(b"POST /hooks/carriers/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nab")
            time.sleep(0.3)
            process.terminate()
            until(lambda: refused(place), "callers still come in")
            assert process.poll() is None
            running.sendall(b"cd")
            assert running.recv(1_000).startswith(b"HTTP/1.1 401 ")
        process.wait(PATIENCE_S)
    assert not place.exists()


def test_a_server_that_is_to_end_does_not_go_on_replacing_its_processes(home: Path) -> None:
    """The successor takes for ever to begin. What a dead server left is gone, and this one leaves nothing."""
    port, newer = free_port(), home / "newer"
    newer.mkdir()
    path = os.pathsep.join([str(newer), os.environ.get("PYTHONPATH", "")])
    left = home / "run" / "serve-left"
    left.mkdir(parents=True)
    with served(home, "--port", port, "--workers", 1, PYTHONPATH=path) as process:
        (kept,) = (home / "run").glob("serve-*")
        assert kept != left, "what a dead server left is there still"
        assert list((kept / "static").glob("staticfiles.json"))
        first = workers_of(process)
        (newer / "axes.py").write_text("import time\ntime.sleep(600)")
        os.kill(master_of(process), signal.SIGHUP)
        until(lambda: len(workers_of(process)) > len(first), "no successor was begun")
        pids = workers_of(process) | {master_of(process)}
        since = time.monotonic()
        process.terminate()
        process.wait(PATIENCE_S)
        assert time.monotonic() - since < 15
    assert not [pid for pid in pids if alive(pid)]
    assert not list((home / "run").glob("serve-*"))
    assert "did not begin" not in log(home)


def log(home: Path) -> str:
    return (home / "log").read_text()


def refused(place: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as asking:
        try:
            asking.connect(str(place))
        except OSError:
            return True
    return False


def through(place: Path, path: str, *headers: str) -> str:
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(str(place))
        asking.sendall("\r\n".join([f"GET {path} HTTP/1.1", *headers, "Connection: close", "", ""]).encode())
        parts = iter(lambda: asking.recv(65_536), b"")
        return b"".join(parts).decode("utf-8", "replace")


def test_words_of_a_wrong_door_are_refused() -> None:
    wrong = subprocess.run([*COMMAND, "serve", "--backlog", "1"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
    assert sys.executable not in wrong.stderr
