"""A record with its tables for each test: a copy of one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def home(migrated: Path, tmp_path: Path) -> Path:
    """A home folder of its own, with tables and no rows."""
    shutil.copytree(migrated, tmp_path, dirs_exist_ok=True)
    return tmp_path
