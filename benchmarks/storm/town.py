"""What the storm rages over: a PostgreSQL, servers, workers and a pretend carrier, each a process of its own.

A process that ends is started again a second later, as an init system or a container runtime does; nothing else is
mended by hand.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
from scripts import postgres

ROOT = Path(__file__).resolve().parents[2]
RESTARTED_AFTER_S = 1.0
PATIENCE_S = 900.0  # a machine with too much to do takes minutes to start a server


class Kept:
    """A process that is started again when it has ended, until it is let go."""

    def __init__(self, name: str, words: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self._words, self._environment, self._log = list(words), dict(environment), log
        self._over = threading.Event()
        self._process = self._start()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL to it and all its children at once: as when the machine is gone."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def let_go(self) -> None:
        """End it for good, politely."""
        self._over.set()
        self._keeper.join()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()

    def _keep(self) -> None:
        while not self._over.is_set():
            if self._process.poll() is not None and not self._over.wait(RESTARTED_AFTER_S):
                self.kill()  # children that outlived it
                self._process = self._start()
            self._over.wait(0.1)

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "doorstep.cli.main", *self._words],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


@dataclass(frozen=True)
class Town:
    """Where everything is."""

    database: str
    url: str  # of the server
    carrier: str
    environment: dict[str, str]
    folder: Path
    tools: Path  # of PostgreSQL
    kept: list[Kept] = field(default_factory=list)

    def start(self, name: str, *words: str) -> Kept:
        one = Kept(name, words, self.environment, self.folder / f"{name}.log")
        self.kept.append(one)
        return one

    def crash_database(self) -> None:
        """Stop PostgreSQL as a power cut would, and start it again where it was."""
        with psycopg.connect(self.database, autocommit=True) as asking:
            row = asking.execute("SHOW data_directory").fetchone()
        assert row is not None
        data = Path(row[0])
        done = postgres.run(
            self.tools / "pg_ctl", "restart", "-D", data, "-m", "immediate", "-w", "-l", data.parent / "log",
            folder=data.parent,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stdout)

    def wait(self) -> None:
        """Wait until the server answers."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            with suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/login", timeout=5).status_code == 200:
                    return
            time.sleep(0.2)
        raise TimeoutError("the server does not answer")


@contextmanager
def town(folder: Path, extra: Mapping[str, str] | None = None) -> Iterator[Town]:
    """Make a database of its own and say where the others will be; what was started is ended with it."""
    tools = postgres.find()
    if tools is None:
        postgres.install()
        tools = postgres.find()
    assert tools is not None
    with ExitStack() as ending:
        database = ending.enter_context(postgres.cluster(tools))
        server, carrier = postgres.free_port(), postgres.free_port()
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("DOORSTEP_")},
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
            "DOORSTEP_DATABASE": database,
            "DOORSTEP_HOME": str(folder),
            "DOORSTEP_PLAIN_HTTP": "1",
            "DOORSTEP_RATE": "0",
            "DOORSTEP_WEBHOOK_NETWORKS": "127.0.0.0/8",
            "DOORSTEP_SECRET_KEY": secrets.token_urlsafe(50),
            "DOORSTEP_SANDBOX_KEY": secrets.token_hex(24),
            "DOORSTEP_SANDBOX_HOOK_SECRET": "whsec_" + b64encode(secrets.token_bytes(24)).decode(),
            "DOORSTEP_MAIL_FOLDER": str(folder / "mails"),
            **(extra or {}),
        }
        made = Town(database, f"http://127.0.0.1:{server}", f"http://127.0.0.1:{carrier}", environment, folder, tools)
        try:
            yield made
        finally:
            for one in made.kept:
                one.let_go()
