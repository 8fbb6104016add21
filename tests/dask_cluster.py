"""A Dask cluster of real processes on this machine: a scheduler and workers, which can be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import distributed

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 60


@dataclass
class Cluster:
    folder: Path
    source: Path = ROOT / "src"  # of the Doorstep that workers load
    scheduler: subprocess.Popen[bytes] = field(init=False)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0")
        self._wait(lambda: self.told.exists() and self.told.read_text())  # it is there before anything is in it

    @property
    def told(self) -> Path:
        return self.folder / "scheduler.json"

    @property
    def address(self) -> str:
        """As Dask says it, `tcp://127.0.0.1:8786`."""
        return str(json.loads(self.told.read_text())["address"])

    @property
    def setting(self) -> str:
        """As DOORSTEP_COMPUTE says it."""
        return self.address.replace("tcp://", "dask://")

    @contextmanager
    def watched(self) -> Iterator[distributed.Client]:
        """Give a connection of our own, to see what goes on."""
        client = distributed.Client(self.address, set_as_default=False)
        try:
            yield client
        finally:
            client.close()

    def add_worker(self, source: Path | None = None) -> None:
        with self.watched() as client:
            before = len(client.nthreads())
            options = ("--nthreads", "1", "--no-nanny", "--memory-limit", "0", "--local-directory", str(self.folder))
            self.workers.append(self._start("worker", *options, source=source))
            self._wait(lambda: len(client.nthreads()) > before)

    def kill(self, process: int) -> None:
        """End a worker without a word."""
        os.kill(process, signal.SIGKILL)

    def end(self) -> None:
        for one in (*self.workers, self.scheduler):
            one.kill()
            one.wait()

    def _start(self, what: str, *options: str, source: Path | None = None) -> subprocess.Popen[bytes]:
        path = os.pathsep.join([str(source or self.source), str(ROOT)])
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", what, "--scheduler-file", self.told, "--no-dashboard", *options],
                env=os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )

    def _wait(self, happened: object) -> None:
        assert callable(happened)
        for _ in range(10 * SECONDS):
            if happened():
                return
            time.sleep(0.1)
        raise AssertionError(f"the cluster does not start:\n{(self.folder / 'log').read_text()}")


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    made = Cluster(folder)
    try:
        for _ in range(workers):
            made.add_worker()
        yield made
    finally:
        made.end()
