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
PATIENCE_SECONDS = 3.0
MODEST = 10  # added to how nice the process is


@contextmanager
def warming() -> Iterator[None]:
    """Compile what is not on disk yet, meanwhile; nothing waits for it, and it ends with the block."""
    with tempfile.TemporaryDirectory() as made:
        words = [sys.executable, "-m", "doorstep.cli.warm_up", made]
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL)
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:  # it hears nothing while it compiles a large function
                process.kill()
                process.wait()


def main(made: str) -> None:
    watch()
    if hasattr(os, "nice"):
        os.nice(MODEST)
    from doorstep.cli.first_run import must_compile
    from doorstep.flows.warm_up import warm_up

    cold = must_compile()
    if cold:
        notice(BEGUN)
    warm_up(Path(made) / "brand")
    if cold:
        out.print(DONE)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except Stopped as stopped:
        sys.exit(stopped.exit_code)
