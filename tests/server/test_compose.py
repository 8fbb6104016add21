"""compose.yaml without containers: its own commands, with its own environment, on a real PostgreSQL."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection
from tests.cli.test_record import free_port

ROOT = Path(__file__).resolve().parents[2]
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
EXAMPLE = dict(re.findall(r"^(\w+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
PLAIN = ("{", "the tower is at", "stop it with", "stopped;", "compiling", "the kernels")  # lines of a log
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def filled(text: str, values: dict[str, str]) -> str:
    """What compose makes of `${NAME:?why}` and `${NAME:-else}`."""

    def value(match: re.Match[str]) -> str:
        name, kind, other = match.groups()
        found = values.get(name, "")
        assert found or kind == "-", f"{name} must be set: {other}"
        return found or other

    return VARIABLE.sub(value, text)


def environment(service: str, database: str, home: Path) -> dict[str, str]:
    values = {**EXAMPLE, "POSTGRES_PASSWORD": "s" * 40, "DOORSTEP_SECRET_KEY": "k" * 50}
    told = {name: filled(text, values) for name, text in SERVICES[service]["environment"].items()}
    assert told["DOORSTEP_DATABASE"].endswith("@database:5432/doorstep")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("DOORSTEP_", "DJANGO_"))}
    return {**kept, **told, "DOORSTEP_DATABASE": database, "DOORSTEP_HOME": str(home), "PYTHONUNBUFFERED": "1"}


def words(service: str, port: int = 0) -> list[str]:
    command = [str(port) if word == "8000" else word for word in SERVICES[service]["command"]]
    assert command.pop(0) == "doorstep"
    return [sys.executable, "-m", "doorstep.cli.main", *command]


@contextmanager
def begun(service: str, told: dict[str, str], log: Path, port: int = 0) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as said:
        process = subprocess.Popen(words(service, port), env=told, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)  # as a container is stopped
            process.wait(60)


def test_what_must_be_set_is_in_the_example() -> None:
    asked = set(VARIABLE.findall((ROOT / "compose.yaml").read_text()))
    assert {name for name, _, _ in asked} == set(EXAMPLE)
    assert not [name for name, kind, _ in asked if kind == "?" and EXAMPLE[name] and "SECRET" in name]


def test_every_server_is_watched_and_has_time_to_end() -> None:
    for name in ("server-1", "server-2"):
        assert "/health/ready" in SERVICES[name]["healthcheck"]["test"][-1]
        assert SERVICES[name]["stop_grace_period"] == "40s"  # more than the 30 of --grace


@pytest.mark.long  # half a minute: six processes begin
@pytest.mark.django_db(transaction=True)
def test_it_starts_and_serves(tmp_path: Path) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("compose.yaml has PostgreSQL")
    database = made()
    homes = {name: tmp_path / name for name in ("migrate", "server-1", "server-2", "worker")}
    told = {name: environment(name, database, home) for name, home in homes.items()}
    subprocess.run(words("migrate"), env=told["migrate"], check=True)
    ports = {"server-1": free_port(), "server-2": free_port()}
    with ExitStack() as running:
        worker = running.enter_context(begun("worker", told["worker"], tmp_path / "worker.log"))
        for name, port in ports.items():
            running.enter_context(begun(name, told[name], tmp_path / f"{name}.log", port))
        for name, port in ports.items():
            assert ready(port) == {"status": "ready"}, (tmp_path / f"{name}.log").read_text()
            checked = SERVICES[name]["healthcheck"]["test"][1:]
            subprocess.run([sys.executable, *checked[1:-1], checked[-1].replace("8000", str(port))], check=True)
            assert ask(port, "/login", "parcels.example.com")[0] == 301  # TLS ends at the proxy
            assert ask(port, "/login", "parcels.example.com", proto="https")[0] == 200
            assert ask(port, "/login", "elsewhere.example", proto="https")[0] == 400
        doctor = [sys.executable, "-m", "doorstep.cli.main", "doctor", "--json"]
        looked = subprocess.run(doctor, env=told["server-1"], check=False, capture_output=True, text=True)
        assert {one["check"]: one["said"] for one in json.loads(looked.stdout) if one["state"] == "fail"} == {}
        assert worker.poll() is None
    for name in ports:
        for line in (tmp_path / f"{name}.log").read_text().splitlines():
            assert line.startswith(("{", "the tower is at", "stop it with", "stopped;", "compiling", "the kernels")), (
                line
            )


def made() -> str:
    """A database of its own beside that of the suite; gone with it."""
    told = connection.settings_dict
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS composed WITH (FORCE)")
        cursor.execute("CREATE DATABASE composed")
    user = f"{told['USER']}:{told['PASSWORD']}".rstrip(":")
    return f"postgresql://{user}@{told['HOST']}:{told['PORT']}/composed"


def ready(port: int) -> dict[str, str]:
    until = time.monotonic() + 120
    while True:
        try:
            status, body = ask(port, "/health/ready", "10.0.0.1")
            assert status in (200, 503)
            return dict(json.loads(body))
        except OSError:
            assert time.monotonic() < until, "it does not answer"
            time.sleep(0.2)


def ask(port: int, path: str, host: str, proto: str = "http") -> tuple[int, bytes]:
    asking = HTTPConnection("127.0.0.1", port, timeout=60)
    asking.request("GET", path, headers={"Host": host, "X-Forwarded-Proto": proto})
    answer = asking.getresponse()
    told = answer.status, answer.read()
    asking.close()
    return told
