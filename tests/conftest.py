from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The public data sets; the tests that need them skip loudly without."""
    root = Path(os.environ.get("DOORSTEP_DATA", ROOT.parent / "shared" / "data"))
    if not (root / "MANIFEST.csv").exists():
        pytest.skip(f"NO PUBLIC DATA at {root}: set DOORSTEP_DATA to run the tests on real input")
    return root
