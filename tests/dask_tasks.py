"""What the tests let workers do. Apart, so that a worker loads nothing else for it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def process_of(_: object) -> int:
    return os.getpid()


def run_out_of_time(number: int) -> int:
    raise TimeoutError(f"{number} took too long")


def tell_and_wait(folder: str) -> None:
    (Path(folder) / str(time.monotonic_ns())).touch()
    time.sleep(2)


def die(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number
