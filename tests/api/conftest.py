from __future__ import annotations

import pytest
from tests.api.shop import NOW, Place, Shop, opened

from doorstep.server import clock


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def place(db: None) -> Place:  # noqa: ARG001
    return opened()


@pytest.fixture
def shop(place: Place) -> Shop:
    return place.with_key()
