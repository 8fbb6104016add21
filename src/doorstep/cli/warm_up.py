"""The kernels compiled beside a server that has just started, by a process of its own that gives way to all others."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from doorstep.cli.stopping import Stopped, watch
from doorstep.cli.terminal import notice, out

BEGUN = "compiling the kernels in the background, a minute or two; until then the first quotes take longer"
DONE = "the kernels are compiled"
MODEST = 10  # added to how nice the process is


@contextmanager
def warming() -> Iterator[None]:
    """Compile what is not on disk yet, meanwhile; nothing waits for it, and it ends with the block."""
    process = subprocess.Popen([sys.executable, "-m", "doorstep.cli.warm_up"], stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    watch()
    if hasattr(os, "nice"):
        os.nice(MODEST)
    from doorstep.cli.first_run import must_compile
    from doorstep.flows.warm_up import warm_up

    cold = must_compile()
    if cold:
        notice(BEGUN)
    with tempfile.TemporaryDirectory() as made:
        warm_up(Path(made) / "brand")
    if cold:
        out.print(DONE)


if __name__ == "__main__":
    try:
        main()
    except Stopped as stopped:
        sys.exit(stopped.exit_code)
