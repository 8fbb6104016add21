"""A record with its tables, made once for all tests of a process: `doorstep migrate` takes a dozen seconds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.cli.test_record import run


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder in which `doorstep migrate` was said, and nothing else; not to be written to."""
    home = tmp_path_factory.mktemp("migrated") / "home"
    home.mkdir()
    made = run(home, "migrate")
    assert (made.returncode, made.stderr) == (0, "")
    return home


@pytest.fixture
def home(migrated: Path, tmp_path: Path) -> Path:
    """A home folder of its own, with tables and no rows."""
    shutil.copytree(migrated, tmp_path, dirs_exist_ok=True)
    return tmp_path
