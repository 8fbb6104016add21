from __future__ import annotations

import pytest
from tests.api.shop import NOW, Place, Shop, opened

from doorstep.server import clock


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture(scope="module")
def kept(kept_rows: None) -> Place:  # noqa: ARG001
    """The tea shop in the record, loaded once for all tests of a module."""
    return opened()


@pytest.fixture
def place(kept: Place, db: None) -> Place:  # noqa: ARG001
    return kept


@pytest.fixture
def shop(place: Place) -> Shop:
    return place.with_key()
