from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
pytest_plugins = ["tests.core_fixtures", "tests.chromium", "tests.tables"]
OF_THE_RECORD = {"db", "transactional_db", "django_db_setup", "live_server"}  # fixtures

# Begun in the background a shell lets us ignore Ctrl-C, and our children inherit that; those that are stopped must not.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what touches the database: only that can go otherwise on another engine, but for what is run `once`."""
    for item in items:
        if item.get_closest_marker("once"):
            continue
        if item.get_closest_marker("django_db") or OF_THE_RECORD & set(getattr(item, "fixturenames", ())):
            item.add_marker("record")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported and collected lives to the end: it is not looked through for garbage again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        gc.enable()


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The public data sets; the tests that need them skip loudly without."""
    root = Path(os.environ.get("DOORSTEP_DATA", ROOT.parent / "shared" / "data"))
    if not (root / "MANIFEST.csv").exists():
        pytest.skip(f"NO PUBLIC DATA at {root}: set DOORSTEP_DATA to run the tests on real input")
    return root


@pytest.fixture(autouse=True)
def nothing_held() -> None:
    """What a process holds in memory belongs to the record of another test."""
    for name in ("doorstep.flows.standing", "doorstep.flows.faults", "doorstep.api.stock"):
        if name in sys.modules:
            sys.modules[name].forget()
