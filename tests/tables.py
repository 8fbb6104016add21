"""The tables of a record, made once for all workers: a dozen seconds of migrations, the same ones each time.

A plug-in of pytest for every folder.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

FILE = "doorstep.sqlite3"
MEMORY = "file:memorydb_default?mode=memory&cache=shared"  # as Django calls the database of the tests


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder in which `doorstep migrate` was said, and nothing else; not to be written to."""
    mine = tmp_path_factory.getbasetemp()
    home = (mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine) / "migrated"
    with home.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # whoever comes second waits, and finds it made
        if not home.exists():
            _migrate(home.with_suffix(".part"))
            home.with_suffix(".part").rename(home)
    return home


def _migrate(home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("DOORSTEP_", "DJANGO_"))}
    made = subprocess.run(
        [sys.executable, "-m", "doorstep.cli.main", "migrate"],
        env={**environment, "DOORSTEP_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (made.returncode, made.stderr) == (0, "")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,  # noqa: ARG001
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """Before Django makes the database of the tests in memory, put these tables there: it finds nothing to migrate."""
    from django.db import connection

    if connection.vendor != "sqlite" or request.config.getvalue("nomigrations"):
        yield
        return
    copy = tmp_path_factory.mktemp("tables") / FILE
    shutil.copyfile(request.getfixturevalue("migrated") / FILE, copy)
    with closing(sqlite3.connect(MEMORY, uri=True)) as memory:  # gone with its last connection: open until Django's is
        with closing(sqlite3.connect(copy)) as tables:
            tables.execute("PRAGMA journal_mode=DELETE")  # memory knows no log to write ahead into
            tables.backup(memory)
        yield
