"""The processes of a server: a master that holds the door, and workers that answer.

Granian's own workers listen each by a socket of their own, and what waits at one is lost with it. Here the master opens
one socket that all accept from: a worker that ends leaves nothing behind, and before the first one accepts callers
wait instead of being refused. The master loads nothing of the program: new workers run what is installed then.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import socket
import stat
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from granian._granian import SocketHolder
from granian.constants import Interfaces
from granian.log import LogLevels, logger
from granian.server.mp import MPServer

from doorstep.server import logs

APPLICATION = "doorstep.server.wsgi:application"
BEGIN_SECONDS = 60.0  # a worker that is not ready by then is given up
LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Door:
    """Where a server listens, and by how many it answers."""

    host: str
    port: int
    socket: str = ""  # path of a Unix socket, in place of host and port
    workers: int = 1
    threads: int = 4
    backlog: int = 1024
    grace_s: int = 30  # for requests that are being answered when a worker is to end

    def command(self) -> list[str]:
        """Words that run the master of this door as a process."""
        return [sys.executable, "-m", "doorstep.server.processes", json.dumps(asdict(self))]


class Master(MPServer):
    """Granian's master with one socket for all, and workers that are replaced when their successor is ready.

    It reaches into granian (`_init_shared_socket`, `_respawn_workers`): tests/cli/test_serving.py says if that moves.
    """

    def __init__(self, door: Door) -> None:
        self.door = door
        self._begun, self._to_say_so = multiprocessing.Pipe(duplex=False)
        super().__init__(
            APPLICATION,
            address=door.host,
            port=door.port,
            uds=Path(door.socket) if door.socket else None,
            interface=Interfaces.WSGI,
            workers=door.workers,
            blocking_threads=door.threads,
            backlog=door.backlog,
            websockets=False,
            log_level=LogLevels.warning,
            log_dictconfig=logs.config(os.environ),
            respawn_failed_workers=True,
            workers_kill_timeout=door.grace_s,
        )

    def _init_shared_socket(self) -> None:
        self._sso = _listening(self.door)
        held: Any = SocketHolder  # granian says no types of its inner parts
        inner: Any = self
        inner._ssp, inner._sfd = None, self._sso.fileno()
        inner._shd = held(self._sso.fileno(), bool(self.door.socket), self.door.backlog)

    def _respawn_workers(
        self, workers: Sequence[int], spawn_target: Any, target_loader: Any, delay: float = 0.0
    ) -> None:
        """Replace workers one by one, until the server is to end: the loop that called us then sees to that."""
        del delay  # granian's guess of how long a start takes
        for index in list(workers):
            if self.interrupt_signal or not self._replace(index, spawn_target, target_loader):
                break
        if self.interrupt_signal:
            self.main_loop_interrupt.set()  # it may have come just before granian cleared this

    def _replace(self, index: int, spawn_target: Any, target_loader: Any) -> bool:
        """Begin a successor, and end the worker once it is ready; one that does not begin leaves the worker there."""
        old: Any = self.wrks[index]
        new: Any = self._spawn_worker(idx=index, target=spawn_target, callback_loader=target_loader)
        replaces = old.is_alive()
        if not replaces:  # granian ends the server if one dies again within seconds of this
            self.respawned_wrks[index] = time.monotonic()
        new.interrupt_by_parent = replaces  # its end is no failure of the server while the old one answers
        while self._begun.poll():
            self._begun.recv_bytes()
        new.start()
        if replaces and not self._begins(new):
            if not self.interrupt_signal:
                logger.error("a new worker did not begin: the others go on as they are")
            new.kill()
            return False
        self.wrks[index] = new
        new.interrupt_by_parent = False
        self._end(old)
        return True

    def _begins(self, worker: Any) -> bool:
        until = time.monotonic() + BEGIN_SECONDS
        while worker.is_alive() and time.monotonic() < until and not self.interrupt_signal:
            if self._begun.poll(LOOK_SECONDS):
                return True
        return False

    def _end(self, worker: Any) -> None:
        worker.terminate()
        until = time.monotonic() + self.door.grace_s
        while worker.is_alive() and time.monotonic() < until:  # a thread waits for it, too: `join` may come back early
            worker.join(LOOK_SECONDS)
            time.sleep(0.01)
            if self.interrupt_signal:
                self.wrks.append(worker)  # it gets the rest of its grace with the others
                return
        if worker.is_alive():
            logger.warning("a worker was killed: its requests took longer than the grace")
            worker.kill()

    def run(self) -> None:
        self.serve(target_loader=partial(_load, self._to_say_so), wrap_loader=False)


def _load(begun: Connection) -> Callable[..., Any]:
    """In a worker: load the program as it is installed now, and say that it is there."""
    from django.urls import get_resolver

    from doorstep.server.wsgi import application

    len(get_resolver().url_patterns)  # loads all that answers: seconds, that no request shall wait for
    begun.send_bytes(b"begun")
    return application


def _listening(door: Door) -> socket.socket:
    """Open the door; whoever comes from now on waits. Raises OSError where somebody else listens."""
    if door.socket:
        _clear(Path(door.socket))
        made = socket.socket(socket.AF_UNIX)
        made.bind(door.socket)
    else:
        family = socket.AF_INET6 if ":" in door.host else socket.AF_INET
        made = socket.socket(family)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((door.host, door.port))
    made.listen(door.backlog)
    made.setblocking(False)
    made.set_inheritable(True)
    return made


def _clear(path: Path) -> None:
    """Remove the socket of a server that is gone. Raises OSError if one answers there, or if it is something else."""
    with suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise OSError(f"{path} is there and is no socket")
        with socket.socket(socket.AF_UNIX) as asked:
            try:
                asked.connect(str(path))
            except ConnectionRefusedError:
                path.unlink()
                return
        raise OSError(f"somebody listens at {path}")


def main(words: Sequence[str]) -> int:
    try:
        Master(Door(**json.loads(words[0]))).run()
    except OSError as error:
        logger.error("the door cannot be opened: %s", error.strerror or error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
