"""The command line: in a process of its own where that is the point, else in this one, which has all it imports."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path

import pytest

from doorstep.cli import age
from doorstep.cli.main import run

ROOT = Path(__file__).resolve().parents[2]
TEA_SHOP = ROOT / "examples" / "tea_shop"
COMMAND = (sys.executable, "-m", "doorstep.cli.main")
Ended = subprocess.CompletedProcess[str]


def process(*words: object, cwd: Path | None = None) -> Ended:
    """Run the command line as a process to its end; say nothing about how it ended."""
    return subprocess.run([*COMMAND, *map(str, words)], capture_output=True, text=True, cwd=cwd, timeout=300)


def doorstep(*words: object, cwd: Path | None = None) -> Ended:
    """Run the entry point of the command in this process, to its end; say nothing about how it ended.

    What nobody expected is raised, where a process would print it and end with 1.
    """
    said, complained = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    arguments = ["doorstep", *map(str, words)]
    with pytest.MonkeyPatch.context() as patch, chdir(cwd or Path.cwd()), own_signals():
        for name, value in (("argv", arguments), ("stdout", said), ("stderr", complained)):
            patch.setattr(sys, name, value)
        patch.setattr(age, "_SEEN", time.perf_counter())  # the command begins here, not with the tests before it
        patch.setattr(age, "_age_when_seen", lambda: 0.0)
        with pytest.raises(SystemExit) as ended:
            run()
    code = ended.value.code
    assert code is None or isinstance(code, int), code
    return Ended(arguments, code or 0, text_of(said), text_of(complained))


def text_of(stream: io.TextIOWrapper) -> str:
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode().replace("\r\n", "\n")


@contextmanager
def own_signals() -> Iterator[None]:
    """Take back what the command does about signals."""
    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def files_of(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}
