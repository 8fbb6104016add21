"""The folder of what a server's processes keep in common for as long as they run.

It is in DOORSTEP_HOME: systems empty the folder of temporary files after days, whoever is at work there.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = "lock"


@contextmanager
def run_folder(home: Path) -> Iterator[tuple[Path, int]]:
    """Make a folder below `home/run`, and remove it at the end; those of servers that are dead go at once.

    Gives it with an open file. Whoever holds that file, as a child that inherits it, is alive. Raises OSError.
    """
    place = home.absolute() / "run"
    place.mkdir(parents=True, exist_ok=True)
    with _locked(place):
        _remove_stale(place)
        made = Path(tempfile.mkdtemp(prefix="serve-", dir=place))
        held = _open(made / LOCK)
        fcntl.flock(held, fcntl.LOCK_EX)
    try:
        yield made, held
    finally:
        os.close(held)
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def _locked(place: Path) -> Iterator[None]:
    """Keep others from looking while a folder is there and its lock is not."""
    held = _open(place / LOCK)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _remove_stale(place: Path) -> None:
    for one in place.glob("serve-*"):
        if not _alive(one):
            shutil.rmtree(one, ignore_errors=True)


def _alive(folder: Path) -> bool:
    try:
        held = _open(folder / LOCK)
    except OSError:
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(held)
    return False


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
