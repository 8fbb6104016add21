"""osrm-routed on the loopback address, for as long as we need it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import Event
from typing import BinaryIO

from doorstep.plugins.maps.answers import Asker
from doorstep.plugins.maps.base import MapRefused, MapUnreachable
from doorstep.plugins.maps.osrm import messages
from doorstep.plugins.maps.osrm.executables import Executables, last_words
from doorstep.plugins.maps.osrm.graph import NAME, Graph

LOOPBACK = "127.0.0.1"
MOST_TABLE = 100_000  # places: blocks are cut by us
LOOKS, LOOK_S = 6_000, 0.05  # five minutes: the graph of a country takes its time
LOOKS_AT_OTHERS, ANSWER_S = 60, 1.0
PORTS_TRIED = 3
PATIENCE_S, NOTICED_S = 5.0, 5.0


class Routed:
    """One osrm-routed at a port of its own. Start it before it is asked; stop it."""

    def __init__(self, executables: Executables, folder: Path, graph: Graph, threads: int = 1, port: int = 0) -> None:
        """Port 0: any free one."""
        self._executables, self._folder, self._graph = executables, folder, graph
        self._threads, self._port = threads, port
        self._keeper: subprocess.Popen[str] | None = None
        self._log: BinaryIO | None = None
        self.address = ""
        self.pid = 0  # of osrm-routed itself

    @property
    def running(self) -> bool:
        return self._keeper is not None and self._keeper.poll() is None

    def has_ended(self) -> bool:
        """Whether it is gone; asked when it does not answer, so give its keeper a moment to notice."""
        if self._keeper is None:
            return True
        try:
            self._keeper.wait(NOTICED_S)
        except subprocess.TimeoutExpired:
            return False
        return True

    def start(self) -> None:
        """Start it and wait until it takes questions.

        Raises MapRefused with what it complained of, or if it holds other roads than those of `graph`.
        """
        for left in reversed(range(PORTS_TRIED)):
            self.stop()
            port = self._port or free_port()
            self._begin(port)
            try:
                if self._awaited(f"http://{LOOPBACK}:{port}"):
                    return
                said = self._complaint()
            except BaseException:
                self.stop()
                raise
            self.stop()
            if not left or self._port or "in use" not in said:  # else somebody was quicker at that port
                raise MapRefused(f"osrm-routed does not start: {said}")

    def stop(self) -> None:
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            assert keeper.stdin is not None
            keeper.stdin.close()
            try:
                keeper.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                keeper.kill()
                keeper.wait()
            assert keeper.stdout is not None
            keeper.stdout.close()
        if self._log is not None:
            self._log.close()
            self._log = None

    def wait(self) -> int:
        """Wait until it ends by itself, or somebody ends it."""
        assert self._keeper is not None
        return self._keeper.wait()

    def _begin(self, port: int) -> None:
        words = [
            *(
                str(self._executables.program("routed")),
                "-i",
                LOOPBACK,
                "-p",
                str(port),
                "-a",
                self._graph.algorithm.upper(),
            ),
            *("-t", str(self._threads), "--max-table-size", str(MOST_TABLE), "--max-viaroute-size", "1000"),
            *("-l", "WARNING", str(self._folder.resolve() / NAME)),
        ]
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 -- closed by `stop`; without a name, so nothing stays where we are killed
        try:
            self._keeper = subprocess.Popen(
                [sys.executable, "-I", str(Path(__file__).with_name("keeper.py")), *words],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                text=True,
                start_new_session=True,  # Ctrl-C ends our search, not the roads that its answer is drawn on
            )
        except OSError as error:
            raise MapUnreachable(f"osrm-routed does not start: {error.strerror}") from error
        assert self._keeper.stdout is not None
        told = self._keeper.stdout.readline().strip()
        self.pid = int(told) if told.isdigit() else 0

    def _awaited(self, address: str) -> bool:
        """Look until it answers with our data: somebody else may have taken the port, and then ours will end."""
        others = 0
        for _ in range(LOOKS):
            if not self.running:
                return False
            said = _data_at(address)
            if said == self._graph.data_version:
                self.address = address
                return True
            others += said is not None
            if others > LOOKS_AT_OTHERS:
                raise MapRefused("osrm-routed holds other roads than roads.json says: build them again")
            Event().wait(LOOK_S)
        return False

    def _complaint(self) -> str:
        return last_words(self._written().decode("utf-8", "replace")) or "it takes too long"

    def _written(self) -> bytes:
        if self._log is None:
            return b""
        handle = self._log.fileno()
        return os.pread(handle, os.fstat(handle).st_size, 0)  # not `read`: its place in the file is the engine's too


def _data_at(address: str) -> str | None:
    """The version of the data that an OSRM there holds; None: there is none yet, or somebody else."""
    asker = Asker(address, ANSWER_S, ())
    try:
        return messages.data_version(asker.get(messages.nearest_path()).told)
    except (MapUnreachable, MapRefused):
        return None
    finally:
        asker.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        found: int = probe.getsockname()[1]
    return found
