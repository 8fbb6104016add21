"""A server on a machine with too much to do takes minutes to start: it is waited for, not started over and over."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import typer
from tests.cli.test_record import free_port

from doorstep.cli import serving
from doorstep.cli.serving import Wish

ANSWERS_LATE = """
import sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer
class Ready(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
time.sleep(float(sys.argv[2]))
HTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
"""


@contextmanager
def server(port: int, after_s: float) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", ANSWERS_LATE, str(port), str(after_s)])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    monkeypatch.setattr(serving, "SLOW_SECONDS", 0.2)

    def wait(after_s: float) -> None:
        port = free_port()
        with server(port, after_s) as process:
            serving._wait_until_ready(process, Wish(port=port))

    return wait


def test_a_slow_server_is_waited_for(waited: Callable[[float], None], capsys: pytest.CaptureFixture[str]) -> None:
    waited(1.0)
    assert capsys.readouterr().err.count("takes long to start") == 1


def test_one_that_never_answers_is_given_up(
    waited: Callable[[float], None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serving, "START_SECONDS", 1.0)
    with pytest.raises(typer.Exit):
        waited(600.0)
    assert "does not answer" in capsys.readouterr().err
